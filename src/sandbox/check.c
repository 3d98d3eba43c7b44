/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/check.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "grammar/parse.h"
#include "sandbox/store.h"

static int invalid(const char *wire, struct err *err)
{
	return err_set(err, ERR_USAGE, "parameter is invalid: %s", wire);
}

static int unknown(const char *wire, struct err *err)
{
	return err_set(err, ERR_USAGE, "parameter is not known: %s", wire);
}

/* ---- one value ---- */

/* parse_check, and the one thing more that holds on the wire: a moment has a time. */
static int check_text(const struct arg *arg, const char *text, struct err *err)
{
	long long instant;
	bool date_only = false;
	if (parse_check(arg, arg->wire, text, err) < 0)
		return err_wrap(err, "parameter is invalid");
	if (arg->type == ARG_TIME && clock_parse(text, &instant, &date_only, err) == 0 && date_only)
		return err_set(err, ERR_USAGE, "parameter is invalid: %s: \"%s\" has no time",
			       arg->wire, text);
	return 0;
}

static bool type_fits(enum arg_type type, enum json_type json)
{
	switch (type) {
	case ARG_STRING:
	case ARG_FILE:
	case ARG_TIME:
	case ARG_DATE:
		return json == JSON_STRING;
	case ARG_CHOICE:
		return json != JSON_ARRAY && json != JSON_OBJECT;
	case ARG_INT:
	case ARG_NUMBER:
		return json == JSON_NUMBER;
	case ARG_FLAG:
		return json == JSON_TRUE || json == JSON_FALSE;
	case ARG_PAIR:
		return json == JSON_OBJECT;
	case ARG_JSON:
		return true;
	}
	return false;
}

static int check_value(const struct arg *arg, const struct json *value, struct err *err)
{
	if (value->type == JSON_NULL && !(arg->flags & ARG_NULL))
		return invalid(arg->wire, err);
	if (value->type == JSON_NULL || arg->type == ARG_JSON)
		return 0;
	if ((arg->flags & ARG_REPEAT) && arg->type != ARG_PAIR) {
		if (value->type != JSON_ARRAY)
			return invalid(arg->wire, err);
		struct arg item = *arg;
		item.flags = (item.flags & ~(unsigned)ARG_REPEAT) | ARG_NULL; /* not known */
		for (const struct json *element = value->first; element; element = element->next)
			if (check_value(&item, element, err) < 0)
				return -1;
		return 0;
	}
	if (!type_fits(arg->type, value->type) ||
	    (value->type == JSON_STRING && !json_string(value)))
		return invalid(arg->wire, err);
	if (arg->type == ARG_CHOICE && json_is_scalar(value) && !value->text)
		return check_text(arg, json_type_name(value->type), err);
	if (value->type != JSON_STRING && value->type != JSON_NUMBER)
		return 0;
	return check_text(arg, value->text, err);
}

/* ---- forms: the query, and some bodies ---- */

static int decode(struct buf *out, const char *text, size_t len)
{
	CLEAN_FREE char *plain = mem_dup_len(text, len);
	for (char *p = plain; *p; p++)
		if (*p == '+')
			*p = ' ';
	buf_clear(out);
	buf_add(out, "", 0);
	return text_percent_decode(out, plain, len) < 0 || !text_is_utf8(out->data, out->len) ? -1
											      : 0;
}

/* The object that a name is a member of, and which: `filter[from]`, or any name where an object is
 * spread over the query. */
static const struct arg *object_of(const struct command *command, enum arg_place place,
				   const char *name, struct buf *key)
{
	const char *bracket = strchr(name, '[');
	CLEAN_FREE char *outer = mem_dup_len(name, bracket ? (size_t)(bracket - name) : 0);
	const struct arg *deep = command_wire_arg(command, place, outer);
	size_t len = bracket ? strlen(bracket) : 0;
	if (len > 2 && bracket[len - 1] == ']' && deep && (deep->flags & ARG_DEEP)) {
		buf_add(key, bracket + 1, len - 2);
		return deep;
	}
	buf_add_str(key, name);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place == place && place == ARG_QUERY && arg->type == ARG_PAIR &&
		    !(arg->flags & ARG_DEEP))
			return arg;
	}
	return NULL;
}

