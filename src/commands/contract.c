/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct arg check_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL,
	  .help = "the document; the contract in force if left out" },
};

static const struct arg show_args[] = {
	{ .name = "command",
	  .meta = "COMMAND",
	  .flags = ARG_POSITIONAL | ARG_REPEAT,
	  .help = "the words of one command" },
};

const struct command contract_commands[] = {
	{ .name = "contract check",
	  .action = ACTION_CONTRACT_CHECK,
	  .summary = "Check an OpenAPI document and list its problems",
	  ARGS(check_args),
	  EXAMPLES("bangoctl contract check") },
	{ .name = "contract show",
	  .action = ACTION_CONTRACT_SHOW,
	  .summary = "Show the operations in force with their evidence",
	  ARGS(show_args),
	  EXAMPLES("bangoctl contract show", "bangoctl contract show entitlement suspend") },
	{ .name = "contract export",
	  .action = ACTION_CONTRACT_EXPORT,
	  .summary = "Print the OpenAPI document in force as JSON",
	  .description = "Correct the copy and name it in a profile: contract = \"FILE\".",
	  EXAMPLES("bangoctl contract export") },
};

const size_t contract_command_count = sizeof(contract_commands) / sizeof(contract_commands[0]);
