/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/fielddiff.h"

#include <string.h>

#include "contract/limits.h"
#include "contract/words.h"

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static char *type_text(const struct arg *arg)
{
	static const char *const names[] = {
		[ARG_STRING] = "text",	[ARG_INT] = "integer",	  [ARG_NUMBER] = "number",
		[ARG_FLAG] = "boolean", [ARG_CHOICE] = "choice",  [ARG_FILE] = "file",
		[ARG_JSON] = "JSON",	[ARG_TIME] = "date-time", [ARG_DATE] = "date",
		[ARG_PAIR] = "map",
	};
	struct buf out = { 0 };
	buf_add_format(&out, "%s%s%s", arg->flags & ARG_DEEP ? "deep " : "", names[arg->type],
		       arg->flags & ARG_REPEAT ? " list" : "");
	if (arg->joint)
		buf_add_format(&out, " joined by \"%c\"", arg->joint);
	return buf_take(&out);
}

/* "1..64", "..64", "1.."; NULL: no limit. */
static char *range_text(long long min, long long max)
{
	struct buf out = { 0 };
	if (!min && !max)
		return NULL;
	if (min)
		buf_add_format(&out, "%lld", min);
	buf_add_str(&out, "..");
	if (max)
		buf_add_format(&out, "%lld", max);
	return buf_take(&out);
}

static char *lengths_text(const struct arg *arg)
{
	return range_text(arg->min, arg->max);
}

/* How many values a list may have. */
static char *count_text(const struct arg *arg)
{
	return range_text((long long)arg->least, (long long)arg->most);
}

/* Whether the body may have null there. */
static const char *null_text(const struct arg *arg)
{
	return arg->place == ARG_BODY && (arg->flags & ARG_NULL) ? "allowed" : NULL;
}

/* Whether `other` has the choice too, and sends the same JSON for it. */
static bool has_choice(const struct arg *other, const struct arg *arg, const char *value)
{
	const struct json *mine = limits_choice(arg, value), *theirs = limits_choice(other, value);
	for (size_t i = 0; i < other->choice_count; i++)
		if (strcmp(other->choices[i].value, value) == 0)
			return mine && theirs ? json_equal(mine, theirs) : mine == theirs;
	return false;
}

/* The values of `a` that `b` does not have, or NULL. */
static struct json *choices_beyond(struct json_doc *doc, const struct arg *a, const struct arg *b)
{
	struct json *array = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < a->choice_count; i++)
		if (!has_choice(b, a, a->choices[i].value))
			json_append(array, json_new_string(doc, a->choices[i].value));
	return array->count ? array : NULL;
}

/* What stands for a value that is not given, sent by us or taken by the server. */
static const char *default_of(const struct arg *arg)
{
	return arg->fallback ? arg->fallback : arg->preset;
}

/* Whether all but the names is the same. */
static bool same_schema(const struct arg *a, const struct arg *b)
{
	const unsigned told = ARG_REQUIRED | ARG_REPEAT | ARG_DEEP;
	CLEAN_FREE char *limits_a = limits_text(a), *limits_b = limits_text(b);
	if (a->joint != b->joint || !same(limits_a, limits_b) || a->type != b->type ||
	    a->place != b->place || (a->flags & told) != (b->flags & told) || a->min != b->min ||
	    a->max != b->max || a->least != b->least || a->most != b->most ||
	    !same(null_text(a), null_text(b)) || a->choice_count != b->choice_count ||
	    !same(default_of(a), default_of(b)))
		return false;
	for (size_t i = 0; i < a->choice_count; i++)
		if (!has_choice(b, a, a->choices[i].value))
			return false;
	return true;
}

/* ---- one field ---- */

static void row(const struct differences *diff, const char *change, const char *what,
		const struct difference *rest)
{
	struct difference full = *rest;
	full.change = change;
	full.what = what;
	difference_add(diff, &full);
}

