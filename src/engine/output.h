/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A result on stdout in the format that was asked for: whole or not at all. */
#ifndef ENGINE_OUTPUT_H
#define ENGINE_OUTPUT_H

#include "engine/session.h"

/* What is to be shown. */
struct output {
	const struct json *value; /* NULL: nothing but `raw` */
	const char *rows; /* the member that holds the records, "" for the value itself, or NULL */
	const char *const *columns; /* the default columns; none: all */
	size_t column_count;
	const struct json
		*record; /* the schema's properties, for the header of an empty result; or NULL */
	const char *raw; /* the reply's bytes, or NULL: the value as JSON */
	size_t raw_len;
	bool more; /* rows after those of an earlier output: without a header */
};

/* Writes the result; ERR_INTERNAL, or ERR_OUTPUT_LOST after a change, if it cannot be written. */
int output_print(const struct session *session, const struct output *output, struct err *err);

/* Rows of one part of a long result. */
enum { OUTPUT_PART_ROWS = 1000 };

/* Whether long results may be written in parts, each with output_print: the format has lines of
 * their own for each row, and no option looks at all of them. */
bool output_in_parts(const struct session *session);

/* Whether --field, --columns, --sort or --limit ask for something of the rows. */
bool output_selects(const struct session *session);

/* Whether a result that has a form of its own for people is to be shown in that: `table`, or `auto`
 * on a terminal, with all of the rows. */
bool output_is_text(const struct session *session);

/* Writes text to stdout, with the same failures. A reader that went away is no failure of a read.
 */
int output_text(const struct session *session, const char *text, size_t len, struct err *err);

#endif
