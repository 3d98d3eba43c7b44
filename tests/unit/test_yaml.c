/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/random.h"
#include "lib/pack.h"
#include "lib/yaml.h"

static char *read_as_json(const char *text)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	if (yaml_read(doc, text, strlen(text), &root, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return unit_compact(root);
}

static void expect(const char *const pairs[][2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEAN_FREE char *json = read_as_json(pairs[i][0]);
		CHECK_TEXT(json, pairs[i][1], pairs[i][0]);
	}
}

static void core_schema(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "[no, yes, on, off, y, n, No, YES]",
		  "[\"no\",\"yes\",\"on\",\"off\",\"y\",\"n\",\"No\",\"YES\"]" },
		{ "[true, True, TRUE, false, False, FALSE, tRUE]",
		  "[true,true,true,false,false,false,\"tRUE\"]" },
		{ "[null, Null, NULL, ~, nULL]", "[null,null,null,null,\"nULL\"]" },
		{ "a:\nb: \"\"\nc: ''", "{\"a\":null,\"b\":\"\",\"c\":\"\"}" },
		{ "[0, -1, 1.5, 1e3, -0, 12345678901234567890123]",
		  "[0,-1,1.5,1e3,-0,12345678901234567890123]" },
		{ "[007, 0x1F, 0o17, +1, .5, 1., 1_000, .inf, .nan, 1:30]",
		  "[\"007\",\"0x1F\",\"0o17\",\"+1\",\".5\",\"1.\",\"1_000\",\".inf\",\".nan\",\"1:30\"]" },
		{ "[2026-01-01, 1.0.0, 10.1.2.3, 2026-01-01T00:00:00Z]",
		  "[\"2026-01-01\",\"1.0.0\",\"10.1.2.3\",\"2026-01-01T00:00:00Z\"]" },
		{ "['1', \"true\", 'null', !!str 12, ! 13]",
		  "[\"1\",\"true\",\"null\",\"12\",\"13\"]" },
		{ "200: ok\n'404': no\ntrue: t\nnull: n\n1.50: f",
		  "{\"200\":\"ok\",\"404\":\"no\",\"true\":\"t\",\"null\":\"n\",\"1.50\":\"f\"}" },
		{ "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
		  "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}" },
		{ "\"a\\0b\\u20ac\\x41\"", "\"a\\u0000b\xE2\x82\xAC"
					   "A\"" },
		{ "a: b # comment\n# another\n", "{\"a\":\"b\"}" },
		{ "--- # one\na: 1\n...\n", "{\"a\":1}" },
		{ "%YAML 1.1\n---\nx\n", "\"x\"" },
		{ "-\n- \n- a", "[null,null,\"a\"]" },
		{ "a: !!map {}\nb: !!seq []", "{\"a\":{},\"b\":[]}" },
		{ "42", "42" },
		{ "\xEF\xBB\xBF"
		  "a: 1",
		  "{\"a\":1}" },
		{ "? a\n: 1", "{\"a\":1}" },
		{ "a:\n- 1\n-  b: 2\n   c: 3\n", "{\"a\":[1,{\"b\":2,\"c\":3}]}" },
		{ "{\"a\": [1, 2.50, true, null, \"x\"]}", "{\"a\":[1,2.50,true,null,\"x\"]}" },
	};
	expect(pairs, COUNT(pairs));
}

static void anchors(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "a: &x {k: 1}\nb: *x", "{\"a\":{\"k\":1},\"b\":{\"k\":1}}" },
		{ "- &x 1\n- *x\n- &x 2\n- *x", "[1,1,2,2]" },
		{ "- &s\n- *s", "[null,null]" },
		{ "a: &l [1, [2]]\nb: [*l, *l]", "{\"a\":[1,[2]],\"b\":[[1,[2]],[1,[2]]]}" },
		{ "&k key: v\nb: *k", "{\"key\":\"v\",\"b\":\"key\"}" },
		{ "a: {<<: {b: 1}, c: 2}", "{\"a\":{\"c\":2,\"b\":1}}" },
		{ "d: &d {x: 1, y: 2}\na: {<<: *d}",
		  "{\"d\":{\"x\":1,\"y\":2},\"a\":{\"x\":1,\"y\":2}}" },
		{ "d: &d {x: 1, y: 2}\na:\n  <<: *d\n  y: 3",
		  "{\"d\":{\"x\":1,\"y\":2},\"a\":{\"y\":3,\"x\":1}}" },
		{ "d: &d {x: 1, y: 2}\na:\n  y: 3\n  <<: *d",
		  "{\"d\":{\"x\":1,\"y\":2},\"a\":{\"y\":3,\"x\":1}}" },
		{ "d: &d {x: 1}\ne: &e {x: 2, z: 3}\na: {<<: [*d, *e]}",
		  "{\"d\":{\"x\":1},\"e\":{\"x\":2,\"z\":3},\"a\":{\"x\":1,\"z\":3}}" },
		{ "a: {<<: [{x: 1}, {x: 2, y: [1]}], w: 0}",
		  "{\"a\":{\"w\":0,\"x\":1,\"y\":[1]}}" },
		{ "d: &empty {}\na:\n  <<: *empty\n  b: 1", "{\"d\":{},\"a\":{\"b\":1}}" },
		{ "a: {<<: [], b: 1}", "{\"a\":{\"b\":1}}" },
		{ "a: {<<: {<<: {x: 1}, y: 2}, z: 3}", "{\"a\":{\"z\":3,\"y\":2,\"x\":1}}" },
		{ "a: {\"<<\": 1}", "{\"a\":{\"<<\":1}}" },
		{ "a: <<", "{\"a\":\"<<\"}" },
		{ "d: &d {x: {y: 1}}\na: {<<: *d, n: {x: 2}}",
		  "{\"d\":{\"x\":{\"y\":1}},\"a\":{\"n\":{\"x\":2},\"x\":{\"y\":1}}}" },
	};
	expect(pairs, COUNT(pairs));
}

