/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of an operation as arguments: where they go, and how lists are written there. */
#ifndef CONTRACT_PARAMETERS_H
#define CONTRACT_PARAMETERS_H

#include "contract/fields.h"

/*
 * Adds the operation's own parameters and those of its path item that it does not replace, and a
 * text for each hole of the path that none declares. A Swagger 2 body is not among them.
 */
void parameters_read(struct fields *fields, const struct json *path_item, const char *path);

/* The body parameter of Swagger 2, resolved, or NULL. */
const struct json *parameters_body(struct contract *contract, const struct json *path_item,
				   const struct json *operation);

#endif
