/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/help.h"

#include <string.h>

#include "base/text.h"

enum { OPTION_COLUMN = 30, ARGUMENT_COLUMN = 14 };

void help_roff(struct buf *out, const char *text)
{
	bool line_start = true;
	for (const char *p = text; *p; p++) {
		if (line_start && (*p == '.' || *p == '\''))
			buf_add_str(out, "\\&");
		line_start = *p == '\n';
		if (*p == '\\')
			buf_add_str(out, "\\e");
		else if (*p == '-')
			buf_add_str(out, "\\-");
		else
			buf_add_char(out, *p);
	}
}

/* Whether what was written last is a section's title, which begins a paragraph by itself. */
static bool after_title(const struct buf *out)
{
	size_t start = out->len ? out->len - 1 : 0;
	while (start && out->data[start - 1] != '\n')
		start--;
	return out->len && out->data[start] == '.' && out->data[start + 1] == 'S';
}

static void begin_paragraph(struct buf *out)
{
	if (!after_title(out))
		buf_add_str(out, ".PP\n");
}

void help_heading(struct buf *out, const struct help_style *style, const char *text)
{
	if (style->roff) {
		begin_paragraph(out);
		buf_add_str(out, "\\fI");
		help_roff(out, text);
		buf_add_str(out, "\\fR\n");
		return;
	}
	buf_add_format(out, style->color ? "\033[1m%s:\033[0m\n" : "%s:\n", text);
}

void help_paragraph(struct buf *out, const struct help_style *style, const char *text)
{
	if (style->roff) {
		begin_paragraph(out);
		help_roff(out, text);
		buf_add_char(out, '\n');
		return;
	}
	size_t from = out->len;
	text_wrap(out, text, 0, style->width, true);
	if (out->len > from)
		buf_add_str(out, out->data[out->len - 1] == '\n' ? "\n" : "\n\n");
}

void help_code(struct buf *out, const struct help_style *style, const char *lines)
{
	if (style->roff) {
		begin_paragraph(out);
		buf_add_str(out, ".nf\n");
	}
	for (const char *p = lines; *p;) {
		size_t len = strcspn(p, "\n");
		CLEAN_FREE char *line = mem_dup_len(p, len);
		buf_add_str(out, "  ");
		if (style->roff)
			help_roff(out, line);
		else
			text_escape(out, line, len, false);
		buf_add_char(out, '\n');
		p += len + (p[len] == '\n');
	}
	if (style->roff)
		buf_add_str(out, ".fi\n");
}

void help_gap(struct buf *out, const struct help_style *style)
{
	if (!style->roff)
		buf_add_char(out, '\n');
}

void help_entry(struct buf *out, const struct help_style *style, const char *term, const char *text,
		size_t column)
{
	if (style->roff) {
		buf_add_str(out, ".TP\n\\fB");
		help_roff(out, term + strspn(term, " "));
		buf_add_str(out, "\\fR\n");
		help_roff(out, *text ? text : "(no more is known)");
		buf_add_char(out, '\n');
		return;
	}
	size_t width = 2 + text_width(term, strlen(term));
	buf_add_str(out, "  ");
	text_escape(out, term, strlen(term), false);
	if (*text && width + 2 > column) {
		buf_add_char(out, '\n');
		text_wrap(out, text, column, style->width, false);
	} else if (*text) {
		buf_add_repeat(out, ' ', (long)(column - width));
		text_wrap(out, text, column, style->width, true);
	}
	buf_add_char(out, '\n');
}

static void option_term(struct buf *out, const struct arg *arg)
{
	const char *meta = arg_meta(arg);
	if (arg->letter)
		buf_add_format(out, "-%c, ", arg->letter);
	else
		buf_add_str(out, "    ");
	buf_add_format(out, "--%s", arg->name);
	if (arg->flags & ARG_OPTIONAL_VALUE)
		buf_add_format(out, "[=%s]", meta);
	else if (*meta)
		buf_add_format(out, " %s", meta);
}

