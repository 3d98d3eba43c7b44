/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

static void adding(void **state)
{
	(void)state;
	CLEAN_BUF struct buf buf = { 0 };
	CHECK_TEXT(buf_str(&buf), "", "empty");
	buf_add(&buf, NULL, 0);
	CHECK_TEXT(buf_str(&buf), "", "nothing added");
	buf_add_str(&buf, "ab");
	buf_add_char(&buf, 'c');
	buf_add_repeat(&buf, '-', 3);
	buf_add_repeat(&buf, 'x', -2);
	buf_add_format(&buf, "%d%s", 42, "!");
	buf_add_format(&buf, "%s", "");
	CHECK_TEXT(buf.data, "abc---42!", "added");
	assert_int_equal(buf.len, 9);
	buf_add(&buf, "\0z", 2);
	assert_int_equal(buf.len, 11);
	assert_memory_equal(buf.data, "abc---42!\0z", 12);
	buf_truncate(&buf, 3);
	CHECK_TEXT(buf.data, "abc", "cut");
	buf_truncate(&buf, 100);
	assert_int_equal(buf.len, 3);
	buf_clear(&buf);
	CHECK_TEXT(buf_str(&buf), "", "cleared");
	assert_int_equal(buf.len, 0);
}

static void growing(void **state)
{
	(void)state;
	CLEAN_BUF struct buf buf = { 0 };
	for (int i = 0; i < 100000; i++) {
		buf_add_char(&buf, (char)('a' + i % 26));
		CHECK(buf.data[buf.len] == '\0', "no end at %d\n", i);
	}
	assert_int_equal(buf.len, 100000);
	assert_int_equal(buf.data[99999], 'a' + 99999 % 26);
	CLEAN_FREE char *wide = buf_format("%*d", 70000, 7);
	assert_int_equal(strlen(wide), 70000);
	for (size_t len = 60; len < 70; len++) { /* round the first capacity */
		CLEAN_BUF struct buf edge = { 0 };
		buf_add_repeat(&edge, 'e', (long)len);
		buf_add_format(&edge, "%s", "f");
		assert_int_equal(strlen(edge.data), len + 1);
	}
}

static void reserving(void **state)
{
	(void)state;
	CLEAN_BUF struct buf buf = { 0 };
	buf_reserve(&buf, 1000);
	assert_true(buf.capacity > 1000);
	CHECK_TEXT(buf_str(&buf), "", "reserved only");
	CLEAN_FREE char *taken = buf_take(&buf);
	CHECK_TEXT(taken, "", "taken after a reserve");
}

static void taking(void **state)
{
	(void)state;
	struct buf buf = { 0 };
	CLEAN_FREE char *nothing = buf_take(&buf);
	CHECK_TEXT(nothing, "", "taken of nothing");
	buf_add_str(&buf, "text");
	CLEAN_FREE char *text = buf_take(&buf);
	CHECK_TEXT(text, "text", "taken");
	assert_null(buf.data);
	assert_int_equal(buf.len + buf.capacity, 0);
	buf_done(&buf);
	buf_done(&buf);
}

static void memory(void **state)
{
	(void)state;
	assert_null(mem_dup(NULL));
	CLEAN_FREE char *part = mem_dup_len("abcdef", 3);
	CHECK_TEXT(part, "abc", "mem_dup_len");
	CLEAN_FREE char *none = mem_dup_len(NULL, 0);
	CHECK_TEXT(none, "", "mem_dup_len of nothing");
	CLEAN_FREE unsigned char *zeros = mem_new(100, 3);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(zeros[i], 0);
	CLEAN_FREE void *empty = mem_new(0, 8);
	assert_non_null(empty);
	size_t *items = NULL;
	for (size_t i = 0; i < 5000; i++) {
		items = mem_grow(items, i, sizeof(*items));
		items[i] = i;
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(items[i], i);
	size_t *owned = take(items);
	assert_null(items);
	mem_wipe(owned, 5000 * sizeof(*owned));
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(owned[i], 0);
	mem_wipe(NULL, 0);
	free(owned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding), cmocka_unit_test(growing), cmocka_unit_test(reserving),
		cmocka_unit_test(taking), cmocka_unit_test(memory),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
