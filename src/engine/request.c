/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/request.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "contract/security.h"
#include "engine/body.h"
#include "engine/match.h"
#include "engine/profile.h"

#ifndef BANGOCTL_VERSION
#define BANGOCTL_VERSION "0"
#endif

enum { MAX_REQUEST_ID = 128 };

void request_done(struct request *request)
{
	free(request->headers);
	free(request->method);
	free(request->path);
	free(request->target);
	free(request->id);
	json_doc_free(request->doc);
	buf_done(&request->text);
	*request = (struct request){ 0 };
}

static void add_header(struct request *request, const char *name, const char *value)
{
	request->headers =
		mem_grow(request->headers, request->header_count, sizeof(*request->headers));
	request->headers[request->header_count++] = (struct http_header){
		.name = json_new_string(request->doc, name)->text,
		.value = json_new_string(request->doc, value)->text,
	};
}

/* Whether the text can stand in a header: no control characters (RFC 9110, 5.5). */
static bool is_header_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

/* Takes the first header of that name out of the first `own` ones; whether there was one. */
static bool remove_header(struct request *request, const char *name, size_t own)
{
	struct http_header *headers = request->headers;
	for (size_t i = 0; i < own; i++) {
		if (strcasecmp(headers[i].name, name) != 0)
			continue;
		request->header_count--;
		memmove(&headers[i], &headers[i + 1],
			(request->header_count - i) * sizeof(*headers));
		return true;
	}
	return false;
}

static int read_custom_header(const struct session *session, struct request *request,
			      const char *text, size_t *own, struct err *err)
{
	const char *secret = NULL;
	bool has_secret = profile_auth(session, request->command, &secret) == AUTH_HEADER && secret;
	CLEAN_FREE char *name = mem_dup_len(text, strcspn(text, ":"));
	const char *value = text + strlen(name);
	if (*value != ':' || !text_is_header_name(name)) {
		/* it may be a secret */
		err_set(err, ERR_USAGE, "--header: what is given has no form NAME:VALUE");
		return err_hint(err, "write --header 'X-Tenant: acme'");
	}
	if (security_header_owner(name) == HEADER_OURS)
		return err_set(err, ERR_USAGE, "--header: %s is set by bangoctl itself", name);
	if (has_secret && strcasecmp(name, secret) == 0)
		return err_set(err, ERR_USAGE, "--header: the profile's secret goes out in %s",
			       secret);
	value++;
	value += strspn(value, " ");
	if (!is_header_text(value))
		return err_set(err, ERR_USAGE,
			       "--header: the value of %s holds a control character", name);
	*own -= remove_header(request, name, *own);
	add_header(request, name, value);
	/* any of them may be a secret */
	request->headers[request->header_count - 1].masked =
		security_header_owner(name) == HEADER_FREE;
	return 0;
}

/* Those of --header, at last: they replace what has their name, and may be several of one name. */
static int add_custom_headers(const struct session *session, struct request *request,
			      struct err *err)
{
	size_t own = request->header_count;
	for (size_t i = 0; i < session->globals.count; i++)
		if (strcmp(session->globals.items[i].arg->name, "header") == 0 &&
		    read_custom_header(session, request, session->globals.items[i].text, &own,
				       err) < 0)
			return -1;
	return 0;
}

/* The headers that every request has, in the order in which they are sent. */
static int add_headers(const struct session *session, struct request *request, struct err *err)
{
	const char *id = values_get(&session->globals, "request-id");
	char uuid[UUID_SIZE];
	random_uuid(uuid);
	if (id && (!*id || strlen(id) > MAX_REQUEST_ID || !is_header_text(id) || strchr(id, ' ') ||
		   !text_is_utf8(id, strlen(id))))
		return err_set(err, ERR_USAGE,
			       "--request-id: use 1 to %d characters without blanks",
			       MAX_REQUEST_ID);
	request->id = mem_dup(id ? id : uuid);
	add_header(request, "User-Agent", "bangoctl/" BANGOCTL_VERSION);
	add_header(request, "Accept", "application/json");
	add_header(request, "X-RequestIdentifier", request->id);
	return 0;
}

/* A call whose body can be written in no way that the contract allows would be a wrong one. */
static int refuse_body(const struct command *command, struct err *err)
{
	err_set(err, ERR_USAGE, "\"%s\" takes a body that is neither JSON nor a form",
		command->name);
	return err_hint(err, "\"bangoctl request %s %s\" sends the request without a body",
			command->method, command->path);
}

