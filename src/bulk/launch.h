/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job needs before its first row is sent: consent, server, credentials, a journal. */
#ifndef BULK_LAUNCH_H
#define BULK_LAUNCH_H

#include "bulk/job.h"

struct launch {
	struct session *session;
	const struct values *values; /* of the command line: --jobs, --rate, --max-errors */
	struct plan plan;
	struct bulk_journal journal;
	struct job job;
	struct report report;
};

void launch_done(struct launch *launch);

/* Refuses options that mean nothing to a job, ERR_USAGE. */
int launch_check_options(const struct launch *launch, struct err *err);

/*
 * Asks where a person has to be asked: changes in a live profile are confirmed by the number of
 * rows of the whole input, on the terminal or by --yes --confirm. ERR_REFUSED, also for a read-only
 * profile, which the audit log then tells. `what` is the command, `job` the job's identifier.
 */
int launch_confirm(const struct launch *launch, const char *what, const char *job, struct err *err);

/* Finds the server and loads the credentials. */
int launch_prepare(struct launch *launch, struct err *err);

/* Runs the job whose plan and journal are ready. */
int launch_run(struct launch *launch, struct err *err);

/* Settles the rows whose intent is open in the journal by reading their records back. Those that
 * cannot be read stay open. */
int launch_settle(struct launch *launch, struct err *err);

#endif
