/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

/* cli-contract.md, 2: what scripts rely on. */
static const struct {
	const char *name;
	int exit_code;
	bool retryable;
} contract[] = {
	[ERR_OK] = { "ok", 0, false },
	[ERR_INTERNAL] = { "internal", 1, false },
	[ERR_USAGE] = { "usage", 2, false },
	[ERR_CONFIG] = { "config", 3, false },
	[ERR_REJECTED] = { "rejected", 4, false },
	[ERR_SERVER] = { "server", 5, true },
	[ERR_NOT_FOUND] = { "not_found", 6, false },
	[ERR_AUTH] = { "auth", 7, false },
	[ERR_RATE_LIMITED] = { "rate_limited", 8, true },
	[ERR_NETWORK] = { "network", 9, true },
	[ERR_UNKNOWN] = { "unknown", 10, false },
	[ERR_REFUSED] = { "refused", 11, false },
	[ERR_PARTIAL] = { "partial", 12, false },
	[ERR_DIFFERS] = { "differs", 13, false },
	[ERR_OUTPUT_LOST] = { "output_lost", 14, false },
	[ERR_WAIT_TIMEOUT] = { "wait_timeout", 15, false },
	[ERR_INTERRUPTED] = { "interrupted", 130, false },
	[ERR_TERMINATED] = { "terminated", 143, false },
};

static void table_of_kinds(void **state)
{
	(void)state;
	assert_int_equal(COUNT(contract), ERR_KIND_COUNT);
	for (int kind = 0; kind < ERR_KIND_COUNT; kind++) {
		const struct err_row *row = err_row((enum err_kind)kind);
		CHECK(row->name && *row->name && row->when && *row->when && row->guarantee &&
			      *row->guarantee,
		      "kind %d\n", kind);
		CHECK_TEXT(row->name, contract[kind].name, "name");
		CHECK(row->exit_code == contract[kind].exit_code, "%s\n", row->name);
		CHECK(row->retryable == contract[kind].retryable, "%s\n", row->name);
		CHECK(row->exit_code < 123 || (row->exit_code > 127 && row->exit_code < 255),
		      "%s\n", row->name);
		for (int other = 0; other < kind; other++) {
			const struct err_row *before = err_row((enum err_kind)other);
			CHECK(strcmp(before->name, row->name) != 0, "%s\n", row->name);
			CHECK(before->exit_code != row->exit_code, "%s\n", row->name);
		}
	}
}

static void setting_and_wrapping(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_int_equal(err_set(&err, ERR_USAGE, "\"%s\" is bad", "x"), -1);
	assert_int_equal(err.retry_after, -1);
	assert_int_equal(err_wrap(&err, "line %d", 7), -1);
	assert_int_equal(err_hint(&err, "use %s", "y"), -1);
	CHECK_TEXT(err.message, "line 7: \"x\" is bad", "wrapped");
	CHECK_TEXT(err.hint, "use y", "hint");
	err_hint(&err, "use z");
	CHECK_TEXT(err.hint, "use z", "second hint");
	err.http_status = 500;
	err.response_code = mem_dup("CODE");
	err.response = mem_dup("{}");
	err.request_id = mem_dup("id");
	err_set(&err, ERR_CONFIG, "again: %s",
		err.message); /* its own message may be an argument */
	CHECK_TEXT(err.message, "again: line 7: \"x\" is bad", "set from itself");
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_true(!err.hint && !err.response_code && !err.response && !err.request_id &&
		    !err.http_status);
	err_done(&err);
	assert_int_equal(err.kind, ERR_OK);
	assert_null(err.message);
	err_done(&err);
	err_done(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(table_of_kinds),
					    cmocka_unit_test(setting_and_wrapping) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
