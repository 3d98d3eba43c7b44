/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/scalar.h"

#include <string.h>

#include "base/text.h"

struct json *scalar_read(struct json_doc *doc, const char *text, size_t len)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	if (text_is_one_of(text, nulls))
		return json_new(doc, JSON_NULL);
	if (text_is_one_of(text, trues) || text_is_one_of(text, falses))
		return json_new_bool(doc, text_is_one_of(text, trues));
	return json_new_text(doc, text_is_number(text, len) ? JSON_NUMBER : JSON_STRING, text, len);
}

bool scalar_is_mark(const char *text, size_t len)
{
	return len >= 3 && (unsigned char)*text == 0xE2 && text_steers(text, 3);
}

bool scalar_needs_escapes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if ((c < 0x20 && c != '\n') || c == 0x7F ||
		    (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0) ||
		    scalar_is_mark(text + i, len - i) ||
		    (c == 0xEF && len - i >= 3 && memcmp(text + i, "\xEF\xBB\xBF", 3) == 0))
			return true;
	}
	return false;
}

bool scalar_is_plain_text(const char *text, size_t len)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no",
					     "on",   "off",  "y",     "n" };
	unsigned char c = len ? (unsigned char)*text : 0;
	bool begins = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80 ||
		      (c && strchr("/_$(", c));
	for (size_t i = 0; i < COUNT(words); i++)
		begins = begins && strcasecmp(text, words[i]) != 0;
	return begins;
}
