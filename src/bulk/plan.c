/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/plan.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "commands/commands.h"
#include "engine/terminal.h"
#include "grammar/parse.h"

enum { FAULTS_SHOWN = 20, PREVIEWED = 3 };

/* The argument that a column was for the command that met it last. */
struct plan_column {
	const struct command *command;
	char *name;	       /* owned */
	const struct arg *arg; /* NULL: it is none */
};

/* ---- names ---- */

static const struct arg *arg_of(const struct command *command, const char *name)
{
	CLEAN_BUF struct buf kebab = { 0 };
	text_kebab(&kebab, name);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (arg->place != ARG_CLIENT &&
		    (strcmp(arg->name, name) == 0 || (arg->wire && strcmp(arg->wire, name) == 0) ||
		     strcmp(arg->name, buf_str(&kebab)) == 0))
			return arg;
	}
	return NULL;
}

static const struct arg *column_arg(struct plan *plan, size_t at, const struct command *command,
				    const char *name)
{
	while (plan->column_count <= at) {
		plan->columns = mem_grow(plan->columns, plan->column_count, sizeof(*plan->columns));
		plan->columns[plan->column_count++] = (struct plan_column){ 0 };
	}
	struct plan_column *column = &plan->columns[at];
	if (column->command != command || strcmp(column->name, name) != 0) {
		free(column->name);
		*column = (struct plan_column){ command, mem_dup(name), arg_of(command, name) };
	}
	return column->arg;
}

static bool ends_in_word(const char *name, const char *word)
{
	const char *last = strrchr(name, ' ');
	return strcasecmp(last ? last + 1 : name, word) == 0;
}

const struct command *plan_action(const struct session *session, const char *action,
				  struct err *err)
{
	const struct command *found = NULL;
	struct text_guess guess = { .word = action };
	for (size_t i = 0; i < session->contract.command_count; i++) {
		const struct command *command = &session->contract.commands[i];
		const char *last = strrchr(command->name, ' ');
		text_guess_try(&guess, last ? last + 1 : command->name);
		if (strcasecmp(command->name, action) == 0 ||
		    (command->operation_id && strcasecmp(command->operation_id, action) == 0))
			return command;
		if (!ends_in_word(command->name, action))
			continue;
		if (found)
			return err_set(err, ERR_USAGE,
				       "action \"%s\" may be \"%s\" or \"%s\": write the whole name",
				       action, found->name, command->name),
			       NULL;
		found = command;
	}
	if (found)
		return found;
	err_set(err, ERR_USAGE, "action \"%s\" is no command of the contract%s%s%s", action,
		guess.best ? "; did you mean \"" : "", guess.best ? guess.best : "",
		guess.best ? "\"?" : "");
	return NULL;
}

/* Whether some command of the contract takes the column: then its values, not its name, decide. */
static bool is_known(const struct session *session, const char *name)
{
	for (size_t i = 0; i < session->contract.command_count; i++)
		if (arg_of(&session->contract.commands[i], name))
			return true;
	return strcmp(name, "action") == 0;
}

static int unknown_column(const struct plan *plan, const char *name, struct err *err)
{
	struct text_guess guess = { .word = name };
	for (size_t i = 0; plan->command && i < plan->command->arg_count; i++) {
		const struct arg *arg = &plan->command->args[i];
		if (arg->place != ARG_CLIENT) {
			text_guess_try(&guess, arg->name);
			text_guess_try(&guess, arg->wire);
		}
	}
	err_set(err, ERR_USAGE, "column \"%s\" is no argument of %s", name,
		plan->command ? plan->command->name : "any command");
	if (guess.best)
		return err_hint(err, "did you mean \"%s\"?", guess.best);
	return plan->command ? err_hint(err, "\"bangoctl help %s\" names them", plan->command->name)
			     : -1;
}

/* ---- opening ---- */

int plan_open(struct plan *plan, const struct session *session, const struct command *command,
	      const struct values *defaults, const struct plan_source *source, struct err *err)
{
	*plan = (struct plan){
		.session = session, .command = command, .defaults = defaults, .source = *source
	};
	if (bulk_input_open(&plan->input, source->path, &source->options, err) < 0)
		return -1;
	size_t count = 0;
	const char *const *columns = bulk_input_columns(plan->input, &count);
	for (size_t i = 0; i < count; i++)
		if (!is_known(session, columns[i])) {
			unknown_column(plan, columns[i], err);
			return err_wrap(err, "%s", source->path);
		}
	return 0;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->column_count; i++)
		free(plan->columns[i].name);
	free(plan->columns);
	bulk_input_close(plan->input);
	*plan = (struct plan){ 0 };
}

int plan_rewind(struct plan *plan, struct err *err)
{
	return bulk_input_rewind(plan->input, err);
}

/* ---- a row's request ---- */

void plan_row_done(struct plan_row *row)
{
	request_done(&row->request);
	*row = (struct plan_row){ 0 };
}

