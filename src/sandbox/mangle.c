/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/mangle.h"

#include <string.h>

#include "lib/json.h"

enum { HUGE_SIZE = 100000000, DEEP_LEVELS = 100000 };

/* Sets a window title, clears the screen, turns colours on: nothing of it may reach a terminal. */
static const char escapes[] = "ACTIVE\x1B]0;owned\x07\x1B[2J\x1B[31m\r\n\x7F\xC2\x9B";

static void replace(struct listener_reply *reply, const char *text)
{
	buf_clear(&reply->body);
	buf_add_str(&reply->body, text);
}

static void nest(struct buf *body)
{
	buf_clear(body);
	buf_add_repeat(body, '[', DEEP_LEVELS);
	buf_add_repeat(body, ']', DEEP_LEVELS);
}

static void enlarge(struct listener_reply *reply)
{
	replace(reply, "{\"responseCode\":\"OK\",\"responseMessage\":\"\"}");
	reply->filler_at = reply->body.len - 2;
	reply->filler = HUGE_SIZE - reply->body.len;
}

/* Puts a first member into the object, of which each byte counts. */
static void insert(struct buf *body, const char *member, size_t len)
{
	struct buf spoilt = { 0 };
	bool empty = body->len < 3 || body->data[0] != '{';
	buf_add_char(&spoilt, '{');
	buf_add(&spoilt, member, len);
	if (empty)
		buf_add_char(&spoilt, '}');
	else
		buf_add_char(&spoilt, ',');
	if (!empty)
		buf_add(&spoilt, body->data + 1, body->len - 1);
	buf_done(body);
	*body = spoilt;
}

static void steer(struct json_doc *doc, struct json *value)
{
	if (json_get(value, "status"))
		json_set_string(doc, value, "status", escapes);
	for (struct json *item = json_is_scalar(value) ? NULL : value->first; item;
	     item = item->next)
		steer(doc, item);
}

static void add_escapes(struct buf *body)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err ignored = { 0 };
	struct json *value;
	if (json_parse(doc, buf_str(body), body->len, &value, &ignored) < 0)
		return;
	steer(doc, value);
	if (json_is(value, JSON_OBJECT) && !json_get(value, "status"))
		json_set_string(doc, value, "status", escapes);
	buf_clear(body);
	json_write(body, value, JSON_COMPACT);
}

void mangle_reply(const struct fault *fault, struct listener_reply *reply, const char **type)
{
	static const char broken[] = "\"note\":\"\xC0\xAF\xED\xA0\x80\xFF\"",
			  cut[] = "\"note\":\"all\0well\"";
	switch (fault->kind) {
	case FAULT_SLOW:
		reply->delay = fault->parameter;
		return;
	case FAULT_HANG:
		reply->end = LISTENER_HANG;
		return;
	case FAULT_RESET_BEFORE:
	case FAULT_RESET_AFTER:
		reply->end = LISTENER_CLOSE;
		return;
	case FAULT_TRUNCATE:
		reply->end = LISTENER_HALF;
		return;
	case FAULT_NOT_JSON:
		replace(reply, "Everything is fine.\n");
		return;
	case FAULT_HTML:
		replace(reply,
			"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It "
			"works!</h1></body></html>\n");
		*type = "text/html; charset=utf-8";
		return;
	case FAULT_EMPTY:
		buf_clear(&reply->body);
		return;
	case FAULT_HUGE:
		enlarge(reply);
		return;
	case FAULT_DEEP:
		nest(&reply->body);
		return;
	case FAULT_CONTROL:
		add_escapes(&reply->body);
		return;
	case FAULT_BAD_UTF8:
		insert(&reply->body, broken, sizeof(broken) - 1);
		return;
	case FAULT_NUL:
		insert(&reply->body, cut, sizeof(cut) - 1);
		return;
	case FAULT_NONE:
	case FAULT_ACCEPTED:
	case FAULT_LIMIT:
	case FAULT_ERROR:
	case FAULT_MAINTENANCE:
	case FAULT_KIND_COUNT:
		return;
	}
}
