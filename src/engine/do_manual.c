/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_manual.h"

#include <string.h>

#include "commands/commands.h"
#include "engine/output.h"
#include "engine/topics.h"

static const struct help_style style = { .roff = true };

/* The manual changes when the program does, not every day: the date is that of the release. */
static const char date[] = "2026-11-22";

static void section(struct buf *out, const char *title)
{
	buf_add_format(out, ".SH %s\n", title);
}

static void subsection(struct buf *out, const char *title)
{
	buf_add_str(out, ".SS \"");
	help_roff(out, title);
	buf_add_str(out, "\"\n");
}

static void topic(struct buf *out, const char *title, const char *name)
{
	section(out, title);
	topic_find(name)->write(out, &style);
}

static void add_commands(struct buf *out, const struct command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (commands[i].hidden)
			continue;
		subsection(out, commands[i].name);
		help_command(out, &style, command_whole(&commands[i]));
	}
}

static void own_groups(struct buf *out)
{
	add_commands(out, general_commands, general_command_count);
	add_commands(out, bulk_commands, bulk_command_count);
	add_commands(out, audit_commands, audit_command_count);
	add_commands(out, config_commands, config_command_count);
	add_commands(out, contract_commands, contract_command_count);
	add_commands(out, sandbox_commands, sandbox_command_count);
	add_commands(out, shell_commands, shell_command_count);
}

static void add_files(struct buf *out)
{
	section(out, "FILES");
	help_entry(out, &style, "~/.config/bangoctl/bangoctl.conf, /etc/bangoctl/bangoctl.conf",
		   "the config file, see bangoctl.conf(5)", 0);
	help_entry(out, &style, "~/.local/state/bangoctl/sandbox/",
		   "the entitlements of the sandbox", 0);
	help_entry(out, &style, "~/.local/state/bangoctl/audit.ndjson",
		   "the audit log: two lines for each change, chained by hashes", 0);
	help_entry(out, &style, "~/.local/state/bangoctl/jobs/",
		   "the journals of bulk jobs, and copies of their standard input", 0);
	help_entry(out, &style, "~/.local/state/bangoctl/history",
		   "the lines typed in the shell, 10 000 at most; a line that begins with a "
		   "blank is left out",
		   0);
}

static void page_one(const struct session *session, struct buf *out)
{
	buf_add_format(
		out, ".TH BANGOCTL 1 \"%s\" \"bangoctl " BANGOCTL_VERSION "\" \"User Commands\"\n",
		date);
	section(out, "NAME");
	buf_add_str(out, "bangoctl \\- drive the Bango Merchant Server API\n");
	section(out, "SYNOPSIS");
	buf_add_str(
		out,
		".nf\n\\fBbangoctl\\fR [\\fIOPTION\\fR...] \\fICOMMAND\\fR... [\\fIARGUMENT\\fR...]\n"
		"\\fBbangoctl\\fR [\\fIOPTION\\fR...]\n"
		"\\fBbangoctl\\fR [\\fIOPTION\\fR...] \\fBrun\\fR \\fIFILE\\fR\n.fi\n");
	section(out, "DESCRIPTION");
	help_paragraph(
		out, &style,
		"A merchant sells through resellers on Bango's platform; each sale is an entitlement. bangoctl looks "
		"entitlements up and tells Bango what happens to them: each call of the Server API is a command. Without a "
		"command, at a terminal, it is an interactive shell with the same commands; \"run\" takes them from a file.");
	help_paragraph(
		out, &style,
		"\"bangoctl -p sandbox entitlement find\" tries it out: profile sandbox is a simulator inside the program.");
	topic(out, "CONTRACT AND EVIDENCE", "contract");
	section(out, "CALLS");
	help_paragraph(out, &style, "These are the calls of the built-in contract.");
	add_commands(out, session->contract.commands, session->contract.command_count);
	section(out, "OTHER COMMANDS");
	own_groups(out);
	topic(out, "OPTIONS", "options");
	topic(out, "OUTPUT", "output");
	topic(out, "BULK", "bulk");
	topic(out, "SHELL AND SCRIPTS", "shell");
	topic(out, "SANDBOX", "sandbox");
	topic(out, "EXIT STATUS", "exit-codes");
	topic(out, "ENVIRONMENT", "environment");
	add_files(out);
	section(out, "SEE ALSO");
	buf_add_str(out, "\\fBbangoctl.conf\\fR(5), \\fBcurl\\fR(1), \\fBjq\\fR(1)\n");
}

static void page_five(struct buf *out)
{
	CLEAN_BUF struct buf example = { 0 };
	buf_add_format(out,
		       ".TH BANGOCTL.CONF 5 \"%s\" \"bangoctl " BANGOCTL_VERSION
		       "\" \"File Formats\"\n",
		       date);
	section(out, "NAME");
	buf_add_str(out, "bangoctl.conf \\- config file of bangoctl\n");
	topic(out, "DESCRIPTION", "config");
	section(out, "EXAMPLE");
	help_paragraph(out, &style, "This is what \"bangoctl config init\" writes.");
	config_template(&example);
	help_code(out, &style, buf_str(&example));
	section(out, "SEE ALSO");
	buf_add_str(out, "\\fBbangoctl\\fR(1)\n");
}

int do_manual(struct session *session, const struct command *command, const struct values *values,
	      struct err *err)
{
	(void)command;
	CLEAN_BUF struct buf out = { 0 };
	if (strcmp(values_get(values, "section"), "1") == 0)
		page_one(session, &out);
	else
		page_five(&out);
	return output_text(session, out.data, out.len, err);
}
