/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/commands.h"
#include "engine/about.h"
#include "engine/profile.h"
#include "engine/request.h"
#include "engine/sandboxed.h"
#include "engine/terminal.h"

/* What works with a config that is broken or missing. */
static bool needs_no_config(enum action action)
{
	static const enum action those[] = { ACTION_HELP,	 ACTION_VERSION,
					     ACTION_CONFIG_PATH, ACTION_CONFIG_INIT,
					     ACTION_COMPLETION,	 ACTION_COMPLETE,
					     ACTION_MANUAL,	 ACTION_CONTRACT_USE };
	for (size_t i = 0; i < COUNT(those); i++)
		if (those[i] == action)
			return true;
	return false;
}

static int run_parsed(struct session *session, const struct parsed *parsed, struct err *err)
{
	const struct command *command = parsed->command;
	session->command = command->name;
	if (session->trouble.kind != ERR_OK && !needs_no_config(command->action))
		return session_trouble(session, err);
	if (!session->actions[command->action])
		return err_set(err, ERR_USAGE, "\"%s\" must be the first word of its line",
			       command->name);
	return session->actions[command->action](session, command, &parsed->values, err);
}

/* The shell begins where a person is at both ends. */
static bool begins_shell(const struct session *session, const struct parsed *parsed)
{
	return !*parsed->group && !session->in_shell && isatty(STDIN_FILENO) &&
	       isatty(STDOUT_FILENO);
}

/* A group's name alone, or nothing at all: help on stderr, and exit 2. */
static int no_command(struct session *session, const char *group, struct err *err)
{
	CLEAN_BUF struct buf out = { 0 };
	about_group(session, group, STDERR_FILENO, &out);
	(void)file_write_all(STDERR_FILENO, buf_str(&out), out.len);
	err_set(err, ERR_USAGE, *group ? "\"%s\" needs a command after it" : "no command%s", group);
	return -1;
}

static bool asks_version(const struct values *globals, const struct words *rest)
{
	return values_flag(globals, "version") && !rest->count && !values_flag(globals, "help");
}

static int run_rest(struct session *session, const struct words *rest, struct err *err)
{
	CLEANUP(parsed_done) struct parsed parsed = { 0 };
	bool help = values_flag(&session->globals, "help");
	if (asks_version(&session->globals, rest))
		return about_version(session, err);
	if (parse_command(rest, &session->table, global_options, global_option_count, help, &parsed,
			  err) < 0) {
		/* the word may be a command of the contract that could not be read */
		return session->trouble.kind != ERR_OK && !help ? session_trouble(session, err)
								: -1;
	}
	if (help)
		return about_help(session, parsed.command, parsed.group, err);
	if (!parsed.command && begins_shell(session, &parsed))
		return session->trouble.kind != ERR_OK
			       ? session_trouble(session, err)
			       : session->actions[ACTION_SHELL](session, NULL, &parsed.values, err);
	if (!parsed.command)
		return no_command(session, parsed.group, err);
	return run_parsed(session, &parsed, err);
}

int run_words(struct session *session, const struct words *words, struct err *err)
{
	CLEANUP(words_done) struct words rest = { 0 };
	session->argv = words;
	if (parse_globals(words, global_options, global_option_count, &session->globals, &rest,
			  err) < 0)
		return -1;
	/* what only tells the version reads neither config nor contract */
	if (asks_version(&session->globals, &rest))
		return about_version(session, err);
	if (session_settle(session, err) < 0)
		return -1;
	return run_rest(session, &rest, err);
}

/* ---- lines ---- */

