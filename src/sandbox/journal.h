/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of the store: a snapshot that is replaced as a whole, a log that lines are appended to,
 * and a lock that processes take in turn. It knows files and lines, not what they say.
 *
 * Nothing is synced to the disk: a killed process loses nothing that it had written, and after a
 * power cut a simulator may well have forgotten its last seconds.
 */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct journal {
	char *folder;  /* owned */
	int lock, log; /* descriptors */
	int snapshot;  /* of the one last read: while it is open, no other file can have its number.
			  -1: none */
	off_t snapshot_len;
	off_t offset; /* how much of the log is known */
};

/* Makes the folder (0700) and opens its files (0600). ERR_INTERNAL, as below. */
int journal_open(struct journal *journal, const char *folder, struct err *err);
void journal_done(struct journal *journal);

/* Keeps other processes out. All that follows is done while the lock is held. */
int journal_lock(struct journal *journal, struct err *err);
void journal_unlock(struct journal *journal);

/* Whether there is a snapshot. */
bool journal_exists(const struct journal *journal);

/* Whether the snapshot is another than the one last read or written. */
bool journal_is_stale(const struct journal *journal);

/* Reads the snapshot; the log will be read from its beginning. */
int journal_read_snapshot(struct journal *journal, struct buf *out, struct err *err);

/*
 * Reads the lines that were appended since. A last line without an end was left by a process that
 * died while it wrote: it is cut off the file.
 */
int journal_read_log(struct journal *journal, struct buf *out, struct err *err);

/* Appends whole lines with one write, all or nothing. */
int journal_append(struct journal *journal, const struct buf *lines, struct err *err);

/* Whether the log is long enough to be worth a new snapshot. */
bool journal_is_long(const struct journal *journal);

/*
 * Replaces the snapshot, then empties the log. A process that dies in between leaves lines that are
 * part of the snapshot already: they must be told by their contents.
 */
int journal_replace(struct journal *journal, const struct buf *snapshot, struct err *err);

#endif
