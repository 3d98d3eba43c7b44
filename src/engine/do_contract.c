/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_contract.h"

#include <string.h>

#include "base/text.h"
#include "commands/commands.h"
#include "contract/check.h"
#include "contract/words.h"
#include "engine/formats.h"
#include "engine/output.h"
#include "engine/terminal.h"

/* Adds a text wrapped at the terminal's width, each line indented; a newline ends it. */
static void add_wrapped(struct buf *out, const char *text, size_t indent)
{
	CLEAN_BUF struct buf safe = { 0 };
	text_escape(&safe, text, strlen(text), false);
	text_wrap(out, buf_str(&safe), indent, terminal_width(), false);
	if (out->len && out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
}

static void add_entry(struct buf *out, const char *term, const char *text)
{
	enum { COLUMN = 15 };
	CLEAN_BUF struct buf safe = { 0 };
	text_escape(&safe, text, strlen(text), false);
	buf_add_format(out, "  %-*s", COLUMN - 2, term);
	text_wrap(out, buf_str(&safe), COLUMN, terminal_width(), true);
	if (out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
}

/* ---- check ---- */

/* The line of the document at which the pointer's value, or the last of its parents that is there,
 * begins; 0: not known. */
static unsigned line_of(const struct json *root, const char *pointer)
{
	const struct json *value = root;
	while (value && *pointer == '/') {
		CLEAN_BUF struct buf token = { 0 };
		size_t len = strcspn(++pointer, "/");
		for (size_t i = 0; i < len; i++) {
			bool escaped = pointer[i] == '~' && i + 1 < len;
			buf_add_char(&token, !escaped		   ? pointer[i]
					     : pointer[++i] == '1' ? '/'
								   : '~');
		}
		const struct json *next = json_is(value, JSON_OBJECT)
						  ? json_get(value, buf_str(&token))
						  : json_path(value, buf_str(&token));
		if (!next)
			break;
		value = next;
		pointer += len;
	}
	return value ? value->line : 0;
}

/* The lines of all problems; those of one operation stand together. The caller frees them. */
static unsigned *lines_of(const struct contract *contract)
{
	unsigned *lines = mem_new(contract->problem_count + 1, sizeof(*lines));
	for (size_t i = 0; i < contract->problem_count; i++) {
		const struct contract_problem *problem = &contract->problems[i];
		bool again = i && strcmp(problem->pointer, problem[-1].pointer) == 0;
		lines[i] = again ? lines[i - 1] : line_of(contract->root, problem->pointer);
	}
	return lines;
}

/* A problem in the list for people. */
struct entry {
	const struct contract_problem *problem;
	unsigned line;
	size_t number, first; /* its own, and that of the first one of this message */
};

static int by_message(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->problem->message, y->problem->message);
	return order ? order : x->number < y->number ? -1 : 1;
}

/* What keeps the document from being used, then the others as they were found. */
static int by_weight(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->problem->fatal != y->problem->fatal)
		return x->problem->fatal ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* All but the slight problems, those of one message together; `count` receives how many. The caller
 * frees them. */
static struct entry *sort_problems(const struct contract *contract, const unsigned *lines,
				   size_t *count)
{
	struct entry *entries = mem_new(contract->problem_count + 1, sizeof(*entries));
	*count = 0;
	for (size_t i = 0; i < contract->problem_count; i++)
		if (!contract->problems[i].slight)
			entries[(*count)++] =
				(struct entry){ &contract->problems[i], lines[i], i, i };
	qsort(entries, *count, sizeof(*entries), by_message);
	for (size_t i = 1; i < *count; i++)
		if (strcmp(entries[i].problem->message, entries[i - 1].problem->message) == 0)
			entries[i].first = entries[i - 1].first;
	qsort(entries, *count, sizeof(*entries), by_weight);
	return entries;
}

/* Adds the place of a problem, broken at its slashes where it is too long for the terminal. */
static void add_place(struct buf *out, const struct entry *entry)
{
	enum { INDENT = 4, FURTHER = 6 };
	const char *pointer = entry->problem->pointer;
	CLEAN_BUF struct buf text = { 0 };
	text_escape(&text, *pointer ? pointer : "the document",
		    strlen(*pointer ? pointer : "the document"), false);
	if (entry->line)
		buf_add_format(&text, " (line %u)", entry->line);
	size_t column = INDENT;
	buf_add_format(out, "%*s", INDENT, "");
	for (const char *p = buf_str(&text); *p;) {
		size_t len = 1 + strcspn(p + 1, "/");
		size_t columns = text_width(p, len);
		if (column > FURTHER && column + columns > terminal_width()) {
			buf_add_format(out, "\n%*s", FURTHER, "");
			column = FURTHER;
		}
		buf_add(out, p, len);
		column += columns;
		p += len;
	}
	buf_add_char(out, '\n');
}

/* Problem first, then its places; what is slight is only counted. */
static void problems_text(struct buf *out, const struct contract *contract, const unsigned *lines)
{
	enum { MOST_PLACES = 5 };
	size_t count = 0, shown = 0;
	CLEAN_FREE struct entry *entries = sort_problems(contract, lines, &count);
	for (size_t i = 0; i < count; i++) {
		bool next = !i || entries[i].first != entries[i - 1].first;
		bool last = i + 1 == count || entries[i + 1].first != entries[i].first;
		shown = next ? 1 : shown + 1;
		if (next)
			add_wrapped(out, entries[i].problem->message, 0);
		if (shown <= MOST_PLACES)
			add_place(out, &entries[i]);
		else if (last)
			buf_add_format(out, "    and %zu more: -o json lists them\n",
				       shown - MOST_PLACES);
	}
	size_t slight = contract->problem_count - count;
	if (slight)
		buf_add_format(out, "%zu field%s %s no description: -o json lists %s\n", slight,
			       slight == 1 ? "" : "s", slight == 1 ? "has" : "have",
			       slight == 1 ? "it" : "them");
}

static int print_problems(const struct session *session, const struct contract *contract,
			  struct err *err)
{
	static const char *const columns[] = { "pointer", "problem" };
	CLEAN_FREE unsigned *lines = lines_of(contract);
	if (output_is_text(session)) {
		CLEAN_BUF struct buf out = { 0 };
		problems_text(&out, contract, lines);
		return output_text(session, buf_str(&out), out.len, err);
	}
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < contract->problem_count; i++) {
		const struct contract_problem *problem = &contract->problems[i];
		struct json *object = json_new(doc, JSON_OBJECT);
		json_set_string(doc, object, "pointer", problem->pointer);
		json_set(doc, object, "line",
			 lines[i] ? json_new_integer(doc, lines[i]) : json_new(doc, JSON_NULL));
		json_set_string(doc, object, "problem", problem->message);
		json_set(doc, object, "fatal", json_new_bool(doc, problem->fatal));
		json_append(list, object);
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}

static int check_and_print(const struct session *session, struct contract *contract,
			   struct err *err)
{
	contract_check(contract);
	if (print_problems(session, contract, err) < 0)
		return -1;
	const char *end = contract->problem_count == 1 ? "" : "s";
	if (contract->problem_count && values_flag(&session->globals, "exit-code"))
		return err_set(err, ERR_DIFFERS, "%s: %zu problem%s", contract->name,
			       contract->problem_count, end);
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("%s: %zu operation%s, %zu problem%s", contract->name,
			      contract->command_count, contract->command_count == 1 ? "" : "s",
			      contract->problem_count, end);
	return 0;
}

int do_contract_check(struct session *session, const struct command *command,
		      const struct values *values, struct err *err)
{
	(void)command;
	const char *file = values_get(values, "file");
	if (!file)
		return check_and_print(session, &session->contract, err);
	const struct contract_reserved reserved = session_reserved(session);
	CLEANUP(contract_done) struct contract contract = { 0 };
	if (contract_read_file(&contract, file, &reserved, err) == 0)
		return check_and_print(session, &contract, err);
	/* the message tells what is fatal, the list why: each path that was left out */
	CLEAN_ERR struct err ignored = { 0 };
	if (contract.problem_count > 1)
		(void)print_problems(session, &contract, &ignored);
	return -1;
}

/* ---- show ---- */

/* "documented" or "inferred"; the caller frees it. */
static char *evidence_kind(const struct command *command)
{
	return mem_dup_len(command->evidence, strcspn(command->evidence, ":"));
}

/* Two lines for each operation, where one would be too long for the terminal. */
static void show_all_text(struct buf *out, const struct contract *contract)
{
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		CLEAN_FREE char *kind = evidence_kind(command);
		CLEAN_FREE char *line = buf_format(
			"%s  %s%s%s", command->name, kind,
			command->danger == DANGER_NONE ? "" : ", ",
			command->danger == DANGER_NONE ? "" : danger_name(command->danger));
		CLEAN_FREE char *call = buf_format("%s %s", command->method, command->path);
		add_wrapped(out, line, 0);
		add_wrapped(out, call, 4);
	}
}

