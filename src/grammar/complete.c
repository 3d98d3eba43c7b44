/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/complete.h"

#include <string.h>

#include "base/buf.h"

/* One completion while it is made. */
struct completion {
	const struct complete_source *source;
	const char *word;   /* what is typed of the word */
	const char *prefix; /* what stands before each candidate: "--output=" */
	complete_sink sink;
	void *context;
};

static void offer(void *context, const char *word, const char *help)
{
	const struct completion *completion = context;
	if (strncmp(word, completion->word, strlen(completion->word)) != 0)
		return;
	CLEAN_FREE char *whole = buf_format("%s%s", completion->prefix, word);
	completion->sink(completion->context, whole, help);
}

static void offer_values(struct completion *completion, const struct arg *arg)
{
	for (size_t i = 0; i < arg->choice_count; i++)
		offer(completion, arg->choices[i].value, arg->choices[i].help);
	if (arg->type == ARG_FLAG && *completion->prefix) {
		offer(completion, "true", NULL);
		offer(completion, "false", NULL);
	}
	if (arg->type == ARG_FILE)
		completion->sink(completion->context, COMPLETE_FILES, NULL);
	if (completion->source->offer)
		completion->source->offer(completion->source->context, arg, offer, completion);
}

static const struct arg *find_option(const struct arg *args, size_t count, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	for (size_t i = 0; i < count; i++) {
		bool named = word[1] == '-' && strlen(args[i].name) == len &&
			     strncmp(args[i].name, word + 2, len) == 0;
		bool lettered =
			word[1] != '-' && args[i].letter && word[1] == args[i].letter && !word[2];
		if (!(args[i].flags & ARG_POSITIONAL) && (named || lettered))
			return &args[i];
	}
	return NULL;
}

static const struct arg *option_of(const struct completion *completion,
				   const struct command *command, const char *word)
{
	const struct arg *arg =
		find_option(completion->source->globals, completion->source->global_count, word);
	if (!arg && command)
		arg = find_option(command->args, command->arg_count, word);
	return arg;
}

static bool takes_word(const struct arg *arg)
{
	return arg && arg->type != ARG_FLAG && !(arg->flags & ARG_OPTIONAL_VALUE);
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static void offer_options(struct completion *completion, const struct arg *args, size_t count,
			  const char *const *words, size_t before)
{
	for (size_t i = 0; i < count; i++) {
		const struct arg *arg = &args[i];
		CLEAN_FREE char *name = buf_format("--%s", arg->name);
		bool given = false;
		for (size_t w = 0; w < before; w++)
			given = given ||
				(is_option(words[w]) && find_option(arg, 1, words[w]) == arg);
		bool again = (arg->flags & ARG_REPEAT) || arg->type == ARG_PAIR ||
			     strcmp(arg->name, "verbose") == 0;
		if (!(arg->flags & ARG_POSITIONAL) && (!given || again))
			offer(completion, name, arg->help);
	}
}

/* Offers the next word of each command that begins with `group`, each once. */
static void offer_commands(struct completion *completion, const char *group)
{
	const struct command_table *table = completion->source->table;
	size_t depth = *group ? strlen(group) + 1 : 0;
	CLEAN_BUF struct buf seen = { 0 };
	for (size_t i = 0; i < table->count; i++) {
		const struct command *command = table->items[i];
		if (command->hidden || (depth && (strncmp(command->name, group, depth - 1) != 0 ||
						  command->name[depth - 1] != ' ')))
			continue;
		const char *rest = command->name + depth;
		size_t len = strcspn(rest, " ");
		CLEAN_FREE char *word = mem_dup_len(rest, len);
		CLEAN_FREE char *mark = buf_format("\n%s\n", word);
		if (strstr(buf_str(&seen), mark))
			continue;
		buf_add_str(&seen, mark);
		offer(completion, word, rest[len] ? NULL : command->summary);
	}
}

static void offer_positional(struct completion *completion, const struct command *command,
			     size_t given)
{
	size_t number = 0;
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (!(arg->flags & ARG_POSITIONAL))
			continue;
		if (number == given || (arg->flags & ARG_REPEAT)) {
			offer_values(completion, arg);
			return;
		}
		number++;
	}
}

/* What the words before the cursor have come to. */
struct state {
	const struct command *command;
	struct buf group;
	size_t positionals;
};

static void read_words(struct completion *completion, const char *const *words, size_t before,
		       struct state *state)
{
	for (size_t i = 0; i < before; i++) {
		if (is_option(words[i])) {
			bool next = !strchr(words[i], '=') &&
				    takes_word(option_of(completion, state->command, words[i]));
			i += next;
			continue;
		}
		if (state->command &&
		    !command_is_group(completion->source->table, state->group.data)) {
			state->positionals++;
			continue;
		}
		buf_add_format(&state->group, "%s%s", state->group.len ? " " : "", words[i]);
		const struct command *found =
			command_find(completion->source->table, state->group.data);
		state->command = found ? found : state->command;
	}
}

void complete(const struct complete_source *source, const char *const *words, size_t count,
	      complete_sink sink, void *context)
{
	if (!count)
		return;
	const char *word = words[count - 1];
	struct completion completion = { source, word, "", sink, context };
	struct state state = { 0 };
	read_words(&completion, words, count - 1, &state);
	const char *last = count > 1 ? words[count - 2] : "";
	const struct arg *pending = is_option(last) && !strchr(last, '=')
					    ? option_of(&completion, state.command, last)
					    : NULL;
	const char *equals = word[0] == '-' && word[1] == '-' ? strchr(word, '=') : NULL;
	CLEAN_FREE char *prefix = equals ? mem_dup_len(word, (size_t)(equals + 1 - word)) : NULL;
	if (equals) {
		const struct arg *arg = option_of(&completion, state.command, word);
		completion.word = equals + 1;
		completion.prefix = prefix;
		if (arg)
			offer_values(&completion, arg);
	} else if (takes_word(pending)) {
		offer_values(&completion, pending);
	} else if (word[0] == '-') {
		if (state.command)
			offer_options(&completion, state.command->args, state.command->arg_count,
				      words, count - 1);
		offer_options(&completion, source->globals, source->global_count, words, count - 1);
	} else {
		if (!state.command || command_is_group(source->table, buf_str(&state.group)))
			offer_commands(&completion, buf_str(&state.group));
		if (state.command)
			offer_positional(&completion, state.command, state.positionals);
	}
	buf_done(&state.group);
}
