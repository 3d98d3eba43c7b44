/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program says of itself: help, topics, version, the list of commands. */
#ifndef ENGINE_ABOUT_H
#define ENGINE_ABOUT_H

#include "engine/session.h"

/* Prints the help of a command, or of a group ("" for the whole program) if `command` is NULL. */
int about_help(const struct session *session, const struct command *command, const char *group,
	       struct err *err);

/* Adds the help of a group, fitted to the stream. */
void about_group(const struct session *session, const char *group, int fd, struct buf *out);

/* Prints the version; with -v the libraries' too. */
int about_version(const struct session *session, struct err *err);

/* The actions of `help`, `version` and `commands`. */
int do_help(struct session *session, const struct command *command, const struct values *values,
	    struct err *err);
int do_version(struct session *session, const struct command *command, const struct values *values,
	       struct err *err);
int do_commands(struct session *session, const struct command *command, const struct values *values,
		struct err *err);

#endif
