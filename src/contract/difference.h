/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows that a comparison of two contracts gathers: their form is told in diff.h. */
#ifndef CONTRACT_DIFFERENCE_H
#define CONTRACT_DIFFERENCE_H

#include "grammar/command.h"
#include "lib/json.h"

struct differences {
	struct json_doc *doc;
	struct json *rows;	     /* an array */
	const struct command *about; /* the operation of the rows to come, or NULL */
};

/* One difference; texts are copied, values belong to the document. What is NULL becomes null. */
struct difference {
	const char *change, *what, *field;
	struct json *from, *to;
	const char *note;
};

void difference_add(const struct differences *differences, const struct difference *row);

/* A row if the texts differ; NULL: none. */
void difference_texts(const struct differences *differences, const char *change, const char *what,
		      const char *from, const char *to);

/* A row if the arrays differ: added or removed where one is empty. */
void difference_lists(const struct differences *differences, const char *what, struct json *from,
		      struct json *to);

#endif
