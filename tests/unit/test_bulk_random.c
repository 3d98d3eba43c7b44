/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random inputs: what is written as CSV in any of its ways is read again, with the right lines; and
 * whatever the bytes are, where the blocks end changes nothing. SEED=N repeats a run.
 */
#include "input.h"

#include "base/file.h"
#include "base/random.h"

static uint64_t seed, state_of_random;

/* SplitMix64 (https://prng.di.unimi.it/splitmix64.c) */
static uint64_t next_random(void)
{
	uint64_t z = (state_of_random += 0x9E3779B97F4A7C15U);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
	return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
	return (size_t)(next_random() % limit);
}

static const size_t blocks[] = { 0, 1, 2, 3, 7, 64, 4096 };

/* How a file is written: each of these is one of the ways. */
struct manner {
	const char *line_end;
	bool mark;
	bool windows;
	bool no_last_end;
};

struct piece {
	const char *utf_8, *windows;
};

/* As Windows-1252 none of these make UTF-8 together. */
static const struct piece pieces[] = {
	{ "a", "a" },
	{ "bc", "bc" },
	{ " ", " " },
	{ ",", "," },
	{ ";", ";" },
	{ "\t", "\t" },
	{ "\"", "\"" },
	{ "\n", "\n" },
	{ "\r", "\r" },
	{ "\r\n", "\r\n" },
	{ "\xC3\xA9", "\xE9" },
	{ "\xC3\x9F", "\xDF" },
	{ "{", "{" },
	{ "\xC3\xBC", "\xFC" },
	{ "\"\"", "\"\"" },
	{ "'", "'" },
	{ "0", "0" },
	{ "\xC3\xBF.", "\xFF." },
	{ "\xC3\x80x", "\xC0x" },
	{ "-", "-" },
};

static const struct piece wide[] = {
	{ "\xE2\x82\xAC", "" },
	{ "\xF0\x9D\x84\x9E", "" },
	{ "\xEF\xBB\xBF", "" },
};

static void random_field(const struct manner *manner, struct buf *text, struct buf *written)
{
	CLEAN_BUF struct buf plain = { 0 };
	for (size_t n = below(7); n; n--) {
		const struct piece *piece = &pieces[below(COUNT(pieces))];
		if (!manner->windows && below(4) == 0)
			piece = &wide[below(COUNT(wide))];
		buf_add_str(text, piece->utf_8);
		buf_add_str(&plain, manner->windows ? piece->windows : piece->utf_8);
	}
	const char *p = buf_str(&plain);
	if (!strpbrk(p, ",\"\r\n") && below(3)) {
		buf_add_str(written, p);
		return;
	}
	buf_add_char(written, '"');
	for (; *p; p++)
		buf_add_format(written, *p == '"' ? "\"\"" : "%c", *p);
	buf_add_char(written, '"');
}

/* The line that the byte behind these stands in. */
static long long line_after(const char *bytes, size_t len)
{
	long long line = 1;
	for (size_t i = 0; i < len; i++)
		line += bytes[i] == '\r' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'));
	return line;
}

/* One row, as it stands in the file and as it has to be shown. */
static void random_row(const struct manner *manner, size_t columns, long long number,
		       struct buf *file, struct buf *wanted)
{
	CLEAN_BUF struct buf row = { 0 };
	CLEAN_BUF struct buf shown = { 0 };
	for (size_t i = 0; i < columns; i++) {
		CLEAN_BUF struct buf text = { 0 };
		if (i)
			buf_add_char(&row, ',');
		random_field(manner, &text, &row);
		buf_add_format(&shown, text.len ? " c%zu<%s>" : " c%zu", i, buf_str(&text));
	}
	if (row.len == 0)
		buf_add_str(&row, "\"\"");
	while (below(8) == 0)
		buf_add_str(file, manner->line_end);
	buf_add_format(wanted, "%lld@%lld%s\n", number, line_after(file->data, file->len),
		       shown.data);
	buf_add(file, row.data, row.len);
	buf_add_str(file, manner->line_end);
}

