/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/sandboxed.h"

#include <string.h>

#include "base/file.h"
#include "lib/digest.h"

static char *folder_of(const struct session *session, bool builtin)
{
	CLEAN_FREE char *state = session_state_folder();
	CLEAN_BUF struct buf text = { 0 };
	char digest[DIGEST_SIZE];
	if (builtin)
		return file_join(state, "sandbox");
	json_write(&text, session->contract.root, JSON_COMPACT);
	digest_sha256(buf_str(&text), text.len, digest);
	return buf_format("%s/sandbox-%.16s", state, digest);
}

int sandboxed_options(struct session *session, struct sandbox_options *options, char **folder,
		      struct err *err)
{
	const char *seed = values_get(&session->globals, "seed");
	bool builtin = !setting_text(&session->settings, SETTING_CONTRACT);
	if (!builtin && session->trouble.kind != ERR_OK)
		return session_trouble(session, err);
	*folder = folder_of(session, builtin);
	*options = (struct sandbox_options){
		.table = &session->table,
		.document = session->contract.root,
		.builtin = builtin,
		.folder = *folder,
		.seed = seed ? strtoll(seed, NULL, 10) : -1,
	};
	return 0;
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
	CLEAN_FREE char *folder = NULL;
	struct sandbox_options options;
	int result = sandboxed_options(session, &options, &folder, err);
	if (result == 0) {
		options.port = port;
		options.faults = faults;
		options.fault_count = count;
		options.log = log;
		result = sandbox_start(&session->sandbox, &options, err);
	}
	free(faults);
	return result;
}

void sandboxed_stop(struct session *session)
{
	sandbox_stop(session->sandbox);
	session->sandbox = NULL;
}
