/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>

#include "base/buf.h"

static const struct err_row rows[ERR_KIND_COUNT] = {
	[ERR_OK] = { 0, "ok", "done; an empty search is ok", "as asked", false },
	[ERR_INTERNAL] = { 1, "internal",
			   "a bug, out of memory, or local input and output that no other row names",
			   "see the message", false },
	[ERR_USAGE] = { 2, "usage", "bad command, option, value or script syntax",
			"nothing was sent", false },
	[ERR_CONFIG] = { 3, "config",
			 "config, contract or credential missing, unreadable, unsafe or malformed",
			 "nothing was sent", false },
	[ERR_REJECTED] = { 4, "rejected",
			   "the API refused: a 4xx or a failing responseCode without a row of its own",
			   "not applied", false },
	[ERR_SERVER] = { 5, "server", "a 5xx, or no usable answer, to a read", "nothing to apply",
			 true },
	[ERR_NOT_FOUND] = { 6, "not_found", "404 or NOT_FOUND", "not applied", false },
	[ERR_AUTH] = { 7, "auth", "401, 403 or UNAUTHORIZED", "not applied", false },
	[ERR_RATE_LIMITED] = { 8, "rate_limited", "429 or TOO_MANY_REQUESTS, after the retries",
			       "not applied", true },
	[ERR_NETWORK] = { 9, "network",
			  "DNS, connect, TLS or proxy: no byte of the request was sent",
			  "not applied, safe to run again", true },
	[ERR_UNKNOWN] = { 10, "unknown",
			  "a change was sent and no trustworthy answer came (time-out, reset, 5xx)",
			  "perhaps applied: read the entitlement back", false },
	[ERR_REFUSED] = { 11, "refused", "not confirmed, read-only profile, or a cap exceeded",
			  "nothing was sent", false },
	[ERR_PARTIAL] = { 12, "partial",
			  "a bulk run, or a script with --keep-going, had failures, none of them unknown",
			  "each failure was told of", false },
	[ERR_DIFFERS] = { 13, "differs",
			  "differences: by --exit-code, an expect that was not met, an audit log that was touched",
			  "a comparison sends nothing; after an expect, what its command says",
			  false },
	[ERR_OUTPUT_LOST] = { 14, "output_lost",
			      "the change was applied, but its result could not be written",
			      "applied", false },
	[ERR_WAIT_TIMEOUT] = { 15, "wait_timeout", "the target status was not reached in time",
			       "accepted, not seen done", false },
	[ERR_INTERRUPTED] = { 130, "interrupted",
			      "SIGINT; while a change is in flight the code is 10 instead",
			      "no change was in flight", false },
	[ERR_TERMINATED] = { 143, "terminated",
			     "SIGTERM; while a change is in flight the code is 10 instead",
			     "no change was in flight", false },
};

const struct err_row *err_row(enum err_kind kind)
{
	assert(kind >= 0 && kind < ERR_KIND_COUNT);
	return &rows[kind];
}

void err_done(struct err *err)
{
	if (!err)
		return;
	free(err->message);
	free(err->hint);
	free(err->response_code);
	free(err->request_id);
	free(err->response);
	free(err->at);
	*err = (struct err){ 0 };
}

int err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	err_done(err);
	err->kind = kind;
	err->message = buf_take(&message);
	err->retry_after = -1;
	return -1;
}

int err_wrap(struct err *err, const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	buf_add_format(&message, ": %s", err->message ? err->message : "");
	free(err->message);
	err->message = buf_take(&message);
	return -1;
}

int err_hint(struct err *err, const char *format, ...)
{
	struct buf hint = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&hint, format, args);
	va_end(args);
	free(err->hint);
	err->hint = buf_take(&hint);
	return -1;
}
