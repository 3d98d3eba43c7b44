/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The global options and our own commands: data only. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "grammar/command.h"

/* In a row: its arguments, and its examples. */
#define ARGS(list) .args = (list), .arg_count = sizeof(list) / sizeof((list)[0])
#define EXAMPLES(...)                                                                              \
	.examples = (const char *const[]){ __VA_ARGS__ },                                          \
	.example_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)

extern const struct arg global_options[];
extern const size_t global_option_count;

/* A group's rows, each in a file of its own. */
extern const struct command general_commands[];
extern const size_t general_command_count;
extern const struct command config_commands[];
extern const size_t config_command_count;
extern const struct command contract_commands[];
extern const size_t contract_command_count;
extern const struct command sandbox_commands[];
extern const size_t sandbox_command_count;

extern const struct command bulk_commands[];
extern const size_t bulk_command_count;

/* The options of every `bulk CALL`, beside those of the call. */
extern const struct arg bulk_args[];
extern const size_t bulk_arg_count;

extern const struct command audit_commands[];
extern const size_t audit_command_count;
extern const struct command shell_commands[];
extern const size_t shell_command_count;

/* All of our own commands in the order of help, made once. */
const struct command_table *own_commands(void);

#endif
