/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/retry.h"

#include <string.h>

#include "base/clock.h"
#include "base/random.h"

enum { FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 30000 };

static bool is_passing(long status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

/* Whether no whole reply came: the kind then speaks of the transport. */
static bool transport_failed(const struct err *err)
{
	return err->http_status == 0;
}

static bool may_repeat(const struct session *session, enum effect effect,
		       const struct http_reply *reply, const struct err *err)
{
	const char *trust = setting_text(&session->settings, SETTING_IDEMPOTENCY);
	if (reply->hopeless || err->kind == ERR_INTERRUPTED || err->kind == ERR_CONFIG)
		return false;
	if (effect == EFFECT_READ)
		return transport_failed(err) || is_passing(reply->status);
	if (err->kind == ERR_NETWORK || reply->status == 429)
		return true;
	return err->kind == ERR_UNKNOWN && trust && strcmp(trust, "trusted") == 0 &&
	       (transport_failed(err) || is_passing(reply->status) || reply->status < 300);
}

/* How long to wait, not regarding the end of --wait. */
static long long pause_of(const struct session *session, const struct err *err, unsigned tried)
{
	if (err->retry_after >= 0 && !transport_failed(err)) {
		double longest = setting_number(&session->settings, SETTING_RETRY_MAX_WAIT);
		return (double)err->retry_after > longest ? -1 : err->retry_after * 1000LL;
	}
	uint64_t limit = FIRST_WAIT_MS;
	for (unsigned i = 0; i < tried && limit < LONGEST_WAIT_MS; i++)
		limit *= 2;
	return (long long)random_below((limit < LONGEST_WAIT_MS ? limit : LONGEST_WAIT_MS) + 1);
}

long long retry_wait(const struct session *session, enum effect effect,
		     const struct http_reply *reply, const struct err *err, unsigned tried)
{
	if (tried >= (unsigned)setting_number(&session->settings, SETTING_RETRIES) ||
	    !may_repeat(session, effect, reply, err))
		return -1;
	long long pause = pause_of(session, err, tried);
	bool late = session->deadline && clock_monotonic() + pause >= session->deadline;
	return late ? -1 : pause;
}
