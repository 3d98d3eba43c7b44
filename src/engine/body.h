/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON body of a call, made of --body, the fields' options, and --set. */
#ifndef ENGINE_BODY_H
#define ENGINE_BODY_H

#include "grammar/parse.h"
#include "lib/json.h"

/*
 * Builds the body in `doc`; `*body` becomes NULL if nothing asks for one. ERR_USAGE for what is not
 * JSON, an unknown field of --set, a wrong type, a missing required field, or a file that cannot be
 * read.
 */
int body_build(struct json_doc *doc, const struct command *command, const struct values *values,
	       const struct json **body, struct err *err);

/*
 * Writes the body as application/x-www-form-urlencoded: a list repeats its name, or is one value
 * where the command's argument has a joint. ERR_USAGE for null and what is no text, number or list.
 */
int body_write_form(struct buf *out, const struct command *command, const struct json *body,
		    struct err *err);

/* Reads `JSON` or `@FILE` (`@-` is standard input); `what` names it in messages. */
int body_read(struct json_doc *doc, const char *what, const char *text, struct json **value,
	      struct err *err);

#endif
