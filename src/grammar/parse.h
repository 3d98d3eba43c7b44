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

#include "base/buf.h"
#include "base/err.h"
#include "grammar/command.h"

struct value {
	const struct arg *arg;
	char *text; /* owned; as typed, checked against the type */
};

struct values {
	struct value *items;
	size_t count;
};

/* A list of words: the array is owned, the words are borrowed from argv or a line. */
struct words {
	const char **items;
	size_t count;
};

void values_done(struct values *values);
void words_done(struct words *words);
void words_add(struct words *words, const char *word);

/* Adds a value, taking a copy of the text; `arg` must outlive it. */
void values_add(struct values *values, const struct arg *arg, const char *text);

/* The last value given for the argument of that name, or NULL. */
const char *values_get(const struct values *values, const char *name);

/* Whether a flag was given and is true. */
bool values_flag(const struct values *values, const char *name);

/* How often the argument was given. */
size_t values_times(const struct values *values, const char *name);

/*
 * The first step: takes the options of the table `globals` out of `words` into `values`; what is left,
 * in order, goes to `rest`. A word `--` and all after it stay.
 */
int parse_globals(const struct words *words, const struct arg *globals, size_t global_count, struct values *values,
		  struct words *rest, struct err *err);

struct parsed {
	const struct command *command; /* NULL: only a group, or nothing, was named */
	char *group; /* owned: the words as far as they named a group; "" for the top */
	struct values values;
};

void parsed_done(struct parsed *parsed);

/*
 * The second step. With `lenient` (for --help) stops after finding the command. Checks types, choices
 * and required arguments. `globals` serve only did-you-mean.
 */
int parse_command(const struct words *words, const struct command_table *table, const struct arg *globals,
		  size_t global_count, bool lenient, struct parsed *parsed, struct err *err);

/* Checks one text against an argument's type, as the parser does; `what` names it in the message. */
int parse_check(const struct arg *arg, const char *what, const char *text, struct err *err);

#endif
