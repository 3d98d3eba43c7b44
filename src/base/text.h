/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text: UTF-8, what a terminal may see, encodings of the web, names, numbers, and did-you-mean.
 * Needs the process's LC_CTYPE to be a UTF-8 one for widths; everything else knows no locale.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The length in bytes of the well-formed UTF-8 sequence (RFC 3629) at `s`, or 0 if there is none.
 */
size_t text_utf8_length(const char *s, size_t len);

/* Whether `len` bytes are well-formed UTF-8: no overlong forms, surrogates or values over U+10FFFF.
 */
bool text_is_utf8(const char *s, size_t len);

/* Whether the character, well-formed UTF-8 of `n` bytes, could steer a terminal. */
bool text_steers(const char *s, size_t n);

/* The number of terminal columns that the bytes take once escaped by `text_escape`. */
size_t text_width(const char *s, size_t len);

/*
 * Adds the bytes with everything that could steer a terminal made visible: control characters, DEL
 * and broken bytes as \xNN, the C1 controls and the bidirectional overrides as \uNNNN. Newlines and
 * tabs too, unless `keep_lines`.
 */
void text_escape(struct buf *out, const char *s, size_t len, bool keep_lines);

/* Writes the bytes as `2 * len` small hex digits, without a NUL. */
void text_hex(char *digits, const unsigned char *bytes, size_t len);

/* Adds the bytes percent-encoded: all but RFC 3986's unreserved characters. */
void text_percent_encode(struct buf *out, const char *s, size_t len);

/* Adds the bytes percent-decoded; -1 for a bad escape or an encoded NUL. */
int text_percent_decode(struct buf *out, const char *s, size_t len);

/* Adds the bytes in Base64 (RFC 4648, with padding). */
void text_base64(struct buf *out, const char *s, size_t len);

/* Decodes Base64; -1 if it is none. */
int text_base64_decode(struct buf *out, const char *s, size_t len);

/* Whether an HTTP header can have this name (RFC 9110, 5.6.2). */
bool text_is_header_name(const char *name);

/* Adds a wire name as an option's: productKey → product-key, X-Tenant → x-tenant, a.b → a.b. */
void text_kebab(struct buf *out, const char *name);

/* Adds `text`, escaped, broken at blanks into lines of at most `width` columns, each begun with
 * `indent` blanks; newlines in the text stay, tabs and returns count as blanks, blanks at a line's
 * end go. The first line's indent is left out if `hanging`. */
void text_wrap(struct buf *out, const char *text, size_t indent, size_t width, bool hanging);

/*
 * A decimal integer with an optional sign, checked for range and end.
 * On failure a message of the form `"X" is not a whole number from MIN to MAX`, kind ERR_USAGE.
 */
int text_integer(const char *s, long long min, long long max, long long *value, struct err *err);

/* Whether the text is one JSON number (RFC 8259, 6). */
bool text_is_number(const char *s, size_t len);

/* The nearest of the names tried, for did-you-mean; start with `{ .word = … }`. */
struct text_guess {
	const char *word;
	const char *best; /* NULL: nothing is near enough */
	size_t distance;
};

void text_guess_try(struct text_guess *guess, const char *candidate);

/* Whether the text is one of the words, behind the last of which stands NULL. */
bool text_is_one_of(const char *text, const char *const *words);

#endif
