/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"
#include "engine/formats.h"

static const struct format_style piped = { .headers = true };
static const struct format_style bare = { .headers = false };
static const struct format_style terminal = { .terminal = true, .headers = true, .width = 60 };

typedef void format_function(struct buf *out, const struct rows *rows,
			     const struct format_style *style);

static void ndjson(struct buf *out, const struct rows *rows, const struct format_style *style)
{
	(void)style;
	format_ndjson(out, rows);
}

static void expect(format_function *format, const char *value, const char *columns,
		   const struct format_style *style, const char *wanted)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(rows_done) struct rows rows = { 0 };
	CLEAN_BUF struct buf out = { 0 };
	rows_collect(&rows, unit_json(doc, value), "");
	if (columns)
		rows_set_columns(&rows, columns);
	format(&out, &rows, style);
	CHECK_TEXT(buf_str(&out), wanted, value);
}

static const char mixed[] =
	"[{\"a\":\"x,\\\"y\\\"\",\"b\":1.50,\"c\":null},{\"a\":\"l1\\nl2\",\"b\":true},"
	"{\"a\":\"t\\tb\\\\\",\"c\":{\"d\":[1]}}]";

static void csv(void **state)
{
	(void)state;
	expect(format_csv, mixed, "a,b,c.d[0]", &piped,
	       "a,b,c.d[0]\r\n\"x,\"\"y\"\"\",1.50,\r\n\"l1\nl2\",true,\r\nt\tb\\,,1\r\n");
	expect(format_csv, mixed, "b,c", &bare, "1.50,\r\ntrue,\r\n,\"{\"\"d\"\":[1]}\"\r\n");
	expect(format_csv, "[{\"a\":1}]", "a,x y", &terminal, "a,x y\n1,\n");
	expect(format_csv, "[]", "a,b", &piped, "a,b\r\n");
	expect(format_csv, "[1,\"x,y\"]", NULL, &piped, "1\r\n\"x,y\"\r\n");
	expect(format_csv, "[{\"a\":1},{\"a\":\"\"},{\"b\":1}]", "a", &piped,
	       "a\r\n1\r\n\"\"\r\n\"\"\r\n");
}

static void tsv(void **state)
{
	(void)state;
	expect(format_tsv, mixed, "a,b", &piped,
	       "a\tb\nx,\"y\"\t1.50\nl1\\nl2\ttrue\nt\\tb\\\\\t\n");
	expect(format_tsv, "[{\"a\":\"\\r\\n\"}]", "a", &bare, "\\r\\n\n");
	expect(format_tsv, "[{\"a\":\"\\\\n\"}]", "a", &bare, "\\\\n\n");
}

static void json_forms(void **state)
{
	(void)state;
	expect(format_json, mixed, NULL, &piped,
	       "[{\"a\":\"x,\\\"y\\\"\",\"b\":1.50,\"c\":null},{\"a\":\"l1\\nl2\",\"b\":true},{\"a\":\"t\\tb\\\\\",\"c\":{\"d\":[1]}}]\n");
	expect(format_json, mixed, "c.d[0],b", &piped,
	       "[{\"c.d[0]\":null,\"b\":1.50},{\"c.d[0]\":null,\"b\":true},{\"c.d[0]\":1,\"b\":null}]\n");
	expect(format_json, mixed, "b,b", &piped, "[{\"b\":1.50},{\"b\":true},{\"b\":null}]\n");
	expect(format_json, "[]", "a", &piped, "[]\n");
	expect(format_json, "[1,\"x\"]", "a", &piped, "[1,\"x\"]\n");
	expect(format_json, "[{\"a\":12345678901234567890.10}]", NULL, &terminal,
	       "[\n  {\n    \"a\": 12345678901234567890.10\n  }\n]\n");
	expect(ndjson, mixed, "b", &piped, "{\"b\":1.50}\n{\"b\":true}\n{\"b\":null}\n");
	expect(ndjson, "[{\"z\":1,\"a\":\"\\n\"},[]]", NULL, &piped,
	       "{\"z\":1,\"a\":\"\\n\"}\n[]\n");
	expect(ndjson, "[]", NULL, &piped, "");
}

