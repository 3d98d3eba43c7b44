/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was given on a line: words before they are read, and the values of arguments after. */
#ifndef GRAMMAR_VALUES_H
#define GRAMMAR_VALUES_H

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

#endif
