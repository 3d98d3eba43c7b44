/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/topics.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "commands/commands.h"
#include "engine/settings.h"
#include "sandbox/faults.h"

static void exit_codes(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"Every command ends with one of these codes. What is said behind the arrow is certain.");
	for (int i = 0; i < ERR_KIND_COUNT; i++) {
		const struct err_row *row = err_row((enum err_kind)i);
		CLEAN_FREE char *term = buf_format("%3d  %s", row->exit_code, row->name);
		CLEAN_FREE char *text = buf_format("%s → %s", row->when, row->guarantee);
		help_entry(out, style, term, text, 22);
	}
}

static void config(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"The config file is the first of --config, $BANGOCTL_CONFIG, "
		"$XDG_CONFIG_HOME/bangoctl/bangoctl.conf (by default under ~/.config) and "
		"/etc/bangoctl/bangoctl.conf. \"bangoctl config init\" writes one to begin with. Each setting in force is the "
		"first of option, environment variable, profile, defaults, built-in; \"config show --origin\" tells which.");
	help_heading(out, style, "The form");
	help_code(out, style,
		  "default_profile = \"test\";\n"
		  "defaults = { timeout = 30; retries = 3; };\n"
		  "profiles = {\n"
		  "  test = {\n"
		  "    environment = \"test\";\n"
		  "    base_url = \"https://resale.api.sandbox.bango.com\";\n"
		  "    username = \"acme\";\n"
		  "    password_command = [ \"pass\", \"show\", \"bango/test\" ];\n"
		  "  };\n"
		  "};\n");
	help_gap(out, style);
	help_heading(out, style, "Keys of a profile");
	for (int i = 0; i < SETTING_COUNT; i++)
		if (setting_row((enum setting)i)->places & IN_PROFILE)
			help_entry(out, style, setting_row((enum setting)i)->key,
				   setting_row((enum setting)i)->help, 22);
	help_entry(out, style, "password",
		   "the password itself; a live profile's file must then be mode 0600", 22);
	help_entry(out, style, "password_file", "a file that holds it", 22);
	help_entry(out, style, "password_command",
		   "a list of words: the program that prints it; no shell, 10 seconds", 22);
	help_entry(out, style, "operations", "method and path of single operations, by operationId",
		   22);
	help_gap(out, style);
	help_heading(out, style, "Keys of defaults");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = setting_row((enum setting)i);
		if (row->places == IN_DEFAULTS)
			help_entry(out, style, row->key, row->help, 22);
	}
	help_gap(out, style);
	help_paragraph(
		out, style,
		"Of the keys of a profile, defaults may hold all but environment, base_url, username, auth, auth_header, "
		"contract, operations and the passwords.");
}

static void environment(struct buf *out, const struct help_style *style)
{
	static const char *const others[][2] = {
		{ "BANGOCTL_CONFIG", "the config file" },
		{ "BANGOCTL_PROFILE", "the profile" },
		{ "BANGOCTL_USERNAME",
		  "the user name; with -p it only fills what the profile leaves out" },
		{ "BANGOCTL_PASSWORD",
		  "the password, under the same rule; it is taken out of the environment at once" },
		{ "BANGOCTL_PASSWORD_FILE", "a file that holds it, under the same rule" },
		{ "BANGOCTL_STATE_DIR",
		  "the folder of the sandbox and the shell's history; by default ~/.local/state/bangoctl, by $XDG_STATE_HOME. "
		  "Parsed contracts are kept in its folder cache, by default in ~/.cache/bangoctl, by $XDG_CACHE_HOME" },
		{ "NO_COLOR, CLICOLOR_FORCE, TERM", "colour, after --color" },
		{ "BANGOCTL_PAGER, PAGER", "the pager of the shell; empty: none" },
		{ "COLUMNS", "the width of tables and help" },
		{ "CI", "never ask" },
		{ "HTTPS_PROXY, ALL_PROXY, NO_PROXY",
		  "the proxy, if neither option nor profile names one; never for loopback. Only here may it have a user name and a "
		  "password, for Basic: http://USER:PASSWORD@HOST:PORT" },
		{ "SSL_CERT_FILE", "the CA certificates, if --cacert names none" },
	};
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = setting_row((enum setting)i);
		if (row->variable)
			help_entry(out, style, row->variable, row->help, 28);
	}
	for (size_t i = 0; i < COUNT(others); i++)
		help_entry(out, style, others[i][0], others[i][1], 28);
	help_gap(out, style);
	help_paragraph(out, style,
		       "No variable and no key of the config file answers yes to a question.");
}

static void output(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"stdout carries the result and nothing else. Without -o it is a table on a terminal, with a line for each "
		"field if the table would be too wide, and JSON when piped.");
	const struct arg *args = global_options;
	for (size_t i = 0; i < global_option_count; i++)
		for (size_t c = 0; strcmp(args[i].name, "output") == 0 && c < args[i].choice_count;
		     c++)
			help_entry(out, style, args[i].choices[c].value, args[i].choices[c].help,
				   14);
	help_gap(out, style);
	help_paragraph(
		out, style,
		"json, yaml and raw are the whole reply: order of keys, unknown fields and the digits of numbers are kept. The other "
		"formats, and --field, --columns, --sort and --limit, work on its rows: the records of a search, else the "
		"reply itself as the only row. With those options json and yaml print an array of rows.");
	help_paragraph(
		out, style,
		"Errors stand on stderr, and stdout is then empty. With -o json or ndjson, or --error-format json, an error is "
		"one line of JSON.");
}

