/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/schema.h"

#include <string.h>

#include "contract/document.h"

/* allOf may nest that deep; deeper is taken for a circle. */
enum { MAX_DEPTH = 32 };

/* A document whose merged schemas come to more values was made to keep us busy. */
enum { MAX_COPIES = 1000000 };

/* A copy that shares what is within, so that only the outermost may be changed. */
static struct json *copy_of(struct contract *contract, const struct json *value)
{
	struct json *copy = json_new(contract->doc, value->type);
	const char *key = copy->key;
	*copy = *value;
	copy->key = key;
	copy->next = NULL;
	links_put(&contract->work.copies, copy, value);
	return copy;
}

static void add_member(struct contract *contract, struct json *into, const struct json *item,
		       struct json *value)
{
	json_add_member(contract->doc, into, item->key, item->key_len, value);
}

/* Adds copies of what `from` has to an object or list that is joined, making it if it is not there.
 * Members that this doubles are dropped in the end: to look for each takes too long. */
static void join(struct contract *contract, struct json *into, struct json *have,
		 const struct json *from)
{
	if (!have) {
		have = json_new(contract->doc, from->type);
		links_put(&contract->work.copies, have, from);
		add_member(contract, into, from, have);
	}
	for (const struct json *item = from->first; item; item = item->next)
		if (have->type == JSON_OBJECT)
			add_member(contract, have, item, copy_of(contract, item));
		else
			json_append(have, copy_of(contract, item));
}

static bool is_joined(const struct json *item)
{
	return item->type == JSON_ARRAY
		       ? strcmp(item->key, "required") == 0
		       : item->type == JSON_OBJECT && (strcmp(item->key, "properties") == 0 ||
						       strcmp(item->key, "x-bangoctl") == 0);
}

static bool is_null_type(const struct json *schema)
{
	const char *type = json_get_string(schema, "type");
	return type && strcmp(type, "null") == 0;
}

/* The alternative of a `oneOf` or `anyOf` that is the only one beside null, or NULL; `null` tells
 * whether that is one. */
static const struct json *only_alternative(const struct json *schema, bool *null)
{
	*null = false;
	const struct json *one = json_get(schema, "oneOf"), *any = json_get(schema, "anyOf");
	const struct json *list = one ? one : any, *found = NULL;
	if ((one && any) || !json_is(list, JSON_ARRAY))
		return NULL;
	for (const struct json *item = list->first; item; item = item->next) {
		*null = *null || is_null_type(item);
		if (is_null_type(item))
			continue;
		if (found)
			return NULL;
		found = item;
	}
	return found;
}

/* Adds what `from` has and `into` lacks. */
static void merge(struct contract *contract, struct json *into, const struct json *from)
{
	bool null, alternative = only_alternative(from, &null) != NULL;
	if (alternative && null && !json_get(into, "nullable"))
		json_set(contract->doc, into, "nullable", json_new_bool(contract->doc, true));
	for (const struct json *item = from->first; item; item = item->next) {
		if (strcmp(item->key, "allOf") == 0 || strcmp(item->key, "$ref") == 0 ||
		    (alternative &&
		     (strcmp(item->key, "oneOf") == 0 || strcmp(item->key, "anyOf") == 0)))
			continue;
		struct json *have = json_get(into, item->key);
		if (is_joined(item) && (!have || have->type == item->type))
			join(contract, into, have, item);
		else if (!have)
			add_member(contract, into, item, copy_of(contract, item));
	}
}

/* ---- all parts ---- */

/* A schema on its way into one object. */
struct flattening {
	struct contract *contract;
	struct json *into;
	struct links done; /* what is in it already, so that nothing is merged twice */
};

/* The schemas that are gone through on the way to this one. */
struct step {
	const struct json *node;
	const struct step *up;
	int depth;
};

static bool is_above(const struct step *step, const struct json *node)
{
	for (; step; step = step->up)
		if (step->node == node)
			return true;
	return false;
}

static bool is_new(struct flattening *work, const struct json *schema)
{
	if (links_has(&work->done, schema))
		return false;
	links_put(&work->done, schema, schema);
	return true;
}

static bool flatten(struct flattening *work, const struct json *schema, const struct step *up)
{
	struct contract *contract = work->contract;
	const struct json *node = document_resolve(contract, schema);
	const struct step step = { node, up, up ? up->depth + 1 : 0 };
	bool circle = is_above(up, node);
	bool full = contract->work.copies.count > MAX_COPIES;
	if (circle || step.depth > MAX_DEPTH || full) {
		document_problem(contract, false, schema,
				 circle ? "allOf leads in a circle" : "allOf has too many parts");
		return false;
	}
	if (!json_is(node, JSON_OBJECT))
		return false;
	if (node != schema && is_new(work, schema))
		merge(contract, work->into, schema);
	if (!is_new(work, node))
		return true;
	merge(contract, work->into, node);
	bool null;
	const struct json *all = json_get(node, "allOf"),
			  *alternative = only_alternative(node, &null);
	for (const struct json *part = json_is(all, JSON_ARRAY) ? all->first : NULL; part;
	     part = part->next)
		if (!flatten(work, part, &step))
			return false;
	return !alternative || flatten(work, alternative, &step);
}

/* A lone `$ref` stands for its target, so that all who refer to it share one result. */
static const struct json *target_of(struct contract *contract, const struct json *schema)
{
	if (schema->count == 1 && json_get(schema, "$ref"))
		return document_resolve(contract, schema);
	return schema;
}

const struct json *schema_whole(struct contract *contract, const struct json *schema)
{
	bool null;
	struct links *merged = &contract->work.merged;
	if (!json_is(schema, JSON_OBJECT))
		return NULL;
	schema = target_of(contract, schema);
	if (!json_is(schema, JSON_OBJECT))
		return NULL;
	if (!json_get(schema, "$ref") && !json_get(schema, "allOf") &&
	    !only_alternative(schema, &null))
		return schema;
	if (links_has(merged, schema))
		return links_get(merged, schema);
	struct json *whole = json_new(contract->doc, JSON_OBJECT);
	links_put(&contract->work.copies, whole, schema);
	struct flattening work = { .contract = contract, .into = whole };
	bool good = flatten(&work, schema, NULL);
	links_done(&work.done);
	for (struct json *item = whole->first; item; item = item->next)
		if (is_joined(item) && item->type == JSON_OBJECT)
			json_drop_doubles(contract->doc, item);
	links_put(merged, schema, good ? whole : NULL);
	return good ? whole : NULL;
}
