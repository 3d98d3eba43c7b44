/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ids that replies of this session held: what the shell completes where an id is wanted. */
#ifndef ENGINE_SEEN_H
#define ENGINE_SEEN_H

#include "engine/session.h"
#include "grammar/complete.h"

/* Keeps the values of the path's arguments that the reply's records hold, a thousand at most. Only
 * in the shell. */
void seen_note(struct session *session, const struct json *body);

/* A `complete_source.offer`; `context` is the session: profiles, ids, topics, and options for
 * `set`. */
void seen_offer(void *context, const struct arg *arg, complete_sink sink, void *sink_context);

#endif
