/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/settle.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/audit.h"
#include "engine/output.h"
#include "engine/terminal.h"
#include "sandbox/lifecycle.h"
#include "sandbox/subject.h"

enum {
	FIRST_POLL_MS = 250,
	LONGEST_POLL_MS = 5000,
	LATE_SECONDS = 120,
	DAY_MS = 86400000,
	CROWD_MS = 3000
};

/* The pause after this one. */
static long long longer(long long pause)
{
	return pause * 2 < LONGEST_POLL_MS ? pause * 2 : LONGEST_POLL_MS;
}

/* ---- waiting ---- */

/* Reads the record; *gone if there is none any more and that is what the change is for. */
static int look(struct session *session, const struct request *request, struct peek *peek,
		bool *gone, struct err *err)
{
	peek_done(peek);
	if (peek_record(session, request->command, request->path, peek, err) == 0)
		return 0;
	*gone = err->kind == ERR_NOT_FOUND && request->command &&
		subject_is_removed_by(request->command);
	if (*gone) {
		err_done(err);
		return 0;
	}
	/* what this read's failure guarantees does not hold for the change */
	err->kind = ERR_WAIT_TIMEOUT;
	return err_wrap(err, "it was accepted, but whether it is done cannot be read");
}

/* The status to wait for; "gone" for a record that is removed. NULL with an error if nothing tells
 * it. */
static char *target_of(const struct command *command, const char *before,
		       const struct request *request, struct err *err)
{
	if (command && subject_is_removed_by(command))
		return mem_dup("gone");
	if (command && command->to_count && before)
		return mem_dup(lifecycle_next(command, before, request->body));
	err_set(err, ERR_WAIT_TIMEOUT,
		"it was accepted, but the contract does not say for which status to wait");
	if (command && !command->to_count)
		err_hint(err, "x-bangoctl.to of the operation would");
	return NULL;
}

/* Waits until the session's deadline, which is so many seconds away. */
static int wait_for(struct session *session, const struct request *request, const char *before,
		    double seconds, struct peek *peek, struct err *err)
{
	bool gone = false;
	/* the reply need not tell the status */
	bool unread = !before && request->command && request->command->to_count;
	if (unread && look(session, request, peek, &gone, err) < 0)
		return -1;
	CLEAN_FREE char *start = mem_dup(before ? before : peek->status);
	CLEAN_FREE char *target = target_of(request->command, start, request, err);
	if (!target)
		return -1;
	const char *from = start ? start : "there";
	for (long long pause = FIRST_POLL_MS;; pause = longer(pause)) {
		if (look(session, request, peek, &gone, err) < 0)
			return -1;
		if (gone || (peek->status && strcmp(peek->status, target) == 0))
			return 0;
		if (peek->status && start && strcmp(peek->status, start) != 0)
			return err_set(err, ERR_REJECTED, "it settled as %s instead of %s",
				       peek->status, target);
		long long left = session->deadline - clock_monotonic();
		if (left <= 0)
			return err_set(err, ERR_WAIT_TIMEOUT, "after %.0f s it is still %s, not %s",
				       seconds, from, target);
		if (clock_sleep(pause < left ? pause : left, session->stop) < 0)
			return err_set(err, ERR_WAIT_TIMEOUT,
				       "interrupted while it was still %s, not %s", from, target);
	}
}

int settle_wait(struct session *session, const struct request *request, const char *before,
		double seconds, struct peek *peek, struct err *err)
{
	session->deadline = clock_monotonic() + (long long)(seconds * 1000);
	int result = wait_for(session, request, before, seconds, peek, err);
	session->deadline = 0;
	return result;
}

/* ---- reconciling ---- */

/* Whether some status leads to this one by the change, and whether the change could begin from it.
 */
struct role {
	bool source, result;
};

static struct role role_of(const struct json *next, const char *status)
{
	struct role role = { 0 };
	for (const struct json *item = json_is(next, JSON_OBJECT) ? next->first : NULL; item;
	     item = item->next) {
		bool moves = json_string(item) && strcmp(item->key, item->text) != 0;
		role.source = role.source || (moves && strcmp(item->key, status) == 0);
		role.result = role.result || (moves && strcmp(item->text, status) == 0);
	}
	return role;
}

