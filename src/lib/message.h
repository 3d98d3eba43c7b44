/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An HTTP request, the options of its exchange, and the reply, as data: nothing here sends. */
#ifndef LIB_MESSAGE_H
#define LIB_MESSAGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/secret.h"

struct http_header {
	const char *name;
	const char *value;
	bool masked; /* in a trace */
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
	bool loopback; /* no proxy is for this host */
	enum http_auth auth;
	const char *auth_name; /* the user of HTTP_AUTH_BASIC, the header of HTTP_AUTH_HEADER */
	const struct secret *secret;
};

/* Limits and TLS of one exchange. Texts may be NULL. */
struct http_options {
	long timeout_ms; /* 0: none */
	long connect_timeout_ms;
	bool is_wait;	   /* timeout_ms is what is left of a wait: for the hint only */
	const char *proxy; /* NULL: from the environment */
	const char *cacert;
	const char *cert;
	const char *key;
	size_t max_reply; /* bytes of the body */
	bool certificate; /* read the server's certificate: see certificate_ends */
	int trace;	  /* 0: none, 1: heads, 2: bodies too */
	void (*on_trace)(void *context, char direction, const char *text,
			 size_t len); /* '>' or '<', redacted */
	/*
	 * For http_perform; whoever starts transfers looks after signals between the turns. Called
	 * when a signal is waiting (`*stop` > 0) while a change may have been sent: once, before it
	 * is waited for on. The second signal gives it up.
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
	struct buf location;	    /* of a redirect, as it came */
	struct buf coding;	    /* Content-Encoding: how the body is compressed, as it came */
	long retry_after;	    /* seconds; -1: none */
	long long date;		    /* the Date header, in milliseconds since 1970; 0: none */
	long long certificate_ends; /* of the server, in milliseconds since 1970; 0: not known */
	bool sent;		    /* whether any byte of the request may have left */
	bool hopeless; /* no reply came, and trying again will not help: a certificate, a limit */
	bool headless; /* the answer to HEAD: there is no body */
	struct http_timing timing;
};

void http_reply_done(struct http_reply *reply);

/* Empties the reply and keeps its memory, unless there is much of it. */
void http_reply_clear(struct http_reply *reply);

/* What a Retry-After header asks for (RFC 9110, 10.2.3), in seconds; -1: nothing. */
long http_retry_after(const char *text);

/* The Date header that was read last: many replies have the same, and reading one takes 3 µs. */
struct http_date {
	char text[32];
	long long instant;
};

/* The instant of a Date header, as clock_parse_http's; `last` starts as `{ 0 }`. */
long long http_date(struct http_date *last, const char *text);

/* Whether the request has a body, be it an empty one. */
bool http_has_body(const struct http_request *request);

/* Whether it goes without TLS. */
bool http_is_plain(const struct http_request *request);

/*
 * Writes down all that is the same for requests which can follow each other without a connection's
 * options being set anew: everything but URL, headers, body, user and secret.
 */
void http_shape(struct buf *shape, const struct http_request *request,
		const struct http_options *options);

#endif
