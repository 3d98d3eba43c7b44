/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/formats.h"

#include <string.h>

#include "base/text.h"
#include "lib/csv.h"
#include "lib/grid.h"
#include "lib/yaml.h"

/* ---- tables ---- */

/* The columns of a table; a row that is no object has one, without a name. */
static size_t width_of(const struct rows *rows)
{
	return rows->column_count ? rows->column_count : 1;
}

static const char *column_of(const struct rows *rows, size_t c)
{
	return rows->column_count ? rows->columns[c] : "";
}

static char *safe_text(const char *text, size_t len)
{
	struct buf safe = { 0 };
	text_escape(&safe, text, len, false);
	return buf_take(&safe);
}

static char *safe_cell(const struct json *row, const char *column)
{
	CLEAN_BUF struct buf bare = { 0 };
	rows_cell(&bare, row, column);
	return safe_text(buf_str(&bare), bare.len);
}

static bool column_is_numeric(const struct rows *rows, const char *column)
{
	bool any = false;
	for (size_t r = 0; r < rows->count; r++) {
		const struct json *value =
			*column ? json_path(rows->items[r], column) : rows->items[r];
		if (value && value->type != JSON_NULL && value->type != JSON_NUMBER)
			return false;
		any = any || json_is(value, JSON_NUMBER);
	}
	return any;
}

size_t format_table_width(const struct rows *rows)
{
	size_t total = 0, columns = width_of(rows);
	for (size_t c = 0; c < columns; c++) {
		size_t widest = text_width(column_of(rows, c), strlen(column_of(rows, c)));
		for (size_t r = 0; r < rows->count; r++) {
			CLEAN_FREE char *cell = safe_cell(rows->items[r], column_of(rows, c));
			size_t width = text_width(cell, strlen(cell));
			widest = width > widest ? width : widest;
		}
		total += widest + (c ? 2 : 0);
	}
	return total;
}

/* What a grid points at. */
struct cells {
	char **texts; /* owned: the cells, then the headers */
	const char **headers;
	bool *right;
	size_t count;
};

static void cells_done(struct cells *cells)
{
	for (size_t i = 0; i < cells->count; i++)
		free(cells->texts[i]);
	free(cells->texts);
	free(cells->headers);
	free(cells->right);
}

void format_table(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	size_t columns = width_of(rows);
	CLEANUP(cells_done)
	struct cells cells = {
		.texts = mem_new((rows->count + 1) * columns, sizeof(char *)),
		.headers = mem_new(columns, sizeof(char *)),
		.right = mem_new(columns, sizeof(bool)),
	};
	for (size_t r = 0; r < rows->count; r++)
		for (size_t c = 0; c < columns; c++)
			cells.texts[cells.count++] = safe_cell(rows->items[r], column_of(rows, c));
	for (size_t c = 0; c < columns; c++) {
		cells.headers[c] = cells.texts[cells.count++] =
			safe_text(column_of(rows, c), strlen(column_of(rows, c)));
		cells.right[c] = column_is_numeric(rows, column_of(rows, c));
	}
	const struct grid grid = {
		.headers = cells.headers,
		.columns = columns,
		.cells = (const char *const *)cells.texts,
		.rows = rows->count,
		.right = cells.right,
		.show_headers = style->headers && rows->column_count,
		.width = style->terminal ? style->width : 0,
		.header_color = style->color ? "\033[1m" : NULL,
	};
	grid_print(out, &grid);
}

/* One row as a grid of names and values. */
static void expand_row(struct buf *out, const struct rows *rows, const struct json *row,
		       const struct format_style *style)
{
	CLEANUP(cells_done)
	struct cells cells = { .texts = mem_new(rows->column_count * 2 + 1, sizeof(char *)) };
	for (size_t c = 0; c < rows->column_count; c++) {
		cells.texts[cells.count++] = safe_text(rows->columns[c], strlen(rows->columns[c]));
		cells.texts[cells.count++] = safe_cell(row, rows->columns[c]);
	}
	static const char *const headers[] = { "", "" };
	const struct grid grid = {
		.headers = headers,
		.columns = 2,
		.cells = (const char *const *)cells.texts,
		.rows = rows->column_count,
		.wrap_last = true,
		.width = style->terminal ? style->width : 0,
	};
	grid_print(out, &grid);
}

