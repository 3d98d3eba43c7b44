/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check over a whole table of commands: what a reader of a document cannot see in one
 * operation. */
#ifndef CONTRACT_CHECK_H
#define CONTRACT_CHECK_H

#include "contract/reader.h"

/*
 * Adds problems to the contract: what the document says that we do not follow, missing help, a hole
 * without an argument, required after optional, choices that are none, columns and rows that the
 * sample reply does not have, a severe verb that is not marked as such, statuses out of nowhere.
 * None of them is fatal.
 */
void contract_check(struct contract *contract);

#endif
