/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/audit.h"

#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/terminal.h"
#include "lib/flat.h"
#include "sandbox/lifecycle.h"

char *audit_path(void)
{
	CLEAN_FREE char *state = session_state_folder();
	return file_join(state, "audit.ndjson");
}

static int write_lines(const struct buf *text, struct chain_lines *lines, struct err *err)
{
	CLEAN_FREE char *state = session_state_folder(), *path = audit_path();
	return file_make_folder(state, err) < 0 ? -1 : chain_write(path, text, lines, err);
}

static int sync_lines(struct chain_lines *lines, struct err *err)
{
	CLEAN_FREE char *path = audit_path();
	return chain_sync(path, lines, err);
}

static int append(const struct buf *text, struct err *err)
{
	struct chain_lines lines;
	return write_lines(text, &lines, err) < 0 ? -1 : sync_lines(&lines, err);
}

/* ---- lines ---- */

/* The word with the user name and password of a URL in it masked: a proxy's, for instance. */
static char *mask_login(const char *word)
{
	const char *start = strstr(word, "://");
	size_t host = start ? strcspn(start + 3, "/?#") : 0;
	const char *end = start ? memrchr(start + 3, '@', host) : NULL;
	return end ? buf_format("%.*s" SECRET_MASK "%s", (int)(start + 3 - word), word, end)
		   : mem_dup(word);
}

/* The words of the command; the values of headers are masked, since any of them may be a secret. */
static void add_words(struct buf *line, const struct words *argv)
{
	bool header = false;
	flat_member(line, "argv");
	buf_add_char(line, '[');
	for (size_t i = 0; argv && i < argv->count; i++) {
		const char *word = argv->items[i];
		bool inlined = strncmp(word, "--header=", 9) == 0;
		size_t name = strcspn(word, ":");
		CLEAN_FREE char *masked = buf_format("%.*s:%s", (int)name, word, SECRET_MASK);
		CLEAN_FREE char *plain = mask_login(word);
		flat_member(line, NULL);
		flat_string(line, header || inlined ? masked : plain);
		header = strcmp(word, "--header") == 0;
	}
	buf_add_char(line, ']');
}

static void add_who(struct buf *line)
{
	const struct passwd *user = getpwuid(geteuid());
	flat_text(line, "user", user ? user->pw_name : NULL);
	flat_integer(line, "uid", geteuid());
	flat_text(line, "tty", ttyname(STDIN_FILENO));
	flat_integer(line, "pid", getpid());
}

struct json *audit_next(struct json_doc *doc, const struct request *request)
{
	const struct command *command = request->command;
	struct json *next = json_new(doc, JSON_OBJECT);
	for (size_t i = 0; command && i < command->from_count; i++)
		json_set_string(doc, next, command->from[i],
				lifecycle_next(command, command->from[i], request->body));
	return next;
}

static void add_next(struct buf *line, const struct request *request)
{
	const struct command *command = request->command;
	flat_open(line, "next");
	for (size_t i = 0; command && i < command->from_count; i++)
		flat_text(line, command->from[i],
			  lifecycle_next(command, command->from[i], request->body));
	flat_close(line);
}

static void begin_line(struct buf *line, const struct session *session,
		       const struct request *request, const char *type)
{
	flat_open(line, NULL);
	flat_integer(line, "v", 1);
	flat_time(line, "at", clock_now());
	flat_text(line, "type", type);
	flat_text(line, "request_id", request->id);
	flat_text(line, "profile", session->profile);
	flat_text(line, "environment", setting_text(&session->settings, SETTING_ENVIRONMENT));
	flat_text(line, "command", request->command ? request->command->name : "request");
	flat_text(line, "target", request->target);
}

static void end_line(struct buf *line)
{
	flat_close(line);
	buf_add_char(line, '\n');
}

/* What goes out, and where to; and what reconciling needs. */
static void add_call(struct buf *line, const struct session *session, const struct request *request)
{
	char digest[DIGEST_SIZE];
	digest_sha256(buf_str(&request->text), request->text.len, digest);
	flat_text(line, "method", request->method);
	flat_text(line, "path", request->path);
	flat_text(line, "base_url", setting_text(&session->settings, SETTING_BASE_URL));
	flat_text(line, "body_sha256", digest);
	add_next(line, request);
}

