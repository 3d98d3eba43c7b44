/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interactive shell, and the commands that exist only in it and in scripts. */
#ifndef SHELL_REPL_H
#define SHELL_REPL_H

#include "engine/session.h"

/* The action of `bangoctl` alone at a terminal. */
int do_shell(struct session *session, const struct command *command, const struct values *values,
	     struct err *err);

int do_use(struct session *session, const struct command *command, const struct values *values,
	   struct err *err);
int do_set(struct session *session, const struct command *command, const struct values *values,
	   struct err *err);
int do_status(struct session *session, const struct command *command, const struct values *values,
	      struct err *err);
int do_quit(struct session *session, const struct command *command, const struct values *values,
	    struct err *err);

#endif
