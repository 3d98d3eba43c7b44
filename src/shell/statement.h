/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One statement of a line: `expect`, `| command` and `> file` around what run_line does. */
#ifndef SHELL_STATEMENT_H
#define SHELL_STATEMENT_H

#include "engine/session.h"
#include "grammar/split.h"

/* Runs it and keeps its exit code for `status`. An unmet `expect` is ERR_DIFFERS, but ERR_UNKNOWN
 * stays. */
int statement_run(struct session *session, const struct statement *statement, struct err *err);

/* Checks it without running it. */
int statement_check(const struct session *session, const struct statement *statement,
		    struct err *err);

#endif
