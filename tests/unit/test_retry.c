/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "engine/retry.h"

static void settle(struct session *session, bool trusted)
{
	setting_put(&session->settings, SETTING_RETRIES, "3", "test");
	setting_put(&session->settings, SETTING_RETRY_MAX_WAIT, "300", "test");
	setting_put(&session->settings, SETTING_IDEMPOTENCY, trusted ? "trusted" : "untrusted",
		    "test");
}

static void which_repeat(void **state)
{
	(void)state;
	static const struct {
		enum err_kind kind;
		long status; /* 0: no reply came */
		bool read, change, trusted;
	} table[] = {
		{ ERR_NETWORK, 0, true, true, true },
		{ ERR_SERVER, 0, true, false, false },
		{ ERR_UNKNOWN, 0, true, false, true },
		{ ERR_UNKNOWN, 408, true, false, true },
		{ ERR_RATE_LIMITED, 429, true, true, true },
		{ ERR_UNKNOWN, 500, true, false, true },
		{ ERR_UNKNOWN, 502, true, false, true },
		{ ERR_UNKNOWN, 503, true, false, true },
		{ ERR_UNKNOWN, 504, true, false, true },
		{ ERR_UNKNOWN, 200, false, false, true }, /* an unusable body */
		{ ERR_UNKNOWN, 501, false, false, false },
		{ ERR_UNKNOWN, 302, false, false, false },
		{ ERR_REJECTED, 400, false, false, false },
		{ ERR_REJECTED, 409, false, false, false },
		{ ERR_REJECTED, 200, false, false, false },
		{ ERR_AUTH, 401, false, false, false },
		{ ERR_NOT_FOUND, 404, false, false, false },
		{ ERR_RATE_LIMITED, 200, false, false, false },
		{ ERR_INTERRUPTED, 0, false, false, false },
		{ ERR_CONFIG, 0, false, false, false },
	};
	for (size_t i = 0; i < COUNT(table); i++)
		for (int mode = 0; mode < 3; mode++) {
			CLEANUP(session_done) struct session session = { 0 };
			settle(&session, mode == 2);
			struct http_reply reply = { .status = table[i].status, .retry_after = -1 };
			struct err err = { .kind = table[i].kind,
					   .http_status = table[i].status,
					   .retry_after = -1 };
			bool wanted = mode == 0	  ? table[i].read
				      : mode == 1 ? table[i].change
						  : table[i].trusted;
			long long wait = retry_wait(&session, mode ? EFFECT_CHANGE : EFFECT_READ,
						    &reply, &err, 0);
			CHECK((wait >= 0) == wanted, "%s %ld mode %d: %lld\n",
			      err_row(table[i].kind)->name, table[i].status, mode, wait);
			reply.hopeless = true;
			CHECK(retry_wait(&session, mode ? EFFECT_CHANGE : EFFECT_READ, &reply, &err,
					 0) == -1,
			      "hopeless\n");
		}
}

static void counts_and_waits(void **state)
{
	(void)state;
	CLEANUP(session_done) struct session session = { 0 };
	settle(&session, false);
	struct http_reply reply = { .status = 503, .retry_after = -1 };
	struct err err = { .kind = ERR_SERVER, .http_status = 503, .retry_after = -1 };
	assert_int_equal(retry_wait(&session, EFFECT_READ, &reply, &err, 3), -1);
	assert_true(retry_wait(&session, EFFECT_READ, &reply, &err, 2) >= 0);
	setting_put(&session.settings, SETTING_RETRIES, "0", "test");
	assert_int_equal(retry_wait(&session, EFFECT_READ, &reply, &err, 0), -1);
	setting_put(&session.settings, SETTING_RETRIES, "100", "test");
	static const long long limits[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
	for (unsigned tried = 0; tried < 100; tried++) {
		long long limit = tried < COUNT(limits) ? limits[tried] : 30000, longest = 0,
			  shortest = limit;
		for (int i = 0; i < 300; i++) {
			long long wait = retry_wait(&session, EFFECT_READ, &reply, &err, tried);
			CHECK(wait >= 0 && wait <= limit, "after %u: %lld ms\n", tried, wait);
			longest = wait > longest ? wait : longest;
			shortest = wait < shortest ? wait : shortest;
		}
		CHECK(longest > limit / 2 && shortest < limit / 2, "after %u: no full jitter\n",
		      tried);
	}
}

static void retry_after(void **state)
{
	(void)state;
	static const struct {
		long seconds;
		long long wait;
	} table[] = { { 0, 0 }, { 1, 1000 }, { 300, 300000 }, { 301, -1 }, { 2147483647, -1 } };
	CLEANUP(session_done) struct session session = { 0 };
	settle(&session, false);
	for (size_t i = 0; i < COUNT(table); i++)
		for (int effect = EFFECT_READ; effect <= EFFECT_CHANGE; effect++) {
			struct http_reply reply = { .status = 429,
						    .retry_after = table[i].seconds };
			struct err err = { .kind = ERR_RATE_LIMITED,
					   .http_status = 429,
					   .retry_after = table[i].seconds };
			assert_int_equal(retry_wait(&session, (enum effect)effect, &reply, &err, 0),
					 table[i].wait);
		}
	/* it does not make a change safe */
	struct http_reply reply = { .status = 503, .retry_after = 1 };
	struct err err = { .kind = ERR_UNKNOWN, .http_status = 503, .retry_after = 1 };
	assert_int_equal(retry_wait(&session, EFFECT_CHANGE, &reply, &err, 0), -1);
	setting_put(&session.settings, SETTING_RETRY_MAX_WAIT, "0", "test");
	assert_int_equal(retry_wait(&session, EFFECT_READ, &reply, &err, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_repeat),
		cmocka_unit_test(counts_and_waits),
		cmocka_unit_test(retry_after),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
