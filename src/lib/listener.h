/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small HTTP/1.1 server on 127.0.0.1 (libmicrohttpd), one thread a connection, keep-alive.
 *
 * It receives whole requests and hands them to one function, which fills in the reply. It can
 * misbehave on purpose: be late, be silent, hang up. libmicrohttpd accepts requests that RFC 9112
 * tells servers to refuse; those come to the handler marked as refused, so that it can word the
 * reply.
 */
#ifndef LIB_LISTENER_H
#define LIB_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The largest body of a request, and the most headers of a reply. */
enum { LISTENER_MAX_BODY = 1 << 20, LISTENER_MAX_HEADERS = 4 };

/* A request; all of it is borrowed and lives as long as the call of the handler. */
struct listener_request {
	const char *method;
	const char *path;  /* as on the wire, not decoded, without the query */
	const char *query; /* as on the wire, without the `?`; "" if there is none */
	const char *body;  /* NUL-terminated; "" if there is none */
	size_t body_len;
	int refused; /* 0, or the status to answer with: 400 for bad framing, 413 for too much */
	const char *why;  /* in words, if refused */
	void *connection; /* for listener_header */
};

/* How a reply ends. */
enum listener_end {
	LISTENER_SEND,
	LISTENER_CLOSE, /* no reply: the connection is closed */
	LISTENER_HALF,	/* half of the body, then the connection is closed */
	LISTENER_HANG,	/* no reply: nothing happens until the client goes or the listener stops */
};

/* A reply. Begins as { 0 }; what the handler puts into it is owned by it and freed by the listener.
 */
struct listener_reply {
	int status;
	struct listener_field {
		const char *name; /* not owned: a literal */
		char *value;
	} headers[LISTENER_MAX_HEADERS];
	size_t header_count;
	struct buf body;
	size_t filler_at; /* where in the body so many more bytes `x` stand, which are never in
			     memory */
	size_t filler;
	long long delay; /* milliseconds before the reply is sent */
	enum listener_end end;
};

/* Answers one request. Runs in many threads at once. */
typedef void listener_handler(void *context, const struct listener_request *request,
			      struct listener_reply *reply);

struct listener;

struct listener_settings {
	int port;   /* 0: one that is free */
	bool dated; /* replies carry the Date header; not so if their times are not real ones */
};

/*
 * Listens on 127.0.0.1. The threads take no signals.
 * ERR_INTERNAL with the system's reason.
 */
int listener_start(struct listener **listener, const struct listener_settings *settings,
		   listener_handler *handler, void *context, struct err *err);

int listener_port(const struct listener *listener);

/* Ends all connections, also those that hang, and waits for their threads. NULL is allowed. */
void listener_stop(struct listener *listener);

/* The first value of the request's header of that name (any case), or NULL. */
const char *listener_header(const struct listener_request *request, const char *name);

/* Adds a header; takes a copy of the value. At most LISTENER_MAX_HEADERS. */
void listener_reply_header(struct listener_reply *reply, const char *name, const char *value);

/* The library's name and version, for --version. */
const char *listener_library(void);

#endif
