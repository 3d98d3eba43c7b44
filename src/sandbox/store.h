/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sandbox remembers: records in the order in which they came, and the first replies
 * to changes, by their request identifiers. It lives in a folder (see journal.h) that several
 * processes may use at once, and in memory, where each lock brings it up to date.
 *
 * A record is JSON text under a name here; what its members mean is subject.h's and lifecycle.h's.
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "lib/json.h"
#include "sandbox/replies.h"

/* JSON in the store is at most so deep, so that a line with it can be read again. */
enum { STORE_MAX_DEPTH = 32 };

struct record {
	char *id;
	char *text;	   /* one JSON object, compact; NULL: it was removed */
	char *pending;	   /* what is to come of accepted changes: a JSON array, or NULL */
	long long settles; /* when the first of these is due by the wall clock, in ms; 0: never */
	long long ends;	   /* when it ends by itself by the store's clock, in ms; 0: never */
};

struct store;

/*
 * Opens the folder, making it when missing. With a `seed` of 0 or more the store's clock is a
 * counted one: it begins at 2026-01-01T00:00:00Z and goes on by one second with each change.
 * ERR_INTERNAL, as below.
 */
int store_open(struct store **store, const char *folder, long long seed, struct err *err);
void store_free(struct store *store);
void store_freep(struct store **store);

/*
 * Takes the store for this thread and process, and reads what others have written. What the
 * functions below return is borrowed and valid until store_unlock or the next store_put. Fails for
 * a folder that was never filled.
 */
int store_lock(struct store *store, struct err *err);
void store_unlock(struct store *store);

/*
 * The present moment, in whole seconds as milliseconds since 1970. Before the first lock a counted
 * clock stands at its beginning.
 */
long long store_now(const struct store *store);

/* The records, and among them those that were removed. */
size_t store_count(const struct store *store);
const struct record *store_at(const struct store *store, size_t index);

/* The record of that id, or NULL. */
const struct record *store_find(const struct store *store, const char *id);

/* The reply that was given under that identifier, or NULL. */
const struct kept_reply *store_reply(const struct store *store, const char *identifier);

/*
 * Writes down a change as one line: `record` (NULL: none) replaces the one of its id or is added,
 * `reply` (NULL: none) is kept; copies are taken. `counts` moves a counted clock on. On failure
 * nothing has changed.
 */
int store_put(struct store *store, const struct record *record, const struct kept_reply *reply,
	      bool counts, struct err *err);

/*
 * Forgets everything and takes copies of these records instead, whose ids must differ. Wants no
 * lock, for it takes the store itself, even if what stands there is damaged. With `only_new` a
 * store that has been filled stays as it is.
 */
int store_fill(struct store *store, const struct record *records, size_t count, bool only_new,
	       struct err *err);

void record_done(struct record *record);

#endif
