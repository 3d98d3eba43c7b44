/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/record.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/lifecycle.h"
#include "sandbox/sample.h"

static long long instant_at(const struct json *pending)
{
	const struct json *at = json_get(pending, "at");
	CLEAN_ERR struct err ignored = { 0 };
	long long instant = 0;
	if (json_is(at, JSON_NUMBER))
		(void)text_integer(at->text, 0, 9007199254740991, &instant, &ignored);
	return instant;
}

/* Ids of several kinds may be the same. */
static char *name_of(const struct subject *subject, const char *id)
{
	return buf_format("%s/%s", subject_kind(subject), id);
}

bool record_is_of(const struct record *record, const struct subject *subject)
{
	const char *kind = subject_kind(subject);
	size_t len = strlen(kind);
	return record->text && strncmp(record->id, kind, len) == 0 && record->id[len] == '/';
}

/* `value` is NULL for one that is removed. */
static struct record pack(const char *name, const struct json *value, const struct json *pending)
{
	struct record record = { .id = mem_dup(name) };
	struct buf text = { 0 };
	if (!value)
		return record;
	record.ends = lifecycle_ends(value);
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

struct record record_pack(const struct subject *subject, const struct json *value,
			  const struct json *pending)
{
	const char *id = subject_id(subject, value);
	assert(id);
	CLEAN_FREE char *name = name_of(subject, id);
	return pack(name, value, pending);
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

/* Whether the record is still as it was when the change was accepted. */
static bool is_as(const struct json *value, const struct json *from)
{
	for (const struct json *item = from ? from->first : NULL; item; item = item->next) {
		const struct json *now = json_get(value, item->key);
		if (!now || !json_equal(now, item))
			return false;
	}
	return true;
}

/* Does what is due, unless the record's status has become another since it was accepted; returns
 * the rest, or NULL if the record is to go. */
static struct json *settle_pending(struct json_doc *doc, struct json *value,
				   const struct json *pending)
{
	struct json *rest = json_new(doc, JSON_ARRAY);
	long long now = clock_now();
	for (const struct json *item = pending->first; item; item = item->next) {
		if (instant_at(item) > now)
			json_append(rest, json_copy(doc, item));
		else if (!is_as(value, json_get(item, "from")))
			continue;
		else if (json_is(json_get(item, "set"), JSON_NULL))
			return NULL;
		else
			lifecycle_merge(doc, value, json_get(item, "set"));
	}
	return rest;
}

int record_settle(struct store *store, const struct record *record, struct err *err)
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
	CLEANUP(record_done) struct record after = pack(record->id, rest ? value : NULL, rest);
	return store_put(store, &after, NULL, false, err);
}

/* Makes the record that was asked for, since the contract shows none of this kind: any id names one
 * then. */
static int invent(struct store *store, const struct subject *subject, const char *id,
		  struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value = sample_record(doc, subject, NULL);
	CLEAN_ERR struct err ignored = { 0 };
	long long number;
	if (subject->hole && subject->hole->type == ARG_INT &&
	    text_integer(id, 0, INT64_MAX, &number, &ignored) == 0)
		json_set_integer(doc, value, subject->key, number);
	else
		json_set_string(doc, value, subject->key, id);
	CLEANUP(record_done) struct record made = record_pack(subject, value, NULL);
	return store_put(store, &made, NULL, false, err);
}

/* The record of that id after what is due has happened to it; NULL with ERR_NOT_FOUND if there is
 * none. */
static const struct record *touch(struct store *store, const struct subject *subject,
				  const char *id, struct err *err)
{
	CLEAN_FREE char *name = name_of(subject, id);
	const struct record *record = store_find(store, name);
	if (!record && !subject_example(subject)) {
		if (invent(store, subject, id, err) < 0)
			return NULL;
		record = store_find(store, name);
	}
	if (record && record_settle(store, record, err) < 0)
		return NULL;
	record = store_find(store, name);
	if (!record) {
		CLEAN_FREE char *noun = subject_noun(subject);
		err_set(err, ERR_NOT_FOUND, "%s not found: %s", noun, id);
		return NULL;
	}
	return record;
}

/* ---- reading ---- */

int record_read(struct store *store, const struct subject *subject, const char *id,
		struct buf *reply, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value, *pending;
	const struct record *record = touch(store, subject, id, err);
	if (!record || unpack(record, doc, &value, &pending, err) < 0)
		return -1;
	sample_write(subject, value, false, reply);
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
	for (const struct json *item = wanted->type == JSON_ARRAY ? wanted->first : NULL; item;
	     item = item->next)
		if (same(item, value))
			return true;
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

/* Whether records may have that member: a page or a size is asked of the list itself. */
static bool is_asked(const struct subject *subject, const char *member)
{
	const struct command *command = subject->command, *home = subject->home;
	bool silent = !command->sample && !command->record;
	return silent || subject_declares(command, member) ||
	       (home && subject_declares(home, member));
}

static size_t make_filters(const struct subject *subject, const struct json *fields,
			   struct filter *filters)
{
	size_t count = 0;
	for (const struct json *field = fields->first; field; field = field->next) {
		if (field->type == JSON_NULL || !is_asked(subject, field->key))
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

int record_search(struct store *store, const struct subject *subject, const struct json *fields,
		  struct buf *rows, struct err *err)
{
	struct filter *filters = mem_new(fields->count, sizeof(*filters));
	size_t count = make_filters(subject, fields, filters), found = 0;
	int result = 0;
	for (size_t i = 0; i < store_count(store) && result == 0; i++) {
		if (!record_is_of(store_at(store, i), subject))
			continue;
		result = record_settle(store, store_at(store, i), err);
		const struct record *record = store_at(store, i);
		if (result < 0 || !record->text || !matches(record, filters, count))
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
static void postpone(struct json_doc *doc, struct json *pending, const struct change *change,
		     const char *status, struct json *effect)
{
	struct json *item = json_new(doc, JSON_OBJECT), *from = json_new(doc, JSON_OBJECT);
	if (status)
		json_set_string(doc, from, change->subject->status, status);
	json_set_integer(doc, item, "at", clock_now() + change->delay);
	json_set(doc, item, "from", from);
	json_set(doc, item, "set", effect);
	json_append(pending, item);
}

static int put(struct store *store, const struct record *after, const struct kept_reply *reply,
	       struct err *err)
{
	return store_put(store, after, reply->identifier ? reply : NULL, true, err);
}

static char *reply_with(const struct change *change, const struct json *value)
{
	if (change->reply)
		return mem_dup(change->reply);
	struct buf body = { 0 };
	sample_write(change->subject, value, change->delay >= 0, &body);
	return buf_take(&body);
}

/* An id that is free: the example's, or one with a higher number at its end. */
static char *free_id(const struct store *store, const struct subject *subject, const char *example)
{
	size_t len = strlen(example), digits = 0;
	while (digits < len && digits < 15 && strchr("0123456789", example[len - 1 - digits]))
		digits++;
	CLEAN_ERR struct err ignored = { 0 };
	long long number = 0;
	if (digits)
		(void)text_integer(example + len - digits, 0, INT64_MAX, &number, &ignored);
	char *id = mem_dup(example);
	for (;; number++) {
		CLEAN_FREE char *name = name_of(subject, id);
		if (!store_find(store, name))
			return id;
		free(id);
		id = buf_format("%.*s%0*lld", (int)(len - digits), example, (int)digits,
				number + 1);
	}
}

static int make(struct store *store, const struct change *change, struct kept_reply *reply,
		struct err *err)
{
	const struct subject *subject = change->subject;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const struct json *wanted = json_get(change->fields, subject->key);
	const struct json *shown = subject_record(subject, subject->command->sample);
	struct json *value = sample_record(doc, subject, shown);
	lifecycle_merge(doc, value,
			lifecycle_effect(doc, subject, value, change->fields, store_now(store)));
	if (wanted && wanted->type != JSON_NULL)
		json_set(doc, value, subject->key, json_copy(doc, wanted));
	const char *present = subject_id(subject, value);
	CLEAN_FREE char *id = wanted && present ? mem_dup(present)
						: free_id(store, subject, present ? present : "1");
	CLEAN_FREE char *name = name_of(subject, id);
	if (store_find(store, name))
		return err_set(err, ERR_REJECTED, "it is there already: %s", id);
	const struct json *key = json_get(value, subject->key);
	json_set(doc, value, subject->key,
		 json_new_text(doc, json_is(key, JSON_NUMBER) ? JSON_NUMBER : JSON_STRING, id,
			       strlen(id)));
	CLEANUP(record_done) struct record made = pack(name, value, NULL);
	reply->body = reply_with(change, value);
	return put(store, &made, reply, err);
}

int record_change(struct store *store, const struct change *change, struct kept_reply *reply,
		  struct err *err)
{
	const struct subject *subject = change->subject;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value, *pending;
	if (!change->id)
		return make(store, change, reply, err);
	const struct record *before = touch(store, subject, change->id, err);
	if (!before || unpack(before, doc, &value, &pending, err) < 0)
		return -1;
	CLEAN_FREE char *name = mem_dup(before->id);
	const char *present = json_get_string(value, subject->status);
	if (!lifecycle_allows(subject->command, present ? present : "")) {
		CLEAN_FREE char *noun = subject_noun(subject);
		return err_set(err, ERR_REJECTED, "not possible while the %s is %s", noun,
			       present ? present : "without a status");
	}
	long long when = store_now(store) + (change->delay < 0 ? 0 : change->delay);
	bool goes = subject_is_removed_by(subject->command);
	struct json *effect = goes ? json_new(doc, JSON_NULL)
				   : lifecycle_effect(doc, subject, value, change->fields, when);
	if (change->delay >= 0)
		postpone(doc, pending, change, present, effect);
	else if (!goes)
		lifecycle_merge(doc, value, effect);
	reply->body = reply_with(change, value);
	CLEANUP(record_done)
	struct record after = pack(name, goes && change->delay < 0 ? NULL : value, pending);
	return put(store, &after, reply, err);
}
