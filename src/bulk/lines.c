/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "lib/digest.h"

enum { USUAL_BLOCK = 65536 };

struct lines {
	int fd;
	size_t block;
	enum bulk_encoding told;
	struct stat facts;
	struct digest *digest;
	char sha256[DIGEST_SIZE];
	long long bytes; /* read since the beginning */
	bool at_end;
	struct decoder decoder;
	struct buf raw;	   /* read and not decoded */
	struct buf text;   /* decoded */
	size_t used;	   /* of the text: handed out */
	struct err broken; /* the fault that stands behind the text */
	bool bad_text;	   /* it is one of the text */
	long long line;
	bool after_cr; /* an LF now belongs to the line before */
};

static void begin(struct lines *lines)
{
	char unused[DIGEST_SIZE];
	digest_end(lines->digest, unused);
	decoder_init(&lines->decoder, lines->told);
	buf_clear(&lines->raw);
	buf_clear(&lines->text);
	err_done(&lines->broken);
	lines->used = 0;
	lines->bytes = 0;
	lines->at_end = false;
	lines->line = 1;
	lines->after_cr = false;
}

static int look_at(struct lines *lines, const char *name, struct err *err)
{
	char first[2];
	if (lines->fd < 0 || fstat(lines->fd, &lines->facts) < 0)
		return err_set(err, ERR_USAGE, "cannot open %s: %s", name, strerror(errno));
	if (S_ISDIR(lines->facts.st_mode))
		return err_set(err, ERR_USAGE, "cannot read %s: it is a folder", name);
	if (!S_ISREG(lines->facts.st_mode))
		return err_set(err, ERR_USAGE, "cannot read %s: it is no regular file", name);
	if (lines->facts.st_size == 0)
		return err_set(err, ERR_USAGE, "%s is empty", name);
	if (encoding_is_utf_16(first, lines_peek(lines, first, sizeof(first)))) {
		err_set(err, ERR_USAGE, "%s is UTF-16", name);
		return err_hint(err, "save the file as UTF-8");
	}
	return 0;
}

int lines_open(struct lines **lines, const struct lines_source *source, struct err *err)
{
	struct lines *opened = mem_new(1, sizeof(*opened));
	opened->block = source->block ? source->block : USUAL_BLOCK;
	opened->told = source->encoding;
	opened->digest = digest_new();
	/* a FIFO must not hold us up here: it is refused in a moment */
	opened->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (look_at(opened, source->name, err) < 0) {
		lines_close(opened);
		return -1;
	}
	begin(opened);
	*lines = opened;
	return 0;
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	file_close(&lines->fd);
	digest_free(lines->digest);
	buf_done(&lines->raw);
	buf_done(&lines->text);
	err_done(&lines->broken);
	free(lines);
}

int lines_rewind(struct lines *lines, struct err *err)
{
	if (lseek(lines->fd, 0, SEEK_SET) < 0)
		return err_set(err, ERR_USAGE, "cannot read the input again: %s", strerror(errno));
	begin(lines);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether the file is what it was: its facts, and at its end its length and hash. */
static bool is_unchanged(struct lines *lines)
{
	struct stat now;
	if (fstat(lines->fd, &now) < 0 || !same_file(&now, &lines->facts))
		return false;
	if (!lines->at_end)
		return true;
	char sha256[DIGEST_SIZE];
	digest_end(lines->digest, sha256);
	if (lines->bytes != lines->facts.st_size ||
	    (*lines->sha256 && strcmp(lines->sha256, sha256) != 0))
		return false;
	memcpy(lines->sha256, sha256, sizeof(sha256));
	return true;
}

static int read_block(struct lines *lines, struct err *err)
{
	struct buf *raw = &lines->raw;
	ssize_t n = 0;
	buf_reserve(raw, lines->block);
	do
		n = read(lines->fd, raw->data + raw->len, lines->block);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(err, ERR_USAGE, "cannot read the input: %s", strerror(errno));
	digest_add(lines->digest, raw->data + raw->len, (size_t)n);
	raw->len += (size_t)n;
	lines->bytes += n;
	lines->at_end = n == 0;
	if (!is_unchanged(lines))
		return err_set(err, ERR_USAGE, "the input was changed while it was read");
	return 0;
}

/* Makes text of the next block; what stands before a fault is handed out before the fault is. */
static void refill(struct lines *lines)
{
	buf_clear(&lines->text);
	lines->used = 0;
	lines->bad_text = false;
	if (read_block(lines, &lines->broken) == 0)
		lines->bad_text = decoder_move(&lines->decoder, &lines->raw, lines->at_end,
					       &lines->text, &lines->broken) < 0;
}

static int hand_out_fault(struct lines *lines, struct line_piece *piece, struct err *err)
{
	*piece = (struct line_piece){ .line = lines->bad_text ? lines->line : 0 };
	err_done(err);
	*err = lines->broken;
	lines->broken = (struct err){ 0 };
	return lines->bad_text ? err_wrap(err, "line %lld", lines->line) : -1;
}

/* Cuts the text off behind the next line end, if there is one. */
static void cut(struct lines *lines, struct line_piece *piece)
{
	const char *text = lines->text.data + lines->used,
		   *end = lines->text.data + lines->text.len;
	const char *p = text;
	if (lines->after_cr && *p == '\n') {
		*piece = (struct line_piece){ text, 1, lines->line - 1, true };
		lines->after_cr = false;
		lines->used++;
		return;
	}
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	bool ends = p < end;
	lines->after_cr = ends && *p == '\r' && p + 1 == end;
	if (ends)
		p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	*piece = (struct line_piece){ text, (size_t)(p - text), lines->line, ends };
	lines->used += piece->len;
	lines->line += ends;
}

int lines_next(struct lines *lines, struct line_piece *piece, struct err *err)
{
	while (lines->used == lines->text.len) {
		if (lines->broken.kind)
			return hand_out_fault(lines, piece, err);
		if (lines->at_end)
			return 0;
		refill(lines);
	}
	cut(lines, piece);
	return 1;
}

size_t lines_peek(const struct lines *lines, char *bytes, size_t len)
{
	ssize_t n = pread(lines->fd, bytes, len, 0);
	return n > 0 ? (size_t)n : 0;
}

enum bulk_encoding lines_encoding(const struct lines *lines)
{
	return lines->decoder.found;
}

const struct stat *lines_facts(const struct lines *lines)
{
	return &lines->facts;
}

const char *lines_sha256(const struct lines *lines)
{
	return lines->sha256;
}
