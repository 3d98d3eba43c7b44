/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/call.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/credential.h"
#include "engine/outcome.h"
#include "engine/output.h"
#include "engine/policy.h"
#include "engine/profile.h"
#include "engine/retry.h"
#include "engine/sandboxed.h"
#include "engine/seen.h"
#include "engine/show.h"
#include "engine/terminal.h"

/* ---- where to ---- */

static bool in_process(const struct session *session)
{
	return session_is_sandbox(session) && !setting_text(&session->settings, SETTING_BASE_URL);
}

static int find_server(struct session *session, bool start, struct http_url *url, struct err *err)
{
	if (!in_process(session)) {
		if (values_get(&session->globals, "fault") || values_get(&session->globals, "seed"))
			return err_set(err, ERR_USAGE, "--fault and --seed are for profile sandbox without a base URL");
		return profile_url(session, url, err);
	}
	if (start && sandboxed_start(session, 0, false, err) < 0)
		return -1;
	*url = (struct http_url){ .loopback = true, .host = mem_dup("127.0.0.1"), .path = mem_dup("") };
	url->authority = start ? buf_format("127.0.0.1:%d", sandbox_port(session->sandbox)) : mem_dup("127.0.0.1");
	return 0;
}

/* ---- one exchange ---- */

static void on_trace(void *context, char direction, const char *text, size_t len)
{
	(void)context;
	CLEAN_BUF struct buf line = { 0 };
	buf_add_format(&line, "%c ", direction);
	text_escape(&line, text, len, true);
	buf_add_char(&line, '\n');
	(void)file_write_all(STDERR_FILENO, line.data, line.len);
}

static void on_signal(void *context)
{
	(void)context;
	terminal_note("the change was sent; waiting for its answer (a second signal gives up, and the outcome is unknown)");
}

static struct http_options make_options(const struct session *session)
{
	const struct settings *settings = &session->settings;
	return (struct http_options){
		.timeout_ms = (long)(setting_number(settings, SETTING_TIMEOUT) * 1000),
		.connect_timeout_ms = (long)(setting_number(settings, SETTING_CONNECT_TIMEOUT) * 1000),
		.proxy = setting_text(settings, SETTING_PROXY),
		.cacert = setting_text(settings, SETTING_CACERT),
		.cert = setting_text(settings, SETTING_CERT),
		.key = setting_text(settings, SETTING_KEY),
		.max_reply = setting_size(settings, SETTING_MAX_REPLY),
		.trace = (int)values_times(&session->globals, "verbose"),
		.on_trace = on_trace,
		.on_signal = on_signal,
		.stop = session->stop,
	};
}

static enum http_auth auth_of(const struct session *session)
{
	const char *auth = setting_text(&session->settings, SETTING_AUTH);
	if (strcmp(auth, "bearer") == 0)
		return HTTP_AUTH_BEARER;
	return strcmp(auth, "header") == 0 ? HTTP_AUTH_HEADER : HTTP_AUTH_BASIC;
}

/* Keeps to the profile's rate within this run. */
static int pace(struct session *session, struct err *err)
{
	double rate = setting_number(&session->settings, SETTING_RATE);
	long long gap = rate > 0 ? (long long)(1000 / rate) : 0;
	long long wait = session->last_request ? session->last_request + gap - clock_monotonic() : 0;
	if (wait > 0 && clock_sleep(wait, session->stop) < 0)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	session->last_request = clock_monotonic();
	return 0;
}

static void show_timing(const struct session *session, const struct http_timing *timing)
{
	if (!values_flag(&session->globals, "timing"))
		return;
	terminal_note("timing: %s, resolved %.1f ms, connected %.1f ms, secured %.1f ms, first byte %.1f ms, total %.1f ms",
		      timing->reused ? "kept connection" : "new connection", timing->resolved * 1e3, timing->connected * 1e3,
		      timing->secured * 1e3, timing->first_byte * 1e3, timing->total * 1e3);
}

static int exchange(struct session *session, const struct request *request, const struct http_url *url,
		    struct http_reply *reply, struct err *err)
{
	CLEAN_FREE char *full = buf_format("%s://%s%s%s", url->https ? "https" : "http", url->authority, url->path, request->path);
	const struct http_options options = make_options(session);
	const char *auth_header = setting_text(&session->settings, SETTING_AUTH_HEADER);
	enum http_auth auth = auth_of(session);
	const struct http_request wire = {
		.method = request->method,
		.url = full,
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->has_body ? buf_str(&request->text) : NULL,
		.body_len = request->text.len,
		.change = request->effect == EFFECT_CHANGE,
		.loopback = url->loopback,
		.auth = auth,
		.auth_name = auth == HTTP_AUTH_HEADER ? auth_header : session->username,
		.secret = &session->secret,
	};
	if (pace(session, err) < 0)
		return -1;
	int result = http_perform(session_http(session), &wire, &options, reply, err);
	session->last.timing = reply->timing;
	show_timing(session, &reply->timing);
	return result;
}

/* ---- tries ---- */

/* A reply and what it means. */
struct answer {
	struct http_reply reply;
	struct json_doc *doc;
	struct outcome outcome;
};

static void answer_done(struct answer *answer)
{
	http_reply_done(&answer->reply);
	json_doc_free(answer->doc);
	*answer = (struct answer){ 0 };
}

static int try_once(struct session *session, const struct request *request, const struct http_url *url, struct answer *answer,
		    struct err *err)
{
	answer_done(answer);
	answer->doc = json_doc_new();
	if (exchange(session, request, url, &answer->reply, err) < 0)
		return -1;
	return outcome_judge(&answer->reply, request->effect, answer->doc, &answer->outcome, err);
}

