/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/call.h"

#include <string.h>

#include "engine/audit.h"
#include "engine/credential.h"
#include "engine/output.h"
#include "engine/policy.h"
#include "engine/preview.h"
#include "engine/profile.h"
#include "engine/seen.h"
#include "engine/send.h"
#include "engine/settle.h"
#include "engine/show.h"
#include "engine/terminal.h"
#include "sandbox/subject.h"

enum { DEFAULT_WAIT_SECONDS = 60 };

static const char *verb_of(const struct request *request)
{
	return request->command ? request->command->name : request->method;
}

/* The command that settles the change: with the options that it takes to reach the same server. */
static void hint_reconcile(const struct session *session, const struct request *request,
			   struct err *err)
{
	static const char *const names[] = {
		"config", "base-url", "proxy", "cacert", "cert", "key"
	};
	CLEAN_BUF struct buf line = { 0 };
	buf_add_format(&line, "bangoctl -p %s reconcile --request-id %s", session->profile,
		       request->id);
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = values_get(&session->globals, names[i]);
		if (!value)
			continue;
		buf_add_format(&line, " --%s ", names[i]);
		if (strpbrk(value, " \t'\"$`\\*?[]{}()<>|&;!#~"))
			show_quoted(&line, value);
		else
			buf_add_str(&line, value);
	}
	err_hint(err, "%s", line.data);
}

static int explain(const struct session *session, const struct request *request, struct err *err)
{
	const char *target = request->target	? request->target
			     : request->command ? ""
						: request->path;
	free(err->request_id);
	err->request_id = mem_dup(request->id);
	if (err->kind == ERR_UNKNOWN) {
		err_wrap(err, "the outcome is unknown, the change is perhaps applied");
		if (peek_command(session, request->command))
			hint_reconcile(session, request, err);
		else
			err_hint(err, "find out whether it was applied before you send it again");
	}
	return err_wrap(err, "%s%s%s", verb_of(request), *target ? " " : "", target);
}

/* The status that the reply tells of the record, or NULL. */
static const char *status_in(const struct session *session, const struct request *request,
			     const struct json *reply)
{
	if (!request->command)
		return json_get_string(reply, "status");
	struct subject subject = subject_of(&session->table, request->command);
	return subject_status(&subject, reply);
}

/* What was changed, for people: what the path names, or the record that was made. */
static const char *target_in(const struct session *session, const struct request *request,
			     const struct json *reply)
{
	if (request->target || !request->command)
		return request->target ? request->target : request->path;
	struct subject subject = subject_of(&session->table, request->command);
	const char *id = subject_id(&subject, subject_record(&subject, reply));
	return id ? id : request->path;
}

/* The one line on stderr that says what changed, by a reply with the record. `before` is the status
 * that it had, if that was read. */
static void report(const struct session *session, const struct request *request,
		   const struct json *reply, bool accepted, const char *before)
{
	const struct command *command = request->command;
	if (request->effect == EFFECT_READ || values_flag(&session->globals, "quiet"))
		return;
	const char *environment = setting_text(&session->settings, SETTING_ENVIRONMENT);
	const char *target = target_in(session, request, reply),
		   *status = status_in(session, request, reply);
	CLEAN_BUF struct buf line = { 0 };
	if (accepted)
		buf_add_format(&line, "accepted, not done yet: %s %s", verb_of(request), target);
	else if (command && command->done)
		buf_add_format(&line, "%s %s", command->done, target);
	else
		buf_add_format(&line, "done: %s %s", verb_of(request), target);
	if (before)
		buf_add_format(&line, " (was %s)", before);
	else if (status)
		buf_add_format(&line, " (now %s)", status);
	buf_add_format(&line, " · %s", environment);
	if (strcmp(environment, session->profile) != 0)
		buf_add_format(&line, " · %s", session->profile);
	buf_add_format(&line, " · request %s", request->id);
	terminal_note("%s", line.data);
}

