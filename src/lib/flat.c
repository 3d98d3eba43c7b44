/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/flat.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

void flat_member(struct buf *out, const char *name)
{
	char last = out->data[out->len - 1];
	if (last != '{' && last != '[')
		buf_add_char(out, ',');
	if (!name)
		return;
	flat_string(out, name);
	buf_add_char(out, ':');
}

void flat_open(struct buf *out, const char *name)
{
	if (name)
		flat_member(out, name);
	buf_add_char(out, '{');
}

void flat_close(struct buf *out)
{
	buf_add_char(out, '}');
}

/* The code point that the `len` bytes at `p` are if it would steer a terminal, so that another text
 * was seen than there is; 0 for others. */
static unsigned steering(const unsigned char *p, size_t len)
{
	if (len == 1)
		return *p < 0x20 || *p == 0x7F ? *p : 0;
	if (len == 2)
		return *p == 0xC2 && p[1] < 0xA0 ? p[1] : 0;
	if (*p != 0xE2 || p[1] > 0x81)
		return 0;
	unsigned c = 0x2000U | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
	bool direction = c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
			 (c >= 0x2066 && c <= 0x2069);
	return direction || c == 0x2028 || c == 0x2029 ? c : 0;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* How many bytes from `p` on stand as they are; eight at once, as long as that goes. */
static size_t plain_length(const unsigned char *p, const unsigned char *end)
{
	static const uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
	const unsigned char *start = p;
	for (uint64_t eight; end - p >= (ptrdiff_t)sizeof(eight); p += sizeof(eight)) {
		memcpy(&eight, p, sizeof(eight));
		uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
		/* a borrow or carry out of a byte only comes from one that is hit itself */
		uint64_t hits = (eight - ones * 0x20) | (eight + ones) | eight | (quote - ones) |
				(backslash - ones);
		if (hits & tops)
			break;
	}
	while (p < end && is_plain(*p))
		p++;
	return (size_t)(p - start);
}

/* Adds the character at `p`, as it is, escaped, or U+FFFD for a byte that is none; its length. */
static size_t add_character(struct buf *out, const unsigned char *p, const unsigned char *end)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	size_t len = *p < 0x80 ? 1 : text_utf8_length((const char *)p, (size_t)(end - p));
	const char *known = len == 1 && *p ? strchr(from, *p) : NULL;
	unsigned steers = len ? steering(p, len) : 0;
	if (!len)
		buf_add_str(out, "\xEF\xBF\xBD");
	else if (known)
		buf_add(out, (const char[]){ '\\', to[known - from] }, 2);
	else if (!*p || steers)
		buf_add_format(out, *p < 0x20 ? "\\u%04X" : "\\u%04x", steers);
	else
		buf_add(out, (const char *)p, len);
	return len ? len : 1;
}

void flat_bytes(struct buf *out, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;
	buf_reserve(out, len + 2);
	buf_add_char(out, '"');
	while (p < end) {
		size_t plain = plain_length(p, end);
		buf_add(out, (const char *)p, plain);
		p += plain;
		if (p < end)
			p += add_character(out, p, end);
	}
	buf_add_char(out, '"');
}

void flat_string(struct buf *out, const char *text)
{
	flat_bytes(out, text, strlen(text));
}

void flat_text(struct buf *out, const char *name, const char *text)
{
	if (!text) {
		flat_null(out, name);
		return;
	}
	flat_member(out, name);
	flat_string(out, text);
}

void flat_text_if(struct buf *out, const char *name, const char *text)
{
	if (text)
		flat_text(out, name, text);
}

void flat_integer(struct buf *out, const char *name, long long number)
{
	flat_member(out, name);
	buf_add_integer(out, number);
}

void flat_bool(struct buf *out, const char *name, bool truth)
{
	flat_member(out, name);
	buf_add_str(out, truth ? "true" : "false");
}

void flat_null(struct buf *out, const char *name)
{
	flat_member(out, name);
	buf_add(out, "null", 4);
}

void flat_time(struct buf *out, const char *name, long long instant)
{
	flat_member(out, name);
	buf_add_char(out, '"');
	clock_format(out, instant);
	buf_add_char(out, '"');
}
