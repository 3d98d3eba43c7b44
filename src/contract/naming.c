/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/naming.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* Adds a name as one word of small letters, digits and single dashes. */
static void add_word(struct buf *out, const char *name)
{
	CLEAN_BUF struct buf kebab = { 0 };
	text_kebab(&kebab, name);
	size_t start = out->len;
	for (const char *p = buf_str(&kebab); *p; p++) {
		bool dash = !isalnum((unsigned char)*p);
		if (dash && (out->len == start || out->data[out->len - 1] == '-'))
			continue;
		buf_add_char(out, dash ? '-' : *p);
	}
	if (out->len > start && out->data[out->len - 1] == '-')
		buf_truncate(out, out->len - 1);
}

/* The words that were given, each made safe. */
static void given_name(struct buf *out, const char *command)
{
	for (const char *p = command; *p;) {
		size_t len = strcspn(p, " ");
		CLEAN_FREE char *word = mem_dup_len(p, len);
		if (out->len && len)
			buf_add_char(out, ' ');
		add_word(out, word);
		p += len + strspn(p + len, " ");
	}
}

static void path_name(struct buf *out, const char *method, const char *path)
{
	add_word(out, method);
	for (const char *p = path; *p;) {
		p += strspn(p, "/{}");
		size_t len = strcspn(p, "/{}");
		CLEAN_FREE char *segment = mem_dup_len(p, len);
		if (len)
			buf_add_char(out, '-');
		add_word(out, segment);
		p += len;
	}
}

static void made_name(struct buf *out, const char *method, const char *path,
		      const struct json *operation)
{
	const struct json *tags = json_get(operation, "tags");
	const char *tag = json_is(tags, JSON_ARRAY) ? json_string(tags->first) : NULL;
	const char *id = json_get_string(operation, "operationId");
	if (tag)
		add_word(out, tag);
	if (out->len)
		buf_add_char(out, ' ');
	size_t start = out->len;
	if (id)
		add_word(out, id);
	if (out->len == start)
		path_name(out, method, path);
}

/* Whether the name is one that is there, a group of one, or one within a command. */
static bool clashes(const char *name, const char *other)
{
	size_t a = strlen(name), b = strlen(other);
	size_t shorter = a < b ? a : b;
	if (strncmp(name, other, shorter) != 0)
		return false;
	return a == b || (a < b ? other[a] : name[b]) == ' ';
}

/* The command made earlier that this name clashes with, or NULL. */
static const char *taken_by(const struct contract *contract, const char *name)
{
	for (size_t i = 0; i < contract->command_count; i++)
		if (clashes(name, contract->commands[i].name))
			return contract->commands[i].name;
	return NULL;
}

/* Gets the name out of the way of earlier ones: within a command by a dash for the blank, else by a
 * number. */
static void make_unique(const struct contract *contract, struct buf *name)
{
	CLEAN_FREE char *base = mem_dup(buf_str(name));
	int number = 2;
	for (const char *other; (other = taken_by(contract, buf_str(name)));) {
		size_t len = strlen(other);
		bool within = len < strlen(base) && base[len] == ' ';
		if (within)
			base[len] = '-';
		buf_clear(name);
		buf_add_str(name, base);
		if (!within)
			buf_add_format(name, "-%d", number++);
	}
}

static bool is_ours(const struct contract_reserved *reserved, const char *name)
{
	size_t first = strcspn(name, " ");
	for (size_t i = 0; reserved && i < reserved->commands->count; i++) {
		const char *other = reserved->commands->items[i]->name;
		if (strcspn(other, " ") == first && strncmp(other, name, first) == 0)
			return true;
	}
	return false;
}

const char *naming_command(struct contract *contract, const struct contract_reserved *reserved,
			   const char *method, const char *path, const struct json *operation)
{
	CLEAN_BUF struct buf name = { 0 };
	const char *given = json_get_string(json_get(operation, "x-bangoctl"), "command");
	if (given)
		given_name(&name, given);
	if (!name.len)
		made_name(&name, method, path, operation);
	if (is_ours(reserved, buf_str(&name))) {
		CLEAN_FREE char *plain = buf_take(&name);
		buf_add_format(&name, "api %s", plain);
	}
	make_unique(contract, &name);
	return json_new_string(contract->doc, buf_str(&name))->text;
}
