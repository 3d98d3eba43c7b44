/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/operations.h"

#include <string.h>

#include "base/text.h"
#include "contract/document.h"
#include "contract/parameters.h"
#include "contract/replies.h"
#include "contract/schema.h"
#include "contract/security.h"

/* The strings of an array, as they can be shown; the rest is passed over. A single string counts as
 * one. */
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
			list[(*count)++] = document_text(contract, item->text, false);
	return list;
}

/* ---- statuses ---- */

static const char *scalar_text(struct contract *contract, const struct json *value)
{
	if (value->type == JSON_STRING || value->type == JSON_NUMBER)
		return value->text;
	CLEAN_BUF struct buf text = { 0 };
	json_write(&text, value, JSON_COMPACT);
	return document_keep(contract, buf_str(&text));
}

static struct transition read_transition(struct contract *contract, const struct json *rule,
					 const char *status)
{
	struct transition transition = { .status = document_text(contract, status, false) };
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
			     struct command *command)
{
	if (!to)
		return;
	bool single = to->type == JSON_STRING;
	if (!single && to->type != JSON_ARRAY) {
		document_problem(contract, false, to,
				 "x-bangoctl.to is neither a status nor a list of rules");
		return;
	}
	struct transition *rules =
		json_doc_memory(contract->doc, single ? 1 : to->count, sizeof(*rules));
	for (const struct json *rule = single ? to : to->first; rule;
	     rule = single ? NULL : rule->next) {
		const char *status = single ? json_string(to) : json_get_string(rule, "status");
		struct transition transition = read_transition(contract, rule, status);
		if (transition.status)
			rules[command->to_count++] = transition;
		else
			document_problem(contract, false, rule,
					 "a rule of x-bangoctl.to names no status");
	}
	command->to = rules;
}

/* ---- what it does ---- */

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

/* A document may say that a POST only reads. What it says of other methods, or of words that end
 * something, would take question and record from a change: it is not believed. */
static enum effect effect_of(struct contract *contract, const struct json *extension,
			     const struct command *command)
{
	static const char *const safe[] = { "GET", "HEAD", "OPTIONS" };
	const char *given = json_get_string(extension, "effect");
	bool reads = given && strcmp(given, "read") == 0;
	for (size_t i = 0; i < COUNT(safe); i++)
		if (strcmp(command->method, safe[i]) == 0)
			return given && !reads ? EFFECT_CHANGE : EFFECT_READ;
	bool severe = sounds_severe(command->path) ||
		      (command->operation_id && sounds_severe(command->operation_id));
	if (reads && strcmp(command->method, "POST") == 0 && !severe)
		return EFFECT_READ;
	if (reads)
		document_problem(
			contract, false, json_get(extension, "effect"),
			"x-bangoctl.effect says that this only reads: it is taken for a change");
	return EFFECT_CHANGE;
}

static enum danger danger_of(struct contract *contract, const struct json *extension,
			     const struct command *command)
{
	const char *given = json_get_string(extension, "danger");
	if (given) {
		int danger = danger_of_name(given);
		if (danger >= 0)
			return (enum danger)danger;
		document_problem(contract, false, json_get(extension, "danger"),
				 "x-bangoctl.danger \"%s\" is none of none, moderate, severe",
				 given);
	}
	if (command->effect == EFFECT_READ)
		return DANGER_NONE;
	bool severe = strcmp(command->method, "DELETE") == 0 || sounds_severe(command->path) ||
		      (command->operation_id && sounds_severe(command->operation_id));
	return severe ? DANGER_SEVERE : DANGER_MODERATE;
}

static const char *upper(struct contract *contract, const char *method)
{
	CLEAN_FREE char *text = mem_dup(method);
	for (char *p = text; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	return document_keep(contract, text);
}

static const char *summary_of(struct contract *contract, const struct json *operation,
			      const struct command *command)
{
	const char *summary = document_get_text(contract, operation, "summary", false);
	if (!summary || !*summary)
		summary = document_get_text(contract, operation, "description", false);
	if (!summary || !*summary)
		summary = document_text(
			contract, command->operation_id ? command->operation_id : command->path,
			false);
	if (!command->deprecated)
		return summary;
	CLEAN_FREE char *marked = buf_format("%s (deprecated)", summary);
	return document_keep(contract, marked);
}

void operations_outline(struct contract *contract, const struct operation *operation,
			struct command *command)
{
	const struct json *extension = json_get(operation->node, "x-bangoctl");
	CLEAN_FREE char *own = buf_format("documented: %s", contract->name);
	command->action = ACTION_CALL;
	command->node = operation->node;
	command->operation_id = json_get_string(operation->node, "operationId");
	command->method = upper(contract, operation->method);
	command->path = operation->path;
	command->deprecated = json_is(json_get(operation->node, "deprecated"), JSON_TRUE);
	command->description = document_get_text(contract, operation->node, "description", true);
	command->effect = effect_of(contract, extension, command);
	command->done = document_get_text(contract, extension, "done", false);
	command->summary = summary_of(contract, operation->node, command);
	command->danger = danger_of(contract, extension, command);
	command->evidence = fields_evidence(contract, extension, document_keep(contract, own));
}

/* ---- the body ---- */

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
	command->body_open = fields->open;
}

