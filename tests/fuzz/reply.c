/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole reply: what it means, whether the call may be tried again, and its rows in each format.
 * No doubt about a change is turned into a failure or a success, nothing is sent twice that may
 * have been applied, what programs read reads back, and no byte steers a terminal.
 *
 * The input: status, command, a byte of flags, the columns that are asked for up to a newline,
 * body.
 */
#include "fuzz.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/text.h"
#include "commands/commands.h"
#include "engine/formats.h"
#include "engine/retry.h"
#include "engine/send.h"
#include "lib/csv.h"
#include "lib/yaml.h"

static struct contract contract;
static struct session untrusting, trusting;

static void set_up(void)
{
	const struct contract_reserved reserved = { global_options, global_option_count,
						    own_commands(), NULL };
	struct session *const sessions[] = { &untrusting, &trusting };
	if (contract.root)
		return;
	must(setlocale(LC_CTYPE, "C.UTF-8"));
	contract_builtin(&contract, &reserved);
	contract_fill(&contract);
	for (size_t i = 0; i < COUNT(sessions); i++) {
		setting_put(&sessions[i]->settings, SETTING_RETRIES, "1", "here");
		setting_put(&sessions[i]->settings, SETTING_RETRY_MAX_WAIT, "300", "here");
		setting_put(&sessions[i]->settings, SETTING_IDEMPOTENCY,
			    i ? "trusted" : "untrusted", "here");
	}
}

/* ---- what it means ---- */

static bool reads_back(const char *text, size_t len, const struct json *value)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *again = NULL;
	return json_parse(doc, text, len, &again, &err) == 0 &&
	       (!value || json_equal(again, value));
}

static void is_explained(const struct http_reply *reply, const struct outcome *outcome,
			 const struct err *err)
{
	must(err->kind == outcome->kind && err->http_status == reply->status && err->message);
	must(strncmp(err->message, "HTTP ", 5) == 0);
	must(!err->response || reads_back(err->response, strlen(err->response), outcome->body));
}

/* What holds of each kind, whatever the body says. */
static void is_judged(const struct http_reply *reply, enum effect effect,
		      const struct outcome *outcome)
{
	enum err_kind kind = outcome->kind;
	bool success = reply->status >= 200 && reply->status < 300;
	bool doubt = reply->status < 200 || (reply->status >= 300 && reply->status < 400) ||
		     reply->status >= 500 || reply->status == 408;
	must(success || kind != ERR_OK);
	must(outcome->accepted == (kind == ERR_OK && reply->status == 202));
	must(kind != (effect == EFFECT_CHANGE ? ERR_SERVER : ERR_UNKNOWN));
	must(!doubt || kind == (effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_SERVER));
	must(reply->status != 404 || kind == ERR_NOT_FOUND);
	must(!success || !outcome->body || outcome->response_code || kind == ERR_OK);
	must(!success || outcome->body || !reply->body.len || kind == ERR_UNKNOWN ||
	     kind == ERR_SERVER);
}

static void is_retried_safely(const struct http_reply *reply, enum effect effect,
			      const struct err *err)
{
	long long wait = retry_wait(&untrusting, effect, reply, err, 0);
	must(wait >= -1 && wait <= 300000);
	must(effect == EFFECT_READ || wait < 0 || reply->status == 429);
	must(reply->status < 400 || reply->status >= 500 || reply->status == 408 ||
	     reply->status == 429 || wait < 0);
	wait = retry_wait(&trusting, effect, reply, err, 0);
	must(effect == EFFECT_READ || wait < 0 || reply->status == 429 || err->kind == ERR_UNKNOWN);
	must(retry_wait(&trusting, effect, reply, err, 1) == -1);
}

/* ---- its rows ---- */

static void is_safe(const struct buf *text)
{
	CLEAN_BUF struct buf safe = { 0 };
	text_escape(&safe, buf_str(text), text->len, true);
	must(safe.len == text->len);
}

static void writes_json(const struct json *value)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf text = { 0 };
	struct json *again = NULL;
	for (int style = JSON_COMPACT; style <= JSON_PRETTY; style++) {
		buf_clear(&text);
		json_write(&text, value, (enum json_style)style);
		must(reads_back(text.data, text.len, value));
		is_safe(&text);
	}
	buf_clear(&text);
	yaml_write(&text, value);
	/* the one thing that JSON has and our YAML has not */
	if (yaml_read(doc, text.data, text.len, &again, &err) < 0)
		must(strstr(err.message, "a key holds a NUL"));
	else
		must(json_equal(again, value));
	is_safe(&text);
}