static void add_choices(struct buf *out, const struct help_style *style, const struct arg *arg)
{
	bool explained = false;
	if (arg->flags & ARG_OPTIONAL_VALUE)
		return; /* its help says it */
	for (size_t i = 0; i < arg->choice_count; i++)
		explained = explained || arg->choices[i].help;
	if (explained && style->roff)
		buf_add_str(out, ".RS\n");
	if (explained) {
		for (size_t i = 0; i < arg->choice_count; i++) {
			CLEAN_FREE char *term = buf_format("      %s", arg->choices[i].value);
			help_entry(out, style, term,
				   arg->choices[i].help ? arg->choices[i].help : "",
				   OPTION_COLUMN + 6);
		}
		if (style->roff)
			buf_add_str(out, ".RE\n");
		return;
	}
	CLEAN_BUF struct buf list = { 0 };
	for (size_t i = 0; i < arg->choice_count; i++)
		buf_add_format(&list, "%s%s", i ? ", " : "one of ", arg->choices[i].value);
	if (!list.len)
		return;
	if (style->roff) {
		buf_add_str(out, ".br\n");
		help_roff(out, list.data);
	} else {
		text_wrap(out, list.data, OPTION_COLUMN, style->width, false);
	}
	buf_add_char(out, '\n');
}

/* Adds a remark in brackets. */
static void add_note(struct buf *text, const char *note, const char *value)
{
	buf_add_format(text, text->len ? " (%s%s)" : "%s%s", note, value);
}

/* What is to be known of an argument: its help and remarks; an example if there is room for it on
 * the line. */
static void argument_text(struct buf *text, const struct help_style *style, const struct arg *arg,
			  size_t column)
{
	bool option = !(arg->flags & ARG_POSITIONAL);
	buf_add_str(text, arg->help ? arg->help : "");
	if (arg->flags & ARG_DEPRECATED)
		add_note(text, "deprecated", "");
	if (option && (arg->flags & ARG_REQUIRED))
		add_note(text, "required", "");
	if (option && ((arg->flags & ARG_REPEAT) || arg->type == ARG_PAIR))
		add_note(text, "may be repeated", "");
	if (arg->preset)
		add_note(text, "default ", arg->preset);
	if (!arg->example || arg->choice_count)
		return;
	size_t needed = text_width(buf_str(text), text->len) +
			text_width(arg->example, strlen(arg->example)) + sizeof(" (such as )");
	if (style->roff || column + needed <= style->width)
		add_note(text, "such as ", arg->example);
}

void help_options(struct buf *out, const struct help_style *style, const struct arg *args,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct arg *arg = &args[i];
		if (arg->flags & ARG_POSITIONAL)
			continue;
		CLEAN_BUF struct buf term = { 0 }, text = { 0 };
		option_term(&term, arg);
		argument_text(&text, style, arg, OPTION_COLUMN);
		help_entry(out, style, buf_str(&term), buf_str(&text), OPTION_COLUMN);
		add_choices(out, style, arg);
	}
}

static bool is_listed(const struct command *command, const char *group, bool derived)
{
	size_t len = strlen(group);
	return !command->hidden && command->derived == derived &&
	       strncmp(command->name, group, len) == 0 && (!len || command->name[len] == ' ');
}

size_t help_commands(struct buf *out, const struct help_style *style,
		     const struct command_table *table, const char *group, bool derived)
{
	size_t column = 0, count = 0;
	for (size_t i = 0; i < table->count; i++)
		if (is_listed(table->items[i], group, derived) &&
		    strlen(table->items[i]->name) + 4 > column)
			column = strlen(table->items[i]->name) + 4;
	if (column > 34)
		column = 34;
	for (size_t i = 0; i < table->count; i++) {
		const struct command *command = table->items[i];
		if (!is_listed(command, group, derived))
			continue;
		help_entry(out, style, command->name, command->summary, column);
		count++;
	}
	return count;
}

void help_usage(struct buf *out, const struct command *command)
{
	bool options = false;
	buf_add_format(out, "bangoctl %s", command->name);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		const char *more = arg->flags & ARG_REPEAT ? "..." : "";
		options = options || !(arg->flags & ARG_POSITIONAL);
		if ((arg->flags & ARG_POSITIONAL) && (arg->flags & ARG_REQUIRED))
			buf_add_format(out, " %s%s", arg_meta(arg), more);
		else if (arg->flags & ARG_POSITIONAL)
			buf_add_format(out, " [%s%s]", arg_meta(arg), more);
		else if (arg->flags & ARG_REQUIRED)
			buf_add_format(out, arg->type == ARG_FLAG ? " --%s" : " --%s %s", arg->name,
				       arg_meta(arg));
	}
	if (options)
		buf_add_str(out, " [OPTION...]");
}

/* Adds a command line; one that is too long is broken before its options, as a shell would read it.
 */
