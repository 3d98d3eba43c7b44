/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "lib/listener.h"
#include "sandbox/book.h"
#include "sandbox/call.h"
#include "sandbox/faults.h"
#include "sandbox/mangle.h"
#include "sandbox/record.h"
#include "sandbox/route.h"
#include "sandbox/store.h"

/* How long a change takes that the contract only accepts. */
enum { ACCEPTED_MS = 2000 };

struct sandbox {
	const struct command_table *table;
	const struct json *document;
	struct listener *listener;
	struct store *store;
	struct faults *faults;
	bool log;
};

/* One request and its reply in the making. */
struct exchange {
	struct sandbox *sandbox;
	const struct listener_request *request;
	struct listener_reply *reply;
	const char *type; /* of the body; NULL: it has none */
	struct fault fault;
};

/* ---- refusing ---- */

static void refuse(struct exchange *exchange, int status, const char *code, const char *message)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *error = json_new(doc, JSON_OBJECT);
	json_set_string(doc, error, "responseCode", code);
	json_set_string(doc, error, "responseMessage", message);
	exchange->reply->status = status;
	buf_clear(&exchange->reply->body);
	json_write(&exchange->reply->body, error, JSON_COMPACT);
}

static void refuse_for(struct exchange *exchange, const struct err *err)
{
	if (err->kind == ERR_USAGE)
		refuse(exchange, 400, "BAD_REQUEST", err->message);
	else if (err->kind == ERR_NOT_FOUND)
		refuse(exchange, 404, "NOT_FOUND", err->message);
	else if (err->kind == ERR_REJECTED)
		refuse(exchange, 409, "CONFLICT", err->message);
	else
		refuse(exchange, 500, "INTERNAL_ERROR", err->message);
}

static bool is_basic(const char *header)
{
	CLEAN_BUF struct buf plain = { 0 };
	if (strncasecmp(header, "Basic ", 6) != 0)
		return false;
	const char *text = header + 6 + strspn(header + 6, " ");
	if (text_base64_decode(&plain, text, strcspn(text, " ")) < 0)
		return false;
	return strcmp(buf_str(&plain), SANDBOX_USER ":" SANDBOX_PASSWORD) == 0;
}

static bool credentials_are_right(const struct exchange *exchange)
{
	const struct listener_request *request = exchange->request;
	const char *header = listener_header(request, "Authorization");
	const struct json *document = exchange->sandbox->document;
	const struct json *schemes = json_get(json_get(document, "components"), "securitySchemes");
	schemes = schemes ? schemes : json_get(document, "securityDefinitions");
	for (const struct json *item = json_is(schemes, JSON_OBJECT) ? schemes->first : NULL; item;
	     item = item->next) {
		const char *in = json_get_string(item, "in"), *name = json_get_string(item, "name");
		const char *key = in && name && strcmp(in, "header") == 0
					  ? listener_header(request, name)
					  : NULL;
		if (key && strcmp(key, SANDBOX_PASSWORD) == 0)
			return true;
	}
	return header && (is_basic(header) || strcasecmp(header, "Bearer " SANDBOX_PASSWORD) == 0);
}

/* Refuses what no command is needed for to see that it cannot be done. */
static bool is_refused(struct exchange *exchange, const struct route *route)
{
	const struct listener_request *request = exchange->request;
	if (request->refused) {
		refuse(exchange, request->refused, "BAD_REQUEST", request->why);
	} else if (!route->command && route->other_method) {
		refuse(exchange, 405, "METHOD_NOT_ALLOWED", "method not allowed here");
	} else if (!route->command) {
		refuse(exchange, 404, "NOT_FOUND", "no such resource");
	} else if (!credentials_are_right(exchange)) {
		refuse(exchange, 401, "UNAUTHORIZED", "credentials or IP address not valid");
		listener_reply_header(exchange->reply, "WWW-Authenticate",
				      "Basic realm=\"Bango sandbox\"");
	} else {
		return false;
	}
	return true;
}

/* ---- answering ---- */

static void refuse_for_now(struct exchange *exchange, int status, const char *code,
			   const char *message)
{
	CLEAN_FREE char *seconds = buf_format("%lld", exchange->fault.parameter / 1000);
	refuse(exchange, status, code, message);
	listener_reply_header(exchange->reply, "Retry-After", seconds);
}

