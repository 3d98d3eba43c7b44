/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/moved.h"

#include <string.h>
#include <strings.h>

#include "contract/document.h"
#include "contract/words.h"

/* One operation that stands elsewhere than in the document. */
struct move {
	const struct command *command;
	struct json *operation; /* the copy that is to be put there, once it was found */
};

struct moves {
	struct move *items; /* owned */
	size_t count;
};

static void moves_done(struct moves *moves)
{
	free(moves->items);
}

/* The path item of that path, wherever its reference leads to, or NULL. */
static const struct json *item_at(struct contract *contract, const char *path)
{
	const struct json *paths = json_get(contract->root, "paths");
	return document_resolve(contract, json_get(paths, path));
}

static struct moves find_moves(struct contract *contract)
{
	struct moves moves = { 0 };
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		CLEAN_FREE char *method = words_method(command);
		if (json_get(item_at(contract, command->path), method) == command->node)
			continue;
		moves.items = mem_grow(moves.items, moves.count, sizeof(*moves.items));
		moves.items[moves.count++] = (struct move){ command, NULL };
	}
	return moves;
}

/* Of operations that several paths share by a reference the first can be moved: see contract_move.
 */
static struct move *move_of(const struct moves *moves, const struct json *operation)
{
	for (size_t i = 0; i < moves->count; i++)
		if (!moves->items[i].operation && moves->items[i].command->node == operation)
			return &moves->items[i];
	return NULL;
}

static bool is_target(const struct moves *moves, const char *path)
{
	for (size_t i = 0; i < moves->count; i++)
		if (strcmp(moves->items[i].command->path, path) == 0)
			return true;
	return false;
}

static bool is_overridden(struct contract *contract, const struct json *parameter,
			  const struct json *own)
{
	const struct json *outer = document_resolve(contract, parameter);
	const char *name = json_get_string(outer, "name"), *in = json_get_string(outer, "in");
	for (const struct json *item = json_is(own, JSON_ARRAY) ? own->first : NULL; item;
	     item = item->next) {
		const struct json *inner = document_resolve(contract, item);
		const char *inner_name = json_get_string(inner, "name"),
			   *inner_in = json_get_string(inner, "in");
		if (name && in && inner_name && inner_in && strcmp(name, inner_name) == 0 &&
		    strcmp(in, inner_in) == 0)
			return true;
	}
	return false;
}

/* A copy of the operation with what its path item says for all of its operations. */
static struct json *loosened(struct json_doc *doc, struct contract *contract,
			     const struct json *item, const struct json *operation)
{
	struct json *copy = json_copy(doc, operation);
	const struct json *outer = json_get(item, "parameters"),
			  *own = json_get(operation, "parameters"),
			  *servers = json_get(item, "servers");
	if (servers && !json_get(copy, "servers"))
		json_set(doc, copy, "servers", json_copy(doc, servers));
	if (!json_is(outer, JSON_ARRAY) || !outer->count)
		return copy;
	struct json *parameters = json_new(doc, JSON_ARRAY);
	for (const struct json *each = outer->first; each; each = each->next)
		if (!is_overridden(contract, each, own))
			json_append(parameters, json_copy(doc, each));
	for (const struct json *each = json_is(own, JSON_ARRAY) ? own->first : NULL; each;
	     each = each->next)
		json_append(parameters, json_copy(doc, each));
	json_set(doc, copy, "parameters", parameters);
	return copy;
}

/* Whether the item is a reference to another path, which may lose an operation that it keeps. */
static bool leans_on_path(const struct json *item)
{
	const char *reference = json_get_string(item, "$ref");
	return reference && strncmp(reference, "#/paths/", 8) == 0;
}

/* Adds the path item without its operations that are moved, unless none is left. One that is
 * changed stands there by itself, not as a reference. */
static void add_item(struct json_doc *doc, struct contract *contract, const struct moves *moves,
		     const struct json *item, struct json *paths)
{
	const struct json *whole = document_resolve(contract, item);
	struct json *kept = json_new(doc, JSON_OBJECT);
	bool left = false;
	bool changed = is_target(moves, item->key) || (moves->count && leans_on_path(item));
	for (const struct json *member = json_is(whole, JSON_OBJECT) ? whole->first : NULL; member;
	     member = member->next) {
		struct move *move = move_of(moves, member);
		if (move) {
			move->operation = loosened(doc, contract, whole, member);
			changed = true;
			continue;
		}
		left = left || json_get(member, "responses") || json_get(member, "operationId");
		json_add_member(doc, kept, member->key, member->key_len, json_copy(doc, member));
	}
	if (!changed)
		json_add_member(doc, paths, item->key, item->key_len, json_copy(doc, item));
	else if (left)
		json_add_member(doc, paths, item->key, item->key_len, kept);
}

static int put(struct json_doc *doc, struct json *paths, const struct move *move, struct err *err)
{
	const struct command *command = move->command;
	CLEAN_FREE char *method = words_method(command);
	struct json *item = json_get(paths, command->path);
	if (json_get(item, method))
		return err_set(err, ERR_CONFIG,
			       "operations.%s: another operation of the document is %s %s",
			       command->operation_id, command->method, command->path);
	if (!item) {
		item = json_new(doc, JSON_OBJECT);
		json_set(doc, paths, command->path, item);
	}
	json_set(doc, item, method, move->operation);
	return 0;
}

int moved_document(struct json_doc *doc, struct contract *contract, const struct json **root,
		   struct err *err)
{
	CLEANUP(moves_done) struct moves moves = find_moves(contract);
	*root = contract->root;
	if (!moves.count)
		return 0;
	struct json *copy = json_new(doc, JSON_OBJECT), *paths = json_new(doc, JSON_OBJECT);
	for (const struct json *item = json_get(contract->root, "paths")->first; item;
	     item = item->next)
		add_item(doc, contract, &moves, item, paths);
	for (size_t i = 0; i < moves.count; i++)
		if (moves.items[i].operation && put(doc, paths, &moves.items[i], err) < 0)
			return -1;
	for (const struct json *member = contract->root->first; member; member = member->next)
		json_add_member(doc, copy, member->key, member->key_len,
				strcmp(member->key, "paths") == 0 ? paths : json_copy(doc, member));
	*root = copy;
	return 0;
}