/*
 * What the record says of the change. The status decides where it can only be from before or only
 * from after; when it was last updated, by the server's clock, decides the rest as far as it can.
 * Times have whole seconds. After a later change of ours (`last` is false) the status may be the
 * one from before because of that. Of a crowded one status and date may be those of the change
 * before it, unless the date is clearly later.
 */
static const char *judge(const struct audit_change *change, bool last, const struct peek *peek)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long sent = 0;
	bool timed =
		peek->updated && change->at && clock_parse(change->at, &sent, NULL, &ignored) == 0;
	long long since = timed ? peek->updated / 1000 - (sent + peek->skew) / 1000 : 0;
	struct role role = role_of(change->next, peek->status ? peek->status : "");
	if (timed && since < -1 && !role.result)
		return "not_applied";
	if (change->crowded && role.result && since <= 1)
		return "unknown";
	/* what was updated long after may be somebody else's doing; before, and status and date
	 * contradict each other */
	if (role.result && !role.source)
		return since > LATE_SECONDS || since < -1 ? "unknown" : "applied";
	if (role.source && !role.result && last)
		return since > 1 ? "unknown" : "not_applied";
	return role.source && role.result && timed && since >= 0 ? "applied" : "unknown";
}

/*
 * How much longer the server may be at it. From the client's end on, which the outcome in the log
 * tells, as long as the profile would wait for an answer. Where a crash took the outcome, the time
 * runs from when the client is known to be gone: between the intent and its last try may lie a slow
 * disk, a suspended machine, minutes of Retry-After. A sandbox within a process ends with the
 * process.
 */
static long long unsettled_ms(const struct session *at, const struct audit_change *change)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long last = 0, now = clock_now();
	if ((!change->base_url && change->pid != getpid()) || !change->last_at ||
	    clock_parse(change->last_at, &last, NULL, &ignored) < 0)
		return 0;
	bool recorded = strcmp(change->outcome, "unrecorded") != 0;
	long long window = (long long)(setting_number(&at->settings, SETTING_TIMEOUT) * 1000);
	/* a time in the future says nothing */
	long long end = (recorded && last <= now ? last : change->gone_since) + window;
	return end > now ? end - now : 0;
}

const char *settle_change(struct session *at, const struct audit_change *change, bool last,
			  struct peek *peek, struct err *err)
{
	const struct command *command = command_find(&at->table, change->command);
	bool told = false;
	for (long long pause = FIRST_POLL_MS;; pause = longer(pause)) {
		long long left = unsettled_ms(at, change);
		peek_done(peek);
		if (peek_record(at, command, change->path, peek, err) < 0)
			return err->kind == ERR_NOT_FOUND && subject_is_removed_by(command)
				       ? "applied"
				       : NULL;
		const char *verdict = judge(change, last, peek);
		if (left == 0 || strcmp(verdict, "not_applied") != 0)
			return verdict;
		if (!told)
			terminal_note(
				"%s %s: not applied yet; reading it for %.0f s more, since it may still be (--timeout shortens that)",
				change->command, change->target, (double)left / 1000);
		told = true;
		if (clock_sleep(pause < left ? pause : left, at->stop) < 0) {
			err_set(err, ERR_INTERRUPTED, "interrupted while it may still be applied");
			return NULL;
		}
	}
}

/* Whether the process that made the change may still be at it. */
static int check_ended(struct audit_change *change, struct err *err)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long sent = 0;
	bool recorded = strcmp(change->outcome, "unrecorded") != 0;
	long long now = clock_now();
	bool timed = change->at && clock_parse(change->at, &sent, NULL, &ignored) == 0;
	/* after a day the number belongs to another process */
	if (!recorded && change->pid && timed && now - sent <= DAY_MS && change->pid != getpid() &&
	    (kill((pid_t)change->pid, 0) == 0 || errno != ESRCH))
		return err_set(err, ERR_UNKNOWN, "process %lld is still at it", change->pid);
	change->gone_since = change->gone_since ? change->gone_since : now;
	return 0;
}

