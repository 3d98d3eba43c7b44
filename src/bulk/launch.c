/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/launch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "bulk/verdict.h"
#include "engine/credential.h"
#include "engine/send.h"
#include "engine/settle.h"
#include "engine/show.h"
#include "engine/terminal.h"

enum { DEFAULT_JOBS = 8 };

void launch_done(struct launch *launch)
{
	job_done(&launch->job);
	report_done(&launch->report);
	plan_done(&launch->plan);
	bulk_journal_done(&launch->journal);
}

/* ---- options ---- */

static int check_rate(const struct values *values, struct err *err)
{
	const char *rate = values_get(values, "rate");
	if (!rate || strtod(rate, NULL) > 0)
		return 0;
	err_set(err, ERR_USAGE, "--rate: with \"%s\" nothing would ever be sent", rate);
	return err_hint(err, "without it the profile's rate holds, if it has one");
}

int launch_check_options(const struct launch *launch, struct err *err)
{
	static const char *const others[] = { "request-id", "curl",	 "wait",    "exit-code",
					      "timing",	    "field",	 "columns", "sort",
					      "limit",	    "no-headers" };
	const struct session *session = launch->session;
	const char *dry = values_get(&session->globals, "dry-run");
	for (size_t i = 0; i < COUNT(others); i++) {
		if (!values_get(&session->globals, others[i]))
			continue;
		err_set(err, ERR_USAGE, "--%s means nothing to a bulk job", others[i]);
		return i < 5 ? -1
			     : err_hint(
				       err,
				       "\"bangoctl bulk results JOURNAL\" afterwards takes options of output");
	}
	if (dry && strcmp(dry, "diff") == 0) {
		err_set(err, ERR_USAGE, "--dry-run=diff compares one record, not those of a job");
		return err_hint(err, "--dry-run shows the first requests of the job");
	}
	return check_rate(launch->values, err) < 0 ? -1 : report_check(session, err);
}

/* ---- consent ---- */

static char *make_prompt(const struct launch *launch, const char *what, const char *count)
{
	const struct session *session = launch->session;
	CLEAN_BUF struct buf counts = { 0 };
	plan_counts(&launch->plan, &counts);
	return buf_format(
		"LIVE  profile %s  %s\n%s %s\n%s\nType the number of rows, %s, to go on: ",
		session->profile, setting_text(&session->settings, SETTING_BASE_URL), what,
		launch->plan.source.options.name, counts.data, count);
}

static int ask(const struct launch *launch, const char *what, const char *count, struct err *err)
{
	if (!session_may_ask(launch->session)) {
		err_set(err, ERR_REFUSED, "\"%s\" changes live entitlements and was not confirmed",
			what);
		return err_hint(err, "add --yes --confirm=%s: the number of rows", count);
	}
	CLEAN_BUF struct buf answer = { 0 };
	CLEAN_FREE char *text = make_prompt(launch, what, count);
	CLEAN_BUF struct buf prompt = { 0 };
	text_escape(&prompt, text, strlen(text), true);
	if (terminal_ask(prompt.data, false, &answer, err) < 0)
		return -1;
	return strcmp(buf_str(&answer), count) == 0
		       ? 0
		       : err_set(err, ERR_REFUSED, "\"%s\" was not confirmed", what);
}

static int confirm(const struct launch *launch, const char *what, struct err *err)
{
	const struct session *session = launch->session;
	CLEAN_FREE char *count = buf_format("%lld", launch->plan.rows);
	const char *typed = values_get(&session->globals, "confirm");
	if (setting_bool(&session->settings, SETTING_READ_ONLY))
		return err_set(err, ERR_REFUSED,
			       "\"%s\" holds changes, and profile \"%s\" is read-only, by %s", what,
			       session->profile, session->settings.items[SETTING_READ_ONLY].origin);
	if (!session_is_live(session))
		return 0;
	if (!values_flag(&session->globals, "yes") || !typed)
		return ask(launch, what, count, err);
	if (strcmp(typed, count) == 0)
		return 0;
	err_set(err, ERR_REFUSED, "--confirm=%s is not the number of rows", typed);
	return err_hint(err, "the job has %s: --yes --confirm=%s confirms it", count, count);
}

