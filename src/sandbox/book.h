/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The entitlements that a store begins with: those of the built-in book, or a list that the user
 * gives. Dates in them may be relative, `-120d`, `+14d`, also in hours (h) and minutes (m): they
 * become real when they go in.
 */
#ifndef SANDBOX_BOOK_H
#define SANDBOX_BOOK_H

#include "sandbox/store.h"

/* book.json as it was built in. */
extern const char sandbox_book[];
extern const unsigned long sandbox_book_len;

/*
 * Fills the store, see store_fill, with copies of `records`; NULL: with the built-in book.
 * ERR_USAGE for a list that is not usable.
 */
int book_fill(struct store *store, const struct json *records, bool only_new, struct err *err);

#endif
