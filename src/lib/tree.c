/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/tree.h"

#include <stdio.h>
#include <string.h>

/* The first chunk is small, since most documents are one record: malloc keeps what is so small at
 * hand. */
enum { FIRST_CHUNK = 960, CHUNK_SIZE = 65536 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct json_doc {
	struct chunk *chunks;
};

struct json_doc *json_doc_new(void)
{
	return mem_new(1, sizeof(struct json_doc));
}

void json_doc_free(struct json_doc *doc)
{
	if (!doc)
		return;
	while (doc->chunks) {
		struct chunk *next = doc->chunks->next;
		free(doc->chunks);
		doc->chunks = next;
	}
	free(doc);
}

void json_doc_freep(struct json_doc **doc)
{
	json_doc_free(*doc);
	*doc = NULL;
}

static void *allocate(struct json_doc *doc, size_t size)
{
	size = (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
	struct chunk *chunk = doc->chunks;
	if (!chunk || chunk->size - chunk->used < size) {
		size_t usual = chunk ? chunk->size * 4 : FIRST_CHUNK;
		usual = usual < CHUNK_SIZE ? usual : CHUNK_SIZE;
		size_t room = size > usual ? size : usual;
		chunk = mem_resize(NULL, 1, sizeof(*chunk) + room);
		*chunk = (struct chunk){ .size = room, .next = doc->chunks };
		doc->chunks = chunk;
	}
	void *p = chunk->bytes + chunk->used;
	chunk->used += size;
	return p;
}

void *json_doc_memory(struct json_doc *doc, size_t count, size_t size)
{
	return memset(allocate(doc, count * size + 1), 0, count * size + 1);
}

const char *json_keep(struct json_doc *doc, const char *s, size_t len)
{
	char *copy = allocate(doc, len + 1);
	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

struct json *json_new(struct json_doc *doc, enum json_type type)
{
	struct json *value = allocate(doc, sizeof(*value));
	*value = (struct json){ .type = type };
	return value;
}

struct json *json_new_text(struct json_doc *doc, enum json_type type, const char *s, size_t len)
{
	struct json *value = json_new(doc, type);
	value->text = json_keep(doc, s, len);
	value->len = len;
	return value;
}

struct json *json_new_string(struct json_doc *doc, const char *s)
{
	return s ? json_new_text(doc, JSON_STRING, s, strlen(s)) : json_new(doc, JSON_NULL);
}

struct json *json_new_integer(struct json_doc *doc, long long number)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%lld", number);
	return json_new_text(doc, JSON_NUMBER, digits, (size_t)len);
}

struct json *json_new_bool(struct json_doc *doc, bool truth)
{
	return json_new(doc, truth ? JSON_TRUE : JSON_FALSE);
}

struct json *json_copy(struct json_doc *doc, const struct json *value)
{
	if (value->type == JSON_NUMBER || value->type == JSON_STRING)
		return json_new_text(doc, value->type, value->text, value->len);
	struct json *copy = json_new(doc, value->type);
	copy->line = value->line;
	if (json_is_scalar(value))
		return copy;
	for (const struct json *item = value->first; item; item = item->next) {
		struct json *child = json_copy(doc, item);
		if (value->type == JSON_OBJECT)
			json_add_member(doc, copy, item->key, item->key_len, child);
		else
			json_append(copy, child);
	}
	return copy;
}

void json_append(struct json *array, struct json *value)
{
	value->next = NULL;
	if (array->last)
		array->last->next = value;
	else
		array->first = value;
	array->last = value;
	array->count++;
	array->index = NULL;
}

void json_add_member(struct json_doc *doc, struct json *object, const char *key, size_t len,
		     struct json *value)
{
	value->key = json_keep(doc, key, len);
	value->key_len = len;
	json_append(object, value);
}

void json_set(struct json_doc *doc, struct json *object, const char *key, struct json *value)
{
	struct json *old = json_get(object, key);
	if (!old) {
		json_add_member(doc, object, key, strlen(key), value);
		return;
	}
	value->key = old->key;
	value->key_len = old->key_len;
	value->next = old->next;
	struct json **link = &object->first;
	while (*link != old)
		link = &(*link)->next;
	*link = value;
	if (object->last == old)
		object->last = value;
	object->index = NULL;
}

void json_set_string(struct json_doc *doc, struct json *object, const char *key, const char *s)
{
	json_set(doc, object, key, json_new_string(doc, s));
}

void json_set_integer(struct json_doc *doc, struct json *object, const char *key, long long number)
{
	json_set(doc, object, key, json_new_integer(doc, number));
}

static int compare_texts(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_members(const void *a, const void *b)
{
	const struct json *x = *(struct json *const *)a, *y = *(struct json *const *)b;
	return compare_texts(x->key, x->key_len, y->key, y->key_len);
}

static struct json *find_member(const struct json *object, const char *key, size_t len)
{
	if (object->index) {
		struct json wanted = { .key = key, .key_len = len };
		struct json *p = &wanted;
		struct json **hit =
			bsearch(&p, object->index, object->count, sizeof(p), compare_members);
		return hit ? *hit : NULL;
	}
	for (struct json *item = object->first; item; item = item->next)
		if (item->key_len == len && memcmp(item->key, key, len) == 0)
			return item;
	return NULL;
}

struct json *json_get(const struct json *object, const char *key)
{
	return json_is(object, JSON_OBJECT) ? find_member(object, key, strlen(key)) : NULL;
}

static struct json *element(const struct json *array, const char *digits, size_t len)
{
	size_t number = 0;
	if (!len || len > 9)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return NULL;
		number = number * 10 + (size_t)(digits[i] - '0');
	}
	struct json *item = array->first;
	while (item && number--)
		item = item->next;
	return item;
}

struct json *json_path(const struct json *value, const char *path)
{
	struct json *whole = json_get(value, path);
	if (whole || !value)
		return whole;
	struct json *step = NULL;
	for (const char *p = path; *p;) {
		size_t len = *p == '[' ? strcspn(p, "]") : strcspn(p, ".[");
		const char *name = p;
		if (*p == '[') {
			if (p[len] != ']')
				return NULL;
			name++;
			step = json_is(value, JSON_ARRAY) ? element(value, name, len - 1) : NULL;
			len++;
		} else if (json_is(value, JSON_ARRAY)) {
			step = element(value, name, len);
		} else {
			step = json_is(value, JSON_OBJECT) ? find_member(value, name, len) : NULL;
		}
		if (!step)
			return NULL;
		value = step;
		p += len;
		if (*p == '.' && p[1])
			p++;
	}
	return step;
}

const char *json_string(const struct json *value)
{
	return json_is(value, JSON_STRING) && strlen(value->text) == value->len ? value->text
										: NULL;
}

const char *json_get_string(const struct json *object, const char *key)
{
	return json_string(json_get(object, key));
}

size_t json_depth(const struct json *value)
{
	size_t deepest = 0;
	if (json_is_scalar(value))
		return 0;
	for (const struct json *item = value->first; item; item = item->next) {
		size_t depth = json_depth(item);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

bool json_equal(const struct json *a, const struct json *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == JSON_NUMBER || a->type == JSON_STRING)
		return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
	if (json_is_scalar(a))
		return true;
	if (a->count != b->count)
		return false;
	const struct json *y = b->first;
	for (const struct json *x = a->first; x; x = x->next, y = y->next) {
		const struct json *other =
			a->type == JSON_OBJECT ? find_member(b, x->key, x->key_len) : y;
		if (!other || !json_equal(x, other))
			return false;
	}
	return true;
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = { "null",   "false", "true",	 "number",
					     "string", "array", "object" };
	return names[type];
}

static const struct json *repeated_in_small(const struct json *object)
{
	for (const struct json *a = object->first; a; a = a->next)
		for (const struct json *b = a->next; b; b = b->next)
			if (a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0)
				return b;
	return NULL;
}

const struct json *json_index(struct json_doc *doc, struct json *object)
{
	if (object->count <= JSON_INDEX_FROM)
		return repeated_in_small(object);
	struct json **index = allocate(doc, object->count * sizeof(*index));
	size_t n = 0;
	for (struct json *item = object->first; item; item = item->next)
		index[n++] = item;
	qsort(index, n, sizeof(*index), compare_members);
	object->index = index;
	for (size_t i = 1; i < n; i++)
		if (compare_members(&index[i - 1], &index[i]) == 0)
			return index[i];
	return NULL;
}

struct place {
	struct json *member;
	size_t number;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = compare_members(&x->member, &y->member);
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

void json_drop_doubles(struct json_doc *doc, struct json *object)
{
	if (!json_index(doc, object))
		return;
	size_t count = object->count, n = 0;
	CLEAN_FREE struct place *places = mem_new(count, sizeof(*places));
	CLEAN_FREE struct json **firsts = mem_new(count, sizeof(*firsts));
	for (struct json *item = object->first; item; item = item->next, n++)
		places[n] = (struct place){ item, n };
	qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 0; i < count; i++)
		if (!i || compare_members(&places[i].member, &places[i - 1].member) != 0)
			firsts[places[i].number] = places[i].member;
	object->first = object->last = NULL;
	object->count = 0;
	for (size_t i = 0; i < count; i++)
		if (firsts[i])
			json_append(object, firsts[i]);
	(void)json_index(doc, object);
}
