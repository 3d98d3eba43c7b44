/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/store.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/journal.h"
#include "sandbox/table.h"

/* 2026-01-01T00:00:00Z */
static const long long counted_start = 1767225600000;

struct store {
	pthread_mutex_t mutex; /* flock knows processes, not threads */
	struct journal journal;
	bool counted;
	long long generation; /* of the snapshot; 0: none was read. Lines of another one are void */
	long long changes;
	struct record **records;
	size_t count;
	struct table by_id;
	struct replies replies;
};

/* ---- memory ---- */

void record_done(struct record *record)
{
	free(record->id);
	free(record->text);
	free(record->pending);
	*record = (struct record){ 0 };
}

static void forget(struct store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		record_done(store->records[i]);
		free(store->records[i]);
	}
	free(store->records);
	store->records = NULL;
	store->count = 0;
	table_done(&store->by_id);
	replies_done(&store->replies);
	store->changes = 0;
}

/* Keeps copies of the record's texts. */
static void keep_record(struct store *store, const struct record *record)
{
	struct record copy = *record;
	copy.id = mem_dup(record->id);
	copy.text = mem_dup(record->text);
	copy.pending = mem_dup(record->pending);
	struct record *old = table_get(&store->by_id, record->id);
	if (old) {
		/* the table holds the old id as its key */
		char *key = take(old->id);
		record_done(old);
		free(copy.id);
		copy.id = key;
		*old = copy;
		return;
	}
	struct record *made = mem_new(1, sizeof(*made));
	*made = copy;
	store->records = mem_grow(store->records, store->count, sizeof(struct record *));
	store->records[store->count++] = made;
	table_add(&store->by_id, made->id, made);
}

/* ---- lines ---- */

static void add_text(struct buf *out, const char *name, const char *text)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	buf_add_format(out, "\"%s\":", name);
	json_write(out, json_new_string(doc, text), JSON_COMPACT);
}

/* One JSON object without a newline; the same in snapshot and log. */
static void write_line(const struct store *store, const struct record *record,
		       const struct kept_reply *reply, long long changes, struct buf *out)
{
	buf_add_format(out, "{\"generation\":%lld,\"changes\":%lld", store->generation, changes);
	if (record) {
		buf_add_char(out, ',');
		add_text(out, "id", record->id);
		buf_add_format(out, ",\"settles\":%lld,\"ends\":%lld", record->settles,
			       record->ends);
		buf_add_format(out, ",\"pending\":%s", record->pending ? record->pending : "null");
		buf_add_format(out, ",\"record\":%s", record->text ? record->text : "null");
	}
	if (reply) {
		buf_add_str(out, ",\"request\":{");
		add_text(out, "identifier", reply->identifier);
		buf_add_char(out, ',');
		add_text(out, "fingerprint", reply->fingerprint);
		buf_add_format(out, ",\"status\":%d,\"reply\":%s}", reply->status,
			       *reply->body ? reply->body : "null");
	}
	buf_add_char(out, '}');
}

static long long get_number(const struct json *object, const char *key)
{
	const struct json *member = json_get(object, key);
	CLEAN_ERR struct err ignored = { 0 };
	long long number = 0;
	if (json_is(member, JSON_NUMBER))
		(void)text_integer(member->text, 0, 9007199254740991, &number, &ignored);
	return number;
}

static char *get_json(const struct json *object, const char *key)
{
	const struct json *member = json_get(object, key);
	struct buf text = { 0 };
	if (!member || member->type == JSON_NULL)
		return NULL;
	json_write(&text, member, JSON_COMPACT);
	return buf_take(&text);
}

static int read_line(struct store *store, const char *line, size_t len, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root;
	if (json_parse(doc, line, len, &root, err) < 0)
		return -1;
	if (get_number(root, "generation") != store->generation)
		return 0;
	store->changes = get_number(root, "changes");
	const char *id = json_get_string(root, "id");
	if (!id && json_get(root, "record"))
		return err_set(err, ERR_INTERNAL, "a record has no id");
	if (id) {
		CLEAN_FREE char *text = get_json(root, "record"),
				*pending = get_json(root, "pending");
		CLEAN_FREE char *key = mem_dup(id);
		keep_record(store,
			    &(struct record){ key, text, pending, get_number(root, "settles"),
					      get_number(root, "ends") });
	}
	const struct json *request = json_get(root, "request");
	if (request) {
		CLEAN_FREE char *identifier = mem_dup(json_get_string(request, "identifier"));
		CLEAN_FREE char *fingerprint = mem_dup(json_get_string(request, "fingerprint"));
		CLEAN_FREE char *body = get_json(request, "reply");
		body = body ? body : mem_dup("");
		int status = (int)get_number(request, "status");
		if (identifier && fingerprint)
			replies_keep(&store->replies,
				     &(struct kept_reply){ identifier, fingerprint, status, body });
	}
	return 0;
}

/* Reads lines; those of the snapshot's list end with a comma. */
static int read_lines(struct store *store, const char *text, size_t text_len, const char *name,
		      struct err *err)
{
	const char *end = text + text_len;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		stop = stop ? stop : end;
		size_t len = (size_t)(stop - text);
		if (len && text[len - 1] == ',')
			len--;
		if (len && read_line(store, text, len, err) < 0) {
			err->kind = ERR_INTERNAL;
			err_wrap(err, "%s/%s is damaged", store->journal.folder, name);
			return err_hint(err, "\"bangoctl sandbox reset\" makes it new");
		}
		text = stop + 1;
	}
	return 0;
}

/* ---- the snapshot ---- */

