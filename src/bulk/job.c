/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/job.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/retry.h"
#include "engine/send.h"
#include "engine/terminal.h"

/* Signals are looked at that often; so many more unknown rows in a row than are in flight are a
 * server that answers nothing. */
enum { TURN_MS = 50, UNKNOWN_IN_A_ROW = 20 };

enum slot_state { SLOT_FREE, SLOT_READY, SLOT_WAITING, SLOT_FLYING, SLOT_HOLDING };

struct job_slot {
	enum slot_state state;
	struct plan_row row;
	bool doubt;	    /* some try may have been applied */
	unsigned tried;	    /* how often it was sent again after an answer of its own */
	long long ready_at; /* while waiting */
	struct http_transfer *transfer;
	struct http_reply reply;
};

/* ---- slots ---- */

static void slot_clear(struct job_slot *slot)
{
	plan_row_done(&slot->row);
	*slot = (struct job_slot){ .reply = slot->reply };
}

void job_done(struct job *job)
{
	for (size_t i = 0; i < job->slot_count; i++) {
		slot_clear(&job->slots[i]);
		http_reply_done(&job->slots[i].reply);
	}
	free(job->slots);
	plan_row_done(&job->next);
	audit_group_done(&job->audit);
	http_url_done(&job->url);
	err_done(&job->reason);
	*job = (struct job){ 0 };
}

static size_t count_slots(const struct job *job, enum slot_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < job->slot_count; i++)
		count += job->slots[i].state == state;
	return count;
}

static bool is_change(const struct job_slot *slot)
{
	return slot->row.request.effect == EFFECT_CHANGE;
}

/* No row starts any more. The first reason is the one that is told. */
static void stop(struct job *job, const struct err *why)
{
	job->draining = true;
	if (job->reason.kind != ERR_OK)
		return;
	err_set(&job->reason, why->kind, "%s", why->message);
	if (why->hint)
		err_hint(&job->reason, "%s", why->hint);
}

/* ---- what rows come to ---- */

/* It may still be applied: the next row of its record waits until that is over. */
static void hold(const struct job *job, struct job_slot *slot)
{
	double timeout = setting_number(&job->session->settings, SETTING_TIMEOUT);
	slot->state = SLOT_HOLDING;
	slot->ready_at = clock_monotonic() + (long long)(timeout * 1000);
}

static void end_row(struct job *job, struct job_slot *slot, enum err_kind kind,
		    const struct outcome *outcome, const struct err *failure)
{
	const struct request *request = &slot->row.request;
	const struct bulk_journal_result result = {
		.row = slot->row.number,
		.line = slot->row.line,
		.kind = kind,
		.accepted = kind == ERR_OK && outcome->accepted && is_change(slot),
		.target = request->target,
		.request_id = request->id,
		.status = json_get_string(outcome->body, "status"),
		.response_code = outcome->response_code,
		.message = failure ? failure->message : NULL,
		.http_status = slot->reply.status,
	};
	const struct err as = { .kind = kind,
				.message = failure ? failure->message : NULL,
				.http_status = slot->reply.status,
				.response_code = failure ? failure->response_code : NULL };
	bulk_journal_result(job->journal, &result);
	audit_group_outcome(&job->audit, job->session, request, kind == ERR_OK ? NULL : &as,
			    outcome);
	report_row(job->report, &result, is_change(slot) ? NULL : outcome->body);
	job->session->applied = job->session->applied || (kind == ERR_OK && is_change(slot));
	job->errors += kind != ERR_OK;
	job->unknown = kind == ERR_UNKNOWN ? job->unknown + 1 : 0;
	if (kind == ERR_UNKNOWN && job->plan->source.allow_duplicates)
		hold(job, slot);
	else
		slot_clear(slot);
}

/* The row is not done by this try, which was not applied; it is sent again at that time, or left
 * for another run. */
static void reopen(struct job *job, struct job_slot *slot, const struct err *failure,
		   long long ready_at)
{
	static const struct outcome nothing = { 0 };
	if (!slot->doubt) {
		bulk_journal_again(job->journal, slot->row.number, err_row(failure->kind)->name);
		audit_group_outcome(&job->audit, job->session, &slot->row.request, failure,
				    &nothing);
	}
	slot->state = SLOT_WAITING;
	slot->ready_at = ready_at;
	if (ready_at < 0)
		slot_clear(slot);
}

