/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/call.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/check.h"
#include "sandbox/record.h"
#include "sandbox/sample.h"

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

/* ---- running ---- */

/* The reply as the contract shows it, or that the change is accepted. */
static char *example_reply(const struct call *call)
{
	struct buf body = { 0 };
	if (call->success != 202 && call->delay >= 0)
		return mem_dup("{\"responseCode\":\"ACCEPTED\",\"responseMessage\":\"Accepted\"}");
	if (!call->bodiless)
		sample_write_example(call->route, &body);
	return buf_take(&body);
}

static int run_read(const struct call *call, const struct subject *subject,
		    const struct json *fields, struct buf *body, struct err *err)
{
	const char *id = subject->hole ? route_value(call->route, subject->hole->wire) : NULL;
	CLEAN_FREE char *example = example_reply(call);
	if (subject->key && subject->command->rows) {
		CLEAN_BUF struct buf rows = { 0 };
		if (record_search(call->store, subject, fields, &rows, err) < 0)
			return -1;
		sample_write_rows(subject, buf_str(&rows), body);
		return 0;
	}
	if (subject->key && id && record_read(call->store, subject, id, body, err) < 0)
		return -1;
	if (subject->key && id && !sample_is_other(subject))
		return 0;
	buf_clear(body);
	buf_add_str(body, example);
	return 0;
}

static int run_change(const struct call *call, const struct subject *subject,
		      const struct json *fields, struct kept_reply *reply, struct err *err)
{
	CLEAN_FREE char *example = example_reply(call);
	struct change change = {
		.subject = subject,
		.id = subject->hole ? route_value(call->route, subject->hole->wire) : NULL,
		.fields = fields,
		.reply = subject->key && !call->bodiless && !sample_is_other(subject) ? NULL
										      : example,
		.delay = call->delay,
	};
	if (subject->key)
		return record_change(call->store, &change, reply, err);
	reply->body = take(example);
	return store_put(call->store, NULL, reply->identifier ? reply : NULL, true, err);
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
	struct subject subject = subject_of(call->table, command);
	reply.status = call->delay >= 0 ? 202 : call->success;
	*status = reply.status;
	if (command->effect == EFFECT_READ)
		return run_read(call, &subject, fields, body, err);
	reply.identifier = mem_dup(call->identifier);
	if (run_change(call, &subject, fields, &reply, err) < 0)
		return -1;
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
