/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON objects written straight into a buffer, without a tree of values: for lines of which there
 * are many, and for json_write. Members stand in the order of the calls.
 */
#ifndef LIB_FLAT_H
#define LIB_FLAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Begins an object: the outermost with the name NULL, or a member that is one. */
void flat_open(struct buf *out, const char *name);
void flat_close(struct buf *out);

/* A member that is a string; null for NULL. */
void flat_text(struct buf *out, const char *name, const char *text);

/* The same, and no member at all for NULL. */
void flat_text_if(struct buf *out, const char *name, const char *text);

void flat_integer(struct buf *out, const char *name, long long number);
void flat_bool(struct buf *out, const char *name, bool truth);
void flat_null(struct buf *out, const char *name);

/* The instant in ISO 8601, in milliseconds since 1970. */
void flat_time(struct buf *out, const char *name, long long instant);

/* Begins a member, or with the name NULL an element, whose value the caller adds as JSON. */
void flat_member(struct buf *out, const char *name);

/* Adds the text as a JSON string. Escapes what JSON must and, beyond that, DEL, the C1 controls and
 * the marks of direction, so that a terminal can show it; a byte that is no UTF-8 becomes U+FFFD.
 */
void flat_string(struct buf *out, const char *text);
void flat_bytes(struct buf *out, const char *text, size_t len);

#endif
