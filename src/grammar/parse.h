/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words into a command and its values, in two steps by one parser.
 *
 * First the global options, wherever they stand before `--`: they settle config, profile and so the
 * table of commands. Then the rest against that table. Shell and scripts begin at the second step.
 * An unknown word is an error with a suggestion and is never run. Every error is ERR_USAGE.
 */
#ifndef GRAMMAR_PARSE_H
#define GRAMMAR_PARSE_H

#include "base/err.h"
#include "grammar/values.h"

/*
 * The first step: takes the options of the table `globals` out of `words` into `values`; what is
 * left, in order, goes to `rest`. A word `--` and all after it stay.
 */
int parse_globals(const struct words *words, const struct arg *globals, size_t global_count,
		  struct values *values, struct words *rest, struct err *err);

struct parsed {
	const struct command *command; /* NULL: only a group, or nothing, was named */
	char *group; /* owned: the words as far as they named a group; "" for the top */
	struct values values;
};

void parsed_done(struct parsed *parsed);

/*
 * The second step. With `lenient` (for --help) stops after finding the command. Checks types,
 * choices and required arguments. `globals` serve only did-you-mean.
 */
int parse_command(const struct words *words, const struct command_table *table,
		  const struct arg *globals, size_t global_count, bool lenient,
		  struct parsed *parsed, struct err *err);

/* Checks one text against an argument's type, as the parser does; `what` names it in the message.
 */
int parse_check(const struct arg *arg, const char *what, const char *text, struct err *err);

/* Whether all required arguments are there; those of the body are for the request's builder. */
int parse_required(const struct command *command, const struct values *values, struct err *err);

/* Sets the error of a required argument that has no value, and returns -1. */
int parse_missing(const struct command *command, const struct arg *arg, struct err *err);

#endif
