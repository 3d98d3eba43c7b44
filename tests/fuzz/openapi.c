/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An OpenAPI document: it is refused with a reason, or makes commands that hold what the parser,
 * the help and the requests rely on. Whatever is wrong with it has a place and a message; it does
 * the same when it is read again from what was exported, from a kept copy, and with an operation
 * moved to where it stands.
 */
#include "openapi.h"

#include <string.h>

#include "base/text.h"
#include "commands/commands.h"
#include "contract/check.h"
#include "contract/diff.h"
#include "contract/limits.h"
#include "contract/moved.h"
#include "fuzz.h"
#include "grammar/help.h"
#include "lib/pack.h"
#include "lib/yaml.h"

#define CLEAN_CONTRACT CLEANUP(contract_done)

static struct contract_reserved reserved(void)
{
	return (struct contract_reserved){ global_options, global_option_count, own_commands(),
					   NULL };
}

/* Whether a terminal can show it as it is. */
static bool is_showable(const char *text, size_t len)
{
	CLEAN_BUF struct buf safe = { 0 };
	text_escape(&safe, text, len, true);
	return safe.len == len && memcmp(buf_str(&safe), text, len) == 0;
}

/* ---- a command ---- */

static void is_reserved_nowhere(const struct arg *arg)
{
	for (size_t i = 0; i < global_option_count; i++)
		must(strcmp(arg->name, global_options[i].name) != 0);
}

static void check_choices(const struct arg *arg)
{
	for (size_t i = 0; i < arg->choice_count; i++) {
		const char *value = arg->choices[i].value;
		must(is_showable(value, strlen(value)));
		must(arg->place == ARG_CLIENT || limits_choice(arg, value));
	}
}

static void check_arg(const struct command *command, const struct arg *arg)
{
	must(*arg->name && arg->help && is_showable(arg->help, strlen(arg->help)));
	must(strspn(arg->name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(arg->name));
	must(command_arg(command, arg->name) == arg); /* no two have one name */
	must(arg->place == ARG_CLIENT || (arg->wire && *arg->wire && arg->evidence));
	must(arg->place != ARG_HEADER || text_is_header_name(arg->wire));
	must((arg->place == ARG_PATH) == !!(arg->flags & ARG_POSITIONAL));
	must(arg->type != ARG_CHOICE || arg->choices);
	check_choices(arg);
	is_reserved_nowhere(arg);
	if (arg->check) {
		CLEAN_ERR struct err err = { 0 };
		must(arg->check(arg, arg->name, "-1e3", &err) == 0 || err.kind == ERR_USAGE);
	}
}

static void check_holes(const struct command *command)
{
	for (const char *p = command->path; (p = strchr(p, '{')); p++) {
		CLEAN_FREE char *hole = mem_dup_len(p + 1, strcspn(p + 1, "}"));
		must(command_wire_arg(command, ARG_PATH, hole));
	}
}

static void check_help(const struct command *command)
{
	CLEAN_BUF struct buf text = { 0 }, source = { 0 };
	help_command(&text, &(struct help_style){ .width = 80 }, command);
	help_command(&source, &(struct help_style){ .roff = true }, command);
	must(is_showable(text.data, text.len) && is_showable(source.data, source.len));
}

static void check_command(const struct command *command)
{
	bool positional = true;
	must(!command->rest && *command->name && command->summary && command->evidence);
	must(strspn(command->name, "abcdefghijklmnopqrstuvwxyz0123456789- ") ==
	     strlen(command->name));
	must(is_showable(command->summary, strlen(command->summary)));
	must(command->path[0] == '/');
	for (size_t i = 0; i < command->arg_count; i++) {
		check_arg(command, &command->args[i]);
		must(positional || !(command->args[i].flags & ARG_POSITIONAL));
		positional = command->args[i].flags & ARG_POSITIONAL;
	}
	check_holes(command);
	check_help(command);
}

/* No two commands have one name, none is the group of another, and ours keep theirs. */
static void check_names(const struct contract *contract)
{
	const struct command_table *ours = own_commands();
	CLEAN_FREE const struct command **items =
		mem_new(contract->command_count + 1, sizeof(struct command *));
	for (size_t i = 0; i < contract->command_count; i++)
		items[i] = &contract->commands[i];
	const struct command_table table = { items, contract->command_count };
	for (size_t i = 0; i < table.count; i++) {
		must(command_find(&table, items[i]->name) == items[i]);
		must(!command_is_group(&table, items[i]->name));
		must(!command_find(ours, items[i]->name));
		must(!command_is_group(ours, items[i]->name));
	}
}

/* ---- the document ---- */

static void check_problems(const struct contract *contract, bool usable)
{
	bool fatal = false;
	for (size_t i = 0; i < contract->problem_count; i++) {
		const struct contract_problem *problem = &contract->problems[i];
		must(problem->pointer && problem->message && *problem->message);
		must(!*problem->pointer || *problem->pointer == '/');
		fatal = fatal || problem->fatal;
	}
	must(fatal == !usable);
}

/* Reads it as `contract use`, a cache or an export would hand it on, and finds nothing else. */
static void does_the_same(const struct contract *contract, struct contract *other)
{
	size_t worded = 0;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	contract_fill(other);
	must(diff_contracts(doc, contract, other, &worded)->count == 0 && worded == 0);
	must(contract->auth == other->auth && !contract->server == !other->server);
	for (size_t i = 0; i < contract->command_count; i++)
		must(strcmp(contract->commands[i].name, other->commands[i].name) == 0);
}

static void reads_again(const struct contract *contract, bool json)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf text = { 0 };
	CLEAN_CONTRACT struct contract again = { 0 };
	const struct contract_reserved names = reserved();

	if (json)
		json_write(&text, contract->root, JSON_PRETTY);
	else
		yaml_write(&text, contract->root);
	must(contract_read(&again, contract->name, buf_str(&text), text.len, &names, &err) == 0);
	does_the_same(contract, &again);
}

