/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of an operation's command: the same every time, and no two alike. */
#ifndef CONTRACT_NAMING_H
#define CONTRACT_NAMING_H

#include "contract/reader.h"

/*
 * `x-bangoctl.command`, else made of tag and operationId, else of method and path. Names that a
 * command made earlier or one of ours has get a prefix or a number. Lives in the contract's
 * document.
 */
const char *naming_command(struct contract *contract, const struct contract_reserved *reserved,
			   const char *method, const char *path, const struct json *operation);

#endif
