/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Help: of a group of commands, of one command. Everything is made of the table, and each piece is
 * written either for a terminal or, for the manual, as man(7) source: both say the same.
 */
#ifndef GRAMMAR_HELP_H
#define GRAMMAR_HELP_H

#include "base/buf.h"
#include "grammar/command.h"

struct help_style {
	size_t width; /* columns to fit into */
	bool color;   /* bold headings */
	bool roff;    /* man(7) source instead; width and color do not count */
};

/* A paragraph, followed by a blank line. */
void help_paragraph(struct buf *out, const struct help_style *style, const char *text);

/* Lines that stay as they are, each indented by two blanks. */
void help_code(struct buf *out, const struct help_style *style, const char *lines);

/* The blank line after a list of entries or code. */
void help_gap(struct buf *out, const struct help_style *style);

/* Adds text as man(7) source shows it: nothing in it is taken for a request or an escape. */
void help_roff(struct buf *out, const char *text);

/* A heading such as "Options:" on a line of its own. */
void help_heading(struct buf *out, const struct help_style *style, const char *text);

/* One "term   explanation" entry, wrapped; `column` is where explanations begin. */
void help_entry(struct buf *out, const struct help_style *style, const char *term, const char *text,
		size_t column);

/* The options among `args` with their choices. */
void help_options(struct buf *out, const struct help_style *style, const struct arg *args,
		  size_t count);

/* The commands of a group ("" for all), a line each: those that are `derived`, or those that are
 * not. Returns how many there are. */
size_t help_commands(struct buf *out, const struct help_style *style,
		     const struct command_table *table, const char *group, bool derived);

/* The whole help of one command. */
void help_command(struct buf *out, const struct help_style *style, const struct command *command);

/* "bangoctl entitlement suspend ID [OPTION…]" */
void help_usage(struct buf *out, const struct command *command);

#endif
