/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of OpenAPI: which members an object may have, of what type, and which of them we do not
 * follow. What no operation refers to is not looked at, nor are the schemas of replies, which
 * nothing is checked against.
 */
#ifndef CONTRACT_VOCABULARY_H
#define CONTRACT_VOCABULARY_H

#include "contract/reader.h"

/* Notes a problem for each member that is unknown, of a wrong type, or not supported. */
void vocabulary_check(struct contract *contract);

#endif
