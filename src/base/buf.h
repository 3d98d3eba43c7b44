/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growable string: bytes with a length, always NUL-terminated, so that `buf.data` can be used as
 * a C string once anything was added. `{ 0 }` is a valid empty buffer; `buf_done` frees it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/mem.h"

struct buf {
	char *data; /* owned; NULL while nothing was added */
	size_t len;
	size_t capacity;
};

#define CLEAN_BUF CLEANUP(buf_done)

void buf_done(struct buf *buf);

/* Empties the buffer and keeps its memory. */
void buf_clear(struct buf *buf);

/* Makes room for `extra` more bytes. */
void buf_reserve(struct buf *buf, size_t extra);

void buf_add(struct buf *buf, const char *bytes, size_t len);
void buf_add_str(struct buf *buf, const char *s);
void buf_add_char(struct buf *buf, char c);

/* Adds the number in decimal digits. */
void buf_add_integer(struct buf *buf, long long number);

/* Adds `count` times the character `c`; a negative count adds nothing. */
void buf_add_repeat(struct buf *buf, char c, long count);

void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_vformat(struct buf *buf, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Cuts the buffer down to `len` bytes. */
void buf_truncate(struct buf *buf, size_t len);

/* The contents as a C string, "" when empty; borrowed. */
const char *buf_str(const struct buf *buf);

/* Hands the contents to the caller, who frees them, and leaves the buffer empty. Never NULL. */
char *buf_take(struct buf *buf);

/* A formatted string that the caller frees. */
char *buf_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
