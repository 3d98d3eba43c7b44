/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One exchange that is waited for, and what a signal means meanwhile. */
#include "lib/http.h"

/* Whether a signal ends the exchange now: a change that may have left is given one more chance. */
static bool signal_ends(const struct http_transfer *transfer, const struct http_request *request,
			const struct http_options *options, bool *warned)
{
	int signals = options->stop ? *options->stop : 0;
	if (!signals)
		return false;
	if (!request->change || !http_is_sent(transfer) || signals > 1)
		return true;
	if (!*warned && options->on_signal)
		options->on_signal(options->context);
	*warned = true;
	return false;
}

int http_perform(struct http *http, const struct http_request *request,
		 const struct http_options *options, struct http_reply *reply, struct err *err)
{
	bool warned = false;
	struct http_transfer *transfer = http_start(http, request, options, NULL);
	/* asked before the first turn too: on a kept connection it may send it all */
	while (http_is_running(transfer) && !signal_ends(transfer, request, options, &warned))
		http_turn(http, 50);
	return http_end(http, transfer, reply, err);
}