/* The faults that leave the request undone; false for the others. */
static bool fail_before(struct exchange *exchange)
{
	switch (exchange->fault.kind) {
	case FAULT_LIMIT:
		refuse_for_now(exchange, 429, "TOO_MANY_REQUESTS", "request limit reached");
		return true;
	case FAULT_ERROR:
		refuse(exchange, 500, "INTERNAL_ERROR", "unexpected error");
		return true;
	case FAULT_MAINTENANCE:
		refuse_for_now(exchange, 503, "SERVICE_UNAVAILABLE", "service under maintenance");
		return true;
	case FAULT_RESET_BEFORE:
		exchange->reply->end = LISTENER_CLOSE;
		return true;
	case FAULT_NONE:
	case FAULT_ACCEPTED:
	case FAULT_SLOW:
	case FAULT_HANG:
	case FAULT_RESET_AFTER:
	case FAULT_TRUNCATE:
	case FAULT_NOT_JSON:
	case FAULT_HTML:
	case FAULT_EMPTY:
	case FAULT_HUGE:
	case FAULT_DEEP:
	case FAULT_CONTROL:
	case FAULT_BAD_UTF8:
	case FAULT_NUL:
	case FAULT_KIND_COUNT:
		return false;
	}
	return false;
}

static void run(struct exchange *exchange, const struct route *route)
{
	const struct command *command = route->command;
	struct call call = {
		.store = exchange->sandbox->store,
		.request = exchange->request,
		.table = exchange->sandbox->table,
		.route = route,
		.identifier = listener_header(exchange->request, "X-RequestIdentifier"),
		.success = command->success ? command->success : 200,
		.bodiless = command->bodiless && command->effect == EFFECT_CHANGE,
		.delay = -1,
	};
	if (exchange->fault.kind == FAULT_ACCEPTED)
		call.delay = exchange->fault.parameter;
	else if (call.success == 202)
		call.delay = ACCEPTED_MS;
	CLEAN_ERR struct err err = { 0 };
	if (call_run(&call, &exchange->reply->status, &exchange->reply->body, &err) < 0)
		refuse_for(exchange, &err);
	else if (call.bodiless)
		exchange->type = NULL;
}

static void answer(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->sandbox;
	CLEANUP(route_done) struct route route = { 0 };
	if (!exchange->request->refused)
		route_find(&route, sandbox->table, exchange->request->method,
			   exchange->request->path);
	if (is_refused(exchange, &route))
		return;
	exchange->fault = faults_draw(sandbox->faults, route.command->effect);
	if (fail_before(exchange))
		return;
	run(exchange, &route);
	mangle_reply(&exchange->fault, exchange->reply, &exchange->type);
}

/* One write, so that the lines of several threads do not mix. */
static void write_log(const struct exchange *exchange)
{
	CLEAN_BUF struct buf line = { 0 };
	const char *path = exchange->request->path;
	buf_add_format(&line, "%s ", exchange->request->method);
	text_escape(&line, path, strlen(path), false);
	if (exchange->reply->status)
		buf_add_format(&line, " → %d", exchange->reply->status);
	else
		buf_add_str(&line, " → closed");
	if (exchange->fault.kind != FAULT_NONE)
		buf_add_format(&line, " (%s)", fault_row(exchange->fault.kind)->word);
	buf_add_char(&line, '\n');
	fputs(line.data, stderr);
}

static void on_request(void *context, const struct listener_request *request,
		       struct listener_reply *reply)
{
	struct exchange exchange = {
		.sandbox = context,
		.request = request,
		.reply = reply,
		.type = "application/json",
	};
	const char *identifier = listener_header(request, "X-RequestIdentifier");
	answer(&exchange);
	if (exchange.type)
		listener_reply_header(reply, "Content-Type", exchange.type);
	if (identifier)
		listener_reply_header(reply, "X-RequestIdentifier", identifier);
	if (exchange.sandbox->log)
		write_log(&exchange);
}

/* ---- the interface ---- */

/* Fills the store with what it begins with. */
static int fill(struct store *store, const struct sandbox_options *options, bool only_new,
		struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *records = NULL;
	if (options->builtin && book_builtin(doc, &records, err) < 0)
		return -1;
	return book_fill(store, options->table, records, only_new, err);
}

