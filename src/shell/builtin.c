/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/repl.h"

#include <string.h>

#include "base/text.h"
#include "commands/commands.h"
#include "engine/output.h"
#include "engine/profile.h"

int do_use(struct session *session, const struct command *command, const struct values *values,
	   struct err *err)
{
	(void)command;
	CLEAN_FREE char *name = mem_dup(values_get(values, "profile-name"));
	return session_use(session, name, err);
}

int do_quit(struct session *session, const struct command *command, const struct values *values,
	    struct err *err)
{
	(void)command, (void)values, (void)err;
	session->quit = true;
	return 0;
}

/* ---- set ---- */

/* What must be said anew for each command, or belongs to `use`. */
static bool may_be_set(const char *name)
{
	static const char *const never[] = { "profile", "config",     "contract",    "yes",
					     "confirm", "dry-run",    "curl",	     "help",
					     "version", "request-id", "password-fd", "fault",
					     "seed",	"json",	      "expanded" };
	for (size_t i = 0; i < COUNT(never); i++)
		if (strcmp(never[i], name) == 0)
			return false;
	return true;
}

static const struct arg *find_option(const char *name, struct err *err)
{
	struct text_guess guess = { .word = name };
	for (size_t i = 0; i < global_option_count; i++) {
		const struct arg *arg = &global_options[i];
		if (!may_be_set(arg->name))
			continue;
		if (strcmp(arg->name, name) == 0)
			return arg;
		text_guess_try(&guess, arg->name);
	}
	err_set(err, ERR_USAGE, "\"%s\" is no option that can be set", name);
	if (guess.best)
		err_hint(err, "did you mean %s?", guess.best);
	return NULL;
}

static int list_options(const struct session *session, struct err *err)
{
	static const char *const columns[] = { "option", "value" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < session->globals.count - session->lent; i++) {
		struct json *object = json_new(doc, JSON_OBJECT);
		json_set_string(doc, object, "option", session->globals.items[i].arg->name);
		json_set_string(doc, object, "value", session->globals.items[i].text);
		json_append(list, object);
	}
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}

/* Takes every value of the option out of the session's own. */
static void drop_option(struct session *session, const struct arg *arg)
{
	struct values *globals = &session->globals;
	size_t kept = 0;
	for (size_t i = 0; i < globals->count; i++) {
		bool shorthand = strcmp(arg->name, "output") == 0 &&
				 (strcmp(globals->items[i].arg->name, "json") == 0 ||
				  strcmp(globals->items[i].arg->name, "expanded") == 0);
		if (i < globals->count - session->lent &&
		    (globals->items[i].arg == arg || shorthand))
			free(globals->items[i].text);
		else
			globals->items[kept++] = globals->items[i];
	}
	globals->count = kept;
}

int do_set(struct session *session, const struct command *command, const struct values *values,
	   struct err *err)
{
	(void)command;
	const char *name = values_get(values, "option"), *value = values_get(values, "value");
	if (!name)
		return list_options(session, err);
	const struct arg *arg = find_option(name, err);
	if (!arg)
		return -1;
	if (value && arg->type == ARG_FLAG)
		value = strcmp(value, "on") == 0    ? "true"
			: strcmp(value, "off") == 0 ? "false"
						    : value;
	struct values one = { 0 };
	if (value)
		values_add(&one, arg, value);
	CLEAN_FREE char *what = buf_format("set %s", name);
	int result = value ? parse_check(arg, what, value, err) : 0;
	if (result == 0)
		result = profile_check_options(&one, err);
	values_done(&one);
	if (result < 0)
		return -1;
	drop_option(session, arg);
	/* before what only this line has, which is taken off the end again */
	if (value) {
		values_add(&session->globals, arg, value);
		struct value added = session->globals.items[session->globals.count - 1];
		size_t at = session->globals.count - 1 - session->lent;
		memmove(&session->globals.items[at + 1], &session->globals.items[at],
			session->lent * sizeof(added));
		session->globals.items[at] = added;
	}
	return profile_settings(session, err);
}

/* ---- status ---- */

static void add_fact(struct json_doc *doc, struct json *object, const char *name, double seconds)
{
	CLEAN_FREE char *text = buf_format("%.1f", seconds * 1000);
	json_set(doc, object, name, json_new_text(doc, JSON_NUMBER, text, strlen(text)));
}

int do_status(struct session *session, const struct command *command, const struct values *values,
	      struct err *err)
{
	(void)command, (void)values;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, object, "exit_code", session->last.exit_code);
	json_set_string(doc, object, "request_id", session->last.request_id);
	if (session->last.request_id) {
		add_fact(doc, object, "first_byte_ms", session->last.timing.first_byte);
		add_fact(doc, object, "total_ms", session->last.timing.total);
		json_set(doc, object, "kept_connection",
			 json_new_bool(doc, session->last.timing.reused));
	}
	json_set_string(doc, object, "profile", session->profile);
	const struct output output = { .value = object };
	return output_print(session, &output, err);
}
