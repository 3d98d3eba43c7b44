/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which record a call is about, as far as its contract tells. Documents name their paths, ids and
 * statuses as they like, so nothing here knows a name:
 *
 * - The home of a record is the GET that reads one: of those whose path ends in the same {hole} the
 *   one whose path is most alike. Without one it is the list that has the hole's name in its rows.
 * - The key is the member of the record that holds the hole's value: the one of the hole's name, or
 *   that holds the hole's example, or `id`, or else the first text of the example reply.
 * - A list and a call that makes a record have no hole of their own: their rows or reply have the
 *   key of the home, and their path begins as its does.
 * - The status is the member `status`, or else the one whose enum or example is among the statuses
 *   that x-bangoctl names.
 *
 * A read that no change and no list goes with, such as an echo, is about no record.
 */
#ifndef SANDBOX_SUBJECT_H
#define SANDBOX_SUBJECT_H

#include "grammar/command.h"
#include "lib/json.h"

struct subject {
	const struct command *command;
	const struct command *home;
	const struct arg *hole; /* of the command's path; NULL: it names no record */
	const char *key;	/* NULL: the call is about no record */
	const char *status;	/* the member with the status; never NULL */
};

/* All of it is borrowed from the table. */
struct subject subject_of(const struct command_table *table, const struct command *command);

/* Of each command of the table, in its order: far cheaper than one by one. The caller frees it. */
struct subject *subjects_of(const struct command_table *table);

/* Whether this is the call that reads one such record. */
bool subject_is_read(const struct subject *subject);

/* What tells records of several kinds apart: the same for all calls about one. */
const char *subject_kind(const struct subject *subject);

/* "entitlement", made of the hole's name; "record" if it says nothing. The caller frees it. */
char *subject_noun(const struct subject *subject);

/* The record in a reply: the reply itself, or the member of it that has the key, or NULL. */
const struct json *subject_record(const struct subject *subject, const struct json *reply);

/* The id of a record, or NULL. */
const char *subject_id(const struct subject *subject, const struct json *record);

/* The status of the record in a reply, or of the reply of a call that is about no record; or NULL.
 */
const char *subject_status(const struct subject *subject, const struct json *reply);

/* The example of one record in the contract, or NULL. */
const struct json *subject_example(const struct subject *subject);

/* Whether the command takes a record away: a DELETE of its path that leads to no status. */
bool subject_is_removed_by(const struct command *command);

/* Whether it is `responseCode` or `responseMessage`, which tell of the call and not of a record. */
bool subject_is_code(const char *member);

/* Whether the reply of the command has that member, by its schema or its example. */
bool subject_declares(const struct command *command, const char *member);

#endif
