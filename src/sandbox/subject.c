/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/subject.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* ---- one command ---- */

/* The last one of the path: it names the record, those before it where the record belongs. */
static const struct arg *last_hole(const struct command *command)
{
	const char *open = command->path ? strrchr(command->path, '{') : NULL;
	if (!open)
		return NULL;
	CLEAN_FREE char *wire = mem_dup_len(open + 1, strcspn(open + 1, "}"));
	return command_wire_arg(command, ARG_PATH, wire);
}

static bool ends_in_hole(const struct command *command)
{
	size_t len = strlen(command->path);
	return len && command->path[len - 1] == '}';
}

/* The example of one row, or of the reply. */
static const struct json *example_of(const struct command *command)
{
	const struct json *list = command->sample;
	if (!command->rows || !list)
		return list;
	list = *command->rows ? json_get(list, command->rows) : list;
	return json_is(list, JSON_ARRAY) ? list->first : NULL;
}

/* The object with that member: this one, or one that is a member of it. */
static const struct json *find_object(const struct json *reply, const char *key)
{
	if (!json_is(reply, JSON_OBJECT) || json_get(reply, key))
		return json_is(reply, JSON_OBJECT) ? reply : NULL;
	for (const struct json *item = reply->first; item; item = item->next)
		if (json_get(item, key))
			return item;
	return NULL;
}

bool subject_is_removed_by(const struct command *command)
{
	return command->path && strcmp(command->method, "DELETE") == 0 && !command->to_count &&
	       ends_in_hole(command);
}

bool subject_is_code(const char *member)
{
	return strcmp(member, "responseCode") == 0 || strcmp(member, "responseMessage") == 0;
}

bool subject_declares(const struct command *command, const char *member)
{
	return json_get(command->record, member) ||
	       find_object(example_of(command), member) != NULL;
}

static const char *text_of(const struct json *value)
{
	return json_is(value, JSON_NUMBER) ? value->text : json_string(value);
}

static const char *key_in(const struct json *object, const struct arg *hole)
{
	if (json_get(object, hole->wire))
		return hole->wire;
	for (const struct json *item = json_is(object, JSON_OBJECT) && hole->example ? object->first
										     : NULL;
	     item; item = item->next)
		if (text_of(item) && strcmp(text_of(item), hole->example) == 0)
			return item->key;
	return json_get(object, "id") ? "id" : NULL;
}

static const char *key_of(const struct command *home, const struct arg *hole)
{
	const struct json *example = example_of(home);
	const char *key = json_get(home->record, hole->wire) ? hole->wire : key_in(example, hole);
	key = key ? key : key_in(home->record, hole);
	for (const struct json *item = json_is(example, JSON_OBJECT) ? example->first : NULL;
	     item && !key; item = item->next)
		key = key_in(item, hole);
	for (const struct json *item = json_is(example, JSON_OBJECT) ? example->first : NULL;
	     item && !key; item = item->next)
		key = json_string(item) && !subject_is_code(item->key) ? item->key : NULL;
	return key ? key : hole->wire;
}

/* ---- all commands ---- */

/* What is asked of each call again and again. */
struct trait {
	const struct command *command;
	const struct arg *hole; /* the last one, or NULL */
	bool reads;
	bool reads_one;
	const char *key; /* of one that reads the record that its path ends in, else NULL */
	bool settled;	 /* what follows is known */
	const struct command *home; /* of the records that the hole names, or NULL */
};

/* The calls of a table. */
struct survey {
	const struct command_table *table;
	struct trait *items; /* owned */
	size_t count;
};

static void survey_done(struct survey *survey)
{
	free(survey->items);
}

static struct trait trait_of(const struct command *command)
{
	struct trait trait = { .command = command_whole(command), .hole = last_hole(command) };
	trait.reads = command->effect == EFFECT_READ;
	trait.reads_one =
		trait.reads && !command->rows && trait.hole && strcmp(command->method, "GET") == 0;
	if (trait.reads_one && ends_in_hole(command))
		trait.key = key_of(command, trait.hole);
	return trait;
}

