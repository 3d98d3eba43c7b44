/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/conffile.h"

static void forms(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "", "{}" },
		{ "a = 1;", "{\"a\":1}" },
		{ "a: 1", "{\"a\":1}" },
		{ "a = -5; b = +7; c = 0;", "{\"a\":-5,\"b\":7,\"c\":0}" },
		{ "a = 2147483647; b = -2147483648;", "{\"a\":2147483647,\"b\":-2147483648}" },
		{ "a = 5.0; b = 0.25; c = 1e3; d = 2.5E-1;",
		  "{\"a\":5,\"b\":0.25,\"c\":1000,\"d\":0.25}" },
		{ "a = true; b = False;", "{\"a\":true,\"b\":false}" },
		{ "a = \"x\"; b = \"x\" \"y\"; c = \"\";",
		  "{\"a\":\"x\",\"b\":\"xy\",\"c\":\"\"}" },
		{ "a = \"99999999999 @include \\\" # // /* x */\";",
		  "{\"a\":\"99999999999 @include \\\" # // /* x */\"}" },
		{ "a = \"me@example.org\"; # @include 99999999999", "{\"a\":\"me@example.org\"}" },
		{ "// 99999999999 @\n/* @include \"x\"\n 99999999999 */ a = 1;", "{\"a\":1}" },
		{ "g = { a = 1; h = { b = [ \"x\", \"y\" ]; }; }; l = ( 1, \"x\", ( ) );",
		  "{\"g\":{\"a\":1,\"h\":{\"b\":[\"x\",\"y\"]}},\"l\":[1,\"x\",[]]}" },
		{ "g = { };", "{\"g\":{}}" },
		{ "v1-2_x*y = 1;", "{\"v1-2_x*y\":1}" },
		{ "a = 0x1F;", "{\"a\":31}" },
		{ "a = 1b = 2;c-99999999999 = -3;d=\"\\\\x00\";",
		  "{\"a\":1,\"b\":2,\"c-99999999999\":-3,\"d\":\"\\\\x00\"}" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct json *root = NULL;
		CHECK(conffile_read(doc, pairs[i][0], strlen(pairs[i][0]), &root, &err) == 0,
		      "%s: %s\n", pairs[i][0], err.message);
		CLEAN_FREE char *json = unit_compact(root);
		CHECK_TEXT(json, pairs[i][1], pairs[i][0]);
	}
}

static void faults(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "a = 2147483648;", "line 1: the number 2147483648 is out of range" },
		{ "a = 1;\nb = -2147483649;", "line 2: the number -2147483649 is out of range" },
		{ "a = [ 1,\n4294967356 ];", "line 2: the number 4294967356 is out of range" },
		{ "a = 99999999999999999999999;", "line 1: the number" },
		{ "a=18446744073709551676;", "out of range" },
		{ "a = 0x10000003C;", "line 1: the number 0x10000003C is out of range" },
		{ "a = 0xFFFFFFFF;", "out of range" },
		{ "a = 1e400;", "out of range" },
		{ "a = 99999999999999999999L;", "out of range" },
		{ "a = 4294967299b = 1;", "line 1: the number 4294967299 is out of range" },
		{ "a = 0x10000003Cz = 1;", "line 1: the number 0x10000003C is out of range" },
		{ "\na = \"b\\\\\\\"c\\X00d\";", "line 2: the text holds a NUL byte" },
		{ "@include \"x\"", "line 1: @include is not allowed" },
		{ "a = 1;\n/* \n */\n  @include \"/etc/passwd\"\n",
		  "line 4: @include is not allowed" },
		{ "a = \"x\ny\";\n@include \"x\"", "line 3: @include" },
		{ "a = 1;\na = 2;", "line 2: " },
		{ "a = ;", "line 1: syntax error" },
		{ "a = {\n b = 1;\n", "line 3: " },
		{ "a = 1;\n}\n", "line 2: syntax error" },
		{ "a = \"x", "line 1: " },
		{ "a = [ 1, \"x\" ];", "line 1: " },
		{ "nonsense", "line 1: " },
		{ "a = no;", "line 1: " },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct json *root = NULL;
		CHECK(conffile_read(doc, pairs[i][0], strlen(pairs[i][0]), &root, &err) == -1,
		      "<%s> is taken\n", pairs[i][0]);
		assert_null(root);
		CHECK_ERR(&err, ERR_CONFIG, pairs[i][1]);
	}
	struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	assert_int_equal(conffile_read(doc, BYTES("a = 1;\0b = 2;"), &root, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "line 1: the file holds a NUL byte");
}

static void lines(void **state)
{
	(void)state;
	const char *text =
		"# first\na = 1;\nprofiles = {\n  x = {\n    b = true;\n    c = [ \"y\" ];\n  };\n};\n";
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	assert_int_equal(conffile_read(doc, text, strlen(text), &root, &err), 0);
	static const struct {
		const char *path;
		unsigned line;
	} table[] = { { "a", 2 },
		      { "profiles", 3 },
		      { "profiles.x", 4 },
		      { "profiles.x.b", 5 },
		      { "profiles.x.c", 6 } };
	for (size_t i = 0; i < COUNT(table); i++)
		CHECK(json_path(root, table[i].path)->line == table[i].line, "%s: line %u\n",
		      table[i].path, json_path(root, table[i].path)->line);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(faults),
					    cmocka_unit_test(lines) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
