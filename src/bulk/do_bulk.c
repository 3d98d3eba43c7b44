/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk NAME, bulk actions: a new job. */
#include "bulk/do_bulk.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "bulk/check.h"
#include "bulk/launch.h"
#include "commands/commands.h"
#include "engine/body.h"
#include "engine/many.h"
#include "engine/output.h"
#include "engine/profile.h"
#include "engine/send.h"
#include "engine/show.h"
#include "engine/terminal.h"

enum { PREVIEWED = 3 };

/* ---- the job as it was asked for ---- */

/* A new job: its identifier, and where its files are. */
struct ask {
	char job[UUID_SIZE];
	const char *name; /* what messages call the input */
	char *input;	  /* owned: the file that is read */
	char *journal;
	bool copied; /* the input is our copy, and goes if there is no job in the end */
	unsigned shard, of;
};

static void ask_done(struct ask *ask)
{
	if (ask->copied)
		unlink(ask->input);
	free(ask->input);
	free(ask->journal);
}

/* A file of the job in the folder of jobs, which is made. */
static char *job_file(const struct ask *ask, const char *end, struct err *err)
{
	CLEAN_FREE char *state = session_state_folder(), *folder = file_join(state, "jobs");
	if (file_make_folder(folder, err) < 0)
		return err_hint(err, "set BANGOCTL_STATE_DIR to a folder that can be written"),
		       NULL;
	return buf_format("%s/%s%s", folder, ask->job, end);
}

static int read_shard(const char *text, bool duplicates, struct ask *ask, struct err *err)
{
	long long shard = 0, of = 1;
	ask->of = 1;
	if (!text)
		return 0;
	const char *slash = strchr(text, '/');
	CLEAN_FREE char *first = mem_dup_len(text, slash ? (size_t)(slash - text) : 0);
	CLEAN_ERR struct err ignored = { 0 };
	if (!slash || text_integer(slash + 1, 1, 1000000, &of, &ignored) < 0 ||
	    text_integer(first, 0, of - 1, &shard, &ignored) < 0) {
		err_set(err, ERR_USAGE, "--shard: \"%s\" has no form I/N with I from 0 to N-1",
			text);
		return err_hint(err, "the shards of four are 0/4, 1/4, 2/4 and 3/4");
	}
	ask->shard = (unsigned)shard;
	ask->of = (unsigned)of;
	if (of > 1 && duplicates)
		return err_set(
			err, ERR_USAGE,
			"--allow-duplicates keeps the order of a record's rows, and shards would not: use one of them");
	return 0;
}

/* What can be seen to be wrong with --journal before all rows are read. */
static int check_journal(const char *path, struct err *err)
{
	struct stat facts;
	CLEAN_FREE char *folder = mem_dup(path);
	char *slash = strrchr(folder, '/');
	if (!*path || strcmp(path, "-") == 0)
		return err_set(err, ERR_USAGE, "--journal: \"%s\" is no name of a file", path);
	if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
		return err_set(err, ERR_USAGE, "--journal: %s is a folder", path);
	if (lstat(path, &facts) == 0) {
		CLEAN_FREE char *word = show_word(path);
		err_set(err, ERR_USAGE, "--journal: %s exists already", path);
		return err_hint(err, "\"bangoctl bulk resume %s\" goes on with its job", word);
	}
	if (slash)
		slash[slash == folder] = '\0';
	if (access(slash ? folder : ".", W_OK | X_OK) < 0)
		return err_set(err, ERR_USAGE, "--journal: cannot write to the folder of %s: %s",
			       path, strerror(errno));
	return 0;
}

static int find_journal(struct ask *ask, const struct values *values, struct err *err)
{
	const char *path = values_get(values, "journal");
	if (path && check_journal(path, err) < 0)
		return -1;
	ask->journal = path ? mem_dup(path) : job_file(ask, ".ndjson", err);
	return ask->journal ? 0 : -1;
}

/* What can be read only once is copied to the job's folder: it is read twice, and again to go on.
 */
