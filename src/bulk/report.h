/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a bulk job tells: a line of NDJSON a row on stdout, progress and a summary on stderr. A
 * person at a terminal is told only of changes that were not done, in words.
 */
#ifndef BULK_REPORT_H
#define BULK_REPORT_H

#include "bulk/journal.h"
#include "engine/session.h"

struct report {
	const struct session *session;
	const struct bulk_journal *journal;
	bool silent;	  /* no progress, no summary */
	bool terminal;	  /* progress is one line that is written again and again */
	bool no_lines;	  /* -o none */
	bool for_person;  /* stdout is a terminal, and no format was asked for */
	struct buf lines; /* results that are not written yet */
	long long begun;  /* clock_monotonic */
	long long told;	  /* when progress was told last */
	long long before; /* rows that had a result when this run began */
	bool shown;	  /* a line of progress stands on the terminal */
	bool lost;	  /* stdout cannot be written */
};

/* ERR_USAGE for a format that is none of a stream. */
int report_check(const struct session *session, struct err *err);

void report_init(struct report *report, const struct session *session,
		 const struct bulk_journal *journal);
void report_done(struct report *report);

/* Adds a row's line; `response` (may be NULL) is the reply to a read. */
void report_row(struct report *report, const struct bulk_journal_result *result,
		const struct json *response);

/* Writes the lines so far. ERR_OUTPUT_LOST, or ERR_INTERNAL if no change was applied: from then on
 * nothing more is written. */
int report_flush(struct report *report, struct err *err);

/* Tells how far the job is, when it is time to: on a terminal each second, else every ten. */
void report_progress(struct report *report);

/* Clears the line of progress before something else is told. */
void report_clear(struct report *report);

/* The last word: how many rows ended how. */
void report_summary(struct report *report);

/* "9998 ok, 2 not found, 1 unknown, 3 left"; the parts that are not 0. */
void report_counts(const struct bulk_journal *journal, struct buf *out);

#endif
