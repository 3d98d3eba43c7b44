/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a schema demands of a value: its values, range, length and pattern. */
#ifndef CONTRACT_LIMITS_H
#define CONTRACT_LIMITS_H

#include "contract/reader.h"

/* Whether the schema lists its values, all of them scalars: `enum`, or the `const` of 3.1. */
bool limits_has_choices(const struct json *schema);

/* Fills the argument's choices, minimum, maximum and pattern; its type and place must be known. */
void limits_read(struct contract *contract, const struct json *schema, struct arg *arg);

/* The value of a choice as the document lists it, which may be a number, true, false or null; NULL
 * if it is none of them. */
const struct json *limits_choice(const struct arg *arg, const char *text);

/* What the schema demands beyond lengths and counts, as one text; NULL: nothing. The caller frees
 * it. */
char *limits_text(const struct arg *arg);

/* Fills how many values the array may have. */
void limits_read_count(const struct json *array, struct arg *arg);

#endif
