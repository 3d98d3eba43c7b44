/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request shown instead of sent: as it would stand on the wire, or as a curl command. */
#ifndef ENGINE_SHOW_H
#define ENGINE_SHOW_H

#include "engine/request.h"

/*
 * --dry-run: the request line, headers and body on stdout, the secret as ***, in the order in which
 * they are sent; an object with -o json. The evidence of the operation goes to stderr.
 */
int show_request(const struct session *session, const struct request *request,
		 const struct http_url *url, struct err *err);

/* The two halves of it. */
void show_evidence(const struct session *session, const struct command *command);
int show_wire(const struct session *session, const struct request *request,
	      const struct http_url *url, struct err *err);

/* --curl: the equivalent command, with the password as a shell variable. */
int show_curl(const struct session *session, const struct request *request,
	      const struct http_url *url, struct err *err);

/* Adds a word in quotes, as a POSIX shell reads it. */
void show_quoted(struct buf *out, const char *word);

/* The word as one types it in a POSIX shell, in quotes if it needs them; the caller frees it. */
char *show_word(const char *word);

#endif
