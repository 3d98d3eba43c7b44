/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "grammar/parse.h"

static const struct choice formats[] = { { "json", NULL }, { "table", NULL }, { "csv", NULL } };

static const struct arg globals[] = {
	{ .name = "profile", .letter = 'p', .meta = "NAME" },
	{ .name = "output",
	  .letter = 'o',
	  .type = ARG_CHOICE,
	  .choices = formats,
	  .choice_count = COUNT(formats) },
	{ .name = "quiet", .letter = 'q', .type = ARG_FLAG },
	{ .name = "verbose", .letter = 'v', .type = ARG_FLAG },
	{ .name = "limit", .type = ARG_INT, .min = 0, .max = 100 },
	{ .name = "timeout", .type = ARG_NUMBER },
	{ .name = "header", .flags = ARG_REPEAT },
	{ .name = "dry-run",
	  .letter = 'n',
	  .type = ARG_CHOICE,
	  .flags = ARG_OPTIONAL_VALUE,
	  .choices = formats,
	  .choice_count = 1 },
};

static const struct choice reasons[] = { { "FRAUD", NULL }, { "OTHER", NULL } };

static const struct arg suspend_args[] = {
	{ .name = "id",
	  .meta = "ID",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .place = ARG_PATH,
	  .max = 10,
	  .help = "which" },
	{ .name = "reason",
	  .letter = 'r',
	  .type = ARG_CHOICE,
	  .choices = reasons,
	  .choice_count = COUNT(reasons),
	  .place = ARG_BODY,
	  .flags = ARG_REQUIRED },
	{ .name = "note", .place = ARG_BODY, .min = 2 },
	{ .name = "when", .type = ARG_TIME, .place = ARG_BODY },
	{ .name = "day", .type = ARG_DATE, .place = ARG_BODY },
	{ .name = "force", .letter = 'f', .type = ARG_FLAG, .place = ARG_BODY },
	{ .name = "count", .type = ARG_INT, .place = ARG_BODY },
	{ .name = "set", .type = ARG_PAIR, .flags = ARG_REPEAT },
};

static const struct arg get_args[] = {
	{ .name = "id",
	  .meta = "ID",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .place = ARG_PATH,
	  .help = "which" },
	{ .name = "note" },
};

static const struct arg find_args[] = {
	{ .name = "market", .flags = ARG_REQUIRED, .place = ARG_QUERY, .help = "the market" },
};

static const struct arg echo_args[] = {
	{ .name = "word", .meta = "WORD", .flags = ARG_POSITIONAL | ARG_REPEAT },
};

static const struct command commands[] = {
	{ .name = "entitlement suspend", .args = suspend_args, .arg_count = COUNT(suspend_args) },
	{ .name = "entitlement get", .args = get_args, .arg_count = COUNT(get_args) },
	{ .name = "entitlement find", .args = find_args, .arg_count = COUNT(find_args) },
	{ .name = "echo", .args = echo_args, .arg_count = COUNT(echo_args) },
	{ .name = "status" },
};

static const struct command *const items[] = { &commands[0], &commands[1], &commands[2],
					       &commands[3], &commands[4] };
static const struct command_table table = { items, COUNT(items) };

/* The line's words are what stands between blanks; `~` in a word stands for a blank. */
static void split(char *line, struct words *words)
{
	while (*(line += strspn(line, " "))) {
		char *word = line;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
		for (char *p = word; *p; p++)
			*p = *p == '~' ? ' ' : *p;
		words_add(words, word);
	}
}

static void describe(struct buf *out, const struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		buf_add_format(out, " %s=<%s>", values->items[i].arg->name, values->items[i].text);
}

/* Both steps; what came of them as "COMMAND name=<value>… | global=<value>…". */
static int run(const char *line, struct buf *out, struct err *err)
{
	CLEAN_FREE char *copy = mem_dup(line);
	CLEANUP(words_done) struct words words = { 0 }, rest = { 0 };
	CLEANUP(values_done) struct values values = { 0 };
	CLEANUP(parsed_done) struct parsed parsed = { 0 };
	split(copy, &words);
	if (parse_globals(&words, globals, COUNT(globals), &values, &rest, err) < 0 ||
	    parse_command(&rest, &table, globals, COUNT(globals), false, &parsed, err) < 0)
		return -1;
	if (parsed.command)
		buf_add_str(out, parsed.command->name);
	else
		buf_add_format(out, "(group <%s>)", parsed.group);
	describe(out, &parsed.values);
	if (values.count)
		buf_add_str(out, " |");
	describe(out, &values);
	return 0;
}

