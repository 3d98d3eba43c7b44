/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { LONG_LOG = 1 << 20, OUR_FILE = O_CREAT | O_CLOEXEC | O_NOFOLLOW };

static int failed(const struct journal *journal, const char *doing, const char *name,
		  struct err *err)
{
	return err_set(err, ERR_INTERNAL, "cannot %s %s/%s: %s", doing, journal->folder, name,
		       strerror(errno));
}

static int open_file(const struct journal *journal, const char *name, int flags)
{
	CLEAN_FREE char *path = file_join(journal->folder, name);
	return open(path, flags, 0600);
}

int journal_open(struct journal *journal, const char *folder, struct err *err)
{
	*journal = (struct journal){
		.folder = mem_dup(folder), .lock = -1, .log = -1, .snapshot = -1
	};
	if (file_make_folder(folder, err) < 0)
		return -1;
	journal->lock = open_file(journal, "lock", O_RDWR | OUR_FILE);
	if (journal->lock < 0)
		return failed(journal, "open", "lock", err);
	journal->log = open_file(journal, "log.ndjson", O_RDWR | O_APPEND | OUR_FILE);
	if (journal->log < 0)
		return failed(journal, "open", "log.ndjson", err);
	return 0;
}

void journal_done(struct journal *journal)
{
	if (!journal->folder)
		return;
	file_close(&journal->lock);
	file_close(&journal->log);
	file_close(&journal->snapshot);
	free(journal->folder);
	journal->folder = NULL;
}

int journal_lock(struct journal *journal, struct err *err)
{
	while (flock(journal->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return failed(journal, "lock", "lock", err);
	return 0;
}

void journal_unlock(struct journal *journal)
{
	(void)flock(journal->lock, LOCK_UN);
}

static int stat_snapshot(const struct journal *journal, struct stat *facts)
{
	CLEAN_FREE char *path = file_join(journal->folder, "snapshot.json");
	return stat(path, facts);
}

bool journal_exists(const struct journal *journal)
{
	struct stat now;
	return stat_snapshot(journal, &now) == 0 || errno != ENOENT;
}

bool journal_is_stale(const struct journal *journal)
{
	struct stat known, now;
	return journal->snapshot < 0 || fstat(journal->snapshot, &known) < 0 ||
	       stat_snapshot(journal, &now) < 0 || known.st_ino != now.st_ino ||
	       known.st_dev != now.st_dev;
}

static int read_from(const struct journal *journal, int fd, off_t at, const char *name,
		     struct buf *out, struct err *err)
{
	for (;;) {
		buf_reserve(out, 65536);
		ssize_t n = pread(fd, out->data + out->len, 65536, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(journal, "read", name, err);
		if (n == 0)
			return 0;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		at += n;
	}
}

/* Remembers the snapshot that now stands there. */
static int adopt_snapshot(struct journal *journal, struct err *err)
{
	file_close(&journal->snapshot);
	journal->snapshot = open_file(journal, "snapshot.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat facts;
	if (journal->snapshot < 0 || fstat(journal->snapshot, &facts) < 0)
		return failed(journal, "open", "snapshot.json", err);
	journal->snapshot_len = facts.st_size;
	journal->offset = 0;
	return 0;
}

int journal_read_snapshot(struct journal *journal, struct buf *out, struct err *err)
{
	if (adopt_snapshot(journal, err) < 0)
		return -1;
	return read_from(journal, journal->snapshot, 0, "snapshot.json", out, err);
}

int journal_read_log(struct journal *journal, struct buf *out, struct err *err)
{
	struct stat facts;
	if (fstat(journal->log, &facts) < 0)
		return failed(journal, "read", "log.ndjson", err);
	if (facts.st_size == journal->offset)
		return 0;
	if (read_from(journal, journal->log, journal->offset, "log.ndjson", out, err) < 0)
		return -1;
	const char *end = out->len ? memrchr(out->data, '\n', out->len) : NULL;
	size_t whole = end ? (size_t)(end + 1 - out->data) : 0;
	journal->offset += (off_t)whole;
	if (whole < out->len && ftruncate(journal->log, journal->offset) < 0)
		return failed(journal, "mend", "log.ndjson", err);
	buf_truncate(out, whole);
	return 0;
}

int journal_append(struct journal *journal, const struct buf *lines, struct err *err)
{
	if (file_write_all(journal->log, lines->data, lines->len) < 0) {
		failed(journal, "write", "log.ndjson", err);
		(void)!ftruncate(journal->log, journal->offset);
		return -1;
	}
	journal->offset += (off_t)lines->len;
	return 0;
}

bool journal_is_long(const struct journal *journal)
{
	/* a large snapshot is not written anew for each MiB of log */
	return journal->offset > LONG_LOG && journal->offset > journal->snapshot_len;
}

static int write_beside(const struct journal *journal, const struct buf *snapshot, struct err *err)
{
	CLEANUP(file_close)
	int fd = open_file(journal, "snapshot.new", O_WRONLY | O_TRUNC | OUR_FILE);
	if (fd < 0 || file_write_all(fd, snapshot->data, snapshot->len) < 0)
		return failed(journal, "write", "snapshot.new", err);
	return 0;
}

int journal_replace(struct journal *journal, const struct buf *snapshot, struct err *err)
{
	if (write_beside(journal, snapshot, err) < 0)
		return -1;
	CLEAN_FREE char *from = file_join(journal->folder, "snapshot.new");
	CLEAN_FREE char *to = file_join(journal->folder, "snapshot.json");
	if (rename(from, to) < 0)
		return failed(journal, "replace", "snapshot.json", err);
	if (adopt_snapshot(journal, err) < 0)
		return -1;
	if (ftruncate(journal->log, 0) < 0)
		return failed(journal, "empty", "log.ndjson", err);
	return 0;
}
