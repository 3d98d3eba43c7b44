/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/lifecycle.h"

#include <string.h>

#include "base/clock.h"

static const long long billing_period = 30LL * 86400 * 1000;

struct json *lifecycle_date(struct json_doc *doc, long long instant)
{
	CLEAN_BUF struct buf text = { 0 };
	clock_format(&text, instant / 1000 * 1000);
	return json_new_string(doc, text.data);
}

/* The instant that a string value names, or 0. */
static long long instant_of(const struct json *value)
{
	CLEAN_ERR struct err ignored = { 0 };
	const char *text = json_string(value);
	long long instant = 0;
	return text && clock_parse(text, &instant, NULL, &ignored) == 0 ? instant : 0;
}

bool lifecycle_allows(const struct command *command, const char *status)
{
	for (size_t i = 0; i < command->from_count; i++)
		if (strcmp(command->from[i], status) == 0)
			return true;
	return command->from_count == 0;
}

/* Whether a scalar is written as that word in a rule. */
static bool reads_as(const struct json *value, const char *word)
{
	switch (value->type) {
	case JSON_TRUE:
		return strcmp(word, "true") == 0;
	case JSON_FALSE:
		return strcmp(word, "false") == 0;
	case JSON_NUMBER:
	case JSON_STRING:
		return strcmp(word, value->text) == 0;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return false;
	}
	return false;
}

static bool holds(const struct condition *condition, const char *status, const struct json *fields)
{
	if (strcmp(condition->field, "status") == 0)
		return strcmp(condition->value, "*") == 0 || strcmp(condition->value, status) == 0;
	const struct json *value = json_path(fields, condition->field);
	if (!value || value->type == JSON_NULL)
		return false;
	return strcmp(condition->value, "*") == 0 || reads_as(value, condition->value);
}

const char *lifecycle_next(const struct command *command, const char *status,
			   const struct json *fields)
{
	for (size_t i = 0; i < command->to_count; i++) {
		const struct transition *rule = &command->to[i];
		bool all = true;
		for (size_t j = 0; j < rule->when_count && all; j++)
			all = holds(&rule->when[j], status, fields);
		if (all)
			return rule->status;
	}
	return status;
}

/* The dates that tell of the way from one status to another. */
static void add_dates(struct json_doc *doc, struct json *effect, const char *from, const char *to,
		      const struct json *fields, long long now)
{
	if (strcmp(to, "ACTIVE") == 0 && strcmp(from, "SUSPENDED") == 0) {
		json_set_string(doc, effect, "dateSuspended", NULL);
		json_set(doc, effect, "dateResumed", lifecycle_date(doc, now));
	} else if (strcmp(to, "ACTIVE") == 0 && strcmp(from, "ACTIVE-ENDING") == 0) {
		json_set_string(doc, effect, "dateEnded", NULL);
	} else if (strcmp(to, "ACTIVE") == 0) {
		json_set(doc, effect, "dateActivated", lifecycle_date(doc, now));
	} else if (strcmp(to, "SUSPENDED") == 0) {
		json_set(doc, effect, "dateSuspended", lifecycle_date(doc, now));
	} else if (strcmp(to, "ACTIVE-ENDING") == 0) {
		long long wanted = instant_of(json_get(fields, "terminationDate"));
		json_set(doc, effect, "dateEnded",
			 lifecycle_date(doc, wanted ? wanted : now + billing_period));
	} else if (strcmp(to, "CANCELLED") == 0 || strcmp(to, "REVOKED") == 0) {
		json_set(doc, effect, "dateEnded", lifecycle_date(doc, now));
	}
}

/* Whether records have that member, by the contract or in fact. */
static bool is_member(const struct subject *subject, const struct json *record, const char *name)
{
	const struct command *from = subject->home ? subject->home : subject->command;
	return json_get(from->record ? from->record : record, name) != NULL;
}

/* Whether a field of a request is one of the record that a caller can set. */
static bool is_own_member(const struct subject *subject, const struct json *record,
			  const char *name)
{
	bool fixed = subject_is_code(name) || strcmp(name, "parameters") == 0 ||
		     (subject->key && strcmp(name, subject->key) == 0);
	return !fixed && is_member(subject, record, name);
}

static void add_fields(struct json_doc *doc, struct json *effect, const struct subject *subject,
		       const struct json *record, const struct json *fields)
{
	for (const struct json *field = fields ? fields->first : NULL; field; field = field->next) {
		if (!is_own_member(subject, record, field->key))
			continue;
		long long instant = strncmp(field->key, "date", 4) == 0 ? instant_of(field) : 0;
		json_set(doc, effect, field->key,
			 instant ? lifecycle_date(doc, instant) : json_copy(doc, field));
	}
}

struct json *lifecycle_effect(struct json_doc *doc, const struct subject *subject,
			      const struct json *record, const struct json *fields, long long now)
{
	const char *status = json_get_string(record, subject->status);
	struct json *effect = json_new(doc, JSON_OBJECT), *dates = json_new(doc, JSON_OBJECT);
	add_fields(doc, effect, subject, record, fields);
	if (status && subject->command->to_count) {
		const char *next = lifecycle_next(subject->command, status, fields);
		json_set_string(doc, effect, subject->status, next);
		add_dates(doc, dates, status, next, fields, now);
	}
	json_set(doc, dates, "dateLastUpdated", lifecycle_date(doc, now));
	for (const struct json *date = dates->first; date; date = date->next)
		if (!subject->home || is_member(subject, record, date->key))
			json_set(doc, effect, date->key, json_copy(doc, date));
	return effect;
}

static void drop_member(struct json *object, const char *key)
{
	struct json *before = NULL;
	for (struct json *item = object->first; item; before = item, item = item->next) {
		if (strcmp(item->key, key) != 0)
			continue;
		*(before ? &before->next : &object->first) = item->next;
		if (object->last == item)
			object->last = before;
		object->count--;
		object->index = NULL;
		return;
	}
}

static void merge(struct json_doc *doc, struct json *object, const struct json *changes,
		  bool null_removes)
{
	for (const struct json *change = changes->first; change; change = change->next) {
		struct json *old = json_get(object, change->key);
		if (null_removes && change->type == JSON_NULL)
			drop_member(object, change->key);
		else if (json_is(old, JSON_OBJECT) && change->type == JSON_OBJECT)
			merge(doc, old, change, true);
		else
			json_set(doc, object, change->key, json_copy(doc, change));
	}
}

void lifecycle_merge(struct json_doc *doc, struct json *record, const struct json *effect)
{
	merge(doc, record, effect, false);
}

long long lifecycle_ends(const struct json *record)
{
	const char *status = json_get_string(record, "status");
	return status && strcmp(status, "ACTIVE-ENDING") == 0
		       ? instant_of(json_get(record, "dateEnded"))
		       : 0;
}

struct json *lifecycle_end(struct json_doc *doc, const struct json *record)
{
	struct json *effect = json_new(doc, JSON_OBJECT);
	json_set_string(doc, effect, "status", "CANCELLED");
	json_set(doc, effect, "dateLastUpdated", lifecycle_date(doc, lifecycle_ends(record)));
	return effect;
}
