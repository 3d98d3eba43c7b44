/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A contract: an OpenAPI document, and the commands made of it.
 *
 * The built-in document and the one that a merchant received from Bango take the same road: YAML or
 * JSON into one tree, the tree into commands. What OpenAPI has no word for stands in the extension
 * object `x-bangoctl`. What a document holds and this reader does not support is listed as a
 * problem, never dropped in silence.
 */
#ifndef CONTRACT_READER_H
#define CONTRACT_READER_H

#include "base/err.h"
#include "contract/links.h"
#include "grammar/command.h"
#include "lib/json.h"

/* Something in a document that is wrong or not supported, listed once whoever refers to it. */
struct contract_problem {
	char *pointer; /* owned: JSON pointer (RFC 6901) of the place */
	char *message; /* owned */
	bool fatal;    /* the document cannot be used */
	bool slight;   /* a missing description: lists for people only count them */
};

/* The names that a document cannot have: a colliding option becomes --field-NAME, a colliding
 * command `api NAME`. What it points to, but for the header, must live as long as the contract. */
struct contract_reserved {
	const struct arg *options;
	size_t option_count;
	const struct command_table *commands;
	const char *header; /* in which the profile sends its secret, or NULL */
};

/* What document.c and schema.c keep. */
struct contract_work {
	struct links merged;  /* a schema → what it came to: few schemas serve many places */
	struct links copies;  /* a part of a merged schema → the value that it was copied from */
	struct links visited; /* see document_visit */
	struct links noted;   /* a value → its last note */
	size_t located;	      /* so many problems have a pointer */
};

struct contract {
	char *name; /* owned: the file's path, or "built-in" */
	struct json_doc *doc;
	const struct json *root;
	struct contract_work work; /* owned */
	int version;		   /* of the OpenAPI specification: 20, 30 or 31 */
	struct contract **self;	   /* lives in doc: where this is, for what is filled in later */
	struct contract_reserved reserved;
	const char *server; /* the first usable server, for profiles without a base_url, or NULL */
	enum auth auth;	    /* what calls need that do not say it: see security.h */
	const char *auth_header;  /* of AUTH_HEADER */
	const char *scheme;	  /* a scheme of the document's, if `auth` is unsaid, or NULL */
	struct command *commands; /* lives in doc */
	size_t command_count;
	struct contract_problem *problems; /* owned */
	size_t problem_count;
};

enum { CONTRACT_MAX_DOCUMENT = 64 * 1024 * 1024 };

/*
 * Reads a document from memory. The text is JSON if its first character is `{`, else YAML. `name`
 * stands in messages. Fails, kind ERR_CONFIG, with the first fatal problem; the list is complete
 * nevertheless.
 */
int contract_read(struct contract *contract, const char *name, const char *text, size_t len,
		  const struct contract_reserved *reserved, struct err *err);

/* The same for a document that is parsed already, of which the contract becomes the owner. */
int contract_make(struct contract *contract, const char *name, struct json_doc *doc,
		  const struct json *root, const struct contract_reserved *reserved,
		  struct err *err);

/* Whether the text is read as JSON: its first character that is no blank is `{`. */
bool contract_is_json(const char *text, size_t len);

/* The same for a file of at most CONTRACT_MAX_DOCUMENT bytes. */
int contract_read_file(struct contract *contract, const char *path,
		       const struct contract_reserved *reserved, struct err *err);

/* The document that is part of the binary. */
void contract_builtin(struct contract *contract, const struct contract_reserved *reserved);

void contract_done(struct contract *contract);

/* Fills in all commands, for those who go through them; the list of problems is complete then. */
void contract_fill(struct contract *contract);

/* To be called when the struct was copied to another place, which owns it now. */
void contract_moved(struct contract *contract);

/*
 * Moves one operation: `method` and `path` may each be NULL for "as it is". The new path must have
 * the same {holes}. ERR_CONFIG if there is no such operationId.
 */
int contract_move(struct contract *contract, const char *operation_id, const char *method,
		  const char *path, struct err *err);

#endif
