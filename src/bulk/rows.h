/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The input of a bulk job as rows: CSV (RFC 4180, with a header) or NDJSON, read as a stream. Knows
 * no command: what a field's name means is the caller's.
 *
 * Memory does not grow with the input: a row has at most BULK_MAX_ROW bytes and BULK_MAX_FIELDS
 * fields. Lines with nothing in them are no rows, but count as lines. Faults are ERR_USAGE.
 */
#ifndef BULK_ROWS_H
#define BULK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"
#include "bulk/encoding.h"
#include "bulk/fields.h"

/* AUTO: by the end of the name (.csv; .ndjson, .jsonl, .json), else NDJSON if the first byte that
 * is no blank is a bracket, else CSV. */
enum bulk_format { BULK_FORMAT_AUTO, BULK_FORMAT_CSV, BULK_FORMAT_NDJSON };

/* The names of --format, in the order of the enum: "auto", "csv", "ndjson". */
const char *bulk_format_name(enum bulk_format format);

enum { BULK_MAX_ROW = 1 << 20 };

/* A row, borrowed until the next one is read. */
struct bulk_row {
	long long number; /* from 1; the header is none. 0 in a fault: it is of no row */
	long long line;	  /* where it begins, from 1. 0 in a fault: it is of no line */
	const struct bulk_field *fields; /* CSV: one for each column in order, empty cells not
					    given; NDJSON: as fields.h says */
	size_t count;
};

/* All 0: found out, found out, the usual number, the path. */
struct bulk_input_options {
	enum bulk_format format;
	enum bulk_encoding encoding;
	size_t block;	  /* how many bytes are read at once */
	const char *name; /* what messages call the input */
};

struct bulk_input;

/* Whether what is there can be read only once (`-`, a pipe, a device). Such an input has to be
 * copied with file_spool first, for each row is read twice. */
bool bulk_input_is_stream(const char *path);

/* Opens a regular file and reads the header of CSV. Messages name it. */
int bulk_input_open(struct bulk_input **input, const char *path,
		    const struct bulk_input_options *options, struct err *err);
void bulk_input_close(struct bulk_input *input);
void bulk_input_closep(struct bulk_input **input);

#define CLEAN_BULK_INPUT CLEANUP(bulk_input_closep)

/*
 * The next row: 1; after the last one: 0. -1: a fault, whose message begins with "row N (line L): "
 * or "line L: " and does not name the file; `row` tells number and line too, and has no fields.
 *
 * After a fault of one row (the wrong number of fields, a line that is no JSON object) the next one
 * can be read. After a fault of the file `bulk_input_is_broken`: a quote that is not closed or
 * stands in the wrong place (the line is that of the quote), a row that is too long, a byte that
 * cannot be, a file that was changed since it was opened, or has no rows at all.
 */
int bulk_input_next(struct bulk_input *input, struct bulk_row *row, struct err *err);

/* Whether the last fault was one of the file: until the input is rewound there is no next row. */
bool bulk_input_is_broken(const struct bulk_input *input);

/* Puts "row N (line L): " before the message, as bulk_input_next does; returns -1. */
int bulk_row_wrap(const struct bulk_row *row, struct err *err);

/* Before the first row again. A file that is not what it was when it was opened is a fault of
 * bulk_input_next; so is one that has other bytes at the second time, once they are all read. */
int bulk_input_rewind(struct bulk_input *input, struct err *err);

/* The names of the columns as the header has them; none for NDJSON. Borrowed. */
const char *const *bulk_input_columns(const struct bulk_input *input, size_t *count);

/* CSV or NDJSON. */
enum bulk_format bulk_input_format(const struct bulk_input *input);

/* UTF-8 or Windows-1252; certain after the last row. (ASCII counts as UTF-8.) */
enum bulk_encoding bulk_input_encoding(const struct bulk_input *input);

/* What fstat said when the file was opened: st_size is the number of its bytes. Borrowed. */
const struct stat *bulk_input_facts(const struct bulk_input *input);

/* SHA-256 of the file's bytes in hex digits, "" until the last row was read once. Borrowed. */
const char *bulk_input_sha256(const struct bulk_input *input);

#endif
