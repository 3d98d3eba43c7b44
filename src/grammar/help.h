/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help as text: of the program, of a group of commands, of one command. Everything is made of the table. */
#ifndef GRAMMAR_HELP_H
#define GRAMMAR_HELP_H

#include "base/buf.h"
#include "grammar/command.h"

struct help_style {
	size_t width; /* columns to fit into */
	bool color; /* bold headings */
};

/* A heading such as "Options:" on a line of its own. */
void help_heading(struct buf *out, const struct help_style *style, const char *text);

/* One "term   explanation" entry, wrapped; `column` is where explanations begin. */
void help_entry(struct buf *out, const struct help_style *style, const char *term, const char *text, size_t column);

/* The options among `args` with their choices. */
void help_options(struct buf *out, const struct help_style *style, const struct arg *args, size_t count);

/* The commands of a group ("" for all), a line each. */
void help_commands(struct buf *out, const struct help_style *style, const struct command_table *table, const char *group);

/* The whole help of one command. */
void help_command(struct buf *out, const struct help_style *style, const struct command *command);

/* "bangoctl entitlement suspend ID [OPTION…]" */
void help_usage(struct buf *out, const struct command *command);

#endif
