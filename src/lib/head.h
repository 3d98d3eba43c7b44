/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heads of HTTP messages: the lines of a request's own, and what a trace shows of them. */
#ifndef LIB_HEAD_H
#define LIB_HEAD_H

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

#endif
