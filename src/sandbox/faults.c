/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/faults.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

enum { MILLION = 1000000 };

static const struct fault_row rows[FAULT_KIND_COUNT] = {
	[FAULT_ACCEPTED] = { "accepted", "S",
			     "a change is answered with 202 and is done S seconds later (2)" },
	[FAULT_LIMIT] = { "429", "N", "too many requests, try again in N seconds (1)" },
	[FAULT_ERROR] = { "500", NULL, "an internal error; nothing is done" },
	[FAULT_MAINTENANCE] = { "503", "N", "under maintenance, try again in N seconds (1)" },
	[FAULT_RESET_BEFORE] = { "reset-before", NULL,
				 "the connection is closed and nothing is done" },
	[FAULT_SLOW] = { "slow", "S", "the reply comes S seconds late (1)" },
	[FAULT_HANG] = { "hang", NULL, "the request is done and never answered" },
	[FAULT_RESET_AFTER] = { "reset-after", NULL,
				"the request is done and the connection closed without a reply" },
	[FAULT_TRUNCATE] = { "truncate", NULL,
			     "the connection is closed in the middle of the reply" },
	[FAULT_NOT_JSON] = { "not-json", NULL, "the reply is no JSON" },
	[FAULT_HTML] = { "html", NULL, "the reply is a web page" },
	[FAULT_EMPTY] = { "empty", NULL, "the reply has no body" },
	[FAULT_HUGE] = { "huge", NULL, "the reply is 100 MB of JSON" },
	[FAULT_DEEP] = { "deep", NULL, "the reply is 100 000 arrays in each other" },
	[FAULT_CONTROL] = { "control", NULL, "the reply's status holds terminal escapes" },
	[FAULT_BAD_UTF8] = { "bad-utf8", NULL, "the reply holds bytes that are not UTF-8" },
	[FAULT_NUL] = { "nul", NULL, "the reply holds a NUL byte" },
};

struct range {
	long long first, last;
};

struct plan {
	struct fault fault;
	int effect;	      /* an enum effect, or -1: any */
	long long rate;	      /* in millionths; -1: by number */
	struct range *ranges; /* owned */
	size_t range_count;
	long long seen; /* requests that it could have hit */
};

struct faults {
	pthread_mutex_t mutex;
	bool seeded;
	uint64_t state;	    /* of the generator */
	struct plan *plans; /* owned */
	size_t count;
};

const struct fault_row *fault_row(enum fault_kind kind)
{
	return &rows[kind];
}

/* ---- reading words ---- */

/* A decimal number in millionths, whatever the locale says a decimal point is; -1 if it is none or
 * too large. */
static long long read_decimal(const char *s)
{
	long long value = 0, scale = 0;
	const char *p = s;
	for (; *p; p++) {
		if (*p == '.' && !scale && p > s) {
			scale = MILLION;
			continue;
		}
		if (*p < '0' || *p > '9' || value > MILLION * 1000LL * MILLION)
			return -1;
		if (!scale)
			value = value * 10 + (*p - '0') * (long long)MILLION;
		else
			value += (*p - '0') * (scale /= 10);
		if (scale == 1 && p[1])
			return -1;
	}
	return p == s || p[-1] == '.' ? -1 : value;
}

static int read_range(struct plan *plan, char *text, struct err *err)
{
	struct range range;
	char *dash = strchr(text, '-');
	if (dash)
		*dash = '\0';
	if (text_integer(text, 1, 1000000000, &range.first, err) < 0)
		return -1;
	range.last = range.first;
	if (dash && text_integer(dash + 1, range.first, 1000000000, &range.last, err) < 0)
		return -1;
	plan->ranges = mem_grow(plan->ranges, plan->range_count, sizeof(*plan->ranges));
	plan->ranges[plan->range_count++] = range;
	return 0;
}

/* Reads what stands after `@`. */
static int read_when(struct plan *plan, char *when, struct err *err)
{
	size_t len = strlen(when);
	bool percent = len && when[len - 1] == '%';
	if (!percent && !strchr(when, '.')) {
		for (char *rest = when, *part; (part = strsep(&rest, ","));)
			if (read_range(plan, part, err) < 0)
				return -1;
		return 0;
	}
	if (percent)
		when[len - 1] = '\0';
	long long rate = read_decimal(when);
	plan->rate = percent && rate >= 0 ? rate / 100 : rate;
	if (plan->rate < 0 || plan->rate > MILLION)
		return err_set(err, ERR_USAGE,
			       "\"%s%s\" is not a rate from 0.0 to 1.0 or 0%% to 100%%", when,
			       percent ? "%" : "");
	return 0;
}

static int read_effect(struct plan *plan, const char *text, struct err *err)
{
	if (strcmp(text, "change") != 0 && strcmp(text, "read") != 0)
		return err_set(err, ERR_USAGE, "\"/%s\" is neither /change nor /read", text);
	plan->effect = *text == 'c' ? EFFECT_CHANGE : EFFECT_READ;
	return 0;
}

