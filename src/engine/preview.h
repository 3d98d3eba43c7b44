/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --dry-run=diff: what a change would do to the record as it is now. Nothing is sent but the read.
 */
#ifndef ENGINE_PREVIEW_H
#define ENGINE_PREVIEW_H

#include "engine/peek.h"

/* "ACTIVE → SUSPENDED", "stays ACTIVE", or "not possible from CANCELLED"; the caller frees it. */
char *preview_status(const struct request *request, const struct peek *peek);

/*
 * Reads the record and shows the request, the status now and next, and the fields that change. With
 * --exit-code ERR_DIFFERS if the change would change anything.
 */
int preview_show(struct session *session, const struct request *request, const struct http_url *url,
		 struct err *err);

#endif
