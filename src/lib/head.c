/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/head.h"

#include <stdbool.h>
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
