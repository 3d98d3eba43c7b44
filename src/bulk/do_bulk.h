/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `bulk`: begin a job, go on with one, and tell of one. */
#ifndef BULK_DO_BULK_H
#define BULK_DO_BULK_H

#include "engine/session.h"

int do_bulk(struct session *session, const struct command *command, const struct values *values,
	    struct err *err);
int do_bulk_resume(struct session *session, const struct command *command,
		   const struct values *values, struct err *err);
int do_bulk_status(struct session *session, const struct command *command,
		   const struct values *values, struct err *err);
int do_bulk_failures(struct session *session, const struct command *command,
		     const struct values *values, struct err *err);
int do_bulk_results(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);

#endif
