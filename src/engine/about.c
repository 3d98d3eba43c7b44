/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/about.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/output.h"
#include "engine/terminal.h"
#include "engine/topics.h"
#include "lib/conffile.h"
#include "lib/grid.h"
#include "lib/line.h"
#include "lib/listener.h"
#include "lib/pattern.h"
#include "lib/yaml.h"

enum { WIDEST_HELP = 100 };

static struct help_style style_for(const struct session *session, int fd)
{
	const char *choice = setting_text(&session->settings, SETTING_COLOR);
	size_t width = isatty(fd) || getenv("COLUMNS") ? terminal_width() : 80;
	return (struct help_style){
		.width = width < WIDEST_HELP ? width : WIDEST_HELP,
		.color = terminal_color(fd, choice ? choice : "auto"),
	};
}

/* The first example of the first list, or of the first change that has one. */
static void write_example(struct buf *out, const struct command_table *calls, enum effect effect)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct command *call = command_whole(calls->items[i]);
		if (call->effect != effect || !call->example_count ||
		    (effect == EFFECT_READ && !call->rows))
			continue;
		buf_add_format(out, "  %s\n", call->examples[0]);
		return;
	}
}

/* The groups that the commands of a table fall into, for the overview. */
static void write_program(const struct session *session, const struct help_style *style,
			  struct buf *out)
{
	text_wrap(
		out,
		"bangoctl drives the Bango Merchant Server API: it tells Bango what happens to the entitlements that resellers "
		"sold, and looks them up.",
		0, style->width, true);
	buf_add_str(out, "\n\n");
	help_heading(out, style, "Usage");
	buf_add_str(out, "  bangoctl [-p PROFILE] COMMAND [ARGUMENT...] [OPTION...]\n\n");
	help_heading(out, style, "Calls");
	struct command_table calls = { session->table.items, session->contract.command_count };
	help_commands(out, style, &calls, "", false);
	help_entry(out, style, "bulk CALL", "One of these for each row of a file (help bulk)", 25);
	buf_add_char(out, '\n');
	help_heading(out, style, "Other commands");
	struct command_table own = { session->table.items + calls.count,
				     session->table.count - calls.count };
	help_commands(out, style, &own, "", false);
	buf_add_char(out, '\n');
	help_heading(out, style, "Topics (bangoctl help TOPIC)");
	for (size_t i = 0; i < topic_count; i++)
		help_entry(out, style, topics[i].name, topics[i].summary, 25);
	buf_add_char(out, '\n');
	help_heading(out, style, "To begin with");
	write_example(out, &calls, EFFECT_READ);
	write_example(out, &calls, EFFECT_CHANGE);
	buf_add_str(out, "  bangoctl config init\n");
}

void about_group(const struct session *session, const char *group, int fd, struct buf *out)
{
	struct help_style style = style_for(session, fd);
	if (!*group) {
		write_program(session, &style, out);
		return;
	}
	help_heading(out, &style, "Usage");
	buf_add_format(out, "  bangoctl %s COMMAND [ARGUMENT...] [OPTION...]\n\n", group);
	CLEAN_BUF struct buf derived = { 0 };
	size_t begun = out->len;
	help_heading(out, &style, "Commands");
	if (!help_commands(out, &style, &session->table, group, false))
		buf_truncate(out, begun);
	else
		buf_add_char(&derived, '\n');
	help_heading(&derived, &style, "For each row of a file");
	if (help_commands(&derived, &style, &session->table, group, true))
		buf_add_str(out, derived.data);
	buf_add_format(out, "\nMore on one of them: \"bangoctl %s COMMAND --help\".\n", group);
}

int about_help(const struct session *session, const struct command *command, const char *group,
	       struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	struct help_style style = style_for(session, STDOUT_FILENO);
	if (session->trouble.kind != ERR_OK)
		terminal_note("warning: %s", session->trouble.message);
	if (command) {
		help_command(&out, &style, command);
		help_paragraph(&out, &style,
			       "Options for every command: \"bangoctl help options\".");
		buf_truncate(&out, out.len - 1);
	} else {
		about_group(session, group, STDOUT_FILENO, &out);
	}
	return output_text(session, out.data, out.len, err);
}

/* A topic's text; where a group of commands has the same name, its commands come after it. */
static int print_topic(const struct session *session, const char *name, struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	struct help_style style = style_for(session, STDOUT_FILENO);
	topic_find(name)->write(&out, &style);
	if (command_is_group(&session->table, name)) {
		if (out.len > 1 && strcmp(out.data + out.len - 2, "\n\n") != 0)
			buf_add_char(&out, '\n');
		about_group(session, name, STDOUT_FILENO, &out);
	}
	return output_text(session, out.data, out.len, err);
}