/* The line of an intent or a refusal of a command of its own. */
static void add_request(struct buf *line, const struct session *session,
			const struct request *request, const char *type)
{
	begin_line(line, session, request, type);
	add_who(line);
	add_words(line, session->argv);
	add_call(line, session, request);
	end_line(line);
}

static void add_outcome(struct buf *line, const struct session *session,
			const struct request *request, const struct err *failure, bool accepted,
			const char *status)
{
	begin_line(line, session, request, "outcome");
	flat_text(line, "outcome",
		  failure    ? err_row(failure->kind)->name
		  : accepted ? "accepted"
			     : "ok");
	flat_text(line, "status", status);
	if (failure) {
		flat_integer(line, "http_status", failure->http_status);
		flat_text(line, "response_code", failure->response_code);
		flat_text(line, "message", failure->message);
	}
	end_line(line);
}

/* ---- one at a time ---- */

/* What a log that cannot be written means for a live profile, before a change is sent. */
static int refuse_unwritten(const char *what, struct err *err)
{
	err->kind = ERR_REFUSED;
	err_wrap(err, "the audit log cannot be written, so nothing %s", what);
	return err_hint(err, "make it writable, or set BANGOCTL_STATE_DIR");
}

int audit_intent(const struct session *session, const struct request *request, struct err *err)
{
	if (request->effect == EFFECT_READ)
		return 0;
	CLEAN_BUF struct buf line = { 0 };
	add_request(&line, session, request, "intent");
	if (append(&line, err) == 0)
		return 0;
	if (session_is_live(session))
		return refuse_unwritten("was sent", err);
	terminal_note("warning: this change is not in the audit log: %s", err->message);
	err_done(err);
	return 0;
}

static void append_or_warn(const struct buf *line)
{
	CLEAN_ERR struct err err = { 0 };
	if (append(line, &err) < 0)
		terminal_note("warning: the outcome is not in the audit log: %s", err.message);
}

void audit_outcome(const struct session *session, const struct request *request,
		   const struct err *failure, bool accepted, const char *status)
{
	if (request->effect == EFFECT_READ)
		return;
	CLEAN_BUF struct buf line = { 0 };
	add_outcome(&line, session, request, failure, accepted, status);
	append_or_warn(&line);
}

void audit_refused(const struct session *session, const struct request *request)
{
	if (request->effect == EFFECT_READ)
		return;
	CLEAN_BUF struct buf line = { 0 };
	add_request(&line, session, request, "refused");
	append_or_warn(&line);
}

void audit_refused_job(const struct session *session, const char *command, const char *job,
		       long long rows)
{
	CLEAN_BUF struct buf line = { 0 };
	CLEAN_FREE char *target = buf_format("%lld row%s", rows, rows == 1 ? "" : "s");
	flat_open(&line, NULL);
	flat_integer(&line, "v", 1);
	flat_time(&line, "at", clock_now());
	flat_text(&line, "type", "refused");
	flat_text(&line, "job", job);
	flat_integer(&line, "rows", rows);
	flat_text(&line, "profile", session->profile);
	flat_text(&line, "environment", setting_text(&session->settings, SETTING_ENVIRONMENT));
	flat_text(&line, "command", command);
	flat_text(&line, "target", target);
	add_who(&line);
	add_words(&line, session->argv);
	end_line(&line);
	append_or_warn(&line);
}

int audit_settled(const struct audit_change *change, const char *verdict, bool by_hand,
		  struct err *err)
{
	CLEAN_BUF struct buf line = { 0 };
	flat_open(&line, NULL);
	flat_integer(&line, "v", 1);
	flat_time(&line, "at", clock_now());
	flat_text(&line, "type", "settled");
	flat_text(&line, "request_id", change->request_id);
	flat_integer(&line, "intent", change->line);
	flat_text(&line, "profile", change->profile);
	flat_text(&line, "target", change->target);
	flat_text(&line, "outcome", verdict);
	flat_bool(&line, "by_hand", by_hand);
	add_who(&line);
	end_line(&line);
	return append(&line, err);
}

