/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/pace.h"

#include "base/random.h"

enum { FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 30000 };

void pace_init(struct pace *pace, double rate, double longest_seconds, long long now)
{
	*pace = (struct pace){ .rate = rate,
			       .tokens = 1,
			       .filled = now,
			       .longest_ms = (long long)(longest_seconds * 1000) };
}

static double tokens_at(const struct pace *pace, long long now)
{
	double most = pace->rate / 10 > 1 ? pace->rate / 10 : 1;
	double tokens = pace->tokens + (double)(now - pace->filled) * pace->rate / 1000;
	return tokens < most ? tokens : most;
}

bool pace_take(struct pace *pace, long long now)
{
	if (now < pace->until)
		return false;
	if (pace->rate <= 0)
		return true;
	double tokens = tokens_at(pace, now);
	if (tokens < 1)
		return false;
	pace->tokens = tokens - 1;
	pace->filled = now;
	return true;
}

long long pace_wait(const struct pace *pace, long long now)
{
	long long pause = pace->until > now ? pace->until - now : 0;
	if (pace->rate <= 0)
		return pause;
	double missing = 1 - tokens_at(pace, now);
	long long tokens = missing > 0 ? (long long)(missing * 1000 / pace->rate) + 1 : 0;
	return tokens > pause ? tokens : pause;
}

long long pace_trouble(struct pace *pace, long retry_after, long long now)
{
	pace->since = pace->since ? pace->since : now;
	if (pace->until > now && retry_after < 0)
		return pace->until - now; /* the others have seen the same */
	unsigned long long limit = FIRST_WAIT_MS;
	for (unsigned i = 0; i < pace->pauses && limit < LONGEST_WAIT_MS; i++)
		limit *= 2;
	limit = limit < LONGEST_WAIT_MS ? limit : LONGEST_WAIT_MS;
	/* at least half of it: what is waited for is the server, not a collision */
	long long wait = retry_after >= 0 ? retry_after * 1000LL
					  : (long long)(limit / 2 + random_below(limit / 2 + 1));
	if (wait > pace->longest_ms || now + wait - pace->since > pace->longest_ms)
		return -1;
	pace->pauses++;
	if (now + wait > pace->until)
		pace->until = now + wait;
	/* nothing is saved up meanwhile */
	pace->tokens = 0;
	pace->filled = pace->until;
	return wait;
}

void pace_well(struct pace *pace)
{
	pace->since = 0;
	pace->pauses = 0;
}