static int find_input(struct ask *ask, const char *input, const volatile sig_atomic_t *stop,
		      struct err *err)
{
	char whole[PATH_MAX];
	ask->name = strcmp(input, "-") == 0 ? "standard input" : input;
	if (bulk_input_is_stream(input)) {
		ask->input = job_file(ask, ".input", err);
		if (!ask->input || file_spool(input, ask->input, stop, err) < 0)
			return -1;
		ask->copied = true;
		return 0;
	}
	if (!realpath(input, whole))
		return err_set(err, ERR_USAGE, "cannot open %s: %s", input, strerror(errno));
	/* the journal is JSON, and has to find it again */
	if (!text_is_utf8(whole, strlen(whole)))
		return err_set(err, ERR_USAGE, "%s: the path is not UTF-8: rename the file", input);
	ask->input = mem_dup(whole);
	return 0;
}

static int read_ask(struct ask *ask, const struct launch *launch, struct err *err)
{
	const struct values *values = launch->values;
	random_uuid(ask->job);
	if (read_shard(values_get(values, "shard"), values_flag(values, "allow-duplicates"), ask,
		       err) < 0 ||
	    find_journal(ask, values, err) < 0)
		return -1;
	return find_input(ask, values_get(values, "input"), launch->session->stop, err);
}

static int choice_of(const struct values *values, const char *name)
{
	const char *text = values_get(values, name);
	for (size_t i = 0; text && i < bulk_arg_count; i++)
		for (size_t j = 0;
		     strcmp(bulk_args[i].name, name) == 0 && j < bulk_args[i].choice_count; j++)
			if (strcmp(bulk_args[i].choices[j].value, text) == 0)
				return (int)j;
	return 0;
}

/* The values for all rows: those that are not bulk's own options. */
static bool is_default(const struct value *value)
{
	for (size_t i = 0; i < bulk_arg_count; i++)
		if (strcmp(bulk_args[i].name, value->arg->name) == 0)
			return false;
	return true;
}

/* The text, with the contents of the file that it names in its place: what a job sends must not
 * depend on what the file is later. */
static char *pinned(const struct value *value, struct err *err)
{
	const char *text = value->text, *equals = strchr(text, '=');
	bool whole = value->arg->type == ARG_JSON;
	bool raw = value->arg->type == ARG_PAIR && equals && equals > text && equals[-1] == ':';
	const char *start = raw ? equals + 1 : text;
	if (!whole && !raw)
		return mem_dup(text);
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_FREE char *what = buf_format("--%s", value->arg->name);
	CLEAN_BUF struct buf bytes = { 0 };
	struct json *json = NULL;
	if (body_read(doc, what, start, &json, err) < 0)
		return NULL;
	json_write(&bytes, json, JSON_COMPACT);
	return buf_format("%.*s%s", (int)(start - text), text, bytes.data);
}

static int take_defaults(const struct values *values, struct values *defaults, struct err *err)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];
		if (!is_default(value))
			continue;
		CLEAN_FREE char *text = pinned(value, err);
		if (!text)
			return -1;
		values_add(defaults, value->arg, text);
	}
	return 0;
}

static struct json *make_header(struct json_doc *doc, const struct launch *launch,
				const struct ask *ask)
{
	const struct session *session = launch->session;
	const struct plan *plan = &launch->plan;
	struct json *header = json_new(doc, JSON_OBJECT), *input = json_new(doc, JSON_OBJECT),
		    *defaults = json_new(doc, JSON_ARRAY);
	CLEAN_BUF struct buf now = { 0 };
	clock_format(&now, clock_now());
	json_set_integer(doc, header, "journal", JOURNAL_VERSION);
	json_set_string(doc, header, "job", ask->job);
	json_set_string(doc, header, "at", now.data);
	json_set_string(doc, header, "profile", session->profile);
	json_set_string(doc, header, "environment",
			setting_text(&session->settings, SETTING_ENVIRONMENT));
	json_set_string(doc, header, "base_url",
			setting_text(&session->settings, SETTING_BASE_URL));
	json_set_string(doc, header, "command", plan->command ? plan->command->name : NULL);
	for (size_t i = 0; i < plan->defaults->count; i++) {
		struct json *pair = json_new(doc, JSON_ARRAY);
		json_append(pair, json_new_string(doc, plan->defaults->items[i].arg->name));
		json_append(pair, json_new_string(doc, plan->defaults->items[i].text));
		json_append(defaults, pair);
	}
	json_set(doc, header, "defaults", defaults);
	json_set_string(doc, input, "path", ask->input);
	json_set(doc, input, "copied", json_new_bool(doc, ask->copied));
	json_set_string(doc, input, "sha256", bulk_input_sha256(plan->input));
	json_set_integer(doc, input, "bytes", bulk_input_facts(plan->input)->st_size);
	json_set_integer(doc, input, "rows", plan->rows);
	json_set_string(doc, input, "format", bulk_format_name(bulk_input_format(plan->input)));
	json_set_string(doc, input, "encoding",
			bulk_encoding_name(bulk_input_encoding(plan->input)));
	json_set(doc, header, "input", input);
	json_set_integer(doc, header, "shard", ask->shard);
	json_set_integer(doc, header, "of", ask->of);
	json_set(doc, header, "allow_duplicates",
		 json_new_bool(doc, plan->source.allow_duplicates));
	static const char *const numbers[] = { "jobs", "rate", "max-errors" };
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const char *text = values_get(launch->values, numbers[i]);
		if (text)
			json_set(doc, header, numbers[i],
				 json_new_text(doc, JSON_NUMBER, text, strlen(text)));
	}
	return header;
}

