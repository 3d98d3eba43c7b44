/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/pattern.h"

static void fits(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool fits;
	} cases[] = {
		{ "b", "abc", true },
		{ "^b", "abc", false },
		{ "", "", true },
		{ "^[A-Z]{2,3}$", "ABC", true },
		{ "^[A-Z]{2,3}$", "ABCD", false },
		{ "^a$", "a\n", false },
		{ "^.$", "ä", true },
		{ "^\\u00e4$", "ä", true },
		{ "^\\u{1F600}$", "😀", true },
		{ "^\\d$", "٣", false },
		{ "^[^]$", "x", true },
		{ "^[]$", "x", false },
		{ "^(?:(a)|b)\\1$", "b", true },
		{ "^(?=.*\\d)(?!x).+$", "y1", true },
		{ "^\\p{L}+$", "äb", true },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(pattern_fits(cases[i].pattern, cases[i].text) == cases[i].fits,
		      "/%s/ and \"%s\"\n", cases[i].pattern, cases[i].text);
}

static void unusable(void **state)
{
	(void)state;
	static const char *const patterns[] = { "(", "[a", "a{2,1}", "*", "(?<n>a)(?<n>b)", "\\C" };
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct err err = { 0 };
		CHECK(pattern_check(patterns[i], &err) == -1, "%s is taken\n", patterns[i]);
		CHECK_ERR(&err, ERR_USAGE, "at offset");
		CHECK(pattern_fits(patterns[i], "x"), "%s does not fit\n", patterns[i]);
	}
	CLEAN_BUF struct buf text = { 0 };
	CLEAN_ERR struct err err = { 0 };
	buf_add_repeat(&text, 'a', 5000);
	assert_int_equal(pattern_check(text.data, &err), -1);
	assert_int_equal(pattern_check("^a", &err), 0);
}

/* They end although backtracking would take longer than anybody waits. */
static void endless(void **state)
{
	(void)state;
	CLEAN_BUF struct buf text = { 0 };
	buf_add_repeat(&text, 'a', 20000);
	buf_add_char(&text, '!');
	assert_true(pattern_fits("^(a+)+$", text.data));
	assert_true(pattern_fits("^(.*a){20}b$", text.data));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(unusable),
		cmocka_unit_test(endless),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
