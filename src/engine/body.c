/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/body.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "contract/limits.h"
#include "engine/terminal.h"
#include "grammar/parse.h"

enum { MAX_BODY = 16 * 1024 * 1024 };

int body_read(struct json_doc *doc, const char *what, const char *text, struct json **value,
	      struct err *err)
{
	CLEAN_BUF struct buf bytes = { 0 };
	if (text[0] == '@') {
		if (file_read(text + 1, MAX_BODY, &bytes, NULL, ERR_USAGE, err) < 0)
			return err_wrap(err, "%s", what);
	} else {
		buf_add_str(&bytes, text);
	}
	if (json_parse(doc, buf_str(&bytes), bytes.len, value, err) < 0)
		return err_wrap(err, "%s", what);
	return 0;
}

/* Sets the member at a dotted wire name, making the objects on the way. */
static int set_member(struct json_doc *doc, struct json *object, const char *wire,
		      struct json *value, struct err *err)
{
	for (const char *dot; (dot = strchr(wire, '.')); wire = dot + 1) {
		CLEAN_FREE char *name = mem_dup_len(wire, (size_t)(dot - wire));
		struct json *inner = json_get(object, name);
		if (!inner) {
			inner = json_new(doc, JSON_OBJECT);
			json_set(doc, object, name, inner);
		}
		if (inner->type != JSON_OBJECT)
			return err_set(err, ERR_USAGE, "the field \"%s\" of the body is no object",
				       name);
		object = inner;
	}
	json_set(doc, object, wire, value);
	return 0;
}

/* A checked text as the JSON value of the argument's type. */
static struct json *typed_value(struct json_doc *doc, const struct arg *arg, const char *text,
				struct err *err)
{
	CLEAN_BUF struct buf instant_text = { 0 };
	CLEAN_FREE char *what = buf_format("--%s", arg->name);
	struct json *value = NULL;
	const struct json *listed;
	long long instant;
	switch (arg->type) {
	case ARG_INT:
	case ARG_NUMBER:
		return json_new_text(doc, JSON_NUMBER, text[0] == '+' ? text + 1 : text,
				     strlen(text) - (text[0] == '+'));
	case ARG_FLAG:
		return json_new_bool(doc, strcmp(text, "true") == 0);
	case ARG_TIME:
		if (clock_parse(text, &instant, NULL, err) < 0)
			return NULL;
		clock_format(&instant_text, instant);
		return json_new_string(doc, instant_text.data);
	case ARG_JSON:
		return body_read(doc, what, text, &value, err) < 0 ? NULL : value;
	case ARG_CHOICE:
		listed = limits_choice(arg, text);
		return listed ? json_copy(doc, listed) : json_new_string(doc, text);
	case ARG_STRING:
	case ARG_FILE:
	case ARG_DATE:
	case ARG_PAIR:
		return json_new_string(doc, text);
	}
	return NULL;
}

/* Adds `KEY=VALUE`, or `KEY:=JSON`, to the object at the argument's place. */
static int add_pair(struct json_doc *doc, struct json *body, const struct arg *arg,
		    const char *text, struct err *err)
{
	size_t len = strcspn(text, "=");
	bool raw = len && text[len - 1] == ':';
	CLEAN_FREE char *key = mem_dup_len(text, len - raw);
	CLEAN_FREE char *what = buf_format("--%s %s", arg->name, key);
	struct json *value = NULL;
	if (!raw)
		value = json_new_string(doc, text + len + 1);
	else if (body_read(doc, what, text + len + 1, &value, err) < 0)
		return -1;
	struct json *object = json_path(body, arg->wire);
	if (!object) {
		object = json_new(doc, JSON_OBJECT);
		if (set_member(doc, body, arg->wire, object, err) < 0)
			return -1;
	}
	if (object->type != JSON_OBJECT)
		return err_set(err, ERR_USAGE, "the field \"%s\" of the body is no object",
			       arg->wire);
	json_set(doc, object, key, value);
	return 0;
}

