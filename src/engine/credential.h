/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who we are to the server: user name and secret, from the one place that counts.
 *
 * --password-fd wins. Else, with --profile, the profile's own source, and the variables fill only
 * what it leaves out; without --profile the variables win. Else a question at the terminal. A value
 * that loses against another is told of in one warning.
 */
#ifndef ENGINE_CREDENTIAL_H
#define ENGINE_CREDENTIAL_H

#include "engine/session.h"

/* Fills the session's username and secret, once, if the call (NULL: any) is sent with them.
 * ERR_CONFIG if one is missing or unreadable, ERR_REFUSED if the question was not answered. */
int credential_load(struct session *session, const struct command *command, struct err *err);

/* Where the secret would come from, in words, without reading it; the caller frees it. */
char *credential_origin(const struct session *session);

/*
 * Refuses a live profile with an inline password in a file that others can read (ERR_CONFIG); warns
 * of a test one.
 */
int credential_check_file(const struct session *session, const struct json *profile,
			  struct err *err);

#endif