static void prints_lines(const struct rows *rows)
{
	CLEAN_BUF struct buf text = { 0 };
	size_t count = 0;
	format_ndjson(&text, rows);
	for (const char *p = buf_str(&text); *p; count++) {
		size_t len = strcspn(p, "\n");
		must(p[len] == '\n' && reads_back(p, len, NULL));
		p += len + 1;
	}
	must(count == rows->count);
	is_safe(&text);
}

/* The array is one level more than the reader takes if a row has all of them. */
static bool is_deep(const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (json_depth(rows->items[i]) == JSON_MAX_DEPTH)
			return true;
	return false;
}

static void prints_array(const struct rows *rows, const struct format_style *style)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf text = { 0 };
	struct json *array = NULL;
	format_json(&text, rows, style);
	is_safe(&text);
	if (is_deep(rows))
		return;
	must(json_parse(doc, text.data, text.len, &array, &err) == 0);
	must(json_is(array, JSON_ARRAY) && array->count == rows->count);
}

/* The bytes up to the end of a line of CSV, with it. */
static size_t csv_line(const char *p, const char *end)
{
	const char *start = p;
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	if (p < end)
		p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	return (size_t)(p - start);
}

static void is_row(const struct rows *rows, size_t number, const struct csv_row *row)
{
	must(number <= rows->count && row->count == rows->column_count);
	for (size_t c = 0; c < row->count; c++) {
		CLEAN_BUF struct buf cell = { 0 };
		if (number)
			rows_cell(&cell, rows->items[number - 1], rows->columns[c]);
		else
			buf_add_str(&cell, rows->columns[c]);
		must(row->fields[c].len == cell.len &&
		     memcmp(row->fields[c].text, buf_str(&cell), cell.len) == 0);
	}
}

/* With one column a row may be an empty line, which is none for who reads it. */
static void prints_csv(const struct rows *rows)
{
	CLEAN_BUF struct buf text = { 0 };
	size_t number = 0;
	format_csv(&text, rows, &(struct format_style){ .headers = true });
	if (rows->column_count < 2 || rows->column_count > CSV_MAX_FIELDS)
		return;
	struct csv_reader *reader = csv_reader_new();
	for (const char *p = text.data, *end = p + text.len; p < end;) {
		size_t len = csv_line(p, end);
		enum csv_step step = csv_reader_feed(reader, p, len, 1);
		must(step != CSV_STEP_FAULT);
		if (step == CSV_STEP_ROW)
			is_row(rows, number++, csv_reader_row(reader));
		p += len;
	}
	must(csv_reader_end(reader) == CSV_STEP_MORE && number == rows->count + 1);
	csv_reader_free(reader);
}

/* Each line has all columns, since no cell holds a tab or newline. */
static void prints_tsv(const struct rows *rows)
{
	CLEAN_BUF struct buf text = { 0 };
	size_t lines = 0, tabs = 0, columns = rows->column_count ? rows->column_count : 1;
	format_tsv(&text, rows, &(struct format_style){ 0 });
	for (size_t i = 0; i < text.len; i++) {
		lines += text.data[i] == '\n';
		tabs += text.data[i] == '\t';
		must(text.data[i] != '\r');
	}
	must(lines == rows->count && tabs == rows->count * (columns - 1));
}

static size_t count_ink(const struct buf *text)
{
	size_t count = 0;
	for (size_t i = 0; i < text->len; i++)
		count += text->data[i] != ' ' && text->data[i] != '\n';
	return count;
}

/* Whether the locale knows all characters: others are escaped on a terminal. */
static bool is_known(const struct buf *text)
{
	for (size_t i = 0; i < text->len;) {
		wchar_t c;
		int len = mbtowc(&c, text->data + i, text->len - i);
		must(len > 0);
		if (!iswprint((wint_t)c) || wcwidth(c) < 0)
			return false;
		i += (size_t)len;
	}
	return true;
}

