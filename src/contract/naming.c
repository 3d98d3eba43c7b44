/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/naming.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "contract/document.h"

enum { MAX_WORD = 64 };

/* ---- names that are there ---- */

enum use { USE_NAME = 1, USE_GROUP = 2, USE_ID = 4 };

struct naming_slot {
	const char *text; /* NULL: free */
	size_t len;
	unsigned uses;
	int number; /* the next to try for this name */
};

void naming_done(struct naming *naming)
{
	free(naming->slots);
	*naming = (struct naming){ 0 };
}

static struct naming_slot *slot_of(const struct naming *naming, const char *text, size_t len)
{
	size_t hash = 5381;
	for (size_t i = 0; i < len; i++)
		hash = hash * 33 ^ (unsigned char)text[i];
	size_t at = hash % naming->size;
	while (naming->slots[at].text &&
	       (naming->slots[at].len != len || memcmp(naming->slots[at].text, text, len) != 0))
		at = (at + 1) % naming->size;
	return &naming->slots[at];
}

/* The text's slot, made if it is not there; it is good until the next one is made. */
static struct naming_slot *slot_for(struct naming *naming, const char *text, size_t len)
{
	if (naming->count * 2 >= naming->size) {
		struct naming old = *naming;
		naming->size = old.size ? old.size * 2 : 64;
		naming->slots = mem_new(naming->size, sizeof(*naming->slots));
		for (size_t i = 0; i < old.size; i++)
			if (old.slots[i].text)
				*slot_of(naming, old.slots[i].text, old.slots[i].len) =
					old.slots[i];
		free(old.slots);
	}
	struct naming_slot *slot = slot_of(naming, text, len);
	if (slot->text)
		return slot;
	naming->count++;
	*slot = (struct naming_slot){ .text = text, .len = len, .number = 2 };
	return slot;
}

static bool has_use(const struct naming *naming, const char *text, size_t len, unsigned uses)
{
	return naming->size && (slot_of(naming, text, len)->uses & uses);
}

/* Puts down a name, and the groups that it is in. */
static void take_name(struct naming *naming, const char *name)
{
	for (const char *blank = name; (blank = strchr(blank, ' ')); blank++)
		slot_for(naming, name, (size_t)(blank - name))->uses |= USE_GROUP;
	slot_for(naming, name, strlen(name))->uses |= USE_NAME;
}

bool naming_seen(struct naming *naming, const char *operation_id)
{
	struct naming_slot *slot = slot_for(naming, operation_id, strlen(operation_id));
	bool seen = slot->uses & USE_ID;
	slot->uses |= USE_ID;
	return seen;
}

/* ---- words ---- */

/* Adds a name as one word of small letters, digits and single dashes. */
static void add_word(struct buf *out, const char *name)
{
	CLEAN_BUF struct buf kebab = { 0 };
	text_kebab(&kebab, name);
	size_t start = out->len;
	for (const char *p = buf_str(&kebab); *p && out->len < start + MAX_WORD; p++) {
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
		size_t before = out->len;
		if (before)
			buf_add_char(out, ' ');
		add_word(out, word);
		if (out->len == before + (before > 0))
			buf_truncate(out, before);
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
		size_t before = out->len;
		buf_add_char(out, '-');
		add_word(out, segment);
		if (out->len == before + 1)
			buf_truncate(out, before);
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

/* Gets the name out of the way of earlier ones: within a command by a dash for the blank, else by a
 * number. */
static void make_unique(struct naming *naming, struct buf *name)
{
	for (char *blank = name->data; (blank = strchr(blank, ' ')); blank++)
		if (has_use(naming, name->data, (size_t)(blank - name->data), USE_NAME))
			*blank = '-';
	if (!has_use(naming, name->data, name->len, USE_NAME | USE_GROUP))
		return;
	CLEAN_FREE char *base = mem_dup(name->data);
	size_t len = name->len;
	while (has_use(naming, name->data, name->len, USE_NAME | USE_GROUP)) {
		int number = slot_of(naming, base, len)->number++;
		buf_clear(name);
		buf_add_format(name, "%s-%d", base, number);
	}
}

static bool is_ours(const struct contract_reserved *reserved, const char *name)
{
	size_t first = strcspn(name, " ");
	for (size_t i = 0; reserved && reserved->commands && i < reserved->commands->count; i++) {
		const char *other = reserved->commands->items[i]->name;
		if (strcspn(other, " ") == first && strncmp(other, name, first) == 0)
			return true;
	}
	return false;
}

const char *naming_command(struct contract *contract, struct naming *naming,
			   const struct contract_reserved *reserved, const char *method,
			   const char *path, const struct json *operation)
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
	make_unique(naming, &name);
	const char *kept = document_keep(contract, buf_str(&name));
	take_name(naming, kept);
	return kept;
}