#define NEITHER "the request body is neither JSON nor a form: the call is refused"

/* The body of OpenAPI 3; true if the operation takes one of ours. */
static bool read_body(struct fields *fields, struct command *command)
{
	struct contract *contract = fields->contract;
	const struct json *body = document_resolve(contract, json_get(fields->node, "requestBody"));
	const struct json *content = json_get(body, "content");
	const struct json *media = replies_json_content(content);
	if (!json_is(body, JSON_OBJECT))
		return false;
	if (!media) {
		media = replies_form_content(content);
		fields->flat = true;
		command->body_form = media ? BODY_URLENCODED : BODY_UNSUPPORTED;
	}
	if (!media) {
		document_problem(contract, false, content ? content : body, NEITHER);
		return false;
	}
	if (content->count > 1)
		document_problem(contract, false, content, "of these forms only %s is sent",
				 media->key);
	command->body_required = json_is(json_get(body, "required"), JSON_TRUE);
	read_body_schema(fields, schema_whole(contract, json_get(media, "schema")), command);
	return true;
}

/* Whether the list of media types, the operation's own or the document's, has one of these. */
static bool takes(const struct contract *contract, const struct json *operation, const char *key,
		  bool (*fits)(const char *type), const struct json **list)
{
	*list = json_get(operation, key);
	if (!*list)
		*list = json_get(contract->root, key);
	for (const struct json *item = json_is(*list, JSON_ARRAY) ? (*list)->first : NULL; item;
	     item = item->next)
		if (json_string(item) && fits(item->text))
			return true;
	return !json_is(*list, JSON_ARRAY) || !(*list)->count;
}

/* The body of Swagger 2 is several parameters. */
static bool read_swagger_form(struct fields *fields, struct command *command)
{
	const struct json *types;
	bool form = takes(fields->contract, fields->node, "consumes", replies_is_form, &types);
	command->body_form = fields->file || !form ? BODY_UNSUPPORTED : BODY_URLENCODED;
	if (!form && !fields->file)
		document_problem(fields->contract, false, types, NEITHER);
	return command->body_form == BODY_URLENCODED;
}

/* Or it is one. */
static bool read_swagger_body(struct fields *fields, const struct json *path_item,
			      struct command *command)
{
	struct contract *contract = fields->contract;
	const struct json *body = parameters_body(contract, path_item, fields->node), *types;
	if (fields->form)
		return read_swagger_form(fields, command);
	if (!body)
		return false;
	if (!takes(contract, fields->node, "consumes", replies_is_json, &types)) {
		document_problem(contract, false, types, NEITHER);
		command->body_form = BODY_UNSUPPORTED;
		return false;
	}
	command->body_required = json_is(json_get(body, "required"), JSON_TRUE);
	read_body_schema(fields, schema_whole(contract, json_get(body, "schema")), command);
	return true;
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

static void read_args(struct contract *contract, const struct operation *operation,
		      struct command *command)
{
	struct fields fields = { .contract = contract,
				 .reserved = &contract->reserved,
				 .node = operation->node,
				 .auth_header = command->auth_header,
				 .evidence = command->evidence };
	parameters_read(&fields, operation->item, operation->path);
	bool takes_body = contract->version == 20
				  ? read_swagger_body(&fields, operation->item, command)
				  : read_body(&fields, command);
	for (size_t i = 0; takes_body && i < COUNT(body_args); i++)
		fields_add(&fields, &body_args[i]);
	command->args = fields_take(&fields, operation->path);
	command->arg_count = fields.count;
}

void operations_details(struct contract *contract, const struct operation *operation,
			struct command *command)
{
	const struct json *extension = json_get(operation->node, "x-bangoctl"), *types;
	command->examples =
		strings(contract, json_get(extension, "examples"), &command->example_count);
	command->columns =
		strings(contract, json_get(extension, "columns"), &command->column_count);
	command->from = strings(contract, json_get(extension, "from"), &command->from_count);
	read_transitions(contract, json_get(extension, "to"), command);
	security_read(contract, operation->node, command);
	read_args(contract, operation, command);
	replies_read(contract, operation->node, command);
	if (contract->version == 20 &&
	    !takes(contract, operation->node, "produces", replies_is_json, &types))
		document_problem(contract, false, types,
				 "the reply has no JSON form: it will be taken for a broken one");
}

static void fill(struct command_rest *rest, struct command *command)
{
	struct operation *operation = (struct operation *)rest;
	operations_details(*operation->owner, operation, command);
}

void operations_defer(struct operation *operation, struct command *command)
{
	operation->rest.fill = fill;
	command->rest = &operation->rest;
}