static int set_body(struct request *request, const struct json *body, struct err *err)
{
	enum body_form form = request->command ? request->command->body_form : BODY_JSON;
	request->body = body;
	request->has_body = body != NULL;
	if (!body)
		return 0;
	if (form == BODY_UNSUPPORTED)
		return refuse_body(request->command, err);
	if (form == BODY_URLENCODED) {
		add_header(request, "Content-Type", "application/x-www-form-urlencoded");
		return body_write_form(&request->text, request->command, body, err);
	}
	json_write(&request->text, body, JSON_COMPACT);
	add_header(request, "Content-Type", "application/json");
	return 0;
}

/* A path parameter's value must stay one segment of the path, whatever a server does to it. */
static int check_segment(const struct arg *arg, const char *text, struct err *err)
{
	if (!*text)
		return err_set(err, ERR_USAGE, "%s is empty", arg_meta(arg));
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return err_set(err, ERR_USAGE, "%s: \"%s\" would change the path", arg_meta(arg),
			       text);
	/* percent-encoded it would arrive, but a proxy that decodes it would make another path of
	 * it */
	if (strpbrk(text, "/\\"))
		return err_set(err, ERR_USAGE,
			       "%s: \"%s\" holds a slash, which would change the path",
			       arg_meta(arg), text);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return err_set(err, ERR_USAGE, "%s: the value holds a control character",
				       arg_meta(arg));
	return 0;
}

/* The text that an argument sends: times in UTC, the rest as typed. */
static int wire_text(const struct arg *arg, const char *text, struct buf *out, struct err *err)
{
	long long instant;
	if (arg->type != ARG_TIME) {
		buf_add_str(out, text);
		return 0;
	}
	if (clock_parse(text, &instant, NULL, err) < 0)
		return -1;
	clock_format(out, instant);
	return 0;
}

static int fill_hole(const struct command *command, const struct values *values, const char *hole,
		     struct request *request, struct buf *path, struct err *err)
{
	const struct arg *arg = command_wire_arg(command, ARG_PATH, hole);
	if (!arg)
		return err_set(err, ERR_CONFIG,
			       "the path \"%s\" has a hole {%s} without an argument", command->path,
			       hole);
	const char *text = values_get(values, arg->name);
	char uuid[UUID_SIZE];
	if (!text && arg->fallback)
		random_uuid(uuid);
	if (!text)
		text = arg->fallback ? uuid : "";
	CLEAN_BUF struct buf wire = { 0 };
	if (check_segment(arg, text, err) < 0 || wire_text(arg, text, &wire, err) < 0)
		return -1;
	free(request->target);
	request->target = mem_dup(text);
	text_percent_encode(path, buf_str(&wire), wire.len);
	return 0;
}

static int fill_path(const struct command *command, const struct values *values,
		     struct request *request, struct buf *path, struct err *err)
{
	for (const char *p = command->path; *p; p++) {
		size_t plain = strcspn(p, "{");
		buf_add(path, p, plain);
		p += plain;
		if (!*p)
			break;
		CLEAN_FREE char *hole = mem_dup_len(p + 1, strcspn(p + 1, "}"));
		if (fill_hole(command, values, hole, request, path, err) < 0)
			return -1;
		p += strlen(hole) + 1;
	}
	return 0;
}

/* Adds the values of a repeated argument from number `first` on, with what stands between them; in
 * the query percent-encoded. */
static int join_values(const struct values *values, size_t first, struct buf *out, struct err *err)
{
	const struct arg *arg = values->items[first].arg;
	for (size_t i = first; i < values->count; i++) {
		CLEAN_BUF struct buf wire = { 0 };
		if (values->items[i].arg != arg)
			continue;
		if (wire_text(arg, values->items[i].text, &wire, err) < 0)
			return -1;
		if (i > first && arg->joint == ',')
			buf_add_char(out, ',');
		else if (i > first)
			text_percent_encode(out, &arg->joint, 1);
		if (arg->place == ARG_QUERY)
			text_percent_encode(out, buf_str(&wire), wire.len);
		else
			buf_add(out, buf_str(&wire), wire.len);
	}
	return 0;
}

/* Whether an earlier value took this one with it. */
static bool is_joined(const struct values *values, size_t number)
{
	const struct arg *arg = values->items[number].arg;
	for (size_t i = 0; arg->joint && i < number; i++)
		if (values->items[i].arg == arg)
			return true;
	return false;
}

/* Adds `key=value` of an object, or `name[key]=value`. */
static void add_pair(const struct value *value, struct buf *path)
{
	size_t len = strcspn(value->text, "=");
	bool deep = value->arg->flags & ARG_DEEP;
	if (deep) {
		text_percent_encode(path, value->arg->wire, strlen(value->arg->wire));
		text_percent_encode(path, "[", 1);
	}
	text_percent_encode(path, value->text, len);
	if (deep)
		text_percent_encode(path, "]", 1);
	buf_add_char(path, '=');
	text_percent_encode(path, value->text + len + 1, strlen(value->text + len + 1));
}

