/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/book.h"

#include <string.h>

#include "base/text.h"
#include "lib/pack.h"
#include "sandbox/check.h"
#include "sandbox/entitlement.h"
#include "sandbox/lifecycle.h"
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

/* Why a record cannot be taken, or NULL. */
static const char *fault_of(const struct json *value, const struct table *seen)
{
	const char *id = json_get_string(value, STORE_KEY);
	if (value->type != JSON_OBJECT)
		return "it is not an object";
	if (!id || !*id)
		return "it has no \"" STORE_KEY "\"";
	if (table_get(seen, id))
		return "its \"" STORE_KEY "\" is there twice";
	return json_depth(value) > STORE_MAX_DEPTH ? "it is nested too deep" : NULL;
}

static int pack_all(struct json *list, long long now, struct json_doc *doc, struct record *records,
		    struct err *err)
{
	CLEANUP(table_done) struct table seen = { 0 };
	size_t count = 0;
	for (struct json *value = list->first; value; value = value->next, count++) {
		const char *fault = fault_of(value, &seen);
		if (fault)
			return err_set(err, ERR_USAGE, "record %zu of the list cannot be used: %s",
				       count + 1, fault);
		fix_dates(doc, value, now);
		records[count] = entitlement_pack(value, NULL);
		table_add(&seen, records[count].id, &records[count]);
	}
	return 0;
}

int book_fill(struct store *store, const struct json *records, bool only_new, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list =
		records ? json_copy(doc, records) : pack_read(doc, sandbox_book, sandbox_book_len);
	if (!json_is(list, JSON_ARRAY))
		return err_set(err, ERR_USAGE, "the entitlements are not a JSON array");
	struct record *packed = mem_new(list->count, sizeof(*packed));
	int result = pack_all(list, store_now(store), doc, packed, err);
	if (result == 0)
		result = store_fill(store, packed, list->count, only_new, err);
	for (size_t i = 0; i < list->count; i++)
		record_done(&packed[i]);
	free(packed);
	return result;
}
