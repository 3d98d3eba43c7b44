/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/reader.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "contract/document.h"
#include "contract/fields.h"
#include "contract/naming.h"
#include "contract/page.h"
#include "contract/replies.h"
#include "lib/pack.h"
#include "lib/yaml.h"

static const char *const methods[] = { "get", "head", "options", "post", "put", "patch", "delete" };

void contract_done(struct contract *contract)
{
	if (!contract)
		return;
	for (size_t i = 0; i < contract->problem_count; i++) {
		free(contract->problems[i].pointer);
		free(contract->problems[i].message);
	}
	free(contract->problems);
	free(contract->merged);
	free(contract->name);
	json_doc_free(contract->doc);
	*contract = (struct contract){ 0 };
}

static const char *keep(struct contract *contract, const char *s)
{
	return json_new_string(contract->doc, s)->text;
}

/* The strings of an array; numbers and the rest are passed over. A single string counts as one. */
static const char *const *strings(struct contract *contract, const struct json *value,
				  size_t *count)
{
	*count = 0;
	if (!value || (value->type != JSON_ARRAY && value->type != JSON_STRING))
		return NULL;
	bool single = value->type == JSON_STRING;
	const char **list =
		json_doc_memory(contract->doc, single ? 1 : value->count, sizeof(*list));
	for (const struct json *item = single ? value : value->first; item;
	     item = single ? NULL : item->next)
		if (json_string(item))
			list[(*count)++] = item->text;
	return list;
}

/* ---- statuses ---- */

static const char *scalar_text(struct contract *contract, const struct json *value)
{
	if (value->type == JSON_STRING || value->type == JSON_NUMBER)
		return value->text;
	CLEAN_BUF struct buf text = { 0 };
	json_write(&text, value, JSON_COMPACT);
	return keep(contract, buf_str(&text));
}

static struct transition read_transition(struct contract *contract, const struct json *rule)
{
	struct transition transition = { .status = json_get_string(rule, "status") };
	const struct json *when = json_get(rule, "when");
	if (!json_is(when, JSON_OBJECT) || !when->count)
		return transition;
	struct condition *conditions =
		json_doc_memory(contract->doc, when->count, sizeof(*conditions));
	for (const struct json *item = when->first; item; item = item->next)
		conditions[transition.when_count++] =
			(struct condition){ item->key, scalar_text(contract, item) };
	transition.when = conditions;
	return transition;
}

static void read_transitions(struct contract *contract, const struct json *to,
			     struct command *command, const char *pointer)
{
	if (!to)
		return;
	bool single = to->type == JSON_STRING;
	if (!single && to->type != JSON_ARRAY) {
		document_problem(contract, false, pointer,
				 "x-bangoctl.to is neither a status nor a list of rules");
		return;
	}
	struct transition *rules =
		json_doc_memory(contract->doc, single ? 1 : to->count, sizeof(*rules));
	if (single)
		rules[command->to_count++].status = to->text;
	for (const struct json *rule = single ? NULL : to->first; rule; rule = rule->next) {
		struct transition transition = read_transition(contract, rule);
		if (transition.status)
			rules[command->to_count++] = transition;
		else
			document_problem(contract, false, pointer,
					 "a rule of x-bangoctl.to names no status");
	}
	command->to = rules;
}

/* ---- operations ---- */

static enum effect effect_of(const struct json *extension, const char *method)
{
	const char *given = json_get_string(extension, "effect");
	if (given)
		return strcmp(given, "read") == 0 ? EFFECT_READ : EFFECT_CHANGE;
	bool safe = strcmp(method, "get") == 0 || strcmp(method, "head") == 0 ||
		    strcmp(method, "options") == 0;
	return safe ? EFFECT_READ : EFFECT_CHANGE;
}

/* The verbs that end something for good. */
static bool sounds_severe(const char *words)
{
	static const char *const verbs[] = { "cancel", "revoke", "terminate", "delete",
					     "remove", "purge",	 "close" };
	CLEAN_BUF struct buf kebab = { 0 };
	text_kebab(&kebab, words);
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (strstr(buf_str(&kebab), verbs[i]))
			return true;
	return false;
}

