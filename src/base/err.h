/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Failure as a value, and the one table of outcome kinds.
 *
 * A function that can fail returns 0 or -1 and takes `struct err *err` as its last parameter, never
 * NULL. It is set where the facts are, wrapped where context is added, and printed once: in main.c
 * or by the shell. The kind says what a caller can act on and decides the exit code.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/mem.h"

enum err_kind {
	ERR_OK,
	ERR_INTERNAL,
	ERR_USAGE,
	ERR_CONFIG,
	ERR_REJECTED,
	ERR_SERVER,
	ERR_NOT_FOUND,
	ERR_AUTH,
	ERR_RATE_LIMITED,
	ERR_NETWORK,
	ERR_UNKNOWN,
	ERR_REFUSED,
	ERR_PARTIAL,
	ERR_DIFFERS,
	ERR_OUTPUT_LOST,
	ERR_WAIT_TIMEOUT,
	ERR_INTERRUPTED,
	ERR_TERMINATED,
	ERR_KIND_COUNT
};

/* One row of the table of outcomes: what scripts and the manual say about a kind. */
struct err_row {
	int exit_code;
	const char *name;      /* "not_found": stands in JSON errors */
	const char *when;      /* the sentence of the manual */
	const char *guarantee; /* what is certain afterwards */
	bool retryable;	       /* running the same command again is safe and may help */
};

struct err {
	enum err_kind kind;
	char *message;	     /* owned: "what failed: why", lower case, no full stop */
	char *hint;	     /* owned or NULL: what to do */
	long http_status;    /* 0: no answer */
	char *response_code; /* owned or NULL: Bango's responseCode */
	char *request_id;    /* owned or NULL: X-RequestIdentifier */
	long retry_after;    /* seconds; -1: the server named none */
	char *response;	     /* owned or NULL: the reply's JSON text */
	char *at;	     /* owned or NULL: FILE:LINE of the script line that failed */
};

#define CLEAN_ERR CLEANUP(err_done)

/* The row of a kind; every kind has one. */
const struct err_row *err_row(enum err_kind kind);

void err_done(struct err *err);

/* Sets kind and message, dropping what was there; returns -1, so that an error path is one line. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message; returns -1. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the hint; returns -1. */
int err_hint(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
