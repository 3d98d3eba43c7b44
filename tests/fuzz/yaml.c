/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML document: what is read is written as YAML and as JSON, and both read the same again, by
 * both readers where JSON is YAML.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "lib/yaml.h"

/* libyaml finds no key in a flow mapping that is longer, escapes included. */
enum { MAX_FLOW_KEY = 1000, LONGEST_ESCAPE = 6 };

static bool has_long_key(const struct json *value)
{
	if (json_is_scalar(value))
		return false;
	for (const struct json *item = value->first; item; item = item->next)
		if (item->key_len > MAX_FLOW_KEY / LONGEST_ESCAPE || has_long_key(item))
			return true;
	return false;
}

static void is_sound(const struct json *value)
{
	if (value->type == JSON_NUMBER)
		must(text_is_number(value->text, value->len));
	if (value->type == JSON_STRING)
		must(text_is_utf8(value->text, value->len));
	if (json_is_scalar(value))
		return;
	size_t count = 0;
	for (const struct json *item = value->first; item; item = item->next, count++) {
		must(!item->next || item != value->last);
		if (value->type == JSON_OBJECT) {
			must(text_is_utf8(item->key, item->key_len));
			must(strlen(item->key) == item->key_len);
			must(json_get(value, item->key) == item);
		}
		is_sound(item);
	}
	must(count == value->count);
}

static void reads_again_as_yaml(const struct json *root, const struct buf *text)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *again;

	must(yaml_read(doc, buf_str(text), text->len, &again, &err) == 0);
	must(json_equal(root, again));
}

static void reads_again(const struct json *root)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf yaml = { 0 }, json = { 0 };
	struct json *again;

	yaml_write(&yaml, root);
	must(yaml.len && yaml.data[yaml.len - 1] == '\n');
	reads_again_as_yaml(root, &yaml);

	json_write(&json, root, JSON_PRETTY);
	must(json_parse(doc, buf_str(&json), json.len, &again, &err) == 0);
	must(json_equal(root, again));
	if (!has_long_key(root))
		reads_again_as_yaml(root, &json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root;

	if (yaml_read(doc, (const char *)data, size, &root, &err) == 0) {
		must(json_depth(root) <= JSON_MAX_DEPTH);
		is_sound(root);
		reads_again(root);
	} else {
		must(err.kind == ERR_USAGE && strncmp(err.message, "line ", 5) == 0 &&
		     strstr(err.message, ", column "));
	}
	return 0;
}