static void reads_from_copy(const struct contract *contract)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf bytes = { 0 };
	CLEAN_CONTRACT struct contract again = { 0 };
	const struct contract_reserved names = reserved();

	pack_write(&bytes, contract->root);
	struct json_doc *doc = json_doc_new();
	const struct json *root = pack_read(doc, bytes.data, bytes.len);
	must(root && contract_make(&again, contract->name, doc, root, &names, &err) == 0);
	does_the_same(contract, &again);
}

static void differs_from_builtin(const struct contract *contract)
{
	static struct contract builtin; /* once: it takes as long as some inputs */
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const struct contract_reserved names = reserved();
	size_t worded;

	if (!builtin.doc) {
		contract_builtin(&builtin, &names);
		contract_fill(&builtin);
	}
	const struct json *rows = diff_contracts(doc, &builtin, contract, &worded);
	must(rows->type == JSON_ARRAY);
	for (const struct json *row = rows->first; row; row = row->next)
		must(json_get_string(row, "change") && json_get_string(row, "what"));
}

/* An operation that is moved to where it stands is where it was. */
static void moves(struct contract *contract)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const struct command *first = &contract->commands[0];
	const struct json *root;

	must(moved_document(doc, contract, &root, &err) == 0 && root == contract->root);
	if (!first->operation_id)
		return;
	must(contract_move(contract, first->operation_id, first->method, first->path, &err) == 0);
	must(moved_document(doc, contract, &root, &err) == 0 && root == contract->root);
	CLEAN_FREE char *path = buf_format("/fuzz%s", first->path);
	must(contract_move(contract, first->operation_id, "PATCH", path, &err) == 0);
	if (moved_document(doc, contract, &root, &err) == 0)
		must(json_get(json_get(json_get(root, "paths"), path), "patch"));
	else
		must(err.kind == ERR_CONFIG);
}

void openapi_check(const char *text, size_t len, bool json)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_CONTRACT struct contract contract = { 0 };
	const struct contract_reserved names = reserved();

	if (contract_is_json(text, len) != json)
		return;
	if (contract_read(&contract, "fuzz", text, len, &names, &err) < 0) {
		must(err.kind == ERR_CONFIG && strstr(err.message, "contract fuzz"));
		check_problems(&contract, false);
		return;
	}
	must(contract.command_count);
	contract_fill(&contract);
	for (size_t i = 0; i < contract.command_count; i++)
		check_command(&contract.commands[i]);
	check_names(&contract);
	contract_check(&contract);
	check_problems(&contract, true);
	reads_again(&contract, json);
	reads_from_copy(&contract);
	differs_from_builtin(&contract);
	moves(&contract);
}