static void good_lines(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "", "(group <>)" },
		{ "entitlement", "(group <entitlement>)" },
		{ "status", "status" },
		{ "entitlement get E1", "entitlement get id=<E1>" },
		{ "entitlement get -- -E1", "entitlement get id=<-E1>" },
		{ "entitlement get -- --profile", "entitlement get id=<--profile>" },
		{ "entitlement get -- --", "entitlement get id=<-->" },
		{ "entitlement get -5", "entitlement get id=<-5>" },
		{ "entitlement get -.5", "entitlement get id=<-.5>" },
		{ "entitlement get -", "entitlement get id=<->" },
		{ "-p live entitlement get E1", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement -p live get E1", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get E1 -p live", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get -p live E1", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get E1 -plive", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get E1 -p=live", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get E1 --profile=live", "entitlement get id=<E1> | profile=<live>" },
		{ "entitlement get E1 --profile=", "entitlement get id=<E1> | profile=<>" },
		{ "entitlement get E1 --profile=--x=-y",
		  "entitlement get id=<E1> | profile=<--x=-y>" },
		{ "status -qv", "status | quiet=<true> verbose=<true>" },
		{ "status -vv", "status | verbose=<true> verbose=<true>" },
		{ "status -vojson", "status | verbose=<true> output=<json>" },
		{ "status -vo json", "status | verbose=<true> output=<json>" },
		{ "status -vo=json", "status | verbose=<true> output=<json>" },
		{ "status -q=false", "status | quiet=<false>" },
		{ "status --quiet=false --quiet", "status | quiet=<false> quiet=<true>" },
		{ "status --quiet=true", "status | quiet=<true>" },
		{ "status --limit 5", "status | limit=<5>" },
		{ "status --timeout 1.5e1", "status | timeout=<1.5e1>" },
		{ "status --timeout -1", "status | timeout=<-1>" },
		{ "status --limit 5 --limit 5", "status | limit=<5> limit=<5>" },
		{ "status --header a:b --header c:d", "status | header=<a:b> header=<c:d>" },
		{ "status --header", NULL },
		{ "status -n", "status | dry-run=<true>" },
		{ "status -n=json", "status | dry-run=<json>" },
		{ "status --dry-run=json -q", "status | dry-run=<json> quiet=<true>" },
		{ "-n status", "status | dry-run=<true>" },
		{ "entitlement suspend E1 --reason OTHER -f",
		  "entitlement suspend id=<E1> reason=<OTHER> force=<true>" },
		{ "entitlement suspend -fr OTHER E1",
		  "entitlement suspend force=<true> reason=<OTHER> id=<E1>" },
		{ "entitlement --reason OTHER suspend E1",
		  "entitlement suspend reason=<OTHER> id=<E1>" },
		{ "--reason OTHER entitlement suspend E1",
		  "entitlement suspend reason=<OTHER> id=<E1>" },
		{ "--reason=OTHER entitlement suspend E1",
		  "entitlement suspend reason=<OTHER> id=<E1>" },
		{ "-f entitlement suspend E1", "entitlement suspend force=<true> id=<E1>" },
		{ "entitlement suspend E1 --force=false",
		  "entitlement suspend id=<E1> force=<false>" },
		{ "entitlement suspend E1 --note=a~b", "entitlement suspend id=<E1> note=<a b>" },
		{ "entitlement suspend E1 --when 2026-02-28 --day 2026-02-28",
		  "entitlement suspend id=<E1> when=<2026-02-28> day=<2026-02-28>" },
		{ "entitlement suspend E1 --set a=1 --set a=2 --set b==",
		  "entitlement suspend id=<E1> set=<a=1> set=<a=2> set=<b==>" },
		{ "entitlement suspend E1 --count -9007199254740991",
		  "entitlement suspend id=<E1> count=<-9007199254740991>" },
		{ "entitlement get get", "entitlement get id=<get>" },
		{ "entitlement get E1 --note suspend", "entitlement get id=<E1> note=<suspend>" },
		{ "echo", "echo" },
		{ "echo a b -q c", "echo word=<a> word=<b> word=<c> | quiet=<true>" },
		{ "echo -- -q --", "echo word=<-q> word=<-->" },
		{ "entitlement find --market GB", "entitlement find market=<GB>" },
		{ "entitlement -- get", "(group <entitlement>)" },
		{ "--note entitlement entitlement get E1",
		  "entitlement get note=<entitlement> id=<E1>" },
		{ "--note status entitlement get E1", NULL },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BUF struct buf out = { 0 };
		int result = run(pairs[i][0], &out, &err);
		CHECK((result == 0) == (pairs[i][1] != NULL), "%s: %s\n", pairs[i][0],
		      err.message ? err.message : buf_str(&out));
		CHECK_TEXT(result == 0 ? buf_str(&out) : NULL, pairs[i][1], pairs[i][0]);
	}
}

