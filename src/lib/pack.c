/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/pack.h"

#include <stdint.h>

#include "base/text.h"
#include "lib/json.h"

/* Numbers are little-endian groups of seven bits; a text has its length in front and a NUL behind.
 * A value: its type, its line, then its text, or the number of its members and these. */

static void write_number(struct buf *out, size_t number)
{
	for (; number > 0x7F; number >>= 7)
		buf_add_char(out, (char)(0x80 | (number & 0x7F)));
	buf_add_char(out, (char)number);
}

static void write_text(struct buf *out, const char *text, size_t len)
{
	write_number(out, len);
	buf_add(out, text, len);
	buf_add_char(out, '\0');
}

void pack_write(struct buf *out, const struct json *value)
{
	buf_add_char(out, (char)value->type);
	write_number(out, value->line);
	if (value->type == JSON_STRING || value->type == JSON_NUMBER)
		write_text(out, value->text, value->len);
	if (json_is_scalar(value))
		return;
	write_number(out, value->count);
	for (const struct json *item = value->first; item; item = item->next) {
		if (value->type == JSON_OBJECT)
			write_text(out, item->key, item->key_len);
		pack_write(out, item);
	}
}

/* What is left to read. */
struct packed {
	struct json_doc *doc;
	const char *at, *end;
};

static bool read_number(struct packed *packed, size_t *number)
{
	*number = 0;
	for (unsigned shift = 0; packed->at < packed->end && shift < 63; shift += 7) {
		unsigned char byte = (unsigned char)*packed->at++;
		*number |= (size_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool read_text(struct packed *packed, const char **text, size_t *len)
{
	if (!read_number(packed, len) || *len >= (size_t)(packed->end - packed->at) ||
	    packed->at[*len] != '\0')
		return false;
	*text = packed->at;
	packed->at += *len + 1;
	return true;
}

static struct json *read_value(struct packed *packed, unsigned depth);

static bool read_members(struct packed *packed, struct json *value, unsigned depth)
{
	size_t count = 0;
	if (!read_number(packed, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *key = NULL;
		size_t key_len = 0;
		if (value->type == JSON_OBJECT && !read_text(packed, &key, &key_len))
			return false;
		struct json *item = read_value(packed, depth + 1);
		if (!item)
			return false;
		item->key = key;
		item->key_len = key_len;
		json_append(value, item);
	}
	return value->type != JSON_OBJECT || !json_index(packed->doc, value);
}

static struct json *read_value(struct packed *packed, unsigned depth)
{
	size_t line = 0;
	if (packed->at == packed->end)
		return NULL;
	unsigned char type = (unsigned char)*packed->at++;
	if (type > JSON_OBJECT || !read_number(packed, &line) || line > UINT32_MAX)
		return NULL;
	struct json *value = json_new(packed->doc, (enum json_type)type);
	value->line = (unsigned)line;
	bool sound = true;
	if (type == JSON_STRING || type == JSON_NUMBER)
		sound = read_text(packed, &value->text, &value->len) &&
			(type == JSON_STRING || text_is_number(value->text, value->len));
	else if (!json_is_scalar(value))
		sound = depth < JSON_MAX_DEPTH && read_members(packed, value, depth);
	return sound ? value : NULL;
}

struct json *pack_read(struct json_doc *doc, const char *bytes, size_t len)
{
	struct packed packed = { doc, bytes, bytes + len };
	struct json *value = read_value(&packed, 0);
	return packed.at == packed.end ? value : NULL;
}
