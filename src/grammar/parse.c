/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/parse.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

void parsed_done(struct parsed *parsed)
{
	free(parsed->group);
	values_done(&parsed->values);
	*parsed = (struct parsed){ 0 };
}

/* ---- one value ---- */

static int check_choice(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	struct text_guess guess = { .word = text };
	for (size_t i = 0; i < arg->choice_count; i++) {
		if (strcmp(arg->choices[i].value, text) == 0)
			return 0;
		text_guess_try(&guess, arg->choices[i].value);
	}
	struct buf list = { 0 };
	for (size_t i = 0; i < arg->choice_count && i < 12; i++)
		buf_add_format(&list, "%s%s", i ? ", " : "", arg->choices[i].value);
	if (arg->choice_count > 12)
		buf_add_str(&list, ", …");
	err_set(err, ERR_USAGE, "%s: \"%s\" is not one of its values", what, text);
	if (guess.best)
		err_hint(err, "did you mean %s?", guess.best);
	else
		err_hint(err, "use one of %s", buf_str(&list));
	buf_done(&list);
	return -1;
}

static int check_decimal(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	if (!text_is_number(text, strlen(text)))
		return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number", what, text);
	double number = strtod(text, NULL);
	if ((arg->min || arg->max) && (number < (double)arg->min || number > (double)arg->max))
		return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number from %lld to %lld", what,
			       text, arg->min, arg->max);
	return 0;
}

static int check_number(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	if (arg->type == ARG_NUMBER)
		return check_decimal(arg, what, text, err);
	long long number;
	bool limited = arg->min || arg->max;
	if (text_integer(text, limited ? arg->min : -9007199254740991,
			 limited ? arg->max : 9007199254740991, &number, err) < 0)
		return err_wrap(err, "%s", what);
	return 0;
}

static int check_time(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	long long instant;
	bool date_only;
	if (clock_parse(text, &instant, &date_only, err) < 0)
		return err_wrap(err, "%s", what);
	if (arg->type == ARG_DATE && !date_only)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is not a date: use YYYY-MM-DD", what,
			       text);
	return 0;
}

/* Characters of UTF-8: all bytes but those that continue one. */
static size_t count_characters(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static int check_length(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	size_t len = count_characters(text);
	if (arg->max && len > (size_t)arg->max)
		return err_set(err, ERR_USAGE,
			       "%s: the value has %zu characters, at most %lld are allowed", what,
			       len, arg->max);
	if (arg->min && len < (size_t)arg->min)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is shorter than %lld character%s", what,
			       text, arg->min, arg->min == 1 ? "" : "s");
	return 0;
}

static int check_flag(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is neither true nor false", what, text);
	return arg->choice_count ? check_choice(arg, what, text, err) : 0;
}

static int check_type(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	switch (arg->type) {
	case ARG_FLAG:
		return check_flag(arg, what, text, err);
	case ARG_CHOICE:
		return check_choice(arg, what, text, err);
	case ARG_INT:
	case ARG_NUMBER:
		return check_number(arg, what, text, err);
	case ARG_TIME:
	case ARG_DATE:
		return check_time(arg, what, text, err);
	case ARG_PAIR:
		if (!strchr(text, '=') || text[0] == '=')
			return err_set(err, ERR_USAGE, "%s: \"%s\" has no form NAME=VALUE", what,
				       text);
		return 0;
	case ARG_STRING:
		return check_length(arg, what, text, err);
	case ARG_FILE:
	case ARG_JSON:
		return 0;
	}
	return 0;
}

int parse_check(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	if (arg->place != ARG_CLIENT && !text_is_utf8(text, strlen(text)))
		return err_set(err, ERR_USAGE, "%s: the value is not valid UTF-8", what);
	if (check_type(arg, what, text, err) < 0)
		return -1;
	return arg->check ? arg->check(arg, what, text, err) : 0;
}

/* ---- options ---- */

static bool looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9') && word[1] != '.';
}

static const struct arg *find_option(const struct arg *args, size_t count, const char *name,
				     size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (!(args[i].flags & ARG_POSITIONAL) && strlen(args[i].name) == len &&
		    memcmp(args[i].name, name, len) == 0)
			return &args[i];
	return NULL;
}

