/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

size_t text_utf8_length(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	if (len == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	size_t n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
		return 0;
	if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return n;
}

bool text_is_utf8(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint64_t eight;
		/* mostly it is ASCII, eight bytes of which are told at once */
		if (i + sizeof(eight) <= len &&
		    (memcpy(&eight, s + i, sizeof(eight)), !(eight & 0x8080808080808080U))) {
			i += sizeof(eight);
			continue;
		}
		if ((unsigned char)s[i] < 0x80) {
			i++;
			continue;
		}
		size_t n = text_utf8_length(s + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static uint32_t code_point(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	if (n == 1)
		return s[0];
	uint32_t c = s[0] & (0xFFU >> (n + 1));
	for (size_t i = 1; i < n; i++)
		c = (c << 6) | (s[i] & 0x3FU);
	return c;
}

static bool steers_terminal(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x2028 ||
	       c == 0x2029;
}

bool text_steers(const char *s, size_t n)
{
	return steers_terminal(code_point(s, n));
}

void text_escape(struct buf *out, const char *s, size_t len, bool keep_lines)
{
	for (size_t i = 0; i < len;) {
		size_t n = text_utf8_length(s + i, len - i);
		uint32_t c = n ? code_point(s + i, n) : (unsigned char)s[i];
		if (n && (!steers_terminal(c) || (keep_lines && (c == '\n' || c == '\t'))))
			buf_add(out, s + i, n);
		else if (n < 2)
			buf_add_format(out, "\\x%02x", (unsigned)c);
		else
			buf_add_format(out, "\\u%04x", (unsigned)c);
		i += n ? n : 1;
	}
}

size_t text_width(const char *s, size_t len)
{
	size_t width = 0;
	for (size_t i = 0; i < len;) {
		size_t n = text_utf8_length(s + i, len - i);
		uint32_t c = n ? code_point(s + i, n) : 0;
		if (!n || steers_terminal(c)) {
			width += n < 2 ? 4 : 6;
		} else if (n == 1) {
			width++;
		} else {
			int columns = wcwidth((wchar_t)c);
			width += columns > 0 ? (size_t)columns : 0;
		}
		i += n ? n : 1;
	}
	return width;
}

void text_hex(char *digits, const unsigned char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		*digits++ = hex[bytes[i] >> 4];
		*digits++ = hex[bytes[i] & 15];
	}
}

void text_percent_encode(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c < 0x80 && (isalnum(c) || strchr("-._~", c)) && c)
			buf_add_char(out, (char)c);
		else
			buf_add_format(out, "%%%02X", c);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int text_percent_decode(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%') {
			buf_add_char(out, s[i]);
			continue;
		}
		if (i + 2 >= len)
			return -1;
		int high = hex_digit(s[i + 1]), low = hex_digit(s[i + 2]);
		if (high < 0 || low < 0 || high + low == 0)
			return -1;
		buf_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return 0;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_base64(struct buf *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)s[i] << 16 | (left > 1 ? (uint32_t)s[i + 1] << 8 : 0) |
				(left > 2 ? s[i + 2] : 0);
		for (size_t j = 0; j < 4; j++)
			buf_add_char(out,
				     j <= left ? base64_digits[(bits >> (18 - 6 * j)) & 63] : '=');
	}
}

int text_base64_decode(struct buf *out, const char *s, size_t len)
{
	if (len % 4)
		return -1;
	for (int padding = 0; padding < 2 && len && s[len - 1] == '='; padding++)
		len--;
	uint32_t bits = 0;
	for (size_t i = 0; i < len; i++) {
		const char *digit = s[i] ? strchr(base64_digits, s[i]) : NULL;
		if (!digit)
			return -1;
		bits = bits << 6 | (uint32_t)(digit - base64_digits);
		if (i % 4)
			buf_add_char(out, (char)(unsigned char)(bits >> (6 - 2 * (i % 4))));
	}
	return len % 4 == 1 ? -1 : 0;
}

