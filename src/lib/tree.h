/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trees of values: what JSON, YAML and config files become. They keep what was written: the order
 * of members, and each number's digits as text. Knows no format.
 *
 * A `struct json_doc` owns all of its values and their texts; a value lives as long as its
 * document.
 */
#ifndef LIB_TREE_H
#define LIB_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	enum json_type type;
	unsigned line;	 /* where it stood in a YAML or config file, from 1; 0: not known */
	const char *key; /* in an object: the member's name, NUL-terminated */
	size_t key_len;
	struct json *next; /* the next element or member */
	union {
		struct {
			const char
				*text; /* strings and numbers; NUL-terminated, and may hold NULs */
			size_t len;
		};
		struct {
			struct json *first; /* arrays and objects */
			struct json *last;
			size_t count;
			struct json **index; /* members by key, in large objects that were read;
						else NULL */
		};
	};
};

struct json_doc;

struct json_doc *json_doc_new(void);
void json_doc_free(struct json_doc *doc);
void json_doc_freep(struct json_doc **doc);

/* Zeroed memory for `count` objects of `size` bytes that lives as long as the document. */
void *json_doc_memory(struct json_doc *doc, size_t count, size_t size);

#define CLEAN_JSON CLEANUP(json_doc_freep)

/* New values that belong to the document. Texts are copied. A number's text must be a JSON number.
 */
struct json *json_new(struct json_doc *doc, enum json_type type);
struct json *json_new_string(struct json_doc *doc, const char *s);
struct json *json_new_text(struct json_doc *doc, enum json_type type, const char *s, size_t len);
struct json *json_new_integer(struct json_doc *doc, long long number);
struct json *json_new_bool(struct json_doc *doc, bool truth);

/* A deep copy of a value, which may belong to another document. */
struct json *json_copy(struct json_doc *doc, const struct json *value);

/* Adds a value, which must stand nowhere yet, to the end of an array. */
void json_append(struct json *array, struct json *value);

/* Sets a member: replaces the one of that name in place, or adds it at the end. */
void json_set(struct json_doc *doc, struct json *object, const char *key, struct json *value);

/* Shorthands of json_set; a NULL string becomes null. */
void json_set_string(struct json_doc *doc, struct json *object, const char *key, const char *s);
void json_set_integer(struct json_doc *doc, struct json *object, const char *key, long long number);

/* Adds a member without looking for one of the same name, which must not be there. */
void json_add_member(struct json_doc *doc, struct json *object, const char *key, size_t len,
		     struct json *value);

/* The member's value, or NULL if there is none or `object` is NULL or no object. */
struct json *json_get(const struct json *object, const char *key);

/* The value at a dotted path, `a.b[0].c` or `a.b.0.c`, or NULL. A whole name with dots wins. */
struct json *json_path(const struct json *value, const char *path);

/* The text of a string value, or NULL for anything else. A text with a NUL in it counts as nothing.
 */
const char *json_string(const struct json *value);

/* The text of the member `key` if it is a string, else NULL. */
const char *json_get_string(const struct json *object, const char *key);

static inline bool json_is(const struct json *value, enum json_type type)
{
	return value && value->type == type;
}

static inline bool json_is_scalar(const struct json *value)
{
	return value->type < JSON_ARRAY;
}

/* How many arrays and objects stand within each other, the value itself included; 0 for a scalar.
 */
size_t json_depth(const struct json *value);

/* Whether two values are the same: members in any order, numbers by their digits. */
bool json_equal(const struct json *a, const struct json *b);

/* "string", "object", …; for messages. */
const char *json_type_name(enum json_type type);

/* For readers: a copy of the text that lives as long as the document. */
const char *json_keep(struct json_doc *doc, const char *s, size_t len);

/* Objects with more members have an index. */
enum { JSON_INDEX_FROM = 32 };

/* For readers: a member of an object that is whole whose name another one has too, or NULL; and
 * makes looking up in a large one fast. */
const struct json *json_index(struct json_doc *doc, struct json *object);

/* For what several objects were joined in: drops the members whose name an earlier one has, and
 * indexes the rest. */
void json_drop_doubles(struct json_doc *doc, struct json *object);

#endif
