/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/launch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bulk/verdict.h"
#include "engine/credential.h"
#include "engine/send.h"
#include "engine/settle.h"
#include "engine/terminal.h"

enum { DEFAULT_JOBS = 8 };

void launch_done(struct launch *launch)
{
	job_done(&launch->job);
	report_done(&launch->report);
	plan_done(&launch->plan);
	bulk_journal_done(&launch->journal);
}

/* ---- consent ---- */

static int ask(const struct session *session, const char *what, const char *count, struct err *err)
{
	if (!session_may_ask(session)) {
		err_set(err, ERR_REFUSED, "\"%s\" changes %s live records and was not confirmed",
			what, count);
		return err_hint(err, "add --yes --confirm=%s", count);
	}
	CLEAN_BUF struct buf answer = { 0 };
	CLEAN_FREE char *prompt = buf_format(
		"LIVE  profile %s  %s\n%s  %s rows\nType the number of rows to go on: ",
		session->profile, setting_text(&session->settings, SETTING_BASE_URL), what, count);
	if (terminal_ask(prompt, false, &answer, err) < 0)
		return -1;
	return strcmp(buf_str(&answer), count) == 0
		       ? 0
		       : err_set(err, ERR_REFUSED, "\"%s\" was not confirmed", what);
}

int launch_confirm(const struct launch *launch, const char *what, long long rows, struct err *err)
{
	const struct session *session = launch->session;
	CLEAN_FREE char *count = buf_format("%lld", rows);
	const char *confirm = values_get(&session->globals, "confirm");
	if (!launch->plan.changes)
		return 0;
	if (setting_bool(&session->settings, SETTING_READ_ONLY))
		return err_set(err, ERR_REFUSED,
			       "\"%s\" holds changes, and profile \"%s\" is read-only", what,
			       session->profile);
	if (!session_is_live(session))
		return 0;
	if (!values_flag(&session->globals, "yes") || !confirm)
		return ask(session, what, count, err);
	if (strcmp(confirm, count) == 0)
		return 0;
	err_set(err, ERR_REFUSED, "--confirm=%s is not the number of rows", confirm);
	return err_hint(err, "a job of %s rows is confirmed with --yes --confirm=%s", count, count);
}

/* ---- running ---- */

/* A number of the command line, else of the journal's header, else `otherwise`. */
static double number(const struct launch *launch, const char *name, double otherwise)
{
	const char *given = values_get(launch->values, name);
	const struct json *kept = json_get(launch->journal.header, name);
	if (!given && json_is(kept, JSON_NUMBER))
		given = kept->text;
	return given ? strtod(given, NULL) : otherwise;
}

static void set_up(struct launch *launch)
{
	struct session *session = launch->session;
	const struct settings *settings = &session->settings;
	const char *trust = setting_text(settings, SETTING_IDEMPOTENCY);
	struct job *job = &launch->job;
	job->session = session;
	job->plan = &launch->plan;
	job->journal = &launch->journal;
	job->report = &launch->report;
	job->options = send_options(session);
	/* signals are the job's to handle, for all that is in flight */
	job->options.stop = NULL;
	job->options.on_signal = NULL;
	job->max_errors = (long long)number(launch, "max-errors", -1);
	job->trusted = trust && strcmp(trust, "trusted") == 0;
	job->traced = values_get(&session->globals, "trace") != NULL;
	pace_init(&job->pace, number(launch, "rate", setting_number(settings, SETTING_RATE)),
		  setting_number(settings, SETTING_RETRY_MAX_WAIT), clock_monotonic());
}

/* Rows of one record keep their order: what an earlier run left unknown may still be applied for as
 * long as the profile would wait for an answer. */
static int keep_order(struct launch *launch, struct err *err)
{
	const struct bulk_journal *journal = &launch->journal;
	double timeout = setting_number(&launch->session->settings, SETTING_TIMEOUT);
	if (!launch->plan.source.allow_duplicates)
		return 0;
	if (journal->open_count && !launch->job.trusted) {
		err_set(err, ERR_UNKNOWN,
			"%zu rows are unknown, and later rows of their records have to wait",
			journal->open_count);
		return err_hint(err, "bangoctl bulk resume %s", journal->path);
	}
	if (journal->results[ERR_UNKNOWN])
		launch->job.pace.until = clock_monotonic() + (long long)(timeout * 1000);
	return 0;
}

int launch_run(struct launch *launch, struct err *err)
{
	struct session *session = launch->session;
	if (report_init(&launch->report, session, &launch->journal, err) < 0 ||
	    send_find_server(session, true, &launch->job.url, err) < 0 ||
	    credential_load(session, launch->plan.command, err) < 0)
		return -1;
	set_up(launch);
	if (!launch->report.silent)
		terminal_note("journal %s", launch->journal.path);
	if (launch->journal.open_count && !launch->job.trusted && launch_settle(launch, err) < 0)
		return -1;
	if (keep_order(launch, err) < 0 || plan_rewind(&launch->plan, err) < 0)
		return -1;
	job_run(&launch->job, (size_t)number(launch, "jobs", DEFAULT_JOBS));
	return verdict(&launch->job, err);
}

