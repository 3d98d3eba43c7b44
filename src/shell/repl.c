/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/repl.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "commands/commands.h"
#include "engine/run.h"
#include "engine/seen.h"
#include "engine/terminal.h"
#include "lib/line.h"
#include "shell/statement.h"

enum { HISTORY_LINES = 10000 };

/* ---- the prompt and completion ---- */

/* Red and bold before a live profile; readline is told which bytes take no room. */
static char *make_prompt(const struct session *session)
{
	const char *environment = setting_text(&session->settings, SETTING_ENVIRONMENT);
	const char *color = setting_text(&session->settings, SETTING_COLOR);
	if (!session->profile)
		return mem_dup("bangoctl> ");
	if (session_is_sandbox(session))
		return mem_dup("sandbox> ");
	if (!session_is_live(session))
		return buf_format("%s:%s> ", environment, session->profile);
	if (!terminal_color(STDOUT_FILENO, color))
		return buf_format("LIVE:%s!> ", session->profile);
	return buf_format("\001\033[1;31m\002LIVE:%s!>\001\033[0m\002 ", session->profile);
}

static void complete_line(void *context, const char *text, size_t len, line_sink sink,
			  void *sink_context)
{
	struct session *session = context;
	const struct complete_source source = {
		.table = &session->table,
		.globals = global_options,
		.global_count = global_option_count,
		.offer = seen_offer,
		.context = session,
	};
	char **words = split_unfinished(text, len);
	size_t count = 0;
	while (words[count])
		count++;
	/* `expect CODE` stands before a command of its own */
	size_t skip = count > 2 && strcmp(words[0], "expect") == 0 ? 2 : 0;
	complete(&source, (const char *const *)words + skip, count - skip, sink, sink_context);
	split_free(words);
}

/* ---- lines ---- */

static void run_statements(struct session *session, const struct statements *statements)
{
	*session->stop = 0;
	for (size_t i = 0;
	     i < statements->count && !session->quit && *session->last_signal != SIGTERM; i++) {
		CLEAN_ERR struct err err = { 0 };
		int result = statement_run(session, &statements->items[i], &err);
		if (strcmp(statements->items[i].words[0], "status") != 0)
			session->last.exit_code = result < 0 ? err_row(err.kind)->exit_code : 0;
		if (result < 0)
			run_report(session, &err);
		/* a signal lets a change in flight end, but what stands behind it must not begin */
		else if (!*session->stop)
			continue;
		if (i + 1 < statements->count)
			terminal_note("the rest of the line was not run");
		return;
	}
}

/* Reads lines until they make whole statements. False at the end of the input. */
static bool read_statements(struct session *session, struct statements *statements)
{
	CLEAN_BUF struct buf text = { 0 };
	*statements = (struct statements){ 0 };
	for (;;) {
		bool cleared;
		unsigned at;
		CLEAN_ERR struct err err = { 0 };
		CLEAN_FREE char *prompt = text.len ? mem_dup("> ") : make_prompt(session);
		*session->stop = 0;
		CLEAN_FREE char *line = line_read(prompt, &cleared);
		if (!line && text.len)
			terminal_note("the line never ended: it was not run");
		if (!line)
			return false;
		if (cleared)
			return true;
		buf_add_format(&text, "%s%s", text.len ? "\n" : "", line);
		int result = split_statements(text.data, statements, &at, &err);
		if (result > 0)
			continue;
		line_remember(text.data);
		if (result < 0) {
			session->last.exit_code = err_row(err.kind)->exit_code;
			run_report(session, &err);
		}
		return true;
	}
}

static char *history_path(void)
{
	CLEAN_FREE char *folder = session_state_folder();
	CLEAN_ERR struct err err = { 0 };
	if (file_make_folder(folder, &err) < 0) {
		terminal_note("warning: %s; no history is kept", err.message);
		return NULL;
	}
	return file_join(folder, "history");
}

int do_shell(struct session *session, const struct command *command, const struct values *values,
	     struct err *err)
{
	(void)command, (void)values;
	CLEAN_FREE char *history = history_path();
	const struct line_settings settings = {
		.history = history,
		.history_lines = HISTORY_LINES,
		.complete = complete_line,
		.context = session,
		.signals = session->stop,
		.last_signal = session->last_signal,
	};
	session_enter_shell(session);
	if (!line_open(&settings))
		terminal_note("warning: %s cannot be used; no history is kept", history);
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("TAB completes, \"help\" helps, Ctrl-D leaves%s",
			      session->profile ? "" : "; begin with \"use sandbox\"");
	struct statements statements;
	while (!session->quit && *session->last_signal != SIGTERM &&
	       read_statements(session, &statements)) {
		run_statements(session, &statements);
		statements_done(&statements);
	}
	line_close();
	if (!session->quit)
		(void)file_write_all(STDERR_FILENO, "\n", 1);
	if (*session->last_signal == SIGTERM)
		return err_set(err, ERR_TERMINATED, "terminated");
	return 0;
}
