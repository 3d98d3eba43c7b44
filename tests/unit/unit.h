/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all unit tests use: cmocka, checks that name the case they failed in, JSON at hand, a folder
 * for files. */
#ifndef UNIT_H
#define UNIT_H

#include <ftw.h>
#include <locale.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "lib/json.h"

/* A literal and its length, for bytes with NULs in them. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* Fails the test with a message of its own unless the condition holds. */
#define CHECK(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print_error(__VA_ARGS__);                                                  \
			fail_msg("%s", #condition);                                                \
		}                                                                                  \
	} while (0)

#define CHECK_TEXT(got, wanted, what) unit_check_text((got), (wanted), (what), __FILE__, __LINE__)

/* A failure of that kind whose message holds the text (NULL: any); empties `err` for the next case.
 */
#define CHECK_ERR(err, kind, text) unit_check_err((err), (kind), (text), __FILE__, __LINE__)

static inline void unit_check_text(const char *got, const char *wanted, const char *what,
				   const char *file, int line)
{
	if (got && wanted && strcmp(got, wanted) == 0)
		return;
	if (!got && !wanted)
		return;
	print_error("case <%s>\n got    <%s>\n wanted <%s>\n", what, got ? got : "(none)",
		    wanted ? wanted : "(none)");
	_fail(file, line);
}

static inline void unit_check_err(struct err *err, enum err_kind kind, const char *text,
				  const char *file, int line)
{
	bool told = !text || (err->message && strstr(err->message, text));
	if (err->kind != kind || !told) {
		print_error("got %s <%s>, wanted %s <%s>\n", err_row(err->kind)->name,
			    err->message ? err->message : "", err_row(kind)->name,
			    text ? text : "");
		_fail(file, line);
	}
	err_done(err);
}

/* The text as a value; it must be JSON. */
static inline struct json *unit_json(struct json_doc *doc, const char *text)
{
	struct err err = { 0 };
	struct json *root = NULL;
	if (json_parse(doc, text, strlen(text), &root, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return root;
}

/* The value as compact JSON; the caller frees it. */
static inline char *unit_compact(const struct json *value)
{
	struct buf out = { 0 };
	json_write(&out, value, JSON_COMPACT);
	return buf_take(&out);
}

/* A fresh folder, as cmocka's setup and teardown: *state is its path. */
static inline int unit_folder(void **state)
{
	const char *base = getenv("TMPDIR");
	char *path = buf_format("%s/bangoctl-unit.XXXXXX", base && *base ? base : "/tmp");
	*state = mkdtemp(path);
	return *state ? 0 : -1;
}

static inline int unit_unlink(const char *path, const struct stat *facts, int type,
			      struct FTW *where)
{
	(void)facts, (void)type, (void)where;
	return remove(path);
}

static inline int unit_folder_gone(void **state)
{
	int result = nftw(*state, unit_unlink, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return result;
}

static inline void unit_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* Widths need a UTF-8 locale; fresh memory is not to look like zeros. */
static inline void unit_begin(void)
{
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	mallopt(M_PERTURB, 0xA5);
}

#endif