/* Cells wrap, but nothing of them is cut off. */
static void prints_table(const struct rows *rows, const struct format_style *style)
{
	CLEAN_BUF struct buf table = { 0 }, all = { 0 };
	format_table(&table, rows, style);
	is_safe(&table);
	for (size_t c = 0; c < rows->column_count; c++)
		text_escape(&all, rows->columns[c], strlen(rows->columns[c]), false);
	for (size_t r = 0; r < rows->count; r++)
		for (size_t c = 0; c == 0 || c < rows->column_count; c++) {
			CLEAN_BUF struct buf cell = { 0 };
			rows_cell(&cell, rows->items[r],
				  rows->column_count ? rows->columns[c] : "");
			text_escape(&all, buf_str(&cell), cell.len, false);
		}
	/* without a row there is nothing, not even a header */
	must((style->terminal && !is_known(&all)) ||
	     count_ink(&table) == (rows->count ? count_ink(&all) : 0));
}

static void prints_for_people(const struct rows *rows, const struct format_style *style)
{
	CLEAN_BUF struct buf text = { 0 };
	prints_table(rows, style);
	format_expanded(&text, rows, style);
	must(format_table_width(rows) < SIZE_MAX / 2);
	if (style->terminal) {
		format_csv(&text, rows, style);
		format_tsv(&text, rows, style);
		for (size_t c = 0; c < rows->column_count; c++)
			format_field(&text, rows, rows->columns[c], style);
	}
	is_safe(&text);
}

static void prints(const struct rows *rows)
{
	const struct format_style terminal = { .terminal = true, .headers = true, .width = 80 };
	const struct format_style piped = { .headers = true };
	prints_lines(rows);
	prints_array(rows, &terminal);
	prints_array(rows, &piped);
	prints_csv(rows);
	prints_tsv(rows);
	prints_for_people(rows, &terminal);
	prints_for_people(rows, &piped);
}

static void has_rows(const struct json *body, const char *member, const char *asked)
{
	CLEANUP(rows_done) struct rows rows = { 0 };
	rows_collect(&rows, body, member);
	size_t count = rows.count;
	if (*asked) {
		rows_sort(&rows, asked);
		rows_set_columns(&rows, asked);
		prints(&rows);
	} else {
		rows_all_columns(&rows);
		prints(&rows);
	}
	must(rows.count == count);
}

/* ---- the input ---- */

static const long statuses[] = { 200, 201, 202, 204, 205, 206, 299, 301, 304, 400, 401, 403, 404,
				 405, 408, 409, 410, 418, 422, 429, 500, 501, 502, 503, 504, 599 };

static void take_reply(const struct request *request, struct http_reply *reply, const char *asked)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct outcome outcome;
	int result = send_judge(request, reply, doc, &outcome, &err);
	must((result == 0) == (outcome.kind == ERR_OK));
	is_judged(reply, request->effect, &outcome);
	if (result < 0) {
		is_explained(reply, &outcome, &err);
		is_retried_safely(reply, request->effect, &err);
	}
	if (!outcome.body)
		return;
	writes_json(outcome.body);
	has_rows(outcome.body, request->command ? request->command->rows : NULL, asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	set_up();
	if (size < 3)
		return 0;
	size_t number = data[1] % (contract.command_count + 1);
	const struct command *command =
		number < contract.command_count ? &contract.commands[number] : NULL;
	struct request request = { .command = command };
	request.effect = command ? command->effect : data[2] & 1 ? EFFECT_CHANGE : EFFECT_READ;
	struct http_reply reply = { .status = statuses[data[0] % COUNT(statuses)],
				    .sent = true,
				    .headless = data[2] & 2,
				    .retry_after = data[2] & 4 ? data[2] * 10 : -1 };
	const char *text = (const char *)data + 3;
	const char *newline = memchr(text, '\n', size - 3);
	size_t line = newline ? (size_t)(newline - text) : 0;
	size_t body = line + (newline != NULL);
	/* what the user types is text */
	CLEAN_FREE char *asked = mem_dup_len(text, text_is_utf8(text, line) ? line : 0);
	buf_add(&reply.body, text + body, size - 3 - body);
	if (data[2] & 8)
		buf_add_str(&reply.content_type, asked);
	take_reply(&request, &reply, asked);
	http_reply_done(&reply);
	return 0;
}
