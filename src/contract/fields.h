/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schemas as arguments of a command: the properties of a body, and what all arguments share. */
#ifndef CONTRACT_FIELDS_H
#define CONTRACT_FIELDS_H

#include "contract/reader.h"

/* The arguments of one command as they are gathered. */
struct fields {
	struct contract *contract;
	const struct contract_reserved *reserved;
	const struct json *node; /* the operation, for problems */
	const char *auth_header; /* the header that carries the credentials, or NULL */
	const char *evidence;	 /* for fields that name none */
	struct arg *args;	 /* owned until fields_take */
	size_t count;
	size_t properties; /* gone through, whether they became arguments or not */
	bool form;	   /* Swagger 2: some parameter is a field of a form */
	bool file;	   /* … and one a file */
	bool flat;	   /* the body has no place for objects */
	bool open;	   /* the body may have members that are no arguments */
};

/*
 * Makes an argument of a schema: its name, type and limits. `node` declares it, `help` is its own
 * description or NULL, `extension` its x-bangoctl or NULL.
 */
struct arg fields_make(struct fields *fields, const char *wire, enum arg_place place,
		       const struct json *node, const struct json *schema);

/* Adds each property of a body's schema; nested objects become dotted names. */
void fields_add_body(struct fields *fields, const struct json *schema);

/* Adds an argument. */
void fields_add(struct fields *fields, const struct arg *arg);

/* Whether the command has as many arguments as one may have; a problem if so. */
bool fields_full(struct fields *fields);

/* Moves the arguments into the contract's document, positionals first by the order of the path's
 * holes. */
struct arg *fields_take(struct fields *fields, const char *path);

/* "documented: …" or "inferred: …" from an x-bangoctl object, or `fallback`. Lives in the document.
 */
const char *fields_evidence(struct contract *contract, const struct json *extension,
			    const char *fallback);

/* Whether the schema is of that type, or of that type or null. */
bool fields_is_type(const struct json *schema, const char *type);

#endif
