/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/sample.h"

#include <string.h>

#include "sandbox/lifecycle.h"

/* ---- records ---- */

/* What a member may be by its schema, or NULL. */
static const struct json *value_of(const struct json *schema)
{
	static const char *const names[] = { "example", "default", "const" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (json_get(schema, names[i]))
			return json_get(schema, names[i]);
	const struct json *values = json_get(schema, "enum"), *list = json_get(schema, "examples");
	values = json_is(values, JSON_ARRAY) ? values->first : NULL;
	return values ? values : json_is(list, JSON_ARRAY) ? list->first : NULL;
}

static struct json *record_of_schema(struct json_doc *doc, const struct json *properties)
{
	struct json *record = json_new(doc, JSON_OBJECT);
	for (const struct json *item = json_is(properties, JSON_OBJECT) ? properties->first : NULL;
	     item; item = item->next)
		if (value_of(item) && !subject_is_code(item->key))
			json_set(doc, record, item->key, json_copy(doc, value_of(item)));
	return record;
}

static void set_members(struct json_doc *doc, struct json *record, const struct json *over)
{
	for (const struct json *item = json_is(over, JSON_OBJECT) ? over->first : NULL; item;
	     item = item->next)
		if (!subject_is_code(item->key))
			json_set(doc, record, item->key, json_copy(doc, item));
}

struct json *sample_record(struct json_doc *doc, const struct subject *subject,
			   const struct json *over)
{
	const struct json *example = subject_example(subject);
	const struct command *from = subject->home ? subject->home : subject->command;
	struct json *record =
		example ? json_new(doc, JSON_OBJECT) : record_of_schema(doc, from->record);
	set_members(doc, record, example);
	set_members(doc, record, over);
	return record;
}

/* ---- replies ---- */

static void add_code(struct json_doc *doc, struct json *reply, const struct command *command,
		     bool accepted)
{
	bool silent = !command->sample && !command->record;
	if (silent || subject_declares(command, "responseCode"))
		json_set_string(doc, reply, "responseCode", accepted ? "ACCEPTED" : "OK");
	if (silent || subject_declares(command, "responseMessage"))
		json_set_string(doc, reply, "responseMessage", accepted ? "Accepted" : "Success");
}

/* Whether a member of the record belongs into this reply: not if the contract has it in the home's
 * only. */
static bool belongs(const struct subject *subject, const char *member)
{
	const struct command *command = subject->command;
	bool silent = !command->sample && !command->record;
	return silent || subject_declares(command, member) || !subject->home ||
	       !subject_declares(subject->home, member);
}

static struct json *make_reply(struct json_doc *doc, const struct subject *subject,
			       const struct json *record, const struct json *example, bool accepted)
{
	struct json *reply = json_new(doc, JSON_OBJECT);
	add_code(doc, reply, subject->command, accepted);
	for (const struct json *item = record->first; item; item = item->next)
		if (belongs(subject, item->key))
			json_set(doc, reply, item->key, json_copy(doc, item));
	/* what the reply has beyond the record is as in the example */
	for (const struct json *item = json_is(example, JSON_OBJECT) ? example->first : NULL; item;
	     item = item->next)
		if (!json_get(reply, item->key) && subject->home &&
		    !subject_declares(subject->home, item->key))
			json_set(doc, reply, item->key, json_copy(doc, item));
	return reply;
}

void sample_write(const struct subject *subject, const struct json *record, bool accepted,
		  struct buf *out)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const struct json *sample = subject->command->sample;
	const struct json *example = subject_record(subject, sample);
	struct json *reply = make_reply(doc, subject, record, example, accepted);
	if (example && example != sample) {
		struct json *around = json_copy(doc, sample);
		json_set(doc, around, example->key, reply);
		reply = around;
	}
	json_write(out, reply, JSON_COMPACT);
}

void sample_write_rows(const struct subject *subject, const char *rows, struct buf *out)
{
	const struct command *command = subject->command;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	if (!*command->rows) {
		buf_add_format(out, "[%s]", rows);
		return;
	}
	struct json *around = json_new(doc, JSON_OBJECT);
	add_code(doc, around, command, false);
	for (const struct json *item =
		     json_is(command->sample, JSON_OBJECT) ? command->sample->first : NULL;
	     item; item = item->next)
		if (strcmp(item->key, command->rows) != 0)
			json_set(doc, around, item->key, json_copy(doc, item));
	json_write(out, around, JSON_COMPACT);
	buf_truncate(out, out->len - 1);
	buf_add_format(out, "%s\"%s\":[%s]}", around->count ? "," : "", command->rows, rows);
}

bool sample_is_other(const struct subject *subject)
{
	const struct command *command = subject->command;
	return (command->sample || command->record) && !subject_declares(command, subject->key);
}

/* Replaces texts that are the example of a value in the path by that value, everywhere. */
static void put_values(const struct route *route, struct json *value)
{
	for (struct json *item = json_is_scalar(value) ? NULL : value->first; item;
	     item = item->next)
		put_values(route, item);
	for (size_t i = 0; i < route->hole_count && value->type == JSON_STRING; i++) {
		const char *example = route->holes[i].arg->example, *text = json_string(value);
		if (!example || !text || strcmp(example, text) != 0)
			continue;
		value->text = route->holes[i].value;
		value->len = strlen(value->text);
		return;
	}
}

void sample_write_example(const struct route *route, struct buf *out)
{
	const struct command *command = route->command;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *sample;
	if (command->sample)
		sample = json_copy(doc, command->sample);
	else
		sample = record_of_schema(doc, command->record);
	if (!command->sample)
		add_code(doc, sample, command, false);
	put_values(route, sample);
	json_write(out, sample, JSON_COMPACT);
}