static int add_query(const struct values *values, struct buf *path, struct err *err)
{
	char separator = '?';
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];
		if (value->arg->place != ARG_QUERY || is_joined(values, i))
			continue;
		buf_add_char(path, separator);
		separator = '&';
		if (value->arg->type == ARG_PAIR) {
			add_pair(value, path);
			continue;
		}
		text_percent_encode(path, value->arg->wire, strlen(value->arg->wire));
		buf_add_char(path, '=');
		CLEAN_BUF struct buf wire = { 0 };
		if (value->arg->joint) {
			if (join_values(values, i, path, err) < 0)
				return -1;
			continue;
		}
		if (wire_text(value->arg, value->text, &wire, err) < 0)
			return -1;
		text_percent_encode(path, buf_str(&wire), wire.len);
	}
	return 0;
}

static int add_header_values(const struct values *values, struct request *request, struct err *err)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];
		CLEAN_BUF struct buf wire = { 0 };
		if (value->arg->place != ARG_HEADER || is_joined(values, i))
			continue;
		int result = value->arg->joint ? join_values(values, i, &wire, err)
					       : wire_text(value->arg, value->text, &wire, err);
		if (result < 0)
			return -1;
		if (!is_header_text(buf_str(&wire)))
			return err_set(err, ERR_USAGE, "--%s: the value holds a control character",
				       value->arg->name);
		add_header(request, value->arg->wire, buf_str(&wire));
	}
	return 0;
}

int request_build(const struct session *session, const struct command *command,
		  const struct values *values, struct request *request, struct err *err)
{
	*request = (struct request){
		.command = command,
		.method = mem_dup(command->method),
		.doc = json_doc_new(),
		.effect = command->effect,
		.danger = command->danger,
	};
	CLEAN_BUF struct buf path = { 0 };
	const struct json *body = NULL;
	if (command->body_form == BODY_UNSUPPORTED)
		return refuse_body(command, err);
	if (fill_path(command, values, request, &path, err) < 0 ||
	    add_query(values, &path, err) < 0 || add_headers(session, request, err) < 0 ||
	    add_header_values(values, request, err) < 0 ||
	    body_build(request->doc, command, values, &body, err) < 0 ||
	    set_body(request, body, err) < 0 || add_custom_headers(session, request, err) < 0)
		return -1;
	request->path = buf_take(&path);
	return 0;
}

char *request_url(const struct request *request, const struct http_url *url)
{
	return buf_format("%s://%s%s%s", url->https ? "https" : "http", url->authority, url->path,
			  request->path);
}

void request_set_id(struct request *request, const char *id)
{
	free(request->id);
	request->id = mem_dup(id);
	for (size_t i = 0; i < request->header_count; i++)
		if (strcmp(request->headers[i].name, "X-RequestIdentifier") == 0)
			request->headers[i].value = json_new_string(request->doc, id)->text;
}

void request_fresh_id(struct request *request)
{
	char uuid[UUID_SIZE];
	random_uuid(uuid);
	request_set_id(request, uuid);
}

/* ---- request METHOD PATH ---- */

/* What the contract knows of the path. Of what it does not know only reads are taken for harmless.
 */
static void match_operation(const struct session *session, struct request *request)
{
	bool safe = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	struct match match = {
		.effect = safe ? EFFECT_READ : EFFECT_CHANGE,
		.danger = safe ? DANGER_NONE : DANGER_SEVERE,
	};
	match_path(&session->contract, request->method, request->path, &match);
	request->command = match.command;
	request->target = match.target;
	request->effect = match.effect;
	request->danger = match.danger;
}

static int check_raw_path(const char *path, struct err *err)
{
	if (path[0] != '/') {
		err_set(err, ERR_USAGE, "the path \"%s\" does not begin with a slash", path);
		return err_hint(
			err,
			"the server comes from the profile: write only what follows it, such as /v1/echo/hello");
	}
	for (const char *p = path; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F || *p == '#') {
			err_set(err, ERR_USAGE,
				"the path \"%s\" holds a character that must be percent-encoded",
				path);
			return err_hint(err, "a blank is %%20, a # is %%23");
		}
	return 0;
}

int request_build_raw(const struct session *session, const struct values *values,
		      struct request *request, struct err *err)
{
	const char *method = values_get(values, "method"), *path = values_get(values, "path");
	const char *data = values_get(values, "data");
	*request = (struct request){ .method = mem_dup(method),
				     .path = mem_dup(path),
				     .doc = json_doc_new() };
	struct json *body = NULL;
	if (check_raw_path(path, err) < 0 || add_headers(session, request, err) < 0 ||
	    (data && body_read(request->doc, "--data", data, &body, err) < 0))
		return -1;
	match_operation(session, request);
	if (set_body(request, body, err) < 0 || add_custom_headers(session, request, err) < 0)
		return -1;
	return 0;
}
