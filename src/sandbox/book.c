/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/book.h"

#include <string.h>

#include "base/text.h"
#include "lib/pack.h"
#include "sandbox/lifecycle.h"
#include "sandbox/record.h"
#include "sandbox/sample.h"
#include "sandbox/table.h"

/* The milliseconds that `-120d` and the like stand for; false for any other text. */
static bool read_distance(const char *text, long long *distance)
{
	static const char units[] = "mhd";
	static const long long minutes[] = { 1, 60, 1440 };
	size_t len = strlen(text);
	const char *unit = len > 2 ? strchr(units, text[len - 1]) : NULL;
	if (!unit || (*text != '-' && *text != '+'))
		return false;
	CLEAN_FREE char *digits = mem_dup_len(text + 1, len - 2);
	CLEAN_ERR struct err ignored = { 0 };
	long long count;
	if (*digits < '0' || *digits > '9' ||
	    text_integer(digits, 0, 10000000, &count, &ignored) < 0)
		return false;
	*distance = (*text == '-' ? -count : count) * minutes[unit - units] * 60000;
	return true;
}

/* Makes relative dates real in all members whose names begin with `date`. */
static void fix_dates(struct json_doc *doc, struct json *value, long long now)
{
	if (json_is_scalar(value))
		return;
	for (struct json *item = value->first; item; item = item->next) {
		const char *text = json_string(item);
		long long distance;
		fix_dates(doc, item, now);
		if (!text || !item->key || strncmp(item->key, "date", 4) != 0 ||
		    !read_distance(text, &distance))
			continue;
		const struct json *date = lifecycle_date(doc, now + distance);
		item->text = date->text;
		item->len = date->len;
	}
}

/* Records on their way into the store. */
struct packing {
	struct subject *subjects; /* owned: of each command of the table */
	size_t subject_count;
	struct json_doc *doc;
	struct record *records; /* owned, with what they hold */
	size_t count;
	struct table seen;
	long long now;
};

static void packing_done(struct packing *packing)
{
	for (size_t i = 0; i < packing->count; i++)
		record_done(&packing->records[i]);
	free(packing->records);
	free(packing->subjects);
	table_done(&packing->seen);
}

/* Whether the subject is that of the call which reads, or lists, records of its kind. */
static bool is_kind(const struct subject *subject)
{
	return subject->key && subject->home == subject->command;
}

/* The kind of a record, or NULL if it has no key of any. */
static const struct subject *kind_of(const struct packing *packing, const struct json *value)
{
	for (size_t i = 0; i < packing->subject_count; i++) {
		const struct subject *subject = &packing->subjects[i];
		const char *id = is_kind(subject) ? subject_id(subject, value) : NULL;
		if (id && *id)
			return subject;
	}
	return NULL;
}

/* Adds a record; false if one of its id is there. */
static bool add(struct packing *packing, const struct subject *subject, struct json *value)
{
	fix_dates(packing->doc, value, packing->now);
	struct record record = record_pack(subject, value, NULL);
	if (table_get(&packing->seen, record.id)) {
		record_done(&record);
		return false;
	}
	packing->records = mem_grow(packing->records, packing->count, sizeof(record));
	packing->records[packing->count++] = record;
	table_add(&packing->seen, record.id, packing);
	return true;
}

/* ---- a list ---- */

/* The key of the first kind, for messages. */
static const char *first_key(const struct packing *packing)
{
	for (size_t i = 0; i < packing->subject_count; i++)
		if (is_kind(&packing->subjects[i]))
			return packing->subjects[i].key;
	return "id";
}

static int add_list(struct packing *packing, const struct json *list, struct err *err)
{
	static const char what[] = "record %zu of the list cannot be used: %s";
	size_t number = 1;
	if (list->type != JSON_ARRAY)
		return err_set(err, ERR_USAGE, "the records are not a JSON array");
	for (const struct json *item = list->first; item; item = item->next, number++) {
		const struct subject *kind = kind_of(packing, item);
		if (item->type != JSON_OBJECT)
			return err_set(err, ERR_USAGE, what, number, "it is not an object");
		if (!kind) {
			CLEAN_FREE char *why = buf_format("it has no \"%s\"", first_key(packing));
			return err_set(err, ERR_USAGE, what, number, why);
		}
		if (json_depth(item) > STORE_MAX_DEPTH)
			return err_set(err, ERR_USAGE, what, number, "it is nested too deep");
		if (!add(packing, kind, json_copy(packing->doc, item))) {
			CLEAN_FREE char *why = buf_format("its \"%s\" is there twice", kind->key);
			return err_set(err, ERR_USAGE, what, number, why);
		}
	}
	return 0;
}

/* ---- examples ---- */

static void add_example(struct packing *packing, const struct subject *subject,
			const struct json *over)
{
	struct json *value = sample_record(packing->doc, subject, over);
	if (subject_id(subject, value) && json_depth(value) <= STORE_MAX_DEPTH)
		add(packing, subject, value);
}

static void add_rows(struct packing *packing, const struct subject *kind)
{
	for (size_t i = 0; i < packing->subject_count; i++) {
		const struct command *command = packing->subjects[i].command;
		if (!command->rows || packing->subjects[i].home != kind->home)
			continue;
		const struct json *list = command->sample;
		list = *command->rows ? json_get(list, command->rows) : list;
		for (const struct json *row = json_is(list, JSON_ARRAY) ? list->first : NULL; row;
		     row = row->next)
			if (subject_id(kind, row))
				add_example(packing, kind, row);
	}
}

static void add_examples(struct packing *packing)
{
	for (size_t i = 0; i < packing->subject_count; i++) {
		const struct subject *kind = &packing->subjects[i];
		if (!is_kind(kind))
			continue;
		add_rows(packing, kind);
		if (subject_example(kind))
			add_example(packing, kind, NULL);
	}
}

int book_fill(struct store *store, const struct command_table *table, const struct json *records,
	      bool only_new, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(packing_done)
	struct packing packing = { .doc = doc, .now = store_now(store) };
	packing.subjects = subjects_of(table);
	packing.subject_count = table->count;
	if (!records)
		add_examples(&packing);
	else if (add_list(&packing, records, err) < 0)
		return -1;
	return store_fill(store, packing.records, packing.count, only_new, err);
}

int book_builtin(struct json_doc *doc, struct json **records, struct err *err)
{
	*records = pack_read(doc, sandbox_book, sandbox_book_len);
	return *records ? 0 : err_set(err, ERR_INTERNAL, "the built-in book cannot be read");
}