static int read_kind(struct plan *plan, const char *name, struct err *err)
{
	struct text_guess guess = { .word = name };
	for (int kind = FAULT_ACCEPTED; kind < FAULT_KIND_COUNT; kind++) {
		text_guess_try(&guess, rows[kind].word);
		if (strcmp(rows[kind].word, name) == 0) {
			plan->fault.kind = (enum fault_kind)kind;
			return 0;
		}
	}
	err_set(err, ERR_USAGE, "there is no fault \"%s\"", name);
	if (guess.best)
		return err_hint(err, "did you mean %s?", guess.best);
	struct buf all = { 0 };
	for (int kind = FAULT_ACCEPTED; kind < FAULT_KIND_COUNT; kind++)
		buf_add_format(&all, "%s%s", kind > FAULT_ACCEPTED ? ", " : "", rows[kind].word);
	err_hint(err, "use one of %s", all.data);
	buf_done(&all);
	return -1;
}

static int read_parameter(struct plan *plan, const char *text, struct err *err)
{
	const struct fault_row *row = &rows[plan->fault.kind];
	if (!text) {
		plan->fault.parameter = plan->fault.kind == FAULT_ACCEPTED ? 2000 : 1000;
		return 0;
	}
	if (!row->parameter)
		return err_set(err, ERR_USAGE, "%s takes no \":%s\"", row->word, text);
	if (*row->parameter == 'N') {
		long long seconds;
		int result = text_integer(text, 0, 86400, &seconds, err);
		plan->fault.parameter = result < 0 ? 0 : seconds * 1000;
		return result;
	}
	long long value = read_decimal(text);
	if (value < 0 || value > 86400LL * MILLION)
		return err_set(err, ERR_USAGE, "\"%s\" is not a number of seconds from 0 to 86400",
			       text);
	plan->fault.parameter = value / 1000;
	return 0;
}

/* Cuts the text at the mark, and returns what stands behind it, or NULL. */
static char *cut(char *text, char mark)
{
	char *p = strchr(text, mark);
	if (p)
		*p++ = '\0';
	return p;
}

static int read_word(struct plan *plan, const char *word, struct err *err)
{
	CLEAN_FREE char *text = mem_dup(word);
	char *when = cut(text, '@');
	char *effect = cut(text, '/');
	char *parameter = cut(text, ':');
	*plan = (struct plan){ .effect = -1, .rate = -1 };
	if (read_kind(plan, text, err) < 0)
		return -1;
	if (plan->fault.kind == FAULT_ACCEPTED)
		plan->effect = EFFECT_CHANGE;
	if (read_parameter(plan, parameter, err) < 0 ||
	    (effect && read_effect(plan, effect, err) < 0))
		return -1;
	if (when)
		return read_when(plan, when, err);
	plan->rate = MILLION;
	return 0;
}

int faults_new(struct faults **faults, const char *const *words, size_t count, long long seed,
	       struct err *err)
{
	struct faults *made = mem_new(1, sizeof(*made));
	pthread_mutex_init(&made->mutex, NULL);
	made->seeded = seed >= 0;
	made->state = (uint64_t)seed;
	made->plans = mem_new(count, sizeof(*made->plans));
	for (size_t i = 0; i < count; i++) {
		made->count++;
		if (read_word(&made->plans[i], words[i], err) == 0)
			continue;
		faults_free(made);
		return err_wrap(err, "fault \"%s\"", words[i]);
	}
	*faults = made;
	return 0;
}

void faults_free(struct faults *faults)
{
	if (!faults)
		return;
	for (size_t i = 0; i < faults->count; i++)
		free(faults->plans[i].ranges);
	free(faults->plans);
	pthread_mutex_destroy(&faults->mutex);
	free(faults);
}

/* ---- drawing ---- */

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
static uint64_t next_number(struct faults *faults)
{
	if (!faults->seeded)
		return random_below(UINT64_MAX);
	uint64_t z = faults->state += 0x9E3779B97F4A7C15U;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
	z = (z ^ z >> 27) * 0x94D049BB133111EBU;
	return z ^ z >> 31;
}

static bool hits(struct faults *faults, const struct plan *plan)
{
	if (plan->rate >= 0)
		return (long long)(next_number(faults) % MILLION) < plan->rate;
	for (size_t i = 0; i < plan->range_count; i++)
		if (plan->seen >= plan->ranges[i].first && plan->seen <= plan->ranges[i].last)
			return true;
	return false;
}

struct fault faults_draw(struct faults *faults, enum effect effect)
{
	struct fault drawn = { .kind = FAULT_NONE };
	pthread_mutex_lock(&faults->mutex);
	for (size_t i = 0; i < faults->count; i++) {
		struct plan *plan = &faults->plans[i];
		if (plan->effect >= 0 && plan->effect != (int)effect)
			continue;
		plan->seen++;
		/* each plan draws for each request, so that one fault does not shift another */
		bool hit = hits(faults, plan);
		if (hit && drawn.kind == FAULT_NONE)
			drawn = plan->fault;
	}
	pthread_mutex_unlock(&faults->mutex);
	return drawn;
}