static void tell_pause(struct job *job, const struct err *failure, long long wait)
{
	if (job->report->silent || job->pace.pauses != 1)
		return;
	report_clear(job->report);
	terminal_note("%s: everything waits %.1f s", failure->message, (double)wait / 1000);
}

/* Nothing was sent, or 429: all rows wait, or the job ends. */
static void handle_trouble(struct job *job, struct job_slot *slot, const struct err *failure)
{
	long long now = clock_monotonic();
	long long wait =
		slot->reply.hopeless
			? -1
			: pace_trouble(&job->pace,
				       failure->http_status == 429 ? failure->retry_after : -1,
				       now);
	if (wait < 0 || job->draining) {
		if (wait < 0)
			stop(job, failure);
		reopen(job, slot, failure, -1);
		return;
	}
	tell_pause(job, failure, wait);
	reopen(job, slot, failure, now + wait);
}

/* A try that may be repeated for itself: of a read, or with an identifier that is trusted. */
static bool retry_alone(struct job *job, struct job_slot *slot, const struct err *failure)
{
	long long wait = retry_wait(job->session, slot->row.request.effect, &slot->reply, failure,
				    slot->tried);
	if (wait < 0 || job->draining)
		return false;
	slot->tried++;
	slot->state = SLOT_WAITING;
	slot->ready_at = clock_monotonic() + wait;
	return true;
}

static void end_badly(struct job *job, struct job_slot *slot, const struct outcome *outcome,
		      const struct err *failure)
{
	enum err_kind kind = slot->doubt ? ERR_UNKNOWN : failure->kind;
	end_row(job, slot, kind, outcome, failure);
	if (job->unknown > job->slot_count + UNKNOWN_IN_A_ROW) {
		CLEAN_ERR struct err many = { 0 };
		err_set(&many, ERR_UNKNOWN, "%u rows in a row are unknown, the last: %s",
			job->unknown, failure->message);
		stop(job, &many);
	}
	if (job->max_errors >= 0 && job->errors > job->max_errors) {
		CLEAN_ERR struct err many = { 0 };
		err_set(&many, ERR_PARTIAL, "more than %lld rows were not done", job->max_errors);
		stop(job, &many);
	}
}

static void handle_failure(struct job *job, struct job_slot *slot, const struct outcome *outcome,
			   const struct err *failure)
{
	slot->doubt = slot->doubt || failure->kind == ERR_UNKNOWN;
	switch (failure->kind) {
	case ERR_NETWORK:
	case ERR_RATE_LIMITED:
		handle_trouble(job, slot, failure);
		return;
	case ERR_AUTH:
	case ERR_CONFIG:
		stop(job, failure);
		reopen(job, slot, failure, -1);
		return;
	case ERR_INTERRUPTED:
		reopen(job, slot, failure, -1);
		return;
	case ERR_UNKNOWN:
	case ERR_SERVER:
		if (!retry_alone(job, slot, failure))
			end_badly(job, slot, outcome, failure);
		return;
	case ERR_REJECTED:
	case ERR_NOT_FOUND:
	case ERR_OK:
	case ERR_INTERNAL:
	case ERR_USAGE:
	case ERR_REFUSED:
	case ERR_PARTIAL:
	case ERR_DIFFERS:
	case ERR_OUTPUT_LOST:
	case ERR_WAIT_TIMEOUT:
	case ERR_TERMINATED:
	case ERR_KIND_COUNT:
		pace_well(&job->pace);
		end_badly(job, slot, outcome, failure);
		return;
	}
}

static void take_ended(struct job *job, struct http_transfer *transfer)
{
	struct job_slot *slot = http_context(transfer);
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err failure = { 0 };
	struct outcome outcome = { 0 };
	struct http *http = session_http(job->session);
	int result = http_end(http, transfer, &slot->reply, &failure);
	slot->transfer = NULL;
	if (job->traced) {
		CLEAN_FREE char *full = request_url(&slot->row.request, &job->url);
		send_trace(job->session, &slot->row.request, full, &slot->reply,
			   result < 0 ? &failure : NULL);
	}
	if (result == 0)
		result = send_judge(&slot->row.request, &slot->reply, doc, &outcome, &failure);
	if (result < 0) {
		handle_failure(job, slot, &outcome, &failure);
		return;
	}
	pace_well(&job->pace);
	end_row(job, slot, ERR_OK, &outcome, NULL);
}