/* What is read, and into what. */
struct form {
	const struct command *command;
	enum arg_place place;
	struct json_doc *doc;
	struct json *fields;
};

/* The field of that name, made as that type if it is not there. */
static struct json *field_of(const struct form *form, const char *name, enum json_type type)
{
	struct json *member = json_get(form->fields, name);
	if (!member)
		json_set(form->doc, form->fields, name, member = json_new(form->doc, type));
	return member;
}

/* A checked text as the JSON that a body of JSON would have in its place. */
static struct json *value_of(const struct form *form, const struct arg *arg, const char *text)
{
	bool typed = form->place == ARG_BODY;
	if (typed && (arg->type == ARG_INT || arg->type == ARG_NUMBER))
		return json_new_text(form->doc, JSON_NUMBER, text, strlen(text));
	if (typed && arg->type == ARG_FLAG)
		return json_new_bool(form->doc, strcmp(text, "true") == 0);
	return json_new_string(form->doc, text);
}

static int add_text(const struct form *form, const struct arg *arg, const char *text,
		    struct err *err)
{
	if (check_text(arg, text, err) < 0)
		return -1;
	struct json *value = value_of(form, arg, text);
	if (arg->flags & ARG_REPEAT)
		json_append(field_of(form, arg->wire, JSON_ARRAY), value);
	else
		json_set(form->doc, form->fields, arg->wire, value);
	return 0;
}

/* Adds what was given for the argument, of a list that is joined all values. A comma within a value
 * is percent-encoded; the other joints are so themselves. */
static int add_texts(const struct form *form, const struct arg *arg, const char *raw,
		     struct err *err)
{
	const char *joint = arg->joint == ','	 ? ","
			    : arg->joint == '|'	 ? "|"
			    : arg->joint == ' '	 ? " "
			    : arg->joint == '\t' ? "\t"
						 : "";
	CLEAN_BUF struct buf whole = { 0 };
	if (*joint != ',' && decode(&whole, raw, strlen(raw)) < 0)
		return invalid(arg->wire, err);
	for (const char *p = *joint == ',' ? raw : whole.data; p;) {
		size_t len = strcspn(p, joint);
		CLEAN_BUF struct buf one = { 0 };
		if (*joint != ',')
			buf_add(&one, p, len);
		else if (decode(&one, p, len) < 0)
			return invalid(arg->wire, err);
		if (add_text(form, arg, buf_str(&one), err) < 0)
			return -1;
		p = p[len] ? p + len + 1 : NULL;
	}
	return 0;
}

static int read_pair(const struct form *form, const char *pair, size_t len, struct err *err)
{
	CLEAN_BUF struct buf name = { 0 }, key = { 0 }, value = { 0 };
	size_t name_len = strcspn(pair, "=&");
	bool valued = name_len < len;
	CLEAN_FREE char *raw = mem_dup_len(pair + name_len + valued, len - name_len - valued);
	if (decode(&name, pair, name_len) < 0)
		return err_set(err, ERR_USAGE, "the %s is not valid",
			       form->place == ARG_QUERY ? "query" : "body");
	const struct arg *arg = command_wire_arg(form->command, form->place, name.data);
	if (arg && arg->type != ARG_PAIR)
		return add_texts(form, arg, raw, err);
	arg = object_of(form->command, form->place, name.data, &key);
	if (!arg)
		return form->place == ARG_BODY && form->command->body_open
			       ? 0
			       : unknown(name.data, err);
	if (decode(&value, raw, strlen(raw)) < 0)
		return invalid(arg->wire, err);
	json_set_string(form->doc, field_of(form, arg->wire, JSON_OBJECT), buf_str(&key),
			value.data);
	return 0;
}

static int read_pairs(const struct form *form, const char *text, struct err *err)
{
	while (*text) {
		size_t len = strcspn(text, "&");
		if (len && read_pair(form, text, len, err) < 0)
			return -1;
		text += len + (text[len] == '&');
	}
	return 0;
}