/* ---- many at once ---- */

void audit_group_done(struct audit_group *group)
{
	buf_done(&group->lines);
	buf_done(&group->who);
}

void audit_group_intent(struct audit_group *group, const struct session *session,
			const struct request *request, const char *job, long long row)
{
	struct buf *line = &group->lines;
	if (request->effect == EFFECT_READ)
		return;
	if (!group->who.len) {
		flat_open(&group->who, NULL);
		add_who(&group->who);
	}
	begin_line(line, session, request, "intent");
	buf_add_char(line, ',');
	buf_add(line, group->who.data + 1, group->who.len - 1);
	flat_text(line, "job", job);
	flat_integer(line, "row", row);
	add_call(line, session, request);
	end_line(line);
}

void audit_group_outcome(struct audit_group *group, const struct session *session,
			 const struct request *request, const struct err *failure,
			 const struct outcome *outcome)
{
	if (request->effect != EFFECT_READ)
		add_outcome(&group->lines, session, request, failure, outcome->accepted,
			    json_get_string(outcome->body, "status"));
}

static int group_not_written(struct audit_group *group, const struct session *session,
			     struct err *err)
{
	if (session_is_live(session))
		return refuse_unwritten(group->has_synced ? "more is sent" : "was sent", err);
	if (!group->has_warned)
		terminal_note("warning: changes of this job are not in the audit log: %s",
			      err->message);
	group->has_warned = true;
	err_done(err);
	return 0;
}

int audit_group_write(struct audit_group *group, const struct session *session, struct err *err)
{
	if (!group->lines.len)
		return 0;
	int result = write_lines(&group->lines, &group->written, err);
	buf_clear(&group->lines);
	group->is_written = result == 0;
	return result == 0 ? 0 : group_not_written(group, session, err);
}

void audit_group_sync_begin(struct audit_group *group)
{
	if (group->is_written)
		chain_sync_begin(&group->written);
}

int audit_group_sync(struct audit_group *group, const struct session *session, struct err *err)
{
	if (!group->is_written)
		return 0;
	group->is_written = false;
	if (sync_lines(&group->written, err) < 0)
		return group_not_written(group, session, err);
	group->has_synced = true;
	return 0;
}

/* ---- reading ---- */

void audit_changes_done(struct audit_changes *changes)
{
	free(changes->items);
	free(changes->buckets);
	json_doc_free(changes->doc);
	*changes = (struct audit_changes){ 0 };
}

/* A member of the line that outlasts it: `last` again if it is the same. */
static const char *keep(struct audit_changes *changes, const struct json *line, const char *name,
			const char *last)
{
	const char *text = json_get_string(line, name);
	if (!text || (last && strcmp(text, last) == 0))
		return text ? last : NULL;
	return json_keep(changes->doc, text, strlen(text));
}

static const struct json *keep_next(struct audit_changes *changes, const struct json *line,
				    const struct json *last)
{
	const struct json *next = json_get(line, "next");
	if (!next || (last && json_equal(next, last)))
		return next ? last : NULL;
	return json_copy(changes->doc, next);
}

static long long integer_of(const struct json *line, const char *name)
{
	const struct json *value = json_get(line, name);
	CLEAN_ERR struct err ignored = { 0 };
	long long number = 0;
	if (json_is(value, JSON_NUMBER))
		(void)text_integer(value->text, 0, INT64_MAX, &number, &ignored);
	return number;
}

/* The number of the latest change whose identifier may be this one; 0: there is none. */
static size_t *bucket_of(const struct audit_changes *changes, const char *request_id)
{
	size_t hash = 5381;
	for (const char *p = request_id ? request_id : ""; *p; p++)
		hash = hash * 33 ^ (unsigned char)*p;
	return &changes->buckets[hash & (changes->bucket_count - 1)];
}

static void put_into_bucket(struct audit_changes *changes, size_t number)
{
	struct audit_change *change = &changes->items[number - 1];
	size_t *bucket = bucket_of(changes, change->request_id);
	change->older = *bucket;
	*bucket = number;
}

