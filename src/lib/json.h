/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON to and from trees of values: see tree.h. It is read by yajl.
 *
 * Reading is strict, for the text is hostile: UTF-8 by RFC 3629, paired surrogates, no duplicate
 * keys, a depth of at most JSON_MAX_DEPTH. (yajl alone lets all of these pass.)
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "lib/tree.h"

enum { JSON_MAX_DEPTH = 64 };

/*
 * Reads one JSON text of `len` bytes into the document. On failure a message that names the byte,
 * counted from 1 (of a text that ends too early, the last one that is no blank), with kind
 * ERR_USAGE: the caller knows better and may change the kind.
 */
int json_parse(struct json_doc *doc, const char *text, size_t len, struct json **root,
	       struct err *err);

enum json_style { JSON_COMPACT, JSON_PRETTY };

/*
 * Adds the value as JSON, without a newline at the end. Strings are escaped as flat_string does.
 */
void json_write(struct buf *out, const struct json *value, enum json_style style);

/* The library's version, for --version. */
const char *json_library(void);

#endif
