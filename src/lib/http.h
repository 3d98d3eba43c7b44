/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP (libcurl): one request and its reply, or many of them at once in one thread, over
 * connections that are kept.
 *
 * What this is careful about: a change is never sent twice by libcurl itself (a reused connection
 * that dies makes libcurl repeat the request, body or not: the second attempt is stopped before it
 * leaves); whether anything was sent is known afterwards; redirects are not followed; the reply's
 * size has a cap; secrets never reach the trace.
 */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <stdbool.h>

#include "base/err.h"
#include "lib/message.h"
#include "lib/url.h"

struct http;

struct http *http_new(void);
void http_free(struct http *http); /* gives up what is in flight */

/*
 * Does one exchange. 0: a whole reply came, whatever its status. -1: none did; `reply->sent` tells
 * whether the request may have arrived, and the kind is ERR_NETWORK (nothing was sent), ERR_UNKNOWN
 * (a change was), ERR_SERVER (a read was), ERR_CONFIG (a certificate or key file is unusable) or
 * ERR_INTERRUPTED. `reply` is `{ 0 }` or an earlier one, whose memory is used again.
 */
int http_perform(struct http *http, const struct http_request *request,
		 const struct http_options *options, struct http_reply *reply, struct err *err);

/*
 * Many at once:
 *
 *	while there is work or anything runs:
 *		http_start(…) as often as wanted
 *		http_turn(http, 50)
 *		while ((transfer = http_ended(http)))
 *			http_end(http, transfer, &reply, &err)
 */
struct http_transfer;

/* At most so many connections to one host, and so many kept; transfers beyond them wait for one. */
void http_limit(struct http *http, long connections);

/*
 * Puts a request in flight; nothing leaves before the next turn. It cannot fail: what is wrong
 * comes out at its end. `options` and the request's texts (but for its URL and, unless it is
 * traced, its headers) are borrowed until http_end. `context` is the caller's own.
 */
struct http_transfer *http_start(struct http *http, const struct http_request *request,
				 const struct http_options *options, void *context);

/*
 * Drives everything that is in flight. If nothing ended by that, waits until something happens, a
 * signal comes, or `wait_ms` have passed; also when nothing is in flight. A signal that comes just
 * before the wait does not shorten it: keep it short where signals matter. Returns how many run.
 */
int http_turn(struct http *http, int wait_ms);

/* One that has ended and waits for http_end, in the order of ending; NULL: none. */
struct http_transfer *http_ended(const struct http *http);

/*
 * The result of a transfer, which is gone afterwards: as http_perform's. One that still runs is
 * given up by it: ERR_UNKNOWN if it is a change that may have been sent, else ERR_INTERRUPTED.
 */
int http_end(struct http *http, struct http_transfer *transfer, struct http_reply *reply,
	     struct err *err);

void *http_context(const struct http_transfer *transfer);
bool http_is_running(const struct http_transfer *transfer);

/* Whether any byte of the request may have left by now. */
bool http_is_sent(const struct http_transfer *transfer);

const char *http_library(void);

#endif
