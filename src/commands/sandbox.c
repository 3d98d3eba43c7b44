/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct arg serve_args[] = {
	{ .name = "port",
	  .type = ARG_INT,
	  .min = 0,
	  .max = 65535,
	  .meta = "PORT",
	  .help = "the port; a free one if left out" },
};

static const struct arg seed_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "a JSON array of records; - reads standard input" },
};

const struct command sandbox_commands[] = {
	{ .name = "sandbox serve",
	  .action = ACTION_SANDBOX_SERVE,
	  .summary = "Run the simulator as a server for other programs",
	  .description =
		  "Listens on 127.0.0.1 until it is interrupted and prints its base URL first. Credentials are sandbox and "
		  "sandbox, or sandbox as a bearer token or in the header that the contract asks for. It serves the contract in "
		  "force: with --contract FILE that document. --fault and --seed make it misbehave, in the same way each time.",
	  ARGS(serve_args),
	  EXAMPLES("bangoctl sandbox serve --port 8080",
		   "bangoctl sandbox serve --fault 503@20%") },
	{ .name = "sandbox reset",
	  .action = ACTION_SANDBOX_RESET,
	  .summary = "Put back what the sandbox began with",
	  .description =
		  "That is the built-in book of entitlements, or, with another contract in force, what the document shows as "
		  "examples. Each document has records of its own.",
	  EXAMPLES("bangoctl sandbox reset") },
	{ .name = "sandbox seed",
	  .action = ACTION_SANDBOX_SEED,
	  .summary = "Replace the sandbox's records by a file's",
	  .description = "A date may be relative to now: \"-30d\", \"+12h\", \"+5m\".",
	  ARGS(seed_args),
	  EXAMPLES("bangoctl sandbox seed entitlements.json") },
	{ .name = "sandbox status",
	  .action = ACTION_SANDBOX_STATUS,
	  .summary = "Show what the sandbox holds and where",
	  EXAMPLES("bangoctl sandbox status") },
};

const size_t sandbox_command_count = sizeof(sandbox_commands) / sizeof(sandbox_commands[0]);