static struct survey survey_make(const struct command_table *table)
{
	struct survey survey = { table, mem_new(table->count + 1, sizeof(struct trait)), 0 };
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i]->action == ACTION_CALL)
			survey.items[survey.count++] = trait_of(table->items[i]);
	return survey;
}

static bool same_hole(const struct trait *trait, const struct arg *hole)
{
	return trait->hole && strcmp(trait->hole->wire, hole->wire) == 0;
}

/* ---- homes ---- */

static size_t alike(const char *a, const char *b)
{
	size_t len = 0;
	while (a[len] && a[len] == b[len])
		len++;
	return len;
}

/* The home of the records that the hole of the call names. */
static const struct command *home_of_hole(const struct survey *survey, struct trait *trait)
{
	enum { READS = 1000, ENDS = 2000 };
	const struct arg *hole = trait->hole;
	size_t most = 0;
	for (size_t i = 0; i < survey->count && !trait->settled; i++) {
		const struct trait *other = &survey->items[i];
		bool one = other->reads_one && same_hole(other, hole);
		bool list = other->reads && other->command->rows;
		if (!one && !(list && subject_declares(other->command, hole->wire)))
			continue;
		size_t points = 1 + alike(trait->command->path, other->command->path) +
				(one ? READS : 0) + (one && other->key ? ENDS : 0);
		if (points > most) {
			most = points;
			trait->home = other->command;
		}
	}
	trait->settled = true;
	return trait->home;
}

/* Whether the path is in the collection of the home: an id in a reply alone says nothing, for
 * records name others. */
static bool is_near(const struct command *home, const char *path)
{
	return alike(home->path, path) + 1 >= (size_t)(strrchr(home->path, '{') - home->path);
}

/* The home of the records that the rows or the reply of the command are. */
static const struct command *home_of_reply(const struct survey *survey,
					   const struct command *command, const char **key)
{
	const struct command *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < survey->count; i++) {
		const struct trait *other = &survey->items[i];
		if (!other->key || other->command == command)
			continue;
		size_t points = 1 + alike(command->path, other->command->path);
		if (points <= most || !subject_declares(command, other->key) ||
		    !is_near(other->command, command->path))
			continue;
		most = points;
		best = other->command;
		*key = other->key;
	}
	return best;
}

/* The hole that names records of which this list is the home, or NULL. */
static const struct arg *hole_of_list(struct survey *survey, const struct command *list)
{
	for (size_t i = survey->count; i > 0; i--) {
		struct trait *other = &survey->items[i - 1];
		if (other->hole && subject_declares(list, other->hole->wire) &&
		    home_of_hole(survey, other) == list)
			return other->hole;
	}
	return NULL;
}

/* Whether a change or a list goes with the home. */
static bool is_kept(const struct survey *survey, const struct command *home, const struct arg *hole,
		    const char *key)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct trait *other = &survey->items[i];
		const struct command *command = other->command;
		if (command != home &&
		    (other->reads ? command->rows && subject_declares(command, key) &&
					    is_near(home, command->path)
				  : same_hole(other, hole)))
			return true;
	}
	return false;
}

/* ---- statuses ---- */

static bool names_status(const struct command *command, const char *word)
{
	for (size_t i = 0; i < command->from_count; i++)
		if (strcmp(command->from[i], word) == 0)
			return true;
	for (size_t i = 0; i < command->to_count; i++)
		if (strcmp(command->to[i].status, word) == 0)
			return true;
	return false;
}

static bool is_status(const struct command_table *table, const struct json *value)
{
	const char *word = json_string(value);
	for (size_t i = 0; word && i < table->count; i++)
		if (names_status(table->items[i], word))
			return true;
	return false;
}

static const char *status_of(const struct command_table *table, const struct subject *subject)
{
	const struct command *from = subject->home ? subject->home : subject->command;
	const struct json *example =
		subject->key ? find_object(example_of(from), subject->key) : NULL;
	if (json_get(from->record, "status") || json_get(example, "status"))
		return "status";
	for (const struct json *item = example ? example->first : NULL; item; item = item->next)
		if (is_status(table, item))
			return item->key;
	for (const struct json *item = json_is(from->record, JSON_OBJECT) ? from->record->first
									  : NULL;
	     item; item = item->next) {
		const struct json *values = json_get(item, "enum");
		if (json_is(values, JSON_ARRAY) && values->first && is_status(table, values->first))
			return item->key;
	}
	return "status";
}