static void faults(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "", "line 1, column 1: the document is empty" },
		{ "# only a comment\n", "the document is empty" },
		{ "a: 1\nb: 2\na: 3", "line 3, column 1: the key \"a\" stands here twice" },
		{ "a: {b: 1, \"b\": 2}", "line 1, column 11: the key \"b\" stands here twice" },
		{ "a: 1\n---\nb: 2\n", "line 3, column 1: a second document" },
		{ "--- 1\n--- 2\n", "a second document" },
		{ "a:\n\tb: 1\n", "line 2, column 1: not YAML" },
		{ "a: [1, 2\n", "not YAML" },
		{ "a: \"x\n", "not YAML" },
		{ "a: b: c\n", "line 1, column 5: not YAML" },
		{ "a: 1\n  b: 2\n", "line 2, column 4: not YAML" },
		{ "a: !ruby/object:X {}",
		  "line 1, column 4: the tag !ruby/object:X is not supported" },
		{ "a: !!binary aGk=", "the tag tag:yaml.org,2002:binary is not supported" },
		{ "a: !!set {x}", "is not supported" },
		{ "- !x [1]", "the tag !x is not supported" },
		{ "!x k: 1", "the tag !x is not supported" },
		{ "a: *nothing", "line 1, column 4: an alias of an anchor that is not there" },
		{ "a: &x [*x]", "line 1, column 8: an alias inside of what it stands for" },
		{ "a: &x {b: *x}", "an alias inside" },
		{ "a: &x {<<: *x}", "an alias inside" },
		{ "a: {<<: 1}", "a merge key (<<) needs a mapping" },
		{ "a: {<<: [{}, 1]}", "a merge key (<<) needs mappings" },
		{ "{[1]: 2}", "a key must be a plain text" },
		{ "? {a: 1}\n: 2", "a key must be a plain text" },
		{ "- &x a\n- {*x : 1}", "a key must be a plain text" },
		{ "\"a\\0b\": 1", "a key holds a NUL" },
		{ "a: \xFF", "line 1" },
		{ "a: \xED\xA0\x80", "line 1" },
		{ "a: \x01", "line 1" },
		{ "@a", "not YAML" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct json *root = NULL;
		CHECK(yaml_read(doc, pairs[i][0], strlen(pairs[i][0]), &root, &err) == -1,
		      "<%s> is taken\n", pairs[i][0]);
		assert_null(root);
		CHECK_ERR(&err, ERR_USAGE, pairs[i][1]);
	}
}

static int read_buf(const struct buf *text, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	return yaml_read(doc, text->data, text->len, &root, err);
}

