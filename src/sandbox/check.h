/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the fields of a request are those that its command has, with values of the right type. */
#ifndef SANDBOX_CHECK_H
#define SANDBOX_CHECK_H

#include "grammar/command.h"
#include "lib/json.h"
#include "lib/listener.h"

/*
 * Reads body and query into one JSON object, `fields`, which lives in `doc`; values of the query
 * are strings there. Unknown fields, wrong types and values, and missing required ones are errors
 * that name the field: ERR_USAGE.
 */
int check_request(const struct command *command, const struct listener_request *request,
		  struct json_doc *doc, struct json **fields, struct err *err);

#endif
