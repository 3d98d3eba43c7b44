/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV (libcsv), RFC 4180. */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stddef.h>

#include "base/buf.h"

/* Adds one field, in quotes if it holds a quote, comma, line break or blank at an end, or begins
 * with a byte order mark. */
void csv_add_field(struct buf *out, const char *text, size_t len);

/* Adds the field of a row that has no other: an empty one is in quotes, for an empty line is no
 * row. */
void csv_add_only_field(struct buf *out, const char *text, size_t len);

/*
 * Reading: the caller hands over the text in pieces and gets a row at a time.
 *
 * Strict where RFC 4180 is: a quote stands at both ends of a field, and twice within. Fields are
 * kept as they are, blanks too. Lines with nothing in them are no rows. What the bytes mean, how
 * many fields there should be and how long a row may get is the caller's.
 */
struct csv_reader;

struct csv_field {
	const char *text; /* NUL-terminated; may hold NULs */
	size_t len;
};

/* A row, or what was read of one: all is borrowed until the next call. */
struct csv_row {
	struct csv_field *fields; /* the first CSV_MAX_FIELDS of them; set when the row is whole */
	size_t count;		  /* of all fields */
	size_t bytes;		  /* that the row has taken up so far */
	long long line;		  /* where it begins; 0: nothing of a row was read */
	long long field_line;	  /* where the last field, perhaps unfinished, begins */
};

enum { CSV_MAX_FIELDS = 1024 };

enum csv_step { CSV_STEP_MORE, CSV_STEP_ROW, CSV_STEP_FAULT };

struct csv_reader *csv_reader_new(void);
void csv_reader_free(struct csv_reader *reader);

/*
 * Reads bytes of line `line` that hold at most one line end (LF, CRLF or CR), and this at their
 * end. CSV_STEP_ROW: that ended a row. CSV_STEP_FAULT: a quote stands where none may, the row says
 * which field; nothing can be read after that.
 */
enum csv_step csv_reader_feed(struct csv_reader *reader, const char *bytes, size_t len,
			      long long line);

/* The end of the text: CSV_STEP_ROW if the last row had no line end, CSV_STEP_FAULT if the quote
 * that begins the last field is not closed. */
enum csv_step csv_reader_end(struct csv_reader *reader);

const struct csv_row *csv_reader_row(const struct csv_reader *reader);

/* Whether the field that is being read began with a quote. */
int csv_reader_is_quoted(const struct csv_reader *reader);

#endif
