/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/json.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>
#include <yajl/yajl_version.h>

#include "base/text.h"

enum { CHUNK_SIZE = 65536, INDEX_FROM = 32 };

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
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
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

static const char *keep_text(struct json_doc *doc, const char *s, size_t len)
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
	value->text = keep_text(doc, s, len);
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

void json_add_member(struct json_doc *doc, struct json *object, const char *key, size_t len, struct json *value)
{
	value->key = keep_text(doc, key, len);
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
		struct json **hit = bsearch(&p, object->index, object->count, sizeof(p), compare_members);
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
	return json_is(value, JSON_STRING) && strlen(value->text) == value->len ? value->text : NULL;
}

const char *json_get_string(const struct json *object, const char *key)
{
	return json_string(json_get(object, key));
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
		const struct json *other = a->type == JSON_OBJECT ? find_member(b, x->key, x->key_len) : y;
		if (!other || !json_equal(x, other))
			return false;
	}
	return true;
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = { "null", "false", "true", "number", "string", "array", "object" };
	return names[type];
}

/* ---- reading ---- */

struct reader {
	struct json_doc *doc;
	struct json *root;
	struct json *stack[JSON_MAX_DEPTH];
	size_t depth;
	const char *key;
	size_t key_len;
	const char *fault; /* why we, not yajl, refused */
};

static int add_value(struct reader *reader, struct json *value)
{
	if (reader->depth == 0) {
		reader->root = value;
		return 1;
	}
	struct json *parent = reader->stack[reader->depth - 1];
	if (parent->type == JSON_OBJECT) {
		value->key = reader->key;
		value->key_len = reader->key_len;
	}
	json_append(parent, value);
	return 1;
}

static int open_container(struct reader *reader, enum json_type type)
{
	if (reader->depth == JSON_MAX_DEPTH) {
		reader->fault = "nested too deep";
		return 0;
	}
	struct json *value = json_new(reader->doc, type);
	add_value(reader, value);
	reader->stack[reader->depth++] = value;
	return 1;
}

static bool small_object_repeats(const struct json *object)
{
	for (const struct json *a = object->first; a; a = a->next)
		for (const struct json *b = a->next; b; b = b->next)
			if (a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0)
				return true;
	return false;
}

/* Sorts a large object's members for json_get; tells whether two have one name. */
static bool index_repeats(struct json_doc *doc, struct json *object)
{
	struct json **index = allocate(doc, object->count * sizeof(*index));
	size_t n = 0;
	for (struct json *item = object->first; item; item = item->next)
		index[n++] = item;
	qsort(index, n, sizeof(*index), compare_members);
	object->index = index;
	for (size_t i = 1; i < n; i++)
		if (compare_members(&index[i - 1], &index[i]) == 0)
			return true;
	return false;
}

static int on_null(void *context)
{
	struct reader *reader = context;
	return add_value(reader, json_new(reader->doc, JSON_NULL));
}

static int on_boolean(void *context, int truth)
{
	struct reader *reader = context;
	return add_value(reader, json_new_bool(reader->doc, truth));
}

static int on_number(void *context, const char *text, size_t len)
{
	struct reader *reader = context;
	return add_value(reader, json_new_text(reader->doc, JSON_NUMBER, text, len));
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
	struct reader *reader = context;
	return add_value(reader, json_new_text(reader->doc, JSON_STRING, (const char *)text, len));
}

static int on_key(void *context, const unsigned char *text, size_t len)
{
	struct reader *reader = context;
	reader->key = keep_text(reader->doc, (const char *)text, len);
	reader->key_len = len;
	return 1;
}

static int on_start_map(void *context)
{
	return open_container(context, JSON_OBJECT);
}

static int on_start_array(void *context)
{
	return open_container(context, JSON_ARRAY);
}

static int on_end_map(void *context)
{
	struct reader *reader = context;
	struct json *object = reader->stack[--reader->depth];
	bool repeats = object->count > INDEX_FROM ? index_repeats(reader->doc, object) : small_object_repeats(object);
	if (repeats)
		reader->fault = "an object has the same key twice";
	return !repeats;
}

