/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An input of a bulk job from bytes to one text that shows what was read. */
#ifndef INPUT_H
#define INPUT_H

#include "unit.h"

#include "bulk/rows.h"

static inline void input_write(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void input_show_fault(struct buf *out, const struct err *err, const char *end)
{
	assert_int_equal(err->kind, ERR_USAGE);
	buf_add_format(out, "! %s%s%s%s\n", err->message, err->hint ? " | " : "",
		       err->hint ? err->hint : "", end);
}

static inline void input_show_row(struct buf *out, const struct bulk_row *row)
{
	buf_add_format(out, "%lld@%lld", row->number, row->line);
	for (size_t i = 0; i < row->count; i++) {
		const struct bulk_field *field = &row->fields[i];
		assert_int_equal(strlen(field->text), field->len);
		buf_add_format(out, " %s%s<%s>", field->name, field->raw ? "=" : "", field->text);
		if (!field->given)
			buf_truncate(out, out->len - 2);
	}
	buf_add_char(out, '\n');
}

/* Appends what is read up to the end: "ROW@LINE name<text> …" for each row, "! MESSAGE | HINT" for
 * each fault, a name alone for what is not given, "stop" behind a fault of the file. */
static inline void input_show_rows(struct buf *out, struct bulk_input *input)
{
	for (int got = 1; got;) {
		CLEAN_ERR struct err err = { 0 };
		struct bulk_row row;
		got = bulk_input_next(input, &row, &err);
		if (got > 0)
			input_show_row(out, &row);
		if (got < 0) {
			assert_int_equal(row.count, 0);
			bool stop = bulk_input_is_broken(input);
			input_show_fault(out, &err, stop ? " stop" : "");
			got = !stop;
		}
	}
}

/* The whole file; the caller frees the text. */
static inline char *input_show(const char *path, const struct bulk_input_options *options)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BULK_INPUT struct bulk_input *input = NULL;
	struct buf out = { 0 };
	if (bulk_input_open(&input, path, options, &err) < 0) {
		assert_null(input);
		input_show_fault(&out, &err, " stop");
		return buf_take(&out);
	}
	input_show_rows(&out, input);
	return buf_take(&out);
}

#endif
