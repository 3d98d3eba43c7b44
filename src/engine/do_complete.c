/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_complete.h"

#include <string.h>

#include "commands/commands.h"
#include "engine/output.h"
#include "engine/seen.h"

/* The scripts of completions/, embedded when the program is built. */
extern const char completion_bash[], completion_zsh[], completion_fish[];

int do_completion(struct session *session, const struct command *command,
		  const struct values *values, struct err *err)
{
	(void)command;
	const char *shell = values_get(values, "shell");
	const char *script = strcmp(shell, "bash") == 0	 ? completion_bash
			     : strcmp(shell, "zsh") == 0 ? completion_zsh
							 : completion_fish;
	return output_text(session, script, strlen(script), err);
}

static void add_candidate(void *context, const char *word, const char *help)
{
	buf_add_str(context, word);
	if (help && *help)
		buf_add_format(context, "\t%s", help);
	buf_add_char(context, '\n');
}

/* The session that the typed words ask for, as far as it can be had: completion is silent about
 * faults. */
static void settle_typed(struct session *session, const struct words *words, struct session *typed)
{
	CLEANUP(words_done) struct words rest = { 0 };
	CLEAN_ERR struct err ignored = { 0 };
	*typed = (struct session){ .actions = session->actions,
				   .stop = session->stop,
				   .last_signal = session->last_signal };
	(void)parse_globals(words, global_options, global_option_count, &typed->globals, &rest,
			    &ignored);
	if (session_settle(typed, &ignored) == 0)
		return;
	values_done(&typed->globals);
	(void)session_settle(typed, &ignored);
}

int do_complete(struct session *session, const struct command *command, const struct values *values,
		struct err *err)
{
	(void)command;
	CLEANUP(words_done) struct words words = { 0 }, before = { 0 };
	for (size_t i = 0; i < values->count; i++)
		words_add(&words, values->items[i].text);
	if (!words.count)
		words_add(&words, "");
	for (size_t i = 0; i + 1 < words.count; i++)
		words_add(&before, words.items[i]);
	CLEANUP(session_done) struct session typed = { 0 };
	settle_typed(session, &before, &typed);
	const struct complete_source source = {
		.table = &typed.table,
		.globals = global_options,
		.global_count = global_option_count,
		.offer = seen_offer,
		.context = &typed,
	};
	CLEAN_BUF struct buf out = { 0 };
	complete(&source, words.items, words.count, add_candidate, &out);
	return output_text(session, buf_str(&out), out.len, err);
}
