/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which command a request calls, and the values in its path. */
#ifndef SANDBOX_ROUTE_H
#define SANDBOX_ROUTE_H

#include "grammar/command.h"

enum { ROUTE_MAX_HOLES = 8 };

struct route {
	const struct command *command; /* NULL: none */
	bool other_method;	       /* none, but the path is right with another method */
	struct route_hole {
		const struct arg *arg;
		char *value; /* owned; percent-decoded UTF-8 */
	} holes[ROUTE_MAX_HOLES];
	size_t hole_count;
};

/*
 * Finds the API call of that method whose path template fits; a literal segment is preferred to a
 * {hole}. A value that is no proper UTF-8 when decoded fits no hole.
 */
void route_find(struct route *route, const struct command_table *table, const char *method,
		const char *path);

/* Whether the path, without a query, is the command's; the holes are filled then. */
bool route_match(struct route *route, const struct command *command, const char *path);

void route_done(struct route *route);

/* The value of the hole of that wire name, or NULL. */
const char *route_value(const struct route *route, const char *wire);

#endif
