/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heads of HTTP messages: the lines of a request's own, and what a trace shows of them. */
#ifndef LIB_HEAD_H
#define LIB_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/message.h"

/* Header lines in the form that libcurl takes them, one after the other, each with its NUL. */
struct head {
	struct buf lines;
	size_t count;
};

void head_done(struct head *head);

/* Empties the head and keeps its memory. */
void head_clear(struct head *head);

/* Adds a line; value NULL: libcurl is not to send such a header of its own. */
void head_add(struct head *head, const char *name, const char *value);

/* Traces a block of header lines, each by itself and without its line end, secrets masked. */
void head_trace(const struct http_request *request, const struct http_options *options,
		char direction, const char *text, size_t len);

/* A reply's header as it is read; `.date` is the caller's, the rest starts as 0. */
struct head_reader {
	struct http_date *date;
	bool open; /* it began and has not ended: libcurl takes one that is cut off for whole */
	bool two_lengths; /* it names two, of which libcurl takes the last (RFC 9112, 6.3: no reply)
			   */
	bool proxy_asks;  /* it is a proxy's, which names ways to authenticate */
	bool proxy_basic; /* Basic is among them */
	bool too_large;	  /* with the trailers, for which libcurl has no limit */
	size_t bytes;
	bool has_length;
	long long length;
};

/*
 * Takes one line, its line end included, and notes in the reply what it tells; interim replies and
 * trailers tell nothing. False: it was one too many.
 */
bool head_read(struct head_reader *reader, struct http_reply *reply, const char *line, size_t len);

#endif
