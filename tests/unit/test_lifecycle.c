/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of an entitlement, and what becomes of it in the store. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "sandbox/lifecycle.h"
#include "sandbox/record.h"

static const long long now = 1767225600000; /* 2026-01-01T00:00:00Z */

static const char *const only_active[] = { "ACTIVE" };
static const char *const from_pending[] = { "PENDING" };
static const struct transition to_suspended[] = { { "SUSPENDED", NULL, 0 } };
static const struct transition to_active[] = { { "ACTIVE", NULL, 0 } };
static const struct condition later[] = { { "status", "ACTIVE" }, { "immediate", "false" } };
static const struct condition dated[] = { { "status", "ACTIVE" }, { "terminationDate", "*" } };
static const struct condition revoking[] = { { "reasonCategory", "REVOKED" } };
static const struct transition to_end[] = { { "ACTIVE-ENDING", later, 2 },
					    { "ACTIVE-ENDING", dated, 2 },
					    { "REVOKED", revoking, 1 },
					    { "CANCELLED", NULL, 0 } };

static const struct command suspend = { .effect = EFFECT_CHANGE,
					.from = only_active,
					.from_count = 1,
					.to = to_suspended,
					.to_count = 1 };
static const struct command activate = {
	.from = from_pending, .from_count = 1, .to = to_active, .to_count = 1
};
static const struct command resume = { .to = to_active, .to_count = 1 };
static const struct command terminate = { .to = to_end, .to_count = 4 };
static const struct command update = { .effect = EFFECT_CHANGE };

static struct json *parse(struct json_doc *doc, const char *text)
{
	CLEAN_ERR struct err err = { 0 };
	struct json *value = NULL;
	assert_int_equal(json_parse(doc, text, strlen(text), &value, &err), 0);
	return value;
}

static struct subject about(const struct command *command)
{
	return (struct subject){ .command = command, .key = "entitlementId", .status = "status" };
}

/* The same in a contract that shows an entitlement: only those in the store are there. */
static struct subject kept(const struct command *command)
{
	static struct json id = {
		.type = JSON_STRING, .key = "entitlementId", .key_len = 13, .text = "A", .len = 1
	};
	static const struct json sample = {
		.type = JSON_OBJECT, .first = &id, .last = &id, .count = 1
	};
	static const struct command home = { .operation_id = "get", .sample = &sample };
	struct subject subject = about(command);
	subject.home = &home;
	return subject;
}

/* What the change makes of a record, as text. */
static char *after(const struct command *command, const char *record, const char *fields)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *value = parse(doc, record);
	struct buf out = { 0 };
	struct subject subject = about(command);
	lifecycle_merge(doc, value,
			lifecycle_effect(doc, &subject, value, parse(doc, fields), now));
	json_write(&out, value, JSON_COMPACT);
	return buf_take(&out);
}

static void expect(const struct command *command, const char *record, const char *fields,
		   const char *expected)
{
	CLEAN_FREE char *text = after(command, record, fields);
	assert_string_equal(text, expected);
}

static const char *next_of(const char *status, const char *fields)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	return lifecycle_next(&terminate, status, parse(doc, fields));
}

static void test_allows(void **state)
{
	(void)state;
	assert_true(lifecycle_allows(&suspend, "ACTIVE"));
	assert_false(lifecycle_allows(&suspend, "ACTIVE-ENDING"));
	assert_false(lifecycle_allows(&suspend, ""));
	assert_true(lifecycle_allows(&update, "CANCELLED"));
}

static void test_next(void **state)
{
	(void)state;
	assert_string_equal(next_of("ACTIVE", "{}"), "CANCELLED");
	assert_string_equal(next_of("ACTIVE", "{\"immediate\":false}"), "ACTIVE-ENDING");
	assert_string_equal(next_of("ACTIVE", "{\"immediate\":true}"), "CANCELLED");
	assert_string_equal(next_of("ACTIVE", "{\"immediate\":null}"), "CANCELLED");
	assert_string_equal(next_of("SUSPENDED", "{\"immediate\":false}"), "CANCELLED");
	assert_string_equal(next_of("ACTIVE", "{\"terminationDate\":\"2026-02-01T00:00:00Z\"}"),
			    "ACTIVE-ENDING");
	assert_string_equal(next_of("SUSPENDED", "{\"reasonCategory\":\"REVOKED\"}"), "REVOKED");
	assert_string_equal(lifecycle_next(&update, "FAILED", NULL), "FAILED");
}

