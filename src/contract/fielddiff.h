/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs in the fields of two operations that are a pair: of the request and of the reply. */
#ifndef CONTRACT_FIELDDIFF_H
#define CONTRACT_FIELDDIFF_H

#include "contract/difference.h"

/*
 * The fields are paired by place and wire name, else by wire name (another place), else, where it
 * is the only one on either side, as the hole of the path or by all but the name (renamed).
 */
void fielddiff_args(const struct differences *differences, const struct command *a,
		    const struct command *b);

/* The fields of the reply's record: which there are, and their types. Both replies must hold it in
 * the same place. */
void fielddiff_replies(const struct differences *differences, const struct command *a,
		       const struct command *b);

#endif
