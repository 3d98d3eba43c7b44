/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records and replies made after the contract's examples. */
#ifndef SANDBOX_SAMPLE_H
#define SANDBOX_SAMPLE_H

#include "base/buf.h"
#include "sandbox/route.h"
#include "sandbox/subject.h"

/* A record as the contract shows it, by its example or else by what its schema says of each member,
 * with the members of `over` (NULL: none) set on top. Lives in `doc`. */
struct json *sample_record(struct json_doc *doc, const struct subject *subject,
			   const struct json *over);

/* Adds the reply of the subject's command with that record in it. */
void sample_write(const struct subject *subject, const struct json *record, bool accepted,
		  struct buf *out);

/* Adds the reply of a list; `rows` are records separated by commas. */
void sample_write_rows(const struct subject *subject, const char *rows, struct buf *out);

/* Whether the reply that the contract shows has another form than the record. */
bool sample_is_other(const struct subject *subject);

/* Adds the reply as the contract shows it, but with the values of the path for their examples. */
void sample_write_example(const struct route *route, struct buf *out);

#endif
