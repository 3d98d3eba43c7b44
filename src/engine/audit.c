/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/audit.h"

#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/chain.h"
#include "engine/terminal.h"
#include "sandbox/lifecycle.h"

char *audit_path(void)
{
	CLEAN_FREE char *state = session_state_folder();
	return file_join(state, "audit.ndjson");
}

static void set_now(struct json_doc *doc, struct json *line)
{
	CLEAN_BUF struct buf now = { 0 };
	clock_format(&now, clock_now());
	json_set_string(doc, line, "at", now.data);
}

static int append_all(struct json_doc *doc, struct json *lines, struct err *err)
{
	CLEAN_FREE char *state = session_state_folder(), *path = audit_path();
	if (file_make_folder(state, err) < 0)
		return -1;
	return chain_append(path, doc, lines, err);
}

static int append(struct json_doc *doc, struct json *line, struct err *err)
{
	struct json *lines = json_new(doc, JSON_ARRAY);
	json_append(lines, line);
	return append_all(doc, lines, err);
}

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
static struct json *words(struct json_doc *doc, const struct words *argv)
{
	struct json *list = json_new(doc, JSON_ARRAY);
	bool header = false;
	for (size_t i = 0; argv && i < argv->count; i++) {
		const char *word = argv->items[i];
		bool inlined = strncmp(word, "--header=", 9) == 0;
		size_t name = strcspn(word, ":");
		CLEAN_FREE char *masked = buf_format("%.*s:%s", (int)name, word, SECRET_MASK);
		CLEAN_FREE char *plain = mask_login(word);
		json_append(list, json_new_string(doc, header || inlined ? masked : plain));
		header = strcmp(word, "--header") == 0;
	}
	return list;
}

static void set_who(struct json_doc *doc, struct json *line)
{
	const struct passwd *user = getpwuid(geteuid());
	const char *tty = ttyname(STDIN_FILENO);
	json_set_string(doc, line, "user", user ? user->pw_name : NULL);
	json_set_integer(doc, line, "uid", geteuid());
	json_set_string(doc, line, "tty", tty);
	json_set_integer(doc, line, "pid", getpid());
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

static struct json *begin_line(struct json_doc *doc, const struct session *session,
			       const struct request *request, const char *type)
{
	struct json *line = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, line, "v", 1);
	set_now(doc, line);
	json_set_string(doc, line, "type", type);
	json_set_string(doc, line, "request_id", request->id);
	json_set_string(doc, line, "profile", session->profile);
	json_set_string(doc, line, "environment",
			setting_text(&session->settings, SETTING_ENVIRONMENT));
	json_set_string(doc, line, "command",
			request->command ? request->command->name : "request");
	json_set_string(doc, line, "target", request->target);
	return line;
}

static void set_request(struct json_doc *doc, struct json *line, const struct session *session,
			const struct request *request)
{
	char digest[DIGEST_SIZE];
	digest_sha256(buf_str(&request->text), request->text.len, digest);
	json_set_string(doc, line, "method", request->method);
	json_set_string(doc, line, "path", request->path);
	json_set_string(doc, line, "base_url", setting_text(&session->settings, SETTING_BASE_URL));
	json_set_string(doc, line, "body_sha256", digest);
	json_set(doc, line, "next", audit_next(doc, request));
}

/* What a log that cannot be written means before a change is sent. */
static int not_written(const struct session *session, struct err *err)
{
	if (session_is_live(session)) {
		err->kind = ERR_REFUSED;
		err_wrap(err, "the audit log cannot be written, so nothing was sent");
		return err_hint(err, "make it writable, or set BANGOCTL_STATE_DIR");
	}
	terminal_note("warning: this change is not in the audit log: %s", err->message);
	err_done(err);
	return 0;
}

/* The line of an intent or a refusal of a command of its own. */
static struct json *request_line(struct json_doc *doc, const struct session *session,
				 const struct request *request, const char *type)
{
	struct json *line = begin_line(doc, session, request, type);
	set_who(doc, line);
	json_set(doc, line, "argv", words(doc, session->argv));
	set_request(doc, line, session, request);
	return line;
}

int audit_intent(const struct session *session, const struct request *request, struct err *err)
{
	if (request->effect == EFFECT_READ)
		return 0;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	return append(doc, request_line(doc, session, request, "intent"), err) == 0
		       ? 0
		       : not_written(session, err);
}

static void append_or_warn(struct json_doc *doc, struct json *line)
{
	CLEAN_ERR struct err err = { 0 };
	if (append(doc, line, &err) < 0)
		terminal_note("warning: the outcome is not in the audit log: %s", err.message);
}

static struct json *outcome_line(struct json_doc *doc, const struct session *session,
				 const struct request *request, const struct err *failure,
				 bool accepted, const char *status)
{
	struct json *line = begin_line(doc, session, request, "outcome");
	json_set_string(doc, line, "outcome",
			failure	   ? err_row(failure->kind)->name
			: accepted ? "accepted"
				   : "ok");
	json_set_string(doc, line, "status", status);
	if (failure) {
		json_set_integer(doc, line, "http_status", failure->http_status);
		json_set_string(doc, line, "response_code", failure->response_code);
		json_set_string(doc, line, "message", failure->message);
	}
	return line;
}

void audit_outcome(const struct session *session, const struct request *request,
		   const struct err *failure, bool accepted, const char *status)
{
	if (request->effect == EFFECT_READ)
		return;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	append_or_warn(doc, outcome_line(doc, session, request, failure, accepted, status));
}

