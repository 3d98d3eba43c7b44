/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"
#include "engine/settings.h"

static void table_of_settings(void **state)
{
	(void)state;
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = setting_row((enum setting)i);
		CHECK(row->key && *row->key && row->help && *row->help, "setting %d\n", i);
		CHECK(setting_find(row->key) == i, "%s\n", row->key);
		CHECK(!row->places || row->example, "%s has no example\n", row->key);
		CHECK(!row->variable || strncmp(row->variable, "BANGOCTL_", 9) == 0, "%s\n",
		      row->key);
		CLEAN_ERR struct err err = { 0 };
		CHECK(!row->fallback ||
			      setting_check((enum setting)i, row->key, row->fallback, &err) == 0,
		      "%s: %s\n", row->key, err.message);
	}
	assert_int_equal(setting_find("password"), -1);
	assert_int_equal(setting_find(""), -1);
	assert_int_equal(setting_find("Timeout"), -1);
}

static void checks(void **state)
{
	(void)state;
	static const struct {
		enum setting setting;
		const char *text;
		const char *message; /* NULL: good */
	} table[] = {
		{ SETTING_ENVIRONMENT, "live", NULL },
		{ SETTING_ENVIRONMENT, "Live", "key: \"Live\" is not one of its values" },
		{ SETTING_ENVIRONMENT, "", "not one of its values" },
		{ SETTING_BASE_URL, "", "key is empty" },
		{ SETTING_CACERT, "", "key is empty" },
		{ SETTING_READ_ONLY, "true", NULL },
		{ SETTING_READ_ONLY, "0", NULL },
		{ SETTING_READ_ONLY, "yes", "key: \"yes\" is neither true nor false" },
		{ SETTING_READ_ONLY, "", "neither true nor false" },
		{ SETTING_RETRIES, "0", NULL },
		{ SETTING_RETRIES, "100", NULL },
		{ SETTING_RETRIES, "101", "key: \"101\" is not a whole number from 0 to 100" },
		{ SETTING_RETRIES, "-1", "is not a whole number from 0 to 100" },
		{ SETTING_RETRIES, "1.5", "is not a whole number" },
		{ SETTING_RETRIES, "1e1", "is not a whole number" },
		{ SETTING_RETRIES, "x", "is not a whole number" },
		{ SETTING_RETRIES, "", "is not a whole number" },
		{ SETTING_TIMEOUT, "0.001", NULL },
		{ SETTING_TIMEOUT, "1e1", NULL },
		{ SETTING_TIMEOUT, "0", "is not a number from 0.001 to 86400" },
		{ SETTING_TIMEOUT, "86401", "is not a number" },
		{ SETTING_TIMEOUT, "inf", "is not a number" },
		{ SETTING_TIMEOUT, "nan", "is not a number" },
		{ SETTING_TIMEOUT, "1e999", "is not a number" },
		{ SETTING_TIMEOUT, "0x10", "is not a number" },
		{ SETTING_TIMEOUT, "60s", "is not a number" },
		{ SETTING_RETRY_MAX_WAIT, "0", NULL },
		{ SETTING_RATE, "0", "is not a number from 0.001" },
		{ SETTING_MAX_CHANGES, "0", NULL },
		{ SETTING_MAX_CHANGES, "1000000001", "is not a whole number" },
		{ SETTING_MAX_REPLY, "1", NULL },
		{ SETTING_MAX_REPLY, "64M", NULL },
		{ SETTING_MAX_REPLY, "64m", NULL },
		{ SETTING_MAX_REPLY, "3G", NULL },
		{ SETTING_MAX_REPLY, "4G", "is not a size from 1 to 4000000000" },
		{ SETTING_MAX_REPLY, "0", "is not a size" },
		{ SETTING_MAX_REPLY, "64MB", "is not a size" },
		{ SETTING_MAX_REPLY, "M", "is not a size" },
		{ SETTING_MAX_REPLY, "-1", "is not a size" },
		{ SETTING_MAX_REPLY, "1.5M", "is not a size" },
		{ SETTING_MAX_REPLY, "1T", "is not a size" },
		{ SETTING_MAX_REPLY, "99999999999999999999", "is not a size" },
		{ SETTING_MAX_REPLY, "", "is not a size" },
		{ SETTING_COLOR, "always", NULL },
		{ SETTING_COLOR, "on", "is not one of its values" },
		{ SETTING_AUTH, "digest", "is not one of its values" },
		{ SETTING_OUTPUT, "xml", "is not one of its values" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err err = { 0 };
		int result = setting_check(table[i].setting, "key", table[i].text, &err);
		CHECK((result == 0) == !table[i].message, "%s <%s>: %s\n",
		      setting_row(table[i].setting)->key, table[i].text,
		      err.message ? err.message : "taken");
		if (result < 0)
			CHECK_ERR(&err, ERR_USAGE, table[i].message);
	}
	struct err err = { 0 };
	assert_int_equal(setting_check(SETTING_AUTH, "auth", "x", &err), -1);
	CHECK_TEXT(err.hint, "use one of basic, bearer, header", "hint");
	err_done(&err);
}

static void values(void **state)
{
	(void)state;
	CLEANUP(settings_done) struct settings settings = { 0 };
	assert_null(setting_text(&settings, SETTING_TIMEOUT));
	assert_false(setting_bool(&settings, SETTING_READ_ONLY));
	assert_true(setting_number(&settings, SETTING_TIMEOUT) == 0);
	assert_int_equal(setting_size(&settings, SETTING_MAX_REPLY), 0);
	setting_put(&settings, SETTING_TIMEOUT, "1.5", "--timeout");
	setting_put(&settings, SETTING_TIMEOUT, "2.5", "built-in");
	setting_put(&settings, SETTING_READ_ONLY, "1", "BANGOCTL_READ_ONLY");
	assert_true(setting_number(&settings, SETTING_TIMEOUT) == 2.5);
	CHECK_TEXT(settings.items[SETTING_TIMEOUT].origin, "built-in", "origin");
	assert_true(setting_bool(&settings, SETTING_READ_ONLY));
	static const struct {
		const char *text;
		size_t bytes;
	} sizes[] = { { "1", 1 },
		      { "1K", 1024 },
		      { "64M", 67108864 },
		      { "2g", 2147483648U },
		      { "1000", 1000 } };
	for (size_t i = 0; i < COUNT(sizes); i++) {
		setting_put(&settings, SETTING_MAX_REPLY, sizes[i].text, "test");
		CHECK(setting_size(&settings, SETTING_MAX_REPLY) == sizes[i].bytes, "%s\n",
		      sizes[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_settings),
		cmocka_unit_test(checks),
		cmocka_unit_test(values),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
