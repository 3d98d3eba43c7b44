/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/pattern.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/late.h"

/* clang-format off */
#define NAMES(X) \
	X(pcre2_code_free) X(pcre2_compile) X(pcre2_compile_context_create) \
	X(pcre2_compile_context_free) X(pcre2_config) X(pcre2_get_error_message) X(pcre2_match) \
	X(pcre2_match_context_create) X(pcre2_match_context_free) X(pcre2_match_data_create) \
	X(pcre2_match_data_free) X(pcre2_set_compile_extra_options) X(pcre2_set_heap_limit) \
	X(pcre2_set_match_limit)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_PCRE2_8)

enum { MAX_PATTERN = 4096, MAX_STEPS = 1000000, MAX_HEAP_KIB = 16384 };

static pcre2_code *compile(const char *pattern, struct err *err)
{
	int number = 0;
	PCRE2_SIZE at = 0;
	size_t len = strlen(pattern);
	if (len > MAX_PATTERN) {
		err_set(err, ERR_USAGE, "it has more than %d bytes", MAX_PATTERN);
		return NULL;
	}
	/* a dollar is the very end, an empty class and a group that took no part are legal, and
	 * \uXXXX is a character: that is what differs from Perl */
	open_library();
	pcre2_compile_context *context = lib.pcre2_compile_context_create(NULL);
	if (!context)
		abort();
	lib.pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
	pcre2_code *code =
		lib.pcre2_compile((PCRE2_SPTR)pattern, len,
				  PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS |
					  PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
				  &number, &at, context);
	lib.pcre2_compile_context_free(context);
	if (code)
		return code;
	PCRE2_UCHAR reason[256] = { 0 };
	lib.pcre2_get_error_message(number, reason, sizeof(reason));
	err_set(err, ERR_USAGE, "%s at offset %zu", (const char *)reason, (size_t)at);
	return NULL;
}

int pattern_check(const char *pattern, struct err *err)
{
	pcre2_code *code = compile(pattern, err);
	if (!code)
		return -1;
	lib.pcre2_code_free(code);
	return 0;
}

bool pattern_fits(const char *pattern, const char *text)
{
	CLEAN_ERR struct err ignored = { 0 };
	pcre2_code *code = compile(pattern, &ignored);
	if (!code)
		return true;
	pcre2_match_data *data = lib.pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = lib.pcre2_match_context_create(NULL);
	if (!data || !context)
		abort();
	lib.pcre2_set_match_limit(context, MAX_STEPS);
	lib.pcre2_set_heap_limit(context, MAX_HEAP_KIB);
	int result = lib.pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, context);
	lib.pcre2_match_context_free(context);
	lib.pcre2_match_data_free(data);
	lib.pcre2_code_free(code);
	return result != PCRE2_ERROR_NOMATCH;
}

const char *pattern_library(void)
{
	static char version[64];
	open_library();
	if (!*version) {
		memcpy(version, "pcre2 ", 6);
		char number[48] = { 0 };
		if (lib.pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof(number) &&
		    lib.pcre2_config(PCRE2_CONFIG_VERSION, number) > 0)
			memcpy(version + 6, number, sizeof(number));
	}
	return version;
}
