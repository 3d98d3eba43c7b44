/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of the shell and of scripts, against the table of the built-in contract: what was split and
 * is quoted again splits to the same, what does not parse says why, what parses has a help, and
 * completion at every position offers what goes on from what is typed. Nothing runs.
 */
#include "fuzz.h"

#include <locale.h>
#include <string.h>

#include "base/text.h"
#include "commands/commands.h"
#include "engine/run.h"
#include "engine/seen.h"
#include "engine/show.h"
#include "grammar/complete.h"
#include "grammar/help.h"
#include "grammar/split.h"

/* Longer texts are only slower. In a line of so many bytes completion is asked at every position,
 * in a longer one at as many. */
enum { LONGEST_TEXT = 512, POSITIONS = 16, MOST_COMMANDS = 256 };

/* A session of the shell without config, profile and home, as `bangoctl` has it at its prompt. */
static struct session *shell(void)
{
	static struct session session;
	static volatile sig_atomic_t none;
	CLEAN_ERR struct err err = { 0 };
	if (session.table.count)
		return &session;
	must(setlocale(LC_CTYPE, "C.UTF-8") && freopen("/dev/null", "r", stdin));
	must(setenv("BANGOCTL_CONFIG", "/dev/null", 1) == 0 && unsetenv("HOME") == 0);
	unsetenv("BANGOCTL_PROFILE");
	session.stop = &none;
	session.last_signal = &none;
	must(session_settle(&session, &err) == 0 && session.trouble.kind == ERR_OK);
	session_enter_shell(&session);
	return &session;
}

static bool is_failure(const struct err *err, enum err_kind kind)
{
	return err->kind == kind && err->message && *err->message;
}

/* ---- splitting ---- */

static void add_quoted(struct buf *out, const char *word)
{
	CLEAN_FREE char *typed = show_word(word);
	buf_add_str(out, typed);
	buf_add_char(out, ' ');
}

static void quote(const struct statement *statement, struct buf *out)
{
	for (size_t i = 0; i < statement->word_count; i++)
		add_quoted(out, statement->words[i]);
	if (statement->file) {
		buf_add_str(out, statement->append ? ">> " : "> ");
		add_quoted(out, statement->file);
	}
	if (statement->pipe)
		buf_add_format(out, "| %s", statement->pipe);
	buf_add_char(out, '\n');
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void is_same(const struct statement *a, const struct statement *b)
{
	must(a->word_count == b->word_count && a->append == b->append);
	for (size_t i = 0; i < a->word_count; i++)
		must(strcmp(a->words[i], b->words[i]) == 0);
	must(same_text(a->file, b->file) && same_text(a->pipe, b->pipe));
}

static void splits_again(const struct statements *statements)
{
	CLEANUP(statements_done) struct statements again = { 0 };
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf text = { 0 };
	unsigned at = 0, line = 1;
	for (size_t i = 0; i < statements->count; i++) {
		must(statements->items[i].word_count && statements->items[i].line >= line);
		must(!statements->items[i].file || !statements->items[i].pipe);
		line = statements->items[i].line;
		quote(&statements->items[i], &text);
	}
	must(split_statements(buf_str(&text), &again, &at, &err) == 0);
	must(again.count == statements->count);
	for (size_t i = 0; i < again.count; i++)
		is_same(&statements->items[i], &again.items[i]);
}

/* ---- parsing and help ---- */

/* The help of the command, which is shown as it is; it is always the same. */
static void has_help(const struct command *command)
{
	static const struct command *known[MOST_COMMANDS];
	size_t at = 0;
	while (at < MOST_COMMANDS && known[at] && known[at] != command)
		at++;
	if (at == MOST_COMMANDS || known[at])
		return;
	known[at] = command;
	CLEAN_BUF struct buf help = { 0 }, safe = { 0 };
	help_command(&help, &(struct help_style){ .width = 80 }, command);
	must(help.len);
	text_escape(&safe, help.data, help.len, true);
	must(strcmp(safe.data, help.data) == 0);
}

static void fits_values(const struct parsed *parsed)
{
	CLEAN_ERR struct err err = { 0 };
	for (size_t i = 0; i < parsed->values.count; i++) {
		const struct value *value = &parsed->values.items[i];
		must(value->text && value->arg >= parsed->command->args &&
		     value->arg < parsed->command->args + parsed->command->arg_count);
		must((value->arg->flags & ARG_OPTIONAL_VALUE) ||
		     parse_check(value->arg, "value", value->text, &err) == 0);
	}
	must(parse_required(parsed->command, &parsed->values, &err) == 0);
}

static void parses(const struct session *session, const struct words *words, bool lenient)
{
	CLEANUP(parsed_done) struct parsed parsed = { 0 };
	CLEAN_ERR struct err err = { 0 };
	if (parse_command(words, &session->table, global_options, global_option_count, lenient,
			  &parsed, &err) < 0) {
		must(is_failure(&err, ERR_USAGE));
		return;
	}
	must(parsed.group);
	if (!parsed.command)
		must(!*parsed.group || command_is_group(&session->table, parsed.group));
	else if (lenient)
		has_help(parsed.command);
	else
		fits_values(&parsed);
}

static void check(const struct session *session, const struct statement *statement)
{
	CLEANUP(words_done) struct words words = { 0 }, rest = { 0 };
	CLEANUP(values_done) struct values options = { 0 };
	CLEAN_ERR struct err err = { 0 }, bad = { 0 };
	for (size_t i = 0; i < statement->word_count; i++)
		words_add(&words, statement->words[i]);
	if (run_check(session, &words, &err) < 0)
		must(err.message && *err.message && err.kind != ERR_OK);
	if (parse_globals(&words, global_options, global_option_count, &options, &rest, &bad) < 0) {
		must(is_failure(&bad, ERR_USAGE));
		return;
	}
	must(rest.count <= words.count);
	parses(session, &rest, false);
	parses(session, &rest, true);
}

/* ---- completion ---- */

static void take_candidate(void *context, const char *word, const char *help)
{
	const char *typed = context;
	must(word && *word && !strchr(word, '\n'));
	must(strncmp(word, typed, strlen(typed)) == 0 || strcmp(word, COMPLETE_FILES) == 0);
	must(!help || !strchr(help, '\n'));
}

static void completes(struct session *session, const char *text, size_t len)
{
	const struct complete_source source = { .table = &session->table,
						.globals = global_options,
						.global_count = global_option_count,
						.offer = seen_offer,
						.context = session };
	char **words = split_unfinished(text, len);
	size_t count = 0;
	while (words[count])
		count++;
	must(count);
	CLEAN_FREE char *typed = mem_dup(words[count - 1]);
	complete(&source, (const char *const *)words, count, take_candidate, typed);
	split_free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > LONGEST_TEXT)
		return 0;
	struct session *session = shell();
	CLEANUP(statements_done) struct statements statements = { 0 };
	CLEAN_ERR struct err err = { 0 };
	CLEAN_FREE char *text = mem_dup_len((const char *)data, size);
	size_t len = strlen(text);
	unsigned at = 0;
	int result = split_statements(text, &statements, &at, &err);
	must(result == 0 || statements.count == 0);
	if (result < 0)
		must(is_failure(&err, ERR_USAGE) && at >= 1);
	splits_again(&statements);
	for (size_t i = 0; i < statements.count; i++)
		check(session, &statements.items[i]);
	for (size_t left = 0; left <= len; left += 1 + len / POSITIONS)
		completes(session, text, len - left);
	return 0;
}
