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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fields) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