static int wait_for_retry(const struct session *session, long long wait, unsigned tried, struct err *err)
{
	terminal_note("%s: trying again in %.1f s (%u of %.0f)", err->message, (double)wait / 1000, tried + 1,
		      setting_number(&session->settings, SETTING_RETRIES));
	enum err_kind kind = err->kind;
	if (clock_sleep(wait, session->stop) == 0)
		return 0;
	/* after an unknown outcome a signal must not turn it into something milder */
	if (kind != ERR_UNKNOWN)
		err_set(err, ERR_INTERRUPTED, "interrupted while waiting to try again");
	return -1;
}

static int try_until_done(struct session *session, const struct request *request, const struct http_url *url,
			  struct answer *answer, struct err *err)
{
	bool unknown_before = false;
	for (unsigned tried = 0;; tried++) {
		if (try_once(session, request, url, answer, err) == 0)
			return 0;
		unknown_before = unknown_before || err->kind == ERR_UNKNOWN;
		long long wait = retry_wait(session, request->effect, &answer->reply, err, tried);
		if (wait < 0 || wait_for_retry(session, wait, tried, err) < 0)
			break;
		err_done(err);
	}
	/* an earlier try may have been applied, whatever a later one says */
	if (unknown_before)
		err->kind = ERR_UNKNOWN;
	return -1;
}

/* ---- the end ---- */

static int explain(const struct session *session, const struct request *request, struct err *err)
{
	err->request_id = mem_dup(request->id);
	const char *what = request->command ? request->command->name : request->method;
	const char *target = request->target ? request->target : request->command ? "" : request->path;
	if (err->kind == ERR_UNKNOWN) {
		err_wrap(err, "the outcome is unknown, the change is perhaps applied");
		if (request->target && command_find(&session->table, "entitlement get"))
			err_hint(err, "read it back: bangoctl -p %s entitlement get %s", session->profile, request->target);
		else
			err_hint(err, "read the record back before you send it again");
	}
	return err_wrap(err, "%s%s%s", what, *target ? " " : "", target);
}

static void report(const struct session *session, const struct request *request, const struct answer *answer)
{
	const struct command *command = request->command;
	if (request->effect == EFFECT_READ || values_flag(&session->globals, "quiet"))
		return;
	const char *environment = setting_text(&session->settings, SETTING_ENVIRONMENT);
	const char *status = json_get_string(answer->outcome.body, "status");
	const char *target = request->target ? request->target : request->path;
	CLEAN_BUF struct buf line = { 0 };
	if (answer->outcome.accepted)
		buf_add_format(&line, "accepted, not done yet: %s %s", command ? command->name : request->method, target);
	else if (command && command->done)
		buf_add_format(&line, "%s %s", command->done, target);
	else
		buf_add_format(&line, "done: %s %s", command ? command->name : request->method, target);
	if (status)
		buf_add_format(&line, " (now %s)", status);
	buf_add_format(&line, " · %s", environment);
	if (strcmp(environment, session->profile) != 0)
		buf_add_format(&line, " · %s", session->profile);
	buf_add_format(&line, " · request %s", request->id);
	terminal_note("%s", line.data);
}

static int finish(struct session *session, const struct request *request, const struct answer *answer, struct err *err)
{
	const struct command *command = request->command;
	session->applied = request->effect == EFFECT_CHANGE;
	seen_note(session, answer->outcome.body);
	report(session, request, answer);
	const struct output output = {
		.value = answer->outcome.body,
		.rows = command ? command->rows : NULL,
		.columns = command ? command->columns : NULL,
		.column_count = command ? command->column_count : 0,
		.record = command ? command->record : NULL,
		.raw = buf_str(&answer->reply.body),
		.raw_len = answer->reply.body.len,
	};
	if (output_print(session, &output, err) == 0)
		return 0;
	err->request_id = mem_dup(request->id);
	return -1;
}

static int check_auth(const struct session *session, struct err *err)
{
	if (auth_of(session) != HTTP_AUTH_HEADER || setting_text(&session->settings, SETTING_AUTH_HEADER))
		return 0;
	err_set(err, ERR_CONFIG, "profile \"%s\" has auth = \"header\" but no auth_header", session->profile);
	return err_hint(err, "add auth_header = \"X-Api-Key\"; or whatever the document asks for");
}

static int send_request(struct session *session, const struct request *request, struct err *err)
{
	bool dry = values_flag(&session->globals, "dry-run"), curl = values_flag(&session->globals, "curl");
	CLEANUP(http_url_done) struct http_url url = { 0 };
	if (find_server(session, !dry && !curl, &url, err) < 0 || check_auth(session, err) < 0)
		return -1;
	if (curl)
		return show_curl(session, request, &url, err);
	if (dry)
		return show_request(session, request, &url, err);
	if (policy_check(session, request, err) < 0 || credential_load(session, err) < 0)
		return -1;
	free(session->last.request_id);
	session->last.request_id = mem_dup(request->id);
	CLEANUP(answer_done) struct answer answer = { 0 };
	if (try_until_done(session, request, &url, &answer, err) < 0)
		return explain(session, request, err);
	return finish(session, request, &answer, err);
}

int do_call(struct session *session, const struct command *command, const struct values *values, struct err *err)
{
	CLEANUP(request_done) struct request request = { 0 };
	if (profile_require(session, err) < 0 || request_build(session, command, values, &request, err) < 0)
		return -1;
	return send_request(session, &request, err);
}

int do_request(struct session *session, const struct command *command, const struct values *values, struct err *err)
{
	(void)command;
	CLEANUP(request_done) struct request request = { 0 };
	if (profile_require(session, err) < 0 || request_build_raw(session, values, &request, err) < 0)
		return -1;
	return send_request(session, &request, err);
}