bool text_is_header_name(const char *name)
{
	static const char allowed[] =
		"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	return *name && name[strspn(name, allowed)] == '\0';
}

void text_kebab(struct buf *out, const char *name)
{
	for (size_t i = 0; name[i]; i++) {
		unsigned char c = (unsigned char)name[i];
		unsigned char before = i ? (unsigned char)name[i - 1] : 0;
		bool hump = isupper(c) && i &&
			    (islower(before) || isdigit(before) ||
			     (isupper(before) && islower((unsigned char)name[i + 1])));
		if (hump)
			buf_add_char(out, '-');
		if (isalnum(c) || c == '.' || c == '-')
			buf_add_char(out, (char)tolower(c));
		else
			buf_add_char(out, '-');
	}
}

void text_wrap(struct buf *out, const char *text, size_t indent, size_t width, bool hanging)
{
	size_t column = indent, margin = hanging ? 0 : indent;
	bool line_start = true;
	for (const char *p = text; *p;) {
		if (*p == '\n') {
			buf_add_char(out, '\n');
			column = margin = indent;
			line_start = true;
			p++;
			continue;
		}
		size_t blanks = strspn(p, " \t\r");
		p += blanks;
		size_t word = strcspn(p, " \t\r\n");
		if (!word)
			continue;
		size_t columns = text_width(p, word);
		if (!line_start && column + blanks + columns > width) {
			buf_add_char(out, '\n');
			column = margin = indent;
			blanks = 0;
		}
		buf_add_repeat(out, ' ', (long)(margin + blanks));
		text_escape(out, p, word, false);
		column += blanks + columns;
		margin = 0;
		line_start = false;
		p += word;
	}
}

int text_integer(const char *s, long long min, long long max, long long *value, struct err *err)
{
	char *end = NULL;
	errno = 0;
	long long number = strtoll(s, &end, 10);
	bool clean = *s && !isspace((unsigned char)*s) && *end == '\0' && errno == 0;
	if (!clean || number < min || number > max)
		return err_set(err, ERR_USAGE, "\"%s\" is not a whole number from %lld to %lld", s,
			       min, max);
	*value = number;
	return 0;
}

static size_t digits(const char *s, size_t len, size_t at)
{
	size_t n = 0;
	while (at + n < len && s[at + n] >= '0' && s[at + n] <= '9')
		n++;
	return n;
}

bool text_is_number(const char *s, size_t len)
{
	size_t i = len && s[0] == '-' ? 1 : 0;
	size_t whole = digits(s, len, i);
	if (whole == 0 || (whole > 1 && s[i] == '0'))
		return false;
	i += whole;
	if (i < len && s[i] == '.') {
		size_t fraction = digits(s, len, i + 1);
		if (!fraction)
			return false;
		i += 1 + fraction;
	}
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		size_t exponent = digits(s, len, i);
		if (!exponent)
			return false;
		i += exponent;
	}
	return i == len;
}

enum { LONGEST_GUESS = 64 };

/* The optimal string alignment distance: insert, delete, replace, swap neighbours. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST_GUESS + 1];
	size_t la = strlen(a), lb = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	memcpy(before, last, sizeof(rows[0]));
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = last[j - 1] + (tolower((unsigned char)a[i - 1]) !=
						     tolower((unsigned char)b[j - 1]));
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[lb];
}

void text_guess_try(struct text_guess *guess, const char *candidate)
{
	size_t a = strlen(guess->word), b = strlen(candidate);
	if (a > LONGEST_GUESS || b > LONGEST_GUESS)
		return;
	size_t limit = (a > b ? a : b) / 3;
	if (limit < 1)
		limit = 1;
	bool begins = a >= 3 && strncmp(guess->word, candidate, a) == 0;
	/* it is not less than the difference in length */
	if (!begins && (a > b ? a - b : b - a) > limit)
		return;
	size_t d = begins ? 1 : distance(guess->word, candidate);
	if (d > limit || (guess->best && d >= guess->distance))
		return;
	guess->best = candidate;
	guess->distance = d;
}

bool text_is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}
