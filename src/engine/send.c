/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/send.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/profile.h"
#include "engine/retry.h"
#include "engine/sandboxed.h"
#include "engine/terminal.h"

enum { LEAST_TIMEOUT_MS = 1000 };

/* ---- where to ---- */

static bool in_process(const struct session *session)
{
	return session_is_sandbox(session) && !setting_text(&session->settings, SETTING_BASE_URL);
}

static int check_auth(const struct session *session, struct err *err)
{
	const char *header = NULL;
	if (profile_auth(session, NULL, &header) != AUTH_HEADER || header)
		return 0;
	err_set(err, ERR_CONFIG, "profile \"%s\" has auth = \"header\" but no auth_header",
		session->profile);
	return err_hint(err, "add auth_header = \"X-Api-Key\"; or whatever the document asks for");
}

int send_find_server(struct session *session, bool start, struct http_url *url, struct err *err)
{
	if (!in_process(session)) {
		if (values_get(&session->globals, "fault") || values_get(&session->globals, "seed"))
			return err_set(
				err, ERR_USAGE,
				"--fault and --seed are for profile sandbox without a base URL");
		return check_auth(session, err) < 0 ? -1 : profile_url(session, url, err);
	}
	if (start && sandboxed_start(session, 0, false, err) < 0)
		return -1;
	*url = (struct http_url){ .loopback = true,
				  .host = mem_dup("127.0.0.1"),
				  .path = mem_dup("") };
	url->authority = start ? buf_format("127.0.0.1:%d", sandbox_port(session->sandbox))
			       : mem_dup("127.0.0.1");
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
	terminal_note(
		"the change was sent; waiting for its answer (a second signal gives up, and the outcome is unknown)");
}

/* Of that timeout what is left of a wait, but enough for an answer. */
static long timeout_of(const struct session *session, long timeout)
{
	long long left = session->deadline - clock_monotonic();
	if (!session->deadline || left >= timeout)
		return timeout;
	return left > LEAST_TIMEOUT_MS	    ? (long)left
	       : timeout > LEAST_TIMEOUT_MS ? LEAST_TIMEOUT_MS
					    : timeout;
}

struct http_options send_options(const struct session *session)
{
	const struct settings *settings = &session->settings;
	long timeout = (long)(setting_number(settings, SETTING_TIMEOUT) * 1000);
	return (struct http_options){
		.timeout_ms = timeout_of(session, timeout),
		.is_wait = timeout_of(session, timeout) < timeout,
		.connect_timeout_ms =
			(long)(setting_number(settings, SETTING_CONNECT_TIMEOUT) * 1000),
		.proxy = setting_text(settings, SETTING_PROXY),
		.cacert = setting_text(settings, SETTING_CACERT),
		.cert = setting_text(settings, SETTING_CERT),
		.key = setting_text(settings, SETTING_KEY),
		.max_reply = setting_size(settings, SETTING_MAX_REPLY),
		.certificate = session->command && strcmp(session->command, "doctor") == 0,
		.trace = (int)values_times(&session->globals, "verbose"),
		.on_trace = on_trace,
		.on_signal = on_signal,
		.stop = session->stop,
	};
}

/* Keeps to the profile's rate within this run. */
static int pace(struct session *session, struct err *err)
{
	double rate = setting_number(&session->settings, SETTING_RATE);
	long long gap = rate > 0 ? (long long)(1000 / rate) : 0;
	long long wait =
		session->last_request ? session->last_request + gap - clock_monotonic() : 0;
	if (wait > 0 && clock_sleep(wait, session->stop) < 0)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	session->last_request = clock_monotonic();
	return 0;
}

static void show_timing(const struct session *session, const struct http_timing *timing)
{
	if (!values_flag(&session->globals, "timing"))
		return;
	terminal_note(
		"timing: %s, resolved %.1f ms, connected %.1f ms, secured %.1f ms, first byte %.1f ms, total %.1f ms",
		timing->reused ? "kept connection" : "new connection", timing->resolved * 1e3,
		timing->connected * 1e3, timing->secured * 1e3, timing->first_byte * 1e3,
		timing->total * 1e3);
}