static int add_field(struct json_doc *doc, struct json *body, const struct arg *arg,
		     const char *text, struct err *err)
{
	if (arg->type == ARG_PAIR)
		return add_pair(doc, body, arg, text, err);
	struct json *value = typed_value(doc, arg, text, err);
	if (!value)
		return -1;
	if (!(arg->flags & ARG_REPEAT))
		return set_member(doc, body, arg->wire, value, err);
	struct json *array = json_path(body, arg->wire);
	if (!json_is(array, JSON_ARRAY)) {
		array = json_new(doc, JSON_ARRAY);
		if (set_member(doc, body, arg->wire, array, err) < 0)
			return -1;
	}
	json_append(array, value);
	return 0;
}

static int unknown_field(const struct command *command, const char *name, struct err *err)
{
	struct text_guess guess = { .word = name };
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].place == ARG_BODY)
			text_guess_try(&guess, command->args[i].wire);
	err_set(err, ERR_USAGE, "--set: \"%s\" has no field \"%s\"", command->name, name);
	if (guess.best)
		return err_hint(
			err,
			"did you mean %s? a field that the contract does not know goes into --body",
			guess.best);
	return err_hint(err,
			"\"bangoctl contract show %s\" lists the fields; others go into --body",
			command->name);
}

/* The field that `name` is, or is within: `extensionData.tier` is within extensionData. */
static const struct arg *field_of(const struct command *command, const char *name, bool *within)
{
	const struct arg *arg = command_wire_arg(command, ARG_BODY, name);
	*within = false;
	CLEAN_FREE char *outer = mem_dup(name);
	for (char *dot; !arg && (dot = strrchr(outer, '.'));) {
		*dot = '\0';
		arg = command_wire_arg(command, ARG_BODY, outer);
		arg = arg && (arg->type == ARG_PAIR || arg->type == ARG_JSON) ? arg : NULL;
		*within = true;
	}
	return arg;
}

static int check_json(const struct arg *arg, const char *what, const struct json *value,
		      struct err *err);

/* How many values the contract allows, if there are any. */
static int check_count(const struct arg *arg, const char *what, size_t count, struct err *err)
{
	if (arg->least && count < arg->least)
		return err_set(err, ERR_USAGE, "%s: at least %zu values are needed, not %zu", what,
			       arg->least, count);
	if (arg->most && count > arg->most)
		return err_set(err, ERR_USAGE, "%s: at most %zu values are allowed, not %zu", what,
			       arg->most, count);
	return 0;
}

static int check_elements(const struct arg *arg, const char *what, const struct json *value,
			  struct err *err)
{
	struct arg item = *arg;
	item.flags &= ~(unsigned)ARG_REPEAT;
	if (value->type != JSON_ARRAY)
		return err_set(err, ERR_USAGE, "%s: the value is no array", what);
	for (const struct json *element = value->first; element; element = element->next)
		if (check_json(&item, what, element, err) < 0)
			return -1;
	return check_count(arg, what, value->count, err);
}

static bool has_json_type(const struct arg *arg, const struct json *value)
{
	switch (arg->type) {
	case ARG_INT:
	case ARG_NUMBER:
		return value->type == JSON_NUMBER;
	case ARG_FLAG:
		return value->type == JSON_TRUE || value->type == JSON_FALSE;
	case ARG_CHOICE:
		return json_is_scalar(value);
	case ARG_PAIR:
		return value->type == JSON_OBJECT;
	case ARG_STRING:
	case ARG_FILE:
	case ARG_TIME:
	case ARG_DATE:
		return value->type == JSON_STRING;
	case ARG_JSON:
		return true;
	}
	return false;
}

/* Whether a raw value is what the contract asks for; null is left to the server. */
static int check_json(const struct arg *arg, const char *what, const struct json *value,
		      struct err *err)
{
	if (value->type == JSON_NULL)
		return 0;
	if (arg->flags & ARG_REPEAT && arg->type != ARG_PAIR)
		return check_elements(arg, what, value, err);
	if (!has_json_type(arg, value))
		return err_set(err, ERR_USAGE, "%s: a %s is not what the contract asks for", what,
			       json_type_name(value->type));
	if (value->type != JSON_NUMBER && value->type != JSON_STRING)
		return 0;
	return parse_check(arg, what, value->text, err);
}