/* ---- dry run ---- */

static int preview_rows(struct launch *launch, struct err *err)
{
	const struct command *told[PREVIEWED] = { 0 };
	const char *format = setting_text(&launch->session->settings, SETTING_OUTPUT);
	bool as_text = strcmp(format, "json") != 0 && strcmp(format, "ndjson") != 0;
	if (plan_rewind(&launch->plan, err) < 0)
		return -1;
	for (int i = 0; i < PREVIEWED; i++) {
		CLEANUP(plan_row_done) struct plan_row row = { 0 };
		int found = plan_next(&launch->plan, NULL, NULL, &row, err);
		bool known = false;
		if (found <= 0)
			return found;
		told[i] = row.request.command;
		for (int j = 0; j < i; j++)
			known = known || told[j] == told[i];
		if (!known)
			show_evidence(launch->session, told[i]);
		if ((i && as_text && output_text(launch->session, "\n", 1, err) < 0) ||
		    show_wire(launch->session, &row.request, &launch->job.url, err) < 0)
			return -1;
	}
	return 0;
}

static int show_plan(struct launch *launch, struct err *err)
{
	CLEAN_BUF struct buf counts = { 0 };
	long long rows = launch->plan.rows;
	if (send_find_server(launch->session, false, &launch->job.url, err) < 0 ||
	    preview_rows(launch, err) < 0)
		return -1;
	plan_counts(&launch->plan, &counts);
	if (!values_flag(&launch->session->globals, "quiet"))
		terminal_note("dry run: %lld row%s checked (%s), nothing was sent", rows,
			      rows == 1 ? "" : "s", counts.data);
	return 0;
}

/* ---- the action ---- */

static int begin(struct launch *launch, const char *what, struct ask *ask, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	if (plan_check(&launch->plan, err) < 0)
		return -1;
	if (values_get(&launch->session->globals, "dry-run"))
		return show_plan(launch, err);
	if (launch_confirm(launch, what, ask->job, err) < 0 || launch_prepare(launch, err) < 0 ||
	    bulk_journal_create(&launch->journal, ask->journal, make_header(doc, launch, ask),
				err) < 0)
		return -1;
	ask->copied = false; /* it is the job's now */
	return launch_run(launch, err);
}

int do_bulk(struct session *session, const struct command *command, const struct values *values,
	    struct err *err)
{
	CLEANUP(launch_done)
	struct launch launch = { .session = session, .values = values, .journal = { .fd = -1 } };
	CLEANUP(ask_done) struct ask ask = { 0 };
	CLEANUP(values_done) struct values defaults = { 0 };
	if (profile_require(session, err) < 0 || launch_check_options(&launch, err) < 0 ||
	    take_defaults(values, &defaults, err) < 0 || read_ask(&ask, &launch, err) < 0)
		return -1;
	const struct plan_source source = {
		.path = ask.input,
		.options = { .format = (enum bulk_format)choice_of(values, "input-format"),
			     .encoding = (enum bulk_encoding)choice_of(values, "encoding"),
			     .name = ask.name },
		.allow_duplicates = values_flag(values, "allow-duplicates"),
	};
	if (plan_open(&launch.plan, session, many_call(&session->table, command), &defaults,
		      &source, err) < 0)
		return -1;
	return begin(&launch, command->name, &ask, err);
}
