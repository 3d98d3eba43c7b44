/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/secret.h"

static void keeping(void **state)
{
	(void)state;
	struct secret secret = { 0 };
	assert_false(secret_is_set(&secret));
	assert_null(secret_reveal(&secret));
	secret_set(&secret, "s3cr\0et", 7);
	assert_true(secret_is_set(&secret));
	assert_int_equal(secret.len, 7);
	assert_memory_equal(secret_reveal(&secret), "s3cr\0et", 8);
	secret_set(&secret, secret_reveal(&secret), 4); /* from itself */
	CHECK_TEXT(secret_reveal(&secret), "s3cr", "set from itself");
	secret_set(&secret, "", 0);
	assert_true(secret_is_set(&secret));
	CHECK_TEXT(secret_reveal(&secret), "", "an empty one is one");
	secret_done(&secret);
	assert_false(secret_is_set(&secret));
	secret_done(&secret);
	CHECK_TEXT(SECRET_MASK, "***", "mask");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keeping) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
