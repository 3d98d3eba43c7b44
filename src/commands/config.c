/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct arg show_args[] = {
	{ .name = "origin", .type = ARG_FLAG, .help = "also show where each value comes from" },
};

static const struct arg profile_args[] = {
	{ .name = "name",
	  .meta = "NAME",
	  .flags = ARG_POSITIONAL,
	  .help = "the profile; the one in force if left out" },
};

const struct command config_commands[] = {
	{ .name = "config init",
	  .action = ACTION_CONFIG_INIT,
	  .summary = "Write a commented config file to begin with",
	  .description =
		  "Writes it with mode 0600 to the place that --config, BANGOCTL_CONFIG or XDG_CONFIG_HOME names, and "
		  "never over a file that is there.",
	  EXAMPLES("bangoctl config init") },
	{ .name = "config check",
	  .action = ACTION_CONFIG_CHECK,
	  .summary = "Check the config file and every profile in it",
	  EXAMPLES("bangoctl config check") },
	{ .name = "config show",
	  .action = ACTION_CONFIG_SHOW,
	  .summary = "Show the settings in force, secrets masked",
	  ARGS(show_args),
	  EXAMPLES("bangoctl -p sandbox config show --origin") },
	{ .name = "config path",
	  .action = ACTION_CONFIG_PATH,
	  .summary = "Print the path of the config file in force",
	  EXAMPLES("bangoctl config path") },
	{ .name = "profile list",
	  .action = ACTION_PROFILE_LIST,
	  .summary = "List the profiles",
	  EXAMPLES("bangoctl profile list") },
	{ .name = "profile show",
	  .action = ACTION_PROFILE_SHOW,
	  .summary = "Show the settings of one profile",
	  ARGS(profile_args),
	  EXAMPLES("bangoctl profile show sandbox") },
};

const size_t config_command_count = sizeof(config_commands) / sizeof(config_commands[0]);