/* Another server knows nothing of the change: what it says of the record would be a false verdict.
 */
static int check_server(const struct session *session, const struct audit_change *change,
			struct err *err)
{
	const char *url = setting_text(&session->settings, SETTING_BASE_URL),
		   *sent_to = change->base_url;
	if (url && sent_to ? strcmp(url, sent_to) == 0 : url == sent_to)
		return 0;
	if (!sent_to)
		return err_set(
			err, ERR_CONFIG,
			"it went to the sandbox in the program, and profile %s now speaks to %s",
			change->profile, url);
	return err_set(err, ERR_CONFIG, "it went to %s: add --base-url %s", sent_to, sent_to);
}

static const char *settle_one(struct session *session, struct audit_change *change, bool last,
			      char **status, struct err *err)
{
	CLEANUP(session_done) struct session other = { 0 };
	CLEANUP(peek_done) struct peek peek = { 0 };
	if (!change->profile || !change->command || !change->path)
		return err_set(err, ERR_CONFIG,
			       "the log does not name the profile, command and path of this change"),
		       NULL;
	bool same = session->profile && strcmp(session->profile, change->profile) == 0;
	if (!same && session_derive(session, change->profile, &other, err) < 0)
		return NULL;
	struct session *at = same ? session : &other;
	if (check_ended(change, err) < 0 || check_server(at, change, err) < 0)
		return NULL;
	const char *verdict = settle_change(at, change, last, &peek, err);
	*status = mem_dup(peek.status);
	return verdict;
}

static void add_row(struct json_doc *doc, struct json *rows, const struct audit_change *change,
		    const char *verdict, const char *status)
{
	struct json *row = json_new(doc, JSON_OBJECT);
	json_set_string(doc, row, "at", change->at);
	json_set_string(doc, row, "command", change->command);
	json_set_string(doc, row, "target", change->target);
	json_set_string(doc, row, "verdict", verdict);
	json_set_string(doc, row, "status", status);
	json_set_string(doc, row, "profile", change->profile);
	json_set_string(doc, row, "request_id", change->request_id);
	json_append(rows, row);
}

static bool may_be_applied(const struct audit_change *change)
{
	return change->open || strcmp(change->outcome, "ok") == 0 ||
	       strcmp(change->outcome, "accepted") == 0 || strcmp(change->outcome, "applied") == 0;
}

/* Whether no later change of the log, of those that may have been applied, is of the same record.
 */
static bool is_last(const struct audit_changes *changes, size_t at)
{
	const struct audit_change *change = &changes->items[at];
	for (size_t i = at + 1; i < changes->count; i++) {
		const struct audit_change *later = &changes->items[i];
		if (may_be_applied(later) && change->target && later->target &&
		    strcmp(change->target, later->target) == 0)
			return false;
	}
	return true;
}

/* Whether both changes may have left the record with the same status. */
static bool lead_alike(const struct audit_change *a, const struct audit_change *b)
{
	for (const struct json *item = json_is(a->next, JSON_OBJECT) ? a->next->first : NULL; item;
	     item = item->next)
		if (json_string(item) && role_of(a->next, item->text).result &&
		    role_of(b->next, item->text).result)
			return true;
	return false;
}

/* Whether an earlier change of the record, which may have been applied and led to the same, was
 * under way so shortly before this one that the server's whole seconds do not tell them apart. */
static bool is_crowded(const struct session *session, const struct audit_changes *changes,
		       size_t at)
{
	const struct audit_change *change = &changes->items[at];
	CLEAN_ERR struct err ignored = { 0 };
	long long sent = 0, last = 0;
	long long window = (long long)(setting_number(&session->settings, SETTING_TIMEOUT) * 1000);
	if (!change->target || !change->at || clock_parse(change->at, &sent, NULL, &ignored) < 0)
		return false;
	for (size_t i = 0; i < at; i++) {
		const struct audit_change *earlier = &changes->items[i];
		/* a repeat by hand is the same change */
		bool repeat = earlier->request_id && change->request_id &&
			      strcmp(earlier->request_id, change->request_id) == 0;
		if (repeat || !earlier->target || strcmp(earlier->target, change->target) != 0 ||
		    !may_be_applied(earlier) || !lead_alike(earlier, change) || !earlier->last_at ||
		    clock_parse(earlier->last_at, &last, NULL, &ignored) < 0)
			continue;
		if (last + (earlier->open ? window : 0) + CROWD_MS >= sent)
			return true;
	}
	return false;
}

