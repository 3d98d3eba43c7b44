/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of an OpenAPI document: references, merged schemas, and the list of problems.
 * Knows nothing of commands.
 */
#ifndef CONTRACT_DOCUMENT_H
#define CONTRACT_DOCUMENT_H

#include "contract/reader.h"

/* Notes a problem at a JSON pointer. */
void document_problem(struct contract *contract, bool fatal, const char *pointer,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The node itself, or what its `$ref` leads to within the document. NULL, with a problem noted at
 * `pointer`, if it leads nowhere, in a circle, or out of the document.
 */
const struct json *document_resolve(struct contract *contract, const struct json *node,
				    const char *pointer);

/*
 * The schema with its `$ref` and `allOf` merged into one object: outer members win over inner ones,
 * and `properties`, `required` and `x-bangoctl` are joined. NULL for NULL or an unusable reference.
 */
const struct json *document_schema(struct contract *contract, const struct json *schema,
				   const char *pointer);

/* "POINTER/TOKEN" with the token escaped by RFC 6901; the caller frees it. */
char *document_pointer(const char *pointer, const char *token);

#endif
