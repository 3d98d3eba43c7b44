/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/chain.h"

#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "lib/flat.h"

static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* The file's end, as the next line needs it. */
struct tail {
	char hash[DIGEST_SIZE];
	long long number; /* of the last whole line; 0: there is none */
	off_t end;	  /* where it ends */
	long long torn;	  /* bytes of an unfinished line after it */
};

static int fail(const char *path, struct err *err)
{
	return err_set(err, ERR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
}

/* Opens the file and takes its lock, which closing gives back. */
static int open_locked(const char *path, struct err *err)
{
	int fd =
		open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat facts;
	if (fd < 0)
		return fail(path, err);
	int result = 0;
	if (fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode))
		result = err_set(err, ERR_INTERNAL, "cannot write %s: it is no regular file", path);
	else if (facts.st_uid != geteuid())
		result = err_set(err, ERR_INTERNAL, "cannot write %s: it belongs to another user",
				 path);
	while (result == 0 && flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			result = fail(path, err);
	if (result == 0)
		return fd;
	close(fd);
	return -1;
}

/* Where the last newline before `end` is; -1: there is none, -2: it cannot be read. */
static off_t newline_before(int fd, off_t end)
{
	char bytes[4096];
	while (end > 0) {
		off_t from = end > (off_t)sizeof(bytes) ? end - (off_t)sizeof(bytes) : 0;
		ssize_t n = pread(fd, bytes, (size_t)(end - from), from);
		if (n != end - from)
			return -2;
		for (ssize_t i = n - 1; i >= 0; i--)
			if (bytes[i] == '\n')
				return from + i;
		end = from;
	}
	return -1;
}

static long long number_of(const struct json *line)
{
	const struct json *n = json_get(line, "n");
	CLEAN_ERR struct err ignored = { 0 };
	long long number = 0;
	if (json_is(n, JSON_NUMBER))
		(void)text_integer(n->text, 0, INT64_MAX, &number, &ignored);
	return number;
}

static int read_tail(int fd, const char *path, struct tail *tail, struct err *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t last = size < 0 ? -2 : newline_before(fd, size);
	/* what cannot be read is not torn */
	if (last == -2)
		return fail(path, err);
	*tail = (struct tail){ .end = last + 1, .torn = size - (last + 1) };
	memcpy(tail->hash, no_hash, DIGEST_SIZE);
	if (last < 0)
		return 0;
	off_t start = newline_before(fd, last) + 1;
	if (start < 0)
		return fail(path, err);
	size_t len = (size_t)(last - start);
	CLEAN_FREE char *text = mem_new(len + 1, 1);
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err ignored = { 0 };
	struct json *line = NULL;
	if (pread(fd, text, len, start) != (ssize_t)len)
		return fail(path, err);
	digest_sha256(text, len, tail->hash);
	if (json_parse(doc, text, len, &line, &ignored) == 0)
		tail->number = number_of(line);
	return 0;
}

/* Adds one object's line, which ends in `}`, with its number and the hash of the line before. */
static void add_line(const char *object, size_t len, struct tail *tail, struct digest *digest,
		     struct buf *lines)
{
	size_t start = lines->len;
	buf_add(lines, object, len - 1);
	if (tail->torn)
		flat_integer(lines, "torn", tail->torn);
	tail->torn = 0;
	flat_integer(lines, "n", ++tail->number);
	flat_text(lines, "prev", tail->hash);
	flat_close(lines);
	digest_add(digest, lines->data + start, lines->len - start);
	digest_end(digest, tail->hash);
	buf_add_char(lines, '\n');
}

static void add_lines(const struct buf *objects, struct tail *tail, struct buf *lines)
{
	struct digest *digest = digest_new();
	const char *end = objects->data + objects->len;
	for (const char *p = objects->data; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		add_line(p, (size_t)(newline - p), tail, digest, lines);
		p = newline + 1;
	}
	digest_free(digest);
}

/* Gives up what was written: it must not become a line. */
static int undo(struct chain_lines *lines, const char *path, struct err *err)
{
	int reason = errno;
	(void)!ftruncate(lines->fd, lines->begin);
	file_close(&lines->fd);
	errno = reason;
	return fail(path, err);
}

int chain_write(const char *path, const struct buf *objects, struct chain_lines *lines,
		struct err *err)
{
	CLEANUP(file_close) int fd = open_locked(path, err);
	CLEAN_BUF struct buf text = { 0 };
	struct tail tail;
	if (fd < 0 || read_tail(fd, path, &tail, err) < 0)
		return -1;
	if (tail.torn && ftruncate(fd, tail.end) < 0)
		return fail(path, err);
	/* number and hash make lines a quarter longer */
	buf_reserve(&text, 2 * objects->len);
	add_lines(objects, &tail, &text);
	*lines = (struct chain_lines){ .fd = fd, .begin = tail.end };
	fd = -1;
	if (file_write_all(lines->fd, buf_str(&text), text.len) < 0)
		return undo(lines, path, err);
	/* so that syncing another file meanwhile takes what belongs to this one along */
	(void)sync_file_range(lines->fd, lines->begin, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static void *sync_now(void *context)
{
	struct chain_lines *lines = context;
	lines->failure = fdatasync(lines->fd) < 0 ? errno : 0;
	return NULL;
}

void chain_sync_begin(struct chain_lines *lines)
{
	/* signals belong to the caller's thread */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	lines->syncing = pthread_create(&lines->thread, NULL, sync_now, lines) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int chain_sync(const char *path, struct chain_lines *lines, struct err *err)
{
	if (lines->syncing)
		pthread_join(lines->thread, NULL);
	else
		(void)sync_now(lines);
	lines->syncing = false;
	errno = lines->failure;
	if (errno)
		return undo(lines, path, err);
	file_close(&lines->fd);
	return 0;
}

/* ---- reading ---- */

static void close_stream(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}

int chain_read(const char *path, chain_visitor visit, void *context, struct err *err)
{
	/* a pipe in its place must not keep us waiting */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	CLEANUP(close_stream) FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat facts;
	if (!stream || fstat(fd, &facts) < 0)
		return err_set(err, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
	if (!S_ISREG(facts.st_mode))
		return err_set(err, ERR_INTERNAL, "cannot read %s: it is no regular file", path);
	CLEAN_FREE char *text = NULL;
	size_t size = 0;
	ssize_t len;
	while ((len = getline(&text, &size, stream)) > 0 && text[len - 1] == '\n') {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEAN_ERR struct err ignored = { 0 };
		struct json *value = NULL;
		(void)json_parse(doc, text, (size_t)len - 1, &value, &ignored);
		if (visit(context, text, (size_t)len - 1, value, err) < 0)
			return -1;
	}
	return ferror(stream)
		       ? err_set(err, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno))
		       : 0;
}

static int check_line(void *context, const char *text, size_t len, const struct json *value,
		      struct err *err)
{
	struct chain_facts *facts = context;
	const char *prev = json_get_string(value, "prev");
	size_t line = facts->count + 1;
	if (!value || !prev)
		return err_set(err, ERR_DIFFERS,
			       "line %zu was edited: it is no line of an audit log", line);
	long long number = number_of(value);
	if (number > (long long)line)
		return err_set(err, ERR_DIFFERS,
			       "line %zu was removed: the one in its place is number %lld", line,
			       number);
	if (number < (long long)line)
		return err_set(err, ERR_DIFFERS, "line %zu was moved or added: it is number %lld",
			       line, number);
	if (strcmp(prev, facts->head) != 0)
		return err_set(err, ERR_DIFFERS,
			       "line %zu was edited: line %zu holds another hash of it", line - 1,
			       line);
	digest_sha256(text, len, facts->head);
	facts->count = line;
	return 0;
}

int chain_verify(const char *path, struct chain_facts *facts, struct err *err)
{
	*facts = (struct chain_facts){ 0 };
	memcpy(facts->head, no_hash, DIGEST_SIZE);
	return chain_read(path, check_line, facts, err);
}
