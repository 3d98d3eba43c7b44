/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

void http_url_done(struct http_url *url)
{
	free(url->host);
	free(url->authority);
	free(url->path);
	*url = (struct http_url){ 0 };
}

/* An IPv6 address in brackets, which takes its shortest form. */
static bool read_ipv6(struct http_url *url)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];
	url->host[strlen(url->host) - 1] = '\0';
	if (inet_pton(AF_INET6, url->host + 1, &address) != 1)
		return false;
	free(url->host);
	url->host = buf_format("[%s]", inet_ntop(AF_INET6, &address, text, sizeof(text)));
	url->loopback = IN6_IS_ADDR_LOOPBACK(&address);
	return true;
}

/* Whether the last label is a number: then libcurl takes the host for an address, short, octal and
 * hexadecimal forms included. */
static bool ends_in_number(const char *host)
{
	size_t end = strlen(host);
	while (end && host[end - 1] == '.')
		end--;
	size_t start = end;
	while (start && host[start - 1] != '.')
		start--;
	bool hex = strncmp(host + start, "0x", 2) == 0;
	size_t skip = hex ? 2 : 0;
	return start + skip +
		       strspn(host + start + skip, hex ? "0123456789abcdef" : "0123456789") ==
	       end;
}

/* A name or an IPv4 address, of which only the usual form is taken. */
static bool read_name(struct http_url *url)
{
	struct in_addr address;
	for (const unsigned char *p = (const unsigned char *)url->host; *p; p++)
		if (*p < 0x80 && !isalnum(*p) && !strchr("-._", *p))
			return false;
	if (inet_pton(AF_INET, url->host, &address) == 1) {
		url->loopback = ntohl(address.s_addr) >> 24 == 127;
		return true;
	}
	url->loopback = strcmp(url->host, "localhost") == 0;
	return *url->host && !ends_in_number(url->host);
}

static bool read_host(struct http_url *url, const char *text, size_t len)
{
	url->host = mem_dup_len(text, len);
	for (char *p = url->host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return len > 1 && text[0] == '[' && text[len - 1] == ']' ? read_ipv6(url) : read_name(url);
}

/* HOST[:PORT] */
static bool read_authority(struct http_url *url, const char *text, size_t len)
{
	const char *colon = memrchr(text, ':', len), *bracket = memrchr(text, ']', len);
	if (!colon || (bracket && bracket > colon)) {
		if (!read_host(url, text, len))
			return false;
		url->authority = mem_dup(url->host);
		return true;
	}
	CLEAN_ERR struct err err = { 0 };
	CLEAN_FREE char *port = mem_dup_len(colon + 1, len - (size_t)(colon + 1 - text));
	long long number;
	if (!isdigit((unsigned char)*port) || text_integer(port, 1, 65535, &number, &err) < 0 ||
	    !read_host(url, text, (size_t)(colon - text)))
		return false;
	url->authority = buf_format("%s:%lld", url->host, number);
	return true;
}

static bool is_printable(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '\\')
			return false;
	return true;
}

static int parse(const char *text, struct http_url *url, struct err *err)
{
	const char *start = strstr(text, "://");
	if (!start || !is_printable(text))
		return err_set(err, ERR_CONFIG, "\"%s\" is not a URL", text);
	url->https = start - text == 5 && strncasecmp(text, "https", 5) == 0;
	if (!url->https && (start - text != 4 || strncasecmp(text, "http", 4) != 0))
		return err_set(err, ERR_CONFIG, "the URL begins with neither https:// nor http://");
	start += 3;
	size_t len = strcspn(start, "/?#");
	if (memchr(start, '@', len))
		return err_set(err, ERR_CONFIG, "the URL holds a user name or password");
	if (!read_authority(url, start, len))
		return err_set(err, ERR_CONFIG, "\"%s\" is not a URL", text);
	if (strpbrk(start, "?#"))
		return err_set(err, ERR_CONFIG, "the URL has a query or a fragment");
	url->path = mem_dup(start + len);
	len = strlen(url->path);
	while (len && url->path[len - 1] == '/')
		url->path[--len] = '\0';
	return 0;
}

int http_url_parse(const char *text, struct http_url *url, struct err *err)
{
	int result = parse(text, url, err);
	if (result < 0)
		http_url_done(url);
	return result;
}