static void whole_field(const struct differences *diff, const struct arg *arg, bool added)
{
	CLEAN_FREE char *type = type_text(arg), *option = words_option(arg);
	CLEAN_FREE char *note = buf_format("%s, %s, %s%s", words_place(arg), option, type,
					   arg->flags & ARG_REQUIRED ? ", required" : "");
	struct json *name = json_new_string(diff->doc, arg->wire);
	row(diff, added ? "added" : "removed", "field",
	    &(struct difference){ .field = arg->wire,
				  .from = added ? NULL : name,
				  .to = added ? name : NULL,
				  .note = note });
}

static void renamed_field(const struct differences *diff, const struct arg *a, const struct arg *b)
{
	CLEAN_FREE char *from = words_option(a), *to = words_option(b);
	CLEAN_FREE char *note = same(from, to)
					? buf_format("%s, %s", words_place(a), from)
					: buf_format("%s, %s → %s", words_place(a), from, to);
	row(diff, "renamed", "field",
	    &(struct difference){ .field = a->wire,
				  .from = json_new_string(diff->doc, a->wire),
				  .to = json_new_string(diff->doc, b->wire),
				  .note = note });
}

static void trait(const struct differences *diff, const char *field, const char *what,
		  const char *from, const char *to)
{
	const char *change = strcmp(what, "option") == 0  ? "renamed"
			     : strcmp(what, "place") == 0 ? "moved"
			     : !from			  ? "added"
			     : !to			  ? "removed"
							  : "changed";
	if (!same(from, to))
		row(diff, change, what,
		    &(struct difference){
			    .field = field,
			    .from = from ? json_new_string(diff->doc, from) : NULL,
			    .to = to ? json_new_string(diff->doc, to) : NULL,
		    });
}

static void compare_choices(const struct differences *diff, const struct arg *a,
			    const struct arg *b)
{
	struct json *gone = choices_beyond(diff->doc, a, b),
		    *more = choices_beyond(diff->doc, b, a);
	if (gone)
		row(diff, "removed", "values",
		    &(struct difference){ .field = a->wire, .from = gone });
	if (more)
		row(diff, "added", "values", &(struct difference){ .field = a->wire, .to = more });
}

static const char *need(const struct arg *arg)
{
	return arg->flags & ARG_REQUIRED ? "required" : "optional";
}

static void compare_field(const struct differences *diff, const struct arg *a, const struct arg *b)
{
	CLEAN_FREE char *option_a = words_option(a), *option_b = words_option(b);
	CLEAN_FREE char *type_a = type_text(a), *type_b = type_text(b);
	CLEAN_FREE char *lengths_a = lengths_text(a), *lengths_b = lengths_text(b);
	CLEAN_FREE char *count_a = count_text(a), *count_b = count_text(b);
	CLEAN_FREE char *limits_a = limits_text(a), *limits_b = limits_text(b);
	/* a positional's name shows in help only */
	if (!(a->flags & b->flags & ARG_POSITIONAL))
		trait(diff, a->wire, "option", option_a, option_b);
	trait(diff, a->wire, "place", words_place(a), words_place(b));
	trait(diff, a->wire, "type", type_a, type_b);
	trait(diff, a->wire, "required", need(a), need(b));
	trait(diff, a->wire, "limits", lengths_a, lengths_b);
	trait(diff, a->wire, "count", count_a, count_b);
	trait(diff, a->wire, "null", null_text(a), null_text(b));
	trait(diff, a->wire, "rules", limits_a, limits_b);
	trait(diff, a->wire, "default", default_of(a), default_of(b));
	compare_choices(diff, a, b);
}

/* ---- the fields of an operation ---- */

/* The fields of one side that have no partner yet; NULL where there was one. */
struct rest {
	const struct arg **items; /* owned */
	size_t count;
};

static void rest_done(struct rest *rest)
{
	free(rest->items);
}

static struct rest fields_of(const struct command *command)
{
	struct rest rest = { .items = mem_new(command->arg_count + 1, sizeof(*rest.items)) };
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].place != ARG_CLIENT && command->args[i].wire)
			rest.items[rest.count++] = &command->args[i];
	return rest;
}

static bool is_same_field(const struct arg *a, const struct arg *b)
{
	return a->place == b->place && strcmp(a->wire, b->wire) == 0;
}

static bool is_moved(const struct arg *a, const struct arg *b)
{
	return strcmp(a->wire, b->wire) == 0;
}

