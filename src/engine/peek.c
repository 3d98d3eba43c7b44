/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/peek.h"

#include <string.h>

#include "base/clock.h"
#include "engine/credential.h"
#include "sandbox/route.h"
#include "sandbox/subject.h"

void peek_done(struct peek *peek)
{
	answer_done(&peek->answer);
	*peek = (struct peek){ 0 };
}

/* Whether the path of the change has all that the read needs. */
static bool can_fill(const struct command *read, const struct command *change)
{
	for (size_t i = 0; i < read->arg_count; i++) {
		const struct arg *arg = &read->args[i];
		if ((arg->flags & ARG_REQUIRED) &&
		    !(arg->place == ARG_PATH && command_wire_arg(change, ARG_PATH, arg->wire)))
			return false;
	}
	return true;
}

const struct command *peek_command(const struct session *session, const struct command *command)
{
	if (!command || command->action != ACTION_CALL)
		return NULL;
	struct subject subject = subject_of(&session->table, command);
	return subject.hole && subject_is_read(&subject) && can_fill(subject.home, command)
		       ? subject.home
		       : NULL;
}

static int fill_values(const struct command *read, const struct command *command, const char *path,
		       struct values *values, struct err *err)
{
	CLEANUP(route_done) struct route route = { 0 };
	CLEAN_FREE char *plain = mem_dup_len(path, strcspn(path, "?"));
	if (!route_match(&route, command, plain))
		return err_set(err, ERR_USAGE, "the path %s is not that of \"%s\" in this contract",
			       plain, command->name);
	for (size_t i = 0; i < read->arg_count; i++) {
		const struct arg *arg = &read->args[i];
		const char *text = arg->place == ARG_PATH ? route_value(&route, arg->wire) : NULL;
		if (text)
			values_add(values, arg, text);
	}
	return 0;
}

static void read_facts(struct peek *peek, const struct subject *subject)
{
	CLEAN_ERR struct err ignored = { 0 };
	const struct json *record = subject_record(subject, peek->answer.outcome.body);
	peek->record = record ? record : peek->answer.outcome.body;
	peek->member = subject->status;
	peek->status = json_get_string(peek->record, subject->status);
	const char *updated = json_get_string(peek->record, "dateLastUpdated");
	if (!peek->answer.reply.date)
		return;
	peek->skew = peek->answer.reply.date - clock_now();
	if (updated)
		(void)clock_parse(updated, &peek->updated, NULL, &ignored);
}

int peek_record(struct session *session, const struct command *command, const char *path,
		struct peek *peek, struct err *err)
{
	const struct command *read = peek_command(session, command);
	if (!read || !path)
		return err_set(err, ERR_USAGE,
			       "the contract has no call that reads the record back");
	CLEANUP(values_done) struct values values = { 0 };
	CLEANUP(request_done) struct request request = { 0 };
	CLEANUP(http_url_done) struct http_url url = { 0 };
	if (fill_values(read, command, path, &values, err) < 0 ||
	    request_build(session, read, &values, &request, err) < 0 ||
	    send_find_server(session, true, &url, err) < 0 ||
	    credential_load(session, read, err) < 0)
		return -1;
	request_fresh_id(&request);
	if (send_until_done(session, &request, &url, &peek->answer, err) < 0)
		return err_wrap(err, "%s %s", read->name, request.target);
	struct subject subject = subject_of(&session->table, command);
	read_facts(peek, &subject);
	return 0;
}
