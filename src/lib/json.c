/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/json.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>
#include <yajl/yajl_version.h>

#include "base/text.h"
#include "lib/flat.h"

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

/* The \uD8xx that is not followed by its other half, or NULL: yajl writes broken text for it. */
static const char *lone_surrogate(const char *text, size_t len)
{
	const char *end = text + len;
	for (const char *p = text; p < end && (p = memchr(p, '\\', (size_t)(end - p)));) {
		long unit = escape_unit(p, end);
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return p;
		if (unit >= 0xD800 && unit <= 0xDBFF) {
			long low = escape_unit(p + 6, end);
			if (low < 0xDC00 || low > 0xDFFF)
				return p;
			p += 12;
			continue;
		}
		p += 2;
	}
	return NULL;
}

/* The first byte that is not UTF-8, or NULL. */
static const char *bad_byte(const char *text, size_t len)
{
	size_t at = 0;
	if (text_is_utf8(text, len))
		return NULL;
	for (size_t n; (n = text_utf8_length(text + at, len - at));)
		at += n;
	return text + at;
}

/* One of the two control characters that yajl takes for blanks, or NULL. */
static const char *odd_blank(const char *text, size_t len)
{
	const char *tab = memchr(text, '\v', len);
	return tab ? tab : memchr(text, '\f', len);
}

/* What yajl would let pass. */
static int check_text(const char *text, size_t len, struct err *err)
{
	static const struct {
		const char *(*find)(const char *text, size_t len);
		const char *message;
	} faults[] = {
		{ bad_byte, "not JSON: it holds bytes that are not UTF-8" },
		{ odd_blank, "not JSON: it holds a control character" },
		{ lone_surrogate, "not usable JSON: half of a surrogate pair in a string" },
	};
	for (size_t i = 0; i < COUNT(faults); i++) {
		const char *place = faults[i].find(text, len);
		if (place)
			return err_set(err, ERR_USAGE, "%s (at byte %zu)", faults[i].message,
				       (size_t)(place - text) + 1);
	}
	return 0;
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

/* A number or word at the end is told only there, and may be a second value. Blanks at the end do
 * not count, or the message of a line would hang on its line end. */
static int end_failure(const struct reader *reader, const char *text, size_t len, struct err *err)
{
	while (len && strchr(" \t\r\n", text[len - 1]) && text[len - 1])
		len--;
	bool whole = reader->root && !reader->depth;
	const char *why = !len ? "it is empty" : whole ? "trailing garbage" : "it ends too early";
	return err_set(err, ERR_USAGE, "not JSON: %s (at byte %zu)", why, len);
}

int json_parse(struct json_doc *doc, const char *text, size_t len, struct json **root,
	       struct err *err)
{
	if (check_text(text, len, err) < 0)
		return -1;
	struct reader reader = { .doc = doc };
	yajl_handle handle = yajl_alloc(&callbacks, NULL, &reader);
	yajl_config(handle, yajl_dont_validate_strings, 1);
	yajl_status status = yajl_parse(handle, (const unsigned char *)text, len);
	int result = status == yajl_status_ok ? 0 : parse_failure(handle, &reader, err);
	if (result == 0 && (yajl_complete_parse(handle) != yajl_status_ok || !reader.root))
		result = end_failure(&reader, text, len, err);
	yajl_free(handle);
	if (result == 0)
		*root = reader.root;
	return result;
}

/* ---- writing ---- */

/* Begins a line at that depth; nothing in the compact style, whose depth is negative. */
static void begin_line(struct buf *out, int depth)
{
	if (depth < 0)
		return;
	buf_add_char(out, '\n');
	buf_add_repeat(out, ' ', 2 * depth);
}

static void write_value(struct buf *out, const struct json *value, int depth)
{
	static const char *const words[] = { "null", "false", "true" };
	if (value->type <= JSON_TRUE) {
		buf_add_str(out, words[value->type]);
		return;
	}
	if (value->type == JSON_NUMBER) {
		buf_add(out, value->text, value->len);
		return;
	}
	if (value->type == JSON_STRING) {
		flat_bytes(out, value->text, value->len);
		return;
	}
	bool object = value->type == JSON_OBJECT;
	int within = depth < 0 ? depth : depth + 1;
	buf_add_char(out, object ? '{' : '[');
	for (const struct json *item = value->first; item; item = item->next) {
		if (item != value->first)
			buf_add_char(out, ',');
		begin_line(out, within);
		if (object) {
			flat_bytes(out, item->key, item->key_len);
			buf_add(out, ": ", depth < 0 ? 1 : 2);
		}
		write_value(out, item, within);
	}
	if (value->first)
		begin_line(out, depth);
	buf_add_char(out, object ? '}' : ']');
}

void json_write(struct buf *out, const struct json *value, enum json_style style)
{
	write_value(out, value, style == JSON_PRETTY ? 0 : -1);
}

const char *json_library(void)
{
	static char version[32];
	int n = yajl_version();
	snprintf(version, sizeof(version), "yajl %d.%d.%d", n / 10000, n / 100 % 100, n % 100);
	return version;
}
