/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"

static void utf8_table(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		bool good;
	} table[] = {
		{ BYTES(""), true },
		{ BYTES("a"), true },
		{ BYTES("\0"), true },
		{ BYTES("\x7F"), true },
		{ BYTES("\xC2\x80"), true },
		{ BYTES("\xDF\xBF"), true },
		{ BYTES("\xE0\xA0\x80"), true },
		{ BYTES("\xED\x9F\xBF"), true },
		{ BYTES("\xEE\x80\x80"), true },
		{ BYTES("\xEF\xBF\xBF"), true },
		{ BYTES("\xF0\x90\x80\x80"), true },
		{ BYTES("\xF4\x8F\xBF\xBF"), true },
		{ BYTES("a\xC3\xA9z"), true },
		{ BYTES("\x80"), false },
		{ BYTES("\xBF"), false },
		{ BYTES("\xC0\x80"), false },
		{ BYTES("\xC0\xAF"), false },
		{ BYTES("\xC1\xBF"), false },
		{ BYTES("\xC2"), false },
		{ BYTES("\xC2"
			"A"),
		  false },
		{ BYTES("\xC2\xC2"), false },
		{ BYTES("\xE0\x9F\xBF"), false },
		{ BYTES("\xE0\x80\x80"), false },
		{ BYTES("\xE0\xA0"), false },
		{ BYTES("\xE2\x82"
			"A"),
		  false },
		{ BYTES("\xED\xA0\x80"), false },
		{ BYTES("\xED\xBF\xBF"), false },
		{ BYTES("\xF0\x8F\xBF\xBF"), false },
		{ BYTES("\xF0\x90\x80"), false },
		{ BYTES("\xF4\x90\x80\x80"), false },
		{ BYTES("\xF5\x80\x80\x80"), false },
		{ BYTES("\xF8\x88\x80\x80\x80"), false },
		{ BYTES("\xFE"), false },
		{ BYTES("\xFF"), false },
		{ BYTES("a\xFF"), false },
		{ BYTES("\xC3\xA9\xA9"), false },
	};
	for (size_t i = 0; i < COUNT(table); i++)
		CHECK(text_is_utf8(table[i].bytes, table[i].len) == table[i].good, "case %zu\n", i);
	assert_int_equal(text_utf8_length("", 0), 0);
	assert_int_equal(text_utf8_length("\xE2\x82\xAC!", 4), 3);
	assert_int_equal(text_utf8_length("\xE2\x82\xAC", 2), 0);
}

