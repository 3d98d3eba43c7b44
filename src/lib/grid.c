/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/grid.h"

#include <libsmartcols.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/late.h"
#include "base/text.h"

/* clang-format off */
#define NAMES(X) \
	X(scols_cell_set_color) X(scols_column_get_header) X(scols_get_library_version) \
	X(scols_line_set_data) X(scols_new_table) X(scols_print_table_to_string) \
	X(scols_table_enable_colors) X(scols_table_enable_noencoding) \
	X(scols_table_enable_noheadings) X(scols_table_new_column) X(scols_table_new_line) \
	X(scols_table_set_column_separator) X(scols_table_set_termforce) \
	X(scols_table_set_termwidth) X(scols_unref_table)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_SMARTCOLS)

static bool wraps(const struct grid *grid, size_t column)
{
	return grid->width && (!grid->wrap_last || column + 1 == grid->columns);
}

static bool is_ascii(const struct grid *grid, size_t column)
{
	for (size_t r = 0; r < grid->rows; r++)
		for (const char *p = grid->cells[r * grid->columns + column]; p && *p; p++)
			if ((unsigned char)*p >= 0x80)
				return false;
	return true;
}

static bool is_countable(wchar_t c)
{
	return iswprint((wint_t)c) && wcwidth(c) >= 0;
}

/* Adds the text with the characters made visible that the locale does not know: where libsmartcols
 * wraps it puts another in their place, and loses bytes of the next if that is longer. */
static void add_text(struct buf *out, const char *text)
{
	while (*text) {
		wchar_t c;
		int len = (unsigned char)*text < 0x80 ? 1 : mbtowc(&c, text, MB_CUR_MAX);
		if (len > 1 && !is_countable(c))
			buf_add_format(out, "\\u%04x", (unsigned)c);
		else
			buf_add(out, text, len > 0 ? (size_t)len : 1);
		text += len > 0 ? len : 1;
	}
}

/* A cell wraps down to the width of its header. In one column libsmartcols would write a character
 * that takes two for ever. */
static void add_header(struct buf *out, const struct grid *grid, size_t column)
{
	const char *text = grid->headers[column];
	size_t width = text_width(text, strlen(text));
	if (grid->width)
		add_text(out, text);
	else
		buf_add_str(out, text);
	if (width < 2 && wraps(grid, column) && !is_ascii(grid, column))
		buf_add_repeat(out, ' ', 2 - (long)width);
}

static void add_columns(struct libscols_table *table, const struct grid *grid)
{
	for (size_t c = 0; c < grid->columns; c++) {
		int flags = (grid->right && grid->right[c] ? SCOLS_FL_RIGHT : 0) |
			    (wraps(grid, c) ? SCOLS_FL_WRAP : 0);
		CLEAN_BUF struct buf header = { 0 };
		add_header(&header, grid, c);
		struct libscols_column *column =
			lib.scols_table_new_column(table, buf_str(&header), 0.0, flags);
		if (!column)
			abort();
		if (grid->header_color)
			lib.scols_cell_set_color(lib.scols_column_get_header(column),
						 grid->header_color);
	}
}

static void set_cell(struct libscols_line *line, size_t column, const char *text, bool escaped)
{
	CLEAN_BUF struct buf safe = { 0 };
	if (escaped)
		add_text(&safe, text);
	lib.scols_line_set_data(line, column, escaped ? buf_str(&safe) : text);
}

static void add_rows(struct libscols_table *table, const struct grid *grid)
{
	for (size_t r = 0; r < grid->rows; r++) {
		struct libscols_line *line = lib.scols_table_new_line(table, NULL);
		for (size_t c = 0; line && c < grid->columns; c++)
			set_cell(line, c, grid->cells[r * grid->columns + c], grid->width);
	}
}

/* Adds the text without the blanks that fill up the last column. */
static void add_trimmed(struct buf *out, const char *text)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n"), used = len;
		while (used && p[used - 1] == ' ')
			used--;
		buf_add(out, p, used);
		buf_add_char(out, '\n');
		p += len + (p[len] == '\n');
	}
}

void grid_print(struct buf *out, const struct grid *grid)
{
	open_library();
	struct libscols_table *table = lib.scols_new_table();
	if (!table)
		abort();
	lib.scols_table_enable_noheadings(table, !grid->show_headers);
	/* the caller has escaped; a second time would spoil the escapes */
	lib.scols_table_enable_noencoding(table, 1);
	lib.scols_table_enable_colors(table, grid->header_color != NULL);
	lib.scols_table_set_column_separator(table, "  ");
	lib.scols_table_set_termforce(table,
				      grid->width ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (grid->width)
		lib.scols_table_set_termwidth(table, grid->width);
	add_columns(table, grid);
	add_rows(table, grid);
	char *text = NULL;
	if (lib.scols_print_table_to_string(table, &text) == 0 && text)
		add_trimmed(out, text);
	free(text);
	lib.scols_unref_table(table);
}

const char *grid_library(void)
{
	static char text[64];
	const char *version = NULL;
	open_library();
	lib.scols_get_library_version(&version);
	size_t len = strlen(version);
	memcpy(text, "libsmartcols ", 13);
	memcpy(text + 13, version, len < 50 ? len : 50);
	return text;
}