/* ---- the body ---- */

/* Whether some argument is a member of the object `wire`. */
static bool is_prefix(const struct command *command, const char *wire)
{
	size_t len = strlen(wire);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place == ARG_BODY && strncmp(arg->wire, wire, len) == 0 &&
		    arg->wire[len] == '.')
			return true;
	}
	return false;
}

static int check_members(const struct command *command, const struct json *object,
			 const char *prefix, struct err *err)
{
	for (const struct json *member = object->first; member; member = member->next) {
		CLEAN_FREE char *wire =
			buf_format("%s%s%s", prefix, *prefix ? "." : "", member->key);
		const struct arg *arg = command_wire_arg(command, ARG_BODY, wire);
		int result = 0;
		if (strlen(member->key) != member->key_len)
			result = unknown(wire, err);
		else if (!arg && !is_prefix(command, wire))
			result = command->body_open ? 0 : unknown(wire, err);
		else if (arg)
			result = check_value(arg, member, err);
		else if (member->type == JSON_OBJECT)
			result = check_members(command, member, wire, err);
		else if (member->type != JSON_NULL)
			result = invalid(wire, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int read_body(const struct command *command, const struct listener_request *request,
		     struct json_doc *doc, struct json **fields, struct err *err)
{
	*fields = json_new(doc, JSON_OBJECT);
	if (!request->body_len) {
		if (command->body_required)
			return err_set(err, ERR_USAGE, "parameter is required: the body");
		return 0;
	}
	const struct form form = { command, ARG_BODY, doc, *fields };
	if (command->body_form == BODY_URLENCODED)
		return read_pairs(&form, request->body, err);
	if (json_parse(doc, request->body, request->body_len, fields, err) < 0)
		return err_wrap(err, "the body is not valid");
	if ((*fields)->type == JSON_ARRAY && command->body_open && !command_has_body(command)) {
		*fields = json_new(doc, JSON_OBJECT);
		return 0;
	}
	if ((*fields)->type != JSON_OBJECT)
		return err_set(err, ERR_USAGE, "the body is not a JSON object");
	if (json_depth(*fields) > STORE_MAX_DEPTH)
		return err_set(err, ERR_USAGE, "the body is nested too deep");
	if ((*fields)->count < command->body_least)
		return err_set(err, ERR_USAGE, "the body has fewer than %zu member%s",
			       command->body_least, command->body_least == 1 ? "" : "s");
	return check_members(command, *fields, "", err);
}

/* ---- all of it ---- */

/* What stands in the request for the argument, as text; NULL: nothing, "" for what is no text. */
static const char *given(const struct arg *arg, const struct listener_request *request,
			 const struct json *fields)
{
	if (arg->place == ARG_HEADER)
		return listener_header(request, arg->wire);
	const struct json *value = arg->place == ARG_QUERY ? json_get(fields, arg->wire)
							   : json_path(fields, arg->wire);
	if (!value || value->type == JSON_NULL)
		return NULL;
	return value->type == JSON_STRING ? value->text : "";
}

static int check_args(const struct command *command, const struct listener_request *request,
		      const struct json *fields, struct err *err)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place == ARG_CLIENT || arg->place == ARG_PATH)
			continue;
		const char *text = given(arg, request, fields);
		if (!text && (arg->flags & ARG_REQUIRED))
			return err_set(err, ERR_USAGE, "parameter is required: %s", arg->wire);
		if (text && arg->place == ARG_HEADER && check_text(arg, text, err) < 0)
			return -1;
	}
	return 0;
}

int check_request(const struct command *command, const struct listener_request *request,
		  struct json_doc *doc, struct json **fields, struct err *err)
{
	if (read_body(command, request, doc, fields, err) < 0)
		return -1;
	const struct form query = { command, ARG_QUERY, doc, *fields };
	if (read_pairs(&query, request->query, err) < 0)
		return -1;
	return check_args(command, request, *fields, err);
}
