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

static void add_args(struct json_doc *doc, const struct command *call, struct command *command)
{
	struct arg *args = json_doc_memory(doc, call->arg_count + bulk_arg_count, sizeof(*args));
	size_t count = 0;
	for (size_t i = 0; i < bulk_arg_count; i++)
		args[count++] = bulk_args[i];
	for (size_t i = 0; i < call->arg_count; i++) {
		if (is_own(call->args[i].name))
			continue;
		struct arg *arg = &args[count++];
		*arg = call->args[i];
		arg->flags &= ~(unsigned)(ARG_POSITIONAL | ARG_REQUIRED);
		CLEAN_FREE char *column = buf_format("column %s: ", arg->wire);
		if (arg->place != ARG_CLIENT)
			arg->help = kept(doc, column, arg->help ? arg->help : "", "");
	}
	command->args = args;
	command->arg_count = count;
}

const struct command *many_commands(struct json_doc *doc, const struct command *calls,
				    size_t *count)
{
	struct command *commands = json_doc_memory(doc, *count, sizeof(*commands));
	size_t made = 0;
	for (size_t i = 0; i < *count; i++) {
		if (!calls[i].arg_count)
			continue;
		struct command *command = &commands[made++];
		const char **examples = json_doc_memory(doc, 1, sizeof(*examples));
		examples[0] =
			kept(doc, "bangoctl -p sandbox bulk ", calls[i].name, " --input rows.csv");
		*command = (struct command){
			.name = kept(doc, prefix, calls[i].name, ""),
			.action = ACTION_BULK,
			.derived = true,
			.own_count = bulk_arg_count,
			.summary = calls[i].summary,
			.description =
				"Does so once for each row of a file, whose columns bear the names below. \"bangoctl help bulk\" tells more.",
			.examples = examples,
			.example_count = 1,
		};
		add_args(doc, &calls[i], command);
	}
	*count = made;
	return commands;
}

const struct command *many_call(const struct command_table *table, const struct command *command)
{
	return command->derived ? command_find(table, command->name + sizeof(prefix) - 1) : NULL;
}
