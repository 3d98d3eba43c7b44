/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of CSV and NDJSON: what becomes of which bytes, and what is said about those that are wrong.
 */
#include "input.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "lib/digest.h"

/* With the folder's name left out of messages. */
static char *show_bytes(const char *folder, const char *name, const char *bytes, size_t len,
			const struct bulk_input_options *options)
{
	CLEAN_FREE char *path = file_join(folder, name);
	input_write(path, bytes, len);
	char *shown = input_show(path, options);
	char *at = strstr(shown, folder);
	if (at)
		memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
	return shown;
}

struct example {
	const char *bytes;
	size_t len;
	const char *wanted;
};

static void check_all(void **state, const char *name, enum bulk_encoding encoding,
		      const struct example *examples, size_t count)
{
	static const size_t blocks[] = { 0, 1, 2, 3, 7, 64 };
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < COUNT(blocks); j++) {
			struct bulk_input_options options = { .encoding = encoding,
							      .block = blocks[j] };
			CLEAN_FREE char *got = show_bytes(*state, name, examples[i].bytes,
							  examples[i].len, &options);
			CHECK_TEXT(got, examples[i].wanted, examples[i].bytes);
		}
}

static void csv(void **state)
{
	static const struct example examples[] = {
		{ BYTES("a,b\n1,2\n3,4"), "1@2 a<1> b<2>\n2@3 a<3> b<4>\n" },
		{ BYTES("a,b\r\n1,2\r\n\r\n3,4\r\n"), "1@2 a<1> b<2>\n2@4 a<3> b<4>\n" },
		{ BYTES("a,b\r1,2\r\r3,4\r"), "1@2 a<1> b<2>\n2@4 a<3> b<4>\n" },
		{ BYTES("\n\na\n\n1\n"), "1@5 a<1>\n" },
		{ BYTES("a,b\n,\n\"\",x\n"), "1@2 a b\n2@3 a b<x>\n" },
		{ BYTES("a b, c \n 1 ,\t\n"), "1@2 a b< 1 >  c <\t>\n" },
		{ BYTES("a\n\"x\r\ny\n\n\"\n\"say \"\"hi\"\"\"\n"),
		  "1@2 a<x\r\ny\n\n>\n2@6 a<say \"hi\">\n" },
		{ BYTES("\"a\nb\",c\n1,2\n"), "1@3 a\nb<1> c<2>\n" },
		{ BYTES("a,b\n1,2,3\n1,2\n1\n"),
		  "! row 1 (line 2): 3 fields, the header has 2\n2@3 a<1> b<2>\n"
		  "! row 3 (line 4): 1 field, the header has 2\n" },
		{ BYTES("a\n1\n\"x\n\n\",y\n2\n"),
		  "1@2 a<1>\n! row 2 (line 3): 2 fields, the header has 1\n3@6 a<2>\n" },
		{ BYTES("a,b\n1,2\n3,\"4\n5,6\n"),
		  "1@2 a<1> b<2>\n"
		  "! row 2 (line 3): the quote that begins field 2 is not closed stop\n" },
		{ BYTES("a,b\n\"1\n\",\"2\n\n"),
		  "! row 1 (line 3): the quote that begins field 2 is not closed stop\n" },
		{ BYTES("a\n\n\"1\n2\"3\"\n4\n"),
		  "! row 1 (line 4): text stands behind the closing quote of field 1 | "
		  "a field with quotes in it is written \"so: \"\"quoted\"\"\" stop\n" },
		{ BYTES("a,b\n1,2\"\n"),
		  "! row 1 (line 2): a quote stands within field 2, which begins without one | "
		  "a field with quotes in it is written \"so: \"\"quoted\"\"\" stop\n" },
		{ BYTES("a,b\n1,2\n3,x\0y\n"),
		  "1@2 a<1> b<2>\n! line 3: a NUL byte: this is no text file stop\n" },
		{ BYTES(""), "! in.csv is empty stop\n" },
		{ BYTES("\n\r\n"), "! in.csv: there is no header and no row stop\n" },
		{ BYTES("\xEF\xBB\xBF"), "! in.csv: there is no header and no row stop\n" },
		{ BYTES("a,b\n"), "! there are no rows stop\n" },
		{ BYTES("a,b\n\n"), "! there are no rows stop\n" },
		{ BYTES("a,b,a\n1,2,3\n"),
		  "! in.csv: line 1: the column \"a\" stands twice in the header stop\n" },
		{ BYTES("\na,,b\n1,2,3\n"),
		  "! in.csv: line 2: column 2 of the header has no name stop\n" },
		{ BYTES("a;b\n1;2\n"), "! in.csv: line 1: the header is one column, \"a;b\" | "
				       "columns must be separated by commas stop\n" },
		{ BYTES("a\tb\n1\t2\n"), "! in.csv: line 1: the header is one column, \"a\tb\" | "
					 "columns must be separated by commas stop\n" },
		{ BYTES("a\"b\n"),
		  "! in.csv: line 1: a quote stands within field 1, which begins without one | "
		  "a field with quotes in it is written \"so: \"\"quoted\"\"\" stop\n" },
		{ BYTES("a,\"b\n1,2\n"),
		  "! in.csv: line 1: the quote that begins field 2 is not closed stop\n" },
	};
	check_all(state, "in.csv", BULK_ENCODING_AUTO, examples, COUNT(examples));
}

