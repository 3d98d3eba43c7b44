/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/plan.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "grammar/parse.h"

/* What a column is for one command. */
struct plan_column {
	char *name;	       /* owned */
	const struct arg *arg; /* NULL: it is none of its arguments */
	const char *key;       /* of an argument of pairs: the one that the column holds, or NULL */
	bool told;	       /* that it is none, and yet has a value */
};

struct plan_columns {
	const struct command *command;
	struct plan_column *items; /* owned */
	size_t count;
};

/* ---- columns ---- */

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

/* The argument of pairs that the dotted name is within: `data.tier` holds the pair tier of data. */
static const struct arg *pairs_of(const struct command *command, const char *name, const char **key)
{
	const char *dot = strchr(name, '.');
	CLEAN_FREE char *outer = mem_dup_len(name, dot ? (size_t)(dot - name) : 0);
	const struct arg *arg = dot && dot[1] ? arg_of(command, outer) : NULL;
	*key = arg && arg->type == ARG_PAIR ? dot + 1 : NULL;
	return *key ? arg : NULL;
}

static struct plan_columns *columns_of(struct plan *plan, const struct command *command)
{
	for (size_t i = 0; i < plan->set_count; i++)
		if (plan->sets[i].command == command)
			return &plan->sets[i];
	plan->sets = mem_grow(plan->sets, plan->set_count, sizeof(*plan->sets));
	plan->sets[plan->set_count] = (struct plan_columns){ .command = command };
	return &plan->sets[plan->set_count++];
}

/* What the column `at` of that name is for the command. NDJSON has other names there in each row.
 */
static struct plan_column *find_column(struct plan *plan, const struct command *command, size_t at,
				       const char *name)
{
	struct plan_columns *set = columns_of(plan, command);
	while (set->count <= at) {
		set->items = mem_grow(set->items, set->count, sizeof(*set->items));
		set->items[set->count++] = (struct plan_column){ 0 };
	}
	struct plan_column *column = &set->items[at];
	if (column->name && strcmp(column->name, name) == 0)
		return column;
	free(column->name);
	*column = (struct plan_column){ .name = mem_dup(name), .arg = arg_of(command, name) };
	if (!column->arg)
		column->arg = pairs_of(command, column->name, &column->key);
	return column;
}

/* ---- actions ---- */

static bool ends_in_word(const char *name, const char *word)
{
	const char *last = strrchr(name, ' ');
	return strcasecmp(last ? last + 1 : name, word) == 0;
}

static const struct command *unknown_action(const struct session *session, const char *action,
					    struct err *err)
{
	CLEAN_FREE char *lower = mem_dup(action);
	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	struct text_guess guess = { .word = lower };
	for (size_t i = 0; i < session->contract.command_count; i++) {
		const char *name = session->contract.commands[i].name, *last = strrchr(name, ' ');
		text_guess_try(&guess, last ? last + 1 : name);
	}
	err_set(err, ERR_USAGE, "action \"%s\" is no command of the contract", action);
	if (guess.best)
		err_hint(err, "did you mean %s?", guess.best);
	return NULL;
}

/* The command that an action of a batch file names: its last word, its whole name or its
 * operationId, in any case. */
