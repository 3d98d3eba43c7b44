/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

static long long milliseconds(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

long long clock_now(void)
{
	return milliseconds(CLOCK_REALTIME);
}

long long clock_monotonic(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int clock_sleep(long long ms, const volatile sig_atomic_t *stop)
{
	long long end = clock_monotonic() + ms;
	for (;;) {
		if (stop && *stop)
			return -1;
		long long left = end - clock_monotonic();
		if (left <= 0)
			return 0;
		/* short steps: a signal that comes just before the sleep is seen soon all the same
		 */
		long long step = stop && left > 100 ? 100 : left;
		struct timespec pause = { .tv_sec = (time_t)(step / 1000),
					  .tv_nsec = (long)(step % 1000) * 1000000 };
		nanosleep(&pause, NULL);
	}
}

/* Reads exactly `count` digits at `*p`; -1 if there are fewer. */
static int read_digits(const char **p, int count)
{
	int value = 0;
	for (int i = 0; i < count; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool read_char(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return false;
	(*p)++;
	return true;
}

static bool read_date(const char **p, struct tm *tm)
{
	int year = read_digits(p, 4);
	if (year < 0 || !read_char(p, "-"))
		return false;
	int month = read_digits(p, 2);
	if (month < 1 || month > 12 || !read_char(p, "-"))
		return false;
	int day = read_digits(p, 2);
	if (day < 1)
		return false;
	*tm = (struct tm){ .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
	struct tm real = *tm;
	timegm(&real);
	return real.tm_mday == day && real.tm_mon == month - 1;
}

/* Reads `.fff…` as milliseconds, 0 where there is none. */
static int read_fraction(const char **p)
{
	if (!read_char(p, ".,"))
		return 0;
	int ms = 0, scale = 100;
	if (!isdigit((unsigned char)**p))
		return -1;
	for (; isdigit((unsigned char)**p); (*p)++, scale /= 10)
		ms += (**p - '0') * scale;
	return ms;
}

/* Reads `Z` or `±hh:mm` as minutes east of UTC. */
static bool read_zone(const char **p, int *minutes)
{
	*minutes = 0;
	if (read_char(p, "Zz"))
		return true;
	int sign = **p == '-' ? -1 : 1;
	if (!read_char(p, "+-"))
		return false;
	int hour = read_digits(p, 2);
	(void)read_char(p, ":");
	int minute = read_digits(p, 2);
	*minutes = sign * (hour * 60 + minute);
	return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
}

static bool read_time(const char **p, struct tm *tm, int *ms, int *zone)
{
	if (!read_char(p, "Tt "))
		return false;
	tm->tm_hour = read_digits(p, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !read_char(p, ":"))
		return false;
	tm->tm_min = read_digits(p, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59)
		return false;
	if (read_char(p, ":")) {
		tm->tm_sec = read_digits(p, 2);
		if (tm->tm_sec < 0 || tm->tm_sec > 59)
			return false;
		*ms = read_fraction(p);
	}
	return *ms >= 0 && read_zone(p, zone);
}

int clock_parse(const char *text, long long *instant, bool *date_only, struct err *err)
{
	const char *p = text;
	struct tm tm;
	int ms = 0, zone = 0;
	bool date = read_date(&p, &tm) && *p == '\0';
	if (!date) {
		p = text;
		if (!read_date(&p, &tm) || !read_time(&p, &tm, &ms, &zone) || *p)
			return err_set(
				err, ERR_USAGE,
				"\"%s\" is not a real date or time: use YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ",
				text);
	}
	*instant = ((long long)timegm(&tm) - zone * 60LL) * 1000 + ms;
	if (date_only)
		*date_only = date;
	return 0;
}

/* The usual form, `Sun, 22 Nov 2026 10:20:30 GMT`, which each reply bears; 0: it is another. */
static long long parse_usual(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	if (strlen(text) != 29 || strcmp(text + 25, " GMT") != 0 || text[3] != ',')
		return 0;
	char month[4] = { text[8], text[9], text[10], '\0' };
	const char *known = strstr(months, month), *p = text + 5;
	struct tm tm = { .tm_mday = read_digits(&p, 2) };
	p = text + 12;
	tm.tm_year = read_digits(&p, 4) - 1900;
	p = text + 17;
	tm.tm_hour = read_digits(&p, 2);
	p = text + 20;
	tm.tm_min = read_digits(&p, 2);
	p = text + 23;
	tm.tm_sec = read_digits(&p, 2);
	if (!known || (known - months) % 3 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_year < 70 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
	    tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60)
		return 0;
	tm.tm_mon = (int)(known - months) / 3;
	return (long long)timegm(&tm) * 1000;
}

long long clock_parse_http(const char *text)
{
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT",
					     "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y",
					     "%b %d %H:%M:%S %Y GMT" };
	long long usual = text ? parse_usual(text) : 0;
	if (usual)
		return usual;
	for (size_t i = 0; text && i < COUNT(forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);
		if (!end || *end)
			continue;
		time_t instant = timegm(&tm);
		return instant > 0 ? (long long)instant * 1000 : 0;
	}
	return 0;
}

/* Adds a number below 100 in two digits, after the character, if it is one. */
static void add_digits(struct buf *out, int number, char before)
{
	const char text[3] = { before, (char)('0' + number / 10), (char)('0' + number % 10) };
	buf_add(out, text + !before, sizeof(text) - !before);
}

void clock_format(struct buf *out, long long instant)
{
	time_t seconds = (time_t)(instant / 1000);
	int ms = (int)(instant % 1000);
	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	struct tm tm = { 0 };
	gmtime_r(&seconds, &tm);
	int year = tm.tm_year + 1900;
	if (year < 0 || year > 9999) {
		buf_add_format(out, "%04d", year);
	} else {
		add_digits(out, year / 100, '\0');
		add_digits(out, year % 100, '\0');
	}
	add_digits(out, tm.tm_mon + 1, '-');
	add_digits(out, tm.tm_mday, '-');
	add_digits(out, tm.tm_hour, 'T');
	add_digits(out, tm.tm_min, ':');
	add_digits(out, tm.tm_sec, ':');
	if (ms) {
		add_digits(out, ms / 10, '.');
		buf_add_char(out, (char)('0' + ms % 10));
	}
	buf_add_char(out, 'Z');
}
