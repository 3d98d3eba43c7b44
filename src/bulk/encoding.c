/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

const char *bulk_encoding_name(enum bulk_encoding encoding)
{
	static const char *const names[] = { "auto", "utf-8", "windows-1252" };
	return names[encoding];
}

/* 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); five of them are none:
 * the web takes these for control characters, but here they mean that the guess is wrong. */
static const char *const specials[32] = {
	"€",  NULL, "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", NULL, "Ž", NULL,
	NULL, "‘",  "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", NULL, "ž", "Ÿ",
};

void decoder_init(struct decoder *decoder, enum bulk_encoding encoding)
{
	*decoder = (struct decoder){
		.encoding = encoding,
		.found = encoding == BULK_ENCODING_AUTO ? BULK_ENCODING_UTF_8 : encoding,
	};
}

bool encoding_is_utf_16(const char *bytes, size_t len)
{
	return len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
}

/* How many bytes from the first on are ASCII and no NUL. */
static size_t plain_run(const char *s, size_t len)
{
	const uint64_t high = 0x8080808080808080U, low = 0x0101010101010101U;
	size_t i = 0;
	for (uint64_t eight; i + sizeof(eight) <= len; i += sizeof(eight)) {
		memcpy(&eight, s + i, sizeof(eight));
		/* taking 1 from each byte sets a high bit if any of them is 0 */
		if ((eight | (eight - low)) & high)
			break;
	}
	while (i < len && (signed char)s[i] > 0)
		i++;
	return i;
}

/* "byte 0xNN WHY", or WHY alone for a byte that is UTF-8 where it may not. */
static int broken(const struct decoder *decoder, const char *byte, const char *why, struct err *err)
{
	if (byte)
		err_set(err, ERR_USAGE, "byte 0x%02x %s", (unsigned char)*byte, why);
	else
		err_set(err, ERR_USAGE, "%s", why);
	if (decoder->encoding == BULK_ENCODING_AUTO)
		err_hint(err, "save the file as UTF-8, or name its encoding with --encoding");
	return -1;
}

static const char *why_not_utf_8(const struct decoder *decoder)
{
	if (decoder->encoding == BULK_ENCODING_UTF_8)
		return "is not UTF-8";
	return decoder->has_mark ? "is not UTF-8, which the file's byte order mark promises"
				 : "is not UTF-8, but text before it is";
}

static int add_windows_1252(struct decoder *decoder, const char *bytes, struct buf *out,
			    struct err *err)
{
	unsigned char byte = (unsigned char)bytes[0];
	if (byte < 0xA0) {
		const char *special = specials[byte - 0x80];
		if (!special)
			return broken(decoder, bytes,
				      decoder->encoding == BULK_ENCODING_AUTO
					      ? "is neither UTF-8 nor Windows-1252"
					      : "is not Windows-1252",
				      err);
		buf_add_str(out, special);
		return 1;
	}
	buf_add_char(out, (char)(unsigned char)(0xC0 | byte >> 6));
	buf_add_char(out, (char)(unsigned char)(0x80 | (byte & 0x3F)));
	return 1;
}

/* Adds the character that begins with a byte over 0x7F; `n` is its length if it is UTF-8, else 0.
 * Returns how many bytes it is, or -1. */
static int add_character(struct decoder *decoder, const char *bytes, size_t n, struct buf *out,
			 struct err *err)
{
	bool told = decoder->encoding != BULK_ENCODING_AUTO;
	if (!decoder->begun && n == 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		if (decoder->found == BULK_ENCODING_WINDOWS_1252)
			return broken(decoder, NULL,
				      "a byte order mark of UTF-8: this is not Windows-1252", err);
		decoder->has_mark = true;
		return 3;
	}
	if (decoder->found == BULK_ENCODING_UTF_8 && n) {
		decoder->has_sequences = true;
		buf_add(out, bytes, n);
		return (int)n;
	}
	if (!told && n)
		return broken(decoder, NULL, "this is UTF-8, but text before it is Windows-1252",
			      err);
	if (!told && !decoder->has_mark && !decoder->has_sequences)
		decoder->found = BULK_ENCODING_WINDOWS_1252;
	if (decoder->found == BULK_ENCODING_WINDOWS_1252)
		return add_windows_1252(decoder, bytes, out, err);
	return broken(decoder, bytes, why_not_utf_8(decoder), err);
}

int decoder_move(struct decoder *decoder, struct buf *raw, bool last, struct buf *out,
		 struct err *err)
{
	enum { LONGEST = 4 };
	size_t at = 0;
	while (at < raw->len) {
		const char *bytes = raw->data + at;
		size_t left = raw->len - at;
		size_t plain = plain_run(bytes, left);
		size_t sequence = plain ? 0 : text_utf8_length(bytes, left);
		if (*bytes == '\0')
			return err_set(err, ERR_USAGE, "a NUL byte: this is no text file");
		if (!plain && !sequence && !last && left < LONGEST)
			break;
		int taken = 0;
		if (plain)
			buf_add(out, bytes, plain);
		else if ((taken = add_character(decoder, bytes, sequence, out, err)) < 0)
			return -1;
		decoder->begun = true;
		at += plain + (size_t)taken;
	}
	memmove(raw->data, raw->data + at, raw->len - at);
	buf_truncate(raw, raw->len - at);
	return 0;
}
