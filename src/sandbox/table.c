/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/table.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

struct table_slot {
	const char *key; /* NULL: free */
	void *value;
};

void table_done(struct table *table)
{
	free(table->slots);
	*table = (struct table){ 0 };
}

/* FNV-1a */
static uint64_t hash(const char *key)
{
	uint64_t h = 0xCBF29CE484222325U;
	for (const char *p = key; *p; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001B3U;
	return h ^ h >> 32;
}

/* The slot of the key, or the free one where it belongs; the table is never full. */
static struct table_slot *slot_of(const struct table *table, const char *key)
{
	size_t i = (size_t)hash(key) & (table->size - 1);
	while (table->slots[i].key && strcmp(table->slots[i].key, key) != 0)
		i = (i + 1) & (table->size - 1);
	return &table->slots[i];
}

void *table_get(const struct table *table, const char *key)
{
	return table->size ? slot_of(table, key)->value : NULL;
}

static void grow(struct table *table)
{
	struct table old = *table;
	table->size = old.size ? old.size * 2 : 64;
	table->slots = mem_new(table->size, sizeof(*table->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*slot_of(table, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void table_add(struct table *table, const char *key, void *value)
{
	if (table->count * 2 >= table->size)
		grow(table);
	*slot_of(table, key) = (struct table_slot){ .key = key, .value = value };
	table->count++;
}