int launch_confirm(const struct launch *launch, const char *what, const char *job, struct err *err)
{
	if (!launch->plan.changes)
		return 0;
	if (confirm(launch, what, err) < 0) {
		audit_refused_job(launch->session, what, job, launch->plan.rows);
		return -1;
	}
	launch->session->changes += (unsigned long)launch->plan.rows;
	return 0;
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

int launch_prepare(struct launch *launch, struct err *err)
{
	return send_find_server(launch->session, true, &launch->job.url, err) < 0
		       ? -1
		       : credential_load(launch->session, launch->plan.command, err);
}

/* "2500 of 10000 rows (1250 entitlement suspend, …), 8 at a time · journal …" */
static void tell_begin(const struct launch *launch, size_t jobs)
{
	const struct bulk_journal *journal = &launch->journal;
	long long share = bulk_journal_share(journal), left = share - journal->done;
	CLEAN_BUF struct buf line = { 0 }, counts = { 0 };
	if (launch->report.silent)
		return;
	if (left < journal->rows)
		buf_add_format(&line, "%lld of ", left);
	buf_add_format(&line, "%lld row%s", journal->rows, journal->rows == 1 ? "" : "s");
	if (journal->of > 1)
		buf_add_format(&line, " (shard %u/%u)", journal->shard, journal->of);
	if (!launch->plan.command) {
		plan_counts(&launch->plan, &counts);
		buf_add_format(&line, " (%s)", counts.data);
	}
	terminal_note("%s, up to %zu at a time · journal %s", line.data, jobs, journal->path);
}

/* The copy of a stream is of no use once all rows have a result. Its name is checked, since a
 * journal may come from anybody. */
static void drop_copy(const struct bulk_journal *journal)
{
	const struct json *input = json_get(journal->header, "input");
	const char *path = json_get_string(input, "path");
	CLEAN_FREE char *name = buf_format("/%s.input", journal->job);
	size_t len = path ? strlen(path) : 0, end = strlen(name);
	if (json_is(json_get(input, "copied"), JSON_TRUE) && len > end &&
	    strcmp(path + len - end, name) == 0 && journal->done == bulk_journal_share(journal))
		(void)unlink(path);
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
		CLEAN_FREE char *word = show_word(journal->path);
		return err_hint(err, "bangoctl bulk resume %s", word);
	}
	if (journal->results[ERR_UNKNOWN])
		launch->job.pace.until = clock_monotonic() + (long long)(timeout * 1000);
	return 0;
}

int launch_run(struct launch *launch, struct err *err)
{
	size_t jobs = (size_t)number(launch, "jobs", DEFAULT_JOBS);
	report_init(&launch->report, launch->session, &launch->journal);
	set_up(launch);
	tell_begin(launch, jobs);
	if (launch->journal.open_count && !launch->job.trusted && launch_settle(launch, err) < 0) {
		if (launch->journal.open_count)
			err->kind = ERR_UNKNOWN;
		return -1;
	}
	if (keep_order(launch, err) < 0 || plan_rewind(&launch->plan, err) < 0)
		return -1;
	job_run(&launch->job, jobs);
	drop_copy(&launch->journal);
	return verdict(&launch->job, err);
}

/* ---- settling ---- */

static bool is_open(void *context, long long number)
{
	const struct launch *launch = context;
	return number <= launch->journal.rows &&
	       bulk_journal_state(&launch->journal, number) == ROW_OPEN;
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
	char uuid[UUID_SIZE];
	bulk_journal_request_id(&launch->journal, row->number, uuid);
	CLEAN_FREE char *at = time_text(intent->first), *last_at = time_text(intent->sent);
	struct audit_change change = {
		.at = at,
		.last_at = last_at,
		.profile = session->profile,
		.command = request->command->name,
		.target = request->target,
		.request_id = uuid,
		.path = request->path,
		.base_url = setting_text(&session->settings, SETTING_BASE_URL),
		.outcome = "unrecorded",
		.pid = intent->pid,
		.gone_since = gone,
		.crowded = launch->plan.source.allow_duplicates,
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
