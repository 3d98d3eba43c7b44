/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/head.h"

#include "unit.h"

/* Reads lines that end with CR LF; false: one was too many. */
static bool read_lines(struct head_reader *reader, struct http_reply *reply, const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		if (!head_read(reader, reply, text, (size_t)(end + 1 - text)))
			return false;
	return true;
}

static void tells(void **state)
{
	(void)state;
	struct http_date date = { 0 };
	struct head_reader reader = { .date = &date };
	struct http_reply reply = { .retry_after = -1 };
	assert_true(read_lines(&reader, &reply,
			       "HTTP/1.1 302 Found\r\nLocation:  /a \r\nretry-after: 7\r\n"
			       "Content-Encoding:gzip\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_true(reader.open);
	assert_true(read_lines(&reader, &reply, "\r\n"));
	assert_false(reader.open);
	CHECK_TEXT(buf_str(&reply.location), "/a", "location");
	CHECK_TEXT(buf_str(&reply.coding), "gzip", "coding");
	assert_int_equal(reply.retry_after, 7);
	assert_int_equal(reply.date, 784111777000);
	http_reply_done(&reply);
}

static void interim_replies_and_trailers_tell_nothing(void **state)
{
	(void)state;
	struct http_date date = { 0 };
	struct head_reader reader = { .date = &date };
	struct http_reply reply = { .retry_after = -1 };
	assert_true(read_lines(&reader, &reply,
			       "HTTP/1.1 103 Hints\r\nLocation: /a\r\nRetry-After: 7\r\n"
			       "Content-Length: 5\r\n\r\n"
			       "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
			       "Location: /b\r\nContent-Length: 8\r\nRetry-After: 8\r\n"));
	CHECK_TEXT(buf_str(&reply.location), "", "location");
	assert_int_equal(reply.retry_after, -1);
	assert_false(reader.two_lengths);
	assert_false(reader.open);
	http_reply_done(&reply);
}

static void two_lengths(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		bool two;
	} cases[] = {
		{ "Content-Length: 9\r\n", false },
		{ "Content-Length: 9\r\ncontent-length: 9\r\n", false },
		{ "Content-Length: 9\r\nContent-Length: 09\r\n", false },
		{ "Content-Length: 9\r\nContent-Length: 8\r\n", true },
		{ "Content-Length: 0\r\nContent-Length: 9\r\nContent-Length: 9\r\n", true },
		{ "Content-Lengths: 0\r\nContent-Length: 9\r\nno colon\r\n", false },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct head_reader reader = { 0 };
		struct http_reply reply = { 0 };
		read_lines(&reader, &reply, "HTTP/1.1 200 OK\r\n");
		read_lines(&reader, &reply, cases[i].lines);
		CHECK(reader.two_lengths == cases[i].two, "%s\n", cases[i].lines);
		http_reply_done(&reply);
	}
}

static void cap(void **state)
{
	(void)state;
	struct head_reader reader = { 0 };
	struct http_reply reply = { 0 };
	size_t lines = 0;
	read_lines(&reader, &reply, "HTTP/1.1 200 OK\r\n\r\n");
	while (lines < 1000000 && head_read(&reader, &reply, "X: y\r\n", 6))
		lines++;
	assert_in_range(lines, 50000, 100000);
	assert_true(reader.too_large);
	http_reply_done(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		cmocka_unit_test(interim_replies_and_trailers_tell_nothing),
		cmocka_unit_test(two_lengths),
		cmocka_unit_test(cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
