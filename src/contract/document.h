/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of an OpenAPI document: references, texts, and the list of problems.
 * Knows nothing of commands.
 */
#ifndef CONTRACT_DOCUMENT_H
#define CONTRACT_DOCUMENT_H

#include "contract/reader.h"

/*
 * Notes a problem of a value of the document, or of a part of a merged schema; NULL is the whole
 * document. The same message of the same value is noted once. The pointer is made by
 * `document_settle`.
 */
void document_problem(struct contract *contract, bool fatal, const struct json *node,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Gives each problem that was noted since the last time its JSON pointer. */
void document_settle(struct contract *contract);

/* Frees what belongs to this module, and the problems. */
void document_done(struct contract *contract);

/*
 * The node itself, or what its `$ref` leads to within the document. NULL, with a problem noted at
 * the node, if it leads nowhere, in a circle, or out of the document. NULL for NULL.
 */
const struct json *document_resolve(struct contract *contract, const struct json *node);

/* Whether the node, NULL never, is seen for the first time. */
bool document_visit(struct contract *contract, const struct json *node);

/* "POINTER/TOKEN" with the token escaped by RFC 6901; the caller frees it. */
char *document_pointer(const char *pointer, const char *token);

/* A copy of the text that lives as long as the document. */
const char *document_keep(struct contract *contract, const char *text);

/*
 * A text for people: the same, or a copy without what could steer a terminal. Line ends stay with
 * `lines`; else it is the first line. NULL for NULL.
 */
const char *document_text(struct contract *contract, const char *text, bool lines);

/* A text of a document as a member of an object: NULL unless it is one. */
const char *document_get_text(struct contract *contract, const struct json *object, const char *key,
			      bool lines);

#endif
