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
		return json == JSON_STRING || json == JSON_NUMBER;
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
	if (value->type == JSON_NULL || arg->type == ARG_JSON)
		return 0;
	if ((arg->flags & ARG_REPEAT) && arg->type != ARG_PAIR) {
		if (value->type != JSON_ARRAY)
			return invalid(arg->wire, err);
		struct arg item = *arg;
		item.flags &= ~(unsigned)ARG_REPEAT;
		for (const struct json *element = value->first; element; element = element->next)
			if (check_value(&item, element, err) < 0)
				return -1;
		return 0;
	}
	if (!type_fits(arg->type, value->type) ||
	    (value->type == JSON_STRING && !json_string(value)))
		return invalid(arg->wire, err);
	if (value->type != JSON_STRING && value->type != JSON_NUMBER)
		return 0;
	return check_text(arg, value->text, err);
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
		if (strlen(member->key) != member->key_len || (!arg && !is_prefix(command, wire)))
			result = unknown(wire, err);
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
	if (json_parse(doc, request->body, request->body_len, fields, err) < 0)
		return err_wrap(err, "the body is not valid");
	if ((*fields)->type != JSON_OBJECT)
		return err_set(err, ERR_USAGE, "the body is not a JSON object");
	if (json_depth(*fields) > STORE_MAX_DEPTH)
		return err_set(err, ERR_USAGE, "the body is nested too deep");
	if ((*fields)->count < command->body_least)
		return err_set(err, ERR_USAGE, "the body has fewer than %zu member%s",
			       command->body_least, command->body_least == 1 ? "" : "s");
	return check_members(command, *fields, "", err);
}

/* ---- query and headers ---- */

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

static int read_pair(const struct command *command, const char *pair, size_t len,
		     struct json_doc *doc, struct json *fields, struct err *err)
{
	CLEAN_BUF struct buf name = { 0 }, value = { 0 };
	const char *sign = memchr(pair, '=', len);
	size_t name_len = sign ? (size_t)(sign - pair) : len;
	const char *text = sign ? sign + 1 : pair + len;
	if (decode(&name, pair, name_len) < 0)
		return err_set(err, ERR_USAGE, "the query is not valid");
	const struct arg *arg = command_wire_arg(command, ARG_QUERY, name.data);
	if (!arg)
		return unknown(name.data, err);
	if (decode(&value, text, (size_t)(pair + len - text)) < 0)
		return invalid(arg->wire, err);
	if (check_text(arg, value.data, err) < 0)
		return -1;
	if (!(arg->flags & ARG_REPEAT)) {
		json_set_string(doc, fields, arg->wire, value.data);
		return 0;
	}
	struct json *list = json_get(fields, arg->wire);
	if (!list)
		json_set(doc, fields, arg->wire, list = json_new(doc, JSON_ARRAY));
	json_append(list, json_new_string(doc, value.data));
	return 0;
}

static int read_query(const struct command *command, const char *query, struct json_doc *doc,
		      struct json *fields, struct err *err)
{
	while (*query) {
		size_t len = strcspn(query, "&");
		if (len && read_pair(command, query, len, doc, fields, err) < 0)
			return -1;
		query += len + (query[len] == '&');
	}
	return 0;
}

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
	if (read_body(command, request, doc, fields, err) < 0 ||
	    read_query(command, request->query, doc, *fields, err) < 0)
		return -1;
	return check_args(command, request, *fields, err);
}
