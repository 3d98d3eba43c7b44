/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/message.h"

#include <string.h>

#include "base/clock.h"

/* Buffers larger than this are not kept for the next reply. */
static const size_t kept_memory = 64 * 1024;

void http_reply_done(struct http_reply *reply)
{
	buf_done(&reply->body);
	buf_done(&reply->content_type);
	buf_done(&reply->location);
	buf_done(&reply->coding);
	*reply = (struct http_reply){ .retry_after = -1 };
}

void http_reply_clear(struct http_reply *reply)
{
	struct http_reply kept = { .body = reply->body,
				   .content_type = reply->content_type,
				   .location = reply->location,
				   .coding = reply->coding,
				   .retry_after = -1 };
	if (kept.body.capacity > kept_memory)
		buf_done(&kept.body);
	buf_clear(&kept.body);
	buf_clear(&kept.content_type);
	buf_clear(&kept.location);
	buf_clear(&kept.coding);
	*reply = kept;
}

long http_retry_after(const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;
	if (digits && !text[digits])
		return digits > 9 ? 999999999L : strtol(text, NULL, 10);
	long long date = clock_parse_http(text), now = clock_now();
	if (!date)
		return -1;
	return date > now ? (long)((date - now + 999) / 1000) : 0;
}

long long http_date(struct http_date *last, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	if (len == 0 || len >= sizeof(last->text))
		return clock_parse_http(text);
	if (strcmp(last->text, text) != 0) {
		memcpy(last->text, text, len + 1);
		last->instant = clock_parse_http(text);
	}
	return last->instant;
}

bool http_has_body(const struct http_request *request)
{
	return request->body || strcmp(request->method, "POST") == 0 ||
	       strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
}

bool http_is_plain(const struct http_request *request)
{
	return strncmp(request->url, "http:", 5) == 0;
}

void http_shape(struct buf *shape, const struct http_request *request,
		const struct http_options *options)
{
	const long numbers[] = { options->timeout_ms,	options->connect_timeout_ms,
				 options->certificate,	options->trace,
				 request->change,	request->loopback,
				 (long)request->auth,	request->body != NULL,
				 http_is_plain(request) };
	const char *const texts[] = { request->method, options->proxy, options->cacert,
				      options->cert, options->key };
	buf_clear(shape);
	buf_add(shape, (const char *)numbers, sizeof(numbers));
	for (size_t i = 0; i < COUNT(texts); i++) {
		buf_add_char(shape, texts[i] ? '=' : '-');
		if (texts[i])
			buf_add(shape, texts[i], strlen(texts[i]) + 1);
	}
}