static void test_dates(void **state)
{
	(void)state;
	expect(&activate, "{\"status\":\"PENDING\",\"dateActivated\":null}", "{}",
	       "{\"status\":\"ACTIVE\",\"dateActivated\":\"2026-01-01T00:00:00Z\",\"dateLastUpdated\":\"2026-01-01T00:"
	       "00:00Z\"}");
	expect(&suspend, "{\"status\":\"ACTIVE\",\"dateLastUpdated\":\"x\"}", "{}",
	       "{\"status\":\"SUSPENDED\",\"dateLastUpdated\":\"2026-01-01T00:00:00Z\",\"dateSuspended\":\"2026-01-"
	       "01T00:00:00Z\"}");
	expect(&resume, "{\"status\":\"SUSPENDED\",\"dateSuspended\":\"x\"}", "{}",
	       "{\"status\":\"ACTIVE\",\"dateSuspended\":null,\"dateResumed\":\"2026-01-01T00:00:00Z\","
	       "\"dateLastUpdated\":\"2026-01-01T00:00:00Z\"}");
	expect(&terminate, "{\"status\":\"ACTIVE\",\"dateEnded\":null,\"dateLastUpdated\":\"x\"}",
	       "{\"immediate\":false}",
	       "{\"status\":\"ACTIVE-ENDING\",\"dateEnded\":\"2026-01-31T00:00:00Z\",\"dateLastUpdated\":\"2026-01-"
	       "01T00:00:00Z\"}");
	expect(&terminate, "{\"status\":\"ACTIVE\",\"dateEnded\":null,\"dateLastUpdated\":\"x\"}",
	       "{\"terminationDate\":\"2026-03-01T01:00:00.5+01:00\"}",
	       "{\"status\":\"ACTIVE-ENDING\",\"dateEnded\":\"2026-03-01T00:00:00Z\",\"dateLastUpdated\":\"2026-01-"
	       "01T00:00:00Z\"}");
	expect(&terminate, "{\"status\":\"PENDING\",\"dateEnded\":null,\"dateLastUpdated\":\"x\"}",
	       "{}",
	       "{\"status\":\"CANCELLED\",\"dateEnded\":\"2026-01-01T00:00:00Z\",\"dateLastUpdated\":\"2026-01-01T00:"
	       "00:00Z\"}");
}

static void test_fields(void **state)
{
	(void)state;
	expect(&update,
	       "{\"entitlementId\":\"A\",\"productKey\":\"P\",\"data\":{\"a\":1,\"b\":2},\"dateLastUpdated\":\"x\"}",
	       "{\"entitlementId\":\"B\",\"productKey\":\"Q\",\"data\":{\"b\":null,\"c\":3},\"reasonCode\":\"OTHER\"}",
	       "{\"entitlementId\":\"A\",\"productKey\":\"Q\",\"data\":{\"a\":1,\"c\":3},\"dateLastUpdated\":\"2026-01-"
	       "01T00:00:00Z\"}");
	expect(&update, "{\"productKey\":\"P\",\"dateExpiry\":\"x\",\"dateLastUpdated\":\"x\"}",
	       "{\"productKey\":null,\"dateExpiry\":\"2030-01-01T02:00:00+02:00\"}",
	       "{\"productKey\":null,\"dateExpiry\":\"2030-01-01T00:00:00Z\",\"dateLastUpdated\":\"2026-01-01T00:00:"
	       "00Z\"}");
}

/* ---- in the store ---- */

static char folder[] = "/tmp/bangoctl-life-XXXXXX";

static int fill(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	struct store *store = NULL;
	if (!mkdtemp(folder) || store_open(&store, folder, 1, &err) < 0)
		return -1;
	struct subject subject = kept(&update);
	struct record records[] = {
		record_pack(&subject,
			    parse(doc, "{\"entitlementId\":\"A\",\"status\":\"ACTIVE\",\"n\":1}"),
			    NULL),
		record_pack(&subject,
			    parse(doc, "{\"entitlementId\":\"E\",\"status\":\"ACTIVE-ENDING\","
				       "\"dateEnded\":\"2026-01-01T00:00:01Z\"}"),
			    NULL),
	};
	int result = store_fill(store, records, COUNT(records), false, &err);
	for (size_t i = 0; i < COUNT(records); i++)
		record_done(&records[i]);
	*state = store;
	return result < 0 ? -1 : store_lock(store, &err);
}

