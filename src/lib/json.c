/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/json.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>
#include <yajl/yajl_version.h>

#include "base/text.h"

/* ---- reading ---- */

struct reader {
	struct json_doc *doc;
	struct json *root;
	struct json *stack[JSON_MAX_DEPTH];
	size_t depth;
	const char *key;
	size_t key_len;
	const char *fault; /* why we, not yajl, refused */
};

static int add_value(struct reader *reader, struct json *value)
{
	if (reader->depth == 0) {
		reader->root = value;
		return 1;
	}
	struct json *parent = reader->stack[reader->depth - 1];
	if (parent->type == JSON_OBJECT) {
		value->key = reader->key;
		value->key_len = reader->key_len;
	}
	json_append(parent, value);
	return 1;
}

static int open_container(struct reader *reader, enum json_type type)
{
	if (reader->depth == JSON_MAX_DEPTH) {
		reader->fault = "nested too deep";
		return 0;
	}
	struct json *value = json_new(reader->doc, type);
	add_value(reader, value);
	reader->stack[reader->depth++] = value;
	return 1;
}

static int on_null(void *context)
{
	struct reader *reader = context;
	return add_value(reader, json_new(reader->doc, JSON_NULL));
}

static int on_boolean(void *context, int truth)
{
	struct reader *reader = context;
	return add_value(reader, json_new_bool(reader->doc, truth));
}

static int on_number(void *context, const char *text, size_t len)
{
	struct reader *reader = context;
	return add_value(reader, json_new_text(reader->doc, JSON_NUMBER, text, len));
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
	struct reader *reader = context;
	return add_value(reader, json_new_text(reader->doc, JSON_STRING, (const char *)text, len));
}

static int on_key(void *context, const unsigned char *text, size_t len)
{
	struct reader *reader = context;
	reader->key = json_keep(reader->doc, (const char *)text, len);
	reader->key_len = len;
	return 1;
}

static int on_start_map(void *context)
{
	return open_container(context, JSON_OBJECT);
}

static int on_start_array(void *context)
{
	return open_container(context, JSON_ARRAY);
}

static int on_end_map(void *context)
{
	struct reader *reader = context;
	struct json *object = reader->stack[--reader->depth];
	bool repeats = json_index(reader->doc, object) != NULL;
	if (repeats)
		reader->fault = "an object has the same key twice";
	return !repeats;
}

static int on_end_array(void *context)
{
	struct reader *reader = context;
	reader->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

/* The value of the four hex digits after "\u", or -1. */
static long escape_unit(const char *p, const char *end)
{
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	char digits[5] = { p[2], p[3], p[4], p[5], '\0' };
	char *stop = NULL;
	long unit = strtol(digits, &stop, 16);
	return *stop ? -1 : unit;
}

/* Whether each \uD8xx is followed by its other half: yajl writes broken text for those that are
 * not. */
static bool surrogates_pair(const char *text, size_t len)
{
	const char *end = text + len;
	for (const char *p = text; p < end && (p = memchr(p, '\\', (size_t)(end - p)));) {
		long unit = escape_unit(p, end);
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return false;
		if (unit >= 0xD800 && unit <= 0xDBFF) {
			long low = escape_unit(p + 6, end);
			if (low < 0xDC00 || low > 0xDFFF)
				return false;
			p += 12;
			continue;
		}
		p += 2;
	}
	return true;
}

static int parse_failure(yajl_handle handle, const struct reader *reader, struct err *err)
{
	size_t at = yajl_get_bytes_consumed(handle);
	if (reader->fault)
		return err_set(err, ERR_USAGE, "not usable JSON: %s (at byte %zu)", reader->fault,
			       at);
	unsigned char *said = yajl_get_error(handle, 0, NULL, 0);
	char *why = strchr((char *)said, ':');
	why = why ? why + 1 + strspn(why + 1, " ") : (char *)said;
	why[strcspn(why, "\n")] = '\0';
	err_set(err, ERR_USAGE, "not JSON: %s (at byte %zu)", why, at);
	yajl_free_error(handle, said);
	return -1;
}

int json_parse(struct json_doc *doc, const char *text, size_t len, struct json **root,
	       struct err *err)
{
	if (!text_is_utf8(text, len))
		return err_set(err, ERR_USAGE, "not JSON: it holds bytes that are not UTF-8");
	if (memchr(text, '\v', len) ||
	    memchr(text, '\f', len)) /* yajl takes these two for blanks */
		return err_set(err, ERR_USAGE, "not JSON: it holds a control character");
	if (!surrogates_pair(text, len))
		return err_set(err, ERR_USAGE,
			       "not usable JSON: half of a surrogate pair in a string");
	struct reader reader = { .doc = doc };
	yajl_handle handle = yajl_alloc(&callbacks, NULL, &reader);
	yajl_config(handle, yajl_dont_validate_strings, 1);
	yajl_status status = yajl_parse(handle, (const unsigned char *)text, len);
	int result = status == yajl_status_ok ? 0 : parse_failure(handle, &reader, err);
	if (result == 0 && (yajl_complete_parse(handle) != yajl_status_ok || !reader.root))
		result = err_set(err, ERR_USAGE,
				 len ? "not JSON: it ends too early" : "not JSON: it is empty");
	yajl_free(handle);
	if (result == 0)
		*root = reader.root;
	return result;
}

/* ---- writing ---- */

static void print_to_buf(void *context, const char *text, size_t len)
{
	buf_add(context, text, len);
}

static void generate(yajl_gen gen, const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
		yajl_gen_null(gen);
		return;
	case JSON_FALSE:
	case JSON_TRUE:
		yajl_gen_bool(gen, value->type == JSON_TRUE);
		return;
	case JSON_NUMBER:
		yajl_gen_number(gen, value->text, value->len);
		return;
	case JSON_STRING:
		yajl_gen_string(gen, (const unsigned char *)value->text, value->len);
		return;
	case JSON_ARRAY:
		yajl_gen_array_open(gen);
		for (const struct json *item = value->first; item; item = item->next)
			generate(gen, item);
		yajl_gen_array_close(gen);
		return;
	case JSON_OBJECT:
		yajl_gen_map_open(gen);
		for (const struct json *item = value->first; item; item = item->next) {
			yajl_gen_string(gen, (const unsigned char *)item->key, item->key_len);
			generate(gen, item);
		}
		yajl_gen_map_close(gen);
		return;
	}
}