/* ---- settling ---- */

static bool is_open(void *context, long long number)
{
	const struct launch *launch = context;
	return bulk_journal_state(&launch->journal, number) == ROW_OPEN;
}

static char *time_text(long long time)
{
	struct buf text = { 0 };
	clock_format(&text, time);
	return buf_take(&text);
}

static const struct bulk_journal_intent *intent_of(const struct bulk_journal *journal,
						   long long row)
{
	for (size_t i = 0; i < journal->open_count; i++)
		if (journal->open[i].row == row)
			return &journal->open[i];
	return NULL;
}

/* Reads the record of the row back; the verdict, or NULL with the reason. */
static const char *settle_row(struct launch *launch, const struct plan_row *row, long long gone,
			      struct peek *peek, struct err *err)
{
	const struct session *session = launch->session;
	const struct bulk_journal_intent *intent = intent_of(&launch->journal, row->number);
	const struct request *request = &row->request;
	char uuid[UUID_SIZE], unrecorded[] = "unrecorded";
	bulk_journal_request_id(&launch->journal, row->number, uuid);
	CLEAN_FREE char *at = time_text(intent->first), *last_at = time_text(intent->sent);
	CLEAN_FREE char *command = mem_dup(request->command->name);
	CLEAN_FREE char *url = mem_dup(setting_text(&session->settings, SETTING_BASE_URL));
	struct audit_change change = {
		.at = at,
		.last_at = last_at,
		.profile = session->profile,
		.command = command,
		.target = request->target,
		.request_id = uuid,
		.path = request->path,
		.base_url = url,
		.outcome = unrecorded,
		.pid = intent->pid,
		.gone_since = gone,
		.crowded = launch->plan.source.allow_duplicates,
		.doc = request->doc,
		.next = audit_next(request->doc, request),
	};
	if (!request->target)
		return err_set(err, ERR_UNKNOWN, "row %lld names no record to read", row->number),
		       NULL;
	const char *verdict = settle_change(launch->session, &change,
					    !launch->plan.source.allow_duplicates, peek, err);
	/* a server that accepts changes for later has no time after which they are certainly not
	 * applied */
	if (verdict && launch->journal.accepted && strcmp(verdict, "not_applied") == 0)
		verdict = "unknown";
	if (verdict && audit_settled(&change, verdict, false, err) < 0)
		return NULL;
	return verdict;
}

static void note_verdict(struct launch *launch, const struct plan_row *row, const char *verdict,
			 const char *status)
{
	char uuid[UUID_SIZE];
	bool unknown = strcmp(verdict, "unknown") == 0;
	bulk_journal_request_id(&launch->journal, row->number, uuid);
	if (strcmp(verdict, "not_applied") == 0) {
		bulk_journal_again(&launch->journal, row->number, verdict);
		return;
	}
	const struct bulk_journal_result result = {
		.row = row->number,
		.line = row->line,
		.kind = unknown ? ERR_UNKNOWN : ERR_OK,
		.settled = true,
		.target = row->request.target,
		.request_id = uuid,
		.status = status,
		.message = unknown ? "its record does not tell whether it was applied" : NULL,
	};
	bulk_journal_result(&launch->journal, &result);
	report_row(&launch->report, &result, NULL);
}

int launch_settle(struct launch *launch, struct err *err)
{
	/* its lock is ours: nobody else is at it */
	long long gone = clock_now();
	terminal_note("%zu row%s may have been applied: reading back", launch->journal.open_count,
		      launch->journal.open_count == 1 ? "" : "s");
	if (plan_rewind(&launch->plan, err) < 0)
		return -1;
	for (;;) {
		CLEANUP(plan_row_done) struct plan_row row = { 0 };
		CLEANUP(peek_done) struct peek peek = { 0 };
		CLEAN_ERR struct err why = { 0 };
		int found = plan_next(&launch->plan, is_open, launch, &row, err);
		if (found <= 0)
			return found;
		const char *verdict = settle_row(launch, &row, gone, &peek, &why);
		if (verdict)
			note_verdict(launch, &row, verdict, peek.status);
		else
			terminal_note("row %lld, %s: still unknown: %s", row.number,
				      row.request.target ? row.request.target : "?", why.message);
		if (bulk_journal_commit(&launch->journal, true, err) < 0 ||
		    report_flush(&launch->report, err) < 0)
			return -1;
		if (why.kind == ERR_INTERRUPTED)
			return err_set(err, ERR_UNKNOWN, "interrupted: %zu rows are unknown",
				       launch->journal.open_count);
	}
}