static void contract(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"The commands that call Bango are made of an OpenAPI document. The reference of Bango's Server API is not "
		"public, so the built-in document follows the pages that are, and each operation and field says "
		"whether it is documented, and where, or inferred, and from what: see \"contract show\".");
	help_paragraph(
		out, style,
		"The document that Bango hands out at onboarding is the authority. Name it in the profile, and it becomes the "
		"table of commands: contract = \"FILE\" (OpenAPI 3 or Swagger 2, YAML or JSON). Single operations can be moved in the profile: operations = { activateEntitlement = { "
		"method = \"PUT\"; path = \"/v2/…\"; }; };");
	help_paragraph(
		out, style,
		"Of such a document the first server counts where the profile has no base_url, and its security schemes "
		"(basic, bearer, a key in a header; a token of OAuth 2 or OpenID Connect goes out as bearer) where it has no "
		"auth. Bodies are sent as JSON or as a form, what can be neither is refused. Values are checked against what it says of "
		"them before anything is sent: types, enum, limits, lengths, patterns; \"--set NAME:=JSON\" passes "
		"with a warning. \"contract check FILE\" names, at its place, what is wrong or not supported: the rest "
		"works all the same.");
	help_gap(out, style);
	help_paragraph(out, style, "With a document in hand:");
	help_entry(out, style, "contract check FILE", "its problems, each with its place", 27);
	help_entry(
		out, style, "contract diff FILE",
		"what it does differently from the contract in force: paths, fields, dangers, transitions",
		27);
	help_entry(out, style, "contract use FILE",
		   "the lines of the config file that put it in force", 27);
	help_entry(out, style, "contract export -o yaml",
		   "a copy of the document in force, to be corrected and used", 27);
	help_gap(out, style);
	help_paragraph(
		out, style,
		"What OpenAPI has no word for stands in x-bangoctl: command, danger, effect, from, to, rows, columns. Where a "
		"document has none, command and danger are made of the method and the words, and no transition is known: "
		"\"contract diff\" lists what is lost so.");
}

static void options(struct buf *out, const struct help_style *style)
{
	help_paragraph(out, style, "These stand anywhere on the line.");
	help_options(out, style, global_options, global_option_count);
}

static void shell(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"bangoctl alone at a terminal is a shell, and \"bangoctl run FILE\" takes the same lines from a file. A line is "
		"a command without the word bangoctl. The profile is chosen by \"use PROFILE\", not by -p.");
	help_entry(
		out, style, "'…' \"…\" \\",
		"quote as in sh: nothing in single quotes is special, and in double quotes only the backslash "
		"before one of \\ \" $ `",
		14);
	help_entry(out, style, "# …", "a comment", 14);
	help_entry(out, style, "a ; b",
		   "two commands; what follows a failing one on its line is not run", 14);
	help_entry(out, style, "\\ at the end", "goes on on the next line, and so do open quotes",
		   14);
	help_entry(out, style, "a | command",
		   "gives the result to a command of sh; the status is that of a", 14);
	help_entry(out, style, "a > file", "writes the result to a file; >> adds to it", 14);
	help_gap(out, style);
	help_heading(out, style, "Commands of the shell and of scripts");
	for (size_t i = 0; i < shell_command_count; i++)
		if (shell_commands[i].in_shell)
			help_entry(out, style, shell_commands[i].name, shell_commands[i].summary,
				   14);
	help_gap(out, style);
	help_paragraph(
		out, style,
		"There are no variables and no loops: for those the system's shell is the better one, and bangoctl's exit codes "
		"and --field are made for it.");
	help_paragraph(
		out, style,
		"At the prompt TAB completes, Ctrl-R searches the history, and Ctrl-C drops the line. During a read Ctrl-C ends "
		"it (130); during a change the first one waits on, since the outcome would be unknown, and the second one "
		"gives up (10). A result longer than the screen goes through $BANGOCTL_PAGER, $PAGER, or less.");
	help_paragraph(
		out, style,
		"A script is checked as a whole before its first line runs, stops at its first failing command, and ends with "
		"that command's exit code.");
}

