/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/csv.h"

#include <csv.h>
#include <string.h>

#include "base/late.h"

/* clang-format off */
#define NAMES(X) \
	X(csv_free) X(csv_init) X(csv_parse) X(csv_set_blk_size) X(csv_set_realloc_func) \
	X(csv_set_space_func) X(csv_write)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_CSV)

static int needs_quotes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '"' || text[i] == ',' || text[i] == '\r' || text[i] == '\n' ||
		    text[i] == '\0')
			return 1;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		return 1;
	return len && (text[0] == ' ' || text[len - 1] == ' ');
}

void csv_add_field(struct buf *out, const char *text, size_t len)
{
	if (!needs_quotes(text, len)) {
		buf_add(out, text, len);
		return;
	}
	open_library();
	buf_reserve(out, 2 * len + 2);
	out->len += lib.csv_write(out->data + out->len, 2 * len + 2, text, len);
	out->data[out->len] = '\0';
}

void csv_add_only_field(struct buf *out, const char *text, size_t len)
{
	if (len)
		csv_add_field(out, text, len);
	else
		buf_add_str(out, "\"\"");
}

struct csv_reader {
	struct csv_parser parser;
	struct csv_row row;
	struct csv_field fields[CSV_MAX_FIELDS];
	struct buf texts; /* of the row's fields, each with its NUL */
	long long line;	  /* of the bytes that are being read */
	int ended;	  /* the row is whole: the next bytes begin another */
};

/* libcsv would cut blanks off both ends of a field without quotes. */
static int no_blank(unsigned char c)
{
	(void)c;
	return 0;
}

static void *grow(void *old, size_t size)
{
	return mem_resize(old, size, 1);
}

struct csv_reader *csv_reader_new(void)
{
	enum { GROWTH = 4096 };
	struct csv_reader *reader = mem_new(1, sizeof(*reader));
	open_library();
	lib.csv_init(&reader->parser, CSV_STRICT);
	lib.csv_set_space_func(&reader->parser, no_blank);
	lib.csv_set_realloc_func(&reader->parser, grow);
	lib.csv_set_blk_size(&reader->parser, GROWTH);
	reader->row.fields = reader->fields;
	return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
	if (!reader)
		return;
	lib.csv_free(&reader->parser);
	buf_done(&reader->texts);
	free(reader);
}

static void on_field(void *text, size_t len, void *context)
{
	struct csv_reader *reader = context;
	struct csv_row *row = &reader->row;
	row->field_line = reader->line;
	if (row->count++ >= CSV_MAX_FIELDS)
		return;
	reader->fields[row->count - 1].len = len;
	buf_add(&reader->texts, text, len);
	buf_add_char(&reader->texts, '\0');
}

/* The texts stand still now. */
static void on_row(int end, void *context)
{
	(void)end;
	struct csv_reader *reader = context;
	const char *text = buf_str(&reader->texts);
	for (size_t i = 0; i < reader->row.count && i < CSV_MAX_FIELDS; i++) {
		reader->fields[i].text = text;
		text += reader->fields[i].len + 1;
	}
	reader->ended = 1;
}

static void begin_row(struct csv_reader *reader)
{
	reader->row = (struct csv_row){ .fields = reader->fields };
	buf_clear(&reader->texts);
	reader->ended = 0;
}

enum csv_step csv_reader_feed(struct csv_reader *reader, const char *bytes, size_t len,
			      long long line)
{
	struct csv_row *row = &reader->row;
	if (reader->ended)
		begin_row(reader);
	if (row->line == 0) {
		if (len == 0 || bytes[0] == '\n' || bytes[0] == '\r')
			return CSV_STEP_MORE;
		row->line = row->field_line = line;
	}
	row->bytes += len;
	reader->line = line;
	if (lib.csv_parse(&reader->parser, bytes, len, on_field, on_row, reader) < len)
		return CSV_STEP_FAULT;
	return reader->ended ? CSV_STEP_ROW : CSV_STEP_MORE;
}

enum csv_step csv_reader_end(struct csv_reader *reader)
{
	if (reader->ended || reader->row.line == 0)
		return CSV_STEP_MORE;
	enum csv_step step = csv_reader_feed(reader, "\n", 1, reader->line);
	return step == CSV_STEP_MORE ? CSV_STEP_FAULT : step;
}

const struct csv_row *csv_reader_row(const struct csv_reader *reader)
{
	return &reader->row;
}

int csv_reader_is_quoted(const struct csv_reader *reader)
{
	return reader->parser.quoted;
}
