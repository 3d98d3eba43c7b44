/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/command.h"

#include <stdint.h>
#include <string.h>

const struct command *command_whole(const struct command *command)
{
	struct command_rest *rest = command ? command->rest : NULL;
	if (!rest)
		return command;
	/* who has a rest lives in memory of its own, not in a table of constants */
	struct command *unfinished = (struct command *)(uintptr_t)command;
	unfinished->rest = NULL;
	rest->fill(rest, unfinished);
	return command;
}

const struct command *command_find(const struct command_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->items[i]->name, name) == 0)
			return command_whole(table->items[i]);
	return NULL;
}

bool command_is_group(const struct command_table *table, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < table->count; i++) {
		const char *other = table->items[i]->name;
		if (strncmp(other, name, len) == 0 && other[len] == ' ')
			return true;
	}
	return false;
}

const struct arg *command_arg(const struct command *command, const char *name)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (strcmp(command->args[i].name, name) == 0)
			return &command->args[i];
	return NULL;
}

const struct arg *command_wire_arg(const struct command *command, enum arg_place place,
				   const char *wire)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place == place && arg->wire && strcmp(arg->wire, wire) == 0)
			return arg;
	}
	return NULL;
}

bool command_has_body(const struct command *command)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].place == ARG_BODY)
			return true;
	return false;
}

static const char *const danger_names[] = { "none", "moderate", "severe" };

const char *danger_name(enum danger danger)
{
	return danger_names[danger];
}

int danger_of_name(const char *name)
{
	for (int i = DANGER_NONE; i <= DANGER_SEVERE; i++)
		if (strcmp(danger_names[i], name) == 0)
			return i;
	return -1;
}

const char *arg_meta(const struct arg *arg)
{
	static const char *const metas[] = {
		[ARG_STRING] = "TEXT",	  [ARG_INT] = "N",	   [ARG_NUMBER] = "NUMBER",
		[ARG_FLAG] = "",	  [ARG_CHOICE] = "CHOICE", [ARG_FILE] = "FILE",
		[ARG_JSON] = "JSON",	  [ARG_TIME] = "TIME",	   [ARG_DATE] = "DATE",
		[ARG_PAIR] = "KEY=VALUE",
	};
	return arg->meta ? arg->meta : metas[arg->type];
}
