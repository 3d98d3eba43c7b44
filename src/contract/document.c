/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/document.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* References and allOf may nest that deep; deeper is taken for a circle. */
enum { MAX_HOPS = 32 };

/* A schema of more parts was made to keep us busy. */
enum { MAX_PARTS = 10000 };

void document_problem(struct contract *contract, bool fatal, const char *pointer,
		      const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	contract->problems =
		mem_grow(contract->problems, contract->problem_count, sizeof(*contract->problems));
	contract->problems[contract->problem_count++] =
		(struct contract_problem){ mem_dup(pointer), buf_take(&message), fatal };
}

char *document_pointer(const char *pointer, const char *token)
{
	struct buf out = { 0 };
	buf_add_format(&out, "%s/", pointer);
	for (; *token; token++) {
		if (*token == '~' || *token == '/')
			buf_add_str(&out, *token == '~' ? "~0" : "~1");
		else
			buf_add_char(&out, *token);
	}
	return buf_take(&out);
}

/* Reads one token of a reference: percent-encoded, then escaped by RFC 6901. */
static char *read_token(const char *p, size_t len)
{
	CLEAN_BUF struct buf plain = { 0 };
	struct buf token = { 0 };
	if (text_percent_decode(&plain, p, len) < 0) {
		buf_clear(&plain);
		buf_add(&plain, p, len);
	}
	for (const char *c = buf_str(&plain); *c; c++) {
		bool escaped = *c == '~' && (c[1] == '0' || c[1] == '1');
		buf_add_char(&token, !escaped ? *c : c[1] == '0' ? '~' : '/');
		c += escaped;
	}
	return buf_take(&token);
}

static const struct json *follow(const struct json *root, const char *reference)
{
	const struct json *node = root;
	for (const char *p = reference + 1; *p == '/' && node;) {
		size_t len = strcspn(p + 1, "/");
		CLEAN_FREE char *token = read_token(p + 1, len);
		node = json_is(node, JSON_ARRAY) ? json_path(node, token) : json_get(node, token);
		p += 1 + len;
	}
	return node;
}

const struct json *document_resolve(struct contract *contract, const struct json *node,
				    const char *pointer)
{
	for (int hops = 0; hops < MAX_HOPS; hops++) {
		const char *reference = json_get_string(node, "$ref");
		if (!reference)
			return node;
		if (reference[0] != '#') {
			document_problem(
				contract, false, pointer,
				"the reference \"%s\" leads out of the document: it is not fetched",
				reference);
			return NULL;
		}
		node = follow(contract->root, reference);
		if (!node) {
			document_problem(contract, false, pointer,
					 "the reference \"%s\" leads nowhere", reference);
			return NULL;
		}
	}
	document_problem(contract, false, pointer, "references lead in a circle");
	return NULL;
}

static void join_members(struct contract *contract, struct json *into, const struct json *from)
{
	for (const struct json *item = from->first; item; item = item->next)
		if (!json_get(into, item->key))
			json_add_member(contract->doc, into, item->key, item->key_len,
					json_copy(contract->doc, item));
}

static void join_elements(struct contract *contract, struct json *into, const struct json *from)
{
	for (const struct json *item = from->first; item; item = item->next)
		json_append(into, json_copy(contract->doc, item));
}

/* Adds what `from` has and `into` lacks. */
static void merge(struct contract *contract, struct json *into, const struct json *from)
{
	for (const struct json *item = from->first; item; item = item->next) {
		if (strcmp(item->key, "allOf") == 0 || strcmp(item->key, "$ref") == 0)
			continue;
		struct json *have = json_get(into, item->key);
		bool joined = strcmp(item->key, "properties") == 0 ||
			      strcmp(item->key, "x-bangoctl") == 0;
		if (!have)
			json_add_member(contract->doc, into, item->key, item->key_len,
					json_copy(contract->doc, item));
		else if (joined && json_is(have, JSON_OBJECT) && json_is(item, JSON_OBJECT))
			join_members(contract, have, item);
		else if (strcmp(item->key, "required") == 0 && json_is(have, JSON_ARRAY) &&
			 json_is(item, JSON_ARRAY))
			join_elements(contract, have, item);
	}
}

/* A schema on its way into one object. */
struct flattening {
	struct contract *contract;
	struct json *into;
	const char *pointer;
	int parts; /* gone through */
};

static bool flatten(struct flattening *work, const struct json *schema, int depth)
{
	if (depth > MAX_HOPS || ++work->parts > MAX_PARTS) {
		document_problem(work->contract, false, work->pointer,
				 depth > MAX_HOPS ? "allOf leads in a circle"
						  : "allOf has too many parts");
		return false;
	}
	const struct json *node = document_resolve(work->contract, schema, work->pointer);
	if (!json_is(node, JSON_OBJECT))
		return false;
	if (node != schema)
		merge(work->contract, work->into, schema);
	merge(work->contract, work->into, node);
	const struct json *all = json_get(node, "allOf");
	for (const struct json *part = json_is(all, JSON_ARRAY) ? all->first : NULL; part;
	     part = part->next)
		if (!flatten(work, part, depth + 1))
			return false;
	return true;
}

/* A schema and what it came to: documents use few schemas in many places. */
struct contract_merged {
	const struct json *schema; /* NULL: the slot is free */
	const struct json *whole;
};

/* The slot where the schema is, or is to be. */
static struct contract_merged *merged_slot(const struct contract *contract,
					   const struct json *schema)
{
	size_t at = ((uintptr_t)schema / sizeof(void *)) * 2654435761U % contract->merged_size;
	while (contract->merged[at].schema && contract->merged[at].schema != schema)
		at = (at + 1) % contract->merged_size;
	return &contract->merged[at];
}

static void grow_merged(struct contract *contract)
{
	struct contract_merged *old = contract->merged;
	size_t size = contract->merged_size;
	if (contract->merged_count * 2 < size)
		return;
	contract->merged_size = size ? size * 2 : 64;
	contract->merged = mem_new(contract->merged_size, sizeof(*contract->merged));
	for (size_t i = 0; i < size; i++)
		if (old[i].schema)
			*merged_slot(contract, old[i].schema) = old[i];
	free(old);
}

/* A lone `$ref` stands for its target, so that all who refer to it share one result. */
static const struct json *target_of(struct contract *contract, const struct json *schema,
				    const char *pointer)
{
	if (schema->count == 1 && json_get(schema, "$ref"))
		return document_resolve(contract, schema, pointer);
	return schema;
}

const struct json *document_schema(struct contract *contract, const struct json *schema,
				   const char *pointer)
{
	if (!json_is(schema, JSON_OBJECT))
		return NULL;
	schema = target_of(contract, schema, pointer);
	if (!json_is(schema, JSON_OBJECT) ||
	    (!json_get(schema, "$ref") && !json_get(schema, "allOf")))
		return json_is(schema, JSON_OBJECT) ? schema : NULL;
	grow_merged(contract);
	struct contract_merged *slot = merged_slot(contract, schema);
	if (slot->schema)
		return slot->whole;
	struct json *whole = json_new(contract->doc, JSON_OBJECT);
	struct flattening work = { contract, whole, pointer, 0 };
	bool good = flatten(&work, schema, 0);
	contract->merged_count++;
	*slot = (struct contract_merged){ schema, good ? whole : NULL };
	return slot->whole;
}
