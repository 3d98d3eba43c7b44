/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/reader.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "contract/document.h"
#include "contract/naming.h"
#include "contract/operations.h"
#include "contract/page.h"
#include "contract/security.h"
#include "lib/pack.h"
#include "lib/yaml.h"

static const char *const methods[] = { "get", "head", "options", "post", "put", "patch", "delete" };

void contract_done(struct contract *contract)
{
	if (!contract)
		return;
	document_done(contract);
	free(contract->name);
	json_doc_free(contract->doc);
	*contract = (struct contract){ 0 };
}

/* ---- paths ---- */

/* What keeps a path from being used, or NULL. Names in braces may be anything. */
static const char *path_fault(struct contract *contract, const char *path)
{
	bool within = false;
	if (strcmp(document_text(contract, path, false), path) != 0)
		return "it holds a control character";
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if ((c == '{') == within && (c == '{' || c == '}'))
			return "its braces do not pair";
		if (c == '{' && p[1] == '}')
			return "it has a hole without a name";
		within = c == '{' || (within && c != '}');
		if (!within && (c <= 0x20 || c >= 0x7F || strchr("?#\"<>\\^`|", c)))
			return "it holds a character that must be percent-encoded";
	}
	if (within)
		return "its braces do not pair";
	return path[0] == '/' ? NULL : "a path must begin with a slash";
}

static size_t count_operations(struct contract *contract, const struct json *paths)
{
	size_t count = 0;
	for (const struct json *item = paths->first; item; item = item->next) {
		const struct json *target = document_resolve(contract, item);
		for (size_t i = 0; i < COUNT(methods); i++)
			count += json_is(json_get(target, methods[i]), JSON_OBJECT);
	}
	return count;
}

static void read_path(struct contract *contract, struct naming *naming, const struct json *entry)
{
	const struct json *item = document_resolve(contract, entry);
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct json *node = json_get(item, methods[i]);
		if (!json_is(node, JSON_OBJECT))
			continue;
		struct command *command = &contract->commands[contract->command_count++];
		struct operation *operation = json_doc_memory(contract->doc, 1, sizeof(*operation));
		*operation = (struct operation){ .owner = contract->self,
						 .item = item,
						 .node = node,
						 .path = entry->key,
						 .method = methods[i] };
		command->name = naming_command(contract, naming, &contract->reserved, methods[i],
					       entry->key, node);
		operations_outline(contract, operation, command);
		operations_defer(operation, command);
		if (command->operation_id && naming_seen(naming, command->operation_id))
			document_problem(contract, false, json_get(node, "operationId"),
					 "another operation has the operationId \"%s\" too",
					 command->operation_id);
	}
}

static void read_paths(struct contract *contract, const struct json *paths)
{
	CLEANUP(naming_done) struct naming naming = { 0 };
	contract->commands = json_doc_memory(contract->doc, count_operations(contract, paths),
					     sizeof(*contract->commands));
	for (const struct json *item = paths->first; item; item = item->next) {
		bool whole = strlen(item->key) == item->key_len;
		const char *fault =
			whole ? path_fault(contract, item->key) : "it holds a control character";
		if (strncmp(item->key, "x-", 2) == 0)
			continue;
		if (fault)
			document_problem(contract, false, item, "%s: the path is left out", fault);
		else
			read_path(contract, &naming, item);
	}
}

/* ---- the document ---- */

/* The version as two digits, 0 for one that is not known. YAML makes a number of `3.0`. */
static int version_of(const struct json *openapi, const struct json *swagger)
{
	static const struct {
		const char *text;
		int version;
	} versions[] = { { "3.0", 30 }, { "3.1", 31 }, { "3.2", 32 } };
	const struct json *named = openapi ? openapi : swagger;
	bool text = json_is(named, JSON_STRING) || json_is(named, JSON_NUMBER);
	if (!openapi)
		return text && strcmp(named->text, "2.0") == 0 ? 20 : 0;
	for (size_t i = 0; text && i < COUNT(versions); i++) {
		size_t len = strlen(versions[i].text);
		if (strncmp(named->text, versions[i].text, len) == 0 &&
		    (!named->text[len] || named->text[len] == '.'))
			return versions[i].version;
	}
	return 0;
}

static bool read_version(struct contract *contract)
{
	const struct json *openapi = json_get(contract->root, "openapi"),
			  *swagger = json_get(contract->root, "swagger");
	const struct json *named = openapi ? openapi : swagger;
	contract->version = version_of(openapi, swagger);
	if (!named)
		document_problem(
			contract, true, NULL,
			"it has neither \"openapi\" nor \"swagger\": not an OpenAPI document");
	else if (!contract->version)
		document_problem(
			contract, true, named,
			"%s %s is not supported, only OpenAPI 3.0 and 3.1 and Swagger 2.0 are",
			openapi ? "OpenAPI" : "Swagger",
			named->type == JSON_STRING || named->type == JSON_NUMBER
				? named->text
				: json_type_name(named->type));
	else if (contract->version == 32)
		document_problem(contract, false, named, "OpenAPI 3.2 is read as if it were 3.1");
	contract->version = contract->version == 32 ? 31 : contract->version;
	return named && contract->version;
}

static void read_document(struct contract *contract)
{
	if (!read_version(contract))
		return;
	const struct json *paths = json_get(contract->root, "paths");
	if (!json_is(paths, JSON_OBJECT) || !paths->count) {
		document_problem(contract, true, paths,
				 "it has no paths, so no command can be made of it");
		return;
	}
	read_paths(contract, paths);
	if (!contract->command_count)
		document_problem(contract, true, paths, "no operation in it can be used");
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

void contract_fill(struct contract *contract)
{
	for (size_t i = 0; i < contract->command_count; i++)
		(void)command_whole(&contract->commands[i]);
	document_settle(contract);
}

void contract_moved(struct contract *contract)
{
	if (contract->self)
		*contract->self = contract;
}

int contract_make(struct contract *contract, const char *name, struct json_doc *doc,
		  const struct json *root, const struct contract_reserved *reserved,
		  struct err *err)
{
	*contract = (struct contract){ .name = mem_dup(name), .doc = doc, .root = root };
	if (reserved)
		contract->reserved = *reserved;
	if (contract->reserved.header)
		contract->reserved.header = document_keep(contract, contract->reserved.header);
	contract->self = json_doc_memory(doc, 1, sizeof(struct contract *));
	contract_moved(contract);
	read_document(contract);
	contract->server = security_server(contract);
	security_guess(contract);
	document_settle(contract);
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
	document_problem(contract, true, NULL, "%s", err->message);
	document_settle(contract);
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
		if (path && (path_fault(contract, path) || !same_holes(path, command->path) ||
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
		command->path = path ? document_keep(contract, path) : command->path;
		command->method = method ? document_keep(contract, method) : command->method;
		return 0;
	}
	err_set(err, ERR_CONFIG, "operations.%s: the contract has no such operation", operation_id);
	return guess.best ? err_hint(err, "did you mean %s?", guess.best) : -1;
}
