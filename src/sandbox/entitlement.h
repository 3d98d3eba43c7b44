/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What calls do to entitlements in the store: read, search, change. The store is locked by the
 * caller.
 *
 * Whatever is due happens when a record is next touched: an accepted change is done, a record that
 * was ACTIVE-ENDING has ended. Replies are JSON in the form of the Resale API.
 */
#ifndef SANDBOX_ENTITLEMENT_H
#define SANDBOX_ENTITLEMENT_H

#include "base/buf.h"
#include "base/err.h"
#include "grammar/command.h"
#include "lib/json.h"
#include "sandbox/store.h"

/* A record for the store from its JSON object and a list of what is pending (NULL: nothing). The
 * caller owns it. */
struct record entitlement_pack(const struct json *value, const struct json *pending);

/* The record of that id after what is due has happened to it; NULL with ERR_NOT_FOUND if there is
 * none. */
const struct record *entitlement_touch(struct store *store, const char *id, struct err *err);

/* The reply with the record of that id. ERR_NOT_FOUND if there is none. */
int entitlement_read(struct store *store, const char *id, struct buf *reply, struct err *err);

/*
 * Adds the records of which each field is equal to the one of `fields`, separated by commas, in the
 * order in which they came. A field that is null asks for nothing.
 */
int entitlement_search(struct store *store, const struct json *fields, struct buf *rows,
		       struct err *err);

struct change {
	const struct command *command;
	const char *id;
	const struct json *fields;
	long long delay; /* milliseconds from its acceptance until it is done; -1: done at once */
};

/*
 * Does a change, or accepts it, and sets the reply's status and body. The reply is kept if it has
 * an identifier. ERR_NOT_FOUND if there is no such record, ERR_REJECTED if its status does not
 * allow the change.
 */
int entitlement_change(struct store *store, const struct change *change, struct kept_reply *reply,
		       struct err *err);

#endif
