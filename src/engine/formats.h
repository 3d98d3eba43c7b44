/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as text in each of the formats. `terminal` asks for escapes, wrapping and pretty JSON. */
#ifndef ENGINE_FORMATS_H
#define ENGINE_FORMATS_H

#include "engine/rows.h"

struct format_style {
	bool terminal;
	bool headers;
	bool color;
	size_t width;
};

void format_table(struct buf *out, const struct rows *rows, const struct format_style *style);
void format_expanded(struct buf *out, const struct rows *rows, const struct format_style *style);
void format_csv(struct buf *out, const struct rows *rows, const struct format_style *style);
void format_tsv(struct buf *out, const struct rows *rows, const struct format_style *style);

/* Whole rows, or objects of the columns that were asked for: one array (JSON or YAML), or a line
 * each. */
void format_json(struct buf *out, const struct rows *rows, const struct format_style *style);
void format_yaml(struct buf *out, const struct rows *rows);
void format_ndjson(struct buf *out, const struct rows *rows);

/* The bare values of one column, a line each. */
void format_field(struct buf *out, const struct rows *rows, const char *field,
		  const struct format_style *style);

/* How many columns of the terminal the widest row of the table takes. */
size_t format_table_width(const struct rows *rows);

#endif