void format_expanded(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	for (size_t r = 0; r < rows->count; r++) {
		if (rows->count > 1 && style->headers)
			buf_add_format(out,
				       style->color ? "\033[1m-- %zu --\033[0m\n" : "-- %zu --\n",
				       r + 1);
		if (rows->column_count) {
			expand_row(out, rows, rows->items[r], style);
			continue;
		}
		CLEAN_FREE char *cell = safe_cell(rows->items[r], "");
		buf_add_format(out, "%s\n", cell);
	}
}

/* ---- values with separators ---- */

static void add_tsv_field(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		static const char special[] = "\t\n\r\\", letters[] = "tnr\\";
		const char *hit = text[i] ? strchr(special, text[i]) : NULL;
		if (hit)
			buf_add_char(out, '\\');
		buf_add_char(out, hit ? letters[hit - special] : text[i]);
	}
}

static void separated(struct buf *out, const struct rows *rows, const struct format_style *style,
		      const char *separator, const char *end,
		      void (*add)(struct buf *, const char *, size_t))
{
	size_t columns = width_of(rows);
	CLEAN_BUF struct buf cell = { 0 }, plain = { 0 };
	for (size_t c = 0; style->headers && rows->column_count && c < columns; c++) {
		add(&plain, rows->columns[c], strlen(rows->columns[c]));
		buf_add_str(&plain, c + 1 < columns ? separator : end);
	}
	for (size_t r = 0; r < rows->count; r++)
		for (size_t c = 0; c < columns; c++) {
			buf_clear(&cell);
			rows_cell(&cell, rows->items[r], column_of(rows, c));
			add(&plain, buf_str(&cell), cell.len);
			buf_add_str(&plain, c + 1 < columns ? separator : end);
		}
	if (style->terminal)
		text_escape(out, buf_str(&plain), plain.len, true);
	else
		buf_add(out, buf_str(&plain), plain.len);
}

/* RFC 4180 ends lines with CRLF; on a terminal that is no help. */
void format_csv(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	separated(out, rows, style, ",", style->terminal ? "\n" : "\r\n",
		  width_of(rows) == 1 ? csv_add_only_field : csv_add_field);
}

void format_tsv(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	separated(out, rows, style, "\t", "\n", add_tsv_field);
}

/* ---- JSON ---- */

/* The row, or an object of the columns that were asked for. */
static const struct json *selected(struct json_doc *doc, const struct rows *rows,
				   const struct json *row)
{
	if (!rows->column_count || row->type != JSON_OBJECT)
		return row;
	struct json *object = json_new(doc, JSON_OBJECT);
	for (size_t c = 0; c < rows->column_count; c++) {
		const struct json *value = json_path(row, rows->columns[c]);
		struct json *copy = value ? json_copy(doc, value) : json_new(doc, JSON_NULL);
		json_set(doc, object, rows->columns[c], copy);
	}
	return object;
}

static struct json *selected_rows(struct json_doc *doc, const struct rows *rows)
{
	struct json *array = json_new(doc, JSON_ARRAY);
	for (size_t r = 0; r < rows->count; r++)
		json_append(array, json_copy(doc, selected(doc, rows, rows->items[r])));
	return array;
}

void format_json(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	json_write(out, selected_rows(doc, rows), style->terminal ? JSON_PRETTY : JSON_COMPACT);
	buf_add_char(out, '\n');
}

void format_yaml(struct buf *out, const struct rows *rows)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	yaml_write(out, selected_rows(doc, rows));
}

void format_ndjson(struct buf *out, const struct rows *rows)
{
	for (size_t r = 0; r < rows->count; r++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		json_write(out, selected(doc, rows, rows->items[r]), JSON_COMPACT);
		buf_add_char(out, '\n');
	}
}

void format_field(struct buf *out, const struct rows *rows, const char *field,
		  const struct format_style *style)
{
	CLEAN_BUF struct buf cell = { 0 };
	for (size_t r = 0; r < rows->count; r++) {
		buf_clear(&cell);
		rows_cell(&cell, rows->items[r], field);
		if (style->terminal)
			text_escape(out, buf_str(&cell), cell.len, true);
		else
			buf_add(out, buf_str(&cell), cell.len);
		buf_add_char(out, '\n');
	}
}
