/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a call may be tried again, and when: only where that cannot apply a change twice. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include "engine/session.h"

/*
 * Milliseconds to wait before the next try, or -1 for no more. `tried` counts the retries so far.
 * Reads go again after network faults, 408, 429, 500, 502, 503 and 504; changes when nothing was
 * sent, after 429, and, where the profile says that repeated identifiers are trusted, after an
 * unknown outcome. The wait is Retry-After, up to retry_max_wait, else a random part of 0.5 s · 2ⁿ,
 * at most 30 s.
 */
long long retry_wait(const struct session *session, enum effect effect,
		     const struct http_reply *reply, const struct err *err, unsigned tried);

#endif