static void tables(void **state)
{
	(void)state;
	expect(format_table, "[{\"id\":1,\"n\":\"one\"},{\"id\":22,\"n\":null}]", "id,n", &piped,
	       "id  n\n 1  one\n22\n");
	expect(format_table, "[{\"id\":10,\"n\":\"one\"}]", "id,n", &bare, "10  one\n");
	expect(format_table, "[\"x\",\"y\"]", NULL, &piped, "x\ny\n");
	expect(format_table, "[{\"a\":\"\\u001b[31m\\u009bx\\u202e\\n\"}]", "a", &piped,
	       "a\n\\x1b[31m\\u009bx\\u202e\\x0a\n");
	expect(format_expanded, "[{\"id\":1,\"name\":\"one\"}]", "id,name", &piped,
	       "id    1\nname  one\n");
	expect(format_expanded, "[{\"id\":1},{\"id\":2}]", "id", &piped,
	       "-- 1 --\nid  1\n-- 2 --\nid  2\n");
	expect(format_expanded, "[{\"id\":1},{\"id\":2}]", "id", &bare, "id  1\nid  2\n");
	expect(format_expanded, "[5]", NULL, &piped, "5\n");
	CLEAN_BUF struct buf value = { 0 };
	buf_add_str(&value, "[{\"a\":\"");
	buf_add_repeat(&value, 'x', 500);
	buf_add_str(&value, "\"}]");
	CLEAN_BUF struct buf wanted = { 0 };
	buf_add_str(&wanted, "a\n");
	buf_add_repeat(&wanted, 'x', 500);
	buf_add_char(&wanted, '\n');
	expect(format_table, value.data, "a", &piped, wanted.data);
}

/* Whatever the server names its members, nothing steers the terminal. */
static void hostile_texts(void **state)
{
	(void)state;
	static const char *const value =
		"[{\"k\\u001b]0;x\\u0007\\u009b\\u202e\":\"\\u001b[2J\\r\\u0085\\u2066\"}]";
	static format_function *const shown[] = { format_table, format_expanded };
	const struct format_style *const styles[] = { &piped, &terminal };
	for (size_t f = 0; f < COUNT(shown); f++)
		for (size_t s = 0; s < COUNT(styles); s++) {
			CLEAN_JSON struct json_doc *doc = json_doc_new();
			CLEANUP(rows_done) struct rows rows = { 0 };
			CLEAN_BUF struct buf out = { 0 }, clean = { 0 };
			rows_collect(&rows, unit_json(doc, value), "");
			rows_all_columns(&rows);
			shown[f](&out, &rows, styles[s]);
			text_escape(&clean, out.data, out.len, true);
			CHECK_TEXT(out.data, clean.data, "hostile");
		}
}

static void field(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(&rows,
		     unit_json(doc, "[{\"a\":\"x\\u001by\"},{\"a\":2.0},{},{\"a\":{\"b\":1}}]"),
		     "");
	CLEAN_BUF struct buf out = { 0 };
	format_field(&out, &rows, "a", &piped);
	CHECK_TEXT(out.data, "x\033y\n2.0\n\n{\"b\":1}\n", "piped: the bare bytes");
	buf_clear(&out);
	format_field(&out, &rows, "a", &terminal);
	CHECK_TEXT(out.data, "x\\x1by\n2.0\n\n{\"b\":1}\n", "on a terminal");
}

static void widths(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(
		&rows,
		unit_json(
			doc,
			"[{\"id\":\"\xE6\xBC\xA2\xE5\xAD\x97\",\"name\":\"x\"},{\"id\":\"a\",\"name\":\"\\n\"}]"),
		"");
	rows_set_columns(&rows, "id,name");
	assert_int_equal(format_table_width(&rows), 4 + 2 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),		 cmocka_unit_test(tsv),
		cmocka_unit_test(json_forms),	 cmocka_unit_test(tables),
		cmocka_unit_test(hostile_texts), cmocka_unit_test(field),
		cmocka_unit_test(widths),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