static void sandbox(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"Profile sandbox is a simulator in this program: no account, no server, no network. It keeps a small book of "
		"entitlements, ENT-1001 to ENT-1012, in every status, and behaves as far as Bango's behaviour is known. "
		"\"sandbox serve\" runs it as a server, \"sandbox reset\" puts the book back.");
	help_paragraph(
		out, style,
		"With --contract FILE it serves that document instead: any method and path in it, with its checks and its "
		"examples as replies. The records that they show are kept and changed, apart from those of other documents; a "
		"status changes where x-bangoctl.from and to say so, a POST that replies with a record adds one, a DELETE "
		"removes it.");
	help_heading(out, style, "Faults, for --fault");
	for (int i = FAULT_ACCEPTED; i < FAULT_KIND_COUNT; i++) {
		const struct fault_row *row = fault_row((enum fault_kind)i);
		CLEAN_FREE char *term = buf_format("%s%s%s", row->word, row->parameter ? ":" : "",
						   row->parameter ? row->parameter : "");
		help_entry(out, style, term, row->help, 18);
	}
	help_gap(out, style);
	help_paragraph(
		out, style,
		"FAULT@20% happens at that rate, FAULT@2 at the second request, FAULT@2-4 and FAULT@2,5 at those; FAULT/change and "
		"FAULT/read only there. With --seed N clock and chance are the same each time.");
}

static void bulk_input(struct buf *out, const struct help_style *style)
{
	help_paragraph(
		out, style,
		"\"bulk CALL --input FILE\" does one call for each row of a file; \"bulk actions\" takes the call from the column "
		"action, so that batch files with CANCEL, REVOKE, SUSPEND, RESUME or UPDATE work as they are.");
	help_heading(out, style, "The rows");
	help_paragraph(
		out, style,
		"CSV with a header, or NDJSON, from a file or from standard input (-). A column bears the name of an argument or "
		"option (reason-code) or its name on the wire (reasonCode). An empty cell, and null, is not given: then the option "
		"of the command line holds, if there is one. A column that the call does not know may stand there while it is "
		"empty. NDJSON gives a nested field as an object or with a dot, and several values as an array. Text is UTF-8 or "
		"Windows-1252, which is found out. --set and --body hold for all rows, and a row's own value wins.");
	help_paragraph(
		out, style,
		"Every row is checked before the first request is sent. All faults are listed, with row and line, and the exit "
		"code is 2. Two changes of one record are a fault, unless --allow-duplicates says that they are to be made one after "
		"the other. --dry-run checks all rows and shows the first requests. In a live profile changes are confirmed by the "
		"number of rows: --yes --confirm=COUNT.");
	help_heading(out, style, "The results");
	help_paragraph(
		out, style,
		"For each row a line of JSON, in the order in which they end: row (from 1), line (in the file), target, outcome "
		"(ok, accepted, or the name of an exit code), exit_code, http_status, status, response_code, request_id and "
		"message, and of a read also response. At a terminal, unless -o ndjson asks for them, only changes that were not "
		"done are shown. -o none shows none, -q drops progress and summary.");
}

static void bulk(struct buf *out, const struct help_style *style)
{
	bulk_input(out, style);
	help_heading(out, style, "The journal");
	help_paragraph(
		out, style,
		"What a row sends is in the journal before it leaves, and its result before it is shown. A job that was ended in "
		"any way goes on with \"bulk resume JOURNAL\": rows with a result are left alone. A row that may have been applied is "
		"sent again with the same identifier where the profile has idempotency = \"trusted\"; elsewhere its record is read "
		"back, and what cannot be told from it is left as unknown. (A server that answers 202 and applies later than the "
		"profile's timeout cannot be told by reading: with such a one, trust in identifiers or ask.) \"bulk status\", \"bulk failures\" and \"bulk results\" "
		"read journals, also of a job that runs, and exit with 0 whatever they tell. The input must stay as it is; of "
		"standard input a copy is kept until all rows have a result.");
	help_heading(out, style, "The end");
	help_entry(out, style, "0", "all rows are done", 10);
	help_entry(out, style, "10", "at least one row is unknown", 10);
	help_entry(out, style, "12", "at least one row was not done, none is unknown", 10);
	help_entry(
		out, style, "other",
		"the job stopped, rows are left: 7 after 401 or 403, 8 and 9 when waiting did not help, 14 when the results "
		"could not be written (as behind \"| head\"), 130 and 143 after a signal",
		10);
	help_gap(out, style);
	help_heading(out, style, "Many machines");
	help_paragraph(
		out, style,
		"--shard I/N takes the rows whose number leaves the rest I when divided by N; each shard has its own journal, and "
		"\"bulk status J1 J2 ...\" adds them up. Each shard checks the whole input, and --confirm is the number of all "
		"rows. \"commands -o json\" lists no bulk CALL: its options are those of \"bulk actions\" and of CALL.");
}

const struct topic topics[] = {
	{ "exit-codes", "what each exit code guarantees", exit_codes },
	{ "config", "the config file and its keys", config },
	{ "environment", "the environment variables", environment },
	{ "output", "formats, rows and columns", output },
	{ "contract", "where the commands come from", contract },
	{ "bulk", "a call for each row of a file", bulk },
	{ "options", "the options of every command", options },
	{ "shell", "the interactive shell, and the lines of scripts", shell },
	{ "sandbox", "the simulator and its faults", sandbox },
};

const size_t topic_count = COUNT(topics);

const struct topic *topic_find(const char *name)
{
	for (size_t i = 0; i < topic_count; i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}