static enum danger danger_of(struct contract *contract, const struct json *extension,
			     const struct command *command, const char *pointer)
{
	const char *given = json_get_string(extension, "danger");
	if (given) {
		int danger = danger_of_name(given);
		if (danger >= 0)
			return (enum danger)danger;
		document_problem(contract, false, pointer,
				 "x-bangoctl.danger \"%s\" is none of none, moderate, severe",
				 given);
	}
	if (command->effect == EFFECT_READ)
		return DANGER_NONE;
	bool severe = strcmp(command->method, "DELETE") == 0 || sounds_severe(command->path) ||
		      (command->operation_id && sounds_severe(command->operation_id));
	return severe ? DANGER_SEVERE : DANGER_MODERATE;
}

static void read_parameters(struct fields *fields, const struct json *list,
			    const struct json *overrides)
{
	for (const struct json *item = json_is(list, JSON_ARRAY) ? list->first : NULL; item;
	     item = item->next) {
		const struct json *parameter =
			document_resolve(fields->contract, item, fields->pointer);
		const char *in = json_get_string(parameter, "in");
		const char *name = json_get_string(parameter, "name");
		bool replaced = false;
		for (const struct json *other = json_is(overrides, JSON_ARRAY) ? overrides->first
									       : NULL;
		     other; other = other->next) {
			const struct json *inner =
				document_resolve(fields->contract, other, fields->pointer);
			const char *other_in = json_get_string(inner, "in"),
				   *other_name = json_get_string(inner, "name");
			replaced = replaced ||
				   (in && name && other_in && other_name &&
				    strcmp(in, other_in) == 0 && strcmp(name, other_name) == 0);
		}
		if (parameter && in && strcmp(in, "body") == 0)
			fields_add_body(fields, document_schema(fields->contract,
								json_get(parameter, "schema"),
								fields->pointer));
		else if (parameter && !replaced)
			fields_add_parameter(fields, parameter);
	}
}

static void read_body_schema(struct fields *fields, const struct json *schema,
			     struct command *command)
{
	const struct json *least = json_get(schema, "minProperties");
	CLEAN_ERR struct err ignored = { 0 };
	long long count = 0;
	if (!schema)
		return;
	if (json_is(least, JSON_NUMBER) &&
	    text_integer(least->text, 0, 1000, &count, &ignored) == 0)
		command->body_least = (size_t)count;
	fields_add_body(fields, schema);
}

static void read_body(struct fields *fields, const struct json *operation, struct command *command)
{
	const struct json *body = document_resolve(
		fields->contract, json_get(operation, "requestBody"), fields->pointer);
	if (!body)
		return;
	const struct json *media = replies_json_content(json_get(body, "content"));
	if (!media) {
		document_problem(fields->contract, false, fields->pointer,
				 "the request body has no JSON form: it is not supported");
		return;
	}
	command->body_required = json_is(json_get(body, "required"), JSON_TRUE);
	const struct json *schema =
		document_schema(fields->contract, json_get(media, "schema"), fields->pointer);
	read_body_schema(fields, schema, command);
}

/* A hole in the path without a declared parameter still needs a value: it becomes a text. */
static void add_missing_holes(struct fields *fields, const char *path)
{
	for (const char *p = path; (p = strchr(p, '{'));) {
		size_t len = strcspn(++p, "}");
		CLEAN_FREE char *hole = mem_dup_len(p, len);
		bool declared = false;
		for (size_t i = 0; i < fields->count; i++)
			declared = declared || (fields->args[i].place == ARG_PATH &&
						strcmp(fields->args[i].wire, hole) == 0);
		p += len;
		if (declared)
			continue;
		document_problem(fields->contract, false, fields->pointer,
				 "the path's {%s} is not declared: taken for a text", hole);
		struct json *parameter = json_new(fields->contract->doc, JSON_OBJECT);
		json_set_string(fields->contract->doc, parameter, "name", hole);
		json_set_string(fields->contract->doc, parameter, "in", "path");
		json_set_string(fields->contract->doc, parameter, "type", "string");
		fields_add_parameter(fields, parameter);
	}
}

static const struct arg body_args[] = {
	{ .name = "set",
	  .type = ARG_PAIR,
	  .flags = ARG_REPEAT,
	  .meta = "NAME=VALUE",
	  .help = "set a field of the body by its wire name; NAME:=JSON sets it raw" },
	{ .name = "body",
	  .type = ARG_JSON,
	  .meta = "JSON|@FILE",
	  .help = "the body to begin with, to which the other options are added" },
};