static int set_raw(struct json_doc *doc, struct json *body, const struct arg *arg, const char *name,
		   const char *text, struct err *err)
{
	CLEAN_FREE char *what = buf_format("--set %s", name);
	CLEAN_ERR struct err broken = { 0 };
	struct json *value = NULL;
	if (body_read(doc, what, text, &value, err) < 0)
		return -1;
	if (arg && check_json(arg, what, value, &broken) < 0)
		terminal_note("warning: %s", broken.message);
	return set_member(doc, body, name, value, err);
}

/* Reads `NAME=VALUE`, typed by the contract, or `NAME:=JSON`, raw. */
static int set_field(struct json_doc *doc, struct json *body, const struct command *command,
		     const char *text, struct err *err)
{
	size_t len = strcspn(text, "=");
	bool raw = len && text[len - 1] == ':', within;
	CLEAN_FREE char *name = mem_dup_len(text, len - raw);
	CLEAN_FREE char *what = buf_format("--set %s", name);
	const struct arg *arg = field_of(command, name, &within);
	if (!arg && !command->body_open)
		return unknown_field(command, name, err);
	if (raw)
		return set_raw(doc, body, within ? NULL : arg, name, text + len + 1, err);
	if (within || !arg)
		return set_member(doc, body, name, json_new_string(doc, text + len + 1), err);
	if (parse_check(arg, what, text + len + 1, err) < 0)
		return -1;
	return add_field(doc, body, arg, text + len + 1, err);
}

static int check_required(const struct command *command, const struct json *body, struct err *err)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place == ARG_BODY && (arg->flags & ARG_REQUIRED) &&
		    !json_path(body, arg->wire))
			return parse_missing(command, arg, err);
	}
	return 0;
}

/* An update without a field would be a request for nothing. */
static int check_least(const struct command *command, const struct json *body, struct err *err)
{
	size_t count = json_is(body, JSON_OBJECT) ? body->count : 0;
	if (count >= command->body_least)
		return 0;
	err_set(err, ERR_USAGE, "\"%s\" needs at least %zu field%s", command->name,
		command->body_least, command->body_least == 1 ? "" : "s");
	return err_hint(err, "\"bangoctl %s --help\" lists them", command->name);
}

/* Applies the options in the order: fields, then --set, whatever their order on the line. */
static int add_values(struct json_doc *doc, struct json *body, const struct command *command,
		      const struct values *values, struct err *err)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->items[i].arg->place == ARG_BODY &&
		    add_field(doc, body, values->items[i].arg, values->items[i].text, err) < 0)
			return -1;
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i].arg->name, "set") == 0 &&
		    values->items[i].arg->place == ARG_CLIENT &&
		    set_field(doc, body, command, values->items[i].text, err) < 0)
			return -1;
	return 0;
}

int body_build(struct json_doc *doc, const struct command *command, const struct values *values,
	       const struct json **body, struct err *err)
{
	const char *given = values_get(values, "body");
	bool fields = values_get(values, "set") != NULL;
	for (size_t i = 0; i < values->count; i++)
		fields = fields || values->items[i].arg->place == ARG_BODY;
	struct json *root = NULL;
	*body = NULL;
	if (given && body_read(doc, "--body", given, &root, err) < 0)
		return -1;
	if (!root && (fields || command->body_required))
		root = json_new(doc, JSON_OBJECT);
	if (root && (fields || command_has_body(command)) && root->type != JSON_OBJECT)
		return err_set(err, ERR_USAGE, "--body is no JSON object");
	if (root && add_values(doc, root, command, values, err) < 0)
		return -1;
	if (check_required(command, root, err) < 0 || check_least(command, root, err) < 0)
		return -1;
	*body = root;
	return 0;
}
