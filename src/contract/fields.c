/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/fields.h"

#include <string.h>

#include "base/text.h"
#include "contract/document.h"
#include "contract/limits.h"
#include "contract/schema.h"

/* An object within an object within … becomes a dotted option that deep; deeper ones need --body.
 */
enum { MAX_NESTING = 3 };

/* Nobody types more options; a schema within itself could make any number. Some properties make
 * none, so that these are bounded too. */
enum { MAX_FIELDS = 500, MAX_PROPERTIES = 2000, MAX_NAME = 100 };

const char *fields_evidence(struct contract *contract, const struct json *extension,
			    const char *fallback)
{
	const struct json *evidence = json_get(extension, "evidence");
	if (!json_is(evidence, JSON_OBJECT) || !evidence->first || !json_string(evidence->first))
		return fallback;
	CLEAN_FREE char *text = buf_format("%s: %s", evidence->first->key, evidence->first->text);
	return document_keep(contract, document_text(contract, text, true));
}

static bool is_full(const struct fields *fields)
{
	return fields->count >= MAX_FIELDS || fields->properties >= MAX_PROPERTIES;
}

bool fields_full(struct fields *fields)
{
	if (!is_full(fields))
		return false;
	document_problem(fields->contract, false, fields->node,
			 "it has more than %d fields: those that are no options need --body",
			 MAX_FIELDS);
	return true;
}

void fields_add(struct fields *fields, const struct arg *arg)
{
	fields->args = mem_grow(fields->args, fields->count, sizeof(*fields->args));
	fields->args[fields->count++] = *arg;
}

/* ---- types ---- */

static bool is_null(const struct json *type)
{
	return json_string(type) && strcmp(type->text, "null") == 0;
}

/* The schema's type; of a list of types the only one that is not null, "" if there are more. */
static const char *type_of(const struct json *schema)
{
	const struct json *type = json_get(schema, "type"), *only = type;
	if (json_is(type, JSON_ARRAY)) {
		only = NULL;
		for (const struct json *item = type->first; item; item = item->next) {
			if (only && !is_null(item))
				return "";
			only = is_null(item) ? only : item;
		}
	}
	const char *name = json_string(only);
	if (name)
		return name;
	return json_get(schema, "properties") ? "object" : "";
}

bool fields_is_type(const struct json *schema, const char *type)
{
	return strcmp(type_of(schema), type) == 0;
}

static enum arg_type string_type(const struct json *schema)
{
	const char *format = json_get_string(schema, "format");
	if (format && strcmp(format, "date-time") == 0)
		return ARG_TIME;
	return format && strcmp(format, "date") == 0 ? ARG_DATE : ARG_STRING;
}

/* The words by which a schema is more than one of our types. */
static bool is_manifold(const struct json *schema)
{
	static const char *const words[] = { "oneOf", "anyOf", "prefixItems", "$dynamicRef" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (json_get(schema, words[i]))
			return true;
	return false;
}

static enum arg_type arg_type_of(const struct json *schema)
{
	static const struct {
		const char *name;
		enum arg_type type;
	} types[] = { { "boolean", ARG_FLAG },
		      { "integer", ARG_INT },
		      { "number", ARG_NUMBER },
		      { "object", ARG_PAIR } };
	const char *type = type_of(schema);
	if (is_manifold(schema))
		return ARG_JSON;
	if (limits_has_choices(schema) && strcmp(type, "boolean") != 0)
		return ARG_CHOICE;
	if (strcmp(type, "string") == 0)
		return string_type(schema);
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].name, type) == 0)
			return types[i].type;
	return ARG_JSON;
}

/* ---- names ---- */

