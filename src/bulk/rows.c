/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/rows.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "bulk/lines.h"
#include "lib/csv.h"

struct bulk_input {
	struct lines *lines;
	enum bulk_format format;
	struct csv_reader *csv;
	char **columns;
	size_t column_count;
	struct field_list fields; /* of the row; for CSV the names stay */
	struct buf text;	  /* of NDJSON's line */
	long long number;	  /* of the last row */
	bool broken;
};

const char *bulk_format_name(enum bulk_format format)
{
	static const char *const names[] = { "auto", "csv", "ndjson" };
	return names[format];
}

/* ---- faults ---- */

int bulk_row_wrap(const struct bulk_row *row, struct err *err)
{
	if (row->number)
		return err_wrap(err, "row %lld (line %lld)", row->number, row->line);
	return row->line ? err_wrap(err, "line %lld", row->line) : -1;
}

/* The fault of a file that ends reading, at this line of the row `row->number`. */
static int break_off(struct bulk_input *input, struct bulk_row *row, long long line,
		     struct err *err)
{
	input->broken = true;
	row->line = line;
	return bulk_row_wrap(row, err);
}

static int read_fault(struct bulk_input *input, struct bulk_row *row, long long line)
{
	input->broken = true;
	row->number = 0;
	row->line = line;
	return -1;
}

static int too_long(struct bulk_input *input, struct bulk_row *row, long long line, struct err *err)
{
	err_set(err, ERR_USAGE, "longer than %d MiB", BULK_MAX_ROW >> 20);
	return break_off(input, row, line, err);
}

/* ---- CSV ---- */

static int csv_too_long(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	const struct csv_row *read = csv_reader_row(input->csv);
	too_long(input, row, read->line, err);
	if (csv_reader_is_quoted(input->csv))
		return err_hint(err, "is the quote in line %lld closed?", read->field_line);
	return -1;
}

static int wrong_quote(struct bulk_input *input, struct bulk_row *row, long long line,
		       struct err *err)
{
	if (csv_reader_is_quoted(input->csv))
		err_set(err, ERR_USAGE, "text stands behind the closing quote of field %zu",
			csv_reader_row(input->csv)->count + 1);
	else
		err_set(err, ERR_USAGE, "a quote stands within field %zu, which begins without one",
			csv_reader_row(input->csv)->count + 1);
	err_hint(err, "a field with quotes in it is written \"so: \"\"quoted\"\"\"");
	return break_off(input, row, line, err);
}

static int open_quote(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	err_set(err, ERR_USAGE, "the quote that begins field %zu is not closed",
		csv_reader_row(input->csv)->count + 1);
	return break_off(input, row, csv_reader_row(input->csv)->field_line, err);
}

/* Reads up to the end of a row: 1, or 0 if there is none. row->number says which it will be. */
static int read_csv(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	for (;;) {
		struct line_piece piece;
		int got = lines_next(input->lines, &piece, err);
		if (got < 0)
			return read_fault(input, row, piece.line);
		enum csv_step step =
			got ? csv_reader_feed(input->csv, piece.text, piece.len, piece.line)
			    : csv_reader_end(input->csv);
		const struct csv_row *read = csv_reader_row(input->csv);
		if (read->bytes > BULK_MAX_ROW)
			return csv_too_long(input, row, err);
		switch (step) {
		case CSV_STEP_FAULT:
			return got ? wrong_quote(input, row, piece.line, err)
				   : open_quote(input, row, err);
		case CSV_STEP_ROW:
			row->line = read->line;
			return 1;
		case CSV_STEP_MORE:
			if (!got)
				return 0;
		}
	}
}

static int wrong_count(const struct bulk_input *input, size_t count, struct err *err)
{
	return err_set(err, ERR_USAGE, "%zu field%s, the header has %zu", count,
		       count == 1 ? "" : "s", input->column_count);
}

static int next_csv(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	int got = read_csv(input, row, err);
	if (got <= 0)
		return got;
	const struct csv_row *read = csv_reader_row(input->csv);
	if (read->count != input->column_count) {
		wrong_count(input, read->count, err);
		return bulk_row_wrap(row, err);
	}
	for (size_t i = 0; i < read->count; i++) {
		struct bulk_field *field = &input->fields.items[i];
		field->text = read->fields[i].text;
		field->len = read->fields[i].len;
		field->given = field->len > 0;
	}
	return 1;
}

/* What a header may not be. */
static int check_header(const struct csv_row *header, struct err *err)
{
	if (header->count > CSV_MAX_FIELDS)
		return err_set(err, ERR_USAGE, "more than %d columns", CSV_MAX_FIELDS);
	const char *only = header->count == 1 ? header->fields[0].text : "";
	if (strpbrk(only, ";\t")) {
		err_set(err, ERR_USAGE, "the header is one column, \"%s\"", only);
		return err_hint(err, "columns must be separated by commas");
	}
	for (size_t i = 0; i < header->count; i++) {
		if (header->fields[i].len == 0)
			return err_set(err, ERR_USAGE, "column %zu of the header has no name",
				       i + 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(header->fields[i].text, header->fields[j].text) == 0)
				return err_set(err, ERR_USAGE,
					       "the column \"%s\" stands twice in the header",
					       header->fields[i].text);
	}
	return 0;
}

static void keep_columns(struct bulk_input *input, const struct csv_row *header)
{
	size_t count = header->count;
	input->columns = mem_new(count, sizeof(*input->columns));
	input->fields.items = mem_new(count, sizeof(*input->fields.items));
	input->column_count = input->fields.count = count;
	for (size_t i = 0; i < count; i++) {
		input->columns[i] = mem_dup(header->fields[i].text);
		input->fields.items[i].name = input->columns[i];
	}
}

