/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the texts of a YAML document stand for, by the core schema, and how a text has to stand so
 * that it stays one.
 */
#ifndef LIB_SCALAR_H
#define LIB_SCALAR_H

#include "lib/tree.h"

/* The value of a scalar without quotes. */
struct json *scalar_read(struct json_doc *doc, const char *text, size_t len);

/* Whether readers of YAML 1.1 and 1.2 both take it for a text when it stands without quotes; of
 * indicators the emitter knows. */
bool scalar_is_plain_text(const char *text, size_t len);

/* Whether it has bytes that only double quotes keep: what steers a terminal, and byte order marks.
 */
bool scalar_needs_escapes(const char *text, size_t len);

/* Whether a mark of direction begins here, or one of the two line ends beside them: they stand for
 * themselves in YAML, but would steer a terminal. */
bool scalar_is_mark(const char *text, size_t len);

#endif
