/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can go wrong on purpose. A fault is a word: NAME[:PARAMETER][/change|/read][@WHEN], where
 * WHEN is a rate
 * (`0.2`, `20%`) or the requests that it hits, counted from 1 among those that it could hit (`3`,
 * `1,4`, `2-5`).
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <stddef.h>

#include "base/err.h"
#include "grammar/command.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_ACCEPTED,
	FAULT_LIMIT,	    /* 429 */
	FAULT_ERROR,	    /* 500 */
	FAULT_MAINTENANCE,  /* 503 */
	FAULT_RESET_BEFORE, /* the last one that leaves the request undone */
	FAULT_SLOW,
	FAULT_HANG,
	FAULT_RESET_AFTER,
	FAULT_TRUNCATE,
	FAULT_NOT_JSON,
	FAULT_HTML,
	FAULT_EMPTY,
	FAULT_HUGE,
	FAULT_DEEP,
	FAULT_CONTROL,
	FAULT_BAD_UTF8,
	FAULT_NUL,
	FAULT_KIND_COUNT
};

/* For help texts and tests. */
struct fault_row {
	const char *word;
	const char *parameter; /* what may stand after the colon, or NULL */
	const char *help;
};

/* The row of a kind, from FAULT_ACCEPTED on. */
const struct fault_row *fault_row(enum fault_kind kind);

/* A fault that hits a request. */
struct fault {
	enum fault_kind kind;
	long long parameter; /* milliseconds */
};

struct faults;

/*
 * Reads the words; with a `seed` of 0 or more, rates hit the same requests each time. ERR_USAGE for
 * a bad word.
 */
int faults_new(struct faults **faults, const char *const *words, size_t count, long long seed,
	       struct err *err);
void faults_free(struct faults *faults);

/* Counts one request and tells which fault hits it: the first of those that do. From any thread. */
struct fault faults_draw(struct faults *faults, enum effect effect);

#endif
