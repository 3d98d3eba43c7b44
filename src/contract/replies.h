/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a document says of the reply of success: its records, their fields, an example. */
#ifndef CONTRACT_REPLIES_H
#define CONTRACT_REPLIES_H

#include "contract/reader.h"

/* Whether the media type is one of JSON, or any. */
bool replies_is_json(const char *type);

/* The media type object of JSON among the media types of `content`, or NULL. */
const struct json *replies_json_content(const struct json *content);

/* Fills the command's `rows`, `record` and `sample`; its `effect` must be known. */
void replies_read(struct contract *contract, const struct json *operation, struct command *command);

#endif