/* One run of reconcile. */
struct reconciling {
	struct session *session;
	const char *wanted; /* the request id of --request-id, or NULL */
	const char *told;   /* the verdict of --as, or NULL */
	struct json_doc *doc;
	struct json *rows;
	size_t found, unknown;
};

static int settle_and_record(struct reconciling *run, struct audit_changes *changes, size_t at,
			     struct err *err)
{
	struct audit_change *change = &changes->items[at];
	bool dry = values_get(&run->session->globals, "dry-run") != NULL;
	CLEAN_ERR struct err why = { 0 };
	CLEAN_FREE char *status = NULL;
	const char *verdict = run->told;
	change->crowded = is_crowded(run->session, changes, at);
	if (!verdict)
		verdict = settle_one(run->session, change, is_last(changes, at), &status, &why);
	if (!verdict) {
		terminal_note("%s %s stays unknown: %s", change->command ? change->command : "?",
			      change->target ? change->target : "", why.message);
		verdict = "unknown";
	} else if (!dry && audit_settled(change, verdict, run->told != NULL, err) < 0) {
		return -1;
	}
	run->unknown += strcmp(verdict, "unknown") == 0;
	add_row(run->doc, run->rows, change, verdict, status);
	return 0;
}

static int settle_all(struct reconciling *run, struct audit_changes *changes, struct err *err)
{
	const struct session *session = run->session;
	/* from now on nobody is at those whose process has ended: their time runs together */
	for (size_t i = 0; i < changes->count; i++) {
		CLEAN_ERR struct err ignored = { 0 };
		if (changes->items[i].open)
			(void)check_ended(&changes->items[i], &ignored);
	}
	for (size_t i = 0; i < changes->count; i++) {
		const struct audit_change *change = &changes->items[i];
		bool named = run->wanted && change->request_id &&
			     strcmp(run->wanted, change->request_id) == 0;
		bool ours = !session->profile_explicit ||
			    (change->profile && strcmp(change->profile, session->profile) == 0);
		run->found += named;
		if (!change->open || (run->wanted && !named) || !ours)
			continue;
		if (settle_and_record(run, changes, i, err) < 0)
			return -1;
	}
	if (run->wanted && !run->found)
		return err_set(err, ERR_USAGE, "the audit log has no change with the request id %s",
			       run->wanted);
	return 0;
}

int do_reconcile(struct session *session, const struct command *command,
		 const struct values *values, struct err *err)
{
	(void)command;
	static const char *const columns[] = { "at", "command", "target", "verdict", "status" };
	CLEANUP(audit_changes_done) struct audit_changes changes = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct reconciling run = {
		.session = session,
		.wanted = values_get(&session->globals, "request-id"),
		.told = values_get(values, "as"),
		.doc = doc,
		.rows = json_new(doc, JSON_ARRAY),
	};
	if (run.told && !run.wanted) {
		err_set(err, ERR_USAGE, "--as settles one change: it needs --request-id");
		return err_hint(err,
				"\"bangoctl audit show --outcome unknown -o wide\" lists them");
	}
	if (audit_read(&changes, err) < 0 || settle_all(&run, &changes, err) < 0)
		return -1;
	const struct output output = {
		.value = run.rows, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	if (output_print(session, &output, err) < 0)
		return -1;
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("%zu unknown change%s %s, %zu still unknown", run.rows->count,
			      run.rows->count == 1 ? "" : "s",
			      run.told ? "settled by hand" : "read back", run.unknown);
	if (run.unknown)
		return err_set(err, ERR_UNKNOWN,
			       "%zu change%s still unknown: ask Bango with the request ids",
			       run.unknown, run.unknown == 1 ? " is" : "s are");
	return 0;
}