static void ndjson(void **state)
{
	static const struct example examples[] = {
		{ BYTES("{\"a\":\"x\",\"b\":1.50}\n{\"a\":true,\"b\":-0e+3}"),
		  "1@1 a<x> b<1.50>\n2@2 a<true> b<-0e+3>\n" },
		{ BYTES("\n \t\r\n{\"a\":false}\r\n\r\n  {\"b\":12345678901234567890}  \r\n"),
		  "1@3 a<false>\n2@5 b<12345678901234567890>\n" },
		{ BYTES("{\"a\":null,\"b\":\"\",\"c\":[],\"d\":{},\"e\":{\"f\":null}}\n{}\n"),
		  "1@1 a b<> c d e.f\n2@2\n" },
		{ BYTES("{\"a\":{\"b\":{\"c\":1},\"d\":[\"x\",2,true]},\"e\":\"y\"}\n"),
		  "1@1 a.b.c<1> a.d<x> a.d<2> a.d<true> e<y>\n" },
		{ BYTES("{\"a\":[1,{\"b\":\"c d\"}],\"e\":[null],\"f\":[[]]}\n"),
		  "1@1 a=<[1,{\"b\":\"c d\"}]> e=<[null]> f=<[[]]>\n" },
		{ BYTES("{\"a\":\"\\u00e9\\n\\u20ac\"}\n"), "1@1 a<\xC3\xA9\n\xE2\x82\xAC>\n" },
		{ BYTES("{\"a\":1}\n[1]\n\"x\"\n{\"a\":2}\n"),
		  "1@1 a<1>\n! row 2 (line 2): JSON of type array, not an object | "
		  "NDJSON is one JSON object a line\n"
		  "! row 3 (line 3): JSON of type string, not an object | NDJSON is one JSON object a "
		  "line\n4@4 a<2>\n" },
		{ BYTES("\n{\"a\":1,}\n{\"a\":2}\n"),
		  "! row 1 (line 2): not JSON: invalid object key (must be a string) (at byte 8) | "
		  "NDJSON is one JSON object a line\n2@3 a<2>\n" },
		{ BYTES("{\n"),
		  "! row 1 (line 1): not JSON: it ends too early (at byte 1) | NDJSON "
		  "is one JSON object a line\n" },
		{ BYTES("{\"a\":1}{\"a\":2}\n"),
		  "! row 1 (line 1): not JSON: trailing garbage (at byte 8) | NDJSON is one JSON "
		  "object a line\n" },
		{ BYTES("{\"a\":1,\"a\":2}\n"),
		  "! row 1 (line 1): not usable JSON: an object has the same key twice (at byte 13) "
		  "| NDJSON is one JSON object a line\n" },
		{ BYTES("{\"a.b\":1,\"a\":{\"b\":2}}\n"),
		  "! row 1 (line 1): \"a.b\" stands twice\n" },
		{ BYTES("{\"a\":\"x\\u0000y\"}\n"),
		  "! row 1 (line 1): \"a\" holds a NUL character\n" },
		{ BYTES("{\"a\\u0000b\":1}\n{\"\":1}\n"),
		  "! row 1 (line 1): a name is empty or holds a NUL character\n"
		  "! row 2 (line 2): a name is empty or holds a NUL character\n" },
		{ BYTES("{\"a\":1}\n{\"a\":\"\0\"}\n"),
		  "1@1 a<1>\n! line 2: a NUL byte: this is no text file stop\n" },
		{ BYTES(" \n"), "! there are no rows stop\n" },
		{ BYTES(""), "! in.ndjson is empty stop\n" },
	};
	check_all(state, "in.ndjson", BULK_ENCODING_AUTO, examples, COUNT(examples));
}

