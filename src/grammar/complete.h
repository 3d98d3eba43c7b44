/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion: the candidates for the word that is being typed, made of the table. Knows no network;
 * words that are known only at run time come by a callback.
 */
#ifndef GRAMMAR_COMPLETE_H
#define GRAMMAR_COMPLETE_H

#include "grammar/command.h"

/* Takes one candidate; `help` may be NULL. */
typedef void (*complete_sink)(void *context, const char *word, const char *help);

struct complete_source {
	const struct command_table *table;
	const struct arg *globals;
	size_t global_count;
	/* Offers the values that an argument can have now (profiles, ids, settings); may be NULL.
	 */
	void (*offer)(void *context, const struct arg *arg, complete_sink sink, void *sink_context);
	void *context;
};

/* The candidate that stands for "names of files". */
#define COMPLETE_FILES ":file"

/* Offers every candidate for the last of the `count` words, which may be empty, to `sink`. */
void complete(const struct complete_source *source, const char *const *words, size_t count,
	      complete_sink sink, void *context);

#endif
