/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The input of a bulk job as lines of UTF-8: a regular file, read in blocks, as often as one likes.
 *
 * Along the way the bytes are counted and hashed, their encoding is found out, and after each block
 * the file is looked at: once it is not what it was when it was opened, reading ends with a fault.
 * Lines end with LF, CRLF or CR, and are counted from 1. Knows no format.
 */
#ifndef BULK_LINES_H
#define BULK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"
#include "bulk/encoding.h"

struct lines;

/* A line, or a part of one that the end of a block has cut. */
struct line_piece {
	const char *text; /* borrowed until the next piece; no NUL at its end */
	size_t len;	  /* with the line end */
	long long line;
	bool ends; /* the line ends here */
};

struct lines_source {
	const char *path;
	const char *name; /* what messages call it */
	enum bulk_encoding encoding;
	size_t block; /* how many bytes are read at once; 0: the usual number */
};

/* Opens the file. ERR_USAGE if it cannot be read, is no regular file, is empty or UTF-16. */
int lines_open(struct lines **lines, const struct lines_source *source, struct err *err);
void lines_close(struct lines *lines);

/*
 * Returns 1 and the next piece, 0 at the end of the file, or -1 with ERR_USAGE, and reading has
 * ended: the file was changed or cannot be read any more (`piece->line` is 0), or no encoding
 * explains a byte (it is that line, which the message names).
 */
int lines_next(struct lines *lines, struct line_piece *piece, struct err *err);

/* To the first byte again. What the file was when it was opened, it has to be still. */
int lines_rewind(struct lines *lines, struct err *err);

/* The first bytes of the file, at most `len`, as they are there; their number. */
size_t lines_peek(const struct lines *lines, char *bytes, size_t len);

/* What the text so far is; after the end: what the file is. Never BULK_ENCODING_AUTO. */
enum bulk_encoding lines_encoding(const struct lines *lines);

/* What fstat said when the file was opened: device, inode, size, time of the last change. */
const struct stat *lines_facts(const struct lines *lines);

/* SHA-256 of the whole file in hex digits; "" until its end was reached once. */
const char *lines_sha256(const struct lines *lines);

#endif
