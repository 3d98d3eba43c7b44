/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP (libcurl): one request, one reply, over connections that are kept between calls.
 *
 * What this is careful about: a change is never sent twice by libcurl itself (a reused connection
 * that dies makes libcurl repeat the request, body or not: the second attempt is stopped before it
 * leaves); whether anything was sent is known afterwards; redirects are not followed; the reply's
 * size has a cap; secrets never reach the trace.
 */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

struct http_header {
	const char *name;
	const char *value;
};

enum http_auth { HTTP_AUTH_NONE, HTTP_AUTH_BASIC, HTTP_AUTH_BEARER, HTTP_AUTH_HEADER };

struct http_request {
	const char *method;
	const char *url; /* absolute, percent-encoded; sent as it is */
	const struct http_header *headers;
	size_t header_count;
	const char *body; /* NULL: none */
	size_t body_len;
	bool change;   /* must not be repeated by libcurl */
	bool loopback; /* the environment's proxy is not for this host */
	enum http_auth auth;
	const char *auth_name; /* the user of HTTP_AUTH_BASIC, the header of HTTP_AUTH_HEADER */
	const struct secret *secret;
};

/* Limits and TLS of one exchange. Texts may be NULL. */
struct http_options {
	long timeout_ms; /* 0: none */
	long connect_timeout_ms;
	const char *proxy; /* NULL: from the environment, but never for loopback hosts */
	const char *cacert;
	const char *cert;
	const char *key;
	size_t max_reply; /* bytes of the body */
	bool certificate; /* read the server\'s certificate: see certificate_ends */
	int trace;	  /* 0: none, 1: heads, 2: bodies too */
	void (*on_trace)(void *context, char direction, const char *text,
			 size_t len); /* '>' or '<', redacted */
	/*
	 * Called when a signal is waiting (`*stop` > 0) while a change may have been sent: once,
	 * before it is waited for on. The second signal abandons it.
	 */
	void (*on_signal)(void *context);
	void *context;
	const volatile sig_atomic_t *stop; /* counts signals; may be NULL */
};

struct http_timing {
	double resolved, connected, secured, first_byte, total; /* seconds since the start */
	bool reused; /* the connection was there already */
};

struct http_reply {
	long status; /* 0: no status line came */
	struct buf body;
	struct buf content_type;
	long retry_after;	    /* seconds; -1: none */
	long long date;		    /* the Date header, in milliseconds since 1970; 0: none */
	long long certificate_ends; /* of the server, in milliseconds since 1970; 0: not known */
	bool sent;		    /* whether any byte of the request may have left */
	bool hopeless; /* no reply came, and trying again will not help: a certificate, a limit */
	bool headless; /* the answer to HEAD: there is no body */
	struct http_timing timing;
};

struct http;

struct http *http_new(void);
void http_free(struct http *http);

void http_reply_done(struct http_reply *reply);

/*
 * Does one exchange. 0: a whole reply came, whatever its status. -1: none did; `reply->sent` tells
 * whether the request may have arrived, and the kind is ERR_NETWORK (nothing was sent), ERR_UNKNOWN
 * (a change was), ERR_SERVER (a read was), ERR_CONFIG (a certificate or key file is unusable) or
 * ERR_INTERRUPTED.
 */
int http_perform(struct http *http, const struct http_request *request,
		 const struct http_options *options, struct http_reply *reply, struct err *err);

/* The parts of a base URL that matter; owned by the caller. */
struct http_url {
	bool https;
	bool loopback;	 /* 127.0.0.0/8, ::1 or localhost */
	char *host;	 /* lower case */
	char *authority; /* host, and the port if one is given: the Host header */
	char *path;	 /* with its slash; "" for none */
};

void http_url_done(struct http_url *url);

/* Takes an http or https URL apart; user info, query or fragment are errors, kind ERR_CONFIG. */
int http_url_parse(const char *text, struct http_url *url, struct err *err);

/* The folder of CA certificates with hash links that is used when no file is named, or NULL. */
const char *http_ca_folder(void);

const char *http_library(void);

#endif
