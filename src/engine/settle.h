/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time shows: waiting for an accepted change, and reconciling those whose outcome is unknown.
 */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

#include "engine/peek.h"

/*
 * --wait: reads the record until it has the status that the accepted change leads to.
 * ERR_WAIT_TIMEOUT after `seconds` or if the status cannot be read or foretold, since the change
 * was accepted all the same; ERR_REJECTED if it settles elsewhere. `peek` holds the last reading.
 */
int settle_wait(struct session *session, const struct request *request, const char *before,
		double seconds, struct peek *peek, struct err *err);

/* The action of `reconcile`. ERR_UNKNOWN if any change is still unknown afterwards. */
int do_reconcile(struct session *session, const struct command *command,
		 const struct values *values, struct err *err);

#endif
