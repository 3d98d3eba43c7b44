/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/text.h"
#include "commands/commands.h"
#include "contract/reader.h"
#include "grammar/help.h"

static int read_contract(void **state)
{
	struct contract_reserved reserved = { global_options, global_option_count, own_commands(),
					      NULL };
	static struct contract contract;
	contract_builtin(&contract, &reserved);
	*state = &contract;
	return 0;
}

static int drop_contract(void **state)
{
	contract_done(*state);
	return 0;
}

/* Each line but those with a word that is too long by itself: a URL cannot be broken. */
static void expect_fits(const char *what, const char *text, size_t width)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");
		CLEAN_FREE char *line = mem_dup_len(p, len);
		const char *word = line + strspn(line, " ");
		bool unbreakable = !strchr(word, ' ') && strstr(word, "://");
		CHECK(text_width(line, len) <= width || unbreakable, "%s: %zu columns: <%s>\n",
		      what, text_width(line, len), line);
		CHECK(len == 0 || line[len - 1] != ' ', "%s: blanks at the end: <%s>\n", what,
		      line);
		p += len + (p[len] == '\n');
	}
}

static void check_command(const struct command *command)
{
	static const struct help_style style = { .width = 80 };
	CLEAN_BUF struct buf out = { 0 }, flat = { 0 };
	help_command(&out, &style, command);
	expect_fits(command->name, out.data, 80);
	CHECK(command->summary && *command->summary, "%s has no summary\n", command->name);
	CHECK(strstr(out.data, "Usage:"), "%s\n", command->name);
	CLEAN_FREE char *usage =
		buf_format("%s%s", command->in_shell ? "" : "bangoctl ", command->name);
	CHECK(strstr(out.data, usage), "%s\n", out.data);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		CLEAN_FREE char *term = arg->flags & ARG_POSITIONAL ? mem_dup(arg_meta(arg))
								    : buf_format("--%s", arg->name);
		CHECK(strstr(out.data, term), "%s does not show %s\n", command->name, term);
		CHECK(arg->help && *arg->help, "%s: %s has no help\n", command->name, term);
		for (size_t c = 0; c < arg->choice_count; c++)
			CHECK(strstr(out.data, arg->choices[c].value), "%s does not show %s\n",
			      command->name, arg->choices[c].value);
	}
	CHECK(command->example_count || command->in_shell, "%s has no example\n", command->name);
	CHECK(!command->example_count || strstr(out.data, "Example"), "%s\n", command->name);
	for (const char *p = out.data; *p;
	     p++) /* an example may be broken over lines: compare without that */
		if (!strchr(" \n\\", *p))
			buf_add_char(&flat, *p);
	for (size_t i = 0; i < command->example_count; i++) {
		CLEAN_BUF struct buf example = { 0 };
		for (const char *p = command->examples[i]; *p; p++)
			if (!strchr(" \n\\", *p))
				buf_add_char(&example, *p);
		CHECK(strstr(flat.data, example.data), "%s does not show <%s>\n", command->name,
		      command->examples[i]);
		CHECK(command->in_shell || strncmp(command->examples[i], "bangoctl ", 9) == 0,
		      "%s: <%s>\n", command->name, command->examples[i]);
	}
}

static void every_command(void **state)
{
	const struct contract *contract = *state;
	const struct command_table *own = own_commands();
	for (size_t i = 0; i < contract->command_count; i++)
		check_command(command_whole(&contract->commands[i]));
	for (size_t i = 0; i < own->count; i++)
		check_command(own->items[i]);
}

static void names_are_unique(void **state)
{
	const struct contract *contract = *state;
	const struct command_table *own = own_commands();
	for (size_t i = 0; i < contract->command_count; i++) {
		CHECK(!command_find(own, contract->commands[i].name), "%s\n",
		      contract->commands[i].name);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(contract->commands[i].name, contract->commands[j].name) != 0,
			      "%s\n", contract->commands[i].name);
	}
	for (size_t i = 0; i < own->count; i++)
		CHECK(command_find(own, own->items[i]->name) == own->items[i], "%s\n",
		      own->items[i]->name);
	for (size_t i = 0; i < global_option_count; i++)
		for (size_t j = 0; j < i; j++) {
			CHECK(strcmp(global_options[i].name, global_options[j].name) != 0, "--%s\n",
			      global_options[i].name);
			CHECK(!global_options[i].letter ||
				      global_options[i].letter != global_options[j].letter,
			      "-%c\n", global_options[i].letter);
		}
}

