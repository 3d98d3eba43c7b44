/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/entitlement.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/lifecycle.h"

static long long instant_at(const struct json *pending)
{
	const struct json *at = json_get(pending, "at");
	CLEAN_ERR struct err ignored = { 0 };
	long long instant = 0;
	if (json_is(at, JSON_NUMBER))
		(void)text_integer(at->text, 0, 9007199254740991, &instant, &ignored);
	return instant;
}

struct record entitlement_pack(const struct json *value, const struct json *pending)
{
	struct record record = { .id = mem_dup(json_get_string(value, STORE_KEY)),
				 .ends = lifecycle_ends(value) };
	struct buf text = { 0 };
	assert(record.id);
	json_write(&text, value, JSON_COMPACT);
	record.text = buf_take(&text);
	for (const struct json *item = pending ? pending->first : NULL; item; item = item->next) {
		long long at = instant_at(item);
		if (!record.settles || at < record.settles)
			record.settles = at;
	}
	if (record.settles) {
		json_write(&text, pending, JSON_COMPACT);
		record.pending = buf_take(&text);
	}
	return record;
}

/* The record's object and its list of what is pending, which may be empty. */
static int unpack(const struct record *record, struct json_doc *doc, struct json **value,
		  struct json **pending, struct err *err)
{
	const char *list = record->pending ? record->pending : "[]";
	if (json_parse(doc, record->text, strlen(record->text), value, err) < 0 ||
	    json_parse(doc, list, strlen(list), pending, err) < 0) {
		err->kind = ERR_INTERNAL;
		return -1;
	}
	return 0;
}

/* ---- what happens by itself ---- */

/* Does what is due, unless the record's status has become another since it was accepted; returns
 * the rest. */
static struct json *settle_pending(struct json_doc *doc, struct json *value,
				   const struct json *pending)
{
	struct json *rest = json_new(doc, JSON_ARRAY);
	long long now = clock_now();
	for (const struct json *item = pending->first; item; item = item->next) {
		const char *from = json_get_string(item, "from"),
			   *status = json_get_string(value, "status");
		if (instant_at(item) > now)
			json_append(rest, json_copy(doc, item));
		else if (from && status && strcmp(from, status) == 0)
			lifecycle_merge(doc, value, json_get(item, "set"));
	}
	return rest;
}

static int settle(struct store *store, const struct record *record, struct err *err)
{
	bool due = record->settles && record->settles <= clock_now();
	if (!due && !(record->ends && record->ends <= store_now(store)))
		return 0;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value, *pending;
	if (unpack(record, doc, &value, &pending, err) < 0)
		return -1;
	struct json *rest = settle_pending(doc, value, pending);
	long long ends = lifecycle_ends(value);
	if (ends && ends <= store_now(store))
		lifecycle_merge(doc, value, lifecycle_end(doc, value));
	CLEANUP(record_done) struct record after = entitlement_pack(value, rest);
	return store_put(store, &after, NULL, false, err);
}

const struct record *entitlement_touch(struct store *store, const char *id, struct err *err)
{
	const struct record *record = store_find(store, id);
	if (!record) {
		err_set(err, ERR_NOT_FOUND, "entitlement not found: %s", id);
		return NULL;
	}
	return settle(store, record, err) < 0 ? NULL : store_find(store, id);
}

/* ---- reading ---- */

static void write_reply(struct buf *out, const char *code, const char *message, const char *record)
{
	buf_add_format(out, "{\"responseCode\":\"%s\",\"responseMessage\":\"%s\",%s", code, message,
		       record + 1);
}

int entitlement_read(struct store *store, const char *id, struct buf *reply, struct err *err)
{
	const struct record *record = entitlement_touch(store, id, err);
	if (!record)
		return -1;
	write_reply(reply, "OK", "Success", record->text);
	return 0;
}

static const char *text_of(const struct json *value)
{
	return value->type == JSON_TRUE	   ? "true"
	       : value->type == JSON_FALSE ? "false"
	       : json_is_scalar(value)	   ? value->text
					   : NULL;
}

