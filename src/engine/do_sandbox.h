/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `sandbox`. */
#ifndef ENGINE_DO_SANDBOX_H
#define ENGINE_DO_SANDBOX_H

#include "engine/session.h"

int do_sandbox_serve(struct session *session, const struct command *command,
		     const struct values *values, struct err *err);
int do_sandbox_reset(struct session *session, const struct command *command,
		     const struct values *values, struct err *err);
int do_sandbox_seed(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);
int do_sandbox_status(struct session *session, const struct command *command,
		      const struct values *values, struct err *err);

#endif
