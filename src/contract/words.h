/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the parts of an operation are said in lists and comparisons. */
#ifndef CONTRACT_WORDS_H
#define CONTRACT_WORDS_H

#include "base/buf.h"
#include "grammar/command.h"
#include "lib/json.h"

/* "path", "query", "header", "body", or "client". */
const char *words_place(const struct arg *arg);

/* "--reason-code", or what stands for a positional in help; the caller frees it. */
char *words_option(const struct arg *arg);

/* "read" or "change". */
const char *words_effect(const struct command *command);

/* "none", "basic", "bearer" or "header", as the setting `auth` spells them; NULL: it is not said.
 */
const char *words_auth(enum auth auth);

/* "none", "optional" or "required". */
const char *words_body(const struct command *command);

/* The method as a document spells it, in small letters; the caller frees it. */
char *words_method(const struct command *command);

/* The texts as an array of the document. */
struct json *words_texts(struct json_doc *doc, const char *const *texts, size_t count);

/* "CANCELLED if immediate is true" for each rule of where the operation leads to. */
struct json *words_rules(struct json_doc *doc, const struct command *command);

/* Adds a text, or the texts of an array with commas between them. */
void words_join(struct buf *out, const struct json *value);

#endif