static const struct arg *find_letter(const struct arg *args, size_t count, char letter)
{
	for (size_t i = 0; i < count; i++)
		if (letter && args[i].letter == letter)
			return &args[i];
	return NULL;
}

static bool takes_no_word(const struct arg *arg)
{
	return arg->type == ARG_FLAG || (arg->flags & ARG_OPTIONAL_VALUE);
}

static int add_checked(struct values *values, const struct arg *arg, const char *text,
		       struct err *err)
{
	CLEAN_FREE char *what = buf_format("--%s", arg->name);
	bool truth = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	if (!((arg->flags & ARG_OPTIONAL_VALUE) && truth) && parse_check(arg, what, text, err) < 0)
		return -1;
	bool repeats = arg->type == ARG_FLAG || arg->type == ARG_PAIR || (arg->flags & ARG_REPEAT);
	for (size_t i = 0; !repeats && i < values->count; i++)
		if (values->items[i].arg == arg && strcmp(values->items[i].text, text) != 0)
			return err_set(err, ERR_USAGE, "%s is given twice, as \"%s\" and \"%s\"",
				       what, values->items[i].text, text);
	values_add(values, arg, text);
	return 0;
}

/* Reads the option at words[*at]; `inlined` is the text after `=` or after the letter, or NULL. */
static int read_option(const struct words *words, size_t *at, const struct arg *arg,
		       const char *inlined, struct values *values, struct err *err)
{
	if (inlined)
		return add_checked(values, arg, inlined, err);
	if (takes_no_word(arg))
		return add_checked(values, arg, "true", err);
	const char *next = *at + 1 < words->count ? words->items[*at + 1] : NULL;
	if (!next || (looks_like_option(next) || strcmp(next, "--") == 0)) {
		err_set(err, ERR_USAGE, "--%s needs a value", arg->name);
		return next ? err_hint(err, "write --%s=VALUE for a value that begins with a dash",
				       arg->name)
			    : err_hint(err, "write --%s %s", arg->name, arg_meta(arg));
	}
	(*at)++;
	return add_checked(values, arg, next, err);
}

/* Reads a word of letters, `-q`, `-vv`, `-ojson`, `-o json`; returns 1 if its first letter is none
 * of ours. */
static int read_letters(const struct words *words, size_t *at, const struct arg *args, size_t count,
			struct values *values, struct err *err)
{
	const char *word = words->items[*at];
	if (!find_letter(args, count, word[1]))
		return 1;
	for (const char *p = word + 1; *p; p++) {
		const struct arg *arg = find_letter(args, count, *p);
		if (!arg)
			return err_set(err, ERR_USAGE, "unknown option -%c in \"%s\"", *p, word);
		if (takes_no_word(arg) && p[1] != '=') {
			if (add_checked(values, arg, "true", err) < 0)
				return -1;
			continue;
		}
		const char *inlined = p[1] ? p + 1 + (p[1] == '=') : NULL;
		return read_option(words, at, arg, inlined, values, err);
	}
	return 0;
}

/* Reads the option at words[*at] if it is in the table; returns 1 if it is not. */
static int try_option(const struct words *words, size_t *at, const struct arg *args, size_t count,
		      struct values *values, struct err *err)
{
	const char *word = words->items[*at];
	if (word[1] != '-')
		return read_letters(words, at, args, count, values, err);
	size_t len = strcspn(word + 2, "=");
	const struct arg *arg = find_option(args, count, word + 2, len);
	if (!arg)
		return 1;
	return read_option(words, at, arg, word[2 + len] == '=' ? word + 3 + len : NULL, values,
			   err);
}

int parse_globals(const struct words *words, const struct arg *globals, size_t global_count,
		  struct values *values, struct words *rest, struct err *err)
{
	bool ended = false;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		ended = ended || strcmp(word, "--") == 0;
		int known = 1;
		if (!ended && looks_like_option(word))
			known = try_option(words, &i, globals, global_count, values, err);
		if (known < 0)
			return -1;
		if (known == 1)
			words_add(rest, word);
	}
	return 0;
}