static const struct command *find_action(const struct session *session, const char *action,
					 struct err *err)
{
	const struct command *found = NULL;
	for (size_t i = 0; i < session->contract.command_count; i++) {
		const struct command *command = command_whole(&session->contract.commands[i]);
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
	return found ? found : unknown_action(session, action, err);
}

static const char *action_of(const struct bulk_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (strcmp(row->fields[i].name, "action") == 0 && row->fields[i].given)
			return row->fields[i].text;
	return NULL;
}

/* The row's command: the plan's, with which an `action` has to agree, or the one of its action. */
static const struct command *command_of(const struct plan *plan, const struct bulk_row *row,
					struct err *err)
{
	const struct command *command = plan->command;
	const char *action = command && arg_of(command, "action") ? NULL : action_of(row);
	if (!action && command)
		return command;
	if (!action)
		return err_set(err, ERR_USAGE, "column \"action\" is empty"), NULL;
	const struct command *named = find_action(plan->session, action, err);
	if (named && command && named != command)
		return err_set(err, ERR_USAGE, "action \"%s\" is \"%s\", and the job is \"%s\"",
			       action, named->name, command->name),
		       NULL;
	return named;
}

/* ---- opening ---- */

/* What a header can be seen to lack, or to have twice, whatever the rows are. */
static int check_columns(struct plan *plan, const char *const *columns, size_t count,
			 struct err *err)
{
	const struct command *command = plan->command;
	bool has_action = false;
	for (size_t i = 0; i < count; i++) {
		has_action = has_action || strcmp(columns[i], "action") == 0;
		const struct arg *arg = command ? arg_of(command, columns[i]) : NULL;
		for (size_t j = 0; j < i && arg; j++)
			if (arg_of(command, columns[j]) == arg)
				return err_set(
					err, ERR_USAGE,
					"the columns \"%s\" and \"%s\" are the same argument",
					columns[j], columns[i]);
	}
	if (command || has_action)
		return 0;
	err_set(err, ERR_USAGE, "there is no column \"action\"");
	return err_hint(err, "\"bangoctl bulk COMMAND --input FILE\" does the same for all rows");
}

/* Columns of which none is a required argument that no option gives either. */
static int check_missing(const struct plan *plan, const char *const *columns, size_t count,
			 struct err *err)
{
	const struct command *command = plan->command;
	for (size_t i = 0; command && i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		bool there = !(arg->flags & ARG_REQUIRED) || arg->place == ARG_BODY ||
			     (plan->defaults && values_get(plan->defaults, arg->name));
		struct text_guess guess = { .word = arg->wire };
		for (size_t j = 0; j < count && !there; j++) {
			there = arg_of(command, columns[j]) == arg;
			text_guess_try(&guess, columns[j]);
		}
		if (there)
			continue;
		err_set(err, ERR_USAGE, "there is no column \"%s\": %s", arg->wire, arg->help);
		return guess.best ? err_hint(err, "is it \"%s\"?", guess.best)
				  : err_hint(err, "--%s gives it for all rows", arg->name);
	}
	return 0;
}

int plan_open(struct plan *plan, const struct session *session, const struct command *command,
	      const struct values *defaults, const struct plan_source *source, struct err *err)
{
	*plan = (struct plan){
		.session = session,
		.command = command_whole(command),
		.defaults = defaults,
		.source = *source,
		.counts = mem_new(session->contract.command_count, sizeof(*plan->counts)),
	};
	if (bulk_input_open(&plan->input, source->path, &source->options, err) < 0)
		return -1;
	size_t count = 0;
	const char *const *columns = bulk_input_columns(plan->input, &count);
	if (bulk_input_format(plan->input) == BULK_FORMAT_CSV &&
	    (check_columns(plan, columns, count, err) < 0 ||
	     check_missing(plan, columns, count, err) < 0))
		return err_wrap(err, "%s: the header", source->options.name);
	return 0;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->set_count; i++) {
		for (size_t j = 0; j < plan->sets[i].count; j++)
			free(plan->sets[i].items[j].name);
		free(plan->sets[i].items);
	}
	free(plan->sets);
	free(plan->counts);
	bulk_input_close(plan->input);
	*plan = (struct plan){ 0 };
}

int plan_rewind(struct plan *plan, struct err *err)
{
	return bulk_input_rewind(plan->input, err);
}

void plan_counts(const struct plan *plan, struct buf *out)
{
	const char *before = "";
	for (size_t i = 0; i < plan->session->contract.command_count; i++) {
		if (!plan->counts[i])
			continue;
		buf_add_format(out, "%s%lld %s", before, plan->counts[i],
			       plan->session->contract.commands[i].name);
		before = ", ";
	}
}

/* ---- a row's request ---- */

void plan_row_done(struct plan_row *row)
{
	request_done(&row->request);
	*row = (struct plan_row){ 0 };
}

/* Adds a fault to those of the same row. */
static void add_fault(struct err *err, const struct err *fault)
{
	CLEAN_FREE char *before = err->message ? buf_format("%s; ", err->message) : mem_dup("");
	err_set(err, ERR_USAGE, fault->hint ? "%s%s (%s)" : "%s%s", before, fault->message,
		fault->hint);
}

static int no_argument(struct plan_column *column, const struct plan *plan,
		       const struct command *command, struct err *err)
{
	struct text_guess guess = { .word = column->name };
	/* in a job of one command it is the column that is wrong, not each of its rows */
	if (column->told && plan->command)
		return 0;
	column->told = true;
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].place != ARG_CLIENT) {
			text_guess_try(&guess, command->args[i].name);
			text_guess_try(&guess, command->args[i].wire);
		}
	err_set(err, ERR_USAGE, "column \"%s\" is no argument of \"%s\", and has a value",
		column->name, command->name);
	return guess.best ? err_hint(err, "did you mean \"%s\"?", guess.best)
			  : err_hint(err, "\"bangoctl help bulk %s\" names them", command->name);
}

/* A row may come from anybody: it names no files of ours. */
static int check_literal(const struct arg *arg, const struct bulk_field *field, struct err *err)
{
	const char *text = field->text;
	bool names_file = (arg->type == ARG_JSON && text[0] == '@') ||
			  (arg->type == ARG_PAIR && strstr(text, ":=@"));
	if (names_file)
		return err_set(err, ERR_USAGE, "%s: a row cannot name a file to be read",
			       field->name);
	if (field->raw && arg->type != ARG_JSON)
		return err_set(err, ERR_USAGE, "%s: an array is no value of it", field->name);
	return 0;
}