void audit_refused(const struct session *session, const struct request *request)
{
	if (request->effect == EFFECT_READ)
		return;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	append_or_warn(doc, request_line(doc, session, request, "refused"));
}

void audit_refused_job(const struct session *session, const char *command, const char *job,
		       long long rows)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_FREE char *target = buf_format("%lld row%s", rows, rows == 1 ? "" : "s");
	struct json *line = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, line, "v", 1);
	set_now(doc, line);
	json_set_string(doc, line, "type", "refused");
	json_set_string(doc, line, "job", job);
	json_set_integer(doc, line, "rows", rows);
	json_set_string(doc, line, "profile", session->profile);
	json_set_string(doc, line, "environment",
			setting_text(&session->settings, SETTING_ENVIRONMENT));
	json_set_string(doc, line, "command", command);
	json_set_string(doc, line, "target", target);
	set_who(doc, line);
	json_set(doc, line, "argv", words(doc, session->argv));
	append_or_warn(doc, line);
}

int audit_settled(const struct audit_change *change, const char *verdict, bool by_hand,
		  struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *line = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, line, "v", 1);
	set_now(doc, line);
	json_set_string(doc, line, "type", "settled");
	json_set_string(doc, line, "request_id", change->request_id);
	json_set_integer(doc, line, "intent", change->line);
	json_set_string(doc, line, "profile", change->profile);
	json_set_string(doc, line, "target", change->target);
	json_set_string(doc, line, "outcome", verdict);
	json_set(doc, line, "by_hand", json_new_bool(doc, by_hand));
	set_who(doc, line);
	return append(doc, line, err);
}

/* ---- many at once ---- */

void audit_group_done(struct audit_group *group)
{
	json_doc_free(group->doc);
	*group = (struct audit_group){ 0 };
}

static void group_add(struct audit_group *group, struct json *line)
{
	json_append(group->lines, line);
}

static struct json_doc *group_doc(struct audit_group *group)
{
	if (group->doc)
		return group->doc;
	group->doc = json_doc_new();
	group->lines = json_new(group->doc, JSON_ARRAY);
	return group->doc;
}

void audit_group_intent(struct audit_group *group, const struct session *session,
			const struct request *request, const char *job, long long row)
{
	if (request->effect == EFFECT_READ)
		return;
	struct json_doc *doc = group_doc(group);
	struct json *line = begin_line(doc, session, request, "intent");
	json_set_integer(doc, line, "pid", getpid());
	json_set_string(doc, line, "job", job);
	json_set_integer(doc, line, "row", row);
	set_request(doc, line, session, request);
	group_add(group, line);
}

void audit_group_outcome(struct audit_group *group, const struct session *session,
			 const struct request *request, const struct err *failure,
			 const struct outcome *outcome)
{
	if (request->effect == EFFECT_READ)
		return;
	struct json_doc *doc = group_doc(group);
	group_add(group, outcome_line(doc, session, request, failure, outcome->accepted,
				      json_get_string(outcome->body, "status")));
}

int audit_group_write(struct audit_group *group, const struct session *session, struct err *err)
{
	if (!group->doc)
		return 0;
	int result = append_all(group->doc, group->lines, err);
	audit_group_done(group);
	return result == 0 ? 0 : not_written(session, err);
}

/* ---- reading ---- */

static void change_done(struct audit_change *change)
{
	free(change->at);
	free(change->last_at);
	free(change->profile);
	free(change->environment);
	free(change->command);
	free(change->path);
	free(change->target);
	free(change->request_id);
	free(change->status);
	free(change->base_url);
	free(change->outcome);
	json_doc_free(change->doc);
}

void audit_changes_done(struct audit_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		change_done(&changes->items[i]);
	free(changes->items);
	*changes = (struct audit_changes){ 0 };
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = mem_dup(by);
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

static void add_change(struct audit_changes *changes, const struct json *line, const char *outcome)
{
	changes->items = mem_grow(changes->items, changes->count, sizeof(*changes->items));
	struct audit_change *change = &changes->items[changes->count++];
	*change = (struct audit_change){
		.at = mem_dup(json_get_string(line, "at")),
		.last_at = mem_dup(json_get_string(line, "at")),
		.profile = mem_dup(json_get_string(line, "profile")),
		.environment = mem_dup(json_get_string(line, "environment")),
		.command = mem_dup(json_get_string(line, "command")),
		.path = mem_dup(json_get_string(line, "path")),
		.target = mem_dup(json_get_string(line, "target")),
		.request_id = mem_dup(json_get_string(line, "request_id")),
		.base_url = mem_dup(json_get_string(line, "base_url")),
		.outcome = mem_dup(outcome),
		.line = integer_of(line, "n"),
		.pid = integer_of(line, "pid"),
		.doc = json_doc_new(),
		.open = strcmp(outcome, "unrecorded") == 0,
	};
	const struct json *next = json_get(line, "next");
	change->next = next ? json_copy(change->doc, next) : NULL;
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
	for (size_t i = changes->count; i > 0; i--) {
		struct audit_change *change = &changes->items[i - 1];
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
	replace(&change->outcome, "unrecorded");
	replace(&change->last_at, json_get_string(line, "at"));
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
	replace(&change->outcome, outcome);
	if (strcmp(type, "outcome") == 0) {
		replace(&change->last_at, json_get_string(line, "at"));
		replace(&change->status, json_get_string(line, "status"));
	}
	change->open = strcmp(outcome, "unknown") == 0;
	return 0;
}

int audit_read(struct audit_changes *changes, struct err *err)
{
	CLEAN_FREE char *path = audit_path();
	return chain_read(path, take_line, changes, err);
}