static int on_end_array(void *context)
{
	struct reader *reader = context;
	reader->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

/* The value of the four hex digits after "\u", or -1. */
static long escape_unit(const char *p, const char *end)
{
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	char digits[5] = { p[2], p[3], p[4], p[5], '\0' };
	char *stop = NULL;
	long unit = strtol(digits, &stop, 16);
	return *stop ? -1 : unit;
}

/* Whether each \uD8xx is followed by its other half: yajl writes broken text for those that are not. */
static bool surrogates_pair(const char *text, size_t len)
{
	const char *end = text + len;
	for (const char *p = text; p < end && (p = memchr(p, '\\', (size_t)(end - p)));) {
		long unit = escape_unit(p, end);
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return false;
		if (unit >= 0xD800 && unit <= 0xDBFF) {
			long low = escape_unit(p + 6, end);
			if (low < 0xDC00 || low > 0xDFFF)
				return false;
			p += 12;
			continue;
		}
		p += 2;
	}
	return true;
}

static int parse_failure(yajl_handle handle, const struct reader *reader, struct err *err)
{
	size_t at = yajl_get_bytes_consumed(handle);
	if (reader->fault)
		return err_set(err, ERR_USAGE, "not usable JSON: %s (at byte %zu)", reader->fault, at);
	unsigned char *said = yajl_get_error(handle, 0, NULL, 0);
	char *why = strchr((char *)said, ':');
	why = why ? why + 1 + strspn(why + 1, " ") : (char *)said;
	why[strcspn(why, "\n")] = '\0';
	err_set(err, ERR_USAGE, "not JSON: %s (at byte %zu)", why, at);
	yajl_free_error(handle, said);
	return -1;
}

int json_parse(struct json_doc *doc, const char *text, size_t len, struct json **root, struct err *err)
{
	if (!text_is_utf8(text, len))
		return err_set(err, ERR_USAGE, "not JSON: it holds bytes that are not UTF-8");
	if (memchr(text, '\v', len) || memchr(text, '\f', len)) /* yajl takes these two for blanks */
		return err_set(err, ERR_USAGE, "not JSON: it holds a control character");
	if (!surrogates_pair(text, len))
		return err_set(err, ERR_USAGE, "not usable JSON: half of a surrogate pair in a string");
	struct reader reader = { .doc = doc };
	yajl_handle handle = yajl_alloc(&callbacks, NULL, &reader);
	yajl_config(handle, yajl_dont_validate_strings, 1);
	yajl_status status = yajl_parse(handle, (const unsigned char *)text, len);
	int result = status == yajl_status_ok ? 0 : parse_failure(handle, &reader, err);
	if (result == 0 && (yajl_complete_parse(handle) != yajl_status_ok || !reader.root))
		result = err_set(err, ERR_USAGE, len ? "not JSON: it ends too early" : "not JSON: it is empty");
	yajl_free(handle);
	if (result == 0)
		*root = reader.root;
	return result;
}

/* ---- writing ---- */

static void print_to_buf(void *context, const char *text, size_t len)
{
	buf_add(context, text, len);
}

static void generate(yajl_gen gen, const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
		yajl_gen_null(gen);
		return;
	case JSON_FALSE:
	case JSON_TRUE:
		yajl_gen_bool(gen, value->type == JSON_TRUE);
		return;
	case JSON_NUMBER:
		yajl_gen_number(gen, value->text, value->len);
		return;
	case JSON_STRING:
		yajl_gen_string(gen, (const unsigned char *)value->text, value->len);
		return;
	case JSON_ARRAY:
		yajl_gen_array_open(gen);
		for (const struct json *item = value->first; item; item = item->next)
			generate(gen, item);
		yajl_gen_array_close(gen);
		return;
	case JSON_OBJECT:
		yajl_gen_map_open(gen);
		for (const struct json *item = value->first; item; item = item->next) {
			yajl_gen_string(gen, (const unsigned char *)item->key, item->key_len);
			generate(gen, item);
		}
		yajl_gen_map_close(gen);
		return;
	}
}

static bool is_control(const unsigned char *p, const unsigned char *end)
{
	return *p == 0x7F || (*p == 0xC2 && p + 1 < end && p[1] < 0xA0);
}

/* Rewrites DEL and the C1 controls from `from` on: they can stand in strings only. */
static void escape_controls(struct buf *out, size_t from)
{
	const unsigned char *start = (const unsigned char *)out->data + from, *end = start + (out->len - from);
	const unsigned char *p = start;
	while (p < end && !is_control(p, end))
		p++;
	if (p == end)
		return;
	struct buf clean = { 0 };
	for (p = start; p < end; p++) {
		if (!is_control(p, end))
			buf_add_char(&clean, (char)*p);
		else
			buf_add_format(&clean, "\\u%04x", *p == 0x7F ? 0x7FU : (unsigned)*++p);
	}
	buf_truncate(out, from);
	buf_add(out, clean.data, clean.len);
	buf_done(&clean);
}

void json_write(struct buf *out, const struct json *value, enum json_style style)
{
	size_t from = out->len;
	yajl_gen gen = yajl_gen_alloc(NULL);
	yajl_gen_config(gen, yajl_gen_print_callback, print_to_buf, out);
	yajl_gen_config(gen, yajl_gen_beautify, style == JSON_PRETTY);
	yajl_gen_config(gen, yajl_gen_indent_string, "  ");
	generate(gen, value);
	yajl_gen_free(gen);
	if (out->len > from && out->data[out->len - 1] == '\n')
		buf_truncate(out, out->len - 1);
	escape_controls(out, from);
}

const char *json_library(void)
{
	static char version[32];
	int n = yajl_version();
	snprintf(version, sizeof(version), "yajl %d.%d.%d", n / 10000, n / 100 % 100, n % 100);
	return version;
}
