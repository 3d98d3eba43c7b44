/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * YAML (libyaml) to and from trees of JSON values: one document, the core schema as far as JSON has
 * a word for it. `no`, `1.0.0`, dates, `0x1F` and numbers with leading zeros stay text.
 *
 * Anchors and aliases are expanded up to a bound, merge keys (`<<`) are applied. Tags other than
 * !!str, !!seq and
 * !!map, several documents, duplicate and compound keys, and a depth over JSON_MAX_DEPTH are
 * errors.
 */
#ifndef LIB_YAML_H
#define LIB_YAML_H

#include "lib/json.h"

/* Reads the text into the document; a failure names line and column, kind ERR_USAGE. */
int yaml_read(struct json_doc *doc, const char *text, size_t len, struct json **root,
	      struct err *err);

/*
 * Adds the value as a YAML document in block style, with a newline at the end. What is a text stays
 * one for yaml_read and for readers of YAML 1.1 and 1.2: `no`, `1.0`, dates and the like are
 * quoted, control characters and marks of direction are escaped. A text that is not UTF-8 is
 * written as text_escape shows it.
 */
void yaml_write(struct buf *out, const struct json *value);

const char *yaml_library(void);

#endif