static int take_field(struct plan *plan, const struct command *command,
		      const struct bulk_field *field, size_t at, struct values *values,
		      struct err *err)
{
	if (!field->given)
		return 0;
	struct plan_column *column = find_column(plan, command, at, field->name);
	const struct arg *arg = column->arg;
	if (!arg)
		return strcmp(field->name, "action") == 0 ? 0
							  : no_argument(column, plan, command, err);
	if (column->key) {
		CLEAN_FREE char *pair = buf_format(field->bare || field->raw ? "%s:=%s" : "%s=%s",
						   column->key, field->text);
		values_add(values, arg, pair);
		return 0;
	}
	if (check_literal(arg, field, err) < 0 ||
	    parse_check(arg, field->name, field->text, err) < 0)
		return -1;
	if (!(arg->flags & ARG_REPEAT) && arg->type != ARG_PAIR && values_get(values, arg->name))
		return err_set(err, ERR_USAGE, "%s: it takes one value, and there are more",
			       field->name);
	values_add(values, arg, field->text);
	return 0;
}

/* Whether the row gives the field of the body that a --set for all rows sets. */
static bool gives_field(const struct values *values, size_t given, const char *set)
{
	size_t len = strcspn(set, ":=");
	for (size_t i = 0; i < given; i++) {
		const char *wire = values->items[i].arg->wire;
		size_t wire_len = wire ? strlen(wire) : 0;
		if (values->items[i].arg->place == ARG_BODY && wire_len <= len &&
		    strncmp(wire, set, wire_len) == 0 && strchr(":=.", set[wire_len]))
			return true;
	}
	return false;
}

/* What the row does not give: the command line's values, by their names. */
static void add_defaults(const struct plan *plan, const struct command *command,
			 struct values *values)
{
	size_t given = values->count;
	for (size_t i = 0; plan->defaults && i < plan->defaults->count; i++) {
		const struct value *value = &plan->defaults->items[i];
		const struct arg *arg = command_arg(command, value->arg->name);
		bool taken = !arg || (strcmp(arg->name, "set") == 0 && arg->place == ARG_CLIENT &&
				      gives_field(values, given, value->text));
		for (size_t j = 0; j < given && !taken; j++)
			taken = values->items[j].arg == arg;
		if (!taken)
			values_add(values, arg, value->text);
	}
}

static int check_given(struct plan *plan, const struct command *command, const struct bulk_row *row,
		       const struct values *values, struct err *err)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg *arg = &command->args[i];
		if (!(arg->flags & ARG_REQUIRED) || arg->place == ARG_BODY ||
		    values_get(values, arg->name))
			continue;
		for (size_t j = 0; j < row->count; j++)
			if (find_column(plan, command, j, row->fields[j].name)->arg == arg)
				return err_set(err, ERR_USAGE, "column \"%s\" is empty: %s",
					       row->fields[j].name, arg->help);
		return err_set(err, ERR_USAGE, "\"%s\" needs \"%s\": %s", command->name, arg->wire,
			       arg->help);
	}
	return 0;
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

static bool is_blank(const struct bulk_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->fields[i].given)
			return false;
	return row->count > 0;
}

/* The values of the row and those for all rows. All faults of the fields are told of together. */
static int read_values(struct plan *plan, const struct command *command,
		       const struct bulk_row *from, struct values *values, struct err *err)
{
	CLEAN_ERR struct err faults = { 0 }, fault = { 0 };
	for (size_t i = 0; i < from->count; i++)
		if (take_field(plan, command, &from->fields[i], i, values, &fault) < 0)
			add_fault(&faults, &fault);
	add_defaults(plan, command, values);
	if (check_given(plan, command, from, values, &fault) < 0)
		add_fault(&faults, &fault);
	return faults.message ? err_set(err, ERR_USAGE, "%s", faults.message) : 0;
}

int plan_make(struct plan *plan, const struct bulk_row *from, struct plan_row *row, struct err *err)
{
	CLEANUP(values_done) struct values values = { 0 };
	CLEAN_ERR struct err fault = { 0 };
	const struct command *command = command_of(plan, from, &fault);
	if (!command || read_values(plan, command, from, &values, &fault) < 0 ||
	    request_build(plan->session, command, &values, &row->request, &fault) < 0) {
		if (is_blank(from))
			return err_set(
				err, ERR_USAGE,
				"all cells are empty, as a spreadsheet leaves them: delete the line");
		add_fault(err, &fault);
		return -1;
	}
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
		if (plan_make(plan, &from, row, err) == 0)
			return 1;
		plan_row_done(row);
		bulk_row_wrap(&from, err);
		return err_wrap(err, "%s", plan->source.options.name);
	}
}
