/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/random.h"

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, UUID_SIZE);
}

static void uuid_form(void **state)
{
	(void)state;
	static char many[4096][UUID_SIZE];
	for (size_t n = 0; n < COUNT(many); n++) {
		random_uuid(many[n]);
		const char *uuid = many[n];
		CHECK(strlen(uuid) == 36, "%s\n", uuid);
		for (size_t i = 0; i < 36; i++) {
			bool dash = i == 8 || i == 13 || i == 18 || i == 23;
			CHECK(dash ? uuid[i] == '-' : strchr("0123456789abcdef", uuid[i]) != NULL,
			      "%s\n", uuid);
		}
		CHECK(uuid[14] == '4' && strchr("89ab", uuid[19]), "%s\n", uuid);
	}
	qsort(many, COUNT(many), UUID_SIZE, compare);
	for (size_t n = 1; n < COUNT(many); n++)
		assert_memory_not_equal(many[n - 1], many[n], UUID_SIZE);
}

static void below(void **state)
{
	(void)state;
	unsigned seen = 0;
	for (int i = 0; i < 1000; i++) {
		uint64_t number = random_below(4);
		assert_true(number < 4);
		seen |= 1U << number;
		assert_int_equal(random_below(1), 0);
	}
	assert_int_equal(seen, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(uuid_form), cmocka_unit_test(below) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
