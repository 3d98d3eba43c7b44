/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/replies.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/document.h"
#include "contract/schema.h"

bool replies_is_json(const char *type)
{
	size_t len = strcspn(type, "; ");
	return (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
	       (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0) ||
	       (len == 13 && strncmp(type, "application/*", 13) == 0) || strcmp(type, "*/*") == 0;
}

bool replies_is_form(const char *type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	return strcspn(type, "; ") == sizeof(form) - 1 &&
	       strncasecmp(type, form, sizeof(form) - 1) == 0;
}

static const struct json *find_content(const struct json *content, bool (*fits)(const char *type))
{
	for (const struct json *item = json_is(content, JSON_OBJECT) ? content->first : NULL; item;
	     item = item->next)
		if (fits(item->key))
			return item;
	return NULL;
}

const struct json *replies_json_content(const struct json *content)
{
	return find_content(content, replies_is_json);
}

const struct json *replies_form_content(const struct json *content)
{
	return find_content(content, replies_is_form);
}

/* The reply of success that the contract shows, 200 or else the first 2xx; the command learns which
 * it is. */
static const struct json *success_reply(struct contract *contract, const struct json *operation,
					struct command *command)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long status = 200;
	const struct json *responses = json_get(operation, "responses");
	const struct json *found = json_get(responses, "200");
	for (const struct json *item = json_is(responses, JSON_OBJECT) ? responses->first : NULL;
	     item && !found; item = item->next)
		if (item->key[0] == '2')
			found = item;
	if (!found)
		return NULL;
	(void)text_integer(found->key, 200, 299, &status, &ignored); /* "2XX" counts as 200 */
	command->success = (int)status;
	const struct json *reply = document_resolve(contract, found);
	command->bodiless = json_is(reply, JSON_OBJECT) && !json_get(reply, "content") &&
			    !json_get(reply, "schema");
	return reply;
}

static const struct json *sample_of(struct contract *contract, const struct json *media,
				    const struct json *schema)
{
	const struct json *sample = json_get(media, "example");
	const struct json *named = json_get(media, "examples");
	if (!sample && json_is(named, JSON_OBJECT) && named->first)
		sample = json_get(document_resolve(contract, named->first), "value");
	return sample ? sample : json_get(schema, "example");
}

/* The one property of the schema that is an array of objects, or NULL. */
static const char *only_array(struct contract *contract, const struct json *schema)
{
	const char *found = NULL;
	const struct json *properties = json_get(schema, "properties");
	for (const struct json *item = json_is(properties, JSON_OBJECT) ? properties->first : NULL;
	     item; item = item->next) {
		const struct json *property = schema_whole(contract, item);
		const char *type = json_get_string(property, "type");
		if (!type || strcmp(type, "array") != 0)
			continue;
		const struct json *items = schema_whole(contract, json_get(property, "items"));
		if (!json_get(items, "properties"))
			continue;
		if (found)
			return NULL;
		found = item->key;
	}
	return found;
}

/* The properties of one record of the reply: of the rows' items if there are rows. */
static const struct json *record_of(struct contract *contract, const struct json *schema,
				    const char *rows)
{
	const struct json *node = schema;
	if (rows && *rows)
		node = schema_whole(contract, json_get(json_get(schema, "properties"), rows));
	const struct json *items = json_get(node, "items");
	if (items)
		node = schema_whole(contract, items);
	const struct json *properties = json_get(node, "properties");
	return json_is(properties, JSON_OBJECT) ? properties : NULL;
}

void replies_read(struct contract *contract, const struct json *operation, struct command *command)
{
	const struct json *extension = json_get(operation, "x-bangoctl");
	const struct json *reply = success_reply(contract, operation, command);
	const struct json *media = replies_json_content(json_get(reply, "content"));
	const struct json *content = json_get(reply, "content");
	if (json_is(content, JSON_OBJECT) && content->count && !media)
		document_problem(contract, false, content,
				 "the reply has no JSON form: it will be taken for a broken one");
	const struct json *raw = media ? json_get(media, "schema") : json_get(reply, "schema");
	const struct json *schema = schema_whole(contract, raw);
	const char *type = json_get_string(schema, "type");
	command->rows = json_get_string(extension, "rows");
	if (!command->rows && type && strcmp(type, "array") == 0)
		command->rows = "";
	if (!command->rows && command->effect == EFFECT_READ)
		command->rows = only_array(contract, schema);
	command->record = record_of(contract, schema, command->rows);
	command->sample = media ? sample_of(contract, media, schema)
				: json_get(json_get(reply, "examples"), "application/json");
}
