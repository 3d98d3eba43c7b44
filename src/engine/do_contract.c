/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_contract.h"

#include <string.h>

#include "commands/commands.h"
#include "contract/check.h"
#include "engine/output.h"
#include "engine/terminal.h"

static int print_problems(const struct session *session, const struct contract *contract,
			  struct err *err)
{
	static const char *const columns[] = { "pointer", "problem" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < contract->problem_count; i++) {
		struct json *object = json_new(doc, JSON_OBJECT);
		json_set_string(doc, object, "pointer", contract->problems[i].pointer);
		json_set_string(doc, object, "problem", contract->problems[i].message);
		json_set(doc, object, "fatal", json_new_bool(doc, contract->problems[i].fatal));
		json_append(list, object);
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return list->count ? output_print(session, &output, err) : 0;
}

static int check_and_print(const struct session *session, struct contract *contract,
			   struct err *err)
{
	contract_check(contract);
	if (print_problems(session, contract, err) < 0)
		return -1;
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("%s: %zu operation%s, %zu problem%s", contract->name,
			      contract->command_count, contract->command_count == 1 ? "" : "s",
			      contract->problem_count, contract->problem_count == 1 ? "" : "s");
	return 0;
}

int do_contract_check(struct session *session, const struct command *command,
		      const struct values *values, struct err *err)
{
	(void)command;
	const char *file = values_get(values, "file");
	if (!file)
		return check_and_print(session, &session->contract, err);
	struct contract_reserved reserved = { global_options, global_option_count, own_commands() };
	CLEANUP(contract_done) struct contract contract = { 0 };
	if (contract_read_file(&contract, file, &reserved, err) < 0)
		return -1;
	return check_and_print(session, &contract, err);
}

/* ---- show ---- */

static int show_all(const struct session *session, struct err *err)
{
	static const char *const columns[] = { "command", "path", "evidence" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < session->contract.command_count; i++) {
		const struct command *command = &session->contract.commands[i];
		struct json *object = json_new(doc, JSON_OBJECT);
		const char *evidence = command->evidence;
		CLEAN_FREE char *kind = mem_dup_len(evidence, strcspn(evidence, ":"));
		json_set_string(doc, object, "command", command->name);
		json_set_string(doc, object, "method", command->method);
		json_set_string(doc, object, "path", command->path);
		json_set_string(doc, object, "evidence", kind);
		json_set_string(doc, object, "source",
				evidence + strlen(kind) + strspn(evidence + strlen(kind), ": "));
		json_set_string(doc, object, "operationId", command->operation_id);
		json_append(list, object);
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}

static void add_field(struct json_doc *doc, struct json *list, const char *field,
		      const char *option, const char *evidence)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_string(doc, object, "field", field);
	json_set_string(doc, object, "option", option);
	json_set_string(doc, object, "evidence", evidence);
	json_append(list, object);
}

static int show_one(const struct session *session, const struct command *command, struct err *err)
{
	static const char *const columns[] = { "field", "option", "evidence" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	CLEAN_FREE char *call = buf_format("%s %s", command->method, command->path);
	add_field(doc, list, call, NULL, command->evidence);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		CLEAN_FREE char *option = arg->flags & ARG_POSITIONAL
						  ? mem_dup(arg_meta(arg))
						  : buf_format("--%s", arg->name);
		if (arg->place != ARG_CLIENT)
			add_field(doc, list, arg->wire, option, arg->evidence);
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}

int do_contract_show(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command;
	CLEAN_BUF struct buf name = { 0 };
	for (size_t i = 0; i < values->count; i++)
		buf_add_format(&name, "%s%s", i ? " " : "", values->items[i].text);
	if (!name.len)
		return show_all(session, err);
	const struct command *named = command_find(&session->table, name.data);
	if (!named || !named->method) {
		err_set(err, ERR_USAGE, "\"%s\" is no call of the contract", name.data);
		return err_hint(err, "\"bangoctl contract show\" lists them");
	}
	return show_one(session, named, err);
}
