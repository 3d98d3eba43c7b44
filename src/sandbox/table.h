/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table from texts to pointers, which owns neither. It only grows; whoever wants an order or
 * wants to free what is in it keeps a list beside it. { 0 } is an empty table.
 */
#ifndef SANDBOX_TABLE_H
#define SANDBOX_TABLE_H

#include <stddef.h>

struct table {
	struct table_slot *slots;
	size_t size; /* of slots: 0 or a power of two */
	size_t count;
};

void table_done(struct table *table);

/* What stands under that key, or NULL. */
void *table_get(const struct table *table, const char *key);

/* Adds a value, which is not NULL, under a key that is not there yet and that must outlive the
 * table. */
void table_add(struct table *table, const char *key, void *value);

#endif
