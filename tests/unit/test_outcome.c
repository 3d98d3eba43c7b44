/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "engine/outcome.h"

/* What makes up a reply. */
struct given {
	long status;
	const char *body; /* NULL: none */
	bool headless;
};

/* Judges; the kind. All that must hold whatever the reply is checked here. */
static enum err_kind judge(const struct given *given, enum effect effect, struct outcome *outcome,
			   struct err *err)
{
	static struct json_doc *doc;
	json_doc_free(doc);
	doc = json_doc_new();
	struct http_reply reply = { .status = given->status,
				    .retry_after = -1,
				    .headless = given->headless };
	if (given->body)
		buf_add_str(&reply.body, given->body);
	int result = outcome_judge(&reply, effect, doc, outcome, err);
	const char *body = given->body ? given->body : "(none)";
	CHECK((result == 0) == (outcome->kind == ERR_OK), "%ld %s\n", given->status, body);
	CHECK(err->kind == outcome->kind, "%ld %s\n", given->status, body);
	if (result < 0) {
		CHECK(err->http_status == given->status, "%ld %s\n", given->status, body);
		CHECK(err->message && strstr(err->message, "HTTP "), "%ld %s: %s\n", given->status,
		      body, err->message);
		CHECK(!outcome->accepted, "%ld %s\n", given->status, body);
	}
	buf_done(&reply.body);
	enum err_kind kind = err->kind;
	return kind;
}

/* The responseCodes with what each means within 2xx and within a 4xx without a meaning of its own.
 */
static const struct {
	const char *body;
	enum err_kind within_2xx; /* ERR_UNKNOWN: doubt, 5 for a read and 10 for a change;
				     ERR_PARTIAL: 4 and 10 */
	enum err_kind within_4xx;
} bodies[] = {
	{ "{\"responseCode\":\"OK\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"SUCCESS\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"CREATED\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"ACCEPTED\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"CLIENT_ACTION_REQUIRED\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":200}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"NOT_FOUND\"}", ERR_NOT_FOUND, ERR_NOT_FOUND },
	{ "{\"responseCode\":\"UNAUTHORIZED\"}", ERR_AUTH, ERR_AUTH },
	{ "{\"responseCode\":\"TOO_MANY_REQUESTS\"}", ERR_RATE_LIMITED, ERR_RATE_LIMITED },
	{ "{\"responseCode\":\"BAD_REQUEST\",\"responseMessage\":\"m\"}", ERR_REJECTED,
	  ERR_REJECTED },
	{ "{\"responseCode\":\"FRESH_WORD\"}", ERR_PARTIAL, ERR_REJECTED },
	{ "{\"responseCode\":\"ok\"}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":\"\"}", ERR_PARTIAL, ERR_REJECTED },
	{ "{\"responseCode\":500}", ERR_PARTIAL, ERR_REJECTED },
	{ "{\"responseCode\":\"INTERNAL_ERROR\"}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"SERVICE_UNAVAILABLE\"}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseMessage\":\"NOT_FOUND\"}", ERR_OK, ERR_REJECTED },
	{ "{}", ERR_OK, ERR_REJECTED },
	{ "{\"responseCode\":null}", ERR_OK, ERR_REJECTED },
	{ "{\"result\":{\"responseCode\":\"NOT_FOUND\"}}", ERR_OK, ERR_REJECTED },
	/* the rest is no answer that can be trusted */
	{ NULL, ERR_UNKNOWN, ERR_REJECTED },
	{ " ", ERR_UNKNOWN, ERR_REJECTED },
	{ "OK", ERR_UNKNOWN, ERR_REJECTED },
	{ "<html>maintenance</html>", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"OK\"", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"OK\"}{}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"OK\",\"responseCode\":\"NOT_FOUND\"}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"OK\xFF\"}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"NOT_FOUND\"", ERR_UNKNOWN, ERR_REJECTED },
	{ "null", ERR_UNKNOWN, ERR_REJECTED },
	{ "true", ERR_UNKNOWN, ERR_REJECTED },
	{ "\"OK\"", ERR_UNKNOWN, ERR_REJECTED },
	{ "42", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":true}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":{\"code\":\"NOT_FOUND\"}}", ERR_UNKNOWN, ERR_REJECTED },
	{ "{\"responseCode\":\"OK\\u0000\"}", ERR_UNKNOWN, ERR_REJECTED },
};

static enum err_kind wanted_kind(long status, size_t body, enum effect effect)
{
	enum err_kind doubt = effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_SERVER;
	enum err_kind kind = ERR_UNKNOWN;
	if (status == 401 || status == 403)
		kind = ERR_AUTH;
	else if (status == 404)
		kind = ERR_NOT_FOUND;
	else if (status == 429)
		kind = ERR_RATE_LIMITED;
	else if (status >= 400 && status <= 499 && status != 408)
		kind = bodies[body].within_4xx;
	else if (status == 204 || status == 205)
		kind = bodies[body].body ? bodies[body].within_2xx : ERR_OK;
	else if (status >= 200 && status <= 299)
		kind = bodies[body].within_2xx;
	if (kind == ERR_PARTIAL)
		return effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_REJECTED;
	return kind == ERR_UNKNOWN ? doubt : kind;
}

