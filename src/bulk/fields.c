/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/fields.h"

#include <string.h>

#include "base/buf.h"
#include "lib/json.h"

void field_list_done(struct field_list *list)
{
	free(list->items);
	json_doc_free(list->doc);
	*list = (struct field_list){ 0 };
}

/* The elements of one array share their name, and the pointer to it. */
static bool stands_twice(const struct field_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].name != name && strcmp(list->items[i].name, name) == 0)
			return true;
	return false;
}

static int add(struct field_list *list, struct bulk_field field, struct err *err)
{
	if (list->count == BULK_MAX_FIELDS)
		return err_set(err, ERR_USAGE, "more than %d fields", BULK_MAX_FIELDS);
	if (stands_twice(list, field.name))
		return err_set(err, ERR_USAGE, "\"%s\" stands twice", field.name);
	if (memchr(field.text, '\0', field.len))
		return err_set(err, ERR_USAGE, "\"%s\" holds a NUL character", field.name);
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = field;
	return 0;
}

static int add_nothing(struct field_list *list, const char *name, struct err *err)
{
	return add(list, (struct bulk_field){ .name = name, .text = "" }, err);
}

static int add_scalar(struct field_list *list, const char *name, const struct json *value,
		      struct err *err)
{
	bool has_text = value->type == JSON_STRING || value->type == JSON_NUMBER;
	const char *text = has_text ? value->text : json_type_name(value->type);
	return add(list,
		   (struct bulk_field){
			   .name = name,
			   .text = text,
			   .len = has_text ? value->len : strlen(text),
			   .given = true,
			   .bare = value->type != JSON_STRING,
		   },
		   err);
}

static int add_raw(struct field_list *list, const char *name, const struct json *value,
		   struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	json_write(&text, value, JSON_COMPACT);
	return add(list,
		   (struct bulk_field){
			   .name = name,
			   .text = json_keep(list->doc, text.data, text.len),
			   .len = text.len,
			   .given = true,
			   .raw = true,
		   },
		   err);
}

static int add_array(struct field_list *list, const char *name, const struct json *array,
		     struct err *err)
{
	if (!array->first)
		return add_nothing(list, name, err);
	for (const struct json *item = array->first; item; item = item->next)
		if (!json_is_scalar(item) || item->type == JSON_NULL)
			return add_raw(list, name, array, err);
	for (const struct json *item = array->first; item; item = item->next)
		if (add_scalar(list, name, item, err) < 0)
			return -1;
	return 0;
}

static int add_members(struct field_list *list, const char *prefix, const struct json *object,
		       struct err *err);

static int add_value(struct field_list *list, const char *name, const struct json *value,
		     struct err *err)
{
	switch (value->type) {
	case JSON_NULL:
		return add_nothing(list, name, err);
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
	case JSON_STRING:
		return add_scalar(list, name, value, err);
	case JSON_ARRAY:
		return add_array(list, name, value, err);
	case JSON_OBJECT:
		return value->first ? add_members(list, name, value, err)
				    : add_nothing(list, name, err);
	}
	return 0;
}

/* Without a limit to names, a long one over many members would take more memory than the row. */
static int add_members(struct field_list *list, const char *prefix, const struct json *object,
		       struct err *err)
{
	size_t prefix_len = prefix ? strlen(prefix) + 1 : 0;
	for (const struct json *item = object->first; item; item = item->next) {
		if (!item->key_len || memchr(item->key, '\0', item->key_len))
			return err_set(err, ERR_USAGE, "a name is empty or holds a NUL character");
		if (prefix_len + item->key_len > BULK_MAX_NAME)
			return err_set(err, ERR_USAGE, "a name is longer than %d bytes",
				       BULK_MAX_NAME);
		const char *name = item->key;
		if (prefix) {
			CLEAN_FREE char *dotted = buf_format("%s.%s", prefix, item->key);
			name = json_keep(list->doc, dotted, strlen(dotted));
		}
		if (add_value(list, name, item, err) < 0)
			return -1;
	}
	return 0;
}

int field_list_read(struct field_list *list, const char *text, size_t len, struct err *err)
{
	struct json *root = NULL;
	json_doc_free(list->doc);
	list->doc = json_doc_new();
	list->count = 0;
	if (json_parse(list->doc, text, len, &root, err) < 0)
		return err_hint(err, "NDJSON is one JSON object a line");
	if (root->type != JSON_OBJECT) {
		err_set(err, ERR_USAGE, "JSON of type %s, not an object",
			json_type_name(root->type));
		return err_hint(err, "NDJSON is one JSON object a line");
	}
	return add_members(list, NULL, root, err);
}
