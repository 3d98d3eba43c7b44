/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/flat.h"
#include "lib/json.h"

/* What json_write makes of the text. */
static char *written(const char *text)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct buf out = { 0 };
	json_write(&out, json_new_string(doc, text), JSON_COMPACT);
	return buf_take(&out);
}

static void same_as_tree(const char *text)
{
	CLEAN_BUF struct buf out = { 0 };
	CLEAN_FREE char *wanted = written(text);
	flat_string(&out, text);
	CHECK_TEXT(buf_str(&out), wanted, text);
}

static void each_byte(void **state)
{
	(void)state;
	for (int byte = 1; byte < 0x80; byte++) {
		const char text[] = { 'a', (char)byte, (char)byte, 'z', '\0' };
		same_as_tree(text);
	}
	/* all of U+0080 to U+07FF */
	for (int point = 0x80; point < 0x800; point++) {
		const char text[] = { 'a', (char)(0xC0 | point >> 6), (char)(0x80 | (point & 63)),
				      '\0' };
		same_as_tree(text);
	}
	same_as_tree("");
	same_as_tree("\xC2");
	same_as_tree("\xE2\x82\xAC \xF0\x9F\x98\x80 / end");
}

static void members(void **state)
{
	(void)state;
	CLEAN_BUF struct buf out = { 0 };
	buf_add_str(&out, "before\n");
	flat_open(&out, NULL);
	flat_text(&out, "text", "{");
	flat_text(&out, "none", NULL);
	flat_text_if(&out, "left out", NULL);
	flat_integer(&out, "least", -9223372036854775807LL - 1);
	flat_integer(&out, "zero", 0);
	flat_integer(&out, "most", 9223372036854775807LL);
	flat_open(&out, "empty");
	flat_close(&out);
	flat_open(&out, "a \"name\"");
	flat_bool(&out, "yes", true);
	flat_bool(&out, "no", false);
	flat_close(&out);
	flat_time(&out, "at", 1795343400000LL);
	flat_time(&out, "at", 1795343400007LL);
	flat_close(&out);
	CHECK_TEXT(
		buf_str(&out),
		"before\n{\"text\":\"{\",\"none\":null,\"least\":-9223372036854775808,\"zero\":0,"
		"\"most\":9223372036854775807,\"empty\":{},\"a \\\"name\\\"\":{\"yes\":true,"
		"\"no\":false},\"at\":\"2026-11-22T10:30:00Z\",\"at\":\"2026-11-22T10:30:00.007Z\"}",
		"members");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_byte),
					    cmocka_unit_test(members) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
