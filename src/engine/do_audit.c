/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_audit.h"

#include <string.h>

#include "base/clock.h"
#include "engine/audit.h"
#include "engine/chain.h"
#include "engine/output.h"
#include "engine/terminal.h"

/* What --since and the others ask for. */
struct filter {
	long long since, until; /* 0: not asked for */
	const char *profile, *command, *entitlement, *outcome;
};

static struct filter make_filter(const struct session *session, const struct values *values)
{
	CLEAN_ERR struct err ignored = { 0 };
	struct filter filter = {
		.profile = session->profile_explicit ? session->profile : NULL,
		.command = values_get(values, "command"),
		.entitlement = values_get(values, "entitlement"),
		.outcome = values_get(values, "outcome"),
	};
	const char *since = values_get(values, "since"), *until = values_get(values, "until");
	if (since)
		(void)clock_parse(since, &filter.since, NULL, &ignored);
	if (until)
		(void)clock_parse(until, &filter.until, NULL, &ignored);
	return filter;
}

static bool fits(const char *wanted, const char *text)
{
	return !wanted || (text && strcmp(wanted, text) == 0);
}

static bool fits_time(const struct filter *filter, const char *at)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long instant = 0;
	if (!filter->since && !filter->until)
		return true;
	if (!at || clock_parse(at, &instant, NULL, &ignored) < 0)
		return false;
	return (!filter->since || instant >= filter->since) &&
	       (!filter->until || instant < filter->until);
}

static bool change_fits(const struct filter *filter, const struct audit_change *change)
{
	return fits(filter->profile, change->profile) && fits(filter->command, change->command) &&
	       fits(filter->entitlement, change->target) &&
	       fits(filter->outcome, change->outcome) && fits_time(filter, change->at);
}

static struct json *make_row(struct json_doc *doc, const struct audit_change *change)
{
	struct json *row = json_new(doc, JSON_OBJECT);
	json_set_string(doc, row, "at", change->at);
	json_set_string(doc, row, "profile", change->profile);
	json_set_string(doc, row, "environment", change->environment);
	json_set_string(doc, row, "command", change->command);
	json_set_string(doc, row, "target", change->target);
	json_set_string(doc, row, "outcome", change->outcome);
	json_set_string(doc, row, "status", change->status);
	json_set_string(doc, row, "request_id", change->request_id);
	return row;
}

/* Shows the changes from number *at on that fit, at most `limit`; *at becomes the next one's. */
static int show_part(const struct session *session, const struct filter *filter,
		     const struct audit_changes *changes, size_t limit, size_t *at, struct err *err)
{
	static const char *const columns[] = { "at", "profile", "command", "target", "outcome" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *rows = json_new(doc, JSON_ARRAY);
	bool more = *at > 0;
	for (; *at < changes->count && rows->count < limit; ++*at)
		if (change_fits(filter, &changes->items[*at]))
			json_append(rows, make_row(doc, &changes->items[*at]));
	const struct output output = { .value = rows,
				       .rows = "",
				       .columns = columns,
				       .column_count = COUNT(columns),
				       .more = more };
	return more && !rows->count ? 0 : output_print(session, &output, err);
}

int do_audit_show(struct session *session, const struct command *command,
		  const struct values *values, struct err *err)
{
	(void)command;
	struct filter filter = make_filter(session, values);
	CLEANUP(audit_changes_done) struct audit_changes changes = { 0 };
	size_t limit = output_in_parts(session) ? OUTPUT_PART_ROWS : (size_t)-1, at = 0;
	if (audit_read(&changes, err) < 0)
		return -1;
	do
		if (show_part(session, &filter, &changes, limit, &at, err) < 0)
			return -1;
	while (at < changes.count);
	return 0;
}

int do_audit_verify(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	const char *expected = values_get(values, "expect");
	CLEAN_FREE char *path = audit_path();
	struct chain_facts facts;
	if (chain_verify(path, &facts, err) < 0)
		return err->kind == ERR_DIFFERS ? err_wrap(err, "%s", path) : -1;
	if (expected && strcmp(expected, facts.head) != 0)
		return err_set(
			err, ERR_DIFFERS,
			"%s: the last line is another one than expected: lines were cut off or added",
			path);
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_integer(doc, object, "lines", (long long)facts.count);
	json_set_string(doc, object, "head", facts.head);
	const struct output output = { .value = object };
	return output_print(session, &output, err);
}

/* ---- export ---- */

struct export
{
	const struct session *session;
	struct filter filter;
};

static int export_line(void *context, const char *text, size_t len, const struct json *value,
		       struct err *err)
{
	const struct export *export = context;
	const struct filter *filter = &export->filter;
	bool good = fits(filter->profile, json_get_string(value, "profile")) &&
		    fits(filter->command, json_get_string(value, "command")) &&
		    fits(filter->entitlement, json_get_string(value, "target")) &&
		    fits(filter->outcome, json_get_string(value, "outcome")) &&
		    fits_time(filter, json_get_string(value, "at"));
	if (!good)
		return 0;
	/* a damaged line may have a NUL in it */
	CLEAN_BUF struct buf line = { 0 };
	buf_add(&line, text, len);
	buf_add_char(&line, '\n');
	return output_text(export->session, line.data, line.len, err);
}

int do_audit_export(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	CLEAN_FREE char *path = audit_path();
	struct export export = { session, make_filter(session, values) };
	return chain_read(path, export_line, &export, err);
}
