/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/limits.h"

#include <string.h>

#include "contract/document.h"
#include "lib/pattern.h"

/* A JSON number of more digits is not exact in other programs either. */
#define MAX_EXACT 9007199254740991.0

struct limits {
	const char *minimum, *maximum; /* as they are written; NULL: none */
	bool above, below;	       /* the limit itself is not allowed */
	const char *pattern;
	const struct json *values; /* of choices: the array, or the only one */
};

static int check(const struct arg *arg, const char *what, const char *text, struct err *err)
{
	const struct limits *limits = arg->limits;
	double number = limits->minimum || limits->maximum ? strtod(text, NULL) : 0;
	double minimum = limits->minimum ? strtod(limits->minimum, NULL) : 0,
	       maximum = limits->maximum ? strtod(limits->maximum, NULL) : 0;
	if (limits->minimum && (number < minimum || (limits->above && number <= minimum)))
		return err_set(err, ERR_USAGE, "%s: \"%s\" is less than it may be: %s %s", what,
			       text, limits->above ? "more than" : "at least", limits->minimum);
	if (limits->maximum && (number > maximum || (limits->below && number >= maximum)))
		return err_set(err, ERR_USAGE, "%s: \"%s\" is more than it may be: %s %s", what,
			       text, limits->below ? "less than" : "at most", limits->maximum);
	if (limits->pattern && !pattern_fits(limits->pattern, text))
		return err_set(err, ERR_USAGE, "%s: \"%s\" does not match the pattern %s", what,
			       text, limits->pattern);
	return 0;
}

static void set_limits(struct contract *contract, struct arg *arg, const struct limits *limits)
{
	struct limits *kept = json_doc_memory(contract->doc, 1, sizeof(*kept));
	*kept = *limits;
	arg->limits = kept;
	arg->check = check;
}

/* ---- choices ---- */

static const struct json *listed_values(const struct json *schema)
{
	const struct json *list = json_get(schema, "enum");
	return list ? list : json_get(schema, "const");
}

bool limits_has_choices(const struct json *schema)
{
	const struct json *values = listed_values(schema);
	if (!values || values->type == JSON_OBJECT)
		return false;
	for (const struct json *value = values->type == JSON_ARRAY ? values->first : NULL; value;
	     value = value->next)
		if (!json_is_scalar(value))
			return false;
	return true;
}

static const char *scalar_text(const struct json *value)
{
	if (value->type == JSON_NUMBER)
		return value->text;
	if (value->type == JSON_STRING)
		return json_string(value);
	return json_type_name(value->type);
}

static void add_choice(struct contract *contract, const struct json *value, const struct json *help,
		       struct choice *choices, struct arg *arg)
{
	const char *text = scalar_text(value);
	if (!text || strcmp(document_text(contract, text, false), text) != 0) {
		document_problem(contract, false, value,
				 "a value with control characters cannot be chosen");
		return;
	}
	if (value->type == JSON_NULL && arg->place != ARG_BODY)
		return;
	choices[arg->choice_count++] =
		(struct choice){ text, document_get_text(contract, help, text, false) };
}

static void read_choices(struct contract *contract, const struct json *schema, struct arg *arg)
{
	const struct json *values = listed_values(schema);
	const struct json *help = json_get(json_get(schema, "x-bangoctl"), "choices");
	bool list = values->type == JSON_ARRAY;
	struct choice *choices =
		json_doc_memory(contract->doc, list ? values->count : 1, sizeof(*choices));
	arg->choices = choices;
	for (const struct json *value = list ? values->first : values; value;
	     value = list ? value->next : NULL)
		add_choice(contract, value, help, choices, arg);
	const struct limits limits = { .values = values };
	set_limits(contract, arg, &limits);
}

const struct json *limits_choice(const struct arg *arg, const char *text)
{
	const struct json *values = arg->limits ? arg->limits->values : NULL;
	bool list = json_is(values, JSON_ARRAY);
	for (const struct json *value = list ? values->first : values; value;
	     value = list ? value->next : NULL) {
		const char *listed = scalar_text(value);
		if (listed && strcmp(listed, text) == 0)
			return value;
	}
	return NULL;
}

/* ---- range, length, pattern ---- */

