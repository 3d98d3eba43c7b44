/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the input as requests. A plan is gone through twice: once to check every row before the
 * first request is sent, and once to send them.
 */
#ifndef BULK_PLAN_H
#define BULK_PLAN_H

#include "bulk/rows.h"
#include "engine/request.h"

/* Where the rows come from, and how they are read. */
struct plan_source {
	const char *path;
	struct bulk_input_options options;
	bool allow_duplicates;
};

struct plan_column;

struct plan {
	const struct session *session;
	const struct command *command; /* of all rows; NULL: each row's `action` names it */
	const struct values *defaults; /* for what a row does not give; borrowed */
	struct plan_source source;
	struct bulk_input *input;
	struct plan_column *columns; /* owned: the arguments of the columns met last */
	size_t column_count;
	bool changes; /* some row is a change; known after plan_check */
	long long rows;
};

/* Opens the input. ERR_USAGE if it cannot be read or has a column that is no argument. */
int plan_open(struct plan *plan, const struct session *session, const struct command *command,
	      const struct values *defaults, const struct plan_source *source, struct err *err);

void plan_done(struct plan *plan);

/* A row's request. */
struct plan_row {
	long long number, line;
	struct request request;
	unsigned long long key; /* the same for rows of the same record; 0: it has none */
};

void plan_row_done(struct plan_row *row);

/* Takes one of the first rows, to show it. */
typedef int (*plan_preview)(void *context, const struct plan_row *row, struct err *err);

/*
 * Goes through all rows: each is made a request, of which the first ones go to `preview` (may be
 * NULL). Lists the faults on stderr with their lines, the first of many, and fails with ERR_USAGE
 * and their number. Two rows of one record are a fault, unless duplicates are allowed.
 */
int plan_check(struct plan *plan, plan_preview preview, void *context, struct err *err);

/* Begins again with the first row. */
int plan_rewind(struct plan *plan, struct err *err);

/* Whether a row is wanted. */
typedef bool (*plan_filter)(void *context, long long number);

/*
 * Makes the request of the next row that is wanted. 1: there is one, 0: the input has ended, -1: it
 * cannot be read any more, or is not what it was when it was checked.
 */
int plan_next(struct plan *plan, plan_filter wanted, void *context, struct plan_row *row,
	      struct err *err);

/* The command that an action of a batch file names: its last word, its whole name or its
 * operationId, in any case. NULL with the reason. */
const struct command *plan_action(const struct session *session, const char *action,
				  struct err *err);

#endif
