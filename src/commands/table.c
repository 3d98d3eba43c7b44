/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

enum { MOST = 64 };

const struct command_table *own_commands(void)
{
	static const struct command *items[MOST];
	static struct command_table table;
	if (table.count)
		return &table;
	const struct {
		const struct command *rows;
		size_t count;
	} groups[] = {
		{ general_commands, general_command_count },
		{ bulk_commands, bulk_command_count },
		{ audit_commands, audit_command_count },
		{ config_commands, config_command_count },
		{ contract_commands, contract_command_count },
		{ sandbox_commands, sandbox_command_count },
		{ shell_commands, shell_command_count },
	};
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (size_t i = 0; i < groups[g].count && table.count < MOST; i++)
			items[table.count++] = &groups[g].rows[i];
	table.items = items;
	return &table;
}