/* A kind after which nobody looks whether the change was applied. */
static bool claims_not_applied(enum err_kind kind)
{
	return kind != ERR_OK && kind != ERR_UNKNOWN;
}

static void every_status_and_body(void **state)
{
	(void)state;
	for (long status = 100; status <= 999; status++)
		for (size_t i = 0; i < COUNT(bodies); i++)
			for (int effect = EFFECT_READ; effect <= EFFECT_CHANGE; effect++) {
				CLEAN_ERR struct err err = { 0 };
				struct outcome outcome;
				struct given given = { .status = status, .body = bodies[i].body };
				enum err_kind kind =
					judge(&given, (enum effect)effect, &outcome, &err);
				enum err_kind wanted = wanted_kind(status, i, (enum effect)effect);
				const char *body = given.body ? given.body : "(none)";
				CHECK(kind == wanted, "%ld %s for a %s: %s, wanted %s\n", status,
				      body, effect ? "change" : "read", err_row(kind)->name,
				      err_row(wanted)->name);
				bool unclear = status < 200 || (status >= 300 && status < 400) ||
					       status >= 500 || status == 408;
				CHECK(!(effect == EFFECT_CHANGE && unclear && kind != ERR_UNKNOWN),
				      "%ld %s\n", status, body);
				CHECK(!(effect == EFFECT_CHANGE && status < 300 && !outcome.body &&
					claims_not_applied(kind)),
				      "%ld %s\n", status, body);
				CHECK(outcome.accepted == (status == 202 && kind == ERR_OK),
				      "%ld %s\n", status, body);
			}
}

static void heads(void **state)
{
	(void)state;
	static const struct {
		long status;
		enum err_kind kind;
	} table[] = {
		{ 200, ERR_OK }, { 404, ERR_NOT_FOUND }, { 503, ERR_SERVER }, { 401, ERR_AUTH }
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_ERR struct err err = { 0 };
		struct outcome outcome;
		struct given given = { .status = table[i].status, .headless = true };
		assert_int_equal(judge(&given, EFFECT_READ, &outcome, &err), table[i].kind);
		assert_null(outcome.body);
	}
}

static void arrays_are_rows(void **state)
{
	(void)state;
	struct given given = { .status = 200, .body = "[{\"a\":1}]" };
	for (int effect = EFFECT_READ; effect <= EFFECT_CHANGE; effect++) {
		CLEAN_ERR struct err err = { 0 };
		struct outcome outcome;
		assert_int_equal(judge(&given, (enum effect)effect, &outcome, &err), ERR_OK);
		assert_int_equal(outcome.body->count, 1);
	}
}

static void messages(void **state)
{
	(void)state;
	static const struct {
		long status;
		const char *body, *message, *hint, *code;
	} table[] = {
		{ 400, "{\"responseCode\":\"BAD_REQUEST\",\"responseMessage\":\"no such market\"}",
		  "HTTP 400 BAD_REQUEST: no such market", NULL, "BAD_REQUEST" },
		{ 200, "{\"responseCode\":\"NOT_FOUND\"}", "HTTP 200 NOT_FOUND", NULL,
		  "NOT_FOUND" },
		{ 401, NULL,
		  "HTTP 401: the reply is empty: the credentials or the IP address are not accepted",
		  "allow-list", NULL },
		{ 429, "{}", "HTTP 429", "set rate in the profile", NULL },
		{ 302, "{}", "HTTP 302: no answer to this call", NULL, NULL },
		{ 500, "<html>", "HTTP 500: the reply is not JSON", NULL, NULL },
		{ 200, "", "HTTP 200: the reply is empty", NULL, NULL },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEAN_ERR struct err err = { 0 };
		struct outcome outcome;
		struct given given = { .status = table[i].status, .body = table[i].body };
		judge(&given, EFFECT_READ, &outcome, &err);
		CHECK(strncmp(err.message, table[i].message, strlen(table[i].message)) == 0,
		      "<%s>\n", err.message);
		CHECK(!table[i].hint == !err.hint && (!err.hint || strstr(err.hint, table[i].hint)),
		      "%s\n", err.hint);
		CHECK_TEXT(err.response_code, table[i].code, table[i].message);
		bool json = table[i].body && table[i].body[0] == '{';
		CHECK_TEXT(err.response, json ? table[i].body : NULL, table[i].message);
	}
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct outcome outcome;
	struct http_reply reply = { .status = 502, .retry_after = 7 };
	buf_add_str(&reply.body, "<html>");
	buf_add_str(&reply.content_type, "text/html; charset=utf-8");
	assert_int_equal(outcome_judge(&reply, EFFECT_CHANGE, doc, &outcome, &err), -1);
	assert_int_equal(err.retry_after, 7);
	assert_non_null(strstr(err.message, "the reply is a web page, not JSON"));
	http_reply_done(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_and_body),
		cmocka_unit_test(heads),
		cmocka_unit_test(arrays_are_rows),
		cmocka_unit_test(messages),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
