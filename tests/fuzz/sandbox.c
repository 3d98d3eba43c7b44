/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to the sandbox: whatever comes, the answer has a known status and is JSON that the
 * client understands, what is refused changes nothing, and a change that is repeated is not done
 * again.
 *
 * The sandbox is the real one but for its two ends: the listener and the journal of the store stand
 * here, so that requests come from the input and the files are in memory. An input is requests with
 * a byte 0x1E between them, each as in HTTP: a line of method, path and query, headers up to an
 * empty line, and the body.
 */
#include "fuzz.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "commands/commands.h"
#include "contract/reader.h"
#include "engine/outcome.h"
#include "lib/listener.h"
#include "sandbox/faults.h"
#include "sandbox/journal.h"
#include "sandbox/sandbox.h"

/* ---- the listener ---- */

enum { MAX_HEADERS = 16 };

/* A request's text, taken apart in place. */
struct message {
	char *text; /* owned */
	struct {
		const char *name, *value;
	} headers[MAX_HEADERS];
	size_t header_count;
};

static listener_handler *handler;
static void *handler_context;

int listener_start(struct listener **listener, const struct listener_settings *settings,
		   listener_handler *given, void *context, struct err *err)
{
	(void)settings, (void)err;
	*listener = NULL;
	handler = given;
	handler_context = context;
	return 0;
}

int listener_port(const struct listener *listener)
{
	(void)listener;
	return 1;
}

void listener_stop(struct listener *listener)
{
	(void)listener;
}

const char *listener_header(const struct listener_request *request, const char *name)
{
	const struct message *message = request->connection;
	for (size_t i = 0; i < message->header_count; i++)
		if (strcasecmp(message->headers[i].name, name) == 0)
			return message->headers[i].value;
	/* so that not every input has to have it */
	return strcasecmp(name, "Authorization") == 0 ? "Basic c2FuZGJveDpzYW5kYm94" : NULL;
}

void listener_reply_header(struct listener_reply *reply, const char *name, const char *value)
{
	must(reply->header_count < LISTENER_MAX_HEADERS && *name && value);
	must(!strpbrk(value, "\r\n"));
	reply->headers[reply->header_count++] =
		(struct listener_field){ .name = name, .value = mem_dup(value) };
}

const char *listener_library(void)
{
	return "none";
}

/* ---- the journal ---- */

static struct buf snapshot, store_log;
static int serial; /* of the snapshot */

int journal_open(struct journal *journal, const char *folder, struct err *err)
{
	(void)err;
	*journal = (struct journal){ .folder = mem_dup(folder), .snapshot = -1 };
	return 0;
}

void journal_done(struct journal *journal)
{
	free(journal->folder);
}

int journal_lock(struct journal *journal, struct err *err)
{
	(void)journal, (void)err;
	return 0;
}

void journal_unlock(struct journal *journal)
{
	(void)journal;
}

bool journal_exists(const struct journal *journal)
{
	(void)journal;
	return snapshot.len;
}

bool journal_is_stale(const struct journal *journal)
{
	return journal->snapshot != serial;
}

int journal_read_snapshot(struct journal *journal, struct buf *out, struct err *err)
{
	(void)err;
	journal->snapshot = serial;
	journal->offset = 0;
	buf_add(out, buf_str(&snapshot), snapshot.len);
	return 0;
}

int journal_read_log(struct journal *journal, struct buf *out, struct err *err)
{
	(void)err;
	buf_add(out, buf_str(&store_log) + journal->offset,
		store_log.len - (size_t)journal->offset);
	journal->offset = (off_t)store_log.len;
	return 0;
}

int journal_append(struct journal *journal, const struct buf *lines, struct err *err)
{
	(void)err;
	must(lines->len && lines->data[lines->len - 1] == '\n');
	must(memchr(lines->data, '\n', lines->len) == lines->data + lines->len - 1);
	buf_add(&store_log, lines->data, lines->len);
	journal->offset += (off_t)lines->len;
	return 0;
}

bool journal_is_long(const struct journal *journal)
{
	(void)journal;
	return false;
}

int journal_replace(struct journal *journal, const struct buf *given, struct err *err)
{
	(void)err;
	buf_clear(&snapshot);
	buf_clear(&store_log);
	buf_add(&snapshot, given->data, given->len);
	journal->snapshot = ++serial;
	journal->offset = 0;
	return 0;
}

/* ---- the stage ---- */

static struct command_table table;

static void set_up(void)
{
	static struct contract contract;
	static struct sandbox *sandbox;
	CLEAN_ERR struct err err = { 0 };
	if (sandbox)
		return;
	const struct contract_reserved reserved = { global_options, global_option_count,
						    own_commands(), NULL };
	contract_builtin(&contract, &reserved);
	contract_fill(&contract);
	static const struct command *items[64];
	must(contract.command_count < COUNT(items));
	for (size_t i = 0; i < contract.command_count; i++)
		items[table.count++] = &contract.commands[i];
	table.items = items;
	const struct sandbox_options options = { .table = &table,
						 .document = contract.root,
						 .builtin = true,
						 .folder = "memory",
						 .seed = 1 };
	must(sandbox_start(&sandbox, &options, &err) == 0);
}

/* Back to the book, if anything was changed. */
static void begin(void)
{
	if (!store_log.len)
		return;
	buf_clear(&store_log);
	serial++;
}

/* ---- requests ---- */

/* Cuts the text at the first such character and returns what stands behind it; NULL: nothing. */
static char *cut(char *text, char at)
{
	char *found = text ? strchr(text, at) : NULL;
	if (!found)
		return NULL;
	*found = '\0';
	return found + 1;
}

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			return false;
	return true;
}

