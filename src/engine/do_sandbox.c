/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_sandbox.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/body.h"
#include "engine/output.h"
#include "engine/sandboxed.h"
#include "engine/terminal.h"

enum { MAX_SEED_FILE = 256 * 1024 * 1024, POLL_MS = 1000 };

int do_sandbox_serve(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command;
	const char *port = values_get(values, "port");
	if (sandboxed_start(session, port ? (int)strtol(port, NULL, 10) : 0,
			    values_flag(&session->globals, "verbose"), err) < 0)
		return -1;
	CLEAN_FREE char *line = buf_format("http://127.0.0.1:%d\n", sandbox_port(session->sandbox));
	if (output_text(session, line, strlen(line), err) < 0)
		return -1;
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("serving until interrupted; credentials are " SANDBOX_USER
			      " and " SANDBOX_PASSWORD);
	while (clock_sleep(POLL_MS, session->stop) == 0)
		continue;
	return 0;
}

int do_sandbox_reset(struct session *session, const struct command *command,
		     const struct values *values, struct err *err)
{
	(void)command, (void)values;
	CLEAN_FREE char *folder = NULL;
	struct sandbox_options options;
	if (sandboxed_options(session, &options, &folder, err) < 0)
		return -1;
	return sandbox_reset(&options, err);
}

int do_sandbox_seed(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	CLEAN_FREE char *folder = NULL;
	struct sandbox_options options;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf text = { 0 };
	struct json *records = NULL;
	const char *file = values_get(values, "file");
	if (sandboxed_options(session, &options, &folder, err) < 0 ||
	    file_read(file, MAX_SEED_FILE, &text, NULL, ERR_USAGE, err) < 0)
		return -1;
	if (json_parse(doc, buf_str(&text), text.len, &records, err) < 0)
		return err_wrap(err, "%s", file);
	return sandbox_load(&options, records, err);
}

int do_sandbox_status(struct session *session, const struct command *command,
		      const struct values *values, struct err *err)
{
	(void)command, (void)values;
	CLEAN_FREE char *folder = NULL;
	struct sandbox_options options;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	if (sandboxed_options(session, &options, &folder, err) < 0 ||
	    sandbox_describe(&options, doc, object, err) < 0)
		return -1;
	const struct output output = { .value = object };
	return output_print(session, &output, err);
}
