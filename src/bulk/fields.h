/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of one row of a bulk job's input, and how they come out of a JSON object:
 * a scalar is its text (a number its digits, true and false themselves), a nested object its
 * members with dotted names, an array of scalars one field for each, all of one name, any other
 * array its JSON text. null, an empty object and an empty array are not given.
 */
#ifndef BULK_FIELDS_H
#define BULK_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "lib/tree.h"

/* All texts are UTF-8 without NULs, and NUL-terminated. */
struct bulk_field {
	const char *name;
	const char *text; /* "" when not given */
	size_t len;
	bool given;
	bool raw;  /* the text is a JSON array */
	bool bare; /* the text is a JSON number, true or false */
};

enum { BULK_MAX_FIELDS = 1024, BULK_MAX_NAME = 1024 };

struct field_list {
	struct bulk_field *items; /* owned; their texts are not, except those in `doc` */
	size_t count;
	struct json_doc *doc; /* owned or NULL */
};

void field_list_done(struct field_list *list);

/* The fields of the object that `len` bytes are, in place of those that were there. ERR_USAGE for
 * what is no JSON object or breaks a limit, and for a name that would stand there twice. */
int field_list_read(struct field_list *list, const char *text, size_t len, struct err *err);

#endif
