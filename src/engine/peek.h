/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a record back: what it is before a change, and what became of one. */
#ifndef ENGINE_PEEK_H
#define ENGINE_PEEK_H

#include "engine/send.h"

struct peek {
	struct answer answer;
	const struct json *record; /* in answer */
	const char *status;	   /* in record, or NULL */
	const char *member;	   /* of the record that holds the status, by the contract */
	long long updated; /* dateLastUpdated; 0 if there is none, or the server tells no time to
			      compare it with */
	long long skew;	   /* the server's clock minus ours, in milliseconds */
};

void peek_done(struct peek *peek);

/* The operation that reads the record which `command` changes, see sandbox/subject.h, if nothing
 * but the path is needed for it; or NULL. */
const struct command *peek_command(const struct session *session, const struct command *command);

/*
 * Reads the record that `command` changes with that path, which may have a query. ERR_USAGE if the
 * contract has no way to; else as any read fails.
 */
int peek_record(struct session *session, const struct command *command, const char *path,
		struct peek *peek, struct err *err);

#endif
