/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a result and the columns that are shown of them: --columns, --sort, --limit. */
#ifndef ENGINE_ROWS_H
#define ENGINE_ROWS_H

#include <stdbool.h>

#include "base/buf.h"
#include "lib/json.h"

struct rows {
	const struct json **items; /* owned array of borrowed values */
	size_t count;
	char **columns; /* owned: dotted paths */
	size_t column_count;
};

void rows_done(struct rows *rows);

/* Gathers the rows: the array `member` of `value` ("" for `value` itself), else `value` as the only
 * row. */
void rows_collect(struct rows *rows, const struct json *value, const char *member);

/* Sorts by a column, `-COLUMN` for the largest first: numbers by value, the rest by bytes; stable.
 */
void rows_sort(struct rows *rows, const char *column);

void rows_limit(struct rows *rows, size_t limit);

/* Takes the columns from a list with commas. */
void rows_set_columns(struct rows *rows, const char *list);
void rows_add_column(struct rows *rows, const char *column, size_t len);

/* Takes as columns every member of every row, in the order in which they are first seen. */
void rows_all_columns(struct rows *rows);

/* Whether any row has something at that path. */
bool rows_have(const struct rows *rows, const char *column);

/* Adds a cell's bare text: a string's bytes, "" for null or nothing, compact JSON for what is
 * nested. */
void rows_cell(struct buf *out, const struct json *row, const char *column);

#endif
