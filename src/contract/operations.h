/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a document as a command, in two steps: what a list of commands shows, and the
 * rest. */
#ifndef CONTRACT_OPERATIONS_H
#define CONTRACT_OPERATIONS_H

#include "contract/reader.h"

/* Where an operation stands. */
struct operation {
	struct command_rest rest; /* the first member: see operations_defer */
	struct contract **owner;  /* the contract's place in memory, which may change */
	const struct json *item;  /* the path item, resolved */
	const struct json *node;
	const char *path;
	const char *method; /* in small letters */
};

/* Fills all but the name that can be said without looking beyond the operation. */
void operations_outline(struct contract *contract, const struct operation *operation,
			struct command *command);

/* Leaves the details for the first use of the command. The operation must live as long as the
 * document. */
void operations_defer(struct operation *operation, struct command *command);

/* Fills the rest: arguments, credentials, transitions, reply. */
void operations_details(struct contract *contract, const struct operation *operation,
			struct command *command);

#endif
