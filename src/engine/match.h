/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which operation of the contract a path on the wire belongs to. */
#ifndef ENGINE_MATCH_H
#define ENGINE_MATCH_H

#include "contract/reader.h"

struct match {
	const struct command *command; /* whole, or NULL */
	char *target;		       /* owned: the value of the path's last hole, or NULL */
	enum effect effect;
	enum danger danger;
};

/*
 * Fills in what is known of the method and path, which may have a query; without an operation
 * effect and danger stay as they are. A server may not mind letter case or a slash at the end, so
 * it is as grave as the gravest operation that the path has but for those. A path that may become
 * any other on the way is as grave as the gravest operation of the method, and HEAD as grave as GET
 * unless it is an operation itself.
 */
void match_path(const struct contract *contract, const char *method, const char *path,
		struct match *match);

#endif