/* Reads a line's global options; the session's own choices are not among them. */
static int read_line_options(const struct words *words, struct values *options, struct words *rest,
			     struct err *err)
{
	static const char *const fixed[] = { "config", "profile", "contract" };
	if (parse_globals(words, global_options, global_option_count, options, rest, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(fixed); i++)
		if (values_get(options, fixed[i])) {
			err_set(err, ERR_USAGE,
				"--%s cannot stand in a line of the shell or of a script",
				fixed[i]);
			return err_hint(err, "write \"use PROFILE\" on a line of its own");
		}
	return profile_check_options(options, err);
}

/* Builds a call's request to see whether that can be done; what its body reads is read when it
 * runs. */
static int check_request(const struct session *session, const struct parsed *parsed,
			 struct err *err)
{
	CLEANUP(request_done) struct request request = { 0 };
	if (parsed->command->action != ACTION_CALL)
		return 0;
	for (size_t i = 0; i < parsed->values.count; i++)
		if (strchr(parsed->values.items[i].text, '@'))
			return 0;
	return request_build(session, parsed->command, &parsed->values, &request, err);
}

int run_check(const struct session *session, const struct words *words, struct err *err)
{
	CLEANUP(words_done) struct words rest = { 0 };
	CLEANUP(values_done) struct values options = { 0 };
	CLEANUP(parsed_done) struct parsed parsed = { 0 };
	if (read_line_options(words, &options, &rest, err) < 0)
		return -1;
	bool help = values_flag(&options, "help"), version = asks_version(&options, &rest);
	if (parse_command(&rest, &session->table, global_options, global_option_count, help,
			  &parsed, err) < 0)
		return -1;
	if (!parsed.command && !help && !version)
		return err_set(err, ERR_USAGE,
			       *parsed.group ? "\"%s\" needs a command after it" : "no command%s",
			       parsed.group);
	return parsed.command && !help && !version ? check_request(session, &parsed, err) : 0;
}

/* Adds a line's options to the session's for as long as it runs. */
static void lend_options(struct session *session, const struct values *options)
{
	for (size_t i = 0; i < options->count; i++)
		values_add(&session->globals, options->items[i].arg, options->items[i].text);
	session->lent += options->count;
}

/* Down to those of the line that runs this one; `use` has dropped all of them already. */
static void take_options_back(struct session *session, size_t outer)
{
	CLEAN_ERR struct err ignored = { 0 };
	for (; session->lent > outer; session->lent--)
		free(session->globals.items[--session->globals.count].text);
	(void)profile_settings(session, &ignored);
}

int run_line(struct session *session, const struct words *words, struct err *err)
{
	CLEANUP(words_done) struct words rest = { 0 };
	CLEANUP(values_done) struct values options = { 0 };
	if (read_line_options(words, &options, &rest, err) < 0)
		return -1;
	bool misbehaves = values_get(&options, "fault") || values_get(&options, "seed");
	bool own_secret = values_get(&options, "password-fd");
	size_t outer = session->lent;
	session->applied = false;
	session->command = NULL;
	session->argv = words;
	lend_options(session, &options);
	if (own_secret)
		secret_done(&session->secret);
	if (misbehaves)
		sandboxed_stop(session);
	int result = profile_settings(session, err) < 0 ? -1 : run_rest(session, &rest, err);
	if (misbehaves)
		sandboxed_stop(session);
	if (own_secret)
		secret_done(&session->secret);
	take_options_back(session, outer);
	return result;
}

/* ---- reporting ---- */

static bool wants_json(const struct session *session)
{
	const char *form = values_get(&session->globals, "error-format");
	const char *output = values_get(&session->globals, "output");
	if (form)
		return strcmp(form, "json") == 0;
	if (!output)
		output = setting_text(&session->settings, SETTING_OUTPUT);
	return values_flag(&session->globals, "json") ||
	       (output && (strcmp(output, "json") == 0 || strcmp(output, "ndjson") == 0));
}

static void report_json(const struct session *session, const struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_ERR struct err ignored = { 0 };
	const struct err_row *row = err_row(err->kind);
	struct json *root = json_new(doc, JSON_OBJECT), *object = json_new(doc, JSON_OBJECT),
		    *response = NULL;
	json_set(doc, root, "error", object);
	json_set_string(doc, object, "kind", row->name);
	json_set_integer(doc, object, "exit_code", row->exit_code);
	json_set_string(doc, object, "message", err->message);
	json_set_string(doc, object, "hint", err->hint);
	json_set(doc, object, "http_status",
		 err->http_status ? json_new_integer(doc, err->http_status)
				  : json_new(doc, JSON_NULL));
	json_set_string(doc, object, "response_code", err->response_code);
	json_set_string(doc, object, "request_id", err->request_id);
	json_set(doc, object, "retryable", json_new_bool(doc, row->retryable && !session->applied));
	json_set(doc, object, "retry_after",
		 err->retry_after >= 0 && err->http_status ? json_new_integer(doc, err->retry_after)
							   : json_new(doc, JSON_NULL));
	json_set_string(doc, object, "command", session->command);
	json_set_string(doc, object, "profile", session->profile);
	json_set_string(doc, object, "at", err->at ? err->at : session->at);
	if (err->response)
		(void)json_parse(doc, err->response, strlen(err->response), &response, &ignored);
	json_set(doc, object, "response", response ? response : json_new(doc, JSON_NULL));
	CLEAN_BUF struct buf line = { 0 };
	json_write(&line, root, JSON_COMPACT);
	buf_add_char(&line, '\n');
	(void)file_write_all(STDERR_FILENO, line.data, line.len);
}

static void report_text(const struct session *session, const struct err *err)
{
	/* a faulty config leaves no settings, but the option holds */
	const char *option = values_get(&session->globals, "color");
	const char *choice = option ? option : setting_text(&session->settings, SETTING_COLOR);
	bool color = terminal_color(STDERR_FILENO, choice ? choice : "auto");
	CLEAN_BUF struct buf out = { 0 };
	buf_add_str(&out, color ? "\033[1;31mbangoctl:\033[0m " : "bangoctl: ");
	const char *at = err->at ? err->at : session->at;
	if (at)
		buf_add_format(&out, "%s: ", at);
	text_escape(&out, err->message, strlen(err->message), false);
	if (err->request_id)
		buf_add_format(&out, " (request %s)", err->request_id);
	buf_add_char(&out, '\n');
	if (err->hint) {
		buf_add_str(&out, "  hint: ");
		text_escape(&out, err->hint, strlen(err->hint), false);
		buf_add_char(&out, '\n');
	}
	(void)file_write_all(STDERR_FILENO, out.data, out.len);
}

void run_report(const struct session *session, const struct err *err)
{
	if (wants_json(session))
		report_json(session, err);
	else
		report_text(session, err);
}
