/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk resume: a job goes on by what its journal says. */
#include "bulk/do_bulk.h"

#include <string.h>

#include "bulk/check.h"
#include "bulk/launch.h"
#include "engine/profile.h"
#include "engine/show.h"
#include "engine/terminal.h"

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
static int tell_finished(const struct bulk_journal *journal, bool quiet, struct err *err)
{
	CLEAN_BUF struct buf counts = { 0 };
	long long unknown = journal->results[ERR_UNKNOWN];
	long long failed = journal->done - journal->results[ERR_OK] - unknown;
	report_counts(journal, &counts);
	if (!quiet)
		terminal_note("the job is finished, nothing was sent: %s", counts.data);
	if (!unknown && !failed)
		return 0;
	if (unknown)
		err_set(err, ERR_UNKNOWN, "%lld row%s unknown: perhaps applied", unknown,
			unknown == 1 ? " is" : "s are");
	else
		err_set(err, ERR_PARTIAL, "%lld of %lld row%s %s not done", failed, journal->done,
			journal->done == 1 ? "" : "s", failed == 1 ? "was" : "were");
	CLEAN_FREE char *word = show_word(journal->path);
	return err_hint(err, "bangoctl bulk failures %s", word);
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
	const char *path = json_get_string(json_get(journal->header, "input"), "path");
	const struct plan_source source = {
		.path = path,
		.options = { .format =
				     (enum bulk_format)kept_choice(journal, "format", format_name),
			     .encoding = (enum bulk_encoding)kept_choice(journal, "encoding",
									 encoding_name),
			     .name = path },
		.allow_duplicates =
			json_is(json_get(journal->header, "allow_duplicates"), JSON_TRUE),
	};
	if (!path)
		return err_set(err, ERR_CONFIG, "%s names no input", journal->path);
	if (plan_open(&launch->plan, session, command, &defaults, &source, err) < 0 ||
	    plan_check(&launch->plan, err) < 0) {
		/* it was good when the job began */
		err->kind = err->kind == ERR_USAGE ? ERR_CONFIG : err->kind;
		return -1;
	}
	if (check_same(launch, err) < 0 ||
	    launch_confirm(launch, "bulk resume", journal->job, err) < 0 ||
	    launch_prepare(launch, err) < 0)
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
	if (values_get(&session->globals, "dry-run")) {
		err_set(err, ERR_USAGE, "there is no dry run of a job that has begun");
		return err_hint(err, "\"bangoctl bulk status\" shows what is left of it");
	}
	if (launch_check_options(&launch, err) < 0 ||
	    bulk_journal_open(&launch.journal, path, true, err) < 0)
		return -1;
	if (launch.journal.torn)
		terminal_note("%s: %lld bytes that a crash left at the end were cut off", path,
			      launch.journal.torn);
	if (launch.journal.done == bulk_journal_share(&launch.journal))
		return tell_finished(&launch.journal, values_flag(&session->globals, "quiet"), err);
	if (choose_profile(session, &launch.journal, err) < 0 || profile_require(session, err) < 0)
		return -1;
	return go_on(&launch, err);
}