static bool name_taken(const struct fields *fields, const char *name)
{
	for (size_t i = 0; fields->reserved && i < fields->reserved->option_count; i++)
		if (strcmp(fields->reserved->options[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->args[i].name, name) == 0)
			return true;
	return strcmp(name, "set") == 0 || strcmp(name, "body") == 0;
}

/* Adds a name as an option can have it: small letters, digits, dots and single dashes. */
static void add_plain(struct buf *out, const char *name)
{
	CLEAN_BUF struct buf kebab = { 0 };
	text_kebab(&kebab, name);
	for (const char *p = buf_str(&kebab); *p && out->len < MAX_NAME; p++) {
		bool mark = *p == '-' || *p == '.';
		if (!mark || (out->len && out->data[out->len - 1] != '-'))
			buf_add_char(out, *p);
	}
	while (out->len && (out->data[out->len - 1] == '-' || out->data[out->len - 1] == '.'))
		buf_truncate(out, out->len - 1);
}

/* The option's name: x-bangoctl.name, or the wire name in kebab-case, out of the way of what is
 * taken. */
static const char *option_name(struct fields *fields, const char *wire,
			       const struct json *extension)
{
	CLEAN_BUF struct buf name = { 0 };
	const char *given = json_get_string(extension, "name");
	add_plain(&name, given ? given : wire);
	if (!name.len)
		buf_add_format(&name, "field-%zu", fields->count + 1);
	if (name_taken(fields, buf_str(&name))) {
		CLEAN_FREE char *plain = buf_take(&name);
		buf_add_format(&name, "field-%s", plain);
		for (int i = 2; name_taken(fields, buf_str(&name)); i++) {
			buf_clear(&name);
			buf_add_format(&name, "field-%s-%d", plain, i);
		}
	}
	return document_keep(fields->contract, buf_str(&name));
}

/* ---- arguments ---- */

/* A scalar as it would be typed, or NULL. */
static const char *sample_text(struct contract *contract, const struct json *value)
{
	if (json_is(value, JSON_ARRAY))
		value = value->first;
	if (!value || !json_is_scalar(value) || value->type == JSON_NULL)
		return NULL;
	if (value->type == JSON_TRUE || value->type == JSON_FALSE)
		return json_type_name(value->type);
	return document_text(contract,
			     value->type == JSON_NUMBER ? value->text : json_string(value), false);
}

/* The parameter's own example, else the schema's; of `examples` the first. */
static const char *example_of(struct contract *contract, const struct json *node,
			      const struct json *schema)
{
	const struct json *const places[] = { node, schema };
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct json *own = json_get(places[i], "example"),
				  *more = json_get(places[i], "examples");
		const struct json *named = json_is(more, JSON_OBJECT) ? more->first : NULL;
		if (named)
			own = json_get(document_resolve(contract, named), "value");
		const char *text = sample_text(contract, json_is(more, JSON_ARRAY) ? more : own);
		if (text)
			return text;
	}
	return NULL;
}

/* An array whose items are simple is an argument that may be repeated. */
static const struct json *read_array(struct fields *fields, const struct json *schema,
				     struct arg *arg)
{
	const struct json *items = schema_whole(fields->contract, json_get(schema, "items"));
	enum arg_type item = items ? arg_type_of(items) : ARG_JSON;
	if (item == ARG_JSON || item == ARG_PAIR || item == ARG_FLAG)
		return schema;
	arg->type = item;
	arg->flags |= ARG_REPEAT;
	limits_read_count(schema, arg);
	return items;
}

/* Whether null fits: where neither type nor values are told, anything does. */
static bool allows_null(const struct json *schema)
{
	const struct json *type = json_get(schema, "type"), *values = json_get(schema, "enum");
	bool list = json_is(type, JSON_ARRAY), any = !type && !values && !json_get(schema, "const");
	for (const struct json *item = list ? type->first : type; item;
	     item = list ? item->next : NULL)
		any = any || is_null(item);
	for (const struct json *item = json_is(values, JSON_ARRAY) ? values->first : NULL; item;
	     item = item->next)
		any = any || item->type == JSON_NULL;
	return any || is_manifold(schema) || json_is(json_get(schema, "nullable"), JSON_TRUE) ||
	       json_is(json_get(schema, "x-nullable"), JSON_TRUE);
}

/* The value that is sent if none is given: a fresh UUID in the path, or none. */
static const char *fallback_of(struct contract *contract, enum arg_place place,
			       const struct json *extension)
{
	const struct json *given = json_get(extension, "default");
	const char *text = json_string(given);
	if (text && place == ARG_PATH && strcmp(text, "uuid") == 0)
		return text;
	if (given)
		document_problem(
			contract, false, given,
			"x-bangoctl.default is only known as uuid, in the path: it is ignored");
	return NULL;
}

struct arg fields_make(struct fields *fields, const char *wire, enum arg_place place,
		       const struct json *node, const struct json *schema)
{
	struct contract *contract = fields->contract;
	const struct json *own = place == ARG_BODY ? NULL : json_get(node, "x-bangoctl");
	const struct json *extension = own ? own : json_get(schema, "x-bangoctl");
	const char *help = document_get_text(contract, node, "description", false);
	if (!help)
		help = document_get_text(contract, schema, "description", false);
	struct arg arg = {
		.name = option_name(fields, wire, extension),
		.wire = document_keep(contract, wire),
		.place = place,
		.type = arg_type_of(schema),
		.help = help ? help : "",
		.fallback = fallback_of(contract, place, extension),
		.preset = sample_text(contract, json_get(schema, "default")),
		.example = example_of(contract, node, schema),
		.evidence = fields_evidence(contract, extension, fields->evidence),
		.node = node,
	};
	if (json_is(json_get(node, "deprecated"), JSON_TRUE) ||
	    json_is(json_get(schema, "deprecated"), JSON_TRUE))
		arg.flags |= ARG_DEPRECATED;
	if (allows_null(schema))
		arg.flags |= ARG_NULL;
	if (fields_is_type(schema, "array"))
		schema = read_array(fields, schema, &arg);
	limits_read(contract, schema, &arg);
	return arg;
}