/* Letters and names of a command's own options never hide a global one. */
static void no_option_hides_a_global_one(void **state)
{
	const struct contract *contract = *state;
	const struct command_table *own = own_commands();
	for (size_t n = 0; n < contract->command_count + own->count; n++) {
		const struct command *command =
			n < own->count ? own->items[n]
				       : command_whole(&contract->commands[n - own->count]);
		for (size_t i = 0; i < command->arg_count; i++)
			for (size_t g = 0; g < global_option_count; g++) {
				const struct arg *arg = &command->args[i],
						 *global = &global_options[g];
				bool option = !(arg->flags & ARG_POSITIONAL);
				CHECK(!option || strcmp(arg->name, global->name) != 0, "%s --%s\n",
				      command->name, arg->name);
				CHECK(!arg->letter || arg->letter != global->letter, "%s -%c\n",
				      command->name, arg->letter);
			}
	}
}

static void lists_and_options(void **state)
{
	const struct contract *contract = *state;
	static const struct help_style style = { .width = 80 };
	CLEAN_BUF struct buf out = { 0 };
	help_commands(&out, &style, own_commands(), "", false);
	help_options(&out, &style, global_options, global_option_count);
	expect_fits("lists", out.data, 80);
	for (size_t i = 0; i < global_option_count; i++) {
		CLEAN_FREE char *term = buf_format("--%s", global_options[i].name);
		CHECK(strstr(out.data, term), "%s\n", term);
	}
	const struct command **items = mem_new(contract->command_count, sizeof(*items));
	for (size_t i = 0; i < contract->command_count; i++)
		items[i] = command_whole(&contract->commands[i]);
	const struct command_table table = { items, contract->command_count };
	CLEAN_BUF struct buf group = { 0 };
	help_commands(&group, &style, &table, "entitlement", false);
	expect_fits("entitlement", group.data, 80);
	assert_non_null(strstr(group.data, "entitlement suspend"));
	assert_null(strstr(group.data, "\n  echo"));
	free(items);
}

static void entries(void **state)
{
	(void)state;
	static const struct help_style style = { .width = 30 };
	static const struct help_style colored = { .width = 30, .color = true };
	CLEAN_BUF struct buf out = { 0 };
	help_entry(&out, &style, "--a", "one two three four five", 12);
	CHECK_TEXT(out.data, "  --a       one two three four\n            five\n", "short term");
	buf_clear(&out);
	help_entry(&out, &style, "--a-long-term", "one", 12);
	CHECK_TEXT(out.data, "  --a-long-term\n            one\n", "long term");
	buf_clear(&out);
	help_heading(&out, &style, "Options");
	help_heading(&out, &colored, "Options");
	CHECK_TEXT(out.data, "Options:\n\033[1mOptions:\033[0m\n", "headings");
}

static void usage(void **state)
{
	(void)state;
	static const struct arg args[] = {
		{ .name = "id", .meta = "ID", .flags = ARG_POSITIONAL | ARG_REQUIRED },
		{ .name = "more", .meta = "MORE", .flags = ARG_POSITIONAL | ARG_REPEAT },
		{ .name = "market", .flags = ARG_REQUIRED },
		{ .name = "sure", .type = ARG_FLAG, .flags = ARG_REQUIRED },
		{ .name = "note" },
	};
	static const struct command command = { .name = "a b",
						.args = args,
						.arg_count = COUNT(args) };
	CLEAN_BUF struct buf out = { 0 };
	help_usage(&out, &command);
	CHECK_TEXT(out.data, "bangoctl a b ID [MORE...] --market TEXT --sure [OPTION...]", "usage");
}

/* A document of others may leave its texts empty. */
static void no_texts(void **state)
{
	(void)state;
	static const struct help_style style = { .width = 80 };
	static const struct command command = { .name = "a", .summary = "", .description = "" };
	CLEAN_BUF struct buf out = { 0 };
	help_command(&out, &style, &command);
	CHECK_TEXT(out.data, "Usage:\n  bangoctl a\n\n", "no texts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(no_option_hides_a_global_one),
		cmocka_unit_test(lists_and_options),
		cmocka_unit_test(entries),
		cmocka_unit_test(usage),
		cmocka_unit_test(no_texts),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, read_contract, drop_contract);
}
