/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/do_bulk.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "bulk/launch.h"
#include "commands/commands.h"
#include "engine/many.h"
#include "engine/profile.h"
#include "engine/show.h"
#include "engine/send.h"
#include "engine/terminal.h"

/* ---- the job as it was asked for ---- */

/* A new job: its identifier, and where its files are. */
struct ask {
	char job[UUID_SIZE];
	char *input; /* owned: the file that is read */
	char *journal;
	unsigned shard, of;
};

static void ask_done(struct ask *ask)
{
	free(ask->input);
	free(ask->journal);
}

/* A file of the job in the folder of jobs, which is made. */
static char *job_file(const struct ask *ask, const char *end, struct err *err)
{
	CLEAN_FREE char *state = session_state_folder(), *folder = file_join(state, "jobs");
	if (file_make_folder(folder, err) < 0)
		return NULL;
	return buf_format("%s/%s%s", folder, ask->job, end);
}

static int read_shard(const char *text, struct ask *ask, struct err *err)
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
		err_set(err, ERR_USAGE, "--shard: \"%s\" has no form I/N", text);
		return err_hint(err, "the shards of four are 0/4, 1/4, 2/4 and 3/4");
	}
	ask->shard = (unsigned)shard;
	ask->of = (unsigned)of;
	return 0;
}

/* What can be read only once is copied to the job's folder: it is read twice, and again to go on.
 */
static int find_input(struct ask *ask, const char *input, const volatile sig_atomic_t *stop,
		      struct err *err)
{
	char whole[PATH_MAX];
	if (bulk_input_is_stream(input)) {
		ask->input = job_file(ask, ".input", err);
		return ask->input ? file_spool(input, ask->input, stop, err) : -1;
	}
	if (!realpath(input, whole))
		return err_set(err, ERR_USAGE, "cannot open %s: %s", input, strerror(errno));
	ask->input = mem_dup(whole);
	return 0;
}