void send_trace(const struct session *session, const struct request *request, const char *url,
		const struct http_reply *reply, const struct err *failure)
{
	const char *path = values_get(&session->globals, "trace");
	if (!path)
		return;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf now = { 0 }, line = { 0 };
	struct json *object = json_new(doc, JSON_OBJECT);
	clock_format(&now, clock_now());
	json_set_string(doc, object, "at", now.data);
	json_set_string(doc, object, "request_id", request->id);
	json_set_string(doc, object, "method", request->method);
	json_set_string(doc, object, "url", url);
	json_set_integer(doc, object, "request_bytes", (long long)request->text.len);
	json_set(doc, object, "sent", json_new_bool(doc, reply->sent));
	json_set_integer(doc, object, "status", reply->status);
	json_set_integer(doc, object, "reply_bytes", (long long)reply->body.len);
	json_set_integer(doc, object, "total_us", (long long)(reply->timing.total * 1e6));
	json_set_integer(doc, object, "first_byte_us", (long long)(reply->timing.first_byte * 1e6));
	json_set(doc, object, "kept_connection", json_new_bool(doc, reply->timing.reused));
	json_set_string(doc, object, "error", failure ? failure->message : NULL);
	json_write(&line, object, JSON_COMPACT);
	buf_add_char(&line, '\n');
	CLEAN_ERR struct err err = { 0 };
	if (file_append(path, line.data, line.len, &err) < 0)
		terminal_note("warning: --trace: %s", err.message);
}

struct http_request send_wire(const struct session *session, const struct request *request,
			      const struct http_url *url, const char *full)
{
	static const enum http_auth ways[] = { [AUTH_UNSAID] = HTTP_AUTH_BASIC,
					       [AUTH_NONE] = HTTP_AUTH_NONE,
					       [AUTH_BASIC] = HTTP_AUTH_BASIC,
					       [AUTH_BEARER] = HTTP_AUTH_BEARER,
					       [AUTH_HEADER] = HTTP_AUTH_HEADER };
	const char *auth_header = NULL;
	enum http_auth auth = ways[profile_auth(session, request->command, &auth_header)];
	return (struct http_request){
		.method = request->method,
		.url = full,
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->has_body ? buf_str(&request->text) : NULL,
		.body_len = request->text.len,
		.change = request->effect == EFFECT_CHANGE,
		/* a proxy of the config or of the environment is for what lies outside */
		.loopback = url->loopback && !values_get(&session->globals, "proxy"),
		.auth = auth,
		.auth_name = auth == HTTP_AUTH_HEADER ? auth_header : session->username,
		.secret = &session->secret,
	};
}

static int exchange(struct session *session, const struct request *request,
		    const struct http_url *url, struct http_reply *reply, struct err *err)
{
	CLEAN_FREE char *full = request_url(request, url);
	const struct http_options options = send_options(session);
	const struct http_request wire = send_wire(session, request, url, full);
	if (pace(session, err) < 0)
		return -1;
	int result = http_perform(session_http(session), &wire, &options, reply, err);
	session->last.timing = reply->timing;
	send_trace(session, request, full, reply, result < 0 ? err : NULL);
	show_timing(session, &reply->timing);
	return result;
}

/* ---- tries ---- */

void answer_done(struct answer *answer)
{
	http_reply_done(&answer->reply);
	json_doc_free(answer->doc);
	*answer = (struct answer){ 0 };
}

int send_judge(const struct request *request, struct http_reply *reply, struct json_doc *doc,
	       struct outcome *outcome, struct err *err)
{
	/* the contract may show a change's reply without a body, or none */
	const struct command *command = request->command;
	if (command && command->effect == EFFECT_CHANGE && (!command->success || command->bodiless))
		reply->headless = true;
	return outcome_judge(reply, request->effect, doc, outcome, err);
}

static int try_once(struct session *session, const struct request *request,
		    const struct http_url *url, struct answer *answer, struct err *err)
{
	answer_done(answer);
	answer->doc = json_doc_new();
	if (exchange(session, request, url, &answer->reply, err) < 0)
		return -1;
	return send_judge(request, &answer->reply, answer->doc, &answer->outcome, err);
}

static int wait_for_retry(const struct session *session, long long wait, unsigned tried,
			  struct err *err)
{
	terminal_note("%s: trying again in %.1f s (%u of %.0f)", err->message, (double)wait / 1000,
		      tried + 1, setting_number(&session->settings, SETTING_RETRIES));
	enum err_kind kind = err->kind;
	if (clock_sleep(wait, session->stop) == 0)
		return 0;
	/* after an unknown outcome a signal must not turn it into something milder */
	if (kind != ERR_UNKNOWN)
		err_set(err, ERR_INTERRUPTED, "interrupted while waiting to try again");
	return -1;
}

int send_until_done(struct session *session, const struct request *request,
		    const struct http_url *url, struct answer *answer, struct err *err)
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
