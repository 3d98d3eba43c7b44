/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct choice methods[] = {
	{ "GET", NULL }, { "HEAD", NULL },  { "POST", NULL },
	{ "PUT", NULL }, { "PATCH", NULL }, { "DELETE", NULL },
};

static const struct arg request_args[] = {
	{ .name = "method",
	  .meta = "METHOD",
	  .type = ARG_CHOICE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .choices = methods,
	  .choice_count = sizeof(methods) / sizeof(methods[0]),
	  .help = "the HTTP method" },
	{ .name = "path",
	  .meta = "PATH",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the path, percent-encoded, with a query if need be" },
	{ .name = "data",
	  .meta = "JSON|@FILE",
	  .help = "the body; @FILE reads it from a file, @- from standard input" },
};

static const struct arg help_args[] = {
	{ .name = "topic",
	  .meta = "WORD",
	  .flags = ARG_POSITIONAL | ARG_REPEAT,
	  .help = "a command, a group, or a topic: exit-codes, config, environment, output, contract, bulk, options, shell, sandbox" },
};

const struct command general_commands[] = {
	{ .name = "request",
	  .action = ACTION_REQUEST,
	  .summary = "Send any request, for what has no command",
	  .description =
		  "Authentication, retries, checks of the reply, and output are those of every other call. A change has "
		  "the danger of the operation that it matches; one that matches none is severe.",
	  ARGS(request_args),
	  EXAMPLES(
		  "bangoctl -p sandbox request GET /v1/entitlement/ENT-1001",
		  "bangoctl -p sandbox request POST /v1/entitlement/suspend/ENT-1001 --data '{\"reasonCode\":\"OTHER\"}'") },
	{ .name = "whoami",
	  .action = ACTION_WHOAMI,
	  .summary = "Show profile, server and credentials that would be used",
	  EXAMPLES("bangoctl -p sandbox whoami") },
	{ .name = "doctor",
	  .action = ACTION_DOCTOR,
	  .summary = "Check config, network, certificate, clock and credentials",
	  .description =
		  "Each step has a verdict and, where something is wrong, a remedy. It sends an echo and changes nothing. The exit "
		  "code is that of the first step that failed.",
	  EXAMPLES("bangoctl -p sandbox doctor") },
	{ .name = "commands",
	  .action = ACTION_COMMANDS,
	  .summary = "List every command, as a table or as JSON",
	  .description =
		  "With -o json the whole table with arguments, options, dangers and evidence, for other programs.",
	  EXAMPLES("bangoctl commands", "bangoctl commands -o json") },
	{ .name = "help",
	  .action = ACTION_HELP,
	  .summary = "Show help on a command or a topic",
	  ARGS(help_args),
	  EXAMPLES("bangoctl help entitlement suspend", "bangoctl help exit-codes") },
	{ .name = "version",
	  .action = ACTION_VERSION,
	  .summary = "Show the version; with -v also the libraries'",
	  EXAMPLES("bangoctl version -v") },
};

const size_t general_command_count = sizeof(general_commands) / sizeof(general_commands[0]);
