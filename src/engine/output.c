/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/formats.h"
#include "engine/pager.h"
#include "engine/terminal.h"
#include "lib/yaml.h"

int output_text(const struct session *session, const char *text, size_t len, struct err *err)
{
	if (!len || (session->in_shell && !session->at && pager_show(text, len)) ||
	    file_write_all(STDOUT_FILENO, text, len) == 0)
		return 0;
	if (errno == EPIPE && !session->applied)
		return 0;
	if (session->applied)
		return err_set(err, ERR_OUTPUT_LOST,
			       "the change was applied, but its result cannot be written: %s",
			       strerror(errno));
	return err_set(err, ERR_INTERNAL, "cannot write the result: %s", strerror(errno));
}

static bool is(const char *format, const char *name)
{
	return strcmp(format, name) == 0;
}

/* The formats that can hold a whole reply. */
static bool is_document(const char *format)
{
	return is(format, "json") || is(format, "yaml");
}

static void choose_columns(const struct session *session, const struct output *output,
			   const char *format, struct rows *rows)
{
	const char *asked = values_get(&session->globals, "columns");
	bool all = is(format, "wide") || is(format, "expanded") || is(format, "csv") ||
		   is(format, "tsv");
	if (asked) {
		rows_set_columns(rows, asked);
		return;
	}
	if (is(format, "ndjson") || is_document(format))
		return;
	for (size_t i = 0; !all && i < output->column_count; i++)
		rows_add_column(rows, output->columns[i], strlen(output->columns[i]));
	/* what programs read has the contract's columns, whatever this reply happens to hold, and
	 * then the rest */
	bool stable = is(format, "csv") || is(format, "tsv");
	for (const struct json *item = stable && output->record ? output->record->first : NULL;
	     item; item = item->next)
		rows_add_column(rows, item->key, item->key_len);
	if (stable || !rows->column_count)
		rows_all_columns(rows);
}

static void warn_of_strangers(const struct rows *rows, const char *field)
{
	if (!rows->count)
		return;
	if (field && !rows_have(rows, field))
		terminal_note("warning: no row has a field \"%s\"", field);
	for (size_t i = 0; i < rows->column_count; i++)
		if (!rows_have(rows, rows->columns[i]))
			terminal_note("warning: no row has a column \"%s\"", rows->columns[i]);
}

static void format_rows(struct buf *out, const char *format, const struct rows *rows,
			const struct format_style *style)
{
	bool automatic = is(format, "auto");
	if (is(format, "ndjson"))
		format_ndjson(out, rows);
	else if (is(format, "json"))
		format_json(out, rows, style);
	else if (is(format, "yaml"))
		format_yaml(out, rows);
	else if (is(format, "csv"))
		format_csv(out, rows, style);
	else if (is(format, "tsv"))
		format_tsv(out, rows, style);
	else if (is(format, "expanded") || (automatic && format_table_width(rows) > style->width))
		format_expanded(out, rows, style);
	else
		format_table(out, rows, style);
}

/* The rows in a format of rows; `format` is none of raw and none. */
static void add_rows(const struct session *session, const struct output *output, const char *format,
		     const struct format_style *style, struct buf *out)
{
	const struct values *globals = &session->globals;
	const char *field = values_get(globals, "field"), *sort = values_get(globals, "sort"),
		   *limit = values_get(globals, "limit");
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(&rows, output->value, output->rows);
	if (sort)
		rows_sort(&rows, sort);
	if (limit)
		rows_limit(&rows, strtoul(limit, NULL, 10));
	if (field && !is_document(format) && !is(format, "ndjson")) {
		warn_of_strangers(&rows, field);
		format_field(out, &rows, field, style);
		return;
	}
	choose_columns(session, output, format, &rows);
	if (field && !rows.column_count)
		rows_set_columns(&rows, field);
	if (field || values_get(globals, "columns"))
		warn_of_strangers(&rows, field);
	format_rows(out, format, &rows, style);
	if (!rows.count && style->terminal && !values_flag(globals, "quiet"))
		terminal_note("nothing found");
}

bool output_selects(const struct session *session)
{
	static const char *const options[] = { "field", "columns", "sort", "limit" };
	for (size_t i = 0; i < COUNT(options); i++)
		if (values_get(&session->globals, options[i]))
			return true;
	return false;
}

bool output_in_parts(const struct session *session)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	return format && (is(format, "ndjson") || is(format, "csv") || is(format, "tsv")) &&
	       !output_selects(session) && !session->in_shell;
}

/* On a terminal, bytes that could steer it are made visible. */
static int print_raw(const struct session *session, const struct output *output, bool terminal,
		     struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	if (!output->raw)
		json_write(&out, output->value, JSON_COMPACT);
	else if (terminal)
		text_escape(&out, output->raw, output->raw_len, true);
	else
		return output_text(session, output->raw, output->raw_len, err);
	if (!output->raw || (terminal && out.len && out.data[out.len - 1] != '\n'))
		buf_add_char(&out, '\n');
	return output_text(session, buf_str(&out), out.len, err);
}

bool output_is_text(const struct session *session)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	return !output_selects(session) &&
	       (!format || is(format, "table") || (is(format, "auto") && isatty(STDOUT_FILENO)));
}

int output_print(const struct session *session, const struct output *output, struct err *err)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	const char *color = setting_text(&session->settings, SETTING_COLOR);
	const struct format_style style = {
		.terminal = isatty(STDOUT_FILENO),
		.headers = !output->more && !values_flag(&session->globals, "no-headers"),
		.color = terminal_color(STDOUT_FILENO, color ? color : "auto"),
		.width = terminal_width(),
	};
	if (!format || (is(format, "auto") && !style.terminal))
		format = values_get(&session->globals, "field") ? "table" : "json";
	if (is(format, "none"))
		return 0;
	if (is(format, "raw"))
		return print_raw(session, output, style.terminal, err);
	if (!output->value)
		return 0;
	CLEAN_BUF struct buf out = { 0 };
	if (is(format, "yaml") && !output_selects(session)) {
		yaml_write(&out, output->value);
	} else if (is(format, "json") && !output_selects(session)) {
		json_write(&out, output->value, style.terminal ? JSON_PRETTY : JSON_COMPACT);
		buf_add_char(&out, '\n');
	} else {
		add_rows(session, output, format, &style, &out);
	}
	return output_text(session, buf_str(&out), out.len, err);
}
