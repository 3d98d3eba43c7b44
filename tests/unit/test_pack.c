/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/digest.h"
#include "lib/json.h"
#include "lib/pack.h"

static const char sample[] =
	"{\"a\":[1,2.50,-3e9,null,true,false,\"\"],\"b\":{\"\":{}},\"c\":\"x\\u0000y\",\"d\":[[],{}]}";

static void pack_text(struct json_doc *doc, const char *text, struct buf *bytes)
{
	CLEAN_ERR struct err err = { 0 };
	struct json *value = NULL;
	assert_int_equal(json_parse(doc, text, strlen(text), &value, &err), 0);
	value->line = 300;
	pack_write(bytes, value);
}

static void round_trip(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf bytes = { 0 }, text = { 0 };
	pack_text(doc, sample, &bytes);
	struct json *back = pack_read(doc, bytes.data, bytes.len);
	assert_non_null(back);
	assert_int_equal(back->line, 300);
	json_write(&text, back, JSON_COMPACT);
	assert_string_equal(text.data, sample);
}

/* Whoever changes the form changes its number too: copies of the last form lie in users' folders.
 */
static void form(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf bytes = { 0 };
	char digest[DIGEST_SIZE];
	pack_text(doc, sample, &bytes);
	digest_sha256(bytes.data, bytes.len, digest);
	assert_int_equal(PACK_FORM, 2);
	assert_string_equal(digest,
			    "88ea798ab138a3d59e3b7176c98ffe5b8c7ceb35728da39b82fc0ab56123000d");
}

/* Members of a large object are found by its index. */
static void large_object(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf bytes = { 0 };
	struct json *object = json_new(doc, JSON_OBJECT);
	for (int i = 0; i < 1000; i++) {
		CLEAN_FREE char *key = buf_format("key%d", i);
		json_set_integer(doc, object, key, i);
	}
	pack_write(&bytes, object);
	const struct json *back = pack_read(doc, bytes.data, bytes.len);
	assert_non_null(back->index);
	assert_string_equal(json_get(back, "key777")->text, "777");
}

/* Cut off anywhere, or with more behind: nothing. With any byte changed: something or nothing, but
 * never beyond the bytes, which stand at the end of their own memory. */
static void damaged(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf bytes = { 0 };
	pack_text(doc, sample, &bytes);
	for (size_t len = 0; len < bytes.len; len++) {
		CLEAN_FREE char *part = mem_new(len + 1, 1);
		memcpy(part, bytes.data, len);
		CHECK(pack_read(doc, part, len) == NULL, "%zu bytes\n", len);
	}
	for (size_t at = 0; at < bytes.len; at++)
		for (int byte = 0; byte < 256; byte++) {
			CLEAN_FREE char *copy = mem_dup_len(bytes.data, bytes.len);
			CLEAN_JSON struct json_doc *other = json_doc_new();
			CLEAN_BUF struct buf text = { 0 };
			copy[at] = (char)byte;
			const struct json *value = pack_read(other, copy, bytes.len);
			if (value)
				json_write(&text, value, JSON_COMPACT);
		}
	buf_add_char(&bytes, '\0');
	assert_null(pack_read(doc, bytes.data, bytes.len));
}

static void too_deep(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf bytes = { 0 };
	for (int i = 0; i < 2000000; i++)
		buf_add(&bytes, "\x05\x00\x01", 3);
	assert_null(pack_read(doc, bytes.data, bytes.len));
}

/* As deep as readers of documents go. */
static void deep(void **state)
{
	(void)state;
	for (unsigned depth = JSON_MAX_DEPTH; depth <= JSON_MAX_DEPTH + 1; depth++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEAN_BUF struct buf bytes = { 0 };
		for (unsigned i = 1; i < depth; i++)
			buf_add(&bytes, "\x05\x00\x01", 3);
		buf_add(&bytes, "\x05\x00\x00", 3);
		assert_int_equal(pack_read(doc, bytes.data, bytes.len) != NULL,
				 depth == JSON_MAX_DEPTH);
	}
}

/* A tree, but none that a document could be. */
static void unsound(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} table[] = {
		{ BYTES("\x03\x00\x03"
			"1,2\0") },
		{ BYTES("\x03\x00\x00\0") },
		{ BYTES("\x06\x00\x02\x01"
			"a\0\x00\x00\x01"
			"a\0\x00\x00") },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CHECK(pack_read(doc, table[i].bytes, table[i].len) == NULL, "case %zu\n", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	cmocka_unit_test(form),
		cmocka_unit_test(large_object), cmocka_unit_test(damaged),
		cmocka_unit_test(too_deep),	cmocka_unit_test(deep),
		cmocka_unit_test(unsound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
