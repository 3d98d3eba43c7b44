/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request to the sandbox that has found its command: what it does and what it is told. */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include "lib/listener.h"
#include "sandbox/route.h"
#include "sandbox/store.h"

struct call {
	struct store *store;
	const struct listener_request *request;
	const struct command_table *table;
	const struct route *route;
	int success;		/* the status of a call that succeeds */
	bool bodiless;		/* its reply has no body */
	const char *identifier; /* X-RequestIdentifier, or NULL */
	long long delay; /* of an accepted change in milliseconds; -1: changes are done at once */
};

/*
 * Runs the call, with the store locked meanwhile, and gives status and body of its reply. A change
 * that repeats the identifier, method, path and body of an earlier one gets the earlier one's reply
 * and has no effect.
 *
 * What is refused is an error whose kind tells the status: ERR_USAGE 400, ERR_NOT_FOUND 404,
 * ERR_REJECTED 409, ERR_INTERNAL 500.
 */
int call_run(const struct call *call, int *status, struct buf *body, struct err *err);

#endif
