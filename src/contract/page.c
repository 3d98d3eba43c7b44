/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/page.h"

#include <string.h>
#include <strings.h>

/* How far into a file a browser's own lines may stand before the page begins. */
enum { MAX_PREFACE = 8192 };

/* The first of the rows whose mark stands in the page. */
static const struct {
	const char *mark, *name, *hint;
} makers[] = {
	{ "__redoc_state", "a Redoc page",
	  "it holds the document: save the value of \"spec.data\" in its line \"__redoc_state = {…}\" as a .json file, or take the page's link \"Download\"" },
	{ "redoc", "a Redoc page",
	  "take the document itself: the link \"Download\" at the top of the page, or the address in spec-url" },
	{ "swagger-ui", "a Swagger UI page",
	  "take the document itself: the link under the title, such as /openapi.yaml, /swagger.json or /v3/api-docs" },
	{ "swaggerui", "a Swagger UI page",
	  "take the document itself: the link under the title, such as /openapi.yaml, /swagger.json or /v3/api-docs" },
	{ "", "an HTML page",
	  "on the page look for a link \"Download\" or for a file that ends in .yaml or .json" },
};

/* Where the word, in letters of either case, first stands; NULL if nowhere. */
static const char *find(const char *text, size_t len, const char *word)
{
	size_t size = strlen(word);
	for (size_t i = 0; i + size <= len; i++)
		if (strncasecmp(text + i, word, size) == 0)
			return text + i;
	return NULL;
}

static bool begins_line(const char *text, const char *place)
{
	while (place > text && (place[-1] == ' ' || place[-1] == '\t'))
		place--;
	return place == text || place[-1] == '\n' || place[-1] == '\r';
}

/* No document in YAML or JSON begins with a tag. */
static bool begins_with_tag(const char *text, size_t len)
{
	size_t i = 0;
	while (i < len && text[i] && strchr(" \t\r\n", text[i]))
		i++;
	return i + 1 < len && text[i] == '<' && text[i + 1] != '<';
}

/* Whether a document has begun: its descriptions may quote a page. */
static bool is_document(const char *text, size_t len)
{
	return find(text, len, "openapi:") || find(text, len, "swagger:") ||
	       find(text, len, "\"openapi\"") || find(text, len, "\"swagger\"");
}

static bool is_page(const char *text, size_t len)
{
	static const char *const starts[] = { "<!doctype html", "<html" };
	if (begins_with_tag(text, len))
		return true;
	size_t preface = len < MAX_PREFACE ? len : MAX_PREFACE;
	for (size_t i = 0; i < COUNT(starts); i++) {
		const char *place = find(text, preface, starts[i]);
		if (place && begins_line(text, place) && !is_document(text, (size_t)(place - text)))
			return true;
	}
	return false;
}

bool page_refused(const char *text, size_t len, struct err *err)
{
	size_t i = 0;
	if (!is_page(text, len))
		return false;
	while (!find(text, len, makers[i].mark))
		i++;
	err_set(err, ERR_CONFIG, "it is %s, not an OpenAPI document", makers[i].name);
	err_hint(err, "%s", makers[i].hint);
	return true;
}