static int show_reply(const struct session *session, const struct request *request,
		      const struct answer *answer, struct err *err)
{
	const struct command *command = request->command;
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

/* Waits for an accepted change; what is shown then is the record as it was read last. */
static int wait_and_show(struct session *session, const struct request *request,
			 const struct answer *answer, struct err *err)
{
	const char *text = values_get(&session->globals, "wait");
	const char *before = status_in(session, request, answer->outcome.body);
	double seconds = strcmp(text, "true") == 0 ? DEFAULT_WAIT_SECONDS : strtod(text, NULL);
	CLEANUP(peek_done) struct peek peek = { 0 };
	report(session, request, answer->outcome.body, true, NULL);
	if (settle_wait(session, request, before, seconds, &peek, err) < 0)
		return explain(session, request, err);
	report(session, request, peek.answer.outcome.body, false, before);
	audit_outcome(session, request, NULL, false, peek.status);
	return show_reply(session, request, &peek.answer, err);
}

static int finish(struct session *session, const struct request *request,
		  const struct answer *answer, const char *before, struct err *err)
{
	bool accepted = answer->outcome.accepted && request->effect == EFFECT_CHANGE;
	session->applied = request->effect == EFFECT_CHANGE;
	seen_note(session, answer->outcome.body);
	/* whose record the status is in takes the whole contract to find out */
	if (session->applied)
		audit_outcome(session, request, NULL, accepted,
			      status_in(session, request, answer->outcome.body));
	if (accepted && values_flag(&session->globals, "wait"))
		return wait_and_show(session, request, answer, err);
	report(session, request, answer->outcome.body, accepted, before);
	return show_reply(session, request, answer, err);
}

/* What --dry-run and --curl show instead of sending. */
static int show_instead(struct session *session, const struct request *request,
			const struct http_url *url, struct err *err)
{
	const char *dry = values_get(&session->globals, "dry-run");
	if (session_is_sandbox(session) && !setting_text(&session->settings, SETTING_BASE_URL) &&
	    dry == NULL)
		terminal_note(
			"this sandbox is within bangoctl: for curl start \"bangoctl sandbox serve\" and add its address");
	if (values_flag(&session->globals, "curl"))
		return show_curl(session, request, url, err);
	return strcmp(dry, "diff") == 0 ? preview_show(session, request, url, err)
					: show_request(session, request, url, err);
}

static int send_request(struct session *session, const struct request *request, struct err *err)
{
	const char *dry = values_get(&session->globals, "dry-run");
	bool curl = values_flag(&session->globals, "curl"),
	     reads = !curl && (!dry || strcmp(dry, "diff") == 0);
	CLEANUP(http_url_done) struct http_url url = { 0 };
	CLEANUP(answer_done) struct answer answer = { 0 };
	CLEAN_FREE char *before = NULL;
	if (send_find_server(session, reads, &url, err) < 0)
		return -1;
	if (dry || curl)
		return show_instead(session, request, &url, err);
	if (policy_check(session, request, &before, err) < 0 ||
	    credential_load(session, request->command, err) < 0 ||
	    audit_intent(session, request, err) < 0)
		return -1;
	free(session->last.request_id);
	session->last.request_id = mem_dup(request->id);
	if (send_until_done(session, request, &url, &answer, err) < 0) {
		audit_outcome(session, request, err, false, NULL);
		return explain(session, request, err);
	}
	return finish(session, request, &answer, before, err);
}

int do_call(struct session *session, const struct command *command, const struct values *values,
	    struct err *err)
{
	CLEANUP(request_done) struct request request = { 0 };
	if (profile_require(session, err) < 0 ||
	    request_build(session, command, values, &request, err) < 0)
		return -1;
	return send_request(session, &request, err);
}

int do_request(struct session *session, const struct command *command, const struct values *values,
	       struct err *err)
{
	(void)command;
	CLEANUP(request_done) struct request request = { 0 };
	if (profile_require(session, err) < 0 ||
	    request_build_raw(session, values, &request, err) < 0)
		return -1;
	return send_request(session, &request, err);
}
