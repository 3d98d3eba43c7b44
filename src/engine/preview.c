/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/preview.h"

#include <string.h>

#include "engine/output.h"
#include "engine/show.h"
#include "engine/terminal.h"
#include "sandbox/lifecycle.h"
#include "sandbox/subject.h"

/* What the contract says of the change from where the record is. */
struct forecast {
	const char *member; /* with the status */
	const char *now, *next;
	bool legal;
	size_t fields; /* of the body that would change the record */
};

static struct forecast make_forecast(const struct request *request, const struct peek *peek)
{
	const struct command *command = request->command;
	struct forecast forecast = { .now = peek->status ? peek->status : "?",
				     .legal = true,
				     .member = peek->member };
	forecast.legal =
		!peek->status || !command->from_count || lifecycle_allows(command, peek->status);
	forecast.next = forecast.legal && peek->status
				? lifecycle_next(command, peek->status, request->body)
				: forecast.now;
	for (const struct json *item = json_is(request->body, JSON_OBJECT) ? request->body->first
									   : NULL;
	     item; item = item->next) {
		const struct json *have = json_get(peek->record, item->key);
		forecast.fields += forecast.legal && have && !json_equal(have, item);
	}
	return forecast;
}

char *preview_status(const struct request *request, const struct peek *peek)
{
	struct forecast forecast = make_forecast(request, peek);
	if (forecast.legal && subject_is_removed_by(request->command))
		return mem_dup("the record would be removed");
	if (!forecast.legal)
		return buf_format("not possible from %s", forecast.now);
	if (strcmp(forecast.now, forecast.next) == 0)
		return buf_format("stays %s", forecast.now);
	return buf_format("%s → %s", forecast.now, forecast.next);
}

static void add_row(struct json_doc *doc, struct json *rows, const char *field,
		    const struct json *now, const struct json *next)
{
	struct json *row = json_new(doc, JSON_OBJECT);
	json_set_string(doc, row, "field", field);
	json_set(doc, row, "now", now ? json_copy(doc, now) : json_new(doc, JSON_NULL));
	json_set(doc, row, "next", next ? json_copy(doc, next) : json_new(doc, JSON_NULL));
	json_append(rows, row);
}

static struct json *changed_fields(struct json_doc *doc, const struct request *request,
				   const struct peek *peek, const struct forecast *forecast)
{
	struct json *rows = json_new(doc, JSON_ARRAY);
	if (strcmp(forecast->now, forecast->next) != 0)
		add_row(doc, rows, forecast->member, json_new_string(doc, forecast->now),
			json_new_string(doc, forecast->next));
	for (const struct json *item = json_is(request->body, JSON_OBJECT) && forecast->legal
					       ? request->body->first
					       : NULL;
	     item; item = item->next) {
		const struct json *have = json_get(peek->record, item->key);
		if (have && !json_equal(have, item))
			add_row(doc, rows, item->key, have, item);
	}
	return rows;
}

/* The verdict on stderr, in one line. */
static void tell(const struct request *request, const struct peek *peek,
		 const struct forecast *forecast)
{
	CLEAN_FREE char *status = preview_status(request, peek);
	bool nothing =
		forecast->legal && strcmp(forecast->now, forecast->next) == 0 && !forecast->fields;
	terminal_note("%s %s: %s%s", request->command->name, request->target, status,
		      nothing && request->command->to_count ? ", so it would change nothing" : "");
}

int preview_show(struct session *session, const struct request *request, const struct http_url *url,
		 struct err *err)
{
	static const char *const columns[] = { "field", "now", "next" };
	if (request->effect == EFFECT_READ || !peek_command(session, request->command))
		return show_request(session, request, url, err);
	CLEANUP(peek_done) struct peek peek = { 0 };
	if (peek_record(session, request->command, request->path, &peek, err) < 0)
		return -1;
	struct forecast forecast = make_forecast(request, &peek);
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *rows = changed_fields(doc, request, &peek, &forecast);
	tell(request, &peek, &forecast);
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	bool text = strcmp(format, "auto") == 0 || strcmp(format, "table") == 0;
	const struct output output = {
		.value = rows, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	if (text && show_request(session, request, url, err) < 0)
		return -1;
	if ((!text || rows->count) && output_print(session, &output, err) < 0)
		return -1;
	if (rows->count && values_flag(&session->globals, "exit-code"))
		return err_set(err, ERR_DIFFERS, "%s %s would change %zu field%s",
			       request->command->name, request->target, rows->count,
			       rows->count == 1 ? "" : "s");
	return 0;
}
