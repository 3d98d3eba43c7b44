/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scripts: the commands of a file, one a line, all of them checked before the first one runs.
 * A script stops at its first failing command and ends with that command's error.
 */
#ifndef SHELL_SCRIPT_H
#define SHELL_SCRIPT_H

#include "engine/session.h"

/* The actions of `run` and `source`. */
int do_run(struct session *session, const struct command *command, const struct values *values,
	   struct err *err);
int do_source(struct session *session, const struct command *command, const struct values *values,
	      struct err *err);

#endif