static const char save_it[] =
	" | save the file as UTF-8, or name its encoding with --encoding stop\n";

static void encoding_found(void **state)
{
	static const struct example examples[] = {
		{ BYTES("a\n\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E\n"),
		  "1@2 a<\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E>\n" },
		{ BYTES("\xEF\xBB\xBF"
			"a\n1\n"),
		  "1@2 a<1>\n" },
		{ BYTES("\xEF\xBB\xBF\"a\"\n\xC3\xA9\n"), "1@2 a<\xC3\xA9>\n" },
		{ BYTES("a\n\xEF\xBB\xBF"
			"1\n"),
		  "1@2 a<\xEF\xBB\xBF"
		  "1>\n" },
		{ BYTES("a\nx\n\x80\x9F\xA0\xE9\xFF\n"),
		  "1@2 a<x>\n2@3 a<\xE2\x82\xAC\xC5\xB8\xC2\xA0\xC3\xA9\xC3\xBF>\n" },
		{ BYTES("a\ncaf\xE9"), "1@2 a<caf\xC3\xA9>\n" },
		{ BYTES("a\ncaf\xC3"), "1@2 a<caf\xC3\x83>\n" },
	};
	check_all(state, "in.csv", BULK_ENCODING_AUTO, examples, COUNT(examples));
}

