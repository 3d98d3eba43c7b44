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
		{ "HTTPS_PROXY, NO_PROXY",
		  "the proxy, if neither option nor profile names one; never for loopback" },
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

const struct topic topics[] = {
	{ "exit-codes", "what each exit code guarantees", exit_codes },
	{ "config", "the config file and its keys", config },
	{ "environment", "the environment variables", environment },
	{ "output", "formats, rows and columns", output },
	{ "contract", "where the commands come from", contract },
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
