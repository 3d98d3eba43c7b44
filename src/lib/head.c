/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/head.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void head_done(struct head *head)
{
	buf_done(&head->lines);
	head->count = 0;
}

void head_clear(struct head *head)
{
	buf_clear(&head->lines);
	head->count = 0;
}

void head_add(struct head *head, const char *name, const char *value)
{
	/* libcurl's form for a header without a value is a semicolon instead of the colon */
	const char *mark = !value ? ":" : *value ? ": " : ";";
	buf_add(&head->lines, name, strlen(name));
	buf_add(&head->lines, mark, strlen(mark));
	buf_add(&head->lines, value ? value : "", value ? strlen(value) + 1 : 1);
	head->count++;
}

static bool is_named(const char *name, const char *line, size_t len)
{
	return strlen(name) == len && strncasecmp(name, line, len) == 0;
}

static bool is_secret(const struct http_request *request, const char *line, size_t name_len)
{
	static const char *const secrets[] = { "Authorization", "Proxy-Authorization", "Cookie",
					       "Set-Cookie" };
	if (request->auth == HTTP_AUTH_HEADER && is_named(request->auth_name, line, name_len))
		return true;
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (is_named(secrets[i], line, name_len))
			return true;
	for (size_t i = 0; i < request->header_count; i++)
		if (request->headers[i].masked &&
		    is_named(request->headers[i].name, line, name_len))
			return true;
	return false;
}

void head_trace(const struct http_request *request, const struct http_options *options,
		char direction, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t length = end ? (size_t)(end - line) : len - at;
		at += length + 1;
		while (length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
			length--;
		const char *colon = memchr(line, ':', length);
		size_t name = colon ? (size_t)(colon - line) : 0;
		if (!colon || !is_secret(request, line, name)) {
			options->on_trace(options->context, direction, line, length);
			continue;
		}
		CLEAN_FREE char *masked = buf_format("%.*s: %s", (int)name, line, SECRET_MASK);
		options->on_trace(options->context, direction, masked, strlen(masked));
	}
}

/* The value of a header line: what stands behind the colon, without blanks round it. */
static char *value_of(const char *line, size_t len)
{
	const char *start = memchr(line, ':', len), *end = line + len;
	start = start ? start + 1 : end;
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	while (end > start && strchr(" \t\r\n", end[-1]))
		end--;
	return mem_dup_len(start, (size_t)(end - start));
}

enum field { LOCATION, CODING, DATE, RETRY_AFTER, PROXY_WAY, LENGTH, FIELD_COUNT };

static enum field field_of(const char *line, size_t len)
{
	static const char *const names[FIELD_COUNT] = {
		"Location",    "Content-Encoding",   "Date",
		"Retry-After", "Proxy-Authenticate", "Content-Length"
	};
	enum field field = LOCATION;
	while (field < FIELD_COUNT && !is_named(names[field], line, len))
		field++;
	return field;
}

static void note_length(struct head_reader *reader, const char *value)
{
	long long length = strtoll(value, NULL, 10);
	reader->two_lengths =
		reader->two_lengths || (reader->has_length && length != reader->length);
	reader->has_length = true;
	reader->length = length;
}

static void note(struct head_reader *reader, struct http_reply *reply, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	enum field field = field_of(line, colon ? (size_t)(colon - line) : 0);
	if (field == FIELD_COUNT)
		return;
	CLEAN_FREE char *value = value_of(line, len);
	switch (field) {
	case LOCATION:
		if (!reply->location.len)
			buf_add_str(&reply->location, value);
		break;
	case CODING:
		buf_clear(&reply->coding);
		buf_add_str(&reply->coding, value);
		break;
	case DATE:
		reply->date = http_date(reader->date, value);
		break;
	case RETRY_AFTER:
		reply->retry_after = http_retry_after(value);
		break;
	case PROXY_WAY:
		reader->proxy_asks = true;
		reader->proxy_basic = reader->proxy_basic || strncasecmp(value, "Basic", 5) == 0;
		break;
	case LENGTH:
		note_length(reader, value);
		break;
	case FIELD_COUNT:
		break;
	}
}

bool head_read(struct head_reader *reader, struct http_reply *reply, const char *line, size_t len)
{
	static const size_t most_bytes = 512 * 1024; /* libcurl itself takes 300 kB of a header */
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0) {
		*reader = (struct head_reader){ .date = reader->date, .open = true };
		buf_clear(&reply->location);
		buf_clear(&reply->coding);
		reply->date = 0;
		reply->retry_after = -1;
	} else if (len && (line[0] == '\r' || line[0] == '\n')) {
		reader->open = false;
	} else if (reader->open) {
		note(reader, reply, line, len);
	}
	reader->bytes += len;
	reader->too_large = reader->bytes > most_bytes;
	return !reader->too_large;
}
