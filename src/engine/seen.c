/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/seen.h"

#include <string.h>

#include "commands/commands.h"
#include "engine/rows.h"
#include "engine/topics.h"
#include "sandbox/subject.h"

enum { MOST_SEEN = 1000 };

static void keep(struct session *session, const char *id)
{
	/* what would need quotes is not offered */
	if (!id || !*id || strpbrk(id, " \t\r\n'\"\\;|>#") || session->seen_count >= MOST_SEEN)
		return;
	for (size_t i = 0; i < session->seen_count; i++)
		if (strcmp(session->seen[i], id) == 0)
			return;
	session->seen = mem_grow(session->seen, session->seen_count, sizeof(*session->seen));
	session->seen[session->seen_count++] = mem_dup(id);
}

/* The members of records that hold what paths are made of. */
struct keys {
	const char **items; /* owned; the names are borrowed */
	size_t count;
};

static void add_key(struct keys *keys, const char *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->items[i], key) == 0)
			return;
	keys->items = mem_grow(keys->items, keys->count, sizeof(*keys->items));
	keys->items[keys->count++] = key;
}

static struct keys keys_of(const struct session *session)
{
	struct keys keys = { 0 };
	CLEAN_FREE struct subject *subjects = subjects_of(&session->table);
	for (size_t i = 0; i < session->table.count; i++) {
		const struct command *command = session->table.items[i];
		if (command->action != ACTION_CALL)
			continue;
		if (subjects[i].key)
			add_key(&keys, subjects[i].key);
		for (size_t a = 0; a < command->arg_count; a++)
			if (command->args[a].place == ARG_PATH)
				add_key(&keys, command->args[a].wire);
	}
	return keys;
}

static void keep_of_row(struct session *session, const struct keys *keys, const struct json *row)
{
	for (size_t i = 0; i < keys->count; i++)
		keep(session, json_get_string(row, keys->items[i]));
}

void seen_note(struct session *session, const struct json *body)
{
	if (!session->in_shell || !body || json_is_scalar(body))
		return;
	struct keys keys = keys_of(session);
	keep_of_row(session, &keys, body);
	for (const struct json *item = body->first; item; item = item->next) {
		keep_of_row(session, &keys, item);
		for (const struct json *row = item->type == JSON_ARRAY ? item->first : NULL; row;
		     row = row->next)
			keep_of_row(session, &keys, row);
	}
	free(keys.items);
}

static void offer_profiles(const struct session *session, complete_sink sink, void *context)
{
	const struct json *profiles = json_get(session->config.root, "profiles");
	for (const struct json *item = profiles ? profiles->first : NULL; item; item = item->next)
		if (strcmp(item->key, "sandbox") != 0)
			sink(context, item->key, json_get_string(item, "environment"));
	sink(context, "sandbox", "the simulator in this program");
}

static void offer_help_words(const struct session *session, complete_sink sink, void *context)
{
	for (size_t i = 0; i < topic_count; i++)
		sink(context, topics[i].name, topics[i].summary);
	for (size_t i = 0; i < session->table.count; i++)
		if (!session->table.items[i]->hidden && !strchr(session->table.items[i]->name, ' '))
			sink(context, session->table.items[i]->name,
			     session->table.items[i]->summary);
}

void seen_offer(void *context, const struct arg *arg, complete_sink sink, void *sink_context)
{
	const struct session *session = context;
	if (strcmp(arg->name, "profile") == 0 || strcmp(arg->name, "profile-name") == 0)
		offer_profiles(session, sink, sink_context);
	else if (strcmp(arg->name, "topic") == 0)
		offer_help_words(session, sink, sink_context);
	else if (strcmp(arg->name, "option") == 0)
		for (size_t i = 0; i < global_option_count; i++)
			sink(sink_context, global_options[i].name, global_options[i].help);
	for (size_t i = 0; arg->place == ARG_PATH && i < session->seen_count; i++)
		sink(sink_context, session->seen[i], NULL);
}
