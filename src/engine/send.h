/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request on its way: which server, at what pace, tried again where that is safe, and what came
 * back. */
#ifndef ENGINE_SEND_H
#define ENGINE_SEND_H

#include "engine/outcome.h"
#include "engine/request.h"

/* A reply and what it means. */
struct answer {
	struct http_reply reply;
	struct json_doc *doc;
	struct outcome outcome;
};

void answer_done(struct answer *answer);

/* The server of the profile; of profile sandbox the one in this process, which is started if
 * `start`. ERR_CONFIG, or ERR_USAGE for sandbox options elsewhere. */
int send_find_server(struct session *session, bool start, struct http_url *url, struct err *err);

/*
 * Sends the request, again where retry.h allows, until there is an outcome. The credentials must be
 * loaded. After one try of a change whose outcome is unknown, no later try makes it a failure: it
 * stays ERR_UNKNOWN.
 */
int send_until_done(struct session *session, const struct request *request,
		    const struct http_url *url, struct answer *answer, struct err *err);

/* ---- the parts, for those who send many at once ---- */

/* outcome_judge, for a whole reply to that request: knows where the contract shows no body. */
int send_judge(const struct request *request, struct http_reply *reply, struct json_doc *doc,
	       struct outcome *outcome, struct err *err);

/* The options of every exchange of the session. */
struct http_options send_options(const struct session *session);

/* What goes on the wire. `full` is request_url's; all texts are borrowed. */
struct http_request send_wire(const struct session *session, const struct request *request,
			      const struct http_url *url, const char *full);

/* Adds the exchange to --trace's file, if that was asked for: one line of JSON, without the secret.
 */
void send_trace(const struct session *session, const struct request *request, const char *url,
		const struct http_reply *reply, const struct err *failure);

#endif
