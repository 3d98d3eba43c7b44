/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `completion` and `__complete`. */
#ifndef ENGINE_DO_COMPLETE_H
#define ENGINE_DO_COMPLETE_H

#include "engine/session.h"

int do_completion(struct session *session, const struct command *command,
		  const struct values *values, struct err *err);
int do_complete(struct session *session, const struct command *command, const struct values *values,
		struct err *err);

#endif
