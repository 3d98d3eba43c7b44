/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An append-only file of JSON lines in which each line carries its number and the SHA-256 of the
 * line before, so that an edited, removed or moved line shows. Several processes may append at
 * once: each takes the file's lock. A line that a crash left unfinished is cut off by the next
 * append, which says so in `torn`.
 */
#ifndef ENGINE_CHAIN_H
#define ENGINE_CHAIN_H

#include <pthread.h>

#include "base/err.h"
#include "lib/digest.h"
#include "lib/json.h"

/* Lines that are written and not yet synced; until then others wait for the lock. */
struct chain_lines {
	int fd;
	long long begin;  /* where the file ended before */
	pthread_t thread; /* syncs them, if `syncing` */
	bool syncing;
	int failure; /* what that thread's sync ended with, an errno or 0 */
};

/*
 * Appends the objects, each in a line of its own that ends in a newline, with `torn` (if need be),
 * `n` and `prev` added to each, in one write, to the file, which is made with mode 0600 when
 * missing; `chain_sync` syncs it and gives the lock back. ERR_INTERNAL if it is not ours, no
 * regular file, or cannot be written; it then ends as it did before, or in an unfinished line.
 */
int chain_write(const char *path, const struct buf *objects, struct chain_lines *lines,
		struct err *err);

/* Has a thread sync the lines, which stay where they are until chain_sync has waited for it: two
 * files that are synced at the same time take half as long as one after the other. */
void chain_sync_begin(struct chain_lines *lines);

int chain_sync(const char *path, struct chain_lines *lines, struct err *err);

/* Takes a line's text, without its newline, and its value (NULL: no JSON). -1 ends the reading with
 * `err`. */
typedef int (*chain_visitor)(void *context, const char *text, size_t len, const struct json *value,
			     struct err *err);

/* Reads the lines in their order; a missing file has none, an unfinished line at the end is left
 * out. */
int chain_read(const char *path, chain_visitor visit, void *context, struct err *err);

struct chain_facts {
	size_t count;
	char head[DIGEST_SIZE]; /* the hash of the last line; of nothing: zeros */
};

/* Checks the chain. ERR_DIFFERS names the first line that was edited, removed or moved. */
int chain_verify(const char *path, struct chain_facts *facts, struct err *err);

#endif
