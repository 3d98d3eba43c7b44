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

static bool same_hole(const struct command *command, const struct arg *hole)
{
	const struct arg *own = last_hole(command);
	return own && strcmp(own->wire, hole->wire) == 0;
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

/* ---- homes ---- */

static size_t alike(const char *a, const char *b)
{
	size_t len = 0;
	while (a[len] && a[len] == b[len])
		len++;
	return len;
}

static bool reads_one(const struct command *command)
{
	return command->action == ACTION_CALL && command->effect == EFFECT_READ && !command->rows &&
	       strcmp(command->method, "GET") == 0 && last_hole(command);
}

/* The home of the records that the hole names. */
static const struct command *home_of_hole(const struct command_table *table,
					  const struct command *command, const struct arg *hole)
{
	enum { READS = 1000, ENDS = 2000 };
	const struct command *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct command *other = table->items[i];
		if (other->action != ACTION_CALL || other->effect != EFFECT_READ)
			continue;
		bool one = reads_one(other) && same_hole(other, hole);
		if (!one && !(other->rows && subject_declares(other, hole->wire)))
			continue;
		size_t points = 1 + alike(command->path, other->path) + (one ? READS : 0) +
				(one && ends_in_hole(other) ? ENDS : 0);
		if (points > most) {
			most = points;
			best = other;
		}
	}
	return best;
}

/* Whether the path is in the collection of the home: an id in a reply alone says nothing, for
 * records name others. */
static bool is_near(const struct command *home, const char *path)
{
	return alike(home->path, path) + 1 >= (size_t)(strrchr(home->path, '{') - home->path);
}

/* The home of the records that the rows or the reply of the command are. */
static const struct command *home_of_reply(const struct command_table *table,
					   const struct command *command, const char **key)
{
	const struct command *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct command *other = table->items[i];
		if (!reads_one(other) || !ends_in_hole(other) || other == command)
			continue;
		const char *name = key_of(other, last_hole(other));
		size_t points = 1 + alike(command->path, other->path);
		if (points <= most || !subject_declares(command, name) ||
		    !is_near(other, command->path))
			continue;
		most = points;
		best = other;
		*key = name;
	}
	return best;
}

/* Whether a change or a list goes with the home. */
static bool is_kept(const struct command_table *table, const struct command *home,
		    const struct arg *hole, const char *key)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct command *other = table->items[i];
		if (other->action != ACTION_CALL || other == home)
			continue;
		if (other->effect == EFFECT_CHANGE ? same_hole(other, hole)
						   : other->rows && subject_declares(other, key) &&
							     is_near(home, other->path))
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
	for (size_t i = 0; json_string(value) && i < table->count; i++)
		if (names_status(table->items[i], value->text))
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
static bool makes_another(const struct command_table *table, const struct subject *subject,
			  struct subject *other)
{
	const struct command *command = subject->command;
	if (command->effect == EFFECT_READ || strcmp(command->method, "POST") != 0 ||
	    ends_in_hole(command) || (subject->key && subject_declares(command, subject->key)))
		return false;
	*other = (struct subject){ .command = command };
	other->home = home_of_reply(table, command, &other->key);
	return other->home && (!subject->key || strcmp(other->key, subject->key) != 0);
}

struct subject subject_of(const struct command_table *table, const struct command *command)
{
	struct subject subject = { .command = command, .status = "status" }, other;
	const struct arg *hole = last_hole(command);
	if (command->action != ACTION_CALL)
		return subject;
	for (size_t i = 0; i < table->count; i++)
		(void)command_whole(table->items[i]);
	if (command->rows || !hole) {
		subject.home = home_of_reply(table, command, &subject.key);
		for (size_t i = 0; command->rows && !subject.home && i < table->count; i++) {
			const struct arg *key = last_hole(table->items[i]);
			if (key && home_of_hole(table, table->items[i], key) == command) {
				subject.home = command;
				subject.key = key->wire;
			}
		}
	} else {
		subject.hole = hole;
		subject.home = home_of_hole(table, command, hole);
		subject.key = subject.home ? key_of(subject.home, hole) : hole->wire;
		if (makes_another(table, &subject, &other))
			subject = other;
		else if (command->effect == EFFECT_READ &&
			 !is_kept(table, subject.home ? subject.home : command, hole, subject.key))
			subject = (struct subject){ .command = command };
	}
	subject.status = status_of(table, &subject);
	return subject;
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
