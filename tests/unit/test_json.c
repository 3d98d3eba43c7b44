/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"

static int parse(struct json_doc *doc, const char *text, size_t len, struct json **root,
		 struct err *err)
{
	*root = NULL;
	return json_parse(doc, text, len, root, err);
}

/* What is accepted and what is not: see test_rfc8259.c. */
static void messages(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "", "not JSON: it is empty (at byte 0)" },
		{ "[1", "not JSON: it ends too early (at byte 2)" },
		{ "[\"0123456789\xC3\xA9\xFF\"]", "bytes that are not UTF-8 (at byte 15)" },
		{ "\"\\ud83d\\ude00\\ud800\"",
		  "half of a surrogate pair in a string (at byte 14)" },
		{ "[1,\f2]", "a control character (at byte 4)" },
		{ "[1,,2]", "(at byte 4)" },
		{ "{\"a\":1,\"a\":1}", "the same key twice (at byte 13)" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct json *root;
		assert_int_equal(parse(doc, pairs[i][0], strlen(pairs[i][0]), &root, &err), -1);
		CHECK_ERR(&err, ERR_USAGE, pairs[i][1]);
	}
}

static void depth(void **state)
{
	(void)state;
	for (long levels = JSON_MAX_DEPTH; levels <= JSON_MAX_DEPTH + 1; levels++) {
		CLEAN_BUF struct buf arrays = { 0 }, objects = { 0 };
		for (long i = 0; i < levels; i++)
			buf_add_str(&objects, "{\"a\":");
		buf_add_str(&objects, "1");
		buf_add_repeat(&arrays, '[', levels);
		buf_add_repeat(&arrays, ']', levels);
		buf_add_repeat(&objects, '}', levels);
		struct buf *texts[] = { &arrays, &objects };
		for (size_t i = 0; i < 2; i++) {
			struct err err = { 0 };
			CLEAN_JSON struct json_doc *doc = json_doc_new();
			struct json *root;
			int result = parse(doc, texts[i]->data, texts[i]->len, &root, &err);
			assert_int_equal(result, levels <= JSON_MAX_DEPTH ? 0 : -1);
			if (result < 0) {
				CHECK_ERR(&err, ERR_USAGE, "nested too deep");
				continue;
			}
			CLEAN_FREE char *written = unit_compact(root);
			CHECK_TEXT(written, texts[i]->data, "deep");
		}
	}
	CLEAN_BUF struct buf hostile = { 0 };
	buf_add_repeat(&hostile, '[', 1000000);
	struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root;
	assert_int_equal(parse(doc, hostile.data, hostile.len, &root, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "nested too deep");
}

/* An object of `count` members k0, k1, …; the last one may repeat an earlier one. */
static void large_object(struct buf *out, int count, int last)
{
	buf_add_char(out, '{');
	for (int i = 0; i < count; i++)
		buf_add_format(out, "%s\"k%d\":%d", i ? "," : "", i + 1 < count ? i : last, i);
	buf_add_char(out, '}');
}

static void keys_in_large_objects(void **state)
{
	(void)state;
	static const int sizes[] = { 2, 31, 32, 33, 34, 500 };
	for (size_t s = 0; s < COUNT(sizes); s++) {
		int count = sizes[s];
		CLEAN_BUF struct buf good = { 0 }, bad = { 0 };
		large_object(&good, count, count - 1);
		large_object(&bad, count, 0);
		struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct json *root;
		assert_int_equal(parse(doc, bad.data, bad.len, &root, &err), -1);
		CHECK_ERR(&err, ERR_USAGE, "same key twice");
		assert_int_equal(parse(doc, good.data, good.len, &root, &err), 0);
		assert_int_equal(root->count, count);
		for (int i = 0; i < count; i++) {
			CLEAN_FREE char *key = buf_format("k%d", i);
			CLEAN_FREE char *digits = buf_format("%d", i);
			assert_non_null(json_get(root, key));
			CHECK_TEXT(json_get(root, key)->text, digits, key);
		}
		assert_null(json_get(root, "k"));
		assert_null(json_get(root, "k9999"));
		CLEAN_FREE char *written = unit_compact(root);
		CHECK_TEXT(written, good.data, "order of keys");
		/* a changed object is looked up all the same */
		json_set_integer(doc, root, "k1", 4711);
		json_set_integer(doc, root, "new", 1);
		CHECK_TEXT(json_get(root, "k1")->text, "4711", "replaced");
		CHECK_TEXT(json_get(root, "new")->text, "1", "added");
		CHECK_TEXT(json_get(root, "k0")->text, "0", "kept");
		assert_int_equal(root->count, count + 1);
	}
}

static void setting(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *object = unit_json(doc, "{\"a\":1,\"b\":2,\"c\":3}");
	json_set_string(doc, object, "b", "x\n");
	json_set_integer(doc, object, "c", -9223372036854775807LL);
	json_set_string(doc, object, "d", NULL);
	json_set(doc, object, "a", unit_json(doc, "[true]"));
	json_set(doc, object, "e", json_new_bool(doc, false));
	CLEAN_FREE char *written = unit_compact(object);
	CHECK_TEXT(
		written,
		"{\"a\":[true],\"b\":\"x\\n\",\"c\":-9223372036854775807,\"d\":null,\"e\":false}",
		"set");
	CLEAN_JSON struct json_doc *other = json_doc_new();
	struct json *copy = json_copy(other, object);
	assert_true(json_equal(copy, object));
	json_append(json_get(object, "a"), json_new_integer(doc, 2));
	CHECK_TEXT(json_type_name(JSON_OBJECT), "object", "name");
}

static void paths(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = unit_json(
		doc,
		"{\"a\":{\"b\":[{\"c\":1},[2,3],null]},\"x.y\":4,\"x\":{\"y\":5,\"z\":6},\"\":7,"
		"\"0\":8,\"n\":{\"\":9}}");
	static const char *const pairs[][2] = {
		{ "a.b[0].c", "1" },
		{ "a.b.0.c", "1" },
		{ "a.b[1][0]", "2" },
		{ "a.b.1.1", "3" },
		{ "a.b[2]", "null" },
		{ "x.y", "4" },
		{ "x.z", "6" },
		{ "", "7" },
		{ "0", "8" },
		{ "a.b[3]", NULL },
		{ "a.b[-1]", NULL },
		{ "a.b[x]", NULL },
		{ "a.b[", NULL },
		{ "a.b[0", NULL },
		{ "a.b[]", NULL },
		{ "a.c", NULL },
		{ "a.b.c", NULL },
		{ "a[0]", NULL },
		{ ".a", NULL },
		{ "a.b[0].c.d", NULL },
		{ "a.b[99999999999999999999]", NULL },
		{ "a..b", NULL },
		{ "missing", NULL },
		{ "a.b[0][0]", NULL },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const struct json *hit = json_path(root, pairs[i][0]);
		CLEAN_FREE char *text = hit ? unit_compact(hit) : NULL;
		CHECK_TEXT(text, pairs[i][1], pairs[i][0]);
	}
	CHECK_TEXT(json_path(unit_json(doc, "[[5]]"), "[0][0]")->text, "5", "[0][0]");
	CHECK_TEXT(json_path(unit_json(doc, "[[5]]"), "0.0")->text, "5", "0.0");
	assert_null(json_path(NULL, "a"));
	assert_null(json_path(unit_json(doc, "1"), "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(unit_json(doc, "[1]"), "a"));
}

static void texts(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root =
		unit_json(doc, "{\"s\":\"x\",\"n\":1,\"z\":\"a\\u0000b\",\"o\":{},\"e\":\"\"}");
	CHECK_TEXT(json_get_string(root, "s"), "x", "s");
	CHECK_TEXT(json_get_string(root, "e"), "", "e");
	assert_null(json_get_string(root, "n"));
	assert_null(json_get_string(root, "z"));
	assert_null(json_get_string(root, "o"));
	assert_null(json_get_string(root, "missing"));
	assert_int_equal(json_get(root, "z")->len, 3);
	assert_memory_equal(json_get(root, "z")->text, "a\0b", 4);
}

static void equality(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} table[] = {
		{ "{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", true },
		{ "{\"a\":1}", "{\"a\":1.0}", false },
		{ "{\"a\":1}", "{\"b\":1}", false },
		{ "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
		{ "[1,2]", "[2,1]", false },
		{ "[1,2]", "[1,2,3]", false },
		{ "\"1\"", "1", false },
		{ "null", "null", true },
		{ "true", "false", false },
		{ "{}", "[]", false },
		{ "\"a\\u0000b\"", "\"a\\u0000c\"", false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CHECK(json_equal(unit_json(doc, table[i].a), unit_json(doc, table[i].b)) ==
			      table[i].same,
		      "%s %s\n", table[i].a, table[i].b);
	}
}

static void pretty(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf out = { 0 };
	buf_add_str(&out, "\x7Fkept "); /* what stood there before is not touched */
	json_write(
		&out,
		unit_json(doc,
			  "{\"a\":[1,{}],\"b\":\"\xC2\x85\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x94\"}"),
		JSON_PRETTY);
	CHECK_TEXT(
		out.data,
		"\x7Fkept {\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"\\u0085\\u202e\\u2066\xE2\x80\x94\"\n}",
		"pretty");
}

static void memory(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	for (size_t size = 1; size < 300000; size = size * 3 + 1) {
		unsigned char *bytes = json_doc_memory(doc, size, 1);
		assert_int_equal((uintptr_t)bytes % sizeof(void *), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xEE, size);
	}
	assert_non_null(json_doc_memory(doc, 0, 8));
	json_doc_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(depth),
		cmocka_unit_test(keys_in_large_objects),
		cmocka_unit_test(setting),
		cmocka_unit_test(paths),
		cmocka_unit_test(texts),
		cmocka_unit_test(equality),
		cmocka_unit_test(pretty),
		cmocka_unit_test(memory),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