static void random_table(const struct manner *manner, struct buf *file, struct buf *wanted)
{
	size_t columns = 1 + below(5);
	long long rows = 1 + (long long)below(12);
	buf_add_str(file, manner->mark ? "\xEF\xBB\xBF" : "");
	for (size_t i = 0; i < columns; i++)
		buf_add_format(file, "%sc%zu", i ? "," : "", i);
	buf_add_str(file, manner->line_end);
	for (long long number = 1; number <= rows; number++)
		random_row(manner, columns, number, file, wanted);
	if (manner->no_last_end)
		buf_truncate(file, file->len - strlen(manner->line_end));
}

static void tables(void **state)
{
	static const char *const line_ends[] = { "\n", "\r\n", "\r" };
	CLEAN_FREE char *path = file_join(*state, "in.csv");
	for (int round = 0; round < 300; round++) {
		CLEAN_BUF struct buf file = { 0 };
		CLEAN_BUF struct buf wanted = { 0 };
		bool windows = below(3) == 0;
		const struct manner manner = {
			.line_end = line_ends[below(COUNT(line_ends))],
			.windows = windows,
			.mark = !windows && below(3) == 0,
			.no_last_end = below(2),
		};
		random_table(&manner, &file, &wanted);
		input_write(path, file.data, file.len);
		for (size_t i = 0; i < COUNT(blocks); i++) {
			struct bulk_input_options options = { .block = blocks[i] };
			CLEAN_FREE char *got = input_show(path, &options);
			CHECK(strcmp(got, wanted.data) == 0, "SEED=%llu, block %zu, file <%s>\n",
			      (unsigned long long)seed, blocks[i], file.data);
		}
	}
}

/* Files of anything: the same rows and the same faults whatever the blocks are. */
static void anything(const char *path, const char *const *parts, size_t count)
{
	for (int round = 0; round < 1000; round++) {
		CLEAN_BUF struct buf file = { 0 };
		for (size_t n = 1 + below(40); n; n--)
			buf_add_str(&file, parts[below(count)]);
		input_write(path, file.data, file.len);
		CLEAN_FREE char *wanted = input_show(path, &(struct bulk_input_options){ 0 });
		for (size_t i = 1; i < COUNT(blocks); i++) {
			struct bulk_input_options options = { .block = blocks[i] };
			CLEAN_FREE char *got = input_show(path, &options);
			CHECK_TEXT(got, wanted, file.data);
		}
	}
}

static void any_csv(void **state)
{
	static const char *const parts[] = {
		"a",	",",	 ",",	     "\n",   "\r\n",	 "\n", "\r",	      "\"",
		"\"\"", "x,y\n", "\xC3\xA9", "\xE9", "\"x\ny\"", " ",  "\xEF\xBB\xBF"
	};
	CLEAN_FREE char *path = file_join(*state, "in.csv");
	anything(path, parts, COUNT(parts));
}

static void any_json(void **state)
{
	static const char *const parts[] = { "{\"a\":1}\n", "{\"a\":\"\xC3\xA9\"}\r\n",
					     "\n",	    "\r",
					     "{",	    "}",
					     "{\"b\":[",    "1,2]}",
					     "\xE9",	    "\"c\":",
					     "{\"d\":null", "}\n",
					     " ",	    "{\"e\":{\"f\":true}}\n" };
	CLEAN_FREE char *path = file_join(*state, "in.ndjson");
	anything(path, parts, COUNT(parts));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder, unit_folder_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(tables),
		IN_FOLDER(any_csv),
		IN_FOLDER(any_json),
	};
	const char *given = getenv("SEED");
	seed = given ? strtoull(given, NULL, 10) : random_below(UINT32_MAX);
	state_of_random = seed;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