/* Opens the folder's store and fills it if it is new. */
static int open_store(struct store **store, const struct sandbox_options *options, struct err *err)
{
	if (store_open(store, options->folder, options->seed, err) < 0 ||
	    fill(*store, options, true, err) < 0)
		return -1;
	/* what is damaged is better said now than to every request */
	if (store_lock(*store, err) < 0)
		return -1;
	store_unlock(*store);
	return 0;
}

int sandbox_start(struct sandbox **sandbox, const struct sandbox_options *options, struct err *err)
{
	/* the server's thread reads the commands, and must not fill them in */
	for (size_t i = 0; i < options->table->count; i++)
		(void)command_whole(options->table->items[i]);
	struct sandbox *made = mem_new(1, sizeof(*made));
	/* a clock that is not the real one must not be taken for it */
	const struct listener_settings settings = { .port = options->port,
						    .dated = options->seed < 0 };
	made->table = options->table;
	made->document = options->document;
	made->log = options->log;
	if (faults_new(&made->faults, options->faults, options->fault_count, options->seed, err) <
		    0 ||
	    open_store(&made->store, options, err) < 0 ||
	    listener_start(&made->listener, &settings, on_request, made, err) < 0) {
		sandbox_stop(made);
		return -1;
	}
	*sandbox = made;
	return 0;
}

int sandbox_port(const struct sandbox *sandbox)
{
	return listener_port(sandbox->listener);
}

void sandbox_stop(struct sandbox *sandbox)
{
	if (!sandbox)
		return;
	listener_stop(sandbox->listener);
	store_free(sandbox->store);
	faults_free(sandbox->faults);
	free(sandbox);
}

int sandbox_reset(const struct sandbox_options *options, struct err *err)
{
	CLEANUP(store_freep) struct store *store = NULL;
	if (store_open(&store, options->folder, options->seed, err) < 0)
		return -1;
	return fill(store, options, false, err);
}

int sandbox_load(const struct sandbox_options *options, const struct json *records, struct err *err)
{
	CLEANUP(store_freep) struct store *store = NULL;
	if (store_open(&store, options->folder, options->seed, err) < 0)
		return -1;
	return book_fill(store, options->table, records, false, err);
}

static void count_status(struct json_doc *doc, struct json *counts, const char *member,
			 const struct record *record)
{
	CLEAN_JSON struct json_doc *scratch = json_doc_new();
	CLEAN_ERR struct err ignored = { 0 };
	struct json *value = NULL;
	long long count = 0;
	(void)json_parse(scratch, record->text, strlen(record->text), &value, &ignored);
	const char *status = json_get_string(value, member);
	if (!status)
		return;
	const struct json *before = json_get(counts, status);
	if (before)
		(void)text_integer(before->text, 0, 1000000000, &count, &ignored);
	json_set_integer(doc, counts, status, count + 1);
}

/* Counts the records of a kind. */
static int count_kind(struct store *store, const struct subject *kind, struct json_doc *doc,
		      struct json *counts, long long *count, struct err *err)
{
	for (size_t i = 0; i < store_count(store); i++) {
		if (!record_is_of(store_at(store, i), kind))
			continue;
		if (record_settle(store, store_at(store, i), err) < 0)
			return -1;
		if (!store_at(store, i)->text)
			continue;
		count_status(doc, counts, kind->status, store_at(store, i));
		++*count;
	}
	return 0;
}

int sandbox_describe(const struct sandbox_options *options, struct json_doc *doc,
		     struct json *object, struct err *err)
{
	CLEANUP(store_freep) struct store *store = NULL;
	struct json *counts = json_new(doc, JSON_OBJECT);
	long long count = 0;
	int result = 0;
	if (open_store(&store, options, err) < 0 || store_lock(store, err) < 0)
		return -1;
	CLEAN_FREE struct subject *kinds = subjects_of(options->table);
	for (size_t i = 0; i < options->table->count && result == 0; i++)
		if (kinds[i].key && kinds[i].home == kinds[i].command)
			result = count_kind(store, &kinds[i], doc, counts, &count, err);
	json_set_string(doc, object, "folder", options->folder);
	json_set_integer(doc, object, options->builtin ? "entitlements" : "records", count);
	json_set(doc, object, "byStatus", counts);
	store_unlock(store);
	return result;
}