static int read_ask(struct ask *ask, const struct values *values, const volatile sig_atomic_t *stop,
		    struct err *err)
{
	const char *journal = values_get(values, "journal");
	random_uuid(ask->job);
	if (read_shard(values_get(values, "shard"), ask, err) < 0 ||
	    find_input(ask, values_get(values, "input"), stop, err) < 0)
		return -1;
	ask->journal = journal ? mem_dup(journal) : job_file(ask, ".ndjson", err);
	return ask->journal ? 0 : -1;
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

static void take_defaults(const struct values *values, struct values *defaults)
{
	for (size_t i = 0; i < values->count; i++)
		if (is_default(&values->items[i]))
			values_add(defaults, values->items[i].arg, values->items[i].text);
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

static int preview_row(void *context, const struct plan_row *row, struct err *err)
{
	struct launch *launch = context;
	return show_request(launch->session, &row->request, &launch->job.url, err);
}

static int show_plan(struct launch *launch, struct err *err)
{
	if (send_find_server(launch->session, false, &launch->job.url, err) < 0 ||
	    plan_check(&launch->plan, preview_row, launch, err) < 0)
		return -1;
	terminal_note("dry run: %lld row%s checked, nothing was sent", launch->plan.rows,
		      launch->plan.rows == 1 ? "" : "s");
	return 0;
}

/* ---- the actions ---- */

static int check_globals(const struct session *session, struct err *err)
{
	static const char *const single[] = { "request-id", "curl", "wait" };
	for (size_t i = 0; i < COUNT(single); i++)
		if (values_get(&session->globals, single[i]))
			return err_set(err, ERR_USAGE, "--%s is for one call, not for a bulk job",
				       single[i]);
	return 0;
}

static int begin(struct launch *launch, const char *what, const struct ask *ask, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	if (values_get(&launch->session->globals, "dry-run"))
		return show_plan(launch, err);
	if (plan_check(&launch->plan, NULL, NULL, err) < 0 ||
	    launch_confirm(launch, what, launch->plan.rows, err) < 0 ||
	    bulk_journal_create(&launch->journal, ask->journal, make_header(doc, launch, ask),
				err) < 0)
		return -1;
	return launch_run(launch, err);
}

int do_bulk(struct session *session, const struct command *command, const struct values *values,
	    struct err *err)
{
	CLEANUP(launch_done)
	struct launch launch = { .session = session, .values = values, .journal = { .fd = -1 } };
	CLEANUP(ask_done) struct ask ask = { 0 };
	CLEANUP(values_done) struct values defaults = { 0 };
	if (profile_require(session, err) < 0 || check_globals(session, err) < 0 ||
	    read_ask(&ask, values, session->stop, err) < 0)
		return -1;
	take_defaults(values, &defaults);
	const struct plan_source source = {
		.path = ask.input,
		.options = { .format = (enum bulk_format)choice_of(values, "input-format"),
			     .encoding = (enum bulk_encoding)choice_of(values, "encoding") },
		.allow_duplicates = values_flag(values, "allow-duplicates"),
	};
	if (plan_open(&launch.plan, session, many_call(&session->table, command), &defaults,
		      &source, err) < 0)
		return -1;
	return begin(&launch, command->name, &ask, err);
}

/* ---- going on ---- */

/* The session of the journal's profile. */
static int choose_profile(struct session *session, const struct bulk_journal *journal,
			  struct err *err)
{
	const char *profile = json_get_string(journal->header, "profile");
	if (!profile)
		return err_set(err, ERR_CONFIG, "%s names no profile", journal->path);
	if (session->profile && strcmp(session->profile, profile) == 0)
		return 0;
	if (session->profile_explicit)
		return err_set(err, ERR_CONFIG, "the job of %s is of profile %s, not %s",
			       journal->path, profile, session->profile);
	return session_use(session, profile, err);
}

static int check_same(const struct launch *launch, struct err *err)
{
	const struct bulk_journal *journal = &launch->journal;
	const struct json *input = json_get(journal->header, "input");
	const char *url = setting_text(&launch->session->settings, SETTING_BASE_URL),
		   *was = json_get_string(journal->header, "base_url"),
		   *sha256 = json_get_string(input, "sha256");
	if ((url || was) && (!url || !was || strcmp(url, was) != 0))
		return err_set(err, ERR_CONFIG,
			       "the job went to %s, and profile %s now speaks to %s",
			       was ? was : "the sandbox in the program", launch->session->profile,
			       url ? url : "the sandbox in the program");
	if (!sha256 || strcmp(sha256, bulk_input_sha256(launch->plan.input)) != 0 ||
	    launch->plan.rows != journal->rows) {
		err_set(err, ERR_CONFIG, "%s is not what it was when the job began",
			launch->plan.source.path);
		return err_hint(err, "its SHA-256 was %s", sha256 ? sha256 : "not recorded");
	}
	return 0;
}

static int read_defaults(const struct bulk_journal *journal, const struct command *command,
			 struct values *defaults, struct err *err)
{
	const struct json *list = json_get(journal->header, "defaults");
	for (const struct json *pair = json_is(list, JSON_ARRAY) ? list->first : NULL; pair;
	     pair = pair->next) {
		const char *name = pair->type == JSON_ARRAY ? json_string(pair->first) : NULL;
		const char *text = name ? json_string(pair->first->next) : NULL;
		const struct arg *arg = name && command ? command_arg(command, name) : NULL;
		if (!arg || !text)
			return err_set(err, ERR_CONFIG,
				       "%s: the command has no argument \"%s\" now", journal->path,
				       name ? name : "?");
		values_add(defaults, arg, text);
	}
	return 0;
}

/* The number of the choice that the header's input names. */
static int kept_choice(const struct bulk_journal *journal, const char *name,
		       const char *(*name_of)(int))
{
	const char *text = json_get_string(json_get(journal->header, "input"), name);
	for (int i = 0; text && i < 3; i++)
		if (strcmp(name_of(i), text) == 0)
			return i;
	return 0;
}

static const char *format_name(int format)
{
	return bulk_format_name((enum bulk_format)format);
}

static const char *encoding_name(int encoding)
{
	return bulk_encoding_name((enum bulk_encoding)encoding);
}

/* Says of a job that has nothing left what it came to. */
static int tell_finished(const struct bulk_journal *journal, struct err *err)
{
	CLEAN_BUF struct buf counts = { 0 };
	report_counts(journal, &counts);
	terminal_note("finished: %s; nothing was sent", counts.data);
	if (journal->results[ERR_UNKNOWN])
		return err_set(err, ERR_UNKNOWN, "%lld rows are unknown: perhaps applied",
			       journal->results[ERR_UNKNOWN]);
	if (journal->results[ERR_OK] < journal->done)
		return err_set(err, ERR_PARTIAL, "%lld of %lld rows were not done",
			       journal->done - journal->results[ERR_OK], journal->done);
	return 0;
}

static int go_on(struct launch *launch, struct err *err)
{
	struct session *session = launch->session;
	struct bulk_journal *journal = &launch->journal;
	const char *name = json_get_string(journal->header, "command");
	const struct command *command = name ? command_find(&session->table, name) : NULL;
	CLEANUP(values_done) struct values defaults = { 0 };
	if (name && (!command || !command->method))
		return err_set(err, ERR_CONFIG,
			       "%s is of the command \"%s\", which is not there now", journal->path,
			       name);
	if (read_defaults(journal, command, &defaults, err) < 0)
		return -1;
	const struct plan_source source = {
		.path = json_get_string(json_get(journal->header, "input"), "path"),
		.options = { .format =
				     (enum bulk_format)kept_choice(journal, "format", format_name),
			     .encoding = (enum bulk_encoding)kept_choice(journal, "encoding",
									 encoding_name) },
		.allow_duplicates =
			json_is(json_get(journal->header, "allow_duplicates"), JSON_TRUE),
	};
	if (!source.path)
		return err_set(err, ERR_CONFIG, "%s names no input", journal->path);
	if (plan_open(&launch->plan, session, command, &defaults, &source, err) < 0 ||
	    plan_check(&launch->plan, NULL, NULL, err) < 0) {
		/* it was good when the job began */
		err->kind = err->kind == ERR_USAGE ? ERR_CONFIG : err->kind;
		return -1;
	}
	if (check_same(launch, err) < 0 ||
	    launch_confirm(launch, "bulk resume", launch->plan.rows, err) < 0)
		return -1;
	return launch_run(launch, err);
}

int do_bulk_resume(struct session *session, const struct command *command,
		   const struct values *values, struct err *err)
{
	(void)command;
	CLEANUP(launch_done)
	struct launch launch = { .session = session, .values = values, .journal = { .fd = -1 } };
	const char *path = values_get(values, "journal");
	if (check_globals(session, err) < 0 ||
	    bulk_journal_open(&launch.journal, path, true, err) < 0)
		return -1;
	if (launch.journal.torn)
		terminal_note("%s: %lld bytes that a crash left at the end were cut off", path,
			      launch.journal.torn);
	if (launch.journal.done == bulk_journal_share(&launch.journal))
		return tell_finished(&launch.journal, err);
	if (choose_profile(session, &launch.journal, err) < 0 || profile_require(session, err) < 0)
		return -1;
	return go_on(&launch, err);
}