/* ---- the command ---- */

/* Joins the words that are no options; with `skip_values`, without those right behind an option. */
static void plain_words(const struct words *words, bool skip_values, struct words *plain)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		if (strcmp(word, "--") == 0)
			break;
		if (!looks_like_option(word))
			words_add(plain, word);
		else if (skip_values && !strchr(word, '=') && i + 1 < words->count &&
			 !looks_like_option(words->items[i + 1]))
			i++;
	}
}

/* The command with the longest name that the words begin with; `used` counts its words. */
static const struct command *match(const struct command_table *table, const struct words *words,
				   size_t *used, char **group)
{
	const struct command *found = NULL;
	struct buf name = { 0 };
	*used = 0;
	for (size_t i = 0; i < words->count; i++) {
		buf_add_format(&name, "%s%s", i ? " " : "", words->items[i]);
		const struct command *command = command_find(table, buf_str(&name));
		bool is_group = command_is_group(table, buf_str(&name));
		if (command) {
			found = command;
			*used = i + 1;
		}
		if (is_group) {
			free(*group);
			*group = mem_dup(buf_str(&name));
		}
		if (!is_group)
			break;
	}
	buf_done(&name);
	return found;
}

/* The message for words that name no command. */
static int unknown_command(const struct command_table *table, const char *group, const char *word,
			   struct err *err)
{
	struct text_guess guess = { .word = word };
	size_t depth = *group ? strlen(group) + 1 : 0;
	bool in_shell = false;
	CLEAN_BUF struct buf near = { 0 };
	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->items[i]->name;
		in_shell = in_shell || table->items[i]->in_shell;
		if (table->items[i]->hidden)
			continue;
		if (depth && (strncmp(name, group, depth - 1) != 0 || name[depth - 1] != ' '))
			continue;
		CLEAN_FREE char *part = mem_dup_len(name + depth, strcspn(name + depth, " "));
		text_guess_try(&guess, part);
		if (guess.best != part)
			continue;
		buf_clear(&near);
		buf_add_str(&near, part);
		guess.best = near.data;
	}
	err_set(err, ERR_USAGE, "unknown command \"%s%s%s\"", group, depth ? " " : "", word);
	if (near.len)
		err_hint(err, "did you mean \"%s%s%s\"?", group, depth ? " " : "", near.data);
	else if (in_shell)
		err_hint(err, "\"help%s%s\" lists the commands", depth ? " " : "", group);
	else
		err_hint(err, "\"bangoctl %s%s--help\" lists the commands", group,
			 depth ? " " : "");
	return -1;
}

static int find_command(const struct words *words, const struct command_table *table,
			struct parsed *parsed, size_t *used, struct err *err)
{
	CLEANUP(words_done) struct words plain = { 0 }, sparse = { 0 };
	parsed->group = mem_dup("");
	plain_words(words, false, &plain);
	parsed->command = match(table, &plain, used, &parsed->group);
	if (parsed->command)
		return 0;
	plain_words(words, true, &sparse);
	parsed->command = match(table, &sparse, used, &parsed->group);
	if (parsed->command)
		return 0;
	size_t depth = *parsed->group ? 1 : 0;
	for (const char *p = parsed->group; *p; p++)
		depth += *p == ' ';
	const struct words *best = depth < sparse.count ? &sparse : &plain;
	if (depth < best->count)
		return unknown_command(table, parsed->group, best->items[depth], err);
	return 0;
}

static int unknown_option(const struct command *command, const struct arg *globals,
			  size_t global_count, const char *word, struct err *err)
{
	CLEAN_FREE char *typed = mem_dup_len(word, strcspn(word, "="));
	struct text_guess guess = { .word = typed + strspn(typed, "-") };
	for (size_t i = 0; command && i < command->arg_count; i++)
		if (!(command->args[i].flags & ARG_POSITIONAL))
			text_guess_try(&guess, command->args[i].name);
	for (size_t i = 0; i < global_count; i++)
		text_guess_try(&guess, globals[i].name);
	if (command)
		err_set(err, ERR_USAGE, "unknown option %s of \"%s\"", typed, command->name);
	else
		err_set(err, ERR_USAGE, "unknown option %s", typed);
	if (guess.best)
		return err_hint(err, "did you mean --%s?", guess.best);
	return err_hint(err, "\"bangoctl %s%s--help\" lists the options",
			command ? command->name : "", command ? " " : "");
}

