/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the input as requests. A plan is gone through twice: once to check every row before the
 * first request is sent, and once to send them.
 */
#ifndef BULK_PLAN_H
#define BULK_PLAN_H

#include "bulk/rows.h"
#include "engine/request.h"

/* Where the rows come from, and how they are read. `options.name` is what messages call them. */
struct plan_source {
	const char *path;
	struct bulk_input_options options;
	bool allow_duplicates;
};

struct plan_columns;

struct plan {
	const struct session *session;
	const struct command *command; /* of all rows; NULL: each row's `action` names it */
	const struct values *defaults; /* for what a row does not give; borrowed */
	struct plan_source source;
	struct bulk_input *input;
	struct plan_columns *sets; /* owned: what the columns are for each command that was met */
	size_t set_count;
	bool changes; /* some row is a change; known after plan_check, as all that follows */
	long long rows;
	long long *counts; /* owned: how many rows each command of the contract has */
};

/* Opens the input. ERR_USAGE if it cannot be read, or its header cannot be right. */
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

/* Makes the request of a row. ERR_USAGE with all that is wrong in it; the place is not named. */
int plan_make(struct plan *plan, const struct bulk_row *from, struct plan_row *row,
	      struct err *err);

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

/* How many rows do what: "3 entitlement suspend, 1 entitlement resume". */
void plan_counts(const struct plan *plan, struct buf *out);

#endif
