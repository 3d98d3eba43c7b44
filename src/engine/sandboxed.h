/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's simulator, started with --fault and --seed. */
#ifndef ENGINE_SANDBOXED_H
#define ENGINE_SANDBOXED_H

#include "engine/session.h"

/* Starts it on `port` (0: a free one) unless it runs already; `log` shows each request on stderr.
 */
int sandboxed_start(struct session *session, int port, bool log, struct err *err);

/* Ends it; the next call starts a fresh one on the same records. */
void sandboxed_stop(struct session *session);

/*
 * The options of the session's contract: each document has records of its own, in a folder that is
 * named by a digest of what the document says; the built-in one has `sandbox`. The folder is the
 * caller's. Fails if the contract that was asked for cannot be used.
 */
int sandboxed_options(struct session *session, struct sandbox_options *options, char **folder,
		      struct err *err);

#endif