/* Takes the text apart as a listener does; false for what is no request at all. */
static bool take_apart(struct message *message, const char *bytes, size_t len,
		       struct listener_request *request)
{
	message->text = mem_dup_len(bytes, len);
	char *line = message->text, *next = cut(line, '\n');
	char *path = cut(line, ' '), *query = cut(path, '?');
	if (!path || !*line || !text_is_header_name(line) || !is_clean(path) || strchr(path, ' '))
		return false;
	if (query && (!is_clean(query) || strchr(query, ' ')))
		return false;
	while (next && *next && *next != '\n') {
		char *header = next;
		next = cut(header, '\n');
		char *value = cut(header, ':');
		if (!value || !text_is_header_name(header) || !is_clean(value) ||
		    message->header_count == MAX_HEADERS)
			continue;
		message->headers[message->header_count].name = header;
		message->headers[message->header_count++].value = value + strspn(value, " ");
	}
	const char *body = next && *next ? next + 1 : "";
	size_t head = next && *next ? (size_t)(body - message->text) : len;
	*request = (struct listener_request){ .method = line,
					      .path = path,
					      .query = query ? query : "",
					      .body = body,
					      .body_len = len - head,
					      .connection = message };
	return true;
}

/* ---- promises ---- */

static bool is_known(int status)
{
	static const int known[] = { 200, 201, 202, 204, 400, 401, 404, 405, 409 };
	for (size_t i = 0; i < COUNT(known); i++)
		if (status == known[i])
			return true;
	return false;
}

static const char *header_of(const struct listener_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return reply->headers[i].value;
	return NULL;
}

/* The answer as the client has it. */
static void is_understood(const struct listener_reply *reply)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err err = { 0 };
	struct outcome outcome;
	bool typed = header_of(reply, "Content-Type") != NULL;
	const struct http_reply received = { .status = reply->status,
					     .body = reply->body,
					     .headless = !typed };
	must(typed == (reply->body.len != 0) && (typed || reply->status < 300));
	int result = outcome_judge(&received, EFFECT_CHANGE, doc, &outcome, &err);
	must((result == 0) == (reply->status < 300));
	must(!typed || json_is(outcome.body, JSON_OBJECT) || json_is(outcome.body, JSON_ARRAY));
	must(reply->status < 300 || (outcome.response_code && outcome.response_message));
}

static void answer(const struct listener_request *request, struct listener_reply *reply)
{
	const char *identifier = listener_header(request, "X-RequestIdentifier");
	size_t before = store_log.len;
	handler(handler_context, request, reply);
	must(reply->end == LISTENER_SEND && !reply->delay && !reply->filler);
	must(is_known(reply->status));
	must(reply->status < 300 || store_log.len == before);
	must(!identifier || strcmp(header_of(reply, "X-RequestIdentifier"), identifier) == 0);
	is_understood(reply);
}

static void reply_done(struct listener_reply *reply)
{
	for (size_t i = 0; i < reply->header_count; i++)
		free(reply->headers[i].value);
	buf_done(&reply->body);
}

/* A change that bears an identifier is done once. */
static void answer_twice(const struct listener_request *request)
{
	CLEANUP(reply_done) struct listener_reply first = { 0 }, second = { 0 };
	answer(request, &first);
	size_t before = store_log.len;
	if (!listener_header(request, "X-RequestIdentifier"))
		return;
	answer(request, &second);
	must(store_log.len == before && second.status == first.status);
	must(second.body.len == first.body.len &&
	     memcmp(buf_str(&first.body), buf_str(&second.body), first.body.len) == 0);
}

static void find_all(struct buf *body)
{
	struct message message = { 0 };
	const struct listener_request request = { .method = "POST",
						  .path = "/v1/entitlement/report",
						  .query = "",
						  .body = "{}",
						  .body_len = 2,
						  .connection = &message };
	struct listener_reply reply = { 0 };
	answer(&request, &reply);
	must(reply.status == 200);
	*body = reply.body;
	reply.body = (struct buf){ 0 };
	reply_done(&reply);
}

/* Whoever reads snapshot and log has the same records. */
static void reads_again(void)
{
	CLEAN_BUF struct buf known = { 0 }, again = { 0 };
	find_all(&known);
	serial++;
	find_all(&again);
	must(strcmp(known.data, again.data) == 0);
}

/* The words of faults, a line each. */
static void read_faults(const char *bytes, size_t len)
{
	CLEAN_FREE char *text = mem_dup_len(bytes, len);
	CLEAN_ERR struct err err = { 0 };
	const char *words[8];
	struct faults *faults = NULL;
	size_t count = 0;
	for (char *line = text; line && count < COUNT(words);) {
		words[count++] = line;
		line = cut(line, '\n');
	}
	if (faults_new(&faults, words, count, 1, &err) < 0) {
		must(err.kind == ERR_USAGE && *err.message);
		return;
	}
	for (int i = 0; i < 8; i++) {
		struct fault fault = faults_draw(faults, i & 1 ? EFFECT_CHANGE : EFFECT_READ);
		must(fault.kind < FAULT_KIND_COUNT && fault.parameter >= 0);
	}
	faults_free(faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	set_up();
	if (size && *p == '!') {
		read_faults(p + 1, size - 1);
		return 0;
	}
	begin();
	while (p < end) {
		const char *stop = memchr(p, 0x1E, (size_t)(end - p));
		size_t len = (size_t)((stop ? stop : end) - p);
		struct message message = { 0 };
		struct listener_request request;
		if (take_apart(&message, p, len, &request))
			answer_twice(&request);
		free(message.text);
		p += len + (stop != NULL);
	}
	/* it takes ten times as long as the rest */
	if (store_log.len && size % 8 == 0)
		reads_again();
	return 0;
}
