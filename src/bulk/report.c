/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/terminal.h"
#include "lib/flat.h"

/* The name of an outcome as one says it; the caller frees it. */
static char *in_words(const char *name)
{
	char *words = mem_dup(name);
	for (char *p = words; *p; p++)
		*p = *p == '_' ? ' ' : *p;
	return words;
}

enum { TERMINAL_MS = 1000, OTHER_MS = 10000 };

/* The format of the lines, or NULL if one was asked for in which there are none. That results of
 * other commands are to be tables says nothing of these. */
static const char *format_of(const struct session *session)
{
	static const char *const formats[] = { "auto", "json", "ndjson", "none" };
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	for (size_t i = 0; i < COUNT(formats); i++)
		if (strcmp(format, formats[i]) == 0)
			return format;
	return values_get(&session->globals, "output") || values_flag(&session->globals, "expanded")
		       ? NULL
		       : "auto";
}

int report_check(const struct session *session, struct err *err)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	if (format_of(session))
		return 0;
	err_set(err, ERR_USAGE, "a bulk job writes a line of NDJSON for each row, not %s", format);
	return err_hint(err, "\"bangoctl bulk results JOURNAL -o %s\" shows them afterwards",
			format);
}

void report_init(struct report *report, const struct session *session,
		 const struct bulk_journal *journal)
{
	const char *format = format_of(session);
	*report = (struct report){
		.session = session,
		.journal = journal,
		.silent = values_flag(&session->globals, "quiet"),
		.terminal = isatty(STDERR_FILENO),
		.no_lines = strcmp(format, "none") == 0,
		.for_person = strcmp(format, "auto") == 0 && isatty(STDOUT_FILENO),
		.begun = clock_monotonic(),
		.before = journal->done,
	};
	report->told = report->begun;
}

void report_done(struct report *report)
{
	buf_done(&report->lines);
}

/* A line for a person, who wants to see what was not done. */
static void add_text(struct report *report, const struct bulk_journal_result *result)
{
	CLEAN_BUF struct buf line = { 0 };
	CLEAN_FREE char *outcome = in_words(err_row(result->kind)->name);
	buf_add_format(&line, "line %lld  %s  %s  %s", result->line,
		       result->target ? result->target : "", outcome,
		       result->message ? result->message : "");
	text_escape(&report->lines, line.data, line.len, false);
	buf_add_char(&report->lines, '\n');
}

void report_row(struct report *report, const struct bulk_journal_result *result,
		const struct json *response)
{
	if (report->no_lines || report->lost)
		return;
	if (report->for_person && !response) {
		if (result->kind != ERR_OK)
			add_text(report, result);
		return;
	}
	struct buf *line = &report->lines;
	flat_open(line, NULL);
	flat_integer(line, "row", result->row);
	flat_integer(line, "line", result->line);
	flat_text(line, "target", result->target);
	flat_text(line, "outcome", result->accepted ? "accepted" : err_row(result->kind)->name);
	flat_integer(line, "exit_code", err_row(result->kind)->exit_code);
	if (result->http_status)
		flat_integer(line, "http_status", result->http_status);
	else
		flat_null(line, "http_status");
	flat_text(line, "status", result->status);
	flat_text(line, "response_code", result->response_code);
	flat_text(line, "request_id", result->request_id);
	flat_text(line, "message", result->message);
	if (response) {
		flat_member(line, "response");
		json_write(line, response, JSON_COMPACT);
	}
	flat_close(line);
	buf_add_char(line, '\n');
}

void report_clear(struct report *report)
{
	if (report->shown)
		(void)file_write_all(STDERR_FILENO, "\r\033[K", 4);
	report->shown = false;
}

int report_flush(struct report *report, struct err *err)
{
	if (!report->lines.len || report->lost)
		return 0;
	report_clear(report);
	if (file_write_all(STDOUT_FILENO, report->lines.data, report->lines.len) < 0) {
		report->lost = true;
		return err_set(err, report->session->applied ? ERR_OUTPUT_LOST : ERR_INTERNAL,
			       "the results cannot be written: %s", strerror(errno));
	}
	buf_clear(&report->lines);
	return 0;
}

static void add_count(struct buf *out, long long count, const char *what)
{
	if (count)
		buf_add_format(out, "%s%lld %s", out->len ? ", " : "", count, what);
}

void report_counts(const struct bulk_journal *journal, struct buf *out)
{
	struct buf parts = { 0 };
	for (int kind = 0; kind < ERR_KIND_COUNT; kind++) {
		CLEAN_FREE char *name = in_words(err_row((enum err_kind)kind)->name);
		add_count(&parts, journal->results[kind], name);
	}
	add_count(&parts, bulk_journal_share(journal) - journal->done, "left");
	buf_add_str(out, parts.len ? parts.data : "no rows");
	buf_done(&parts);
}

static void add_duration(struct buf *out, double seconds)
{
	long long s = (long long)(seconds + 0.5);
	if (s >= 3600)
		buf_add_format(out, "%lld h %02lld min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		buf_add_format(out, "%lld min %02lld s", s / 60, s % 60);
	else
		buf_add_format(out, "%lld s", s);
}

static void progress_line(const struct report *report, long long now, struct buf *line)
{
	const struct bulk_journal *journal = report->journal;
	long long share = bulk_journal_share(journal), here = journal->done - report->before;
	double seconds = (double)(now - report->begun) / 1000;
	double rate = seconds > 0 ? (double)here / seconds : 0;
	buf_add_format(line, "%lld of %lld rows, %.*f/s", journal->done, share, rate < 10 ? 1 : 0,
		       rate);
	if (rate > 0 && journal->done < share) {
		buf_add_str(line, ", ");
		add_duration(line, (double)(share - journal->done) / rate);
		buf_add_str(line, " to go");
	}
	add_count(line, journal->results[ERR_UNKNOWN], "unknown");
	add_count(line, journal->done - journal->results[ERR_OK] - journal->results[ERR_UNKNOWN],
		  "failed");
}

void report_progress(struct report *report)
{
	long long now = clock_monotonic();
	if (report->silent || now - report->told < (report->terminal ? TERMINAL_MS : OTHER_MS))
		return;
	CLEAN_BUF struct buf line = { 0 };
	report->told = now;
	progress_line(report, now, &line);
	if (!report->terminal) {
		terminal_note("%s", line.data);
		return;
	}
	report_clear(report);
	/* a line that wraps could not be cleared */
	size_t width = terminal_width() - 1;
	while (line.len && text_width(line.data, line.len) > width)
		buf_truncate(&line, line.len - 1);
	(void)file_write_all(STDERR_FILENO, line.data, line.len);
	report->shown = true;
}

void report_summary(struct report *report)
{
	report_clear(report);
	if (report->silent)
		return;
	CLEAN_BUF struct buf counts = { 0 };
	double seconds = (double)(clock_monotonic() - report->begun) / 1000;
	long long here = report->journal->done - report->before;
	report_counts(report->journal, &counts);
	terminal_note("%s · %lld row%s in %.1f s", counts.data, here, here == 1 ? "" : "s",
		      seconds);
}
