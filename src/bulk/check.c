/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/check.h"

#include <string.h>

#include "engine/terminal.h"

enum { FAULTS_SHOWN = 20 };

/* One pass over all rows. */
struct check {
	struct plan *plan;
	long long faults;
	char *first;		  /* owned: the first fault, until there is a second one */
	unsigned long long *keys; /* owned: of all changes that have one */
	size_t key_count, key_room;
};

static void tell(struct check *check, const char *message)
{
	const char *name = check->plan->source.options.name;
	if (++check->faults == 1) {
		check->first = mem_dup(message);
		return;
	}
	if (check->faults == 2)
		terminal_note("%s: %s", name, check->first);
	if (check->faults <= FAULTS_SHOWN)
		terminal_note("%s: %s", name, message);
}

static int sum_up(const struct check *check, struct err *err)
{
	const char *name = check->plan->source.options.name;
	if (!check->faults)
		return 0;
	if (check->faults == 1)
		return err_set(err, ERR_USAGE, "%s: %s", name, check->first);
	if (check->faults > FAULTS_SHOWN)
		terminal_note("%s: and %lld more", name, check->faults - FAULTS_SHOWN);
	return err_set(err, ERR_USAGE, "%s: %lld faults, so nothing was sent", name, check->faults);
}

/* ---- duplicates ---- */

static void keep_key(struct check *check, unsigned long long key)
{
	if (!key)
		return;
	if (check->key_count == check->key_room) {
		check->key_room = check->key_room ? check->key_room + check->key_room / 4 : 1024;
		check->keys = mem_resize(check->keys, check->key_room, sizeof(*check->keys));
	}
	check->keys[check->key_count++] = key;
}

static void sift(unsigned long long *keys, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		child += child + 1 < count && keys[child + 1] > keys[child];
		if (keys[at] >= keys[child])
			return;
		unsigned long long key = keys[at];
		keys[at] = keys[child];
		keys[child] = key;
	}
}

/* Heapsort: the library's qsort takes as much memory again. */
static void sort_keys(unsigned long long *keys, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift(keys, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		unsigned long long key = keys[0];
		keys[0] = keys[end - 1];
		keys[end - 1] = key;
		sift(keys, 0, end - 1);
	}
}

/* Leaves the keys that are there more than once, each once. */
static void keep_repeated(struct check *check)
{
	size_t kept = 0;
	sort_keys(check->keys, check->key_count);
	for (size_t i = 1; i < check->key_count; i++)
		if (check->keys[i] == check->keys[i - 1] &&
		    (!kept || check->keys[kept - 1] != check->keys[i]))
			check->keys[kept++] = check->keys[i];
	check->key_count = kept;
}

/* Where the key is among the repeated ones; their number: it is not. */
static size_t find_repeated(const struct check *check, unsigned long long key)
{
	size_t low = 0, high = check->key_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (check->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = key && low < check->key_count && check->keys[low] == key;
	return found ? low : check->key_count;
}

/* The first row of a record. Two different records may have the same key, but not this too. */
struct first_row {
	long long line;
	unsigned long long mark;
};

static unsigned long long mark_of(const char *target)
{
	unsigned long long mark = 5381;
	for (const char *p = target ? target : ""; *p; p++)
		mark = mark * 33 + (unsigned char)*p;
	return mark;
}

static void tell_repeated_row(struct check *check, const struct plan_row *row,
			      struct first_row *first)
{
	unsigned long long mark = mark_of(row->request.target);
	if (!first->line) {
		*first = (struct first_row){ row->line, mark };
	} else if (first->mark == mark) {
		CLEAN_FREE char *text =
			buf_format("row %lld (line %lld): %s is on line %lld already", row->number,
				   row->line, row->request.target, first->line);
		tell(check, text);
	}
}

/* Reads again and tells which rows change a record that an earlier one changes. */
static int tell_repeated(struct check *check, struct err *err)
{
	struct first_row *firsts = mem_new(check->key_count, sizeof(*firsts));
	int found = plan_rewind(check->plan, err) < 0 ? -1 : 1;
	while (found > 0) {
		CLEANUP(plan_row_done) struct plan_row row = { 0 };
		found = plan_next(check->plan, NULL, NULL, &row, err);
		size_t at = found > 0 && row.request.effect == EFFECT_CHANGE
				    ? find_repeated(check, row.key)
				    : check->key_count;
		if (at < check->key_count)
			tell_repeated_row(check, &row, &firsts[at]);
	}
	free(firsts);
	return found;
}

static int check_repeated(struct check *check, struct err *err)
{
	keep_repeated(check);
	if (!check->key_count)
		return 0;
	if (tell_repeated(check, err) < 0)
		return -1;
	if (sum_up(check, err) == 0)
		return 0;
	return err_hint(err, "--allow-duplicates takes such rows, one after the other");
}

/* ---- all rows ---- */

static void check_row(struct check *check, const struct bulk_row *from)
{
	struct plan *plan = check->plan;
	CLEANUP(plan_row_done) struct plan_row row = { 0 };
	CLEAN_ERR struct err fault = { 0 };
	plan->rows = from->number;
	if (plan_make(plan, from, &row, &fault) < 0) {
		bulk_row_wrap(from, &fault);
		tell(check, fault.message);
		return;
	}
	plan->counts[row.request.command - plan->session->contract.commands]++;
	if (row.request.effect == EFFECT_CHANGE) {
		plan->changes = true;
		keep_key(check, row.key);
	}
}

static int check_all(struct check *check, struct err *err)
{
	struct bulk_input *input = check->plan->input;
	const volatile sig_atomic_t *stop = check->plan->session->stop;
	for (;;) {
		CLEAN_ERR struct err fault = { 0 };
		struct bulk_row from;
		int found = bulk_input_next(input, &from, &fault);
		if (found == 0)
			return 0;
		if (stop && *stop)
			return err_set(err, ERR_INTERRUPTED, "interrupted: nothing was sent");
		if (found > 0)
			check_row(check, &from);
		if (found < 0) {
			CLEAN_FREE char *text = buf_format(fault.hint ? "%s (%s)" : "%s",
							   fault.message, fault.hint);
			tell(check, text);
		}
		if (bulk_input_is_broken(input))
			return 0;
	}
}

int plan_check(struct plan *plan, struct err *err)
{
	struct check check = { .plan = plan };
	int result = check_all(&check, err);
	if (result == 0)
		result = sum_up(&check, err);
	if (result == 0 && !plan->source.allow_duplicates)
		result = check_repeated(&check, err);
	free(check.keys);
	free(check.first);
	return result;
}