static void bad_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line, *message, *hint;
	} cases[] = {
		{ "statsu", "unknown command \"statsu\"", "did you mean \"status\"?" },
		{ "xyzzy", "unknown command \"xyzzy\"", "\"bangoctl --help\" lists" },
		{ "entitlement suspned E1", "unknown command \"entitlement suspned\"",
		  "did you mean \"entitlement suspend\"?" },
		{ "entitlement xyzzy", "unknown command \"entitlement xyzzy\"",
		  "\"bangoctl entitlement --help\"" },
		{ "entitlement susp E1", "unknown command \"entitlement susp\"",
		  "did you mean \"entitlement suspend\"?" },
		{ "entitlemnt get E1", "unknown command \"entitlemnt\"",
		  "did you mean \"entitlement\"?" },
		{ "Status", "unknown command \"Status\"", "did you mean \"status\"?" },
		{ "entitlement get E1 --profil x", "unknown option --profil of \"entitlement get\"",
		  "did you mean --profile?" },
		{ "entitlement get E1 --prof=x", "unknown option --prof of",
		  "did you mean --profile?" },
		{ "entitlement suspend E1 --resaon=OTHER", "unknown option --resaon",
		  "did you mean --reason?" },
		{ "entitlement get E1 --xyzzy", "unknown option --xyzzy",
		  "\"bangoctl entitlement get --help\" lists" },
		{ "entitlement get E1 -Z", "unknown option -Z", NULL },
		{ "status -qZ", "unknown option -Z in \"-qZ\"", NULL },
		{ "--xyzzy", "unknown option --xyzzy", "\"bangoctl --help\"" },
		{ "entitlement get E1 --=x", "unknown option --", NULL },
		{ "entitlement get E1 E2", "\"entitlement get\" takes no further argument: \"E2\"",
		  "see \"bangoctl entitlement get --help\"" },
		{ "status x", "takes no further argument", NULL },
		{ "entitlement get", "\"entitlement get\" needs ID: which", "--help" },
		{ "entitlement find", "\"entitlement find\" needs --market: the market", "--help" },
		{ "status -p", "--profile needs a value", "write --profile NAME" },
		{ "status -p -q", "--profile needs a value",
		  "write --profile=VALUE for a value that begins with a dash" },
		{ "status -p --", "--profile needs a value", NULL },
		{ "status -p a -p b", "--profile is given twice, as \"a\" and \"b\"", NULL },
		{ "-p a status --profile=b", "given twice", NULL },
		{ "status -o jsn", "--output: \"jsn\" is not one of its values",
		  "did you mean json?" },
		{ "status -o zzzzzz", "--output: \"zzzzzz\"", "use one of json, table, csv" },
		{ "status -o JSON", "--output: \"JSON\" is not one", "did you mean json?" },
		{ "status --quiet=maybe", "--quiet: \"maybe\" is neither true nor false", NULL },
		{ "status --quiet=", "neither true nor false", NULL },
		{ "status --limit 101", "--limit: \"101\" is not a whole number from 0 to 100",
		  NULL },
		{ "status --limit -1", "--limit: \"-1\" is not a whole number from 0 to 100",
		  NULL },
		{ "status --limit 1.5", "--limit: ", NULL },
		{ "status --limit=", "--limit: ", NULL },
		{ "status --timeout 5s", "--timeout: \"5s\" is not a number", NULL },
		{ "status --timeout inf", "--timeout: \"inf\" is not a number", NULL },
		{ "status --timeout 0x10", "is not a number", NULL },
		{ "status --dry-run=x", "--dry-run: \"x\" is not one of its values", NULL },
		{ "entitlement suspend E1 --reason other", "--reason: \"other\"",
		  "did you mean OTHER?" },
		{ "entitlement suspend E1 --when 2026-02-30",
		  "--when: \"2026-02-30\" is not a real date or time", NULL },
		{ "entitlement suspend E1 --day 2026-02-28T10:00:00Z",
		  "--day: \"2026-02-28T10:00:00Z\" is not a date: use YYYY-MM-DD", NULL },
		{ "entitlement suspend E1 --set x", "--set: \"x\" has no form NAME=VALUE", NULL },
		{ "entitlement suspend E1 --set =x", "has no form NAME=VALUE", NULL },
		{ "entitlement suspend E1 --count 9007199254740992", "--count: ", NULL },
		{ "entitlement suspend E1 --note a", "--note: \"a\" is shorter than 2 characters",
		  NULL },
		{ "entitlement suspend 12345678901",
		  "ID: the value has 11 characters, at most 10 are allowed", NULL },
		{ "entitlement suspend E1 --note=a\xFF", "--note: the value is not valid UTF-8",
		  NULL },
		{ "entitlement suspend \xC3", "ID: the value is not valid UTF-8", NULL },
		/* an option's value must not choose the command */
		{ "entitlement --note get suspend E1",
		  "\"suspend\" does not belong to the command \"entitlement get\"",
		  "put the words of the command before" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };
		CLEAN_BUF struct buf out = { 0 };
		CHECK(run(cases[i].line, &out, &err) == -1, "<%s> is taken: %s\n", cases[i].line,
		      buf_str(&out));
		CHECK(!cases[i].hint || (err.hint && strstr(err.hint, cases[i].hint)),
		      "<%s>: hint <%s>, wanted <%s>\n", cases[i].line, err.hint ? err.hint : "",
		      cases[i].hint);
		CHECK_ERR(&err, ERR_USAGE, cases[i].message);
	}
}