/* Values of a query are strings, whatever they are in the record. */
static bool same(const struct json *wanted, const struct json *value)
{
	const char *a = text_of(wanted), *b = value ? text_of(value) : NULL;
	if (a && b)
		return strcmp(a, b) == 0;
	return value && json_equal(wanted, value);
}

/* A condition, and a text without which no record fulfils it: far cheaper to look for than to read
 * the record. */
struct filter {
	const struct json *field;
	char *needle; /* owned */
};

static size_t make_filters(const struct json *fields, struct filter *filters)
{
	size_t count = 0;
	for (const struct json *field = fields->first; field; field = field->next) {
		if (field->type == JSON_NULL)
			continue;
		struct buf text = { 0 };
		if (json_is_scalar(field))
			json_write(&text, field, JSON_COMPACT);
		if (field->type == JSON_STRING) {
			/* without its quotes */
			buf_truncate(&text, text.len - 1);
			text.data[0] = ' ';
		}
		char *needle = buf_take(&text);
		filters[count++] = (struct filter){ field, mem_dup(needle + (*needle == ' ')) };
		free(needle);
	}
	return count;
}

static bool matches(const struct record *record, const struct filter *filters, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strstr(record->text, filters[i].needle))
			return false;
	if (!count)
		return true;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err ignored = { 0 };
	struct json *value = NULL;
	bool all = json_parse(doc, record->text, strlen(record->text), &value, &ignored) == 0;
	for (size_t i = 0; i < count && all; i++)
		all = same(filters[i].field, json_path(value, filters[i].field->key));
	return all;
}

int entitlement_search(struct store *store, const struct json *fields, struct buf *rows,
		       struct err *err)
{
	struct filter *filters = mem_new(fields->count, sizeof(*filters));
	size_t count = make_filters(fields, filters), found = 0;
	int result = 0;
	for (size_t i = 0; i < store_count(store) && result == 0; i++) {
		result = settle(store, store_at(store, i), err);
		const struct record *record = store_at(store, i);
		if (result < 0 || !matches(record, filters, count))
			continue;
		if (found++)
			buf_add_char(rows, ',');
		buf_add_str(rows, record->text);
	}
	for (size_t i = 0; i < count; i++)
		free(filters[i].needle);
	free(filters);
	return result;
}

/* ---- changing ---- */

/* Puts the change on the list of what is to come. */
static void postpone(struct json_doc *doc, struct json *pending, const char *status,
		     struct json *effect, long long delay)
{
	struct json *item = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, item, "at", clock_now() + delay);
	json_set_string(doc, item, "from", status);
	json_set(doc, item, "set", effect);
	json_append(pending, item);
}

int entitlement_change(struct store *store, const struct change *change, struct kept_reply *reply,
		       struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value, *pending;
	const struct record *before = entitlement_touch(store, change->id, err);
	if (!before || unpack(before, doc, &value, &pending, err) < 0)
		return -1;
	const char *present = json_get_string(value, "status");
	present = present ? present : "";
	if (!lifecycle_allows(change->command, present))
		return err_set(err, ERR_REJECTED, "not possible while the entitlement is %s",
			       present);
	bool at_once = change->delay < 0;
	long long when = store_now(store) + (at_once ? 0 : change->delay);
	struct json *effect = lifecycle_effect(doc, change->command, value, change->fields, when);
	if (at_once)
		lifecycle_merge(doc, value, effect);
	else
		postpone(doc, pending, present, effect, change->delay);
	CLEANUP(record_done) struct record after = entitlement_pack(value, pending);
	struct buf body = { 0 };
	write_reply(&body, at_once ? "OK" : "ACCEPTED", at_once ? "Success" : "Accepted",
		    after.text);
	reply->status = at_once ? 200 : 202;
	reply->body = buf_take(&body);
	return store_put(store, &after, reply->identifier ? reply : NULL, true, err);
}
