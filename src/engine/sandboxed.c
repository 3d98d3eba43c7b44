/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/sandboxed.h"

#include <string.h>

long long sandboxed_seed(const struct session *session)
{
	const char *seed = values_get(&session->globals, "seed");
	return seed ? strtoll(seed, NULL, 10) : -1;
}

int sandboxed_start(struct session *session, int port, bool log, struct err *err)
{
	if (session->sandbox)
		return 0;
	const struct values *globals = &session->globals;
	const char **faults = mem_new(globals->count + 1, sizeof(*faults));
	size_t count = 0;
	for (size_t i = 0; i < globals->count; i++)
		if (strcmp(globals->items[i].arg->name, "fault") == 0)
			faults[count++] = globals->items[i].text;
	CLEAN_FREE char *folder = session_sandbox_folder();
	const struct sandbox_options options = {
		.table = &session->table,
		.folder = folder,
		.port = port,
		.faults = faults,
		.fault_count = count,
		.seed = sandboxed_seed(session),
		.log = log,
	};
	int result = sandbox_start(&session->sandbox, &options, err);
	free(faults);
	return result;
}

void sandboxed_stop(struct session *session)
{
	sandbox_stop(session->sandbox);
	session->sandbox = NULL;
}
