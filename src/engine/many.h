/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands `bulk CALL`, made of the contract's: the call's arguments, all optional, as values
 * for every row, and bulk's own options. A field that is named like one of these is given by a
 * column or by --set.
 */
#ifndef ENGINE_MANY_H
#define ENGINE_MANY_H

#include "grammar/command.h"

struct json_doc;

/* Makes one command for each of `count` calls; they live in `doc`, the array that is returned too.
 */
const struct command *many_commands(struct json_doc *doc, const struct command *calls,
				    size_t count);

/* The call of `bulk CALL`, or NULL for another command. */
const struct command *many_call(const struct command_table *table, const struct command *command);

#endif
