/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk status, failures, results: what journals tell. */
#include "bulk/do_bulk.h"

#include <string.h>

#include "bulk/journal.h"
#include "bulk/report.h"
#include "engine/output.h"
#include "engine/terminal.h"

/* So many shards that are not there are named. */
enum { MISSING_SHOWN = 10 };

/* ---- status ---- */

static struct json *describe(struct json_doc *doc, const struct bulk_journal *journal)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	long long share = bulk_journal_share(journal), done = journal->done;
	long long ok = journal->results[ERR_OK], unknown = journal->results[ERR_UNKNOWN];
	CLEAN_FREE char *shard = buf_format("%u/%u", journal->shard, journal->of);
	const char *command = json_get_string(journal->header, "command");
	json_set_string(doc, object, "journal", journal->path);
	json_set_string(doc, object, "job", journal->job);
	json_set_string(doc, object, "command", command ? command : "actions");
	json_set_string(doc, object, "profile", json_get_string(journal->header, "profile"));
	json_set_string(doc, object, "shard", shard);
	json_set_integer(doc, object, "rows", share);
	json_set_integer(doc, object, "ok", ok);
	json_set_integer(doc, object, "failed", done - ok - unknown);
	json_set_integer(doc, object, "unknown", unknown);
	json_set_integer(doc, object, "open", (long long)journal->open_count);
	json_set_integer(doc, object, "left", share - done);
	json_set_string(doc, object, "state",
			bulk_journal_is_running(journal->path) ? "running"
			: done == share			       ? "finished"
							       : "stopped");
	return object;
}

/* The journals of one input as one job. */
struct merged {
	const struct json *first; /* header of the first journal */
	struct json_doc *doc;
	unsigned of;
	unsigned char *seen; /* owned: which shards */
	long long rows, done, ok, unknown;
};

static bool same_text(const struct json *a, const struct json *b, const char *name)
{
	const char *x = json_get_string(a, name), *y = json_get_string(b, name);
	return x && y ? strcmp(x, y) == 0 : x == y;
}

static int merge(struct merged *merged, const struct bulk_journal *journal, struct err *err)
{
	if (!merged->first) {
		merged->first = json_copy(merged->doc, journal->header);
		merged->of = journal->of;
		merged->rows = journal->rows;
		merged->seen = mem_new(journal->of, 1);
	}
	if (!same_text(merged->first, journal->header, "command") ||
	    !same_text(merged->first, journal->header, "profile") ||
	    !same_text(json_get(merged->first, "input"), json_get(journal->header, "input"),
		       "sha256") ||
	    merged->of != journal->of)
		return err_set(err, ERR_CONFIG, "%s is not of the same job as the first journal",
			       journal->path);
	if (merged->seen[journal->shard])
		return err_set(err, ERR_CONFIG, "%s is of shard %u/%u, which is there already",
			       journal->path, journal->shard, journal->of);
	merged->seen[journal->shard] = 1;
	merged->done += journal->done;
	merged->ok += journal->results[ERR_OK];
	merged->unknown += journal->results[ERR_UNKNOWN];
	return 0;
}

static void tell_merged(const struct merged *merged)
{
	CLEAN_BUF struct buf missing = { 0 };
	unsigned count = 0;
	for (unsigned i = 0; i < merged->of; i++)
		if (!merged->seen[i] && count++ < MISSING_SHOWN)
			buf_add_format(&missing, "%s%u/%u", count > 1 ? ", " : "; missing: ", i,
				       merged->of);
	if (count > MISSING_SHOWN)
		buf_add_format(&missing, " and %u more", count - MISSING_SHOWN);
	terminal_note("%lld of %lld rows have a result: %lld ok, %lld failed, %lld unknown%s",
		      merged->done, merged->rows, merged->ok,
		      merged->done - merged->ok - merged->unknown, merged->unknown,
		      buf_str(&missing));
}

int do_bulk_status(struct session *session, const struct command *command,
		   const struct values *values, struct err *err)
{
	(void)command;
	static const char *const columns[] = { "shard",	 "command", "state", "rows",   "ok",
					       "failed", "unknown", "left",  "journal" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	struct merged merged = { .doc = doc };
	int result = 0;
	for (size_t i = 0; i < values->count && result == 0; i++) {
		CLEANUP(bulk_journal_done) struct bulk_journal journal = { .fd = -1 };
		result = bulk_journal_open(&journal, values->items[i].text, false, err);
		if (result == 0)
			result = merge(&merged, &journal, err);
		if (result == 0)
			json_append(list, describe(doc, &journal));
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	if (result == 0)
		result = output_print(session, &output, err);
	if (result == 0 && !values_flag(&session->globals, "quiet"))
		tell_merged(&merged);
	free(merged.seen);
	return result;
}

/* ---- results ---- */

struct listing {
	const struct session *session;
	struct json_doc *doc; /* owned */
	struct json *list;
	bool all;
	bool more; /* some were written */
};

static void begin_list(struct listing *listing)
{
	json_doc_free(listing->doc);
	listing->doc = json_doc_new();
	listing->list = json_new(listing->doc, JSON_ARRAY);
}

static int write_list(struct listing *listing, struct err *err)
{
	static const char *const columns[] = { "line", "target", "outcome", "message", "status" };
	const struct output output = { .value = listing->list,
				       .rows = "",
				       .columns = columns,
				       /* what was not done has no status */
				       .column_count = COUNT(columns) - !listing->all,
				       .more = listing->more };
	if (listing->more && !listing->list->count)
		return 0;
	listing->more = true;
	int result = output_print(listing->session, &output, err);
	begin_list(listing);
	return result;
}

static int take_result(void *context, const struct json *line, struct err *err)
{
	static const char *const names[] = { "row",	    "line",   "target",	       "outcome",
					     "http_status", "status", "response_code", "message",
					     "request_id",  "at" };
	struct listing *listing = context;
	const char *outcome = json_get_string(line, "outcome");
	bool done = outcome && (strcmp(outcome, "ok") == 0 || strcmp(outcome, "accepted") == 0);
	if (!outcome || (done && !listing->all))
		return 0;
	struct json *row = json_new(listing->doc, JSON_OBJECT);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct json *value = json_get(line, names[i]);
		json_set(listing->doc, row, names[i],
			 value ? json_copy(listing->doc, value)
			       : json_new(listing->doc, JSON_NULL));
	}
	json_append(listing->list, row);
	return listing->list->count == OUTPUT_PART_ROWS && output_in_parts(listing->session)
		       ? write_list(listing, err)
		       : 0;
}

static int list_results(const struct session *session, const struct values *values, bool all,
			struct err *err)
{
	struct listing listing = { .session = session, .all = all };
	int result = 0;
	begin_list(&listing);
	for (size_t i = 0; i < values->count && result == 0; i++) {
		CLEANUP(bulk_journal_done) struct bulk_journal journal = { .fd = -1 };
		result = bulk_journal_open(&journal, values->items[i].text, false, err);
		if (result == 0)
			result = bulk_journal_read(&journal, take_result, &listing, err);
	}
	if (result == 0)
		result = write_list(&listing, err);
	json_doc_free(listing.doc);
	return result;
}

int do_bulk_failures(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command;
	return list_results(session, values, false, err);
}

int do_bulk_results(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	return list_results(session, values, true, err);
}