static const struct arg *next_positional(const struct command *command, const struct values *values)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		bool given = values_get(values, arg->name) != NULL;
		if ((arg->flags & ARG_POSITIONAL) && (!given || (arg->flags & ARG_REPEAT)))
			return arg;
	}
	return NULL;
}

static int add_positional(const struct command *command, const char *word, struct values *values,
			  struct err *err)
{
	const struct arg *arg = next_positional(command, values);
	if (!arg) {
		err_set(err, ERR_USAGE, "\"%s\" takes no further argument: \"%s\"", command->name,
			word);
		return err_hint(err, "see \"bangoctl %s --help\"", command->name);
	}
	if (parse_check(arg, arg_meta(arg), word, err) < 0)
		return -1;
	values_add(values, arg, word);
	return 0;
}

int parse_missing(const struct command *command, const struct arg *arg, struct err *err)
{
	bool option = !(arg->flags & ARG_POSITIONAL);
	const char *help = arg->help ? arg->help : "";
	err_set(err, ERR_USAGE, *help ? "\"%s\" needs %s%s: %s" : "\"%s\" needs %s%s",
		command->name, option ? "--" : "", option ? arg->name : arg_meta(arg), help);
	return err_hint(err, "see \"bangoctl %s --help\"", command->name);
}

int parse_required(const struct command *command, const struct values *values, struct err *err)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (!(arg->flags & ARG_REQUIRED) || values_get(values, arg->name))
			continue;
		/* a required member of the body may come by --body or --set: the request builder
		 * checks it */
		if (arg->place == ARG_BODY)
			continue;
		return parse_missing(command, arg, err);
	}
	return 0;
}

/* How often an argument that is repeated may be given, if it is. */
static int check_counts(const struct command *command, const struct values *values, struct err *err)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (!arg->least && !arg->most)
			continue;
		size_t times = values_times(values, arg->name);
		if (times && times < arg->least)
			return err_set(err, ERR_USAGE,
				       "--%s is given %zu times, at least %zu are needed",
				       arg->name, times, arg->least);
		if (arg->most && times > arg->most)
			return err_set(err, ERR_USAGE,
				       "--%s is given %zu times, at most %zu are allowed",
				       arg->name, times, arg->most);
	}
	return 0;
}

/* Whether the command's word of that number, from 0 on, is this one. */
static bool is_word_of(const char *name, size_t number, const char *word)
{
	for (; number; number--)
		name += strcspn(name, " ") + 1;
	size_t len = strcspn(name, " ");
	return strlen(word) == len && memcmp(name, word, len) == 0;
}

int parse_command(const struct words *words, const struct command_table *table,
		  const struct arg *globals, size_t global_count, bool lenient,
		  struct parsed *parsed, struct err *err)
{
	size_t used = 0;
	if (find_command(words, table, parsed, &used, err) < 0)
		return -1;
	if (lenient)
		return 0;
	const struct command *command = parsed->command;
	bool ended = false;
	size_t seen = 0;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
			continue;
		}
		if (!ended && looks_like_option(word)) {
			int known = command ? try_option(words, &i, command->args,
							 command->arg_count, &parsed->values, err)
					    : 1;
			if (known == 1)
				known = unknown_option(command, globals, global_count, word, err);
			if (known < 0)
				return -1;
		} else if (seen < used) {
			if (!is_word_of(command->name, seen++, word)) {
				err_set(err, ERR_USAGE,
					"\"%s\" does not belong to the command \"%s\"", word,
					command->name);
				return err_hint(err,
						"put the words of the command before its options");
			}
		} else if (command && add_positional(command, word, &parsed->values, err) < 0) {
			return -1;
		}
	}
	if (!command)
		return 0;
	if (parse_required(command, &parsed->values, err) < 0)
		return -1;
	return check_counts(command, &parsed->values, err);
}
