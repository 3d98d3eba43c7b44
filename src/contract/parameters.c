/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/parameters.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/document.h"
#include "contract/schema.h"
#include "contract/security.h"

enum { MAX_PARAMETERS = 500, MAX_PATH_TEXT = 1024 };

static bool place_of(const char *in, enum arg_place *place)
{
	static const struct {
		const char *name;
		enum arg_place place;
	} places[] = { { "path", ARG_PATH },
		       { "query", ARG_QUERY },
		       { "header", ARG_HEADER },
		       { "formData", ARG_BODY } };
	for (size_t i = 0; i < COUNT(places); i++)
		if (strcmp(places[i].name, in) == 0) {
			*place = places[i].place;
			return true;
		}
	return false;
}

static bool is_same(const char *name, const char *other)
{
	return other && strcasecmp(name, other) == 0;
}

/* Whether the client sets the header by itself. That three of them may be declared without any
 * meaning is OpenAPI's own rule, and the identifier is expected: of those nothing is told. */
static bool header_is_ours(struct fields *fields, const struct json *parameter, const char *name)
{
	static const char *const expected[] = { "Accept", "Content-Type", "Authorization",
						"X-RequestIdentifier" };
	bool secret = is_same(name, fields->auth_header) || is_same(name, fields->reserved->header);
	if (!secret && security_header_owner(name) == HEADER_FREE)
		return false;
	for (size_t i = 0; i < COUNT(expected); i++)
		if (is_same(name, expected[i]))
			return true;
	document_problem(
		fields->contract, false, parameter,
		secret ? "the credentials go out in the header \"%s\": the parameter is left out"
		       : "the client itself sets the header \"%s\": the parameter is left out",
		name);
	return true;
}

/* ---- lists and objects ---- */

static void note(struct fields *fields, const struct json *parameter, const char *key,
		 const char *message)
{
	const struct json *place = json_get(parameter, key);
	document_problem(fields->contract, false, place ? place : parameter, "%s", message);
}

/* What stands between the values of a list, by `style` and `explode`; -1: not supported. */
static int joint_of(const char *style, bool exploded)
{
	static const struct {
		const char *style;
		char joint;
	} joints[] = { { "form", ',' },
		       { "simple", ',' },
		       { "spaceDelimited", ' ' },
		       { "pipeDelimited", '|' } };
	for (size_t i = 0; i < COUNT(joints); i++)
		if (strcmp(joints[i].style, style) == 0)
			return exploded && joints[i].joint == ',' && style[0] == 'f'
				       ? '\0'
				       : joints[i].joint;
	return -1;
}

/* Swagger 2 says it in one word, and means commas where it says nothing. */
static int joint_of_format(const char *format)
{
	static const struct {
		const char *format;
		char joint;
	} joints[] = {
		{ "csv", ',' }, { "ssv", ' ' }, { "tsv", '\t' }, { "pipes", '|' }, { "multi", '\0' }
	};
	for (size_t i = 0; i < COUNT(joints); i++)
		if (strcmp(joints[i].format, format ? format : "csv") == 0)
			return joints[i].joint;
	return -1;
}

static void read_list(struct fields *fields, const struct json *parameter, struct arg *arg)
{
	bool swagger = fields->contract->version == 20;
	const char *given = json_get_string(parameter, "style");
	const char *style = given ? given : arg->place == ARG_QUERY ? "form" : "simple";
	bool exploded = json_get(parameter, "explode")
				? json_is(json_get(parameter, "explode"), JSON_TRUE)
				: strcmp(style, "form") == 0;
	int joint = swagger ? joint_of_format(json_get_string(parameter, "collectionFormat"))
			    : joint_of(style, exploded);
	if (joint < 0)
		note(fields, parameter, swagger ? "collectionFormat" : "style",
		     "this way to write a list is not supported: its values are joined by commas");
	arg->joint = joint < 0 ? ',' : (char)joint;
}

/* OpenAPI does not say how what is nested in an object of the query is written. */
static void note_nested(struct fields *fields, const struct json *schema)
{
	const struct json *properties = json_get(schema, "properties");
	for (const struct json *item = json_is(properties, JSON_OBJECT) ? properties->first : NULL;
	     item; item = item->next) {
		const struct json *property = schema_whole(fields->contract, item);
		if (fields_is_type(property, "object") || fields_is_type(property, "array"))
			document_problem(
				fields->contract, false, item,
				"what is nested in an object of the query is not supported: it is sent as the text that is given");
	}
}

