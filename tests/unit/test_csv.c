/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/csv.h"

static void fields(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		const char *wanted;
		size_t wanted_len;
	} table[] = {
		{ BYTES(""), BYTES("") },
		{ BYTES("plain"), BYTES("plain") },
		{ BYTES("a b"), BYTES("a b") },
		{ BYTES("a,b"), BYTES("\"a,b\"") },
		{ BYTES("say \"hi\""), BYTES("\"say \"\"hi\"\"\"") },
		{ BYTES("\""), BYTES("\"\"\"\"") },
		{ BYTES("\"\"\"\"\"\"\"\""), BYTES("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"") },
		{ BYTES("a\nb"), BYTES("\"a\nb\"") },
		{ BYTES("a\r\nb"), BYTES("\"a\r\nb\"") },
		{ BYTES(" a"), BYTES("\" a\"") },
		{ BYTES("a "), BYTES("\"a \"") },
		{ BYTES(" "), BYTES("\" \"") },
		{ BYTES("a;b\t'c'"), BYTES("a;b\t'c'") },
		{ BYTES("\xC3\xA9"), BYTES("\xC3\xA9") },
		{ BYTES("a\0b"), BYTES("\"a\0b\"") },
		{ BYTES("\xEF\xBB\xBF"
			"a"),
		  BYTES("\"\xEF\xBB\xBF"
			"a\"") },
	};
	CLEAN_BUF struct buf all = { 0 };
	for (size_t i = 0; i < COUNT(table); i++) {
		size_t from = all.len;
		csv_add_field(&all, table[i].text, table[i].len);
		CHECK(all.len - from == table[i].wanted_len, "case %zu: <%s>\n", i,
		      buf_str(&all) + from);
		assert_memory_equal(buf_str(&all) + from, table[i].wanted, table[i].wanted_len);
		assert_int_equal(buf_str(&all)[all.len], 0);
	}
}

/* What the reader makes of a text: rows as "LINE:<field><field>", "fault" where it stops. */
static char *rows_of(const char *text)
{
	struct buf out = { 0 };
	struct csv_reader *reader = csv_reader_new();
	long long line = 1;
	enum csv_step step = CSV_STEP_MORE;
	for (bool more = true; more && step != CSV_STEP_FAULT; line++) {
		size_t len = strcspn(text, "\n");
		more = text[len];
		step = more ? csv_reader_feed(reader, text, len + 1, line) : CSV_STEP_MORE;
		if (!more && len)
			(void)csv_reader_feed(reader, text, len, line);
		if (!more)
			step = csv_reader_end(reader);
		text += len + more;
		const struct csv_row *row = csv_reader_row(reader);
		if (step == CSV_STEP_ROW)
			buf_add_format(&out, "%lld:", row->line);
		for (size_t i = 0; step == CSV_STEP_ROW && i < row->count; i++)
			buf_add_format(&out, "<%s>", row->fields[i].text);
		if (step == CSV_STEP_FAULT)
			buf_add_format(&out, "fault:%lld:%zu:%d", row->field_line, row->count + 1,
				       csv_reader_is_quoted(reader));
	}
	csv_reader_free(reader);
	return buf_take(&out);
}

static void rows(void **state)
{
	(void)state;
	static const char *const table[][2] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "a,b\n", "1:<a><b>" },
		{ "a,b", "1:<a><b>" },
		{ "a,b\r\n\r\nc,d\r\n", "1:<a><b>3:<c><d>" },
		{ "a,\n,\n,", "1:<a><>2:<><>3:<><>" },
		{ "\"\"\n", "1:<>" },
		{ "\"\"", "1:<>" },
		{ "\"a\"", "1:<a>" },
		{ "\"a\"\"\"", "1:<a\">" },
		{ "\"\"\"\"\"\"", "1:<\"\">" },
		{ " a ,\t\n", "1:< a ><\t>" },
		{ "\" a \",\" \"\n", "1:< a >< >" },
		{ "\"a\nb\",c\n\nd\n", "1:<a\nb><c>4:<d>" },
		{ "\n\"a\n\n\r\n\",\"x\"\r\nd\n", "2:<a\n\n\r\n><x>6:<d>" },
		{ "a;b", "1:<a;b>" },
		{ "a\n\"b\n", "1:<a>fault:2:1:1" },
		{ "a\n\"b\",c,\"\n\n", "1:<a>fault:2:3:1" },
		{ "\"a\nb\",\"c\nd\",\"e\n", "fault:3:3:1" },
		{ "\"", "fault:1:1:1" },
		{ "x,\"a\"b\"\n", "fault:1:2:1" },
		{ "x,\"a\" ,b\n", "fault:1:2:1" },
		{ "a,b\"c\n", "fault:1:2:0" },
		{ "a, \"b\"\n", "fault:1:2:0" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_FREE char *got = rows_of(table[i][0]);
		CHECK_TEXT(got, table[i][1], table[i][0]);
	}
	csv_reader_free(NULL);
}

/* A row with more fields than are kept is whole, and tells how many there were. */
static void many_fields(void **state)
{
	(void)state;
	CLEAN_BUF struct buf text = { 0 };
	for (int i = 0; i < CSV_MAX_FIELDS + 10; i++)
		buf_add_format(&text, "f%d,", i);
	buf_add_char(&text, '\n');
	struct csv_reader *reader = csv_reader_new();
	for (int again = 0; again < 2; again++) {
		assert_int_equal(csv_reader_feed(reader, text.data, text.len, 1), CSV_STEP_ROW);
		assert_int_equal(csv_reader_row(reader)->count, CSV_MAX_FIELDS + 11);
		assert_int_equal(csv_reader_row(reader)->bytes, text.len);
		CHECK_TEXT(csv_reader_row(reader)->fields[CSV_MAX_FIELDS - 1].text, "f1023",
			   "last");
	}
	csv_reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(rows),
		cmocka_unit_test(many_fields),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
