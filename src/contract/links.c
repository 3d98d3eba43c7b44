/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/links.h"

#include <stdint.h>

#include "base/mem.h"

void links_done(struct links *links)
{
	free(links->slots);
	*links = (struct links){ 0 };
}

/* The slot where the key is, or is to be. */
static struct link *slot_of(const struct links *links, const void *key)
{
	size_t at = ((uintptr_t)key / sizeof(void *)) * 2654435761U % links->size;
	while (links->slots[at].key && links->slots[at].key != key)
		at = (at + 1) % links->size;
	return &links->slots[at];
}

static void grow(struct links *links)
{
	struct links old = *links;
	if (old.count * 2 < old.size)
		return;
	links->size = old.size ? old.size * 2 : 64;
	links->slots = mem_new(links->size, sizeof(*links->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*slot_of(links, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void links_put(struct links *links, const void *key, const void *value)
{
	grow(links);
	struct link *slot = slot_of(links, key);
	links->count += slot->key == NULL;
	*slot = (struct link){ key, value };
}

const void *links_get(const struct links *links, const void *key)
{
	return links->size ? slot_of(links, key)->value : NULL;
}

bool links_has(const struct links *links, const void *key)
{
	return links->size && slot_of(links, key)->key;
}