static void read_args(struct contract *contract, const struct contract_reserved *reserved,
		      const struct json *path_item, const struct json *operation,
		      struct command *command, const char *pointer)
{
	struct fields fields = { .contract = contract,
				 .reserved = reserved,
				 .pointer = pointer,
				 .evidence = command->evidence };
	const struct json *own = json_get(operation, "parameters");
	read_parameters(&fields, json_get(path_item, "parameters"), own);
	read_parameters(&fields, own, NULL);
	add_missing_holes(&fields, command->path);
	read_body(&fields, operation, command);
	bool takes_body = command->body_required || json_get(operation, "requestBody") != NULL;
	for (size_t i = 0; i < fields.count; i++)
		takes_body = takes_body || fields.args[i].place == ARG_BODY;
	for (size_t i = 0; takes_body && i < COUNT(body_args); i++)
		fields_add(&fields, &body_args[i]);
	command->args = fields_take(&fields, command->path);
	command->arg_count = fields.count;
}

static const char *upper(struct contract *contract, const char *method)
{
	CLEAN_FREE char *text = mem_dup(method);
	for (char *p = text; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	return keep(contract, text);
}

static const char *summary_of(struct contract *contract, const struct json *operation,
			      const struct command *command)
{
	const char *summary = json_get_string(operation, "summary");
	if (!summary)
		summary = json_get_string(operation, "description");
	if (!summary)
		summary = command->operation_id ? command->operation_id : command->path;
	CLEAN_FREE char *line = mem_dup_len(summary, strcspn(summary, "\n"));
	return keep(contract, line);
}

static void read_operation(struct contract *contract, const struct contract_reserved *reserved,
			   const struct json *path_item, const char *method,
			   const struct json *operation, const char *pointer)
{
	const struct json *extension = json_get(operation, "x-bangoctl");
	CLEAN_FREE char *own = buf_format("documented: %s", contract->name);
	struct command command = {
		.name = naming_command(contract, reserved, method, path_item->key, operation),
		.action = ACTION_CALL,
		.operation_id = json_get_string(operation, "operationId"),
		.method = upper(contract, method),
		.path = path_item->key,
		.description = json_get_string(operation, "description"),
		.effect = effect_of(extension, method),
		.done = json_get_string(extension, "done"),
		.evidence = fields_evidence(contract, extension, keep(contract, own)),
	};
	command.summary = summary_of(contract, operation, &command);
	command.danger = danger_of(contract, extension, &command, pointer);
	command.examples =
		strings(contract, json_get(extension, "examples"), &command.example_count);
	command.columns = strings(contract, json_get(extension, "columns"), &command.column_count);
	command.from = strings(contract, json_get(extension, "from"), &command.from_count);
	read_transitions(contract, json_get(extension, "to"), &command, pointer);
	read_args(contract, reserved, path_item, operation, &command, pointer);
	replies_read(contract, operation, &command, pointer);
	contract->commands[contract->command_count++] = command;
}

static size_t count_operations(const struct json *paths)
{
	size_t count = 0;
	for (const struct json *item = paths->first; item; item = item->next)
		for (size_t i = 0; i < COUNT(methods); i++)
			count += json_is(json_get(item, methods[i]), JSON_OBJECT);
	return count;
}

static void read_operations(struct contract *contract, const struct contract_reserved *reserved,
			    const struct json *paths)
{
	contract->commands = json_doc_memory(contract->doc, count_operations(paths),
					     sizeof(*contract->commands));
	for (const struct json *item = paths->first; item; item = item->next) {
		CLEAN_FREE char *path_pointer = document_pointer("/paths", item->key);
		if (item->key[0] != '/') {
			document_problem(contract, false, path_pointer,
					 "a path must begin with a slash: it is left out");
			continue;
		}
		for (size_t i = 0; i < COUNT(methods); i++) {
			const struct json *operation = json_get(item, methods[i]);
			CLEAN_FREE char *pointer = document_pointer(path_pointer, methods[i]);
			if (json_is(operation, JSON_OBJECT))
				read_operation(contract, reserved, item, methods[i], operation,
					       pointer);
		}
	}
}

static void read_document(struct contract *contract, const struct contract_reserved *reserved)
{
	const struct json *version = json_get(contract->root, "openapi");
	if (!version)
		version = json_get(contract->root, "swagger");
	if (!version) {
		document_problem(
			contract, true, "",
			"it has neither \"openapi\" nor \"swagger\": not an OpenAPI document");
		return;
	}
	const struct json *paths = json_get(contract->root, "paths");
	if (!json_is(paths, JSON_OBJECT) || !paths->count) {
		document_problem(contract, true, "/paths",
				 "it has no paths, so no command can be made of it");
		return;
	}
	read_operations(contract, reserved, paths);
	if (!contract->command_count)
		document_problem(contract, true, "/paths", "no operation in it can be used");
}

static char first_character(const char *text, size_t len)
{
	size_t blanks = 0;
	while (blanks < len && strchr(" \t\r\n", text[blanks]) && text[blanks])
		blanks++;
	return blanks < len ? text[blanks] : '\0';
}

bool contract_is_json(const char *text, size_t len)
{
	return first_character(text, len) == '{';
}

static int parse_text(struct json_doc *doc, const char *text, size_t len, struct json **root,
		      struct err *err)
{
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (page_refused(text, len, err))
		return -1;
	int result = contract_is_json(text, len) ? json_parse(doc, text, len, root, err)
						 : yaml_read(doc, text, len, root, err);
	if (result < 0)
		err->kind = ERR_CONFIG;
	return result;
}

int contract_make(struct contract *contract, const char *name, struct json_doc *doc,
		  const struct json *root, const struct contract_reserved *reserved,
		  struct err *err)
{
	*contract = (struct contract){ .name = mem_dup(name), .doc = doc, .root = root };
	read_document(contract, reserved);
	for (size_t i = 0; i < contract->problem_count; i++) {
		const struct contract_problem *problem = &contract->problems[i];
		if (problem->fatal)
			return err_set(err, ERR_CONFIG, "contract %s: %s", name, problem->message);
	}
	return 0;
}

int contract_read(struct contract *contract, const char *name, const char *text, size_t len,
		  const struct contract_reserved *reserved, struct err *err)
{
	struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	if (parse_text(doc, text, len, &root, err) == 0)
		return contract_make(contract, name, doc, root, reserved, err);
	*contract = (struct contract){ .name = mem_dup(name), .doc = doc };
	err_wrap(err, "contract %s", name);
	document_problem(contract, true, "", "%s", err->message);
	return -1;
}

int contract_read_file(struct contract *contract, const char *path,
		       const struct contract_reserved *reserved, struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	if (file_read(path, CONTRACT_MAX_DOCUMENT, &text, NULL, ERR_CONFIG, err) < 0)
		return err_wrap(err, "contract");
	return contract_read(contract, path, buf_str(&text), text.len, reserved, err);
}

/* Made of server-api.yaml when the program is built. */
extern const char contract_builtin_text[];
extern const unsigned long contract_builtin_text_len;

void contract_builtin(struct contract *contract, const struct contract_reserved *reserved)
{
	CLEAN_ERR struct err err = { 0 };
	struct json_doc *doc = json_doc_new();
	const struct json *root = pack_read(doc, contract_builtin_text, contract_builtin_text_len);
	if (!root || contract_make(contract, "built-in", doc, root, reserved, &err) < 0)
		abort();
}

static bool same_holes(const char *a, const char *b)
{
	for (const char *p = a; (p = strchr(p, '{')); p++) {
		CLEAN_FREE char *hole = mem_dup_len(p, strcspn(p, "}") + 1);
		if (!strstr(b, hole))
			return false;
	}
	return true;
}

static bool is_method(const char *text)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcasecmp(methods[i], text) == 0 &&
		    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(text))
			return true;
	return false;
}