static void read_object(struct fields *fields, const struct json *parameter,
			const struct json *schema, struct arg *arg)
{
	const char *style = json_get_string(parameter, "style");
	bool deep = style && strcmp(style, "deepObject") == 0;
	bool form = (!style || strcmp(style, "form") == 0) &&
		    !json_is(json_get(parameter, "explode"), JSON_FALSE);
	if (arg->place == ARG_QUERY && (deep || form)) {
		arg->flags |= deep ? ARG_DEEP : 0;
		note_nested(fields, schema);
		return;
	}
	note(fields, parameter, "style",
	     "an object written this way is not supported: taken for a text");
	arg->type = ARG_STRING;
}

/* How the value is written in its place. */
static void read_style(struct fields *fields, const struct json *parameter,
		       const struct json *schema, struct arg *arg)
{
	const char *style = json_get_string(parameter, "style");
	if (arg->place == ARG_PATH &&
	    ((arg->flags & ARG_REPEAT) || arg->type == ARG_PAIR || arg->type == ARG_JSON)) {
		document_problem(fields->contract, false, arg->node,
				 "the path parameter \"%s\" is no single value: taken for a text",
				 arg->wire);
		arg->type = ARG_STRING;
		arg->flags &= ~(unsigned)ARG_REPEAT;
		arg->choices = NULL;
		arg->choice_count = 0;
	} else if (arg->flags & ARG_REPEAT) {
		read_list(fields, parameter, arg);
	} else if (arg->type == ARG_PAIR) {
		read_object(fields, parameter, schema, arg);
	} else if (arg->type == ARG_JSON) {
		document_problem(fields->contract, false, arg->node,
				 "\"%s\" has no type that an option has: taken for a text",
				 arg->wire);
		arg->type = ARG_STRING;
	}
	if (style && (strcmp(style, "matrix") == 0 || strcmp(style, "label") == 0))
		note(fields, parameter, "style",
		     "this style is not supported: the value is sent as it stands");
	if (json_is(json_get(parameter, "allowReserved"), JSON_TRUE))
		note(fields, parameter, "allowReserved",
		     "reserved characters are percent-encoded all the same");
}

/* ---- one parameter ---- */

/* OpenAPI 3 has a parameter's schema in `schema` or `content`, Swagger 2 in the parameter itself.
 */
static const struct json *schema_of(struct fields *fields, const struct json *parameter)
{
	struct contract *contract = fields->contract;
	const struct json *content = json_get(parameter, "content");
	const struct json *schema = json_get(parameter, "schema");
	if (json_is(content, JSON_OBJECT)) {
		note(fields, parameter, "content",
		     "a parameter with a content of its own is sent as the text that is given");
		struct json *text = json_new(contract->doc, JSON_OBJECT);
		json_set_string(contract->doc, text, "type", "string");
		return text;
	}
	return schema ? schema_whole(contract, schema) : parameter;
}

static void make_positional(struct contract *contract, struct arg *arg)
{
	CLEAN_FREE char *meta = mem_dup(arg->name);
	for (char *p = meta; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	arg->meta = document_keep(contract, meta);
	arg->flags |= ARG_POSITIONAL;
	arg->max = arg->type == ARG_STRING && !arg->max ? MAX_PATH_TEXT : arg->max;
}

static bool is_there(const struct fields *fields, enum arg_place place, const char *wire)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields->args[i].place == place && strcmp(fields->args[i].wire, wire) == 0)
			return true;
	return false;
}

/* A file among the fields of a form, which no other form than multipart/form-data has. */
static bool is_lost_form(struct fields *fields, const struct json *parameter)
{
	const char *type = json_get_string(parameter, "type");
	bool file = type && strcmp(type, "file") == 0;
	fields->form = true;
	fields->file = fields->file || file;
	if (file)
		document_problem(fields->contract, false, parameter,
				 "a file cannot be sent: the call is refused");
	return file;
}

