/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/check.h"

#include <string.h>

#include "contract/document.h"
#include "contract/vocabulary.h"

static void problem(struct contract *contract, const struct command *command, const char *what,
		    const char *which)
{
	document_problem(contract, false, command->node, "%s: %s%s%s", command->name, what,
			 *which ? " " : "", which);
}

static void undescribed(struct contract *contract, const struct arg *arg)
{
	size_t before = contract->problem_count;
	document_problem(contract, false, arg->node, "no description of %s",
			 arg->wire ? arg->wire : arg->name);
	if (contract->problem_count > before)
		contract->problems[before].slight = true;
}

static void check_args(struct contract *contract, const struct command *command)
{
	bool optional = false;
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		bool required = arg->flags & ARG_REQUIRED;
		if (!arg->help || !*arg->help)
			undescribed(contract, arg);
		if (arg->type == ARG_CHOICE && !arg->choice_count)
			document_problem(contract, false, arg->node, "an enum without values: %s",
					 arg->wire);
		if (!(arg->flags & ARG_POSITIONAL))
			continue;
		if (required && optional)
			problem(contract, command,
				"a required argument after an optional one:", arg->name);
		optional = optional || !required;
	}
}

static void check_holes(struct contract *contract, const struct command *command)
{
	for (const char *p = command->path; (p = strchr(p, '{')); p++) {
		CLEAN_FREE char *hole = mem_dup_len(p + 1, strcspn(p + 1, "}"));
		if (!command_wire_arg(command, ARG_PATH, hole))
			problem(contract, command, "the path has no argument for", hole);
	}
}

static void check_columns(struct contract *contract, const struct command *command)
{
	const struct json *row = command->sample;
	if (!row)
		return;
	if (command->rows) {
		const struct json *list = *command->rows ? json_get(row, command->rows) : row;
		if (!json_is(list, JSON_ARRAY)) {
			problem(contract, command, "the example reply has no array", command->rows);
			return;
		}
		row = list->first;
	}
	for (size_t i = 0; row && i < command->column_count; i++)
		if (!json_path(row, command->columns[i]))
			problem(contract, command, "the example reply has no column",
				command->columns[i]);
}

static void check_danger(struct contract *contract, const struct command *command)
{
	static const char *const verbs[] = { "cancel", "revoke", "terminate", "delete" };
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (command->effect == EFFECT_CHANGE && strstr(command->name, verbs[i]) &&
		    command->danger != DANGER_SEVERE)
			problem(contract, command,
				"a severe verb without danger: severe:", verbs[i]);
	if (command->effect == EFFECT_READ && command->danger != DANGER_NONE)
		problem(contract, command, "a read with a danger", "");
	if (command->effect == EFFECT_READ && (command->from_count || command->to_count))
		problem(contract, command, "a read with transitions", "");
}

void contract_check(struct contract *contract)
{
	contract_fill(contract);
	vocabulary_check(contract);
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		if (!command->summary || !*command->summary)
			problem(contract, command, "no summary", "");
		check_args(contract, command);
		check_holes(contract, command);
		if (json_get(command->node, "x-bangoctl")) {
			check_columns(contract, command);
			check_danger(contract, command);
		}
	}
	document_settle(contract);
}
