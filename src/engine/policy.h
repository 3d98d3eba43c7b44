/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a change may be sent at all: read-only profiles, and the question before a live change.
 */
#ifndef ENGINE_POLICY_H
#define ENGINE_POLICY_H

#include "engine/request.h"

/*
 * 0: go on. -1, ERR_REFUSED: not confirmed, or not allowed; the audit log then says so. Reads
 * always go on. Before it asks, it reads the record: `*before`, which the caller frees, is then its
 * status, else NULL.
 */
int policy_check(struct session *session, const struct request *request, char **before,
		 struct err *err);

#endif
