/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and body properties of an operation as arguments of a command. */
#ifndef CONTRACT_FIELDS_H
#define CONTRACT_FIELDS_H

#include "contract/reader.h"

/* The arguments of one command as they are gathered. */
struct fields {
	struct contract *contract;
	const struct contract_reserved *reserved;
	const char *pointer;  /* of the operation, for problems */
	const char *evidence; /* for fields that name none */
	struct arg *args;     /* owned until fields_take */
	size_t count;
};

/* Adds a parameter object (path, query or header). */
void fields_add_parameter(struct fields *fields, const struct json *parameter);

/* Adds each property of a body's schema; nested objects become dotted names. */
void fields_add_body(struct fields *fields, const struct json *schema);

/* Adds a ready-made argument. */
void fields_add(struct fields *fields, const struct arg *arg);

/* Moves the arguments into the contract's document, positionals first by the order of the path's
 * holes. */
struct arg *fields_take(struct fields *fields, const char *path);

/* "documented: …" or "inferred: …" from an x-bangoctl object, or `fallback`. Lives in the document.
 */
const char *fields_evidence(struct contract *contract, const struct json *extension,
			    const char *fallback);

#endif
