/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/fields.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/document.h"

/* An object within an object within … becomes a dotted option that deep; deeper ones need --body.
 */
enum { MAX_NESTING = 3 };

static const char *keep(struct contract *contract, const char *s)
{
	return json_new_string(contract->doc, s)->text;
}

const char *fields_evidence(struct contract *contract, const struct json *extension,
			    const char *fallback)
{
	const struct json *evidence = json_get(extension, "evidence");
	if (!json_is(evidence, JSON_OBJECT) || !evidence->first || !json_string(evidence->first))
		return fallback;
	CLEAN_FREE char *text = buf_format("%s: %s", evidence->first->key, evidence->first->text);
	return keep(contract, text);
}

void fields_add(struct fields *fields, const struct arg *arg)
{
	fields->args = mem_grow(fields->args, fields->count, sizeof(*fields->args));
	fields->args[fields->count++] = *arg;
}

/* The schema's type; of OpenAPI 3.1's list of types the first that is not null. */
static const char *type_of(const struct json *schema)
{
	const struct json *type = json_get(schema, "type");
	if (json_is(type, JSON_ARRAY))
		for (type = type->first;
		     type && json_string(type) && strcmp(type->text, "null") == 0;)
			type = type->next;
	const char *name = json_string(type);
	if (name)
		return name;
	return json_get(schema, "properties") ? "object" : json_get(schema, "enum") ? "string" : "";
}

static enum arg_type string_type(const struct json *schema)
{
	const char *format = json_get_string(schema, "format");
	if (json_is(json_get(schema, "enum"), JSON_ARRAY))
		return ARG_CHOICE;
	if (format && strcmp(format, "date-time") == 0)
		return ARG_TIME;
	return format && strcmp(format, "date") == 0 ? ARG_DATE : ARG_STRING;
}

static enum arg_type arg_type_of(const struct json *schema)
{
	const char *type = type_of(schema);
	if (json_get(schema, "oneOf") || json_get(schema, "anyOf"))
		return ARG_JSON;
	if (strcmp(type, "boolean") == 0)
		return ARG_FLAG;
	if (strcmp(type, "integer") == 0)
		return ARG_INT;
	if (strcmp(type, "number") == 0)
		return ARG_NUMBER;
	if (strcmp(type, "string") == 0)
		return string_type(schema);
	return strcmp(type, "object") == 0 ? ARG_PAIR : ARG_JSON;
}

static void read_limit(const struct json *schema, const char *key, long long *limit)
{
	const struct json *value = json_get(schema, key);
	CLEAN_ERR struct err ignored = { 0 };
	if (json_is(value, JSON_NUMBER))
		(void)text_integer(value->text, -9007199254740991, 9007199254740991, limit,
				   &ignored);
}

static void read_limits(const struct json *schema, struct arg *arg)
{
	if (arg->type == ARG_STRING) {
		read_limit(schema, "minLength", &arg->min);
		read_limit(schema, "maxLength", &arg->max);
	} else if (arg->type == ARG_INT &&
		   (json_get(schema, "minimum") || json_get(schema, "maximum"))) {
		arg->min = -9007199254740991;
		arg->max = 9007199254740991;
		read_limit(schema, "minimum", &arg->min);
		read_limit(schema, "maximum", &arg->max);
	}
}

static void read_choices(struct contract *contract, const struct json *schema, struct arg *arg)
{
	const struct json *values = json_get(schema, "enum");
	const struct json *help = json_get(json_get(schema, "x-bangoctl"), "choices");
	struct choice *choices = json_doc_memory(contract->doc, values->count, sizeof(*choices));
	size_t count = 0;
	for (const struct json *value = values->first; value; value = value->next) {
		if (value->type != JSON_STRING && value->type != JSON_NUMBER)
			continue;
		choices[count++] =
			(struct choice){ value->text, json_get_string(help, value->text) };
	}
	arg->choices = choices;
	arg->choice_count = count;
}

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

/* The option's name: x-bangoctl.name, or the wire name in kebab-case, out of the way of what is
 * taken. */
static const char *option_name(struct fields *fields, const char *wire,
			       const struct json *extension)
{
	CLEAN_BUF struct buf name = { 0 };
	const char *given = json_get_string(extension, "name");
	if (given)
		buf_add_str(&name, given);
	else
		text_kebab(&name, wire);
	if (name_taken(fields, buf_str(&name))) {
		CLEAN_FREE char *plain = buf_take(&name);
		buf_add_format(&name, "field-%s", plain);
		for (int i = 2; name_taken(fields, buf_str(&name)); i++) {
			buf_clear(&name);
			buf_add_format(&name, "field-%s-%d", plain, i);
		}
	}
	return keep(fields->contract, buf_str(&name));
}

static const char *first_line(struct contract *contract, const char *text)
{
	if (!text)
		return "";
	CLEAN_FREE char *line = mem_dup_len(text, strcspn(text, "\n"));
	return keep(contract, line);
}

