/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/peek.h"

#include <string.h>

#include "base/clock.h"
#include "engine/credential.h"

void peek_done(struct peek *peek)
{
	answer_done(&peek->answer);
	*peek = (struct peek){ 0 };
}

static const struct arg *first_hole(const struct command *command)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].place == ARG_PATH)
			return &command->args[i];
	return NULL;
}

static bool needs_more(const struct command *command, const struct arg *hole)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (&command->args[i] != hole && (command->args[i].flags & ARG_REQUIRED))
			return true;
	return false;
}

const struct command *peek_command(const struct session *session, const struct command *command)
{
	const struct arg *hole = command ? first_hole(command) : NULL;
	for (size_t i = 0; hole && i < session->contract.command_count; i++) {
		const struct command *other = &session->contract.commands[i];
		const struct arg *same = first_hole(other);
		if (other->effect == EFFECT_READ && strcmp(other->method, "GET") == 0 &&
		    !other->rows && same && strcmp(same->wire, hole->wire) == 0 &&
		    !needs_more(other, same))
			return other;
	}
	return NULL;
}

static void read_facts(struct peek *peek)
{
	CLEAN_ERR struct err ignored = { 0 };
	peek->record = peek->answer.outcome.body;
	peek->status = json_get_string(peek->record, "status");
	const char *updated = json_get_string(peek->record, "dateLastUpdated");
	if (!peek->answer.reply.date)
		return;
	peek->skew = peek->answer.reply.date - clock_now();
	if (updated)
		(void)clock_parse(updated, &peek->updated, NULL, &ignored);
}

int peek_record(struct session *session, const struct command *command, const char *target,
		struct peek *peek, struct err *err)
{
	const struct command *read = peek_command(session, command);
	if (!read || !target)
		return err_set(err, ERR_USAGE,
			       "the contract has no call that reads the record back");
	CLEANUP(values_done) struct values values = { 0 };
	CLEANUP(request_done) struct request request = { 0 };
	CLEANUP(http_url_done) struct http_url url = { 0 };
	values_add(&values, first_hole(read), target);
	if (request_build(session, read, &values, &request, err) < 0 ||
	    send_find_server(session, true, &url, err) < 0 ||
	    credential_load(session, read, err) < 0)
		return -1;
	request_fresh_id(&request);
	if (send_until_done(session, &request, &url, &peek->answer, err) < 0)
		return err_wrap(err, "%s %s", read->name, target);
	read_facts(peek);
	return 0;
}
