/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast a bulk job may go: a token bucket for the rate, and one pause for everybody when the
 * server says that it is too much or cannot be reached. Times are clock_monotonic's milliseconds.
 */
#ifndef BULK_PACE_H
#define BULK_PACE_H

#include <stdbool.h>

struct pace {
	double rate;	      /* requests a second; 0: as fast as it goes */
	double tokens;	      /* at hand; a tenth of a second's at most */
	long long filled;     /* when `tokens` was right */
	long long until;      /* nobody starts before */
	long long since;      /* when the trouble began that pauses come of; 0: there is none */
	unsigned pauses;      /* in a row */
	long long longest_ms; /* a trouble that lasts longer than that ends the job */
};

void pace_init(struct pace *pace, double rate, double longest_seconds, long long now);

/* Takes the right to start one request. false: not yet. */
bool pace_take(struct pace *pace, long long now);

/* Milliseconds until the next request may start; 0: now. */
long long pace_wait(const struct pace *pace, long long now);

/*
 * The server was not reached, or said 429: everybody waits, `retry_after` seconds if it named any
 * (-1: it did not), else a random part of 0.5 s · 2ⁿ, at most 30 s. Returns the milliseconds, or -1
 * if that, or the trouble so far, is longer than may be waited for.
 */
long long pace_trouble(struct pace *pace, long retry_after, long long now);

/* A reply came that is no trouble. */
void pace_well(struct pace *pace);

#endif
