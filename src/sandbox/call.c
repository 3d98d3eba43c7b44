/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/call.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/check.h"
#include "sandbox/entitlement.h"

enum { MAX_IDENTIFIER = 200 };

/* ---- request identifiers ---- */

/* Whether it is sound enough to be stored and sent back. */
static bool identifier_is_sound(const char *identifier)
{
	size_t len = 0;
	for (const char *p = identifier; *p; p++, len++)
		if (*p <= ' ' || *p > '~')
			return false;
	return len > 0 && len <= MAX_IDENTIFIER;
}

static uint64_t hash(uint64_t h, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001B3U;
	return h;
}

/* Of method, path, query and body (FNV-1a). */
static char *fingerprint(const struct listener_request *request)
{
	uint64_t h = 0xCBF29CE484222325U;
	h = hash(h, request->method, strlen(request->method) + 1);
	h = hash(h, request->path, strlen(request->path) + 1);
	h = hash(h, request->query, strlen(request->query) + 1);
	h = hash(h, request->body, request->body_len);
	return buf_format("%016" PRIx64 "-%zu", h, request->body_len);
}

/* ---- replies without a record ---- */

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

/* What the contract shows as the reply. */
static void write_sample(const struct route *route, struct buf *body)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	if (!route->command->sample) {
		buf_add_str(body, "{\"responseCode\":\"OK\",\"responseMessage\":\"Success\"}");
		return;
	}
	struct json *sample = json_copy(doc, route->command->sample);
	put_values(route, sample);
	json_write(body, sample, JSON_COMPACT);
}

static int change_nothing(const struct call *call, struct kept_reply *reply, struct err *err)
{
	struct buf body = { 0 };
	reply->status = call->delay < 0 ? 200 : 202;
	if (call->delay < 0)
		write_sample(call->route, &body);
	else
		buf_add_str(&body,
			    "{\"responseCode\":\"ACCEPTED\",\"responseMessage\":\"Accepted\"}");
	reply->body = buf_take(&body);
	return store_put(call->store, NULL, reply->identifier ? reply : NULL, true, err);
}

/* ---- running ---- */

static int run_search(const struct call *call, const struct json *fields, struct buf *body,
		      struct err *err)
{
	const char *rows = call->route->command->rows;
	if (*rows)
		buf_add_format(
			body,
			"{\"responseCode\":\"OK\",\"responseMessage\":\"Success\",\"%s\":", rows);
	buf_add_char(body, '[');
	if (entitlement_search(call->store, fields, body, err) < 0)
		return -1;
	buf_add_str(body, *rows ? "]}" : "]");
	return 0;
}

static int run_read(const struct call *call, const struct json *fields, struct buf *body,
		    struct err *err)
{
	const char *id = route_value(call->route, STORE_KEY);
	if (id)
		return entitlement_read(call->store, id, body, err);
	if (call->route->command->rows)
		return run_search(call, fields, body, err);
	write_sample(call->route, body);
	return 0;
}

static int run_change(const struct call *call, const struct json *fields, struct kept_reply *reply,
		      struct err *err)
{
	struct change change = {
		.command = call->route->command,
		.id = route_value(call->route, STORE_KEY),
		.fields = fields,
		.delay = call->delay,
	};
	return change.id ? entitlement_change(call->store, &change, reply, err)
			 : change_nothing(call, reply, err);
}

static int run_locked(const struct call *call, int *status, struct buf *body, struct err *err)
{
	const struct command *command = call->route->command;
	CLEANUP(kept_reply_done)
	struct kept_reply reply = { .fingerprint = fingerprint(call->request) };
	const struct kept_reply *first =
		call->identifier ? store_reply(call->store, call->identifier) : NULL;
	if (first && strcmp(first->fingerprint, reply.fingerprint) != 0)
		return err_set(err, ERR_REJECTED,
			       "X-RequestIdentifier was used for another request");
	if (first) {
		*status = first->status;
		buf_add_str(body, first->body);
		return 0;
	}
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *fields;
	if (check_request(command, call->request, doc, &fields, err) < 0)
		return -1;
	*status = 200;
	if (command->effect == EFFECT_READ)
		return run_read(call, fields, body, err);
	reply.identifier = mem_dup(call->identifier);
	if (run_change(call, fields, &reply, err) < 0)
		return -1;
	*status = reply.status;
	buf_add_str(body, reply.body);
	return 0;
}

int call_run(const struct call *call, int *status, struct buf *body, struct err *err)
{
	if (call->identifier && !identifier_is_sound(call->identifier))
		return err_set(err, ERR_USAGE, "parameter is invalid: X-RequestIdentifier");
	if (store_lock(call->store, err) < 0)
		return -1;
	int result = run_locked(call, status, body, err);
	store_unlock(call->store);
	return result;
}