static struct json *operations(struct json_doc *doc, const struct contract *contract)
{
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		struct json *object = json_new(doc, JSON_OBJECT);
		CLEAN_FREE char *kind = evidence_kind(command);
		const char *source = command->evidence + strlen(kind);
		json_set_string(doc, object, "command", command->name);
		json_set_string(doc, object, "method", command->method);
		json_set_string(doc, object, "path", command->path);
		json_set_string(doc, object, "evidence", kind);
		json_set_string(doc, object, "source", source + strspn(source, ": "));
		json_set_string(doc, object, "operationId", command->operation_id);
		json_set_string(doc, object, "danger", danger_name(command->danger));
		json_append(list, object);
	}
	return list;
}

/* Whether the default table is wider than the terminal. */
static bool is_too_wide(const struct json *list, const char *const *columns, size_t count)
{
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(&rows, list, "");
	for (size_t i = 0; i < count; i++)
		rows_add_column(&rows, columns[i], strlen(columns[i]));
	return format_table_width(&rows) > terminal_width();
}

static bool is_table(const struct session *session)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	return format && strcmp(format, "table") == 0;
}

static int show_all(const struct session *session, struct err *err)
{
	static const char *const columns[] = { "command", "method", "path", "evidence" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = operations(doc, &session->contract);
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	if (!output_is_text(session) || is_table(session) ||
	    !is_too_wide(list, columns, COUNT(columns)))
		return output_print(session, &output, err);
	CLEAN_BUF struct buf out = { 0 };
	show_all_text(&out, &session->contract);
	return output_text(session, buf_str(&out), out.len, err);
}

/* ---- show one ---- */

static struct json *add_field(struct json_doc *doc, struct json *list, const char *field,
			      const char *option, const char *evidence)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_string(doc, object, "field", field);
	json_set_string(doc, object, "option", option);
	json_set_string(doc, object, "evidence", evidence);
	json_append(list, object);
	return object;
}

