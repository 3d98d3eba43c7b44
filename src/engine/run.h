/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One command from its words to its end: the same function for argv, scripts and the shell. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/session.h"

/* Both steps: global options, config and profile, then the command. */
int run_words(struct session *session, const struct words *words, struct err *err);

/*
 * The second step alone, for a line of the shell or of a script in a settled session. Its global
 * options hold for this command only; those that choose config, profile or contract are refused
 * with a hint to `use`.
 */
int run_line(struct session *session, const struct words *words, struct err *err);

/* Checks such a line without running it: unknown words, options, missing arguments. */
int run_check(const struct session *session, const struct words *words, struct err *err);

/* Prints a failure once, on stderr: as text, or as one line of JSON if JSON was asked for by name.
 */
void run_report(const struct session *session, const struct err *err);

#endif