static size_t encode(char *bytes, unsigned c)
{
	if (c < 0x80)
		return bytes[0] = (char)c, 1;
	if (c < 0x800) {
		bytes[0] = (char)(0xC0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		bytes[0] = (char)(0xE0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 63));
		bytes[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	bytes[0] = (char)(0xF0 | c >> 18);
	bytes[1] = (char)(0x80 | (c >> 12 & 63));
	bytes[2] = (char)(0x80 | (c >> 6 & 63));
	bytes[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void utf8_every_code_point(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0x120000; c++) {
		char bytes[4];
		size_t len = encode(bytes, c);
		bool good = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
		CHECK(text_is_utf8(bytes, len) == good, "U+%04X\n", c);
		CHECK(text_utf8_length(bytes, len) == (good ? len : 0), "U+%04X\n", c);
	}
}

static const struct {
	const char *bytes;
	size_t len;
	const char *escaped; /* without keep_lines */
	size_t width;
} shown[] = {
	{ BYTES("plain"), "plain", 5 },
	{ BYTES("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d", 15 },
	{ BYTES("\033[31mred"), "\\x1b[31mred", 11 },
	{ BYTES("\x7F"), "\\x7f", 4 },
	{ BYTES("a\0b"), "a\\x00b", 6 },
	{ BYTES("\xFF\xC0\xAF"), "\\xff\\xc0\\xaf", 12 },
	{ BYTES("\xED\xA0\x80"), "\\xed\\xa0\\x80", 12 },
	{ BYTES("\xC2\x9B"
		"31m"),
	  "\\u009b31m", 9 },
	{ BYTES("\xC2\xA0"), "\xC2\xA0", 1 },
	{ BYTES("\xE2\x80\xAE"
		"abc"),
	  "\\u202eabc", 9 },
	{ BYTES("\xE2\x81\xA6"), "\\u2066", 6 },
	{ BYTES("\xE2\x80\xA8"), "\\u2028", 6 },
	{ BYTES("\xE2\x80\x8F"), "\\u200f", 6 },
	{ BYTES("caf\xC3\xA9"), "caf\xC3\xA9", 4 },
	{ BYTES("\xE6\xBC\xA2\xE5\xAD\x97"), "\xE6\xBC\xA2\xE5\xAD\x97", 4 },
	{ BYTES("e\xCC\x81"), "e\xCC\x81", 1 },
	{ BYTES("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80", 2 },
};

static void escape_and_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shown); i++) {
		CLEAN_BUF struct buf out = { 0 };
		text_escape(&out, shown[i].bytes, shown[i].len, false);
		CHECK_TEXT(buf_str(&out), shown[i].escaped, "escape");
		CHECK(text_width(shown[i].bytes, shown[i].len) == shown[i].width,
		      "<%s> is %zu wide, wanted %zu\n", buf_str(&out),
		      text_width(shown[i].bytes, shown[i].len), shown[i].width);
		CHECK(text_width(out.data, out.len) == shown[i].width, "escaped <%s>\n", out.data);
	}
	CLEAN_BUF struct buf kept = { 0 };
	text_escape(&kept, BYTES("a\n\tb\r\033"), true);
	CHECK_TEXT(kept.data, "a\n\tb\\x0d\\x1b", "keep_lines");
}

static void percent(void **state)
{
	(void)state;
	CLEAN_BUF struct buf all = { 0 }, coded = { 0 }, back = { 0 };
	for (int c = 1; c < 256; c++)
		buf_add_char(&all, (char)c);
	text_percent_encode(&coded, all.data, all.len);
	for (size_t i = 0; i < coded.len; i++)
		CHECK(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%",
			     coded.data[i]),
		      "%s\n", coded.data);
	assert_int_equal(text_percent_decode(&back, coded.data, coded.len), 0);
	assert_int_equal(back.len, all.len);
	assert_memory_equal(back.data, all.data, all.len);
	buf_clear(&coded);
	text_percent_encode(&coded, BYTES("a b/c?d#e%f\0\xC3\xA9+"));
	CHECK_TEXT(coded.data, "a%20b%2Fc%3Fd%23e%25f%00%C3%A9%2B", "encode");
	static const char *const bad[] = { "%",	  "%4",	 "a%",	  "a%4",  "%4g",
					   "%g4", "%00", "a%00b", "%%41", "% 41" };
	for (size_t i = 0; i < COUNT(bad); i++) {
		buf_clear(&back);
		CHECK(text_percent_decode(&back, bad[i], strlen(bad[i])) == -1, "%s\n", bad[i]);
	}
	buf_clear(&back);
	assert_int_equal(text_percent_decode(&back, BYTES("%2f%2F+%e2%82%ac")), 0);
	CHECK_TEXT(back.data, "//+\xE2\x82\xAC", "decode");
}

static void base64(void **state)
{
	(void)state;
	/* RFC 4648, 10 */
	static const char *const pairs[][2] = { { "", "" },
						{ "f", "Zg==" },
						{ "fo", "Zm8=" },
						{ "foo", "Zm9v" },
						{ "foob", "Zm9vYg==" },
						{ "fooba", "Zm9vYmE=" },
						{ "foobar", "Zm9vYmFy" } };
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_BUF struct buf coded = { 0 }, back = { 0 };
		text_base64(&coded, pairs[i][0], strlen(pairs[i][0]));
		CHECK_TEXT(buf_str(&coded), pairs[i][1], pairs[i][0]);
		assert_int_equal(text_base64_decode(&back, pairs[i][1], strlen(pairs[i][1])), 0);
		CHECK_TEXT(buf_str(&back), pairs[i][0], pairs[i][1]);
	}
	CLEAN_BUF struct buf all = { 0 };
	for (int c = 0; c < 256; c++) {
		CLEAN_BUF struct buf coded = { 0 }, back = { 0 };
		buf_add_char(&all, (char)c);
		text_base64(&coded, all.data, all.len);
		assert_int_equal(text_base64_decode(&back, coded.data, coded.len), 0);
		assert_int_equal(back.len, all.len);
		assert_memory_equal(back.data, all.data, all.len);
	}
	static const char *const bad[] = { "Z",	   "Zg",       "Zg=",	   "Z===", "====",
					   "=",	   "Zg==Zg==", "Zm9v!",	   "=Zg=", "Zm9!",
					   "Zm 9", "Zm9v\nZg", "Zm9v====", "Z-_v", "Zg=a" };
	for (size_t i = 0; i < COUNT(bad); i++) {
		CLEAN_BUF struct buf back = { 0 };
		CHECK(text_base64_decode(&back, bad[i], strlen(bad[i])) == -1, "<%s> is taken\n",
		      bad[i]);
	}
	CLEAN_BUF struct buf back = { 0 };
	assert_int_equal(text_base64_decode(&back, BYTES("Zm\0v")), -1);
}

