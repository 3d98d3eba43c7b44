/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of HTTP by themselves: base URLs (whatever we accept, libcurl takes for the same scheme,
 * host, port and path), dates and Retry-After, and what a trace shows of a block of headers.
 *
 * The first byte says which: `u` a URL, `d` a date, else a block.
 */
#include "fuzz.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "lib/head.h"
#include "lib/url.h"

/* ---- base URLs ---- */

/* A part as libcurl has it; the caller frees it by curl_free. */
static char *part_of(CURLU *curl, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	return curl_url_get(curl, part, &text, flags) == CURLUE_OK ? text : NULL;
}

static void is_part(CURLU *curl, CURLUPart part, const char *wanted)
{
	char *text = part_of(curl, part, 0);
	must(text && strcasecmp(text, wanted) == 0);
	curl_free(text);
}

/* With a path behind it, as requests have. */
static void is_same_for_curl(const struct http_url *url, const char *text)
{
	CLEAN_FREE char *full = buf_format("%s://%s%s/v1/echo", url->https ? "https" : "http",
					   url->authority, url->path);
	CURLU *curl = curl_url(), *typed = curl_url();
	const char *port = strchr(url->authority + strlen(url->host), ':');
	must(curl_url_set(typed, CURLUPART_URL, text, 0) == CURLUE_OK);
	must(curl_url_set(curl, CURLUPART_URL, full, CURLU_PATH_AS_IS) == CURLUE_OK);
	is_part(curl, CURLUPART_SCHEME, url->https ? "https" : "http");
	is_part(curl, CURLUPART_HOST, url->host);
	is_part(typed, CURLUPART_HOST, url->host);
	char *path = part_of(curl, CURLUPART_PATH, 0), *number = part_of(curl, CURLUPART_PORT, 0);
	must(strncmp(path, url->path, strlen(url->path)) == 0);
	must(strcmp(path + strlen(url->path), "/v1/echo") == 0);
	must(port ? number && strcmp(number, port + 1) == 0 : !number);
	must(!part_of(curl, CURLUPART_USER, 0) && !part_of(curl, CURLUPART_QUERY, 0) &&
	     !part_of(curl, CURLUPART_FRAGMENT, 0));
	curl_free(path);
	curl_free(number);
	curl_url_cleanup(curl);
	curl_url_cleanup(typed);
}

static void read_url(const char *text)
{
	CLEANUP(http_url_done) struct http_url url = { 0 };
	CLEAN_ERR struct err err = { 0 };
	if (http_url_parse(text, &url, &err) < 0) {
		must(err.kind == ERR_CONFIG && *err.message && !url.host && !url.authority);
		return;
	}
	must(*url.host && strncmp(url.authority, url.host, strlen(url.host)) == 0);
	must(!*url.path || *url.path == '/');
	must(!*url.path || url.path[strlen(url.path) - 1] != '/');
	is_same_for_curl(&url, text);
}

/* ---- dates ---- */

static void read_date(const char *text)
{
	struct http_date last = { 0 };
	long long instant = clock_parse_http(text);
	long wait = http_retry_after(text);
	must(instant >= 0 && instant % 1000 == 0);
	must(http_date(&last, text) == instant && http_date(&last, text) == instant);
	must(http_date(&last, "Sun, 22 Nov 2026 10:20:30 GMT") == 1795342830000);
	must(wait >= -1);
	bool number = *text && !text[strspn(text, "0123456789")];
	must((wait >= 0) == (number || instant > 0));
	must(!number || strlen(text) > 9 || wait == strtol(text, NULL, 10));
	/* our own form of it is the same moment again */
	CLEAN_BUF struct buf iso = { 0 };
	CLEAN_ERR struct err err = { 0 };
	long long again = 0;
	clock_format(&iso, instant);
	if (iso.len == strlen("2026-11-22T10:20:30Z"))
		must(clock_parse(iso.data, &again, NULL, &err) == 0 && again == instant);
}

/* ---- traces ---- */

struct seen {
	const char *next; /* the rest of the block */
	size_t len;
	size_t lines;
};

static bool is_masked(const char *name, size_t len)
{
	static const char *const secrets[] = { "authorization", "proxy-authorization", "cookie",
					       "set-cookie", "x-api-key" };
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strlen(secrets[i]) == len && strncasecmp(secrets[i], name, len) == 0)
			return true;
	return false;
}

/* The next line of the block, without its end; a secret one has its name and the mask. */
static void take_line(void *context, char direction, const char *text, size_t len)
{
	struct seen *seen = context;
	const char *end = memchr(seen->next, '\n', seen->len);
	size_t used = end ? (size_t)(end - seen->next) + 1 : seen->len, plain = used;
	while (plain && (seen->next[plain - 1] == '\n' || seen->next[plain - 1] == '\r'))
		plain--;
	const char *colon = memchr(seen->next, ':', plain);
	size_t name = colon ? (size_t)(colon - seen->next) : 0;
	must(direction == '<' && !memchr(text, '\n', len));
	if (colon && is_masked(seen->next, name)) {
		must(len == name + 2 + strlen(SECRET_MASK));
		must(memcmp(text, seen->next, name) == 0);
		must(memcmp(text + name, ": " SECRET_MASK, len - name) == 0);
	} else {
		must(len == plain && memcmp(text, seen->next, len) == 0);
	}
	seen->next += used;
	seen->len -= used;
	seen->lines++;
}

static void read_block(const char *text, size_t len)
{
	struct seen seen = { text, len, 0 };
	const struct http_request request = { .auth = HTTP_AUTH_HEADER, .auth_name = "X-Api-Key" };
	const struct http_options options = { .on_trace = take_line, .context = &seen };
	head_trace(&request, &options, '<', text, len);
	must(seen.len == 0 && (seen.lines > 0) == (len > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_FREE char *text = mem_dup_len((const char *)data, size);
	if (size && text[0] == 'u')
		read_url(text + 1);
	else if (size && text[0] == 'd')
		read_date(text + 1);
	else
		read_block(text, size);
	return 0;
}
