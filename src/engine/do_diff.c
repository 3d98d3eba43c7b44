/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_diff.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/commands.h"
#include "contract/diff.h"
#include "contract/words.h"
#include "engine/output.h"
#include "engine/terminal.h"

/* Where the values of a line begin. */
enum { VALUE_COLUMN = 16 };

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* ---- the form for people ---- */

/* "FIELD: FROM → TO (NOTE)", with what is there. */
static void add_sentence(struct buf *out, const struct json *row)
{
	const char *field = json_get_string(row, "field"), *note = json_get_string(row, "note"),
		   *what = json_get_string(row, "what");
	const struct json *from = json_get(row, "from"), *to = json_get(row, "to");
	bool from_there = from->type != JSON_NULL, to_there = to->type != JSON_NULL;
	bool both = from_there && to_there;
	if (field && !is(what, "field"))
		buf_add_format(out, "%s: ", field);
	if (from_there)
		words_join(out, from);
	if (both || (is(json_get_string(row, "change"), "changed")))
		buf_add_str(out, from_there ? " → " : "none → ");
	if (to_there)
		words_join(out, to);
	else if (is(json_get_string(row, "change"), "changed"))
		buf_add_str(out, "none");
	if (note)
		buf_add_format(out, " (%s)", note);
}

static void add_line(struct buf *out, const struct json *row, size_t width, bool color)
{
	const char *change = json_get_string(row, "change"), *what = json_get_string(row, "what");
	bool added = is(change, "added"), removed = is(change, "removed");
	bool whole = is(what, "operation");
	CLEAN_BUF struct buf sentence = { 0 }, safe = { 0 };
	if (!whole)
		add_sentence(&sentence, row);
	text_escape(&safe, buf_str(&sentence), sentence.len, false);
	if (color)
		buf_add_str(out, added ? "\033[32m" : removed ? "\033[31m" : "\033[33m");
	buf_add_format(out, "  %c %-*s",
		       added	 ? '+'
		       : removed ? '-'
				 : '~',
		       VALUE_COLUMN - 4, whole ? change : what);
	text_wrap(out, buf_str(&safe), VALUE_COLUMN, width, true);
	while (strchr(" \n", out->data[out->len - 1]))
		buf_truncate(out, out->len - 1);
	buf_add_str(out, color ? "\033[0m\n" : "\n");
}

static void add_heading(struct buf *out, const struct json *row, bool color)
{
	CLEAN_BUF struct buf safe = { 0 };
	const char *command = json_get_string(row, "command");
	CLEAN_FREE char *heading =
		command ? buf_format("%s  %s %s", command, json_get_string(row, "method"),
				     json_get_string(row, "path"))
			: mem_dup("the document");
	text_escape(&safe, heading, strlen(heading), false);
	buf_add_format(out, color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", buf_str(&safe));
}

static bool is_next_operation(const struct json *last, const struct json *row)
{
	static const char *const keys[] = { "command", "method", "path" };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (!last || !json_equal(json_get(last, keys[i]), json_get(row, keys[i])))
			return true;
	return false;
}

static int print_text(const struct session *session, const struct json *rows, const char *a,
		      const char *b, struct err *err)
{
	const char *choice = setting_text(&session->settings, SETTING_COLOR);
	bool color = terminal_color(STDOUT_FILENO, choice ? choice : "auto");
	size_t width = terminal_width();
	CLEAN_BUF struct buf out = { 0 };
	const struct json *last = NULL;
	if (!rows->count)
		return 0;
	buf_add_str(&out, "--- ");
	text_escape(&out, a, strlen(a), false);
	buf_add_str(&out, "\n+++ ");
	text_escape(&out, b, strlen(b), false);
	buf_add_char(&out, '\n');
	for (const struct json *row = rows->first; row; row = row->next) {
		if (is_next_operation(last, row))
			add_heading(&out, row, color);
		add_line(&out, row, width, color);
		last = row;
	}
	return output_text(session, buf_str(&out), out.len, err);
}

/* ---- the command ---- */

static int print(const struct session *session, const struct contract *a, const struct contract *b,
		 struct err *err)
{
	static const char *const columns[] = { "command", "change", "what", "field", "from", "to" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	size_t worded = 0;
	struct json *rows = diff_contracts(doc, a, b, &worded);
	const struct output output = {
		.value = rows, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	bool quiet = values_flag(&session->globals, "quiet");
	if (output_is_text(session) ? print_text(session, rows, a->name, b->name, err) < 0
				    : output_print(session, &output, err) < 0)
		return -1;
	if (!rows->count && !quiet)
		terminal_note("no differences from %s to %s", a->name, b->name);
	if (worded && !quiet)
		terminal_note("%zu operation%s differ%s in the descriptions", worded,
			      worded == 1 ? "" : "s", worded == 1 ? "s" : "");
	if (rows->count && values_flag(&session->globals, "exit-code"))
		return err_set(err, ERR_DIFFERS, "%zu difference%s from %s to %s", rows->count,
			       rows->count == 1 ? "" : "s", a->name, b->name);
	return 0;
}

int do_contract_diff(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command;
	const struct contract_reserved reserved = session_reserved(session);
	const char *file = values_get(values, "file"), *other = values_get(values, "other");
	CLEANUP(contract_done) struct contract first = { 0 };
	CLEANUP(contract_done) struct contract second = { 0 };
	if (contract_read_file(&first, file, &reserved, err) < 0 ||
	    (other && contract_read_file(&second, other, &reserved, err) < 0))
		return -1;
	contract_fill(&first);
	contract_fill(other ? &second : &session->contract);
	return other ? print(session, &first, &second, err)
		     : print(session, &session->contract, &first, err);
}
