/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The input of a bulk job: whatever the size of the blocks, at the second reading, and with the
 * encoding told that was found out, it reads the same; what was read as CSV is written as CSV and
 * reads the same again.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "bulk/rows.h"
#include "lib/csv.h"
#include "lib/json.h"
#include "memory.h"

/* All of most inputs; the usual size is slow where memory is watched. */
enum { BLOCK = 1024 };

/* What was read: `shown` is all of it, `cells` what CSV has of it, and this as CSV. */
struct reading {
	struct buf shown, cells, csv;
	enum bulk_format format;
	enum bulk_encoding encoding;
	bool refused; /* it could not even be opened */
	bool broken;  /* it ended with a fault of the file */
};

static void reading_done(struct reading *reading)
{
	buf_done(&reading->shown);
	buf_done(&reading->cells);
	buf_done(&reading->csv);
}

#define CLEAN_READING CLEANUP(reading_done)

static void is_json(const struct bulk_field *field)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value;

	must(json_parse(doc, field->text, field->len, &value, &err) == 0);
	must(field->raw ? value->type == JSON_ARRAY
			: json_is_scalar(value) && value->type != JSON_STRING);
}

static void add_csv(struct reading *reading, const char *text, size_t number, size_t count)
{
	if (count == 1)
		csv_add_only_field(&reading->csv, text, strlen(text));
	else
		csv_add_field(&reading->csv, text, strlen(text));
	buf_add_str(&reading->csv, number + 1 < count ? "," : "\r\n");
}

static void take_field(struct reading *reading, const struct bulk_field *field)
{
	size_t name_len = strlen(field->name);

	must(strlen(field->text) == field->len && text_is_utf8(field->text, field->len));
	must(name_len && text_is_utf8(field->name, name_len));
	must(reading->format == BULK_FORMAT_CSV || name_len <= BULK_MAX_NAME);
	must(field->given || !field->len);
	if (field->raw || field->bare) {
		must(field->given && reading->format == BULK_FORMAT_NDJSON);
		is_json(field);
	}
	buf_add_format(&reading->shown, " %s%s%s%s<%s>", field->name, field->given ? "" : "-",
		       field->raw ? "=" : "", field->bare ? ":" : "", field->text);
	buf_add_format(&reading->cells, "<%s>", field->text);
}

static void take_row(struct reading *reading, const struct bulk_row *row)
{
	must(row->count <= BULK_MAX_FIELDS && row->line >= 1);
	buf_add_format(&reading->shown, "%lld@%lld", row->number, row->line);
	for (size_t i = 0; i < row->count; i++) {
		take_field(reading, &row->fields[i]);
		add_csv(reading, row->fields[i].text, i, row->count);
	}
	buf_add_char(&reading->shown, '\n');
	buf_add_char(&reading->cells, '\n');
}

static void take_fault(struct reading *reading, const struct bulk_row *row, const struct err *err)
{
	CLEAN_BUF struct buf start = { 0 };

	if (row->number)
		buf_add_format(&start, "row %lld (line %lld): ", row->number, row->line);
	else if (row->line)
		buf_add_format(&start, "line %lld: ", row->line);
	must(err->kind == ERR_USAGE && !row->count);
	must(strncmp(err->message, buf_str(&start), start.len) == 0);
	buf_add_format(&reading->shown, "! %s\n", err->message);
}

/* All rows; their numbers go up by one, those of bad rows too, and the lines go up. */
static void take_rows(struct reading *reading, struct bulk_input *input)
{
	long long number = 0, line = 0;
	for (int got = 1; got && !bulk_input_is_broken(input);) {
		CLEAN_ERR struct err err = { 0 };
		struct bulk_row row;
		got = bulk_input_next(input, &row, &err);
		if (got < 0)
			take_fault(reading, &row, &err);
		if (got > 0)
			take_row(reading, &row);
		must(!row.number || row.number == ++number);
		must(!row.number || row.line > line || bulk_input_is_broken(input));
		line = row.number ? row.line : line;
	}
}

static void take_header(struct reading *reading, const struct bulk_input *input)
{
	size_t count = 0;
	const char *const *columns = bulk_input_columns(input, &count);

	must(reading->format == BULK_FORMAT_NDJSON ? !count : count && count <= CSV_MAX_FIELDS);
	for (size_t i = 0; i < count; i++) {
		buf_add_format(&reading->cells, "<%s>", columns[i]);
		add_csv(reading, columns[i], i, count);
	}
	buf_add_char(&reading->cells, '\n');
}

/* Reads it twice. */
static void read_all(struct reading *reading, const char *path,
		     const struct bulk_input_options *options)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BULK_INPUT struct bulk_input *input = NULL;

	if (bulk_input_open(&input, path, options, &err) < 0) {
		must(!input && err.kind == ERR_USAGE && strstr(err.message, "input"));
		reading->refused = true;
		buf_add_format(&reading->shown, "! %s\n", err.message);
		return;
	}
	reading->format = bulk_input_format(input);
	take_header(reading, input);
	take_rows(reading, input);
	reading->encoding = bulk_input_encoding(input);
	reading->broken = bulk_input_is_broken(input);

	CLEAN_READING struct reading again = { .format = reading->format };
	must(bulk_input_rewind(input, &err) == 0);
	take_header(&again, input);
	take_rows(&again, input);
	must(strcmp(buf_str(&reading->shown), buf_str(&again.shown)) == 0);
	must(reading->broken || bulk_input_encoding(input) == reading->encoding);
}

static void reads_the_same(const struct reading *first, const char *path,
			   const struct bulk_input_options *options)
{
	CLEAN_READING struct reading reading = { 0 };

	read_all(&reading, path, options);
	must(strcmp(buf_str(&first->shown), buf_str(&reading.shown)) == 0);
	must(first->format == reading.format && first->broken == reading.broken);
	must(first->broken || first->encoding == reading.encoding);
}

static void reads_again(const struct reading *first)
{
	const struct bulk_input_options options = { .name = "input",
						    .block = BLOCK,
						    .format = BULK_FORMAT_CSV,
						    .encoding = BULK_ENCODING_UTF_8 };
	CLEAN_READING struct reading reading = { 0 };

	read_all(&reading, memory_file(first->csv.data, first->csv.len), &options);
	must(strcmp(buf_str(&first->cells), buf_str(&reading.cells)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_READING struct reading first = { 0 };
	struct bulk_input_options options = { .name = "input", .block = BLOCK };
	const char *path = memory_file(data, size);

	read_all(&first, path, &options);
	options.block = 1 + size % 13;
	reads_the_same(&first, path, &options);
	if (first.refused)
		return 0;
	options = (struct bulk_input_options){
		.name = "input", .block = BLOCK, .format = first.format, .encoding = first.encoding
	};
	if (!first.broken)
		reads_the_same(&first, path, &options);
	if (first.format == BULK_FORMAT_CSV)
		reads_again(&first);
	return 0;
}
