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

/* Objects of more members are searched through an index. */
enum { MANY_MEMBERS = 32 };

/* ---- values by their address ---- */

struct pair {
	const void *key; /* NULL: the slot is free */
	const void *value;
};

struct pairs {
	struct pair *slots; /* owned */
	size_t count, size;
};

/* The slot where the key is, or is to be. */
static struct pair *slot_of(const struct pairs *pairs, const void *key)
{
	size_t at = ((uintptr_t)key / sizeof(void *)) * 2654435761U % pairs->size;
	while (pairs->slots[at].key && pairs->slots[at].key != key)
		at = (at + 1) % pairs->size;
	return &pairs->slots[at];
}

static void grow(struct pairs *pairs)
{
	struct pairs old = *pairs;
	if (old.count * 2 < old.size)
		return;
	pairs->size = old.size ? old.size * 2 : 64;
	pairs->slots = mem_new(pairs->size, sizeof(*pairs->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*slot_of(pairs, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

static void put(struct pairs *pairs, const void *key, const void *value)
{
	grow(pairs);
	struct pair *slot = slot_of(pairs, key);
	pairs->count += slot->key == NULL;
	*slot = (struct pair){ key, value };
}

static const void *get(const struct pairs *pairs, const void *key)
{
	return pairs->size ? slot_of(pairs, key)->value : NULL;
}

struct contract_work {
	struct pairs merged;  /* a schema → what it came to: few schemas serve many places */
	struct pairs origins; /* a part of a merged schema → the value that it was copied from */
	struct pairs visited; /* see document_visit */
	struct pairs noted;   /* a value → its last note, which leads to the earlier ones */
	struct note {
		const struct json *node;
		struct note *earlier; /* of the same value */
		size_t number;	      /* of the problem */
	} * *notes;		      /* owned: one for each problem */
	size_t located;		      /* so many have a pointer */
};

static struct contract_work *work_of(struct contract *contract)
{
	if (!contract->work)
		contract->work = mem_new(1, sizeof(*contract->work));
	return contract->work;
}

void document_done(struct contract *contract)
{
	struct contract_work *work = contract->work;
	for (size_t i = 0; i < contract->problem_count; i++) {
		free(contract->problems[i].pointer);
		free(contract->problems[i].message);
		free(work->notes[i]);
	}
	free(contract->problems);
	if (!work)
		return;
	free(work->merged.slots);
	free(work->origins.slots);
	free(work->visited.slots);
	free(work->noted.slots);
	free(work->notes);
	free(work);
}

/* ---- problems ---- */

/* The value of the document that a part of a merged schema was copied from. */
static const struct json *original(const struct contract_work *work, const struct json *node)
{
	for (const struct json *from; (from = get(&work->origins, node));)
		node = from;
	return node;
}

void document_problem(struct contract *contract, bool fatal, const struct json *node,
		      const char *format, ...)
{
	struct contract_work *work = work_of(contract);
	CLEAN_BUF struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	node = original(work, node ? node : contract->root);
	struct pair *slot = work->noted.size ? slot_of(&work->noted, node) : NULL;
	struct note *last = slot && slot->key ? work->notes[(uintptr_t)slot->value] : NULL;
	for (struct note *note = last; note; note = note->earlier)
		if (strcmp(contract->problems[note->number].message, buf_str(&message)) == 0)
			return;
	size_t number = contract->problem_count++;
	contract->problems = mem_grow(contract->problems, number, sizeof(*contract->problems));
	contract->problems[number] =
		(struct contract_problem){ .message = buf_take(&message), .fatal = fatal };
	work->notes = mem_grow(work->notes, number, sizeof(*work->notes));
	work->notes[number] = mem_new(1, sizeof(**work->notes));
	*work->notes[number] = (struct note){ node, last, number };
	if (node)
		put(&work->noted, node, (const void *)(uintptr_t)number);
}

static void add_token(struct buf *out, const char *token)
{
	buf_add_char(out, '/');
	for (; *token; token++) {
		if (*token == '~' || *token == '/')
			buf_add_str(out, *token == '~' ? "~0" : "~1");
		else
			buf_add_char(out, *token);
	}
}

char *document_pointer(const char *pointer, const char *token)
{
	struct buf out = { 0 };
	buf_add_str(&out, pointer);
	add_token(&out, token);
	return buf_take(&out);
}

/* Walks the whole document, and names the values that have problems. */
static void locate(struct contract *contract, const struct json *node, struct buf *pointer)
{
	const struct pair *slot = slot_of(&contract->work->noted, node);
	struct note *last = slot->key ? contract->work->notes[(uintptr_t)slot->value] : NULL;
	for (struct note *note = last; note; note = note->earlier) {
		char **text = &contract->problems[note->number].pointer;
		*text = *text ? *text : mem_dup(buf_str(pointer));
	}
	if (json_is_scalar(node))
		return;
	size_t len = pointer->len, number = 0;
	for (const struct json *item = node->first; item; item = item->next, number++) {
		if (node->type == JSON_OBJECT)
			add_token(pointer, item->key);
		else
			buf_add_format(pointer, "/%zu", number);
		locate(contract, item, pointer);
		buf_truncate(pointer, len);
	}
}

void document_settle(struct contract *contract)
{
	struct contract_work *work = contract->work;
	CLEAN_BUF struct buf pointer = { 0 };
	if (!work || work->located == contract->problem_count)
		return;
	buf_add_str(&pointer, "");
	if (contract->root && work->noted.size)
		locate(contract, contract->root, &pointer);
	for (size_t i = work->located; i < contract->problem_count; i++)
		if (!contract->problems[i].pointer)
			contract->problems[i].pointer = mem_dup("");
	work->located = contract->problem_count;
}

/* ---- texts ---- */

const char *document_keep(struct contract *contract, const char *text)
{
	return json_new_string(contract->doc, text)->text;
}

/* Whether all bytes are printable ASCII, tabs or line ends; eight at a time, since each text of a
 * document passes through here at each start. */
static bool is_plain(const char *text, size_t len)
{
	const uint64_t ones = 0x0101010101010101U, high = ones << 7;
	size_t i = 0;
	for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
		uint64_t word;
		memcpy(&word, text + i, sizeof(word));
		uint64_t odd = word | (word - ones * 0x20) | (word + ones);
		if (!(odd & high))
			continue;
		for (size_t j = i; j < i + sizeof(word); j++)
			if ((unsigned char)text[j] >= 0x7F ||
			    ((unsigned char)text[j] < 0x20 && text[j] != '\n' && text[j] != '\t'))
				return false;
	}
	for (; i < len; i++)
		if ((unsigned char)text[i] >= 0x7F ||
		    ((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t'))
			return false;
	return true;
}

const char *document_text(struct contract *contract, const char *text, bool lines)
{
	if (!text)
		return NULL;
	size_t len = lines ? strlen(text) : strcspn(text, "\n");
	if (!text[len] && is_plain(text, len))
		return text;
	CLEAN_BUF struct buf bare = { 0 }, safe = { 0 };
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r' || text[i + 1] != '\n')
			buf_add_char(&bare, text[i]);
	text_escape(&safe, buf_str(&bare), bare.len, true);
	return document_keep(contract, buf_str(&safe));
}

const char *document_get_text(struct contract *contract, const struct json *object, const char *key,
			      bool lines)
{
	const char *text = json_get_string(object, key);
	return document_text(contract, text ? text + strspn(text, " \t\r\n") : NULL, lines);
}

/* ---- references ---- */

/* Reads one token of a reference: percent-encoded, then escaped by RFC 6901. */
static char *read_token(const char *p, size_t len)
{
	CLEAN_BUF struct buf plain = { 0 };
	struct buf token = { 0 };
	if (!memchr(p, '%', len) && !memchr(p, '~', len))
		return mem_dup_len(p, len);
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

const struct json *document_resolve(struct contract *contract, const struct json *node)
{
	const struct json *place = node;
	for (int hops = 0; hops < MAX_HOPS; hops++) {
		const char *reference = json_get_string(node, "$ref");
		if (!reference)
			return node;
		if (reference[0] != '#') {
			document_problem(
				contract, false, node,
				"the reference \"%s\" leads out of the document: it is not fetched",
				reference);
			return NULL;
		}
		bool pointer = reference[1] == '/' || !reference[1];
		const struct json *target = pointer ? follow(contract->root, reference) : NULL;
		if (!target) {
			document_problem(contract, false, node,
					 "the reference \"%s\" leads nowhere", reference);
			return NULL;
		}
		node = target;
	}
	document_problem(contract, false, place, "references lead in a circle");
	return NULL;
}

bool document_visit(struct contract *contract, const struct json *node)
{
	struct pairs *visited = &work_of(contract)->visited;
	if (!node || get(visited, node))
		return false;
	put(visited, node, node);
	return true;
}

/* ---- merged schemas ---- */

/* A copy that shares what is within, so that only the outermost may be changed. */
static struct json *copy_of(struct contract *contract, const struct json *value)
{
	struct json *copy = json_new(contract->doc, value->type);
	const char *key = copy->key;
	*copy = *value;
	copy->key = key;
	copy->next = NULL;
	put(&work_of(contract)->origins, copy, value);
	return copy;
}

static void add_member(struct contract *contract, struct json *into, const struct json *item,
		       struct json *value)
{
	json_add_member(contract->doc, into, item->key, item->key_len, value);
}

/* Adds copies of the members that `into` lacks: looked for first, since adding drops its index. */
static void join_members(struct contract *contract, struct json *into, const struct json *from)
{
	CLEAN_FREE const struct json **lacking = mem_new(from->count + 1, sizeof(*lacking));
	size_t count = 0;
	if (into->count > MANY_MEMBERS)
		(void)json_index(contract->doc, into);
	for (const struct json *item = from->first; item; item = item->next)
		if (!json_get(into, item->key))
			lacking[count++] = item;
	for (size_t i = 0; i < count; i++)
		add_member(contract, into, lacking[i], copy_of(contract, lacking[i]));
	if (into->count > MANY_MEMBERS)
		(void)json_index(contract->doc, into);
}

static void join_elements(struct contract *contract, struct json *into, const struct json *from)
{
	for (const struct json *item = from->first; item; item = item->next)
		json_append(into, copy_of(contract, item));
}

/* Adds what `from` has of an object or list that is joined, making it if it is not there. */
static void join(struct contract *contract, struct json *into, struct json *have,
		 const struct json *from)
{
	if (!have) {
		have = json_new(contract->doc, from->type);
		put(&work_of(contract)->origins, have, from);
		add_member(contract, into, from, have);
	}
	if (have->type == JSON_OBJECT)
		join_members(contract, have, from);
	else
		join_elements(contract, have, from);
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

/* A schema on its way into one object. */
struct flattening {
	struct contract *contract;
	struct json *into;
	int parts; /* gone through */
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

static bool flatten(struct flattening *work, const struct json *schema, const struct step *up)
{
	const struct json *node = document_resolve(work->contract, schema);
	const struct step step = { node, up, up ? up->depth + 1 : 0 };
	bool circle = is_above(up, node);
	if (circle || step.depth > MAX_HOPS || ++work->parts > MAX_PARTS) {
		document_problem(work->contract, false, schema,
				 circle ? "allOf leads in a circle" : "allOf has too many parts");
		return false;
	}
	if (!json_is(node, JSON_OBJECT))
		return false;
	if (node != schema)
		merge(work->contract, work->into, schema);
	merge(work->contract, work->into, node);
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

const struct json *document_schema(struct contract *contract, const struct json *schema)
{
	if (!json_is(schema, JSON_OBJECT))
		return NULL;
	schema = target_of(contract, schema);
	if (!json_is(schema, JSON_OBJECT))
		return NULL;
	bool null;
	if (!json_get(schema, "$ref") && !json_get(schema, "allOf") &&
	    !only_alternative(schema, &null))
		return schema;
	struct pairs *merged = &work_of(contract)->merged;
	struct pair *slot = merged->size ? slot_of(merged, schema) : NULL;
	if (slot && slot->key)
		return slot->value;
	struct json *whole = json_new(contract->doc, JSON_OBJECT);
	put(&contract->work->origins, whole, schema);
	struct flattening work = { contract, whole, 0 };
	bool good = flatten(&work, schema, NULL);
	put(merged, schema, good ? whole : NULL);
	return good ? whole : NULL;
}