/* The code point at `p` if it would steer a terminal, and so would another text be seen than there
 * is; 0 for others. `len` receives its bytes. */
static unsigned steering(const unsigned char *p, const unsigned char *end, size_t *len)
{
	*len = 1;
	if (*p == 0x7F)
		return 0x7F;
	if (*p == 0xC2 && p + 1 < end && p[1] < 0xA0) {
		*len = 2;
		return p[1];
	}
	if (*p != 0xE2 || p + 2 >= end || p[1] > 0x81)
		return 0;
	*len = 3;
	unsigned c = 0x2000U | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
	bool direction = c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
			 (c >= 0x2066 && c <= 0x2069);
	return direction || c == 0x2028 || c == 0x2029 ? c : 0;
}

/* Rewrites what steers a terminal from `from` on: it can stand in strings only. */
static void escape_controls(struct buf *out, size_t from)
{
	const unsigned char *start = (const unsigned char *)out->data + from,
			    *end = start + (out->len - from);
	const unsigned char *p = start;
	size_t len = 0;
	while (p < end && !steering(p, end, &len))
		p++;
	if (p == end)
		return;
	struct buf clean = { 0 };
	for (p = start; p < end;) {
		unsigned c = steering(p, end, &len);
		if (c)
			buf_add_format(&clean, "\\u%04x", c);
		else
			buf_add(&clean, (const char *)p, len = 1);
		p += len;
	}
	buf_truncate(out, from);
	buf_add(out, clean.data, clean.len);
	buf_done(&clean);
}

void json_write(struct buf *out, const struct json *value, enum json_style style)
{
	size_t from = out->len;
	yajl_gen gen = yajl_gen_alloc(NULL);
	yajl_gen_config(gen, yajl_gen_print_callback, print_to_buf, out);
	yajl_gen_config(gen, yajl_gen_beautify, style == JSON_PRETTY);
	yajl_gen_config(gen, yajl_gen_indent_string, "  ");
	generate(gen, value);
	yajl_gen_free(gen);
	if (out->len > from && out->data[out->len - 1] == '\n')
		buf_truncate(out, out->len - 1);
	escape_controls(out, from);
}

const char *json_library(void)
{
	static char version[32];
	int n = yajl_version();
	snprintf(version, sizeof(version), "yajl %d.%d.%d", n / 10000, n / 100 % 100, n % 100);
	return version;
}
