/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"
#include "lib/grid.h"

static const char *const headers[] = { "id", "name" };
static const char *const cells[] = { "1",   "\xE6\xBC\xA2\xE5\xAD\x97",
				     "22",  "e\xCC\x81t\xC3\xA9",
				     "333", "" };

static struct grid example(void)
{
	return (struct grid){
		.headers = headers, .columns = 2, .cells = cells, .rows = 3, .show_headers = true
	};
}

static void plain(void **state)
{
	(void)state;
	CLEAN_BUF struct buf out = { 0 };
	struct grid grid = example();
	grid_print(&out, &grid);
	CHECK_TEXT(buf_str(&out),
		   "id   name\n1    \xE6\xBC\xA2\xE5\xAD\x97\n22   e\xCC\x81t\xC3\xA9\n333\n",
		   "plain");
	buf_clear(&out);
	static const bool right[] = { true, false };
	grid.right = right;
	grid.show_headers = false;
	grid_print(&out, &grid);
	CHECK_TEXT(buf_str(&out), "  1  \xE6\xBC\xA2\xE5\xAD\x97\n 22  e\xCC\x81t\xC3\xA9\n333\n",
		   "right, no headers");
}

static void wide_characters_align(void **state)
{
	(void)state;
	static const char *const names[] = { "a", "b" };
	static const char *const wide[] = {
		"\xE6\xBC\xA2\xE5\xAD\x97", "x", "abcd", "y", "e\xCC\x81", "z",
		"\xF0\x9F\x98\x80",	    "w"
	};
	const struct grid grid = {
		.headers = names, .columns = 2, .cells = wide, .rows = 4, .show_headers = true
	};
	CLEAN_BUF struct buf out = { 0 };
	grid_print(&out, &grid);
	for (const char *p = out.data; *p;) {
		size_t len = strcspn(p, "\n");
		CHECK(text_width(p, len) == 7, "%s\n", out.data);
		p += len + 1;
	}
}

static void empty(void **state)
{
	(void)state;
	CLEAN_BUF struct buf out = { 0 };
	struct grid grid = example();
	grid.rows = 0;
	grid_print(&out, &grid);
	CHECK(out.len == 0 || strcmp(out.data, "id  name\n") == 0, "<%s>\n", buf_str(&out));
}

/* The text without blanks and line ends. */
static char *squeezed(const char *text)
{
	struct buf out = { 0 };
	for (; *text; text++)
		if (!strchr(" \n", *text))
			buf_add_char(&out, *text);
	return buf_take(&out);
}

static void narrow_loses_nothing(void **state)
{
	(void)state;
	static const char *const one[] = { "column" };
	static const char *const longer[] = {
		"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	};
	for (size_t width = 8; width < 80; width += 7) {
		const struct grid grid = {
			.headers = one, .columns = 1, .cells = longer, .rows = 1, .width = width
		};
		CLEAN_BUF struct buf out = { 0 };
		grid_print(&out, &grid);
		CLEAN_FREE char *kept = squeezed(buf_str(&out));
		CHECK_TEXT(kept, longer[0], "narrow");
		for (const char *p = out.data; *p; p += strcspn(p, "\n") + 1)
			CHECK(strcspn(p, "\n") <= width, "wider than %zu:\n%s\n", width, out.data);
	}
	for (size_t width = 10; width < 40; width += 3) {
		static const char *const many[] = { "aaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb",
						    "cccccccccc" };
		static const char *const names[] = { "x", "y", "z" };
		const struct grid grid = {
			.headers = names, .columns = 3, .cells = many, .rows = 1, .width = width
		};
		CLEAN_BUF struct buf out = { 0 };
		grid_print(&out, &grid);
		size_t counts[3] = { 0 };
		for (const char *p = buf_str(&out); *p; p++)
			if (*p >= 'a' && *p <= 'c')
				counts[*p - 'a']++;
		CHECK(counts[0] == 10 && counts[1] == 20 && counts[2] == 10, "width %zu:\n%s\n",
		      width, buf_str(&out));
	}
}

/* A column of one letter that has to give way, and a character that does not fit into it. */
static void narrow_with_wide_characters_ends(void **state)
{
	(void)state;
	static const char *const names[] = { "a", "" };
	static const char *const wide[] = { "\xE6\xBC\xA2\xE5\xAD\x97",
					    "\xE6\xBC\xA2 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "b",
					    "y" };
	for (size_t width = 4; width < 40; width++) {
		const struct grid grid = {
			.headers = names, .columns = 2, .cells = wide, .rows = 2, .width = width
		};
		CLEAN_BUF struct buf out = { 0 };
		grid_print(&out, &grid);
		CLEAN_FREE char *kept = squeezed(buf_str(&out));
		CHECK(strlen(kept) == 9 + 35 + 2, "width %zu:\n%s\n", width, out.data);
		for (const char *p = out.data; *p; p += strcspn(p, "\n") + 1)
			CHECK(width < 6 || text_width(p, strcspn(p, "\n")) <= width,
			      "wider than %zu:\n%s\n", width, out.data);
	}
}

static void unknown_characters_are_escaped(void **state)
{
	(void)state;
	static const char *const names[] = { "a", "b" };
	static const char *const unassigned[] = { "x\xCD\xB8ord",
						  "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" };
	const struct grid grid = {
		.headers = names, .columns = 2, .cells = unassigned, .rows = 1, .width = 20
	};
	CLEAN_BUF struct buf out = { 0 };
	grid_print(&out, &grid);
	CLEAN_FREE char *kept = squeezed(buf_str(&out));
	CHECK(strlen(kept) == strlen("x\\u0378ord") + 42, "%s\n", out.data);
}

static void no_blanks_at_ends(void **state)
{
	(void)state;
	for (size_t width = 0; width <= 40; width += 20) {
		struct grid grid = example();
		grid.width = width;
		CLEAN_BUF struct buf out = { 0 };
		grid_print(&out, &grid);
		assert_null(strstr(out.data, " \n"));
		assert_true(out.data[out.len - 1] == '\n');
	}
}

static void color(void **state)
{
	(void)state;
	struct grid grid = example();
	grid.header_color = "\033[1m";
	grid.width = 40;
	CLEAN_BUF struct buf out = { 0 };
	grid_print(&out, &grid);
	assert_non_null(strstr(out.data, "\033[1m"));
	assert_non_null(strstr(out.data, "\033[0m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(wide_characters_align),
		cmocka_unit_test(empty),
		cmocka_unit_test(narrow_loses_nothing),
		cmocka_unit_test(narrow_with_wide_characters_ends),
		cmocka_unit_test(unknown_characters_are_escaped),
		cmocka_unit_test(no_blanks_at_ends),
		cmocka_unit_test(color),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