/* Makes the last change one that find_change finds. */
static void index_change(struct audit_changes *changes)
{
	if (changes->count <= changes->bucket_count) {
		put_into_bucket(changes, changes->count);
		return;
	}
	changes->bucket_count = changes->bucket_count ? changes->bucket_count * 4 : 256;
	free(changes->buckets);
	changes->buckets = mem_new(changes->bucket_count, sizeof(*changes->buckets));
	for (size_t number = 1; number <= changes->count; number++)
		put_into_bucket(changes, number);
}

static void add_change(struct audit_changes *changes, const struct json *line, const char *outcome)
{
	static const struct audit_change none = { 0 };
	changes->items = mem_grow(changes->items, changes->count, sizeof(*changes->items));
	struct audit_change *change = &changes->items[changes->count++];
	const struct audit_change *last = changes->count > 1 ? change - 1 : &none;
	*change = (struct audit_change){
		.at = keep(changes, line, "at", last->at),
		.profile = keep(changes, line, "profile", last->profile),
		.environment = keep(changes, line, "environment", last->environment),
		.command = keep(changes, line, "command", last->command),
		.path = keep(changes, line, "path", last->path),
		.target = keep(changes, line, "target", last->target),
		.request_id = keep(changes, line, "request_id", NULL),
		.base_url = keep(changes, line, "base_url", last->base_url),
		.next = keep_next(changes, line, last->next),
		.outcome = outcome,
		.line = integer_of(line, "n"),
		.pid = integer_of(line, "pid"),
		.open = strcmp(outcome, "unrecorded") == 0,
	};
	change->last_at = change->at;
	index_change(changes);
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* The change that a later line speaks of. An identifier may be sent again by hand with
 * --request-id: an outcome then belongs to the latest of them, and what was settled names the line
 * of its intent. */
static struct audit_change *find_change(struct audit_changes *changes, const struct json *line)
{
	const char *request_id = json_get_string(line, "request_id"),
		   *target = json_get_string(line, "target");
	long long intent = integer_of(line, "intent");
	size_t number = changes->bucket_count ? *bucket_of(changes, request_id) : 0;
	for (struct audit_change *change; number; number = change->older) {
		change = &changes->items[number - 1];
		if (same(change->request_id, request_id) &&
		    (intent ? change->line == intent : !target || same(change->target, target)))
			return change;
	}
	return NULL;
}

/* Another try of a row of a bulk job is the same change: its identifier is the row's. */
static bool renew_change(struct audit_changes *changes, const struct json *line)
{
	struct audit_change *change = json_get(line, "job") ? find_change(changes, line) : NULL;
	if (!change)
		return false;
	change->outcome = "unrecorded";
	change->last_at = keep(changes, line, "at", change->last_at);
	change->pid = integer_of(line, "pid");
	change->open = true;
	return true;
}

static int take_line(void *context, const char *text, size_t len, const struct json *line,
		     struct err *err)
{
	(void)text, (void)len, (void)err;
	struct audit_changes *changes = context;
	const char *type = json_get_string(line, "type");
	const char *outcome = json_get_string(line, "outcome");
	if (!type)
		return 0;
	if (strcmp(type, "intent") == 0 || strcmp(type, "refused") == 0) {
		if (!renew_change(changes, line))
			add_change(changes, line,
				   strcmp(type, "intent") == 0 ? "unrecorded" : "refused");
		return 0;
	}
	struct audit_change *change = find_change(changes, line);
	if (!change || !outcome)
		return 0;
	change->outcome = keep(changes, line, "outcome", changes->last_outcome);
	changes->last_outcome = change->outcome;
	if (strcmp(type, "outcome") == 0) {
		change->last_at = keep(changes, line, "at", change->last_at);
		change->status = keep(changes, line, "status", changes->last_status);
		changes->last_status = change->status;
	}
	change->open = strcmp(outcome, "unknown") == 0;
	return 0;
}

int audit_read(struct audit_changes *changes, struct err *err)
{
	CLEAN_FREE char *path = audit_path();
	changes->doc = json_doc_new();
	return chain_read(path, take_line, changes, err);
}
