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

/* Fills the session's settings for its profile. ERR_CONFIG for a bad variable. */
int profile_settings(struct session *session, struct err *err);

/* -1, ERR_CONFIG with a hint, if no profile is named, or a live one by default_profile against
 * `require_profile`. */
int profile_require(const struct session *session, struct err *err);

/* Whether it is one of Bango's production hosts. */
bool profile_is_live_host(const char *host);

/*
 * The base URL in force, taken apart and checked: https unless on loopback, and a host that fits
 * the profile's environment. ERR_CONFIG. For the sandbox in this process there is none: see call.c.
 */
int profile_url(const struct session *session, struct http_url *url, struct err *err);

#endif
