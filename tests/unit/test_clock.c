/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/clock.h"

static const struct {
	const char *text;
	const char *shown; /* by clock_format */
	bool date_only;
} good[] = {
	{ "1970-01-01", "1970-01-01T00:00:00Z", true },
	{ "2026-02-28", "2026-02-28T00:00:00Z", true },
	{ "2024-02-29", "2024-02-29T00:00:00Z", true },
	{ "2000-02-29", "2000-02-29T00:00:00Z", true },
	{ "1969-12-31", "1969-12-31T00:00:00Z", true },
	{ "9999-12-31", "9999-12-31T00:00:00Z", true },
	{ "2026-11-22T10:20:30Z", "2026-11-22T10:20:30Z", false },
	{ "2026-11-22T10:20:30+02:00", "2026-11-22T08:20:30Z", false },
	{ "2026-11-22T10:20:30-05:30", "2026-11-22T15:50:30Z", false },
	{ "2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z", false },
	{ "2024-02-29T23:59:59-00:01", "2024-03-01T00:00:59Z", false },
	{ "2026-11-22T10:20:30.123Z", "2026-11-22T10:20:30.123Z", false },
	{ "2026-11-22T10:20:30.5Z", "2026-11-22T10:20:30.500Z", false },
	{ "2026-11-22T10:20:30.000Z", "2026-11-22T10:20:30Z", false },
	{ "2026-11-22T10:20:30.1239999Z", "2026-11-22T10:20:30.123Z", false },
	{ "2026-11-22T10:20:30.007+00:00", "2026-11-22T10:20:30.007Z", false },
	{ "1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z", false },
};

static void real_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BUF struct buf out = { 0 };
		long long instant = 0, again = 0;
		bool date_only = !good[i].date_only;
		CHECK(clock_parse(good[i].text, &instant, &date_only, &err) == 0, "%s\n",
		      good[i].text);
		clock_format(&out, instant);
		CHECK_TEXT(out.data, good[i].shown, good[i].text);
		CHECK(date_only == good[i].date_only, "%s\n", good[i].text);
		assert_int_equal(clock_parse(out.data, &again, NULL, &err), 0);
		CHECK(again == instant, "%s does not come back\n", good[i].text);
	}
	CLEAN_ERR struct err err = { 0 };
	long long instant = 0;
	assert_int_equal(clock_parse("2001-09-09T01:46:40Z", &instant, NULL, &err), 0);
	assert_true(instant == 1000000000000LL);
}

static void no_real_ones(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"x",
		"2026",
		"2026-11",
		"2026-02-30",
		"2025-02-29",
		"1900-02-29",
		"2026-04-31",
		"2026-13-01",
		"2026-00-10",
		"2026-01-00",
		"2026-01-32",
		"26-01-01",
		"2026-1-1",
		"2026/01/01",
		" 2026-01-01",
		"2026-01-01 ",
		"2026-01-01x",
		"+2026-01-01",
		"-2026-01-01",
		"2026-01-01T10:20:30",
		"2026-01-01T24:00:00Z",
		"2026-01-01T10:60:00Z",
		"2026-01-01T10:20:60Z",
		"2026-01-01T10:20:30.Z",
		"2026-01-01T10:20:30+24:00",
		"2026-01-01T10:20:30+01:60",
		"2026-01-01T10:20:30+1:00",
		"2026-01-01T10:20:30+",
		"2026-01-01T10:20:30ZZ",
		"2026-01-01T10Z",
		"2026-01-01TZ",
		"2026-02-30T10:20:30Z",
		"2026-01-01T10:20.5Z",
		"2026-01-01Z",
		"2026-01-01T1:20:30Z",
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err err = { 0 };
		long long instant = 4711;
		CHECK(clock_parse(bad[i], &instant, NULL, &err) == -1, "<%s> is taken\n", bad[i]);
		CHECK(instant == 4711, "<%s> wrote a result\n", bad[i]);
		CHECK_ERR(&err, ERR_USAGE, "is not a real date or time");
	}
}

static void every_day(void **state)
{
	(void)state;
	/* 400 years are a whole number of weeks and of days: no day is left out or comes twice */
	CLEAN_ERR struct err err = { 0 };
	long long before = 0;
	int days = 0;
	assert_int_equal(clock_parse("1999-12-31", &before, NULL, &err), 0);
	for (int year = 2000; year < 2400; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= 31; day++) {
				CLEAN_FREE char *text =
					buf_format("%04d-%02d-%02d", year, month, day);
				long long instant = 0;
				CLEAN_ERR struct err fault = { 0 };
				if (clock_parse(text, &instant, NULL, &fault) < 0)
					continue;
				CHECK(instant == before + 86400000LL, "%s\n", text);
				before = instant;
				days++;
			}
	assert_int_equal(days, 146097);
}

static void sleeping(void **state)
{
	(void)state;
	volatile sig_atomic_t stop = 1;
	long long start = clock_monotonic();
	assert_int_equal(clock_sleep(60000, &stop), -1);
	assert_true(clock_monotonic() - start < 30000);
	stop = 0;
	start = clock_monotonic();
	assert_int_equal(clock_sleep(20, &stop), 0);
	assert_true(clock_monotonic() - start >= 20);
	assert_int_equal(clock_sleep(0, NULL), 0);
	assert_int_equal(clock_sleep(-5, NULL), 0);
	assert_true(clock_now() > 1700000000000LL);
}

static void dates_of_http(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		long long instant;
	} cases[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777000 },
		{ "Sun Nov  6 08:49:37 1994", 784111777000 },
		{ "Nov  6 08:49:37 1994 GMT", 784111777000 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT and more", 0 },
		{ "Sun, 06 Nov 1994 08:49:37", 0 },
		{ "Mon, 01 Jan 1900 00:00:00 GMT", 0 },
		{ "1994-11-06T08:49:37Z", 0 },
		{ "soon", 0 },
		{ "", 0 },
		{ NULL, 0 },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(clock_parse_http(cases[i].text) == cases[i].instant, "case <%s>\n",
		      cases[i].text ? cases[i].text : "(null)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_ones),	 cmocka_unit_test(no_real_ones),
		cmocka_unit_test(every_day),	 cmocka_unit_test(sleeping),
		cmocka_unit_test(dates_of_http),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
