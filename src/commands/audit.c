/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct arg filter_args[] = {
	{ .name = "since", .type = ARG_TIME, .help = "changes from this time on" },
	{ .name = "until", .type = ARG_TIME, .help = "changes before this time" },
	{ .name = "command",
	  .meta = "COMMAND",
	  .help = "changes by this command, such as \"entitlement cancel\"" },
	{ .name = "entitlement", .meta = "ID", .help = "changes of this entitlement" },
	{ .name = "outcome",
	  .meta = "OUTCOME",
	  .help = "changes that ended so: ok, unknown, rejected, refused, applied, …" },
};

static const struct arg verify_args[] = {
	{ .name = "expect",
	  .meta = "HASH",
	  .help = "the hash of the last line, as noted elsewhere: also tells a cut tail" },
};

static const struct choice verdicts[] = { { "applied", NULL }, { "not_applied", NULL } };

static const struct arg reconcile_args[] = {
	{ .name = "as",
	  .meta = "VERDICT",
	  .type = ARG_CHOICE,
	  .choices = verdicts,
	  .choice_count = sizeof(verdicts) / sizeof(verdicts[0]),
	  .help = "with --request-id: record this verdict instead of reading back" },
};

const struct command audit_commands[] = {
	{ .name = "audit show",
	  .action = ACTION_AUDIT_SHOW,
	  .summary = "Show the changes of the audit log",
	  .description =
		  "One row for each change, from its intent to what became of it. With -p only those of that profile.",
	  ARGS(filter_args),
	  EXAMPLES("bangoctl audit show", "bangoctl audit show --outcome unknown -o json",
		   "bangoctl audit show --entitlement ENT-1001") },
	{ .name = "audit verify",
	  .action = ACTION_AUDIT_VERIFY,
	  .summary = "Check that no line of the audit log was touched",
	  .description =
		  "Names the first line that was edited, removed or moved (exit code 13), else prints the number of lines and the "
		  "hash of the last. Kept elsewhere, that hash also tells whether lines were cut off the end.",
	  ARGS(verify_args),
	  EXAMPLES("bangoctl audit verify") },
	{ .name = "audit export",
	  .action = ACTION_AUDIT_EXPORT,
	  .summary = "Print the lines of the audit log as they are",
	  .description = "The same filters as \"audit show\", but line by line.",
	  ARGS(filter_args),
	  EXAMPLES("bangoctl audit export") },
	{ .name = "reconcile",
	  .action = ACTION_RECONCILE,
	  .summary = "Settle changes whose outcome is unknown by reading back",
	  .description =
		  "Takes the changes of the audit log that may have been applied, reads each record back, and records whether "
		  "it was applied, was not, or is still unknown (exit code 10). With --request-id only that change, with -p only "
		  "those of that profile. It sends nothing but reads. A change is called not applied only when the profile's timeout has "
		  "passed since, as the server may still be at it; --timeout shortens the wait. What it cannot tell and Bango could is settled by hand: "
		  "--request-id ID --as applied.",
	  ARGS(reconcile_args),
	  EXAMPLES("bangoctl reconcile") },
};

const size_t audit_command_count = sizeof(audit_commands) / sizeof(audit_commands[0]);
