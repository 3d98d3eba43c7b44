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

static const struct arg diff_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "a document; alone it is compared with the contract in force" },
	{ .name = "other",
	  .meta = "NEWER",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL,
	  .help = "the document that the first one is compared with" },
};

static const struct arg use_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the document" },
};

const struct command contract_commands[] = {
	{ .name = "contract check",
	  .action = ACTION_CONTRACT_CHECK,
	  .summary = "Check an OpenAPI document and list its problems",
	  .description =
		  "A document that can be used is exit 0 whatever is listed, and 13 with --exit-code if anything is; "
		  "one that cannot be used is exit 3. Problems of one kind stand together, and missing descriptions are "
		  "only counted; -o json lists each with its place.",
	  ARGS(check_args),
	  EXAMPLES("bangoctl contract check", "bangoctl contract check acme.yaml --exit-code") },
	{ .name = "contract show",
	  .action = ACTION_CONTRACT_SHOW,
	  .summary = "Show the operations in force with their evidence",
	  ARGS(show_args),
	  EXAMPLES("bangoctl contract show", "bangoctl contract show entitlement suspend") },
	{ .name = "contract export",
	  .action = ACTION_CONTRACT_EXPORT,
	  .summary = "Print the OpenAPI document in force",
	  .description =
		  "The whole document with the operations that the profile moves at their new place: YAML on a terminal "
		  "and with -o yaml, JSON when piped. Correct the copy and name it in a profile: see \"contract use\".",
	  EXAMPLES("bangoctl contract export -o yaml >mine.yaml") },
	{ .name = "contract diff",
	  .action = ACTION_CONTRACT_DIFF,
	  .summary = "Show what another document does differently",
	  .description =
		  "From the contract in force to FILE, or from FILE to NEWER: - is only in the first, + only in the "
		  "second, ~ differs. Operations and fields are compared, with their types, limits, counts, patterns, values and null, not texts: "
		  "order, references, descriptions, examples and evidence do not count, nor do conditions that are not checked "
		  "(\"contract check\" names them), and of replies only names and types do. With --exit-code a difference is exit 13.",
	  ARGS(diff_args),
	  EXAMPLES(
		  "bangoctl contract export -o yaml >mine.yaml && bangoctl contract diff mine.yaml") },
	{ .name = "contract use",
	  .action = ACTION_CONTRACT_USE,
	  .summary = "Print the config lines that put a document in force",
	  .description =
		  "The document is read first. The profile is the one named with -p, which may be a new one.",
	  ARGS(use_args),
	  EXAMPLES(
		  "bangoctl contract export >mine.json && bangoctl -p acme contract use mine.json") },
};

const size_t contract_command_count = sizeof(contract_commands) / sizeof(contract_commands[0]);
