/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/script.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/profile.h"
#include "engine/run.h"
#include "shell/statement.h"

enum { MAX_SCRIPT = 64 * 1024 * 1024, MAX_DEPTH = 16 };

struct script {
	const char *name; /* borrowed */
	struct statements statements;
};

static void script_done(struct script *script)
{
	statements_done(&script->statements);
}

/* FILE:LINE; the caller frees it. */
static char *place(const char *name, unsigned line)
{
	return buf_format("%s:%u", strcmp(name, "-") == 0 ? "standard input" : name, line);
}

/* Notes where the fault is; of files that source each other, the place in the innermost. */
static int blame(const char *name, unsigned line, struct err *err)
{
	if (!err->at)
		err->at = place(name, line);
	return -1;
}

static int read_script(const char *name, struct script *script, struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	*script = (struct script){ .name = name };
	if (file_read(name, MAX_SCRIPT, &text, NULL, ERR_USAGE, err) < 0)
		return err_wrap(err, "script");
	const char *start = buf_str(&text);
	size_t len = text.len;
	bool marked = len >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0;
	if (memchr(start, '\0', len))
		return err_set(err, ERR_USAGE, "script %s holds a NUL byte", name);
	if (!text_is_utf8(start, len))
		return err_set(err, ERR_USAGE, "script %s is not valid UTF-8", name);
	unsigned line = 1;
	int result = split_statements(start + (marked ? 3 : 0), &script->statements, &line, err);
	if (result == 0)
		return 0;
	if (result > 0)
		err_set(err, ERR_USAGE,
			"the quotes that begin here, or the line that ends in a backslash, never end");
	return blame(name, line, err);
}

/* ---- checking ---- */

static int check_script(struct session *session, const struct script *script, int depth,
			struct err *err);

static int check_source(struct session *session, const char *name, int depth, struct err *err)
{
	if (depth >= MAX_DEPTH)
		return err_set(
			err, ERR_USAGE,
			"scripts source each other more than %d deep: does %s source itself?",
			MAX_DEPTH, name);
	CLEANUP(script_done) struct script script = { 0 };
	if (read_script(name, &script, err) < 0)
		return -1;
	return check_script(session, &script, depth + 1, err);
}

/* What changes what the following lines mean is done on the session of the check. */
static int check_effect(struct session *session, const struct statement *statement, int depth,
			struct err *err)
{
	bool expects = strcmp(statement->words[0], "expect") == 0;
	size_t at = expects ? 2 : 0;
	/* one that is to fail changes nothing, and options only ask for help */
	if (statement->word_count < at + 2 || statement->words[at + 1][0] == '-' ||
	    (expects && strcmp(statement->words[1], "0") != 0 &&
	     strcmp(statement->words[1], "ok") != 0))
		return 0;
	if (strcmp(statement->words[at], "use") == 0)
		return session_use(session, statement->words[at + 1], err);
	if (strcmp(statement->words[at], "source") == 0)
		return check_source(session, statement->words[at + 1], depth, err);
	return 0;
}

static int check_script(struct session *session, const struct script *script, int depth,
			struct err *err)
{
	for (size_t i = 0; i < script->statements.count; i++) {
		const struct statement *statement = &script->statements.items[i];
		if (statement_check(session, statement, err) < 0 ||
		    check_effect(session, statement, depth, err) < 0)
			return blame(script->name, statement->line, err);
	}
	return 0;
}

/* Checks on a copy of the session, since `use` in a script changes the table of the lines after it.
 */
static int check_ahead(const struct session *session, const struct script *script, struct err *err)
{
	CLEANUP(session_done) struct session scratch = { 0 };
	if (session_derive(session, session->profile, &scratch, err) < 0)
		return -1;
	return check_script(&scratch, script, 0, err);
}

/* ---- running ---- */

/* What became of the commands that failed under --keep-going. */
struct tally {
	size_t failed, unknown;
};

static int run_one(struct session *session, const struct script *script,
		   const struct statement *statement, bool keep_going, struct tally *tally,
		   struct err *err)
{
	const char *outer = session->at;
	CLEAN_FREE char *at = place(script->name, statement->line);
	session->at = at;
	int result = statement_run(session, statement, err);
	session->last.exit_code = result < 0 ? err_row(err->kind)->exit_code : 0;
	bool signalled =
		result < 0 && (err->kind == ERR_INTERRUPTED || err->kind == ERR_TERMINATED);
	if (result < 0 && keep_going && !signalled) {
		run_report(session, err);
		tally->failed++;
		tally->unknown += err->kind == ERR_UNKNOWN;
		err_done(err);
		result = 0;
	} else if (result < 0 && !err->at) {
		err->at = take(at);
	}
	session->at = outer;
	return result;
}

/* A signal during a change lets that one end: what stands behind it must not begin. */
static int check_signal(const struct session *session, const struct script *script,
			const struct statement *next, struct err *err)
{
	if (!*session->stop)
		return 0;
	err_set(err, ERR_INTERRUPTED, "interrupted: this line and the ones after it were not run");
	err->at = place(script->name, next->line);
	return -1;
}

static int run_script(struct session *session, const struct script *script, bool keep_going,
		      struct err *err)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < script->statements.count && !session->quit; i++) {
		const struct statement *statement = &script->statements.items[i];
		if (check_signal(session, script, statement, err) == 0 &&
		    run_one(session, script, statement, keep_going, &tally, err) == 0)
			continue;
		/* a change before it is unknown all the same */
		if (tally.unknown)
			err->kind = ERR_UNKNOWN;
		return -1;
	}
	if (tally.failed)
		return err_set(err, tally.unknown ? ERR_UNKNOWN : ERR_PARTIAL,
			       "%zu command%s of %s failed", tally.failed,
			       tally.failed == 1 ? "" : "s",
			       strcmp(script->name, "-") == 0 ? "standard input" : script->name);
	return 0;
}

int do_run(struct session *session, const struct command *command, const struct values *values,
	   struct err *err)
{
	(void)command;
	CLEANUP(script_done) struct script script = { 0 };
	const char *name = values_get(values, "file");
	bool keep_going = values_flag(values, "keep-going");
	if (session->in_shell) {
		err_set(err, ERR_USAGE, "run begins a script of its own");
		return err_hint(err, "write source %s", name);
	}
	if (values_get(&session->globals, "request-id")) {
		err_set(err, ERR_USAGE,
			"--request-id names one change, but a script may make many");
		return err_hint(err, "write it in the line of the change");
	}
	session_enter_shell(session);
	if (read_script(name, &script, err) < 0 || check_ahead(session, &script, err) < 0)
		return -1;
	return run_script(session, &script, keep_going, err);
}

int do_source(struct session *session, const struct command *command, const struct values *values,
	      struct err *err)
{
	(void)command;
	CLEANUP(script_done) struct script script = { 0 };
	CLEAN_FREE char *name = mem_dup(values_get(values, "file"));
	/* within a script it was checked with the rest */
	if (read_script(name, &script, err) < 0 ||
	    (!session->at && check_ahead(session, &script, err) < 0))
		return -1;
	return run_script(session, &script, false, err);
}
