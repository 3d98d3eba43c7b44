/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/url.h"

#include "unit.h"

static void base_urls(void **state)
{
	(void)state;
	static const struct {
		const char *text, *host, *authority, *path;
		bool https, loopback;
	} cases[] = {
		{ "https://api.example.com", "api.example.com", "api.example.com", "", true,
		  false },
		{ "HTTPS://API.Example.COM/", "api.example.com", "api.example.com", "", true,
		  false },
		{ "http://h:8080/v1/x//", "h", "h:8080", "/v1/x", false, false },
		{ "http://h:0080", "h", "h:80", "", false, false },
		{ "https://h/a/../%41/:///b", "h", "h", "/a/../%41/:///b", true, false },
		{ "http://127.1.2.3", "127.1.2.3", "127.1.2.3", "", false, true },
		{ "http://LocalHost:1", "localhost", "localhost:1", "", false, true },
		{ "http://localhost.", "localhost.", "localhost.", "", false, false },
		{ "http://localhost.example.com", "localhost.example.com", "localhost.example.com",
		  "", false, false },
		{ "http://127.0.0.1.example.com", "127.0.0.1.example.com", "127.0.0.1.example.com",
		  "", false, false },
		{ "http://[::1]:1/x", "[::1]", "[::1]:1", "/x", false, true },
		{ "http://[0:0::0001]", "[::1]", "[::1]", "", false, true },
		{ "http://[FE80::1]", "[fe80::1]", "[fe80::1]", "", false, false },
		{ "https://m\xc3\xbcnchen.example", "m\xc3\xbcnchen.example",
		  "m\xc3\xbcnchen.example", "", true, false },
		{ "https://a_b-3scale", "a_b-3scale", "a_b-3scale", "", true, false },
		{ "https://10x", "10x", "10x", "", true, false },
	};
	struct err err = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_url url = { 0 };
		CHECK(http_url_parse(cases[i].text, &url, &err) == 0, "%s\n", cases[i].text);
		CHECK_TEXT(url.host, cases[i].host, cases[i].text);
		CHECK_TEXT(url.authority, cases[i].authority, cases[i].text);
		CHECK_TEXT(url.path, cases[i].path, cases[i].text);
		CHECK(url.https == cases[i].https && url.loopback == cases[i].loopback, "%s\n",
		      cases[i].text);
		http_url_done(&url);
	}
}

static void no_base_urls(void **state)
{
	(void)state;
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "", "is not a URL" },
		{ "example.com", "is not a URL" },
		{ "://h", "neither https:// nor http://" },
		{ "ftp://h", "neither https:// nor http://" },
		{ "http:/h", "is not a URL" },
		{ "http://", "is not a URL" },
		{ "http:///h", "is not a URL" },
		{ "http://:80", "is not a URL" },
		{ "http://h:", "is not a URL" },
		{ "http://h:0", "is not a URL" },
		{ "http://h:65536", "is not a URL" },
		{ "http://h:+8", "is not a URL" },
		{ "http://h:8x", "is not a URL" },
		{ "http://h /x", "is not a URL" },
		{ "http://h/x y", "is not a URL" },
		{ "http://h/\x7f", "is not a URL" },
		{ "http://h\\@other", "is not a URL" },
		{ "http://%6c", "is not a URL" },
		{ "http://a,b", "is not a URL" },
		{ "http://127.1", "is not a URL" },
		{ "http://0x7f000001", "is not a URL" },
		{ "http://2130706433", "is not a URL" },
		{ "http://0177.0.0.1", "is not a URL" },
		{ "http://127.0.0.1.", "is not a URL" },
		{ "http://1.2.3.256", "is not a URL" },
		{ "http://[::1", "is not a URL" },
		{ "http://[::g]", "is not a URL" },
		{ "http://[fe80::1%25eth0]", "is not a URL" },
		{ "http://[]", "is not a URL" },
		{ "http://u@h", "user name or password" },
		{ "http://u:p@h", "user name or password" },
		{ "http://h?x", "query or a fragment" },
		{ "http://h/x#y", "query or a fragment" },
	};
	struct err err = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_url url = { 0 };
		CHECK(http_url_parse(cases[i].text, &url, &err) < 0, "%s\n", cases[i].text);
		assert_null(url.host);
		assert_null(url.path);
		CHECK_ERR(&err, ERR_CONFIG, cases[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_urls),
		cmocka_unit_test(no_base_urls),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