static void write_list(const struct store *store, const struct reply_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_add_str(out, ",\n");
		write_line(store, NULL, list->items[i], store->changes, out);
	}
}

/* One JSON document with one line for each record and reply, so that it can be read line by line.
 */
static int write_snapshot(struct store *store, struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	store->generation++;
	buf_add_format(&out, "{\"generation\":%lld,\"state\":[\n", store->generation);
	write_line(store, NULL, NULL, store->changes, &out);
	for (size_t i = 0; i < store->count; i++) {
		if (!store->records[i]->text)
			continue;
		buf_add_str(&out, ",\n");
		write_line(store, store->records[i], NULL, store->changes, &out);
	}
	write_list(store, &store->replies.old, &out);
	write_list(store, &store->replies.young, &out);
	buf_add_str(&out, "\n]}\n");
	int result = journal_replace(&store->journal, &out, err);
	if (result < 0)
		store->generation = 0; /* the next lock finds out which one stands there */
	return result;
}

static int read_snapshot(struct store *store, struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	forget(store);
	store->generation = 0;
	if (journal_read_snapshot(&store->journal, &text, err) < 0)
		return -1;
	const char *first = text.len ? strchr(text.data, '\n') : NULL;
	const char *last = first ? memrchr(text.data, '\n', text.len - 1) : NULL;
	CLEAN_BUF struct buf head = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	if (first)
		buf_add(&head, text.data, (size_t)(first - text.data));
	buf_add_str(&head, "]}");
	if (!last || last <= first || json_parse(doc, head.data, head.len, &root, err) < 0) {
		err_set(err, ERR_INTERNAL, "%s/snapshot.json is damaged", store->journal.folder);
		return err_hint(err, "\"bangoctl sandbox reset\" makes it new");
	}
	store->generation = get_number(root, "generation");
	return read_lines(store, first + 1, (size_t)(last - first - 1), "snapshot.json", err);
}

/* ---- the interface ---- */

int store_open(struct store **store, const char *folder, long long seed, struct err *err)
{
	struct store *made = mem_new(1, sizeof(*made));
	pthread_mutex_init(&made->mutex, NULL);
	made->counted = seed >= 0;
	if (journal_open(&made->journal, folder, err) < 0) {
		store_free(made);
		return -1;
	}
	*store = made;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	forget(store);
	journal_done(&store->journal);
	pthread_mutex_destroy(&store->mutex);
	free(store);
}

void store_freep(struct store **store)
{
	store_free(*store);
	*store = NULL;
}

/* Brings the memory up to date; after a failure the next try reads everything again. */
static int catch_up(struct store *store, struct err *err)
{
	if ((store->generation == 0 || journal_is_stale(&store->journal)) &&
	    read_snapshot(store, err) < 0)
		return -1;
	CLEAN_BUF struct buf text = { 0 };
	if (journal_read_log(&store->journal, &text, err) < 0)
		return -1;
	return read_lines(store, buf_str(&text), text.len, "log.ndjson", err);
}

static int enter(struct store *store, struct err *err)
{
	pthread_mutex_lock(&store->mutex);
	if (journal_lock(&store->journal, err) == 0)
		return 0;
	pthread_mutex_unlock(&store->mutex);
	return -1;
}

int store_lock(struct store *store, struct err *err)
{
	if (enter(store, err) < 0)
		return -1;
	if (catch_up(store, err) == 0)
		return 0;
	store->generation = 0;
	store_unlock(store);
	return -1;
}

void store_unlock(struct store *store)
{
	journal_unlock(&store->journal);
	pthread_mutex_unlock(&store->mutex);
}

long long store_now(const struct store *store)
{
	if (store->counted)
		return counted_start + store->changes * 1000;
	return clock_now() / 1000 * 1000;
}

size_t store_count(const struct store *store)
{
	return store->count;
}

const struct record *store_at(const struct store *store, size_t index)
{
	return store->records[index];
}

const struct record *store_find(const struct store *store, const char *id)
{
	const struct record *record = table_get(&store->by_id, id);
	return record && record->text ? record : NULL;
}

const struct kept_reply *store_reply(const struct store *store, const char *identifier)
{
	return replies_find(&store->replies, identifier);
}

int store_put(struct store *store, const struct record *record, const struct kept_reply *reply,
	      bool counts, struct err *err)
{
	CLEAN_BUF struct buf line = { 0 };
	long long changes = store->changes + counts;
	write_line(store, record, reply, changes, &line);
	buf_add_char(&line, '\n');
	if (journal_append(&store->journal, &line, err) < 0)
		return -1;
	store->changes = changes;
	if (record)
		keep_record(store, record);
	if (reply)
		replies_keep(&store->replies, reply);
	CLEAN_ERR struct err ignored = { 0 };
	/* the change is written down already; a snapshot that fails today can be made tomorrow */
	if (journal_is_long(&store->journal))
		(void)write_snapshot(store, &ignored);
	return 0;
}

int store_fill(struct store *store, const struct record *records, size_t count, bool only_new,
	       struct err *err)
{
	CLEAN_ERR struct err ignored = { 0 };
	if (enter(store, err) < 0)
		return -1;
	int result = 0;
	bool damaged = catch_up(store, &ignored) < 0;
	if (!only_new || !journal_exists(&store->journal)) {
		/* the generation is known all the same, if the snapshot could be read */
		forget(store);
		for (size_t i = 0; i < count; i++)
			keep_record(store, &records[i]);
		result = write_snapshot(store, err);
	} else if (damaged) {
		store->generation = 0; /* store_lock shall find it too, and say so */
	}
	store_unlock(store);
	return result;
}