static void kebab(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "productKey", "product-key" },
		{ "X-Tenant", "x-tenant" },
		{ "a.b", "a.b" },
		{ "entitlementId", "entitlement-id" },
		{ "entitlementID", "entitlement-id" },
		{ "ID", "id" },
		{ "HTTPServer", "http-server" },
		{ "reason_code", "reason-code" },
		{ "address1Line", "address1-line" },
		{ "already-kebab", "already-kebab" },
		{ "data.endDate", "data.end-date" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_BUF struct buf out = { 0 };
		text_kebab(&out, pairs[i][0]);
		CHECK_TEXT(buf_str(&out), pairs[i][1], pairs[i][0]);
	}
}

static void wrap(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t indent, width;
		bool hanging;
		const char *wanted;
	} table[] = {
		{ "", 0, 10, true, "" },
		{ "one two three", 0, 7, true, "one two\nthree" },
		{ "one two three", 2, 9, false, "  one two\n  three" },
		{ "one two three", 2, 9, true, "one two\n  three" },
		{ "one two", 0, 7, true, "one two" },
		{ "one twos", 0, 7, true, "one\ntwos" },
		{ "incomprehensible it is", 0, 6, true, "incomprehensible\nit is" },
		{ "it is incomprehensible", 0, 6, true, "it is\nincomprehensible" },
		{ "a\nb c", 2, 10, true, "a\n  b c" },
		{ "a\n\nb", 2, 10, true, "a\n\n  b" },
		{ "a   b", 0, 4, true, "a\nb" },
		{ "a  \r\n  b\tc\r\n \r\nd ", 2, 10, false, "  a\n    b c\n\n  d" },
		{ "a\033[2Jb\xC2\x9B c", 0, 16, true, "a\\x1b[2Jb\\u009b\nc" },
		{ "\xE6\xBC\xA2\xE5\xAD\x97 x", 0, 5, true, "\xE6\xBC\xA2\xE5\xAD\x97\nx" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_BUF struct buf out = { 0 };
		text_wrap(&out, table[i].text, table[i].indent, table[i].width, table[i].hanging);
		CHECK_TEXT(buf_str(&out), table[i].wanted, table[i].text);
	}
}

