/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/flat.h"
#include "lib/json.h"

/* The text as a JSON string must be read back as what it was, and show no control. */
static void round_trip(const char *text)
{
	CLEAN_BUF struct buf out = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err err = { 0 };
	struct json *value = NULL;
	flat_string(&out, text);
	CHECK(json_parse(doc, out.data, out.len, &value, &err) == 0, "case <%s>\n", out.data);
	CHECK_TEXT(json_string(value), text, out.data);
	for (size_t i = 0; i < out.len; i++)
		CHECK((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7F, "case <%s>\n",
		      out.data);
}

static void each_character(void **state)
{
	(void)state;
	for (int byte = 1; byte < 0x80; byte++) {
		const char text[] = { 'a', (char)byte, (char)byte, 'z', '\0' };
		round_trip(text);
	}
	for (int point = 0x80; point < 0x800; point++) {
		const char text[] = { 'a', (char)(0xC0 | point >> 6), (char)(0x80 | (point & 63)),
				      '\0' };
		round_trip(text);
	}
	round_trip("");
	round_trip("\xE2\x82\xAC \xF0\x9F\x98\x80 / end");
}

static void escapes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		const char *written;
	} table[] = {
		{ BYTES(""), "\"\"" },
		{ BYTES("\"\\\b\f\n\r\t/"), "\"\\\"\\\\\\b\\f\\n\\r\\t/\"" },
		{ BYTES("\x01\x1f\x7f"), "\"\\u0001\\u001F\\u007f\"" },
		{ BYTES("a\0b"), "\"a\\u0000b\"" },
		{ BYTES("\xC2\x80\xC2\x9F\xC2\xA0"), "\"\\u0080\\u009f\xC2\xA0\"" },
		/* no UTF-8: the JSON around it is whole all the same */
		{ BYTES("\xC2"), "\"\xEF\xBF\xBD\"" },
		{ BYTES("a\xFF\xC0\xAFz"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"" },
		{ BYTES("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
		{ BYTES("\xE2\x80\xAE\xE2\x82\xAC"), "\"\\u202e\xE2\x82\xAC\"" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_BUF struct buf out = { 0 };
		flat_bytes(&out, table[i].text, table[i].len);
		CHECK_TEXT(buf_str(&out), table[i].written, table[i].text);
	}
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_character),
					    cmocka_unit_test(escapes), cmocka_unit_test(members) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