static void add_parameter(struct fields *fields, const struct json *parameter)
{
	const char *wire = json_get_string(parameter, "name");
	const char *in = json_get_string(parameter, "in");
	enum arg_place place = ARG_CLIENT;
	if (in && strcmp(in, "body") == 0)
		return;
	bool form = in && strcmp(in, "formData") == 0 && fields->contract->version == 20;
	if (form && is_lost_form(fields, parameter))
		return;
	if (!wire || !*wire || !in || !place_of(in, &place) || (place == ARG_BODY && !form) ||
	    (place == ARG_HEADER && !text_is_header_name(wire))) {
		document_problem(fields->contract, false, parameter,
				 "a parameter \"%s\" in \"%s\" is not supported: it is left out",
				 wire ? wire : "?", in ? in : "?");
		return;
	}
	if (place == ARG_HEADER && header_is_ours(fields, parameter, wire))
		return;
	if (is_there(fields, place, wire)) {
		document_problem(fields->contract, false, parameter,
				 "the parameter \"%s\" in \"%s\" is declared twice", wire, in);
		return;
	}
	const struct json *schema = fields_full(fields) ? NULL : schema_of(fields, parameter);
	if (!schema)
		return;
	struct arg arg = fields_make(fields, wire, place, parameter, schema);
	read_style(fields, parameter, schema, &arg);
	bool required = place == ARG_PATH || json_is(json_get(parameter, "required"), JSON_TRUE);
	if (required && !arg.fallback)
		arg.flags |= ARG_REQUIRED;
	if (place == ARG_PATH)
		make_positional(fields->contract, &arg);
	fields_add(fields, &arg);
}

/* ---- all of them ---- */

static bool same_text(const struct json *a, const struct json *b, const char *key)
{
	const char *x = json_get_string(a, key), *y = json_get_string(b, key);
	return x && y && strcmp(x, y) == 0;
}

/* The parameters of a list, resolved, at most as many as there may be. */
static size_t resolve_list(struct contract *contract, const struct json *list,
			   const struct json **found)
{
	size_t count = 0;
	for (const struct json *item = json_is(list, JSON_ARRAY) ? list->first : NULL; item;
	     item = item->next) {
		if (count == MAX_PARAMETERS) {
			document_problem(contract, false, list,
					 "it has more than %d parameters: the rest is left out",
					 MAX_PARAMETERS);
			return count;
		}
		const struct json *parameter = document_resolve(contract, item);
		if (json_is(parameter, JSON_OBJECT))
			found[count++] = parameter;
	}
	return count;
}

/* A hole in the path without a declared parameter still needs a value: it becomes a text. */
static void add_missing_holes(struct fields *fields, const char *path)
{
	for (const char *p = path; (p = strchr(p, '{'));) {
		size_t len = strcspn(++p, "}");
		CLEAN_FREE char *hole = mem_dup_len(p, len);
		if (is_there(fields, ARG_PATH, hole) || fields_full(fields))
			continue;
		document_problem(fields->contract, false, fields->node,
				 "the path's {%s} is not declared: taken for a text", hole);
		struct json *parameter = json_new(fields->contract->doc, JSON_OBJECT);
		json_set_string(fields->contract->doc, parameter, "type", "string");
		struct arg arg = fields_make(fields, hole, ARG_PATH, parameter, parameter);
		arg.node = fields->node;
		arg.flags |= ARG_REQUIRED;
		make_positional(fields->contract, &arg);
		fields_add(fields, &arg);
	}
}

void parameters_read(struct fields *fields, const struct json *path_item, const char *path)
{
	const struct json *shared[MAX_PARAMETERS], *own[MAX_PARAMETERS];
	size_t shared_count =
		resolve_list(fields->contract, json_get(path_item, "parameters"), shared);
	size_t own_count =
		resolve_list(fields->contract, json_get(fields->node, "parameters"), own);
	for (size_t i = 0; i < shared_count; i++) {
		bool replaced = false;
		for (size_t j = 0; j < own_count && !replaced; j++)
			replaced = same_text(shared[i], own[j], "name") &&
				   same_text(shared[i], own[j], "in");
		if (!replaced)
			add_parameter(fields, shared[i]);
	}
	for (size_t i = 0; i < own_count; i++)
		add_parameter(fields, own[i]);
	add_missing_holes(fields, path);
}

const struct json *parameters_body(struct contract *contract, const struct json *path_item,
				   const struct json *operation)
{
	const struct json *const lists[] = { json_get(operation, "parameters"),
					     json_get(path_item, "parameters") };
	for (size_t i = 0; i < COUNT(lists); i++)
		for (const struct json *item = json_is(lists[i], JSON_ARRAY) ? lists[i]->first
									     : NULL;
		     item; item = item->next) {
			const struct json *parameter = document_resolve(contract, item);
			const char *in = json_get_string(parameter, "in");
			if (in && strcmp(in, "body") == 0)
				return parameter;
		}
	return NULL;
}
