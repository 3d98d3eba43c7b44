/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which operations of two contracts are the same one. */
#ifndef CONTRACT_PAIRS_H
#define CONTRACT_PAIRS_H

#include "contract/reader.h"

/* A path with every {hole} as {}; the caller frees it. */
char *pairs_path(const char *path);

/*
 * For each command of `a` the one of `b`, or NULL, in an array that the caller frees: by
 * operationId, else by method and path whatever the holes are called, else by the words.
 * `taken[i]` tells whether the command `i` of `b` is in a pair; the caller frees it.
 */
const struct command **pairs_make(const struct contract *a, const struct contract *b, bool **taken);

#endif