/* ---- the interface ---- */

/* A POST under a record, such as /accounts/{account}/cards, may make one of another kind. */
static bool makes_another(const struct survey *survey, const struct subject *subject,
			  struct subject *other)
{
	const struct command *command = subject->command;
	if (command->effect == EFFECT_READ || strcmp(command->method, "POST") != 0 ||
	    ends_in_hole(command) || (subject->key && subject_declares(command, subject->key)))
		return false;
	*other = (struct subject){ .command = command };
	other->home = home_of_reply(survey, command, &other->key);
	return other->home && (!subject->key || strcmp(other->key, subject->key) != 0);
}

static struct subject find(struct survey *survey, struct trait *trait)
{
	const struct command *command = trait->command;
	const struct arg *hole = trait->hole;
	struct subject subject = { .command = command, .status = "status" }, other;
	if (command->rows || !hole) {
		subject.home = home_of_reply(survey, command, &subject.key);
		const struct arg *key =
			command->rows && !subject.home ? hole_of_list(survey, command) : NULL;
		if (key) {
			subject.home = command;
			subject.key = key->wire;
		}
	} else {
		subject.hole = hole;
		subject.home = home_of_hole(survey, trait);
		subject.key = subject.home ? key_of(subject.home, hole) : hole->wire;
		if (makes_another(survey, &subject, &other))
			subject = other;
		else if (command->effect == EFFECT_READ &&
			 !is_kept(survey, subject.home ? subject.home : command, hole, subject.key))
			subject = (struct subject){ .command = command };
	}
	subject.status = status_of(survey->table, &subject);
	return subject;
}

struct subject subject_of(const struct command_table *table, const struct command *command)
{
	struct subject none = { .command = command, .status = "status" };
	if (command->action != ACTION_CALL)
		return none;
	CLEANUP(survey_done) struct survey survey = survey_make(table);
	struct trait trait = trait_of(command);
	return find(&survey, &trait);
}

struct subject *subjects_of(const struct command_table *table)
{
	CLEANUP(survey_done) struct survey survey = survey_make(table);
	struct subject *subjects = mem_new(table->count + 1, sizeof(*subjects));
	struct trait *trait = survey.items;
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i]->action == ACTION_CALL)
			subjects[i] = find(&survey, trait++);
		else
			subjects[i] = (struct subject){ table->items[i], .status = "status" };
	return subjects;
}

bool subject_is_read(const struct subject *subject)
{
	return subject->home && !subject->home->rows;
}

const char *subject_kind(const struct subject *subject)
{
	const struct command *home = subject->home;
	if (!home)
		return subject->key;
	/* a profile may have moved the path */
	return home->operation_id ? home->operation_id : home->path;
}

char *subject_noun(const struct subject *subject)
{
	const struct arg *hole =
		subject->home && !subject->home->rows ? last_hole(subject->home) : subject->hole;
	CLEAN_BUF struct buf kebab = { 0 };
	if (hole)
		text_kebab(&kebab, hole->wire);
	const char *dash = strrchr(buf_str(&kebab), '-');
	return dash ? mem_dup_len(kebab.data, (size_t)(dash - kebab.data)) : mem_dup("record");
}

const struct json *subject_record(const struct subject *subject, const struct json *reply)
{
	return subject->key ? find_object(reply, subject->key) : NULL;
}

const char *subject_id(const struct subject *subject, const struct json *record)
{
	return subject->key ? text_of(json_get(record, subject->key)) : NULL;
}

const char *subject_status(const struct subject *subject, const struct json *reply)
{
	const struct json *record = subject->key ? subject_record(subject, reply) : reply;
	return json_get_string(record, subject->status);
}

const struct json *subject_example(const struct subject *subject)
{
	const struct command *from = subject->home ? subject->home : subject->command;
	return subject_record(subject, example_of(from));
}
