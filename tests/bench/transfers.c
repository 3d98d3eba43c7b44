/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same POSTs as multi.c's through lib/http.h. */
#include "bench.h"

#include <string.h>

#include "lib/http.h"

static void start(struct http *http, const struct secret *secret,
		  const struct http_options *options, struct bench *bench)
{
	char id[37];
	bench_id(id, ++bench->started);
	const struct http_header headers[] = { { BENCH_ID_HEADER, id, false },
					       { "Accept", "application/json", false },
					       { "Content-Type", "application/json", false },
					       { "User-Agent", BENCH_AGENT, false } };
	const struct http_request request = { .method = "POST",
					      .url = bench->url,
					      .headers = headers,
					      .header_count = COUNT(headers),
					      .body = bench_body,
					      .body_len = sizeof(bench_body) - 1,
					      .change = true,
					      .loopback = true,
					      .auth = HTTP_AUTH_BASIC,
					      .auth_name = BENCH_USER,
					      .secret = secret };
	http_start(http, &request, options, NULL);
}

int main(int argc, char **argv)
{
	struct bench bench;
	bench_begin(&bench, argc, argv);
	const struct http_options options = { .timeout_ms = BENCH_TIMEOUT_MS,
					      .connect_timeout_ms = BENCH_CONNECT_MS,
					      .cacert = bench.cacert,
					      .max_reply = 1024 * 1024 };
	struct http *http = http_new();
	struct secret secret = { 0 };
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	secret_set(&secret, BENCH_PASSWORD, strlen(BENCH_PASSWORD));
	http_limit(http, bench.at_once);
	for (int running = 0; running || bench.started < bench.count;) {
		for (; running < bench.at_once && bench.started < bench.count; running++)
			start(http, &secret, &options, &bench);
		running = http_turn(http, 50);
		for (struct http_transfer *transfer; (transfer = http_ended(http));)
			if (http_end(http, transfer, &reply, &err) == 0)
				bench.ok += reply.status == 200 && reply.body.len > 0;
			else
				fprintf(stderr, "%s\n", err.message);
	}
	http_reply_done(&reply);
	secret_done(&secret);
	err_done(&err);
	http_free(http);
	return bench_end(&bench);
}
