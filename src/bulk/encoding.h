/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the bytes of an input file mean: UTF-8 or Windows-1252, told or found out, block by block.
 *
 * Found out: bytes that are UTF-8 to the end are UTF-8. At the first byte that is not, all before
 * it was ASCII, then they are Windows-1252 from the first byte on; or it was not, then the file is
 * a mixture, which nobody may guess at. So is Windows-1252 in which a UTF-8 sequence turns up. What
 * begins with UTF-8's byte order mark is UTF-8.
 */
#ifndef BULK_ENCODING_H
#define BULK_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum bulk_encoding { BULK_ENCODING_AUTO, BULK_ENCODING_UTF_8, BULK_ENCODING_WINDOWS_1252 };

/* The names of --encoding, in the order of the enum: "auto", "utf-8", "windows-1252". */
const char *bulk_encoding_name(enum bulk_encoding encoding);

struct decoder {
	enum bulk_encoding encoding; /* as told; BULK_ENCODING_AUTO: to be found out */
	enum bulk_encoding found;    /* what the text so far is */
	bool begun;		     /* something was decoded */
	bool has_mark;		     /* the text began with a byte order mark, which is left out */
	bool has_sequences;	     /* a character that takes more than one byte was UTF-8 */
};

void decoder_init(struct decoder *decoder, enum bulk_encoding encoding);

/*
 * Moves the bytes from `raw` to the end of `out`, as UTF-8 without the byte order mark. Up to three
 * stay in `raw` to wait for those that follow, unless these are the `last` ones. -1 with ERR_USAGE
 * if a byte cannot be: what stands before it is in `out`, and nothing can be decoded any more.
 */
int decoder_move(struct decoder *decoder, struct buf *raw, bool last, struct buf *out,
		 struct err *err);

/* Whether these first bytes of a file are UTF-16's byte order mark. */
bool encoding_is_utf_16(const char *bytes, size_t len);

#endif
