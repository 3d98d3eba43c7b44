/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document in force: what was read, with the operations where contract_move put them. */
#ifndef CONTRACT_MOVED_H
#define CONTRACT_MOVED_H

#include "contract/reader.h"

/*
 * The document's own root if nothing was moved, else a copy in `doc` in which each moved operation
 * stands under its path and method in force, together with what its old path item gave it.
 * ERR_CONFIG if two operations would stand in one place.
 */
int moved_document(struct json_doc *doc, struct contract *contract, const struct json **root,
		   struct err *err);

#endif