/* A hole cannot come or go without the path: the only one left is the same under another name. */
static bool are_holes(const struct arg *a, const struct arg *b)
{
	return a->place == ARG_PATH && b->place == ARG_PATH;
}

static void compare_holes(const struct differences *diff, const struct arg *a, const struct arg *b)
{
	renamed_field(diff, a, b);
	compare_field(diff, a, b);
}

static bool is_told_the_same(const struct arg *a, const struct arg *b)
{
	return same_schema(a, b) && a->help && same(a->help, b->help);
}

/* The only item that fits, or NULL. */
static const struct arg **only_fit(const struct rest *rest, const struct arg *arg,
				   bool (*fits)(const struct arg *, const struct arg *))
{
	const struct arg **found = NULL;
	for (size_t i = 0; i < rest->count; i++) {
		if (!rest->items[i] || !fits(arg, rest->items[i]))
			continue;
		if (found)
			return NULL;
		found = &rest->items[i];
	}
	return found;
}

/* Takes the pairs that fit out of both sides, where neither side has two that could be meant. */
static void pair_fields(const struct differences *diff, struct rest *a, struct rest *b,
			bool (*fits)(const struct arg *, const struct arg *),
			void (*compare)(const struct differences *, const struct arg *,
					const struct arg *))
{
	for (size_t i = 0; i < a->count; i++) {
		const struct arg **hit = a->items[i] ? only_fit(b, a->items[i], fits) : NULL;
		if (!hit || only_fit(a, *hit, fits) != &a->items[i])
			continue;
		compare(diff, a->items[i], *hit);
		a->items[i] = *hit = NULL;
	}
}

void fielddiff_args(const struct differences *diff, const struct command *a,
		    const struct command *b)
{
	CLEANUP(rest_done) struct rest gone = fields_of(a);
	CLEANUP(rest_done) struct rest more = fields_of(b);
	pair_fields(diff, &gone, &more, is_same_field, compare_field);
	pair_fields(diff, &gone, &more, is_moved, compare_field);
	pair_fields(diff, &gone, &more, are_holes, compare_holes);
	pair_fields(diff, &gone, &more, is_told_the_same, renamed_field);
	pair_fields(diff, &gone, &more, same_schema, renamed_field);
	for (size_t i = 0; i < gone.count; i++)
		if (gone.items[i])
			whole_field(diff, gone.items[i], false);
	for (size_t i = 0; i < more.count; i++)
		if (more.items[i])
			whole_field(diff, more.items[i], true);
}

/* ---- the reply ---- */

/* "string date-time"; NULL: not told. */
static char *schema_type(const struct json *schema)
{
	const struct json *type = json_get(schema, "type");
	const char *format = json_get_string(schema, "format");
	struct buf out = { 0 };
	if (!type)
		return NULL;
	if (json_string(type))
		buf_add_str(&out, type->text);
	else
		json_write(&out, type, JSON_COMPACT);
	if (format)
		buf_add_format(&out, " %s", format);
	return buf_take(&out);
}

/* The names that `from` has and `to` does not, or NULL. */
static struct json *names_beyond(struct json_doc *doc, const struct json *from,
				 const struct json *to)
{
	struct json *array = json_new(doc, JSON_ARRAY);
	for (const struct json *item = from ? from->first : NULL; item; item = item->next)
		if (!json_get(to, item->key))
			json_append(array, json_new_string(doc, item->key));
	return array->count ? array : NULL;
}

void fielddiff_replies(const struct differences *diff, const struct command *a,
		       const struct command *b)
{
	const struct json *from = a->record, *to = b->record;
	struct json *gone = names_beyond(diff->doc, from, to),
		    *more = names_beyond(diff->doc, to, from);
	for (const struct json *item = from ? from->first : NULL; item; item = item->next) {
		CLEAN_FREE char *type_a = schema_type(item),
				*type_b = schema_type(json_get(to, item->key));
		if (type_a && type_b)
			trait(diff, item->key, "reply", type_a, type_b);
	}
	if (gone)
		row(diff, "removed", "reply", &(struct difference){ .from = gone });
	if (more)
		row(diff, "added", "reply", &(struct difference){ .to = more });
}