static const char *number_of(const struct json *schema, const char *key)
{
	const struct json *value = json_get(schema, key);
	return json_is(value, JSON_NUMBER) ? value->text : NULL;
}

/* OpenAPI 3.0 marks `minimum` as exclusive with a boolean, 3.1 has the number by itself. */
static const char *range_end(const struct json *schema, const char *key, const char *exclusive,
			     bool lower, bool *open)
{
	const char *limit = number_of(schema, key), *other = number_of(schema, exclusive);
	*open = limit && json_is(json_get(schema, exclusive), JSON_TRUE);
	bool narrower = other && (!limit || (lower ? strtod(other, NULL) >= strtod(limit, NULL)
						   : strtod(other, NULL) <= strtod(limit, NULL)));
	if (!narrower)
		return limit;
	*open = true;
	return other;
}

/* The whole number that the limit comes to, within what is exact. */
static long long whole(const char *limit, bool lower, bool open)
{
	double value = strtod(limit, NULL);
	if (value > MAX_EXACT || value < -MAX_EXACT)
		return (long long)(value > 0 ? MAX_EXACT : -MAX_EXACT);
	long long edge = (long long)value;
	bool inside = lower ? (double)edge > value || (!open && (double)edge >= value)
			    : (double)edge < value || (!open && (double)edge <= value);
	if (inside)
		return edge;
	return lower ? edge + 1 : edge - 1;
}

/* A length or number of items as written, 0 if there is none. */
static long long size_of(const struct json *schema, const char *key)
{
	const char *text = number_of(schema, key);
	double value = text ? strtod(text, NULL) : 0;
	return value > 1e9 ? 1000000000 : value > 0 ? (long long)value : 0;
}

static void read_range(struct contract *contract, const struct json *schema, struct arg *arg)
{
	struct limits limits = { 0 };
	limits.minimum = range_end(schema, "minimum", "exclusiveMinimum", true, &limits.above);
	limits.maximum = range_end(schema, "maximum", "exclusiveMaximum", false, &limits.below);
	if (!limits.minimum && !limits.maximum)
		return;
	if (arg->type == ARG_NUMBER) {
		set_limits(contract, arg, &limits);
		return;
	}
	arg->min = (long long)-MAX_EXACT;
	arg->max = (long long)MAX_EXACT;
	if (limits.minimum)
		arg->min = whole(limits.minimum, true, limits.above);
	if (limits.maximum)
		arg->max = whole(limits.maximum, false, limits.below);
	if (!arg->min && !arg->max) /* which there means that there are none */
		set_limits(contract, arg, &limits);
}

static void read_text_limits(struct contract *contract, const struct json *schema, struct arg *arg)
{
	const struct limits limits = { .pattern = json_get_string(schema, "pattern") };
	arg->min = size_of(schema, "minLength");
	arg->max = size_of(schema, "maxLength");
	if (limits.pattern)
		set_limits(contract, arg, &limits);
}

void limits_read(struct contract *contract, const struct json *schema, struct arg *arg)
{
	if (limits_has_choices(schema) && (arg->type == ARG_CHOICE || arg->type == ARG_FLAG))
		read_choices(contract, schema, arg);
	if (arg->type == ARG_INT || arg->type == ARG_NUMBER)
		read_range(contract, schema, arg);
	if (arg->type == ARG_STRING)
		read_text_limits(contract, schema, arg);
}

void limits_read_count(const struct json *array, struct arg *arg)
{
	arg->least = (size_t)size_of(array, "minItems");
	arg->most = (size_t)size_of(array, "maxItems");
}

char *limits_text(const struct arg *arg)
{
	const struct limits *limits = arg->limits;
	struct buf out = { 0 };
	if (!limits)
		return NULL;
	if (limits->minimum)
		buf_add_format(&out, "%s %s", limits->above ? "more than" : "at least",
			       limits->minimum);
	if (limits->maximum)
		buf_add_format(&out, "%s%s %s", out.len ? ", " : "",
			       limits->below ? "less than" : "at most", limits->maximum);
	if (limits->pattern)
		buf_add_format(&out, "%spattern %s", out.len ? ", " : "", limits->pattern);
	return out.len ? buf_take(&out) : NULL;
}
