/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of a bulk job, damaged: what a whole part of it says stays said, whatever stands
 * behind it; what is torn is counted, cut off when the job is gone on with, and the rest can be
 * gone on with.
 */
#include "fuzz.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "bulk/journal.h"
#include "memory.h"

/* Of jobs with more rows not each one is looked at. */
enum { MOST_ROWS = 500 };

#define CLEAN_JOURNAL CLEANUP(bulk_journal_done)

static long long rows_of(const struct bulk_journal *journal)
{
	return journal->rows < MOST_ROWS ? journal->rows : MOST_ROWS;
}

/* What the summary says is what the rows say. */
static void adds_up(const struct bulk_journal *journal, size_t size)
{
	long long done = 0, ended = 0, open = 0;

	must(journal->end >= 0 && journal->torn >= 0);
	must(journal->end + journal->torn == (long long)size);
	for (long long row = 1; row <= rows_of(journal); row++) {
		done += bulk_journal_state(journal, row) == ROW_DONE;
		open += bulk_journal_state(journal, row) == ROW_OPEN;
		must(bulk_journal_has(journal, row) ||
		     bulk_journal_state(journal, row) == ROW_NONE);
	}
	for (size_t i = 0; i < ERR_KIND_COUNT; i++)
		ended += journal->results[i];
	must(journal->done == ended);
	must(journal->done + (long long)journal->open_count <= bulk_journal_share(journal));
	must(journal->rows > MOST_ROWS ||
	     (done == journal->done && open == (long long)journal->open_count));
	for (size_t i = 0; i < journal->open_count; i++)
		must(bulk_journal_state(journal, journal->open[i].row) == ROW_OPEN);
}

static int count_line(void *context, const struct json *line, struct err *err)
{
	(void)err;
	must(line->type == JSON_OBJECT);
	++*(long long *)context;
	return 0;
}

static void opens(struct bulk_journal *journal, const void *bytes, size_t len)
{
	CLEAN_ERR struct err err = { 0 };
	must(bulk_journal_open(journal, memory_file(bytes, len), false, &err) == 0);
	adds_up(journal, len);
}

static void says_the_same(const struct bulk_journal *a, const struct bulk_journal *b)
{
	must(a->rows == b->rows && a->done == b->done && a->open_count == b->open_count);
	must(memcmp(a->results, b->results, sizeof(a->results)) == 0);
	must(a->accepted == b->accepted && a->end == b->end);
	for (long long row = 1; row <= rows_of(a); row++)
		must(bulk_journal_state(a, row) == bulk_journal_state(b, row));
}

/* All that stands before a cut in a journal that could be read can be read, and no later line takes
 * a result back. */
static void stays_said(const struct bulk_journal *whole, const uint8_t *data, size_t cut)
{
	CLEAN_JOURNAL struct bulk_journal part = { 0 };
	opens(&part, data, cut);
	must(part.end <= whole->end && part.done <= whole->done);
	for (size_t i = 0; i < ERR_KIND_COUNT; i++)
		must(part.results[i] <= whole->results[i]);
	for (long long row = 1; row <= rows_of(&part); row++)
		must(bulk_journal_state(&part, row) != ROW_DONE ||
		     bulk_journal_state(whole, row) == ROW_DONE);
}

/* Nor is anything lost by what a crash leaves behind the end. */
static void bears_a_tail(const struct bulk_journal *whole, const uint8_t *data, size_t size)
{
	static const char tail[] = "{\"row\":1,\"outcome\":\"ok\"}\0\0{\"row\":1,\n\xFF{\"ro";
	CLEAN_JOURNAL struct bulk_journal torn = { 0 };
	CLEAN_BUF struct buf bytes = { 0 };

	buf_add(&bytes, (const char *)data, size);
	buf_add(&bytes, tail, sizeof(tail) - 1);
	opens(&torn, bytes.data, bytes.len);
	says_the_same(whole, &torn);
}

static char folder[PATH_MAX], *path;

static void leave(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
	free(path);
}

/* A file with a name of its own, since a journal to be written may not be a link. */
static void write_file(const uint8_t *data, size_t size)
{
	if (!path) {
		const char *place = getenv("TMPDIR");
		snprintf(folder, sizeof(folder), "%s/fuzz-XXXXXX", place ? place : "/tmp");
		must(mkdtemp(folder));
		path = buf_format("%s/journal", folder);
		(void)atexit(leave);
	}
	FILE *file = fopen(path, "wb");
	must(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* A row that has no result gets one, after an intent. */
static void write_row(struct bulk_journal *journal, long long row)
{
	CLEAN_BUF struct buf body = { 0 };
	CLEAN_ERR struct err err = { 0 };
	char uuid[UUID_SIZE];
	long long done = journal->done;

	bulk_journal_request_id(journal, row, uuid);
	const struct bulk_journal_intent intent = { .row = row, .line = 1, .sent = 1, .pid = 1 };
	const struct bulk_journal_result result = { .row = row, .kind = ERR_NOT_FOUND };
	bulk_journal_intent(journal, &intent, uuid, &body);
	must(bulk_journal_state(journal, row) == ROW_OPEN);
	bulk_journal_result(journal, &result);
	must(bulk_journal_state(journal, row) == ROW_DONE && journal->done == done + 1);
	must(bulk_journal_commit(journal, false, &err) == 0);
}

static void goes_on(const struct bulk_journal *whole, const uint8_t *data, size_t size)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JOURNAL struct bulk_journal again = { 0 }, later = { 0 };
	long long row = 1;

	write_file(data, size);
	must(bulk_journal_open(&again, path, true, &err) == 0);
	must(again.torn == whole->torn);
	says_the_same(whole, &again);
	while (row <= rows_of(&again) &&
	       (!bulk_journal_has(&again, row) || bulk_journal_state(&again, row) == ROW_DONE))
		row++;
	if (row <= rows_of(&again))
		write_row(&again, row);
	must(bulk_journal_open(&later, path, false, &err) == 0);
	must(later.torn == 0);
	adds_up(&later, (size_t)again.end);
	says_the_same(&again, &later);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JOURNAL struct bulk_journal journal = { 0 };
	const char *name = memory_file(data, size);
	long long lines = 0;

	if (bulk_journal_open(&journal, name, false, &err) < 0) {
		must(err.kind == ERR_CONFIG && strstr(err.message, name));
		return 0;
	}
	adds_up(&journal, size);
	must(bulk_journal_read(&journal, count_line, &lines, &err) == 0);
	must(lines >= journal.done + (long long)journal.open_count);

	const uint8_t *header_end = memchr(data, '\n', size);
	size_t header = (size_t)(header_end - data) + 1;
	stays_said(&journal, data, header + (size - header) / 2);
	stays_said(&journal, data, header + (size - header) * (data[size - 1] % 16) / 16);
	bears_a_tail(&journal, data, size);
	goes_on(&journal, data, size);
	return 0;
}