static void add_example(struct buf *out, size_t width, const char *line)
{
	size_t column = 2;
	char quote = '\0';
	for (const char *p = line; *p; p++) {
		if (*p == '\'' || *p == '"')
			quote = quote == *p ? '\0' : quote ? quote : *p;
		const char *next = strstr(p + 1, " -");
		size_t ahead = next ? (size_t)(next - p) : strlen(p);
		if (*p == ' ' && p[1] == '-' && !quote && column + ahead + 2 > width) {
			buf_add_str(out, " \\\n   ");
			column = 5;
		}
		buf_add_char(out, *p);
		column++;
	}
	buf_add_char(out, '\n');
}

static void add_examples(struct buf *out, const struct help_style *style,
			 const struct command *command)
{
	CLEAN_BUF struct buf lines = { 0 };
	for (size_t i = 0; i < command->example_count; i++)
		add_example(&lines, style->roff ? 72 : style->width, command->examples[i]);
	if (!lines.len)
		return;
	help_heading(out, style, command->example_count > 1 ? "Examples" : "Example");
	help_code(out, style, lines.data);
	help_gap(out, style);
}

static void add_statuses(struct buf *out, const struct command *command)
{
	for (size_t i = 0; i < command->from_count; i++)
		buf_add_format(out, "%s%s", i ? ", " : "from ", command->from[i]);
	for (size_t i = 0; i < command->to_count; i++) {
		bool seen = false;
		for (size_t j = 0; j < i; j++)
			seen = seen || strcmp(command->to[j].status, command->to[i].status) == 0;
		if (!seen)
			buf_add_format(out, "%s%s", i ? " or " : " to ", command->to[i].status);
	}
}

static void add_call(struct buf *out, const struct help_style *style, const struct command *command)
{
	CLEAN_BUF struct buf text = { 0 };
	help_heading(out, style, "Call");
	buf_add_format(&text, "%s %s", command->method, command->path);
	help_entry(out, style, "request", text.data, 14);
	if (command->body_form != BODY_JSON)
		help_entry(out, style, "body",
			   command->body_form == BODY_URLENCODED
				   ? "a form (application/x-www-form-urlencoded)"
				   : "neither JSON nor a form: the call is refused",
			   14);
	buf_clear(&text);
	add_statuses(&text, command);
	if (text.len)
		help_entry(out, style, "status", text.data, 14);
	if (command->effect == EFFECT_CHANGE) {
		buf_clear(&text);
		buf_add_format(&text, "%s: a live profile asks %s", danger_name(command->danger),
			       command->danger == DANGER_SEVERE ? "for its name to be typed"
								: "y/N");
		help_entry(out, style, "danger", text.data, 14);
	}
	help_entry(out, style, "evidence", command->evidence ? command->evidence : "", 14);
	help_gap(out, style);
}

static void add_arguments(struct buf *out, const struct help_style *style,
			  const struct command *command)
{
	bool any = false;
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (!(arg->flags & ARG_POSITIONAL))
			continue;
		if (!any)
			help_heading(out, style, "Arguments");
		any = true;
		CLEAN_BUF struct buf text = { 0 };
		argument_text(&text, style, arg, ARGUMENT_COLUMN);
		help_entry(out, style, arg_meta(arg), buf_str(&text), ARGUMENT_COLUMN);
		add_choices(out, style, arg);
	}
	if (any)
		help_gap(out, style);
}

static void add_options(struct buf *out, const struct help_style *style, const char *heading,
			const struct arg *args, size_t count)
{
	size_t options = 0;
	for (size_t i = 0; i < count; i++)
		options += !(args[i].flags & ARG_POSITIONAL);
	if (!options)
		return;
	help_heading(out, style, heading);
	help_options(out, style, args, count);
	help_gap(out, style);
}

void help_command(struct buf *out, const struct help_style *style, const struct command *command)
{
	CLEAN_BUF struct buf usage = { 0 };
	help_paragraph(out, style, command->summary);
	help_usage(&usage, command);
	help_heading(out, style, "Usage");
	if (style->roff) {
		help_code(out, style, usage.data);
	} else {
		buf_add_str(out, "  ");
		text_wrap(out, usage.data, 6, style->width, true);
		buf_add_str(out, "\n\n");
	}
	if (command->description && *command->description)
		help_paragraph(out, style, command->description);
	add_arguments(out, style, command);
	size_t own = command->derived ? command->own_count : command->arg_count;
	add_options(out, style, "Options", command->args, own);
	if (own < command->arg_count)
		add_options(out, style, "Columns, and options for the rows that leave them empty",
			    command->args + own, command->arg_count - own);
	if (command->method)
		add_call(out, style, command);
	add_examples(out, style, command);
}