static void hostile(void **state)
{
	(void)state;
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf laughs = { 0 }, deep = { 0 }, chain = { 0 }, merges = { 0 };
	buf_add_str(&laughs, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		buf_add_format(&laughs, "a%d: &a%d [", i, i);
		for (int j = 0; j < 9; j++)
			buf_add_format(&laughs, "%s*a%d", j ? ", " : "", i - 1);
		buf_add_str(&laughs, "]\n");
	}
	assert_int_equal(read_buf(&laughs, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "the aliases expand to too much");

	buf_add_repeat(&deep, '[', JSON_MAX_DEPTH);
	buf_add_repeat(&deep, ']', JSON_MAX_DEPTH);
	assert_int_equal(read_buf(&deep, &err), 0);
	buf_clear(&deep);
	buf_add_repeat(&deep, '[', 100000);
	assert_int_equal(read_buf(&deep, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "line 1, column 65: nested too deep");

	/* aliases nest as well: what was read must be writable */
	buf_add_str(&chain, "a0: &a0 [x]\n");
	for (int i = 1; i < 200; i++)
		buf_add_format(&chain, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	assert_int_equal(read_buf(&chain, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "nested too deep");

	buf_add_str(&merges, "a0: &a0 {x: {}}\n");
	for (int i = 1; i < 200; i++)
		buf_add_format(&merges, "a%d: &a%d {<<: {x: {x: *a%d}}}\n", i, i, i - 1);
	assert_int_equal(read_buf(&merges, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "nested too deep");
}

static void lines(void **state)
{
	(void)state;
	const char *text = "a: 1\nb:\n  - x\n  - y: &q 2\nc: *q\n";
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	assert_int_equal(yaml_read(doc, text, strlen(text), &root, &err), 0);
	static const struct {
		const char *path;
		unsigned line;
	} table[] = { { "a", 1 },    { "b", 3 },      { "b[0]", 3 },
		      { "b[1]", 4 }, { "b[1].y", 4 }, { "c", 5 } };
	for (size_t i = 0; i < COUNT(table); i++)
		CHECK(json_path(root, table[i].path)->line == table[i].line, "%s: line %u\n",
		      table[i].path, json_path(root, table[i].path)->line);
}

extern const char contract_builtin_text[];
extern const unsigned long contract_builtin_text_len;

/* Any JSON document is YAML, and the built-in one is as large as they come. */
static void same_as_json(void **state)
{
	(void)state;
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *a = pack_read(doc, contract_builtin_text, contract_builtin_text_len),
		    *b = NULL;
	assert_non_null(a);
	CLEAN_BUF struct buf pretty = { 0 };
	json_write(&pretty, a, JSON_PRETTY);
	if (yaml_read(doc, pretty.data, pretty.len, &b, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(json_equal(a, b));
	CLEAN_FREE char *block = read_as_json(
		"name: Acme\nitems:\n  - id: 1\n    on: true\n    price: 1.50\n  - null\nnote: |-\n  a\n  b\n");
	CHECK_TEXT(
		block,
		"{\"name\":\"Acme\",\"items\":[{\"id\":1,\"on\":true,\"price\":1.50},null],\"note\":\"a\\nb\"}",
		"block");
}

/* ---- writing ---- */

static char *write_json(const char *json)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct buf out = { 0 };
	yaml_write(&out, unit_json(doc, json));
	return buf_take(&out);
}

static void written(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "{\"openapi\":\"3.0.3\",\"a\":[1,2.50,true,null,\"x\"],\"b\":{}}",
		  "openapi: '3.0.3'\na:\n- 1\n- 2.50\n- true\n- null\n- x\nb: {}\n" },
		{ "{\"$ref\":\"#/a/b\",\"/v1/{id}\":{\"200\":[]}}",
		  "$ref: '#/a/b'\n/v1/{id}:\n  '200': []\n" },
		{ "{\"d\":\"one\\n\\n  two\\n\",\"e\":\"one\\ntwo\"}",
		  "d: |\n  one\n\n    two\ne: |-\n  one\n  two\n" },
		{ "[\"no\",\"1.0\",\"2024-01-01\",\"~\",\"0x10\",\"\",\" a\",\"a \",\"Null\",\"=\",\"<<\"]",
		  "- 'no'\n- '1.0'\n- '2024-01-01'\n- '~'\n- '0x10'\n- ''\n- ' a'\n- 'a '\n- 'Null'\n"
		  "- '='\n- '<<'\n" },
		{ "[\"a: b\",\"a #b\",\"it's\",\"- x\",\"nothing\",\"\xC3\xA9t\xC3\xA9\"]",
		  "- 'a: b'\n- 'a #b'\n- it's\n- '- x'\n- nothing\n- \xC3\xA9t\xC3\xA9\n" },
		{ "[\"\\u001b[31m\",\"\\u0000\",\"\\u0085\",\"\\u2028\",\"\\ufffe\",\"\\ttab\"]",
		  "- \"\\e[31m\"\n- \"\\0\"\n- \"\\N\"\n- \"\\L\"\n- \"\\uFFFE\"\n- \"\\ttab\"\n" },
		{ "{\"\\u202ea\":\"\\u200f\\u2066 \\u2069\",\"b\":\"\\u2065 \\u2070\"}",
		  "\"\\u202Ea\": \"\\u200F\\u2066 \\u2069\"\nb: \xE2\x81\xA5 \xE2\x81\xB0\n" },
		{ "\"a\\nb\"", "\"a\\nb\"\n" },
		{ "-0.10e5", "-0.10e5\n" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_FREE char *yaml = write_json(pairs[i][0]);
		CHECK_TEXT(yaml, pairs[i][1], pairs[i][0]);
		CLEAN_FREE char *back = read_as_json(yaml);
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEAN_FREE char *wanted = unit_compact(unit_json(doc, pairs[i][0]));
		CHECK_TEXT(back, wanted, yaml);
	}
}

static void not_utf8(void **state)
{
	(void)state;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf out = { 0 };
	struct json *object = json_new(doc, JSON_OBJECT);
	json_add_member(doc, object, "k\xFF", 2, json_new_text(doc, JSON_STRING, "v\xC3", 2));
	yaml_write(&out, object);
	CHECK_TEXT(out.data, "k\\xff: v\\xc3\n", "broken bytes");
}

/* xorshift: the same trees for the same seed. */
static uint64_t random_state;

static size_t below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % limit);
}

static void add_random_text(struct buf *out)
{
	static const char *const pieces[] = {
		"a",
		"Z",
		" ",
		"  ",
		"\n",
		"\n\n",
		"\t",
		"\r",
		"-",
		"---",
		"...",
		":",
		": ",
		" #",
		"#",
		"'",
		"\"",
		"\\",
		"|",
		">",
		"[",
		"]",
		"{",
		"}",
		",",
		"&",
		"*",
		"!",
		"%",
		"@",
		"`",
		"?",
		"? ",
		"- ",
		"~",
		"null",
		"true",
		"no",
		"1",
		"0x",
		"1e5",
		".5",
		"+",
		"=",
		"<<",
		"_",
		"\x01",
		"\x7F",
		"\xC2\x85",
		"\xC2\xA0",
		"\xE2\x80\xA8",
		"\xE2\x80\xAE",
		"\xEF\xBB\xBF",
		"\xEF\xBF\xBE",
		"\xEF\xBF\xBD",
		"\xF0\x9F\x98\x80",
		"\xC3\xBC",
		"\xE6\x97\xA5",
	};
	for (size_t n = below(6); n; n--)
		buf_add_str(out, pieces[below(COUNT(pieces))]);
}

static struct json *random_tree(struct json_doc *doc, size_t depth)
{
	static const char *const numbers[] = { "0", "-0", "1.50", "1e400",
					       "123456789012345678901" };
	size_t kind = below(depth < 5 ? 9 : 5);
	CLEAN_BUF struct buf text = { 0 };
	if (kind == 0)
		return json_new_bool(doc, below(2));
	if (kind == 1)
		return json_new(doc, JSON_NULL);
	if (kind == 2) {
		const char *number = numbers[below(COUNT(numbers))];
		return json_new_text(doc, JSON_NUMBER, number, strlen(number));
	}
	add_random_text(&text);
	if (kind < 5 && below(20) == 0)
		buf_add(&text, "\0z", 2);
	if (kind < 5)
		return json_new_text(doc, JSON_STRING, buf_str(&text), text.len);
	struct json *value = json_new(doc, kind < 7 ? JSON_ARRAY : JSON_OBJECT);
	for (size_t n = below(6); n; n--) {
		struct json *child = random_tree(doc, depth + 1);
		buf_clear(&text);
		add_random_text(&text);
		if (value->type == JSON_ARRAY)
			json_append(value, child);
		else
			json_set(doc, value, buf_str(&text), child);
	}
	return value;
}

static void round_trips(void **state)
{
	(void)state;
	const char *given = getenv("TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : random_below(UINT32_MAX) + 1;
	print_message("TEST_SEED=%llu\n", (unsigned long long)seed);
	random_state = seed;
	for (int round = 0; round < 3000; round++) {
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BUF struct buf yaml = { 0 };
		struct json *tree = random_tree(doc, 0), *back = NULL;
		CLEAN_FREE char *json = unit_compact(tree);
		yaml_write(&yaml, tree);
		if (yaml_read(doc, yaml.data, yaml.len, &back, &err) < 0)
			fail_msg("%s\n%s\n%s", json, yaml.data, err.message);
		/* text for text: that keeps the order too */
		CLEAN_FREE char *again = unit_compact(back);
		CHECK_TEXT(again, json, yaml.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(core_schema), cmocka_unit_test(anchors),
		cmocka_unit_test(faults),      cmocka_unit_test(hostile),
		cmocka_unit_test(lines),       cmocka_unit_test(same_as_json),
		cmocka_unit_test(written),     cmocka_unit_test(not_utf8),
		cmocka_unit_test(round_trips),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
