/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "engine/rows.h"

/* The column `id` of each row, with blanks between. */
static char *ids(const struct rows *rows)
{
	struct buf out = { 0 };
	for (size_t i = 0; i < rows->count; i++) {
		buf_add_str(&out, i ? " " : "");
		rows_cell(&out, rows->items[i], "id");
	}
	return buf_take(&out);
}

static void collecting(void **state)
{
	(void)state;
	static const struct {
		const char *value, *member;
		size_t count;
	} table[] = {
		{ "{\"items\":[1,2,3]}", "items", 3 },
		{ "{\"items\":[]}", "items", 0 },
		{ "{\"items\":{}}", "items", 1 },
		{ "{\"other\":[1,2]}", "items", 1 },
		{ "[1,2]", "", 2 },
		{ "[1,2]", NULL, 1 },
		{ "{\"a\":[1,2]}", NULL, 1 },
		{ "[]", "", 0 },
		{ "5", "", 1 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEANUP(rows_done) struct rows rows = { 0 };
		rows_collect(&rows, unit_json(doc, table[i].value), table[i].member);
		CHECK(rows.count == table[i].count, "%s %s: %zu\n", table[i].value,
		      table[i].member ? table[i].member : "-", rows.count);
	}
}

static void sorting(void **state)
{
	(void)state;
	static const char *const list =
		"[{\"id\":1,\"m\":\"x\",\"n\":10,\"s\":\"b\",\"g\":1},{\"id\":2,\"m\":5,\"n\":9,\"s\":\"a\",\"g\":1},"
		"{\"id\":3,\"m\":true,\"n\":null,\"s\":\"B\",\"g\":1},{\"id\":4,\"m\":\"a\",\"n\":-1.5,\"s\":\"\",\"g\":0},"
		"{\"id\":5,\"n\":1e1,\"s\":\"b\",\"o\":{\"p\":[7]}},{\"id\":6,\"s\":\"\xC3\xA9\",\"o\":{\"p\":[5]}}]";
	static const char *const pairs[][2] = {
		{ "n", "3 6 4 2 1 5" },	      { "-n", "1 5 2 4 3 6" },
		{ "s", "4 3 2 1 5 6" },	      { "-s", "6 1 5 2 3 4" },
		{ "id", "1 2 3 4 5 6" },      { "-id", "6 5 4 3 2 1" },
		{ "missing", "1 2 3 4 5 6" }, { "-missing", "1 2 3 4 5 6" },
		{ "g", "5 6 4 1 2 3" },	      { "-g", "1 2 3 4 5 6" },
		{ "-o.p[0]", "5 6 1 2 3 4" }, { "m", "5 6 3 2 4 1" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEANUP(rows_done) struct rows rows = { 0 };
		rows_collect(&rows, unit_json(doc, list), "");
		rows_sort(&rows, pairs[i][0]);
		CLEAN_FREE char *got = ids(&rows);
		CHECK_TEXT(got, pairs[i][1], pairs[i][0]);
	}
}

static void sorting_numbers_by_their_digits(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(
		&rows,
		unit_json(
			doc,
			"[{\"id\":9007199254740993},{\"id\":9007199254740992},{\"id\":123456789012345678902},"
			"{\"id\":123456789012345678901},{\"id\":-9007199254740992},{\"id\":-9007199254740993}]"),
		"");
	rows_sort(&rows, "id");
	CLEAN_FREE char *got = ids(&rows);
	CHECK_TEXT(
		got,
		"-9007199254740993 -9007199254740992 9007199254740992 9007199254740993 123456789012345678901 "
		"123456789012345678902",
		"large numbers");
}

static void sorting_is_stable(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (int i = 0; i < 1000; i++) {
		struct json *row = json_new(doc, JSON_OBJECT);
		json_set_integer(doc, row, "id", i);
		json_set_integer(doc, row, "group", i % 7);
		json_append(list, row);
	}
	for (int descending = 0; descending < 2; descending++) {
		CLEANUP(rows_done) struct rows rows = { 0 };
		rows_collect(&rows, list, "");
		rows_sort(&rows, descending ? "-group" : "group");
		for (size_t i = 1; i < rows.count; i++) {
			long before = strtol(json_get(rows.items[i - 1], "id")->text, NULL, 10);
			long id = strtol(json_get(rows.items[i], "id")->text, NULL, 10);
			bool ordered = descending ? before % 7 >= id % 7 : before % 7 <= id % 7;
			CHECK(ordered && (before % 7 != id % 7 || before < id), "%ld before %ld\n",
			      before, id);
		}
		rows_limit(&rows, 10);
		assert_int_equal(rows.count, 10);
		rows_limit(&rows, 100);
		assert_int_equal(rows.count, 10);
	}
	CLEANUP(rows_done) struct rows none = { 0 };
	rows_sort(&none, "x");
	assert_int_equal(none.count, 0);
}

static void columns(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(rows_done) struct rows rows = { 0 }, all = { 0 };
	rows_set_columns(&rows, "a,b.c,,d[0],");
	assert_int_equal(rows.column_count, 3);
	CHECK_TEXT(rows.columns[1], "b.c", "second");
	rows_collect(
		&all,
		unit_json(
			doc,
			"[{\"a\":1,\"b\":2},{\"b\":1,\"c\":3,\"a\":1},5,{\"c\":1,\"a\":1},{\"d\":null}]"),
		"");
	rows_all_columns(&all);
	CLEAN_BUF struct buf list = { 0 };
	for (size_t i = 0; i < all.column_count; i++)
		buf_add_format(&list, "%s ", all.columns[i]);
	CHECK_TEXT(buf_str(&list), "a b c d ", "all columns");
	assert_true(rows_have(&all, "c"));
	assert_true(rows_have(&all, "d"));
	assert_false(rows_have(&all, "e"));
}

static void cells(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *row = unit_json(
		doc,
		"{\"s\":\"a\\u0000b\",\"n\":1.50,\"t\":true,\"z\":null,\"o\":{\"x\":[1, 2]},\"a\":[]}");
	static const struct {
		const char *column, *text;
		size_t len;
	} table[] = {
		{ "s", BYTES("a\0b") }, { "n", BYTES("1.50") },		 { "t", BYTES("true") },
		{ "z", BYTES("") },	{ "o", BYTES("{\"x\":[1,2]}") }, { "o.x[1]", BYTES("2") },
		{ "a", BYTES("[]") },	{ "missing", BYTES("") },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_BUF struct buf out = { 0 };
		rows_cell(&out, row, table[i].column);
		CHECK(out.len == table[i].len && memcmp(buf_str(&out), table[i].text, out.len) == 0,
		      "%s: <%s>\n", table[i].column, buf_str(&out));
	}
	CLEAN_BUF struct buf out = { 0 };
	rows_cell(&out, unit_json(doc, "\"x\""), "");
	CHECK_TEXT(buf_str(&out), "x", "the row itself");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collecting),
		cmocka_unit_test(sorting),
		cmocka_unit_test(sorting_numbers_by_their_digits),
		cmocka_unit_test(sorting_is_stable),
		cmocka_unit_test(columns),
		cmocka_unit_test(cells),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
