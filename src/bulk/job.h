/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine of a bulk job: rows in flight side by side, in one thread; another one only syncs the
 * audit log while this one syncs the journal.
 *
 * A turn: what has ended is judged; rows that may start get their intents on disk, in the audit log
 * and the journal, before any of their requests leaves; results are written before they are shown.
 * Each try has an intent of its own. A row of which some try may have been applied (`doubt`) never
 * becomes a failure or an open row: it ends as done or as unknown.
 */
#ifndef BULK_JOB_H
#define BULK_JOB_H

#include "bulk/journal.h"
#include "bulk/pace.h"
#include "bulk/plan.h"
#include "bulk/report.h"
#include "engine/audit.h"

struct job_slot;

struct job {
	struct session *session;
	struct plan *plan;
	struct bulk_journal *journal;
	struct report *report;
	struct pace pace;
	struct http_url url;
	struct http_options options;
	struct job_slot *slots; /* owned */
	size_t slot_count;
	long long max_errors; /* more failed or unknown rows end the job; -1: no limit */

	bool trusted; /* the server applies one identifier once */
	bool traced;  /* --trace */
	struct audit_group audit;
	struct plan_row next; /* read, and not in a slot yet */
	bool has_next, ended; /* the input has ended */
	bool draining;	      /* no row starts any more */
	struct err reason;    /* why; kind ERR_OK: it goes on */
	long long errors;     /* of this run */
	unsigned unknown;     /* rows in a row */
	bool warned;	      /* of the signal */
};

/*
 * Runs the job until all rows of its share have a result or it has to stop; verdict.h tells what it
 * came to. The credentials are loaded, the plan is checked and rewound.
 */
void job_run(struct job *job, size_t jobs);

void job_done(struct job *job);

#endif
