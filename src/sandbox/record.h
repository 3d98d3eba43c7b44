/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What calls do to records in the store: read, search, change, make, remove. The store is locked by
 * the caller. Which record a call is about is subject.h's.
 *
 * Whatever is due happens when a record is next touched: an accepted change is done, a record that
 * was ACTIVE-ENDING has ended. Replies are the record in the form of the contract's example.
 */
#ifndef SANDBOX_RECORD_H
#define SANDBOX_RECORD_H

#include "base/buf.h"
#include "base/err.h"
#include "lib/json.h"
#include "sandbox/store.h"
#include "sandbox/subject.h"

/* A record for the store from its JSON object, which has an id, and a list of what is pending
 * (NULL: nothing). The caller owns it. */
struct record record_pack(const struct subject *subject, const struct json *value,
			  const struct json *pending);

/* Whether the record is of the subject's kind. */
bool record_is_of(const struct record *record, const struct subject *subject);

/* Does what is due to the record, which may be another one then, or be removed. */
int record_settle(struct store *store, const struct record *record, struct err *err);

/* The reply with the record of that id. ERR_NOT_FOUND if there is none. */
int record_read(struct store *store, const struct subject *subject, const char *id,
		struct buf *reply, struct err *err);

/*
 * Adds the records of which each field is equal to the one of `fields`, or is in it if it is an
 * array, separated by commas, in the order in which they came. A field that is null or that no
 * record has by the contract asks for nothing.
 */
int record_search(struct store *store, const struct subject *subject, const struct json *fields,
		  struct buf *rows, struct err *err);

struct change {
	const struct subject *subject;
	const char *id; /* NULL: of a record that is to be made */
	const struct json *fields;
	const char *reply; /* the body of the reply; NULL: with the record */
	long long delay;   /* milliseconds from its acceptance until it is done; -1: done at once */
};

/*
 * Does a change, or accepts it, and sets the reply's body. The reply is kept if it has an
 * identifier. ERR_NOT_FOUND if there is no such record, ERR_REJECTED if its status does not allow
 * the change, or if the record to be made is there already.
 */
int record_change(struct store *store, const struct change *change, struct kept_reply *reply,
		  struct err *err);

#endif