/* ---- starting ---- */

static bool is_wanted(void *context, long long number)
{
	const struct job *job = context;
	/* an input that was changed may have more rows than it had */
	if (number > job->journal->rows)
		return false;
	enum bulk_journal_state state = bulk_journal_state(job->journal, number);
	/* an open row that could not be read back is not sent again, unless that is safe */
	return bulk_journal_has(job->journal, number) &&
	       (state == ROW_NONE || (state == ROW_OPEN && job->trusted));
}

/* Reads the next row that has no result, if there is none at hand. */
static void read_next(struct job *job)
{
	if (job->has_next || job->ended || job->draining)
		return;
	CLEAN_ERR struct err err = { 0 };
	int found = plan_next(job->plan, is_wanted, job, &job->next, &err);
	job->has_next = found > 0;
	job->ended = found == 0;
	if (found < 0)
		stop(job, &err);
}

/* Whether a row of the same record is under way: they keep their order. */
static bool is_blocked(const struct job *job)
{
	for (size_t i = 0; i < job->slot_count; i++)
		if (job->slots[i].state != SLOT_FREE && job->next.key &&
		    job->slots[i].row.key == job->next.key)
			return true;
	return false;
}

/* Puts the next row into the slot. */
static bool take_next(struct job *job, struct job_slot *slot)
{
	char uuid[UUID_SIZE];
	read_next(job);
	if (!job->has_next || job->draining || is_blocked(job))
		return false;
	slot->row = job->next;
	job->next = (struct plan_row){ 0 };
	job->has_next = false;
	bulk_journal_request_id(job->journal, slot->row.number, uuid);
	request_set_id(&slot->row.request, uuid);
	slot->doubt = bulk_journal_state(job->journal, slot->row.number) == ROW_OPEN;
	slot->state = SLOT_READY;
	return true;
}

static void note_intent(struct job *job, const struct job_slot *slot)
{
	const struct request *request = &slot->row.request;
	const struct bulk_journal_intent intent = { .row = slot->row.number,
						    .line = slot->row.line,
						    .sent = clock_now(),
						    .pid = getpid(),
						    .target = request->target };
	bulk_journal_intent(job->journal, &intent, request->id, &request->text);
	audit_group_intent(&job->audit, job->session, request, job->journal->job, slot->row.number);
}

/* Makes ready what may start now; tells whether any of it is a change. */
static bool choose_rows(struct job *job)
{
	long long now = clock_monotonic();
	bool changes = false, none = false;
	for (size_t i = 0; i < job->slot_count && !job->draining; i++) {
		struct job_slot *slot = &job->slots[i];
		if (slot->state == SLOT_FLYING || slot->state == SLOT_HOLDING ||
		    (slot->state == SLOT_WAITING && slot->ready_at > now) ||
		    (slot->state == SLOT_FREE && none) || pace_wait(&job->pace, now) > 0)
			continue;
		none = none || (slot->state == SLOT_FREE && !take_next(job, slot));
		if (slot->state == SLOT_FREE)
			continue;
		(void)pace_take(&job->pace, now);
		slot->state = SLOT_READY;
		if (!is_change(slot))
			continue;
		changes = true;
		note_intent(job, slot);
	}
	return changes;
}

static void start_rows(struct job *job)
{
	struct http *http = session_http(job->session);
	for (size_t i = 0; i < job->slot_count; i++) {
		struct job_slot *slot = &job->slots[i];
		if (slot->state != SLOT_READY)
			continue;
		CLEAN_FREE char *full = request_url(&slot->row.request, &job->url);
		const struct http_request wire =
			send_wire(job->session, &slot->row.request, &job->url, full);
		slot->transfer = http_start(http, &wire, &job->options, slot);
		slot->state = SLOT_FLYING;
	}
}

/* Rows that were to start, and did not, since their intents are not on disk. */
static void unready(struct job *job)
{
	for (size_t i = 0; i < job->slot_count; i++) {
		struct job_slot *slot = &job->slots[i];
		if (slot->state != SLOT_READY)
			continue;
		if (is_change(slot) && !slot->doubt)
			bulk_journal_again(job->journal, slot->row.number,
					   err_row(ERR_REFUSED)->name);
		slot_clear(slot);
	}
}