static void lenient_finds_the_command(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "entitlement suspend", "entitlement suspend" },
		{ "entitlement suspend a b c --zzz", "entitlement suspend" },
		{ "entitlement", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_FREE char *copy = mem_dup(pairs[i][0]);
		CLEANUP(words_done) struct words words = { 0 };
		CLEANUP(parsed_done) struct parsed parsed = { 0 };
		split(copy, &words);
		assert_int_equal(
			parse_command(&words, &table, globals, COUNT(globals), true, &parsed, &err),
			0);
		CHECK_TEXT(parsed.command ? parsed.command->name : NULL, pairs[i][1], pairs[i][0]);
	}
}

static void values_are_asked(void **state)
{
	(void)state;
	CLEANUP(values_done) struct values values = { 0 };
	values_add(&values, &globals[2], "true");
	values_add(&values, &globals[3], "true");
	values_add(&values, &globals[3], "true");
	values_add(&values, &globals[4], "1");
	values_add(&values, &globals[4], "2");
	assert_true(values_flag(&values, "quiet"));
	assert_false(values_flag(&values, "missing"));
	assert_int_equal(values_times(&values, "verbose"), 2);
	CHECK_TEXT(values_get(&values, "limit"), "2", "the last one");
	assert_null(values_get(&values, "missing"));
	values_add(&values, &globals[2], "false");
	assert_false(values_flag(&values, "quiet"));
}

static void dangers(void **state)
{
	(void)state;
	for (int i = DANGER_NONE; i <= DANGER_SEVERE; i++)
		assert_int_equal(danger_of_name(danger_name((enum danger)i)), i);
	assert_int_equal(danger_of_name("mild"), -1);
	assert_true(command_is_group(&table, "entitlement"));
	assert_false(command_is_group(&table, "entitle"));
	assert_false(command_is_group(&table, "status"));
	assert_null(command_find(&table, "entitlement"));
	assert_ptr_equal(command_wire_arg(&commands[0], ARG_BODY, "note"), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(lenient_finds_the_command),
		cmocka_unit_test(values_are_asked),
		cmocka_unit_test(dangers),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
