/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The records that a store begins with: those of the built-in book, those that the contract shows
 * as examples, or a list that the user gives. Dates in them may be relative, `-120d`, `+14d`, also
 * in hours (h) and minutes (m): they become real when they go in.
 */
#ifndef SANDBOX_BOOK_H
#define SANDBOX_BOOK_H

#include "grammar/command.h"
#include "sandbox/store.h"

/* book.json as it was built in. */
extern const char sandbox_book[];
extern const unsigned long sandbox_book_len;

/*
 * Fills the store, see store_fill, with copies of `records`, each of the first kind of the table
 * whose key it has; NULL: with the contract's examples, which are the rows of lists, completed by
 * the example of one record, and that one. ERR_USAGE for a list that is not usable.
 */
int book_fill(struct store *store, const struct command_table *table, const struct json *records,
	      bool only_new, struct err *err);

/* The records of the built-in book. */
int book_builtin(struct json_doc *doc, struct json **records, struct err *err);

#endif
