/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trees of values as bytes that are read back some ten times as fast as JSON: for the documents in
 * the binary, and for copies that we keep ourselves. Nothing for other programs: the form may
 * change with any version.
 */
#ifndef LIB_PACK_H
#define LIB_PACK_H

#include "base/buf.h"
#include "lib/tree.h"

/* The form of the bytes, and of what the readers of JSON and YAML make of a text: one more with
 * each change of either. */
enum { PACK_FORM = 2 };

/* Adds the value, its lines included, to `out`. */
void pack_write(struct buf *out, const struct json *value);

/*
 * The value that the bytes hold, or NULL if they are not whole or not ours: any bytes may be given.
 * The tree is sound, as those of json_parse and yaml_read are: a depth of at most JSON_MAX_DEPTH,
 * numbers that are some, no key twice. Only UTF-8 is not looked for again, which
 * would take half as long as the reading. Texts point into `bytes`, which must live as long as the
 * document.
 */
struct json *pack_read(struct json_doc *doc, const char *bytes, size_t len);

#endif