int do_help(struct session *session, const struct command *command, const struct values *values,
	    struct err *err)
{
	(void)command;
	CLEAN_BUF struct buf name = { 0 };
	for (size_t i = 0; i < values->count; i++)
		buf_add_format(&name, "%s%s", i ? " " : "", values->items[i].text);
	const struct command *named = command_find(&session->table, buf_str(&name));
	if (topic_find(buf_str(&name)))
		return print_topic(session, name.data, err);
	if (named || !name.len || command_is_group(&session->table, name.data))
		return about_help(session, named, buf_str(&name), err);
	struct text_guess guess = { .word = name.data };
	for (size_t i = 0; i < session->table.count; i++)
		text_guess_try(&guess, session->table.items[i]->name);
	for (size_t i = 0; i < topic_count; i++)
		text_guess_try(&guess, topics[i].name);
	err_set(err, ERR_USAGE, "there is no help on \"%s\"", name.data);
	return guess.best ? err_hint(err, "did you mean \"%s\"?", guess.best)
			  : err_hint(err, "\"bangoctl help\" lists commands and topics");
}

int about_version(const struct session *session, struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	buf_add_str(&out, "bangoctl " BANGOCTL_VERSION "\n");
	if (values_flag(&session->globals, "verbose")) {
		buf_add_format(&out, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", http_library(),
			       json_library(), yaml_library(), conffile_library(), grid_library(),
			       line_library(), listener_library(), pattern_library());
	}
	return output_text(session, out.data, out.len, err);
}

int do_version(struct session *session, const struct command *command, const struct values *values,
	       struct err *err)
{
	(void)command, (void)values;
	return about_version(session, err);
}

/* ---- commands ---- */

static const char *const type_names[] = {
	[ARG_STRING] = "string",  [ARG_INT] = "int",	   [ARG_NUMBER] = "number",
	[ARG_FLAG] = "flag",	  [ARG_CHOICE] = "choice", [ARG_FILE] = "file",
	[ARG_JSON] = "json",	  [ARG_TIME] = "time",	   [ARG_DATE] = "date",
	[ARG_PAIR] = "key=value",
};

static const char *const place_names[] = {
	[ARG_CLIENT] = "client", [ARG_PATH] = "path", [ARG_QUERY] = "query",
	[ARG_HEADER] = "header", [ARG_BODY] = "body",
};

static struct json *describe_arg(struct json_doc *doc, const struct arg *arg)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_string(doc, object, "name", arg->name);
	json_set_string(doc, object, "type", type_names[arg->type]);
	json_set_string(doc, object, "in", place_names[arg->place]);
	json_set_string(doc, object, "wire", arg->wire);
	json_set_string(doc, object, "help", arg->help);
	json_set(doc, object, "required", json_new_bool(doc, arg->flags & ARG_REQUIRED));
	json_set(doc, object, "repeat",
		 json_new_bool(doc, (arg->flags & ARG_REPEAT) || arg->type == ARG_PAIR));
	if (arg->choice_count) {
		struct json *choices = json_new(doc, JSON_ARRAY);
		for (size_t i = 0; i < arg->choice_count; i++)
			json_append(choices, json_new_string(doc, arg->choices[i].value));
		json_set(doc, object, "choices", choices);
	}
	if (arg->preset)
		json_set_string(doc, object, "default", arg->preset);
	if (arg->flags & ARG_DEPRECATED)
		json_set(doc, object, "deprecated", json_new_bool(doc, true));
	if (arg->evidence)
		json_set_string(doc, object, "evidence", arg->evidence);
	return object;
}

static struct json *describe_command(struct json_doc *doc, const struct command *command)
{
	bool call = command->action == ACTION_CALL;
	struct json *object = json_new(doc, JSON_OBJECT);
	struct json *arguments = json_new(doc, JSON_ARRAY), *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < command->arg_count; i++)
		json_append(command->args[i].flags & ARG_POSITIONAL ? arguments : list,
			    describe_arg(doc, &command->args[i]));
	json_set_string(doc, object, "name", command->name);
	json_set_string(doc, object, "summary", command->summary);
	json_set_string(doc, object, "operationId", command->operation_id);
	json_set_string(doc, object, "method", command->method);
	json_set_string(doc, object, "path", command->path);
	json_set_string(doc, object, "effect",
			!call				   ? NULL
			: command->effect == EFFECT_CHANGE ? "change"
							   : "read");
	json_set_string(doc, object, "danger", call ? danger_name(command->danger) : NULL);
	json_set_string(doc, object, "evidence", command->evidence);
	json_set(doc, object, "arguments", arguments);
	json_set(doc, object, "options", list);
	return object;
}

int do_commands(struct session *session, const struct command *command, const struct values *values,
		struct err *err)
{
	(void)command, (void)values;
	static const char *const columns[] = { "name", "summary" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < session->table.count; i++)
		if (!session->table.items[i]->hidden && !session->table.items[i]->derived)
			json_append(list,
				    describe_command(doc, command_whole(session->table.items[i])));
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}