/* Nothing starts any more if what it would need on disk is not there. */
static void need(struct job *job, int result, const struct err *why)
{
	if (result == 0)
		return;
	stop(job, why);
	unready(job);
}

/* Writes what was noted. Results go to the journal even when the log takes nothing. Both are
 * written before one is synced, and synced at the same time: half of what the file system has to do
 * for one serves the other. */
static void commit(struct job *job, bool sync)
{
	CLEAN_ERR struct err err = { 0 }, log = { 0 }, later = { 0 };
	need(job, audit_group_write(&job->audit, job->session, &log), &log);
	int result = bulk_journal_write(job->journal, &err);
	if (sync && result == 0)
		audit_group_sync_begin(&job->audit);
	if (result == 0)
		result = bulk_journal_commit(job->journal, sync, &err);
	need(job, result, &err);
	need(job, audit_group_sync(&job->audit, job->session, &later), &later);
}

/* ---- turns ---- */

static void handle_signals(struct job *job)
{
	int signals = job->session->stop ? *job->session->stop : 0;
	if (!signals)
		return;
	CLEAN_ERR struct err err = { 0 };
	size_t flying = count_slots(job, SLOT_FLYING);
	err_set(&err, ERR_INTERRUPTED, "interrupted");
	stop(job, &err);
	if (!job->warned && flying) {
		report_clear(job->report);
		terminal_note(
			"no row starts any more; waiting for %zu in flight (a second signal gives them up, and their outcome is unknown)",
			flying);
	}
	job->warned = true;
	for (size_t i = 0; i < job->slot_count && signals > 1; i++)
		if (job->slots[i].state == SLOT_FLYING)
			take_ended(job, job->slots[i].transfer);
}

/* A job that ends leaves those that wait to be sent again, and holds nobody up. */
static void drop_waiting(struct job *job)
{
	bool last = job->draining || (job->ended && !job->has_next);
	long long now = clock_monotonic();
	for (size_t i = 0; i < job->slot_count; i++) {
		struct job_slot *slot = &job->slots[i];
		if ((slot->state == SLOT_WAITING && job->draining) ||
		    (slot->state == SLOT_HOLDING && (last || slot->ready_at <= now)))
			slot_clear(slot);
	}
}

static bool goes_on(const struct job *job)
{
	if (count_slots(job, SLOT_FREE) < job->slot_count)
		return true;
	return !job->draining && (job->has_next || !job->ended);
}

/* Whether a row could be taken if the pace allowed it. */
static bool has_work(const struct job *job)
{
	return !job->draining && count_slots(job, SLOT_FREE) > 0 &&
	       (job->has_next ? !is_blocked(job) : !job->ended);
}

/* How long the next turn may wait when nothing happens. */
static int turn_wait(const struct job *job)
{
	long long now = clock_monotonic(), paced = pace_wait(&job->pace, now);
	long long wait = has_work(job) && paced < TURN_MS ? paced : TURN_MS;
	for (size_t i = 0; i < job->slot_count; i++) {
		const struct job_slot *slot = &job->slots[i];
		long long left = slot->ready_at - now > paced ? slot->ready_at - now : paced;
		if (slot->state == SLOT_WAITING && left < wait)
			wait = left;
	}
	return (int)(wait > 0 ? wait : 0);
}

static void turn(struct job *job)
{
	struct http *http = session_http(job->session);
	CLEAN_ERR struct err err = { 0 };
	for (struct http_transfer *transfer; (transfer = http_ended(http));)
		take_ended(job, transfer);
	handle_signals(job);
	drop_waiting(job);
	bool changes = choose_rows(job);
	commit(job, changes);
	start_rows(job);
	if (report_flush(job->report, &err) < 0)
		stop(job, &err);
	report_progress(job->report);
	(void)http_turn(http, turn_wait(job));
}

void job_run(struct job *job, size_t jobs)
{
	job->slots = mem_new(jobs, sizeof(*job->slots));
	job->slot_count = jobs;
	http_limit(session_http(job->session), (long)jobs);
	while (goes_on(job))
		turn(job);
	commit(job, true);
	CLEAN_ERR struct err lost = { 0 };
	if (report_flush(job->report, &lost) < 0)
		stop(job, &lost);
	report_summary(job->report);
}
