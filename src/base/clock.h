/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time: the clocks, ISO 8601 in and out, and a sleep that a signal flag ends.
 * An instant is a count of milliseconds since 1970-01-01T00:00:00Z.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* The wall clock, in milliseconds. */
long long clock_now(void);

/* A clock that never goes back, in milliseconds; only differences mean something. */
long long clock_monotonic(void);

/* Sleeps `ms` milliseconds; returns -1 at once when `*stop` becomes non-zero. `stop` may be NULL.
 */
int clock_sleep(long long ms, const volatile sig_atomic_t *stop);

/*
 * Reads `YYYY-MM-DD` (midnight UTC) or ISO 8601 `YYYY-MM-DDThh:mm:ss[.fff](Z|±hh:mm)`. The day must
 * exist: 30 February is an error. kind ERR_USAGE. `date_only` (may be NULL) tells which form it
 * was.
 */
int clock_parse(const char *text, long long *instant, bool *date_only, struct err *err);

/*
 * The instant that a date of HTTP names (RFC 9110, 5.6.7: the usual form and the two obsolete
 * ones), or one of OpenSSL, such as `Nov 22 10:20:30 2026 GMT`; 0 for NULL, and for what is no such
 * date or before 1970.
 */
long long clock_parse_http(const char *text);

/* Adds the instant as `2026-11-22T10:20:30Z`, with milliseconds only if there are any. */
void clock_format(struct buf *out, long long instant);

#endif
