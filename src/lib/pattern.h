/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regular expressions (PCRE2) as JSON Schema means them: those of ECMA-262, in Unicode, not
 * anchored. They come from documents of others, so time and memory of each have a bound.
 */
#ifndef LIB_PATTERN_H
#define LIB_PATTERN_H

#include <stdbool.h>

#include "base/err.h"

/* Whether the pattern can be used; ERR_USAGE with the reason if not. */
int pattern_check(const char *pattern, struct err *err);

/* Whether the text, valid UTF-8, has a match. A pattern that cannot be used, or that takes too
 * long on this text, fits all. */
bool pattern_fits(const char *pattern, const char *text);

const char *pattern_library(void);

#endif
