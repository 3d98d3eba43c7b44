/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kept copy of a document, which others could have written: the bytes are refused, or are a tree
 * within them that everything else can go through, and that is packed and read the same again.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "lib/json.h"
#include "lib/pack.h"

/* What lives in the bytes given, with its NUL. */
static bool is_within(const char *text, size_t len, const char *bytes, size_t size)
{
	return text >= bytes && len < size && text + len < bytes + size && text[len] == '\0';
}

static void is_sound(const struct json *value, const char *bytes, size_t size)
{
	must(value->type <= JSON_OBJECT);
	if (value->type == JSON_NUMBER || value->type == JSON_STRING)
		must(is_within(value->text, value->len, bytes, size));
	if (value->type == JSON_NUMBER)
		must(text_is_number(value->text, value->len));
	if (json_is_scalar(value))
		return;
	size_t count = 0;
	for (const struct json *item = value->first; item; item = item->next, count++) {
		if (value->type == JSON_OBJECT) {
			must(is_within(item->key, item->key_len, bytes, size));
			must(strlen(item->key) < item->key_len ||
			     json_get(value, item->key) == item);
		}
		is_sound(item, bytes, size);
	}
	must(count == value->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new(), *other = json_doc_new();
	CLEAN_BUF struct buf packed = { 0 }, text = { 0 };
	CLEAN_ERR struct err err = { 0 };
	const struct json *root = pack_read(doc, (const char *)data, size);
	struct json *parsed;

	if (!root)
		return 0;
	is_sound(root, (const char *)data, size);
	must(json_depth(root) <= JSON_MAX_DEPTH);
	pack_write(&packed, root);
	must(packed.len <= size); /* there are longer ways to write a number */
	const struct json *again = pack_read(other, packed.data, packed.len);
	must(again && json_equal(root, again) && again->line == root->line);

	/* what is no UTF-8 is written as U+FFFD, so that two names may become one */
	json_write(&text, root, JSON_COMPACT);
	if (json_parse(other, buf_str(&text), text.len, &parsed, &err) < 0)
		must(strstr(err.message, "same key twice"));
	return 0;
}
