/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to a value, by the value's address. */
#ifndef CONTRACT_LINKS_H
#define CONTRACT_LINKS_H

#include <stdbool.h>
#include <stddef.h>

struct links {
	struct link {
		const void *key; /* NULL: the slot is free */
		const void *value;
	} * slots; /* owned */
	size_t count, size;
};

void links_done(struct links *links);

/* Sets what belongs to the key, which is not NULL. */
void links_put(struct links *links, const void *key, const void *value);

/* What belongs to the key, or NULL. */
const void *links_get(const struct links *links, const void *key);

/* Whether anything, NULL too, was set for the key. */
bool links_has(const struct links *links, const void *key);

#endif
