/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: what is written is read again, by other processes too, whatever became of the one that
 * wrote it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "sandbox/store.h"

static char folder[] = "/tmp/bangoctl-store-XXXXXX";

static char *in_folder(const char *name)
{
	return file_join(folder, name);
}

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = { "lock", "log.ndjson", "snapshot.json",
					     "snapshot.new" };
	for (size_t i = 0; i < COUNT(names); i++) {
		CLEAN_FREE char *path = in_folder(names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

/* Texts that the store copies. */
static struct record record(char *id, char *text)
{
	return (struct record){ .id = id, .text = text };
}

static struct store *open_store(void)
{
	CLEAN_ERR struct err err = { 0 };
	struct store *store = NULL;
	assert_int_equal(store_open(&store, folder, 1, &err), 0);
	return store;
}

/* A new store with the records A and B. */
static struct store *filled(void)
{
	CLEAN_ERR struct err err = { 0 };
	char a[] = "A", b[] = "B", text_a[] = "{\"entitlementId\":\"A\",\"n\":0}",
	     text_b[] = "{\"entitlementId\":\"B\"}";
	struct record records[] = { record(a, text_a), record(b, text_b) };
	struct store *store = open_store();
	assert_int_equal(store_fill(store, records, 2, false, &err), 0);
	return store;
}

static void lock(struct store *store)
{
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(store_lock(store, &err), 0);
}

static void put(struct store *store, const char *text, const char *identifier)
{
	CLEAN_ERR struct err err = { 0 };
	char id[] = "A", fingerprint[] = "f", body[] = "{\"responseCode\":\"OK\"}";
	CLEAN_FREE char *copy = mem_dup(text), *name = mem_dup(identifier);
	struct record after = record(id, copy);
	struct kept_reply reply = { name, fingerprint, 200, body };
	assert_int_equal(store_put(store, &after, name ? &reply : NULL, true, &err), 0);
}

static void append(const char *text)
{
	CLEAN_FREE char *path = in_folder("log.ndjson");
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static off_t size_of(const char *name)
{
	CLEAN_FREE char *path = in_folder(name);
	struct stat facts;
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_size;
}

static void test_order_and_lookup(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *store = filled();
	lock(store);
	assert_int_equal(store_count(store), 2);
	assert_string_equal(store_at(store, 1)->id, "B");
	assert_string_equal(store_find(store, "A")->text, "{\"entitlementId\":\"A\",\"n\":0}");
	assert_null(store_find(store, "C"));
	store_unlock(store);
}

static void test_never_filled(void **state)
{
	(void)state;
	CLEAN_ERR struct err err = { 0 };
	CLEANUP(store_freep) struct store *store = open_store();
	assert_int_equal(store_lock(store, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
}

static void test_only_new(void **state)
{
	(void)state;
	CLEAN_ERR struct err err = { 0 };
	CLEANUP(store_freep) struct store *store = filled();
	assert_int_equal(store_fill(store, NULL, 0, true, &err), 0);
	lock(store);
	assert_int_equal(store_count(store), 2);
	store_unlock(store);
}

static void test_private_files(void **state)
{
	(void)state;
	static const char *const names[] = { "lock", "log.ndjson", "snapshot.json" };
	store_free(filled());
	for (size_t i = 0; i < COUNT(names); i++) {
		CLEAN_FREE char *path = in_folder(names[i]);
		struct stat facts;
		assert_int_equal(stat(path, &facts), 0);
		assert_int_equal(facts.st_mode & 0777, 0600);
	}
}

static void test_other_store_sees_changes(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *one = filled(), *two = open_store();
	lock(two);
	store_unlock(two);
	lock(one);
	put(one, "{\"entitlementId\":\"A\",\"n\":1}", "r1");
	store_unlock(one);
	lock(two);
	assert_string_equal(store_find(two, "A")->text, "{\"entitlementId\":\"A\",\"n\":1}");
	assert_string_equal(store_reply(two, "r1")->body, "{\"responseCode\":\"OK\"}");
	assert_null(store_reply(two, "r2"));
	assert_true(store_now(two) == 1767225600000 + 1000);
	store_unlock(two);
}

static void test_torn_line_is_cut_off(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *store = filled();
	lock(store);
	put(store, "{\"entitlementId\":\"A\",\"n\":1}", NULL);
	store_unlock(store);
	off_t whole = size_of("log.ndjson");
	append("{\"generation\":1,\"rec");
	lock(store);
	assert_string_equal(store_find(store, "A")->text, "{\"entitlementId\":\"A\",\"n\":1}");
	assert_true(size_of("log.ndjson") == whole);
	put(store, "{\"entitlementId\":\"A\",\"n\":2}", NULL);
	store_unlock(store);
	CLEANUP(store_freep) struct store *other = open_store();
	lock(other);
	assert_string_equal(store_find(other, "A")->text, "{\"entitlementId\":\"A\",\"n\":2}");
	store_unlock(other);
}

static void test_lines_of_another_snapshot_are_void(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *store = filled();
	append("{\"generation\":0,\"changes\":9,\"record\":{\"entitlementId\":\"A\",\"n\":9}}\n");
	lock(store);
	assert_string_equal(store_find(store, "A")->text, "{\"entitlementId\":\"A\",\"n\":0}");
	store_unlock(store);
}

static void test_damage_is_told_until_the_store_is_filled_anew(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *store = filled();
	append("nonsense\n");
	for (int i = 0; i < 4; i++) {
		if (i == 2) {
			store_free(filled());
			/* as another version wrote it */
			append("{\"generation\":2,\"changes\":0,\"record\":{\"entitlementId\":\"A\"}}\n");
		}
		CLEAN_ERR struct err err = { 0 };
		assert_int_equal(store_lock(store, &err), -1);
		assert_non_null(strstr(err.message, "log.ndjson is damaged"));
		assert_non_null(err.hint);
	}
	store_free(filled());
	lock(store);
	assert_int_equal(store_count(store), 2);
	store_unlock(store);
}

/* One that is removed stays so, in the log and in the next snapshot, and its reply may be empty. */
static void test_removed(void **state)
{
	(void)state;
	CLEAN_ERR struct err err = { 0 };
	char id[] = "A", name[] = "r1", fingerprint[] = "f", body[] = "";
	struct record gone = { .id = id };
	struct kept_reply reply = { name, fingerprint, 204, body };
	CLEANUP(store_freep) struct store *store = filled();
	lock(store);
	assert_int_equal(store_put(store, &gone, &reply, true, &err), 0);
	assert_null(store_find(store, "A"));
	store_unlock(store);
	CLEANUP(store_freep) struct store *other = open_store();
	lock(other);
	assert_null(store_find(other, "A"));
	assert_non_null(store_find(other, "B"));
	assert_string_equal(store_reply(other, "r1")->body, "");
	put(other, "{\"entitlementId\":\"A\"}", NULL);
	assert_non_null(store_find(other, "A"));
	store_unlock(other);
}

/* Long logs become a snapshot; nothing is lost on the way, in either store. */
static void test_compaction(void **state)
{
	(void)state;
	CLEANUP(store_freep) struct store *one = filled(), *two = open_store();
	CLEAN_FREE char *padding = mem_new(1001, 1);
	memset(padding, 'x', 1000);
	for (int i = 1; i <= 3000; i++) {
		struct store *store = i % 2 ? one : two;
		CLEAN_FREE char *text =
			buf_format("{\"entitlementId\":\"A\",\"n\":%d,\"p\":\"%s\"}", i, padding);
		CLEAN_FREE char *before = buf_format("{\"entitlementId\":\"A\",\"n\":%d", i - 1);
		CLEAN_FREE char *identifier = buf_format("r%d", i);
		lock(store);
		assert_int_equal(strncmp(store_find(store, "A")->text, before, strlen(before)), 0);
		put(store, text, identifier);
		store_unlock(store);
	}
	assert_true(size_of("log.ndjson") < 2 << 20);
	CLEANUP(store_freep) struct store *fresh = open_store();
	lock(fresh);
	assert_non_null(store_reply(fresh, "r1"));
	assert_non_null(store_reply(fresh, "r3000"));
	assert_true(store_now(fresh) == 1767225600000 + 3000 * 1000LL);
	store_unlock(fresh);
}

/* Processes that change the store at the same time take turns: each one's number counts. */
static void test_processes_take_turns(void **state)
{
	(void)state;
	enum { PROCESSES = 4, TURNS = 50 };
	CLEANUP(store_freep) struct store *store = filled();
	pid_t children[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] > 0)
			continue;
		struct store *own = open_store();
		for (int turn = 0; turn < TURNS; turn++) {
			lock(own);
			int n = 0;
			sscanf(strstr(store_find(own, "A")->text, "\"n\":") + 4, "%d", &n);
			CLEAN_FREE char *text =
				buf_format("{\"entitlementId\":\"A\",\"n\":%d}", n + 1);
			put(own, text, NULL);
			store_unlock(own);
		}
		_exit(0);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	lock(store);
	assert_string_equal(store_find(store, "A")->text, "{\"entitlementId\":\"A\",\"n\":200}");
	store_unlock(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order_and_lookup),
		TEST(test_never_filled),
		TEST(test_only_new),
		TEST(test_private_files),
		TEST(test_other_store_sees_changes),
		TEST(test_torn_line_is_cut_off),
		TEST(test_lines_of_another_snapshot_are_void),
		TEST(test_damage_is_told_until_the_store_is_filled_anew),
		TEST(test_removed),
		TEST(test_compaction),
		TEST(test_processes_take_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
