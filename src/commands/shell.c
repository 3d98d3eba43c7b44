/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct choice shells[] = { { "bash", NULL }, { "zsh", NULL }, { "fish", NULL } };

static const struct arg completion_args[] = {
	{ .name = "shell",
	  .meta = "SHELL",
	  .type = ARG_CHOICE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .choices = shells,
	  .choice_count = sizeof(shells) / sizeof(shells[0]),
	  .help = "the shell that is to complete bangoctl's words" },
};

static const struct arg complete_args[] = {
	{ .name = "word",
	  .meta = "WORD",
	  .flags = ARG_POSITIONAL | ARG_REPEAT,
	  .help = "the words so far, the last of them unfinished" },
};

static const struct choice sections[] = { { "1", "bangoctl(1)" }, { "5", "bangoctl.conf(5)" } };

static const struct arg manual_args[] = {
	{ .name = "section",
	  .meta = "SECTION",
	  .type = ARG_CHOICE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .choices = sections,
	  .choice_count = sizeof(sections) / sizeof(sections[0]),
	  .help = "the manual's section" },
};

static const struct arg run_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the script; - reads standard input" },
	{ .name = "keep-going",
	  .type = ARG_FLAG,
	  .help = "go on after a command that fails; the exit code is then 12, or 10" },
};

static const struct arg use_args[] = {
	{ .name = "profile-name",
	  .meta = "PROFILE",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the profile of the commands that follow" },
};

static const struct arg set_args[] = {
	{ .name = "option",
	  .meta = "OPTION",
	  .flags = ARG_POSITIONAL,
	  .help = "a global option, such as output or timing" },
	{ .name = "value",
	  .meta = "VALUE",
	  .flags = ARG_POSITIONAL,
	  .help = "its value; on and off for a flag; none: as at the start" },
};

static const struct arg source_args[] = {
	{ .name = "file",
	  .meta = "FILE",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the script to run here" },
};

static const struct arg expect_args[] = {
	{ .name = "code",
	  .meta = "CODE",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "an exit code or its name, such as 4 or rejected" },
	{ .name = "command",
	  .meta = "COMMAND",
	  .flags = ARG_POSITIONAL | ARG_REQUIRED | ARG_REPEAT,
	  .help = "the command that must end with it" },
};

const struct command shell_commands[] = {
	{ .name = "run",
	  .action = ACTION_RUN,
	  .summary = "Run the commands of a file, one a line",
	  .description =
		  "Every line is checked before the first one runs: a script with a fault in it sends nothing. It stops at the "
		  "first command that fails and ends with its exit code. \"help shell\" tells the syntax of lines.",
	  ARGS(run_args),
	  EXAMPLES("bangoctl -p sandbox run script",
		   "bangoctl -p sandbox run --keep-going script") },
	{ .name = "completion",
	  .action = ACTION_COMPLETION,
	  .summary = "Print the completion script for bash, zsh or fish",
	  ARGS(completion_args),
	  EXAMPLES("bangoctl completion bash") },
	{ .name = "__complete",
	  .action = ACTION_COMPLETE,
	  .hidden = true,
	  .summary = "Complete the last word",
	  ARGS(complete_args),
	  EXAMPLES("bangoctl __complete -- entitlement su") },
	{ .name = "__manual",
	  .action = ACTION_MANUAL,
	  .hidden = true,
	  .summary = "Print a page of the manual",
	  ARGS(manual_args),
	  EXAMPLES("bangoctl __manual 1") },
	{ .name = "use",
	  .action = ACTION_USE,
	  .in_shell = true,
	  .summary = "Go on with another profile",
	  ARGS(use_args),
	  EXAMPLES("use sandbox") },
	{ .name = "set",
	  .action = ACTION_SET,
	  .in_shell = true,
	  .summary = "Set a global option for the commands that follow",
	  .description =
		  "Without a value the option is as it was at the start. Without anything it lists what is set.",
	  ARGS(set_args),
	  EXAMPLES("set output json") },
	{ .name = "status",
	  .action = ACTION_STATUS,
	  .in_shell = true,
	  .summary = "Show exit code, request id and time of the last command",
	  EXAMPLES("status") },
	{ .name = "source",
	  .action = ACTION_SOURCE,
	  .in_shell = true,
	  .summary = "Run the commands of a file here",
	  ARGS(source_args),
	  EXAMPLES("source script") },
	{ .name = "expect",
	  .action = ACTION_EXPECT,
	  .in_shell = true,
	  .summary = "Run a command that must end with a given exit code; else exit 13",
	  ARGS(expect_args),
	  EXAMPLES("expect 6 entitlement get NOPE") },
	{ .name = "quit",
	  .action = ACTION_QUIT,
	  .in_shell = true,
	  .summary = "Leave the shell, or end the script, with 0",
	  EXAMPLES("quit") },
	{ .name = "exit",
	  .action = ACTION_QUIT,
	  .in_shell = true,
	  .summary = "The same as quit",
	  EXAMPLES("exit") },
};

const size_t shell_command_count = sizeof(shell_commands) / sizeof(shell_commands[0]);