static const char *field_of(const struct bulk_row *row, const char *name)
{
	for (size_t i = 0; i < row->count; i++)
		if (strcmp(row->fields[i].name, name) == 0)
			return row->fields[i].text;
	return NULL;
}

/* The row's command: the plan's, with which an `action` has to agree, or the one of its action. */
static const struct command *command_of(struct plan *plan, const struct bulk_row *row,
					struct err *err)
{
	const char *action = field_of(row, "action");
	const struct command *command = plan->command;
	if (command && (!action || !*action || arg_of(command, "action")))
		return command;
	if (!action || !*action)
		return err_set(err, ERR_USAGE, "no action"), NULL;
	const struct command *named = plan_action(plan->session, action, err);
	if (named && command && named != command)
		return err_set(err, ERR_USAGE, "action \"%s\" is \"%s\", and the job is \"%s\"",
			       action, named->name, command->name),
		       NULL;
	return named;
}

static int take_field(struct plan *plan, const struct command *command,
		      const struct bulk_field *field, size_t at, struct values *values,
		      struct err *err)
{
	const struct arg *arg = column_arg(plan, at, command, field->name);
	if (!arg && strcmp(field->name, "action") == 0)
		return 0;
	if (!arg && !field->len && is_known(plan->session, field->name))
		return 0;
	if (!arg)
		return is_known(plan->session, field->name)
			       ? err_set(err, ERR_USAGE, "%s has no argument \"%s\"", command->name,
					 field->name)
			       : unknown_column(plan, field->name, err);
	if (!field->len)
		return 0;
	if (parse_check(arg, field->name, field->text, err) < 0)
		return -1;
	if (!(arg->flags & ARG_REPEAT) && values_get(values, arg->name))
		return err_set(err, ERR_USAGE, "%s is given twice", arg->name);
	values_add(values, arg, field->text);
	return 0;
}

/* What the row does not give: the command line's values, by their names. */
static void add_defaults(const struct plan *plan, const struct command *command,
			 struct values *values)
{
	size_t given = values->count;
	for (size_t i = 0; plan->defaults && i < plan->defaults->count; i++) {
		const struct value *value = &plan->defaults->items[i];
		const struct arg *arg = command_arg(command, value->arg->name);
		bool taken = !arg;
		for (size_t j = 0; j < given && !taken; j++)
			taken = values->items[j].arg == arg;
		if (!taken)
			values_add(values, arg, value->text);
	}
}

/* FNV-1a over the values of the path's holes, never 0 if there is one. */
static unsigned long long key_of(const struct command *command, const struct values *values)
{
	unsigned long long key = 0;
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		const char *text = arg->place == ARG_PATH ? values_get(values, arg->name) : NULL;
		if (!text)
			continue;
		key = key ? key : 14695981039346656037ULL;
		for (const char *p = text;; p++) {
			key = (key ^ (unsigned char)*p) * 1099511628211ULL;
			if (!*p)
				break;
		}
	}
	return key;
}

static int make_request(struct plan *plan, const struct bulk_row *from, struct plan_row *row,
			struct err *err)
{
	CLEANUP(values_done) struct values values = { 0 };
	const struct command *command = command_of(plan, from, err);
	if (!command)
		return -1;
	for (size_t i = 0; i < from->count; i++)
		if (take_field(plan, command, &from->fields[i], i, &values, err) < 0)
			return -1;
	add_defaults(plan, command, &values);
	if (parse_required(command, &values, err) < 0 ||
	    request_build(plan->session, command, &values, &row->request, err) < 0)
		return -1;
	row->number = from->number;
	row->line = from->line;
	row->key = key_of(command, &values);
	return 0;
}

int plan_next(struct plan *plan, plan_filter wanted, void *context, struct plan_row *row,
	      struct err *err)
{
	struct bulk_row from;
	*row = (struct plan_row){ 0 };
	for (;;) {
		int found = bulk_input_next(plan->input, &from, err);
		if (found <= 0)
			return found;
		if (wanted && !wanted(context, from.number))
			continue;
		if (make_request(plan, &from, row, err) == 0)
			return 1;
		plan_row_done(row);
		bulk_row_wrap(&from, err);
		return err_wrap(err, "%s", plan->source.path);
	}
}

/* ---- checking ---- */

/* One pass over all rows. */
struct check {
	struct plan *plan;
	long long faults;
	unsigned long long *keys; /* owned: of all rows that have one */
	size_t key_count, key_room;
};

static void tell(struct check *check, const char *message)
{
	if (check->faults++ < FAULTS_SHOWN)
		terminal_note("%s: %s", check->plan->source.path, message);
}

static void keep_key(struct check *check, unsigned long long key)
{
	if (!key)
		return;
	if (check->key_count == check->key_room) {
		check->key_room = check->key_room ? check->key_room + check->key_room / 4 : 1024;
		check->keys = mem_resize(check->keys, check->key_room, sizeof(*check->keys));
	}
	check->keys[check->key_count++] = key;
}

