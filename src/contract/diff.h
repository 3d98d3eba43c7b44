/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What two contracts do differently: at the level of commands and their fields, not of the
 * documents' text. References, order, the split of schemas and the evidence make no difference.
 */
#ifndef CONTRACT_DIFF_H
#define CONTRACT_DIFF_H

#include "contract/reader.h"

/*
 * The differences from `a` to `b`: an array in `doc` of objects with
 *
 *   operation, command, method, path   which operation, as `a` has it (an added one: as `b`); null
 *                                      for what concerns the whole document
 *   change   added, removed, renamed, moved (another method or path) or changed
 *   what     operation, operationId, command, method, path, danger, effect, from, to, body, field,
 *            option, place, type, required, values, limits, default, columns, rows, reply, server,
 *            auth
 *   field    the wire name of the field that it is about, or null
 *   from, to the value in `a` and in `b`, null where there is none; texts, or arrays of texts
 *   note     more about it, or null
 *
 * One after the other by operation: those of `a` in its order, then the added ones. Operations are
 * paired by operationId, else by method and path, else by the words of the command. `worded`
 * receives how many pairs differ in their descriptions, which is no difference here.
 */
struct json *diff_contracts(struct json_doc *doc, const struct contract *a,
			    const struct contract *b, size_t *worded);

#endif