/* The header, which at the second time is known already. */
static int begin_csv(struct bulk_input *input, struct err *err)
{
	struct bulk_row row = { 0 };
	csv_reader_free(input->csv);
	input->csv = csv_reader_new();
	int got = read_csv(input, &row, err);
	if (got == 0)
		return err_set(err, ERR_USAGE, "there is no header and no row");
	if (got < 0 || input->columns)
		return got < 0 ? -1 : 0;
	const struct csv_row *header = csv_reader_row(input->csv);
	if (check_header(header, err) < 0)
		return bulk_row_wrap(&row, err);
	keep_columns(input, header);
	return 0;
}

/* ---- NDJSON ---- */

static bool is_blank(const struct buf *text)
{
	return strspn(buf_str(text), " \t\r\n") == text->len;
}

/* Reads the next line that is not blank: 1, or 0 if there is none. */
static int read_line(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	struct buf *text = &input->text;
	for (buf_clear(text);;) {
		struct line_piece piece;
		int got = lines_next(input->lines, &piece, err);
		if (got < 0)
			return read_fault(input, row, piece.line);
		if (got && text->len + piece.len > BULK_MAX_ROW)
			return too_long(input, row, piece.line, err);
		if (got && !text->len)
			row->line = piece.line;
		if (got)
			buf_add(text, piece.text, piece.len);
		if (got && !piece.ends)
			continue;
		if (!is_blank(text))
			return 1;
		if (!got)
			return 0;
		buf_clear(text);
	}
}

static int next_ndjson(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	int got = read_line(input, row, err);
	if (got <= 0)
		return got;
	/* where a text ends too early does not depend on the line end, nor on how much of it was
	 * read */
	size_t len = input->text.len;
	while (len && (input->text.data[len - 1] == '\n' || input->text.data[len - 1] == '\r'))
		len--;
	if (field_list_read(&input->fields, input->text.data, len, err) < 0)
		return bulk_row_wrap(row, err);
	return 1;
}

/* ---- the input ---- */

bool bulk_input_is_stream(const char *path)
{
	struct stat facts;
	if (strcmp(path, "-") == 0)
		return true;
	return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static bool name_ends(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);
	return len > end_len && strcasecmp(path + len - end_len, end) == 0;
}

static enum bulk_format find_format(const struct lines *lines, const char *path)
{
	if (name_ends(path, ".csv"))
		return BULK_FORMAT_CSV;
	if (name_ends(path, ".ndjson") || name_ends(path, ".jsonl") || name_ends(path, ".json"))
		return BULK_FORMAT_NDJSON;
	char first[4097];
	first[lines_peek(lines, first, sizeof(first) - 1)] = '\0';
	const char *p = strncmp(first, "\xEF\xBB\xBF", 3) == 0 ? first + 3 : first;
	p += strspn(p, " \t\r\n");
	return *p == '{' || *p == '[' ? BULK_FORMAT_NDJSON : BULK_FORMAT_CSV;
}

int bulk_input_open(struct bulk_input **input, const char *path,
		    const struct bulk_input_options *options, struct err *err)
{
	CLEAN_BULK_INPUT struct bulk_input *opened = mem_new(1, sizeof(*opened));
	const struct lines_source source = {
		.path = path,
		.name = options->name ? options->name : path,
		.encoding = options->encoding,
		.block = options->block,
	};
	if (lines_open(&opened->lines, &source, err) < 0)
		return -1;
	opened->format = options->format ? options->format : find_format(opened->lines, path);
	if (opened->format == BULK_FORMAT_CSV && begin_csv(opened, err) < 0)
		return err_wrap(err, "%s", source.name);
	*input = take(opened);
	return 0;
}

void bulk_input_close(struct bulk_input *input)
{
	if (!input)
		return;
	lines_close(input->lines);
	csv_reader_free(input->csv);
	for (size_t i = 0; i < input->column_count; i++)
		free(input->columns[i]);
	free(input->columns);
	field_list_done(&input->fields);
	buf_done(&input->text);
	free(input);
}

void bulk_input_closep(struct bulk_input **input)
{
	bulk_input_close(*input);
	*input = NULL;
}

int bulk_input_next(struct bulk_input *input, struct bulk_row *row, struct err *err)
{
	assert(!input->broken);
	*row = (struct bulk_row){ .number = input->number + 1 };
	int got = input->format == BULK_FORMAT_CSV ? next_csv(input, row, err)
						   : next_ndjson(input, row, err);
	if (got == 0) {
		bool none = row->number == 1;
		*row = (struct bulk_row){ 0 };
		if (none)
			(void)read_fault(input, row, 0);
		return none ? err_set(err, ERR_USAGE, "there are no rows") : 0;
	}
	input->number += !input->broken;
	if (got > 0) {
		row->fields = input->fields.items;
		row->count = input->fields.count;
	}
	return got;
}

bool bulk_input_is_broken(const struct bulk_input *input)
{
	return input->broken;
}

int bulk_input_rewind(struct bulk_input *input, struct err *err)
{
	if (lines_rewind(input->lines, err) < 0)
		return -1;
	input->number = 0;
	input->broken = false;
	return input->format == BULK_FORMAT_CSV ? begin_csv(input, err) : 0;
}

const char *const *bulk_input_columns(const struct bulk_input *input, size_t *count)
{
	*count = input->column_count;
	return (const char *const *)input->columns;
}

enum bulk_format bulk_input_format(const struct bulk_input *input)
{
	return input->format;
}

enum bulk_encoding bulk_input_encoding(const struct bulk_input *input)
{
	return lines_encoding(input->lines);
}

const struct stat *bulk_input_facts(const struct bulk_input *input)
{
	return lines_facts(input->lines);
}

const char *bulk_input_sha256(const struct bulk_input *input)
{
	return lines_sha256(input->lines);
}