static void sift(unsigned long long *keys, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		child += child + 1 < count && keys[child + 1] > keys[child];
		if (keys[at] >= keys[child])
			return;
		unsigned long long key = keys[at];
		keys[at] = keys[child];
		keys[child] = key;
	}
}

/* Heapsort: the library's qsort takes as much memory again. */
static void sort_keys(unsigned long long *keys, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift(keys, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		unsigned long long key = keys[0];
		keys[0] = keys[end - 1];
		keys[end - 1] = key;
		sift(keys, 0, end - 1);
	}
}

/* Leaves the keys that are there more than once, each once. */
static void keep_repeated(struct check *check)
{
	size_t kept = 0;
	sort_keys(check->keys, check->key_count);
	for (size_t i = 1; i < check->key_count; i++)
		if (check->keys[i] == check->keys[i - 1] &&
		    (!kept || check->keys[kept - 1] != check->keys[i]))
			check->keys[kept++] = check->keys[i];
	check->key_count = kept;
}

static bool is_repeated(const struct check *check, unsigned long long key)
{
	size_t low = 0, high = check->key_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (check->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return key && low < check->key_count && check->keys[low] == key;
}

/* A record that some row names, by which others are compared. */
struct seen_record {
	unsigned long long key;
	char *target; /* owned */
	long long line;
};

/* Reads again and tells which rows name a record that an earlier one names. */
static int tell_repeated(struct check *check, struct err *err)
{
	struct seen_record *seen = mem_new(check->key_count, sizeof(*seen));
	size_t count = 0;
	int found = plan_rewind(check->plan, err) < 0 ? -1 : 1;
	while (found > 0 && check->faults < FAULTS_SHOWN) {
		CLEANUP(plan_row_done) struct plan_row row = { 0 };
		found = plan_next(check->plan, NULL, NULL, &row, err);
		if (found <= 0 || !is_repeated(check, row.key))
			continue;
		size_t at = 0;
		const char *target = row.request.target ? row.request.target : "";
		while (at < count &&
		       (seen[at].key != row.key || strcmp(seen[at].target, target) != 0))
			at++;
		if (at == count && count < check->key_count) {
			seen[count++] = (struct seen_record){ row.key, mem_dup(target), row.line };
		} else if (at < count) {
			CLEAN_FREE char *text =
				buf_format("row %lld (line %lld): %s stands on line %lld already",
					   row.number, row.line, target, seen[at].line);
			tell(check, text);
		}
	}
	for (size_t i = 0; i < count; i++)
		free(seen[i].target);
	free(seen);
	return found < 0 ? -1 : 0;
}

static int check_row(struct check *check, const struct bulk_row *from, plan_preview preview,
		     void *context, struct err *err)
{
	struct plan *plan = check->plan;
	CLEANUP(plan_row_done) struct plan_row row = { 0 };
	CLEAN_ERR struct err fault = { 0 };
	plan->rows = from->number;
	if (make_request(plan, from, &row, &fault) < 0) {
		bulk_row_wrap(from, &fault);
		tell(check, fault.message);
		return 0;
	}
	plan->changes = plan->changes || row.request.effect == EFFECT_CHANGE;
	keep_key(check, row.key);
	return preview && row.number <= PREVIEWED ? preview(context, &row, err) : 0;
}

static int check_all(struct check *check, plan_preview preview, void *context, struct err *err)
{
	struct bulk_input *input = check->plan->input;
	for (;;) {
		CLEAN_ERR struct err fault = { 0 };
		struct bulk_row from;
		int found = bulk_input_next(input, &from, &fault);
		if (found == 0)
			return 0;
		if (found > 0 && check_row(check, &from, preview, context, err) < 0)
			return -1;
		if (found < 0)
			tell(check, fault.message);
		if (bulk_input_is_broken(input))
			return 0;
	}
}

int plan_check(struct plan *plan, plan_preview preview, void *context, struct err *err)
{
	struct check check = { .plan = plan };
	bool repeated = false;
	int result = check_all(&check, preview, context, err);
	if (result == 0 && !check.faults && !plan->source.allow_duplicates) {
		keep_repeated(&check);
		repeated = check.key_count > 0;
		result = repeated ? tell_repeated(&check, err) : 0;
	}
	free(check.keys);
	if (result < 0 || !check.faults)
		return result;
	if (check.faults > FAULTS_SHOWN)
		terminal_note("… and %lld more", check.faults - FAULTS_SHOWN);
	err_set(err, ERR_USAGE, "%s: %lld fault%s, so nothing was sent", plan->source.path,
		check.faults, check.faults == 1 ? "" : "s");
	return repeated ? err_hint(err, "--allow-duplicates takes them, one after the other") : -1;
}
