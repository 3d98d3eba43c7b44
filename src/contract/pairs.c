/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/pairs.h"

#include <string.h>

struct entry {
	char *key; /* owned */
	size_t number;
};

struct entries {
	struct entry *items; /* owned */
	size_t count;
};

static void entries_done(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].key);
	free(entries->items);
}

char *pairs_path(const char *path)
{
	struct buf out = { 0 };
	while (*path) {
		size_t plain = strcspn(path, "{");
		buf_add(&out, path, plain);
		path += plain;
		if (!*path)
			break;
		buf_add_str(&out, "{}");
		path += strcspn(path, "}");
		path += *path == '}';
	}
	return buf_take(&out);
}

static char *key_id(const struct command *command)
{
	return mem_dup(command->operation_id);
}

static char *key_call(const struct command *command)
{
	CLEAN_FREE char *path = pairs_path(command->path);
	return buf_format("%s %s", command->method, path);
}

static char *key_words(const struct command *command)
{
	return mem_dup(command->name);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* What is not paired yet, sorted by key. */
static struct entries gather(const struct contract *contract, const bool *taken,
			     char *(*key)(const struct command *))
{
	struct entries entries = { .items = mem_new(contract->command_count + 1,
						    sizeof(*entries.items)) };
	for (size_t i = 0; i < contract->command_count; i++) {
		char *text = taken[i] ? NULL : key(&contract->commands[i]);
		if (text)
			entries.items[entries.count++] = (struct entry){ text, i };
	}
	qsort(entries.items, entries.count, sizeof(*entries.items), compare_entries);
	return entries;
}

const struct command **pairs_make(const struct contract *a, const struct contract *b, bool **taken)
{
	static char *(*const keys[])(const struct command *) = { key_id, key_call, key_words };
	const struct command **pairs = mem_new(a->command_count + 1, sizeof(struct command *));
	CLEAN_FREE bool *paired = mem_new(a->command_count + 1, sizeof(bool));
	*taken = mem_new(b->command_count + 1, sizeof(bool));
	for (size_t k = 0; k < COUNT(keys); k++) {
		CLEANUP(entries_done) struct entries left = gather(a, paired, keys[k]);
		CLEANUP(entries_done) struct entries right = gather(b, *taken, keys[k]);
		for (size_t i = 0, j = 0; i < left.count && j < right.count;) {
			int order = strcmp(left.items[i].key, right.items[j].key);
			if (order == 0) {
				size_t x = left.items[i].number, y = right.items[j].number;
				pairs[x] = &b->commands[y];
				paired[x] = (*taken)[y] = true;
			}
			i += order <= 0;
			j += order >= 0;
		}
	}
	return pairs;
}
