/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of an operation's command: the same every time, and no two alike. */
#ifndef CONTRACT_NAMING_H
#define CONTRACT_NAMING_H

#include "contract/reader.h"

/* The names that were given so far; the texts are borrowed. `{ 0 }` is empty. */
struct naming {
	struct naming_slot *slots; /* owned */
	size_t count, size;
};

void naming_done(struct naming *naming);

/*
 * `x-bangoctl.command`, else made of tag and operationId, else of method and path. Names that a
 * command made earlier or one of ours has get a prefix or a number. Lives in the contract's
 * document.
 */
const char *naming_command(struct contract *contract, struct naming *naming,
			   const struct contract_reserved *reserved, const char *method,
			   const char *path, const struct json *operation);

/* Whether the operationId, which must outlive `naming`, was asked for before. */
bool naming_seen(struct naming *naming, const char *operation_id);

#endif
