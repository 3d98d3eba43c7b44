/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which profile is in force, what it sets, and where its requests may go. */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "engine/session.h"

/* Checks the values of options that are settings, and options that exclude each other. ERR_USAGE.
 */
int profile_check_options(const struct values *globals, struct err *err);

/* Decides the profile: --profile, $BANGOCTL_PROFILE, default_profile, or none. ERR_CONFIG if it is
 * unknown. */
int profile_choose(struct session *session, struct err *err);

/* Fills the session's settings for its profile, and what its contract adds if that is read.
 * ERR_CONFIG for a bad variable. */
int profile_settings(struct session *session, struct err *err);

/* -1, ERR_CONFIG with a hint, if no profile is named, or a live one by default_profile against
 * `require_profile`. */
int profile_require(const struct session *session, struct err *err);

/* Whether it is one of Bango's production hosts. */
bool profile_is_live_host(const char *host);

/* Whether it is one of Bango's hosts for tests. */
bool profile_is_test_host(const char *host);

/* How the credentials go out with a call, AUTH_NONE if they do not; the header of AUTH_HEADER goes
 * to `header`, which may be NULL. The profile's own setting wins over the contract, and basic is
 * what is left. `command` may be NULL. */
enum auth profile_auth(const struct session *session, const struct command *command,
		       const char **header);

/* Puts in force what the contract, once it is read and unless it is the built-in one, says of
 * server and authentication and the profile does not. */
void profile_follow_contract(struct session *session);

/*
 * The base URL in force, taken apart and checked: https unless on loopback, and a host that fits
 * the profile's environment. ERR_CONFIG. For the sandbox in this process there is none: see call.c.
 */
int profile_url(const struct session *session, struct http_url *url, struct err *err);

#endif
