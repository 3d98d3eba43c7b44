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

/* The bytes from `p` on that stand in a JSON string as they are. */
static size_t plain_length(const unsigned char *p)
{
	/* those that may not; 0xC2 begins the C1 controls, and others */
	static const bool special[256] = {
		1, 1, 1, 1, 1, 1, 1, 1, 1,	   1,	       1,	   1,
		1, 1, 1, 1, 1, 1, 1, 1, 1,	   1,	       1,	   1,
		1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [0x7F] = 1, [0xC2] = 1,
	};
	const unsigned char *start = p;
	while (!special[*p] || (*p == 0xC2 && (p[1] < 0x80 || p[1] >= 0xA0)))
		p++;
	return (size_t)(p - start);
}

/* Adds the escape of what stands at `p`; its length in bytes. */
static size_t add_escape(struct buf *out, const unsigned char *p)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = strchr(from, *p);
	if (known) {
		const char escape[2] = { '\\', to[known - from] };
		buf_add(out, escape, sizeof(escape));
		return 1;
	}
	/* yajl's digits are large ones */
	buf_add_format(out, *p < 0x20 ? "\\u%04X" : "\\u%04x", *p == 0xC2 ? p[1] : *p);
	return *p == 0xC2 ? 2 : 1;
}

void flat_string(struct buf *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	buf_reserve(out, 64);
	buf_add_char(out, '"');
	for (;;) {
		size_t len = plain_length(p);
		buf_add(out, (const char *)p, len);
		p += len;
		if (!*p)
			break;
		p += add_escape(out, p);
	}
	buf_add_char(out, '"');
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
