/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request made of a command and its values: what will stand on the wire, before anything is sent.
 * All failures are ERR_USAGE: nothing was sent.
 */
#ifndef ENGINE_REQUEST_H
#define ENGINE_REQUEST_H

#include "engine/session.h"

struct request {
	const struct command
		*command; /* for `request METHOD PATH`: the operation that it matches, or NULL */
	char *method;	  /* owned */
	char *path;	  /* owned: percent-encoded, with the query, without the base URL's path */
	char *target;	  /* owned: the value of the path's last hole, for reports; or NULL */
	char *id;	  /* owned: X-RequestIdentifier */
	struct json_doc *doc;
	const struct json *body; /* lives in doc; NULL: none */
	struct buf text;	 /* the body's bytes */
	bool has_body;
	enum effect effect;
	enum danger danger;
	struct http_header *headers; /* owned; the texts live in doc */
	size_t header_count;
};

void request_done(struct request *request);

/* Makes the request of an API call. */
int request_build(const struct session *session, const struct command *command,
		  const struct values *values, struct request *request, struct err *err);

/* The whole URL at that server; the caller frees it. */
char *request_url(const struct request *request, const struct http_url *url);

/* Gives the request another identifier. */
void request_set_id(struct request *request, const char *id);

/* Gives the request an identifier of its own instead of --request-id: for reads that go along with
 * a change. */
void request_fresh_id(struct request *request);

/* Makes the request of `request METHOD PATH [--data]`. */
int request_build_raw(const struct session *session, const struct values *values,
		      struct request *request, struct err *err);

#endif
