/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call from its values to its result: built, confirmed, sent, judged, shown. */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include "engine/request.h"

/* ACTION_CALL: an operation of the contract. */
int do_call(struct session *session, const struct command *command, const struct values *values,
	    struct err *err);

/* ACTION_REQUEST: `request METHOD PATH`. */
int do_request(struct session *session, const struct command *command, const struct values *values,
	       struct err *err);

#endif
