/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/diff.h"

#include <string.h>

#include "contract/difference.h"
#include "contract/fielddiff.h"
#include "contract/pairs.h"
#include "contract/words.h"

/* ---- credentials ---- */

static bool asks_for_credentials(const struct contract *contract)
{
	if (json_get(contract->root, "security"))
		return true;
	for (size_t i = 0; i < contract->command_count; i++)
		if (contract->commands[i].auth != AUTH_UNSAID)
			return true;
	return false;
}

/* What the call needs, by itself or as all calls of the document; NULL: it is not said. */
static char *auth_text(const struct contract *contract, const struct command *command)
{
	bool own = command && command->auth != AUTH_UNSAID;
	/* what a document only declares is a guess, and is not sent by itself */
	bool asks = asks_for_credentials(contract);
	enum auth auth = own ? command->auth : asks ? contract->auth : AUTH_UNSAID;
	const char *header = own ? command->auth_header : contract->auth_header;
	return auth == AUTH_HEADER && header ? buf_format("header %s", header)
					     : mem_dup(words_auth(auth));
}

/* ---- operations ---- */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void compare_danger(const struct differences *diff, const struct command *a,
			   const struct command *b)
{
	if (a->danger == b->danger)
		return;
	difference_add(diff, &(struct difference){
				     .change = "changed",
				     .what = "danger",
				     .from = json_new_string(diff->doc, danger_name(a->danger)),
				     .to = json_new_string(diff->doc, danger_name(b->danger)),
				     .note = b->danger < a->danger ? "lowered" : "raised",
			     });
}

static char *body_text(const struct command *command)
{
	return command->body_least
		       ? buf_format("%s, at least %zu field%s", words_body(command),
				    command->body_least, command->body_least == 1 ? "" : "s")
		       : mem_dup(words_body(command));
}

static bool has_holes_of(const char *path, const char *other)
{
	for (const char *p = other; (p = strchr(p, '{')); p++) {
		CLEAN_FREE char *hole = mem_dup_len(p, strcspn(p, "}") + (strchr(p, '}') != NULL));
		if (!strstr(path, hole))
			return false;
	}
	return true;
}

static void compare_calls(const struct differences *diff, const struct command *a,
			  const struct command *b)
{
	CLEAN_FREE char *from = pairs_path(a->path), *to = pairs_path(b->path);
	CLEAN_FREE char *body_a = body_text(a), *body_b = body_text(b);
	difference_texts(diff, "renamed", "operationId", a->operation_id, b->operation_id);
	difference_texts(diff, "renamed", "command", a->name, b->name);
	difference_texts(diff, "moved", "method", a->method, b->method);
	/* a hole of another name is a renamed field, but holes in another order are another path */
	if (strcmp(from, to) != 0 || has_holes_of(b->path, a->path))
		difference_texts(diff, "moved", "path", a->path, b->path);
	difference_texts(diff, "changed", "effect", words_effect(a), words_effect(b));
	compare_danger(diff, a, b);
	difference_lists(diff, "from", words_texts(diff->doc, a->from, a->from_count),
			 words_texts(diff->doc, b->from, b->from_count));
	difference_lists(diff, "to", words_rules(diff->doc, a), words_rules(diff->doc, b));
	difference_texts(diff, "changed", "body", body_a, body_b);
}

static void compare_replies(const struct differences *diff, const struct command *a,
			    const struct command *b)
{
	difference_texts(diff, "changed", "rows", a->rows, b->rows);
	difference_lists(diff, "columns", words_texts(diff->doc, a->columns, a->column_count),
			 words_texts(diff->doc, b->columns, b->column_count));
	if (same(a->rows, b->rows))
		fielddiff_replies(diff, a, b);
}

/* Whether summary, description or the help of a field that both have differ. */
static bool is_worded(const struct command *a, const struct command *b)
{
	bool worded = !same(a->summary, b->summary) || !same(a->description, b->description);
	for (size_t i = 0; i < a->arg_count && !worded; i++) {
		const struct arg *arg = &a->args[i];
		const struct arg *other =
			arg->wire ? command_wire_arg(b, arg->place, arg->wire) : NULL;
		worded = other && !same(arg->help, other->help);
	}
	return worded;
}

static void whole_operation(struct differences *diff, const struct command *command, bool added)
{
	CLEAN_FREE char *call = buf_format("%s %s", command->method, command->path);
	diff->about = command;
	difference_texts(diff, added ? "added" : "removed", "operation", added ? NULL : call,
			 added ? call : NULL);
}

/* ---- documents ---- */

static void compare_documents(const struct differences *diff, const struct contract *a,
			      const struct contract *b)
{
	CLEAN_FREE char *auth_a = auth_text(a, NULL), *auth_b = auth_text(b, NULL);
	difference_texts(diff, "changed", "server", a->server, b->server);
	difference_texts(diff, "changed", "auth", auth_a, auth_b);
}

/* A row unless it is the documents' difference, of which there is a row already. */
static void compare_auth(const struct differences *diff, const struct contract *a,
			 const struct contract *b, const struct command *other)
{
	CLEAN_FREE char *whole_a = auth_text(a, NULL), *whole_b = auth_text(b, NULL);
	CLEAN_FREE char *from = auth_text(a, diff->about), *to = auth_text(b, other);
	if (!same(from, whole_a) || !same(to, whole_b))
		difference_texts(diff, "changed", "auth", from, to);
}

struct json *diff_contracts(struct json_doc *doc, const struct contract *a,
			    const struct contract *b, size_t *worded)
{
	struct differences diff = { .doc = doc, .rows = json_new(doc, JSON_ARRAY) };
	bool *taken = NULL;
	const struct command **pairs = pairs_make(a, b, &taken);
	*worded = 0;
	compare_documents(&diff, a, b);
	for (size_t i = 0; i < a->command_count; i++) {
		const struct command *command = &a->commands[i];
		if (!pairs[i]) {
			whole_operation(&diff, command, false);
			continue;
		}
		diff.about = command;
		compare_calls(&diff, command, pairs[i]);
		compare_auth(&diff, a, b, pairs[i]);
		fielddiff_args(&diff, command, pairs[i]);
		compare_replies(&diff, command, pairs[i]);
		*worded += is_worded(command, pairs[i]);
	}
	for (size_t i = 0; i < b->command_count; i++)
		if (!taken[i])
			whole_operation(&diff, &b->commands[i], true);
	free(pairs);
	free(taken);
	return diff.rows;
}