static int clear(void **state)
{
	static const char *const names[] = { "lock", "log.ndjson", "snapshot.json" };
	store_unlock(*state);
	store_free(*state);
	for (size_t i = 0; i < COUNT(names); i++) {
		CLEAN_FREE char *path = file_join(folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static int change(struct store *store, const struct command *command, const char *id,
		  long long delay, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEANUP(kept_reply_done) struct kept_reply reply = { 0 };
	struct subject subject = kept(command);
	struct change wanted = { &subject, id, json_new(doc, JSON_OBJECT), NULL, delay };
	return record_change(store, &wanted, &reply, err);
}

/* Whether the reply to a read of that record has the text in it. */
static bool reads(struct store *store, const char *id, const char *text)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf reply = { 0 };
	struct subject subject = kept(&update);
	assert_int_equal(record_read(store, &subject, id, &reply, &err), 0);
	return strstr(reply.data, text) != NULL;
}

static void test_change_and_conflict(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(change(*state, &suspend, "A", -1, &err), 0);
	assert_true(reads(*state, "A", "\"status\":\"SUSPENDED\""));
	assert_int_equal(change(*state, &suspend, "A", -1, &err), -1);
	assert_int_equal(err.kind, ERR_REJECTED);
	assert_non_null(strstr(err.message, "SUSPENDED"));
	assert_int_equal(change(*state, &suspend, "X", -1, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
}

static void test_accepted_is_done_later(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(change(*state, &suspend, "A", 60, &err), 0);
	assert_true(reads(*state, "A", "\"status\":\"ACTIVE\""));
	clock_sleep(80, NULL);
	assert_true(reads(*state, "A", "\"status\":\"SUSPENDED\""));
}

static void test_accepted_is_void_after_another_change(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(change(*state, &suspend, "A", 0, &err), 0);
	assert_int_equal(change(*state, &suspend, "A", 0, &err), -1);
	assert_int_equal(change(*state, &terminate, "A", -1, &err), 0);
	assert_true(reads(*state, "A", "\"status\":\"CANCELLED\""));
}

static void test_ending_ends(void **state)
{
	CLEAN_ERR struct err err = { 0 };
	assert_true(reads(*state, "E", "\"status\":\"ACTIVE-ENDING\""));
	assert_int_equal(change(*state, &update, "A", -1, &err), 0); /* moves the clock */
	assert_true(reads(*state, "E", "\"status\":\"CANCELLED\""));
	assert_true(reads(*state, "E", "\"dateEnded\":\"2026-01-01T00:00:01Z\""));
}

static void test_search(void **state)
{
	static const char *const questions[][2] = {
		{ "{}", "A,E" },
		{ "{\"status\":\"ACTIVE\"}", "A" },
		{ "{\"status\":\"ACT\"}", "" },
		{ "{\"n\":\"1\"}", "A" },
		{ "{\"n\":2}", "" },
		{ "{\"n\":null}", "A,E" },
		{ "{\"entitlementId\":\"E\",\"status\":\"ACTIVE\"}", "" },
		{ "{\"status\":\"entitlementId\"}", "" },
	};
	for (size_t i = 0; i < COUNT(questions); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_JSON struct json_doc *doc = json_doc_new();
		struct subject subject = kept(&update);
		CLEAN_BUF struct buf rows = { 0 }, list = { 0 }, ids = { 0 };
		assert_int_equal(
			record_search(*state, &subject, parse(doc, questions[i][0]), &rows, &err),
			0);
		buf_add_format(&list, "[%s]", buf_str(&rows));
		for (const struct json *row = parse(doc, list.data)->first; row; row = row->next)
			buf_add_format(&ids, "%s%s", ids.len ? "," : "",
				       json_get_string(row, "entitlementId"));
		assert_string_equal(buf_str(&ids), questions[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allows),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_fields),
		cmocka_unit_test_setup_teardown(test_change_and_conflict, fill, clear),
		cmocka_unit_test_setup_teardown(test_accepted_is_done_later, fill, clear),
		cmocka_unit_test_setup_teardown(test_accepted_is_void_after_another_change, fill,
						clear),
		cmocka_unit_test_setup_teardown(test_ending_ends, fill, clear),
		cmocka_unit_test_setup_teardown(test_search, fill, clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
