/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a record: which changes its status allows, what they lead to, and what happens by
 * itself. Works on records as JSON objects; knows no store and no request. The statuses that set a
 * date, and these dates, as the Resale pages have them
 * (https://developer.bango.com/resale/entitlements); where the contract has none, none is set.
 *
 * Instants are milliseconds since 1970; dates are written in UTC, without milliseconds.
 */
#ifndef SANDBOX_LIFECYCLE_H
#define SANDBOX_LIFECYCLE_H

#include <stdbool.h>

#include "grammar/command.h"
#include "lib/json.h"
#include "sandbox/subject.h"

/* A date as a JSON string. */
struct json *lifecycle_date(struct json_doc *doc, long long instant);

/* Whether the status is among those that the change is legal from. */
bool lifecycle_allows(const struct command *command, const char *status);

/* The status that the change leads to: by the first rule that fits, or else the present one. */
const char *lifecycle_next(const struct command *command, const char *status,
			   const struct json *fields);

/*
 * What the change sets, as an object for lifecycle_merge: status, dates, and those fields that are
 * members of records. `fields` are the request's.
 */
struct json *lifecycle_effect(struct json_doc *doc, const struct subject *subject,
			      const struct json *record, const struct json *fields, long long now);

/* Sets members of the record: objects key by key, where null removes; anything else as a whole. */
void lifecycle_merge(struct json_doc *doc, struct json *record, const struct json *effect);

/* When an ACTIVE-ENDING record ends; 0 for any other. */
long long lifecycle_ends(const struct json *record);

/* What that end sets. */
struct json *lifecycle_end(struct json_doc *doc, const struct json *record);

#endif