static void encoding_not_found(void **state)
{
	static const struct {
		const char *bytes;
		const char *wanted;
	} table[] = {
		{ "a\n\xC3\xA9\n\n\xE9\n",
		  "1@2 a<\xC3\xA9>\n! line 4: byte 0xe9 is not UTF-8, but text before it is" },
		{ "a\n\xE9\n\xC3\xA9\n", "1@2 a<\xC3\xA9>\n! line 3: this is UTF-8, but text "
					 "before it is Windows-1252" },
		{ "a\nx\xE9\x81\n", "! line 2: byte 0x81 is neither UTF-8 nor Windows-1252" },
		{ "a\n\x8D\n", "! line 2: byte 0x8d is neither UTF-8 nor Windows-1252" },
		{ "a\n\x8F\n", "! line 2: byte 0x8f is neither UTF-8 nor Windows-1252" },
		{ "a\n\x90\n", "! line 2: byte 0x90 is neither UTF-8 nor Windows-1252" },
		{ "a\n\x9D\n", "! line 2: byte 0x9d is neither UTF-8 nor Windows-1252" },
		{ "\xEF\xBB\xBF"
		  "a\n1\n\xE9\n",
		  "1@2 a<1>\n! line 3: byte 0xe9 is not UTF-8, which the file's byte order mark "
		  "promises" },
		{ "a\n\xC3\xA9\xC3", "! line 2: byte 0xc3 is not UTF-8, but text before it is" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_FREE char *wanted = buf_format("%s%s", table[i].wanted, save_it);
		struct example example = { table[i].bytes, strlen(table[i].bytes), wanted };
		check_all(state, "in.csv", BULK_ENCODING_AUTO, &example, 1);
	}
}

static void encoding_told(void **state)
{
	static const struct example utf_8[] = {
		{ BYTES("\xEF\xBB\xBF"
			"a\n\xC3\xA9\n"),
		  "1@2 a<\xC3\xA9>\n" },
		{ BYTES("a\ncaf\xE9\n"), "! line 2: byte 0xe9 is not UTF-8 stop\n" },
		{ BYTES("a\n\xED\xA0\x80\n"), "! line 2: byte 0xed is not UTF-8 stop\n" },
		{ BYTES("a\n\xC0\xAF\n"), "! line 2: byte 0xc0 is not UTF-8 stop\n" },
	};
	static const struct example windows[] = {
		{ BYTES("a\n\xC3\xA9\x93\n"), "1@2 a<\xC3\x83\xC2\xA9\xE2\x80\x9C>\n" },
		{ BYTES("a\nx\n\x81\n"),
		  "1@2 a<x>\n! line 3: byte 0x81 is not Windows-1252 stop\n" },
		{ BYTES("\xEF\xBB\xBF"
			"a\n1\n"),
		  "! in.csv: line 1: a byte order mark of UTF-8: this is not Windows-1252 stop\n" },
	};
	static const struct example sixteen[] = {
		{ BYTES("\xFF\xFE"
			"a\0\n\0"),
		  "! in.csv is UTF-16 | save the file as UTF-8 stop\n" },
		{ BYTES("\xFE\xFF\0a\0\n"), "! in.csv is UTF-16 | save the file as UTF-8 stop\n" },
	};
	check_all(state, "in.csv", BULK_ENCODING_UTF_8, utf_8, COUNT(utf_8));
	check_all(state, "in.csv", BULK_ENCODING_WINDOWS_1252, windows, COUNT(windows));
	check_all(state, "in.csv", BULK_ENCODING_AUTO, sixteen, COUNT(sixteen));
}

static void format_found(void **state)
{
	static const char object[] = "{\"a\":1}\n";
	static const struct {
		const char *name;
		enum bulk_format told;
		const char *text;
		enum bulk_format wanted;
	} table[] = {
		{ "x.csv", 0, "a\n1\n", BULK_FORMAT_CSV },
		{ "x.CSV", 0, "[a]\n1\n", BULK_FORMAT_CSV },
		{ "x.ndjson", 0, object, BULK_FORMAT_NDJSON },
		{ "x.jsonl", 0, object, BULK_FORMAT_NDJSON },
		{ "x.JSON", 0, object, BULK_FORMAT_NDJSON },
		{ "x.txt", 0, "\n \t{\"a\":1}\n", BULK_FORMAT_NDJSON },
		{ "x", 0, "\xEF\xBB\xBF{\"a\":1}\n", BULK_FORMAT_NDJSON },
		{ "x", 0, "[\n", BULK_FORMAT_NDJSON },
		{ "x", 0, "a\n1\n", BULK_FORMAT_CSV },
		{ "x.csv", BULK_FORMAT_NDJSON, object, BULK_FORMAT_NDJSON },
		{ "x.json", BULK_FORMAT_CSV, "a\n1\n", BULK_FORMAT_CSV },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BULK_INPUT struct bulk_input *input = NULL;
		CLEAN_FREE char *path = file_join(*state, table[i].name);
		unit_write(path, table[i].text);
		struct bulk_input_options options = { .format = table[i].told };
		assert_int_equal(bulk_input_open(&input, path, &options, &err), 0);
		CHECK_TEXT(bulk_format_name(bulk_input_format(input)),
			   bulk_format_name(table[i].wanted), table[i].name);
	}
}

/* Rows around the limit, and a long one that is never gathered whole. */
static void long_rows(void **state)
{
	static const size_t blocks[] = { 0, 1000, 4096 };
	CLEAN_BUF struct buf text = { 0 };
	for (size_t i = 0; i < COUNT(blocks); i++) {
		struct bulk_input_options options = { .block = blocks[i] };
		buf_clear(&text);
		buf_add_str(&text, "a\n1\n\"");
		buf_add_repeat(&text, 'x', BULK_MAX_ROW - 3);
		buf_add_str(&text, "\"\n2\n");
		CLEAN_FREE char *fits = show_bytes(*state, "l.csv", text.data, text.len, &options);
		CHECK(strstr(fits, "xx>\n3@4 a<2>\n"), "%.99s\n", fits);
		buf_truncate(&text, 5);
		buf_add_repeat(&text, 'x', BULK_MAX_ROW - 2);
		buf_add_str(&text, "\"\n2\n");
		CLEAN_FREE char *not = show_bytes(*state, "l.csv", text.data, text.len, &options);
		CHECK_TEXT(not, "1@2 a<1>\n! row 2 (line 3): longer than 1 MiB stop\n", "quoted");
		buf_clear(&text);
		buf_add_str(&text, "a,b\n1,\"2\n");
		buf_add_repeat(&text, '\n', 2 * BULK_MAX_ROW);
		CLEAN_FREE char *open = show_bytes(*state, "l.csv", text.data, text.len, &options);
		CHECK_TEXT(open,
			   "! row 1 (line 2): longer than 1 MiB | is the quote in line 2 closed? "
			   "stop\n",
			   "not closed");
		CLEAN_BUF struct buf line = { 0 };
		buf_add_str(&line, "{}\n{\"a\":\"");
		buf_add_repeat(&line, 'x', BULK_MAX_ROW);
		CLEAN_FREE char *json =
			show_bytes(*state, "l.ndjson", line.data, line.len, &options);
		CHECK_TEXT(json, "1@1\n! row 2 (line 2): longer than 1 MiB stop\n", "json");
	}
}

/* What a row of JSON may hold. */
static void large_objects(void **state)
{
	CLEAN_BUF struct buf text = { 0 };
	for (int count = BULK_MAX_FIELDS; count <= BULK_MAX_FIELDS + 1; count++) {
		buf_add_char(&text, '{');
		for (int i = 0; i < count; i++)
			buf_add_format(&text, "%s\"f%d\":1", i ? "," : "", i);
		buf_add_str(&text, "}\n");
	}
	buf_add_str(&text, "{\"");
	buf_add_repeat(&text, 'n', BULK_MAX_NAME - 1);
	buf_add_str(&text, "\":{\"a\":1}}\n");
	CLEAN_FREE char *shown = show_bytes(*state, "l.ndjson", text.data, text.len,
					    &(struct bulk_input_options){ 0 });
	CHECK(strstr(shown, " f1023<1>\n! row 2 (line 2): more than 1024 fields\n"
			    "! row 3 (line 3): a name is longer than 1024 bytes\n"),
	      "%.99s\n", shown);
	buf_clear(&text);
	for (int i = 0; i <= BULK_MAX_FIELDS; i++)
		buf_add_format(&text, "f%d,", i);
	CLEAN_FREE char *columns =
		show_bytes(*state, "l.csv", text.data, text.len, &(struct bulk_input_options){ 0 });
	CHECK_TEXT(columns, "! l.csv: line 1: more than 1024 columns stop\n", "columns");
}

static void twice(void **state)
{
	static const char text[] = "a,b\n1,\xE9\n2,\n3\n";
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BULK_INPUT struct bulk_input *input = NULL;
	CLEAN_FREE char *path = file_join(*state, "in.csv");
	unit_write(path, text);
	struct bulk_input_options options = { .block = 4 };
	assert_int_equal(bulk_input_open(&input, path, &options, &err), 0);
	CHECK_TEXT(bulk_input_sha256(input), "", "not known yet");
	size_t count = 0;
	CHECK_TEXT(bulk_input_columns(input, &count)[1], "b", "column");
	assert_int_equal(count, 2);
	struct bulk_row row;
	assert_int_equal(bulk_input_next(input, &row, &err), 1);
	for (int pass = 0; pass < 3; pass++) {
		CLEAN_BUF struct buf out = { 0 };
		assert_int_equal(bulk_input_rewind(input, &err), 0);
		input_show_rows(&out, input);
		CHECK_TEXT(out.data,
			   "1@2 a<1> b<\xC3\xA9>\n2@3 a<2> b\n! row 3 (line 4): 1 field, the "
			   "header has 2\n",
			   "pass");
		char hex[DIGEST_SIZE];
		digest_sha256(BYTES(text), hex);
		CHECK_TEXT(bulk_input_sha256(input), hex, "hash");
		CHECK_TEXT(bulk_encoding_name(bulk_input_encoding(input)), "windows-1252", "is");
		assert_int_equal(bulk_input_facts(input)->st_size, sizeof(text) - 1);
	}
}

/* What somebody does to the file while it is read. */
static void append(const char *path)
{
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	fputs("9\n", file);
	fclose(file);
}

static void touch(const char *path)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void shorten(const char *path)
{
	assert_int_equal(truncate(path, 3), 0);
}

static void changed(void **state)
{
	static void (*const changes[])(const char *) = { append, touch, shorten };
	for (size_t i = 0; i < COUNT(changes); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BULK_INPUT struct bulk_input *input = NULL;
		CLEAN_BUF struct buf out = { 0 };
		CLEAN_FREE char *path = file_join(*state, "in.csv");
		unit_write(path, "a\n1\n2\n3\n4\n5\n");
		struct bulk_input_options options = { .block = 4 };
		assert_int_equal(bulk_input_open(&input, path, &options, &err), 0);
		struct bulk_row row;
		assert_int_equal(bulk_input_next(input, &row, &err), 1);
		changes[i](path);
		input_show_rows(&out, input);
		CHECK_TEXT(out.data, "! the input was changed while it was read stop\n", "now");
		assert_int_equal(bulk_input_rewind(input, &err), -1);
		CHECK_ERR(&err, ERR_USAGE, "the input was changed while it was read");
		assert_true(bulk_input_is_broken(input));
	}
}

/* Other bytes of the same number at the same time of change: the second hash differs. */
static void changed_unseen(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BULK_INPUT struct bulk_input *input = NULL;
	CLEAN_BUF struct buf out = { 0 };
	CLEAN_FREE char *path = file_join(*state, "in.csv");
	unit_write(path, "a\n1\n");
	touch(path);
	assert_int_equal(bulk_input_open(&input, path, &(struct bulk_input_options){ 0 }, &err), 0);
	input_show_rows(&out, input);
	unit_write(path, "a\n2\n");
	touch(path);
	assert_int_equal(bulk_input_rewind(input, &err), 0);
	input_show_rows(&out, input);
	CHECK_TEXT(out.data, "1@2 a<1>\n1@2 a<2>\n! the input was changed while it was read stop\n",
		   "hash");
}

static void files(void **state)
{
	CLEAN_FREE char *fifo = file_join(*state, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	CLEAN_FREE char *got = input_show(fifo, &(struct bulk_input_options){ 0 });
	CHECK(strstr(got, "fifo: it is no regular file stop\n"), "%s\n", got);
	CLEAN_FREE char *folder = input_show(*state, &(struct bulk_input_options){ 0 });
	CHECK(strstr(folder, ": it is a folder stop\n"), "%s\n", folder);
	CLEAN_FREE char *missing = file_join(*state, "missing");
	CLEAN_FREE char *none = input_show(missing, &(struct bulk_input_options){ 0 });
	CHECK(strstr(none, "missing: No such file or directory stop\n"), "%s\n", none);
	assert_true(bulk_input_is_stream("-"));
	assert_true(bulk_input_is_stream(fifo));
	assert_true(bulk_input_is_stream("/dev/null"));
	assert_false(bulk_input_is_stream(missing));
	assert_false(bulk_input_is_stream(*state));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder, unit_folder_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(csv),
		IN_FOLDER(ndjson),
		IN_FOLDER(encoding_found),
		IN_FOLDER(encoding_not_found),
		IN_FOLDER(encoding_told),
		IN_FOLDER(format_found),
		IN_FOLDER(long_rows),
		IN_FOLDER(large_objects),
		IN_FOLDER(twice),
		IN_FOLDER(changed),
		IN_FOLDER(changed_unseen),
		IN_FOLDER(files),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
