/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time shows: waiting for an accepted change, and reconciling those whose outcome is unknown.
 */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

#include "engine/audit.h"
#include "engine/peek.h"

/*
 * --wait: reads the record until it has the status that the accepted change leads to.
 * ERR_WAIT_TIMEOUT after `seconds` or if the status cannot be read or foretold, since the change
 * was accepted all the same; ERR_REJECTED if it settles elsewhere. `peek` holds the last reading.
 */
int settle_wait(struct session *session, const struct request *request, const char *before,
		double seconds, struct peek *peek, struct err *err);

/*
 * Reads the record of a change whose outcome is unknown, and judges: "applied", "not_applied" or
 * "unknown". That a change was applied is seen as soon as it is; that it was not is only true when
 * the server cannot be at it any more, so until the profile's timeout has passed since, it is read
 * again. `last`: no later change of ours is of the same record. `peek` holds the last reading. NULL
 * with the reason if it cannot be read or is not ours to judge.
 */
const char *settle_change(struct session *at, const struct audit_change *change, bool last,
			  struct peek *peek, struct err *err);

/* The action of `reconcile`. ERR_UNKNOWN if any change is still unknown afterwards. */
int do_reconcile(struct session *session, const struct command *command,
		 const struct values *values, struct err *err);

#endif