static bool is_required(const struct json *schema, const char *name)
{
	const struct json *required = json_get(schema, "required");
	for (const struct json *item = json_is(required, JSON_ARRAY) ? required->first : NULL; item;
	     item = item->next)
		if (json_string(item) && strcmp(item->text, name) == 0)
			return true;
	return false;
}

/* What keeps a property from being an option, or NULL. */
static const char *property_fault(const struct fields *fields, const struct json *property,
				  const struct json *schema)
{
	if (strlen(property->key) != property->key_len || !*property->key)
		return "no option can be made of this name";
	if (strchr(property->key, '.'))
		return "no option can be made of a name with a dot: --body takes it";
	bool object =
		schema && (json_get(schema, "properties") || fields_is_type(schema, "object"));
	return fields->flat && object ? "a form has no place for an object: it is left out" : NULL;
}

static bool takes_more(const struct json *schema)
{
	const struct json *more = json_get(schema, "additionalProperties");
	return json_is(more, JSON_TRUE) || json_is(more, JSON_OBJECT) ||
	       json_get(schema, "patternProperties");
}

static void add_properties(struct fields *fields, const struct json *schema, const char *prefix,
			   bool required, int depth)
{
	const struct json *properties = json_get(schema, "properties");
	for (const struct json *item = json_is(properties, JSON_OBJECT) ? properties->first : NULL;
	     item && !fields_full(fields); item = item->next, fields->properties++) {
		const struct json *property = schema_whole(fields->contract, item);
		const char *fault = property_fault(fields, item, property);
		if (fault) {
			document_problem(fields->contract, false, item, "%s", fault);
			fields->open = true;
			continue;
		}
		if (!property || json_is(json_get(property, "readOnly"), JSON_TRUE))
			continue;
		CLEAN_FREE char *wire = buf_format("%s%s%s", prefix, *prefix ? "." : "", item->key);
		bool needed = required && is_required(schema, item->key);
		if (json_get(property, "properties") && !is_manifold(property) &&
		    depth < MAX_NESTING) {
			fields->open = fields->open || takes_more(property);
			add_properties(fields, property, wire, needed, depth + 1);
			continue;
		}
		struct arg arg = fields_make(fields, wire, ARG_BODY, item, property);
		arg.flags |= needed ? ARG_REQUIRED : 0;
		fields_add(fields, &arg);
	}
}

void fields_add_body(struct fields *fields, const struct json *schema)
{
	fields->open = takes_more(schema) || !json_get(schema, "properties") ||
		       json_get(schema, "oneOf") || json_get(schema, "anyOf");
	add_properties(fields, schema, "", true, 0);
	fields->open = fields->open || is_full(fields);
}

/* Whether the path has the hole {name}. */
static bool has_hole(const char *path, const char *name)
{
	CLEAN_FREE char *hole = buf_format("{%s}", name);
	return strstr(path, hole) != NULL;
}

static const struct arg *arg_of_hole(const struct fields *fields, const char *hole, size_t len)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct arg *arg = &fields->args[i];
		if (arg->place == ARG_PATH && strlen(arg->wire) == len &&
		    memcmp(arg->wire, hole, len) == 0)
			return arg;
	}
	return NULL;
}

struct arg *fields_take(struct fields *fields, const char *path)
{
	struct arg *sorted = json_doc_memory(fields->contract->doc, fields->count, sizeof(*sorted));
	size_t n = 0;
	for (const char *p = path; (p = strchr(p, '{'));) {
		size_t len = strcspn(++p, "}");
		const struct arg *arg = arg_of_hole(fields, p, len);
		bool again = false;
		for (size_t i = 0; arg && i < n; i++)
			again = again || strcmp(sorted[i].name, arg->name) == 0;
		if (arg && !again)
			sorted[n++] = *arg;
		p += len;
	}
	for (size_t i = 0; i < fields->count; i++) {
		const struct arg *arg = &fields->args[i];
		if (arg->place != ARG_PATH)
			sorted[n++] = *arg;
		else if (!has_hole(path, arg->wire))
			document_problem(fields->contract, false, arg->node,
					 "the path has no {%s}: the parameter is left out",
					 arg->wire);
	}
	fields->count = n;
	free(fields->args);
	fields->args = NULL;
	return sorted;
}
