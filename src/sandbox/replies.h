/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first replies to changes, by their request identifiers, in the order in which they came. The
 * last REPLIES_KEPT to twice as many are kept. { 0 } is an empty memory.
 */
#ifndef SANDBOX_REPLIES_H
#define SANDBOX_REPLIES_H

#include "sandbox/table.h"

enum { REPLIES_KEPT = 10000 };

/* A reply that was given to a change; owns its texts. */
struct kept_reply {
	char *identifier;
	char *fingerprint; /* of the request: tells a repeat from another one */
	int status;
	char *body; /* JSON */
};

struct reply_list {
	struct kept_reply **items; /* owned, with what they hold */
	size_t count;
	struct table by_identifier;
};

struct replies {
	struct reply_list old, young; /* when the young are many enough, the old are forgotten */
};

void kept_reply_done(struct kept_reply *reply);
void replies_done(struct replies *replies);

/* The reply that was given under that identifier, or NULL. */
const struct kept_reply *replies_find(const struct replies *replies, const char *identifier);

/* Keeps a copy, unless the identifier is known. */
void replies_keep(struct replies *replies, const struct kept_reply *reply);

#endif
