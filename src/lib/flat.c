/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/flat.h"

#include <string.h>

#include "base/clock.h"

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

/* Those that may not stand in a string as they are; 0xC2 begins the C1 controls, 0xE2 the marks of
 * direction, and both others. */
static const bool special[256] = {
	1, 1, 1, 1, 1, 1, 1,	     1,		 1,	     1,		 1,	     1, 1,
	1, 1, 1, 1, 1, 1, 1,	     1,		 1,	     1,		 1,	     1, 1,
	1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [0x7F] = 1, [0xC2] = 1, [0xE2] = 1,
};

/* The code point at `p` if it would steer a terminal, so that another text was seen than there is;
 * 0 for others. `len` receives its bytes. */
static unsigned steering(const unsigned char *p, const unsigned char *end, size_t *len)
{
	*len = 1;
	if (*p < 0x80)
		return *p;
	if (*p == 0xC2) {
		*len = 2;
		return p + 1 < end && p[1] >= 0x80 && p[1] < 0xA0 ? p[1] : 0;
	}
	if (*p != 0xE2 || p + 2 >= end || p[1] > 0x81)
		return 0;
	*len = 3;
	unsigned c = 0x2000U | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
	bool direction = c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
			 (c >= 0x2066 && c <= 0x2069);
	return direction || c == 0x2028 || c == 0x2029 ? c : 0;
}

/* Adds the escape of what stands at `p`; its length in bytes. */
static size_t add_escape(struct buf *out, const unsigned char *p, const unsigned char *end)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = *p ? strchr(from, *p) : NULL;
	size_t len = 1;
	if (known) {
		const char escape[2] = { '\\', to[known - from] };
		buf_add(out, escape, sizeof(escape));
		return 1;
	}
	unsigned c = *p ? steering(p, end, &len) : 0;
	buf_add_format(out, c < 0x20 ? "\\u%04X" : "\\u%04x", c);
	return len;
}

/* How many bytes from `p` on stand in a string as they are. */
static size_t plain_length(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *start = p;
	size_t len;
	while (p < end && (!special[*p] || (*p >= 0x80 && !steering(p, end, &len))))
		p++;
	return (size_t)(p - start);
}

void flat_bytes(struct buf *out, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;
	buf_reserve(out, len + 2);
	buf_add_char(out, '"');
	for (;;) {
		size_t plain = plain_length(p, end);
		buf_add(out, (const char *)p, plain);
		p += plain;
		if (p == end)
			break;
		p += add_escape(out, p, end);
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
