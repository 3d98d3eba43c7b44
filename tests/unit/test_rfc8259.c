/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of JSON, text by text, against the grammar of RFC 8259. */
#include "rfc8259.h"

/* It is read, written as said, and what is written indented is the same value. */
static void accepts(const char *name, const char *text, size_t len, const char *written)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf pretty = { 0 };
	struct json *root = NULL, *again = NULL;
	CHECK(json_parse(doc, text, len, &root, &err) == 0, "%s: %s\n", name, err.message);
	CLEAN_FREE char *compact = unit_compact(root);
	CHECK_TEXT(compact, written, name);
	json_write(&pretty, root, JSON_PRETTY);
	CHECK(pretty.data[pretty.len - 1] != '\n', "%s: %s\n", name, pretty.data);
	CHECK(json_parse(doc, pretty.data, pretty.len, &again, &err) == 0, "%s: %s\n", name,
	      err.message);
	CHECK(json_equal(root, again), "%s: %s\n", name, pretty.data);
}

static void refuses(const char *name, const char *text, size_t len, size_t byte)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	CHECK(json_parse(doc, text, len, &root, &err) == -1 && !root, "%s is taken\n", name);
	CLEAN_FREE char *place = buf_format(" (at byte %zu)", byte);
	const char *told = strstr(err.message, " (at byte ");
	CHECK(strncmp(err.message, "not ", 4) == 0, "%s: %s\n", name, err.message);
	CHECK_TEXT(told, place, name);
	assert_int_equal(err.kind, ERR_USAGE);
}

static void must_accept(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(accepted); i++) {
		const struct accepted *row = &accepted[i];
		accepts(row->name, row->text, row->len, row->written ? row->written : row->text);
	}
}

static void must_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		refuses(refused[i].name, refused[i].text, refused[i].len, refused[i].byte);
}

/* No name twice, no half of a surrogate pair, no byte order mark, a depth of 64; numbers as they
 * are written. */
static void may_choose(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ours); i++) {
		const struct ours *row = &ours[i];
		if (row->written)
			accepts(row->name, row->text, row->len, row->written);
		else
			refuses(row->name, row->text, row->len, row->byte);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(must_accept),
		cmocka_unit_test(must_refuse),
		cmocka_unit_test(may_choose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