/* Fills what a schema says about one value. `help` is the parameter's own description, or NULL. */
static struct arg make_arg(struct fields *fields, const char *wire, const struct json *schema,
			   const struct json *extension, const char *help)
{
	struct contract *contract = fields->contract;
	struct arg arg = {
		.name = option_name(fields, wire, extension),
		.wire = keep(contract, wire),
		.type = arg_type_of(schema),
		.help = first_line(contract, help ? help : json_get_string(schema, "description")),
		.fallback = json_get_string(extension, "default"),
		.evidence = fields_evidence(contract, extension, fields->evidence),
	};
	const char *type = type_of(schema);
	if (strcmp(type, "array") == 0) {
		const struct json *items =
			document_schema(contract, json_get(schema, "items"), fields->pointer);
		enum arg_type item = items ? arg_type_of(items) : ARG_JSON;
		if (item != ARG_JSON && item != ARG_PAIR && item != ARG_FLAG) {
			arg.type = item;
			arg.flags |= ARG_REPEAT;
			schema = items;
		}
	}
	if (arg.type == ARG_CHOICE)
		read_choices(contract, schema, &arg);
	read_limits(schema, &arg);
	return arg;
}

static bool place_of(const char *in, enum arg_place *place)
{
	static const struct {
		const char *name;
		enum arg_place place;
	} places[] = { { "path", ARG_PATH }, { "query", ARG_QUERY }, { "header", ARG_HEADER } };
	for (size_t i = 0; i < COUNT(places); i++)
		if (strcmp(places[i].name, in) == 0) {
			*place = places[i].place;
			return true;
		}
	return false;
}

/* Headers that the client sets by itself: OpenAPI says that declaring them has no meaning. */
static bool header_is_ours(const char *name)
{
	static const char *const ours[] = { "Accept",	      "Content-Type",
					    "Authorization",  "X-RequestIdentifier",
					    "Content-Length", "Host" };
	for (size_t i = 0; i < COUNT(ours); i++)
		if (strcasecmp(ours[i], name) == 0)
			return true;
	return false;
}

/* OpenAPI 3 has a parameter's schema in `schema`, Swagger 2 in the parameter itself. */
static const struct json *parameter_schema(struct fields *fields, const struct json *parameter)
{
	const struct json *schema = json_get(parameter, "schema");
	return schema ? document_schema(fields->contract, schema, fields->pointer) : parameter;
}

void fields_add_parameter(struct fields *fields, const struct json *parameter)
{
	const char *wire = json_get_string(parameter, "name");
	const char *in = json_get_string(parameter, "in");
	enum arg_place place = ARG_CLIENT;
	if (!wire || !in || !place_of(in, &place)) {
		document_problem(fields->contract, false, fields->pointer,
				 "a parameter \"%s\" in \"%s\" is not supported", wire ? wire : "?",
				 in ? in : "?");
		return;
	}
	if (place == ARG_HEADER && header_is_ours(wire))
		return;
	const struct json *schema = parameter_schema(fields, parameter);
	if (!schema)
		return;
	const struct json *extension = json_get(parameter, "x-bangoctl");
	struct arg arg = make_arg(fields, wire, schema, extension,
				  json_get_string(parameter, "description"));
	arg.place = place;
	arg.example = json_string(json_get(parameter, "example"));
	bool required = place == ARG_PATH || json_is(json_get(parameter, "required"), JSON_TRUE);
	if (required && !arg.fallback)
		arg.flags |= ARG_REQUIRED;
	if (place == ARG_PATH) {
		arg.flags |= ARG_POSITIONAL;
		arg.max = arg.type == ARG_STRING && !arg.max ? 1024 : arg.max;
		CLEAN_FREE char *meta = mem_dup(arg.name);
		for (char *p = meta; *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		arg.meta = keep(fields->contract, meta);
	}
	fields_add(fields, &arg);
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

static void add_properties(struct fields *fields, const struct json *schema, const char *prefix,
			   bool required, int depth)
{
	const struct json *properties = json_get(schema, "properties");
	for (const struct json *item = json_is(properties, JSON_OBJECT) ? properties->first : NULL;
	     item; item = item->next) {
		const struct json *property =
			document_schema(fields->contract, item, fields->pointer);
		if (!property || json_is(json_get(property, "readOnly"), JSON_TRUE))
			continue;
		CLEAN_FREE char *wire = buf_format("%s%s%s", prefix, *prefix ? "." : "", item->key);
		bool needed = required && is_required(schema, item->key);
		bool nested = json_get(property, "properties") && !json_get(property, "oneOf") &&
			      !json_get(property, "anyOf");
		if (nested && depth < MAX_NESTING) {
			add_properties(fields, property, wire, needed, depth + 1);
			continue;
		}
		struct arg arg =
			make_arg(fields, wire, property, json_get(property, "x-bangoctl"), NULL);
		arg.place = ARG_BODY;
		arg.flags |= needed ? ARG_REQUIRED : 0;
		fields_add(fields, &arg);
	}
}

void fields_add_body(struct fields *fields, const struct json *schema)
{
	add_properties(fields, schema, "", true, 0);
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
			document_problem(fields->contract, false, fields->pointer,
					 "the path has no {%s}: the parameter is left out",
					 arg->wire);
	}
	fields->count = n;
	free(fields->args);
	fields->args = NULL;
	return sorted;
}