int contract_move(struct contract *contract, const char *operation_id, const char *method,
		  const char *path, struct err *err)
{
	struct text_guess guess = { .word = operation_id };
	for (size_t i = 0; i < contract->command_count; i++) {
		struct command *command = &contract->commands[i];
		if (!command->operation_id)
			continue;
		text_guess_try(&guess, command->operation_id);
		if (strcmp(command->operation_id, operation_id) != 0)
			continue;
		if (path && (path[0] != '/' || !same_holes(path, command->path) ||
			     !same_holes(command->path, path))) {
			err_set(err, ERR_CONFIG,
				"operations.%s: the path \"%s\" does not have the holes of \"%s\"",
				operation_id, path, command->path);
			return err_hint(err, "a path begins with a slash and keeps each {name}");
		}
		if (method && !is_method(method)) {
			err_set(err, ERR_CONFIG, "operations.%s: \"%s\" is no HTTP method",
				operation_id, method);
			return err_hint(err,
					"use GET, POST, PUT, PATCH or DELETE, in capital letters");
		}
		command->path = path ? keep(contract, path) : command->path;
		command->method = method ? keep(contract, method) : command->method;
		return 0;
	}
	err_set(err, ERR_CONFIG, "operations.%s: the contract has no such operation", operation_id);
	return guess.best ? err_hint(err, "did you mean %s?", guess.best) : -1;
}
