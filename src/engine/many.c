/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/many.h"

#include <string.h>

#include "base/buf.h"
#include "commands/commands.h"
#include "lib/tree.h"

static const char prefix[] = "bulk ";

static const char *kept(struct json_doc *doc, const char *before, const char *name,
			const char *after)
{
	CLEAN_FREE char *text = buf_format("%s%s%s", before, name, after);
	return json_new_string(doc, text)->text;
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < bulk_arg_count; i++)
		if (strcmp(bulk_args[i].name, name) == 0)
			return true;
	return false;
}

/* What a command of `bulk` leaves for its first use. */
struct many_rest {
	struct command_rest rest; /* the first member */
	struct json_doc *doc;
	const struct command *call;
};

static void fill(struct command_rest *rest, struct command *command)
{
	const struct many_rest *many = (const struct many_rest *)rest;
	const struct command *call = command_whole(many->call);
	const char **examples = json_doc_memory(many->doc, 1, sizeof(*examples));
	struct arg *args =
		json_doc_memory(many->doc, call->arg_count + bulk_arg_count, sizeof(*args));
	for (size_t i = 0; i < bulk_arg_count; i++)
		args[command->arg_count++] = bulk_args[i];
	for (size_t i = 0; i < call->arg_count; i++) {
		if (is_own(call->args[i].name))
			continue;
		struct arg *arg = &args[command->arg_count++];
		*arg = call->args[i];
		arg->flags &= ~(unsigned)(ARG_POSITIONAL | ARG_REQUIRED);
		CLEAN_FREE char *column = buf_format("column %s: ", arg->wire);
		if (arg->place != ARG_CLIENT)
			arg->help = kept(many->doc, column, arg->help ? arg->help : "", "");
	}
	command->args = args;
	examples[0] = kept(many->doc, "bangoctl -p sandbox ", command->name, " --input rows.csv");
	command->examples = examples;
	command->example_count = 1;
}

const struct command *many_commands(struct json_doc *doc, const struct command *calls, size_t count)
{
	struct command *commands = json_doc_memory(doc, count, sizeof(*commands));
	struct many_rest *rests = json_doc_memory(doc, count, sizeof(*rests));
	for (size_t i = 0; i < count; i++) {
		rests[i] = (struct many_rest){ { fill }, doc, &calls[i] };
		commands[i] = (struct command){
			.rest = &rests[i].rest,
			.name = kept(doc, prefix, calls[i].name, ""),
			.action = ACTION_BULK,
			.derived = true,
			.own_count = bulk_arg_count,
			.summary = calls[i].summary,
			.description =
				"Does so once for each row of a file, whose columns bear the names below. \"bangoctl help bulk\" tells more.",
		};
	}
	return commands;
}

const struct command *many_call(const struct command_table *table, const struct command *command)
{
	return command->derived ? command_find(table, command->name + sizeof(prefix) - 1) : NULL;
}