/* The operation as the first row, and its fields. */
static struct json *fields(struct json_doc *doc, const struct command *command)
{
	struct json *list = json_new(doc, JSON_ARRAY);
	CLEAN_FREE char *call = buf_format("%s %s", command->method, command->path);
	struct json *whole = add_field(doc, list, call, NULL, command->evidence);
	json_set_string(doc, whole, "operationId", command->operation_id);
	json_set_string(doc, whole, "effect", words_effect(command));
	json_set_string(doc, whole, "danger", danger_name(command->danger));
	json_set(doc, whole, "from", words_texts(doc, command->from, command->from_count));
	json_set(doc, whole, "to", words_rules(doc, command));
	json_set_string(doc, whole, "body", words_body(command));
	json_set_string(doc, whole, "rows", command->rows);
	json_set(doc, whole, "columns", words_texts(doc, command->columns, command->column_count));
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		CLEAN_FREE char *option = words_option(arg);
		if (arg->place == ARG_CLIENT)
			continue;
		struct json *field = add_field(doc, list, arg->wire, option, arg->evidence);
		json_set_string(doc, field, "in", words_place(arg));
		json_set(doc, field, "required",
			 json_new_bool(doc, (arg->flags & ARG_REQUIRED) != 0));
	}
	return list;
}

static void show_field(struct buf *out, const struct json *field)
{
	CLEAN_FREE char *line =
		buf_format("%s  %s (%s%s)", json_get_string(field, "field"),
			   json_get_string(field, "option"), json_get_string(field, "in"),
			   json_is(json_get(field, "required"), JSON_TRUE) ? ", required" : "");
	const char *evidence = json_get_string(field, "evidence");
	buf_add_char(out, '\n');
	add_wrapped(out, line, 0);
	add_wrapped(out, evidence ? evidence : "", 4);
}

static void show_one_text(struct buf *out, const struct command *command, const struct json *rows)
{
	CLEAN_FREE char *heading =
		buf_format("%s  %s %s", command->name, command->method, command->path);
	add_wrapped(out, heading, 0);
	for (const struct json *item = rows->first->first; item; item = item->next) {
		CLEAN_BUF struct buf text = { 0 };
		words_join(&text, item);
		if (text.len && strcmp(item->key, "field") != 0)
			add_entry(out, item->key, buf_str(&text));
	}
	for (const struct json *field = rows->first->next; field; field = field->next)
		show_field(out, field);
}

static int show_one(const struct session *session, const struct command *command, struct err *err)
{
	static const char *const columns[] = { "field", "option", "evidence" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const struct json *rows = fields(doc, command);
	const struct output output = {
		.value = rows, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	if (!output_is_text(session) || is_table(session))
		return output_print(session, &output, err);
	CLEAN_BUF struct buf out = { 0 };
	show_one_text(&out, command, rows);
	return output_text(session, buf_str(&out), out.len, err);
}

int do_contract_show(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command;
	CLEAN_BUF struct buf name = { 0 };
	for (size_t i = 0; i < values->count; i++)
		buf_add_format(&name, "%s%s", i ? " " : "", values->items[i].text);
	if (!name.len)
		return show_all(session, err);
	const struct command *named = command_find(&session->table, name.data);
	if (!named || !named->method) {
		err_set(err, ERR_USAGE, "\"%s\" is no call of the contract", name.data);
		return err_hint(err, "\"bangoctl contract show\" lists them");
	}
	return show_one(session, named, err);
}
