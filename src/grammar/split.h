/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of the shell and of scripts into statements: words quoted as in POSIX sh (single and double
 * quotes, backslash), `#` comments, `;`, line continuation, and at the end `| command` and `>
 * file`. There are no variables, no globbing, no substitution: what is not quoted stands for
 * itself.
 */
#ifndef GRAMMAR_SPLIT_H
#define GRAMMAR_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct statement {
	char **words; /* owned, with their texts; at least one */
	size_t word_count;
	char *pipe;    /* owned: the command behind `|` up to the end of the line, or NULL */
	char *file;    /* owned: the name behind `>`, or NULL */
	bool append;   /* `>>` */
	unsigned line; /* where it begins, from 1 */
};

struct statements {
	struct statement *items; /* owned */
	size_t count;
};

void statements_done(struct statements *statements);

/*
 * Splits a text of any number of lines. 0: done. 1: it ends within quotes or after a backslash, and
 * more is to come; `statements` is then empty. -1: bad syntax, ERR_USAGE; `*at` is its line.
 */
int split_statements(const char *text, struct statements *statements, unsigned *at,
		     struct err *err);

/* What completion needs of an unfinished line: the words of its last statement up to the cursor,
 * the last of them the one that is being typed, perhaps empty. NULL-ended; free with split_free. */
char **split_unfinished(const char *text, size_t len);
void split_free(char **words);

#endif
