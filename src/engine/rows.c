/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/rows.h"

#include <string.h>

void rows_done(struct rows *rows)
{
	for (size_t i = 0; i < rows->column_count; i++)
		free(rows->columns[i]);
	free(rows->columns);
	free(rows->items);
	*rows = (struct rows){ 0 };
}

static void add_row(struct rows *rows, const struct json *row)
{
	rows->items = mem_grow(rows->items, rows->count, sizeof(*rows->items));
	rows->items[rows->count++] = row;
}

void rows_collect(struct rows *rows, const struct json *value, const char *member)
{
	const struct json *list = member && *member ? json_get(value, member)
				  : member	    ? value
						    : NULL;
	if (!json_is(list, JSON_ARRAY)) {
		add_row(rows, value);
		return;
	}
	for (const struct json *item = list->first; item; item = item->next)
		add_row(rows, item);
}

/* ---- sorting ---- */

struct sort_key {
	const struct json *row;
	const struct json *value;
	size_t number; /* the row's place before */
	bool descending;
};

/* Compares numbers of the same double: whole ones may differ in digits that it does not keep. */
static int compare_digits(const struct json *a, const struct json *b)
{
	static const char digits[] = "0123456789";
	bool negative = a->text[0] == '-';
	if (negative != (b->text[0] == '-') || a->len != b->len ||
	    strspn(a->text + negative, digits) != a->len - negative ||
	    strspn(b->text + negative, digits) != b->len - negative)
		return 0;
	int order = strcmp(a->text, b->text);
	return negative ? -order : order;
}

static int compare_values(const struct json *a, const struct json *b)
{
	bool a_missing = !a || a->type == JSON_NULL, b_missing = !b || b->type == JSON_NULL;
	if (a_missing || b_missing)
		return (int)b_missing - (int)a_missing;
	if (a->type == JSON_NUMBER && b->type == JSON_NUMBER) {
		double x = strtod(a->text, NULL), y = strtod(b->text, NULL);
		return x == y ? compare_digits(a, b) : (x > y) - (x < y);
	}
	if (a->type != b->type)
		return (int)a->type - (int)b->type;
	return a->type == JSON_STRING ? strcmp(a->text, b->text) : 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int order = compare_values(x->value, y->value);
	if (order)
		return x->descending ? -order : order;
	return (x->number > y->number) - (x->number < y->number);
}

void rows_sort(struct rows *rows, const char *column)
{
	bool descending = column[0] == '-';
	struct sort_key *keys = mem_new(rows->count, sizeof(*keys));
	for (size_t i = 0; i < rows->count; i++)
		keys[i] = (struct sort_key){ rows->items[i],
					     json_path(rows->items[i], column + descending), i,
					     descending };
	qsort(keys, rows->count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < rows->count; i++)
		rows->items[i] = keys[i].row;
	free(keys);
}

void rows_limit(struct rows *rows, size_t limit)
{
	if (rows->count > limit)
		rows->count = limit;
}

/* ---- columns ---- */

void rows_add_column(struct rows *rows, const char *column, size_t len)
{
	rows->columns = mem_grow(rows->columns, rows->column_count, sizeof(*rows->columns));
	rows->columns[rows->column_count++] = mem_dup_len(column, len);
}

void rows_set_columns(struct rows *rows, const char *list)
{
	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ",");
		if (len)
			rows_add_column(rows, p, len);
		p += len + (p[len] == ',');
	}
}

static bool has_column(const struct rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->column_count; i++)
		if (strcmp(rows->columns[i], name) == 0)
			return true;
	return false;
}

void rows_all_columns(struct rows *rows)
{
	const struct json *before = NULL;
	for (size_t i = 0; i < rows->count; i++) {
		const struct json *row = rows->items[i];
		if (row->type != JSON_OBJECT)
			continue;
		/* rows mostly have the same members in the same order: then there is nothing to
		 * look up */
		const struct json *twin = before ? before->first : NULL;
		for (const struct json *item = row->first; item; item = item->next) {
			bool same = twin && twin->key_len == item->key_len &&
				    memcmp(twin->key, item->key, item->key_len) == 0;
			if (!same && !has_column(rows, item->key))
				rows_add_column(rows, item->key, item->key_len);
			twin = twin ? twin->next : NULL;
		}
		before = row;
	}
}

bool rows_have(const struct rows *rows, const char *column)
{
	for (size_t i = 0; i < rows->count; i++)
		if (json_path(rows->items[i], column))
			return true;
	return false;
}

void rows_cell(struct buf *out, const struct json *row, const char *column)
{
	const struct json *value = *column ? json_path(row, column) : row;
	if (!value || value->type == JSON_NULL)
		return;
	if (value->type == JSON_STRING || value->type == JSON_NUMBER)
		buf_add(out, value->text, value->len);
	else
		json_write(out, value, JSON_COMPACT);
}