static void integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		long long min, max;
		bool good;
		long long value;
	} table[] = {
		{ "0", 0, 10, true, 0 },
		{ "10", 0, 10, true, 10 },
		{ "11", 0, 10, false, 0 },
		{ "-1", 0, 10, false, 0 },
		{ "-5", -5, 5, true, -5 },
		{ "+3", 0, 10, true, 3 },
		{ "007", 0, 10, true, 7 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
		{ "", 0, 10, false, 0 },
		{ " 1", 0, 10, false, 0 },
		{ "1 ", 0, 10, false, 0 },
		{ "\n1", 0, 10, false, 0 },
		{ "1.0", 0, 10, false, 0 },
		{ "1e1", 0, 100, false, 0 },
		{ "0x1", 0, 10, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "+-1", -9, 9, false, 0 },
		{ "one", 0, 10, false, 0 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_ERR struct err err = { 0 };
		long long value = 4711;
		int result = text_integer(table[i].text, table[i].min, table[i].max, &value, &err);
		CHECK((result == 0) == table[i].good, "<%s>\n", table[i].text);
		CHECK(value == (table[i].good ? table[i].value : 4711), "<%s> gave %lld\n",
		      table[i].text, value);
	}
	struct err err = { 0 };
	long long value;
	assert_int_equal(text_integer("x", -1, 7, &value, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "\"x\" is not a whole number from -1 to 7");
}

static void numbers(void **state)
{
	(void)state;
	static const char *const good[] = { "0",
					    "-0",
					    "1",
					    "10",
					    "-1",
					    "0.5",
					    "-0.5",
					    "1.0",
					    "123.456",
					    "1e5",
					    "1E5",
					    "1e+5",
					    "1e-5",
					    "0e0",
					    "0.0e-0",
					    "1e400",
					    "12345678901234567890123",
					    "1.00" };
	static const char *const bad[] = { "",	       "-",   "+1",  "01",   "-01", "00",
					   ".5",       "1.",  "-.5", "1e",   "1e+", "1e1.5",
					   "0x1",      "1 ",  " 1",  "1a",   "NaN", "inf",
					   "Infinity", "1,0", "--1", "1e 5", "1_0", "\xD9\xA1" };
	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(text_is_number(good[i], strlen(good[i])), "<%s> is refused\n", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!text_is_number(bad[i], strlen(bad[i])), "<%s> is taken\n", bad[i]);
	assert_true(text_is_number("12x", 2));
	assert_false(text_is_number("1\0"
				    "2",
				    3));
}

static void guesses(void **state)
{
	(void)state;
	static const char *const names[] = { "suspend", "resume", "cancel", "revoke", "get",
					     "find",	"echo",	  "output", "profile" };
	static const char *const pairs[][2] = {
		{ "suspned", "suspend" },
		{ "suspedn", "suspend" },
		{ "suspnd", "suspend" },
		{ "SUSPEND", "suspend" },
		{ "prof", "profile" },
		{ "gett", "get" },
		{ "gte", "get" },
		{ "fidn", "find" },
		{ "ouput", "output" },
		{ "zzz", NULL },
		{ "x", NULL },
		{ "administrate", NULL },
		{ "resme", "resume" },
		{ "", NULL },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct text_guess guess = { .word = pairs[i][0] };
		for (size_t n = 0; n < COUNT(names); n++)
			text_guess_try(&guess, names[n]);
		CHECK_TEXT(guess.best, pairs[i][1], pairs[i][0]);
	}
	char longest[200];
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	struct text_guess guess = { .word = longest };
	text_guess_try(&guess, longest);
	assert_null(guess.best);
	longest[64] = '\0';
	text_guess_try(&guess, longest);
	assert_non_null(guess.best);
}

static void header_names(void **state)
{
	(void)state;
	static const char *const good[] = { "X-Tenant", "a", "x_y.z~1", "!#$%&'*+" };
	static const char *const bad[] = { "", "a b", "a:b", "a\r\nb", "ä", "(a)", "a\"b", "a/b" };
	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(text_is_header_name(good[i]), "%s\n", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!text_is_header_name(bad[i]), "%s\n", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_names),
		cmocka_unit_test(utf8_table),
		cmocka_unit_test(utf8_every_code_point),
		cmocka_unit_test(escape_and_width),
		cmocka_unit_test(percent),
		cmocka_unit_test(base64),
		cmocka_unit_test(kebab),
		cmocka_unit_test(wrap),
		cmocka_unit_test(integers),
		cmocka_unit_test(numbers),
		cmocka_unit_test(guesses),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
