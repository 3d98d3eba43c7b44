/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floor: POSTs through a bare curl_multi loop that does only what it must. Options are set once
 * a handle, the header with the identifier is overwritten in place, the reply is dropped.
 *
 * With a folder, the floor of what is promised: as many bytes as a bulk job has a row are in two
 * files, synced, before what is due may start.
 */
#include "bench.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BYTES_A_ROW = 500 };

struct slot {
	CURL *easy;
	struct curl_slist *headers;
	char *id; /* the identifier's digits within its header */
	struct slot *next;
};

struct promise {
	int files[2];
	char *bytes;
};

static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes, (void)context;
	return size * count;
}

static void slot_init(struct slot *slot, const struct bench *bench)
{
	static const char *const lines[] = { "Accept: application/json",
					     "Content-Type: application/json",
					     "User-Agent: " BENCH_AGENT, "Expect:" };
	CURL *easy = slot->easy = curl_easy_init();
	slot->headers =
		curl_slist_append(NULL, BENCH_ID_HEADER ": 00000000-0000-4000-8000-000000000000");
	slot->id = slot->headers->data + strlen(BENCH_ID_HEADER ": ");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		curl_slist_append(slot->headers, lines[i]);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, BENCH_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, BENCH_CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	curl_easy_setopt(easy, CURLOPT_USERNAME, BENCH_USER);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, BENCH_PASSWORD);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (bench->cacert)
		curl_easy_setopt(easy, CURLOPT_CAINFO, bench->cacert);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(bench_body));
}

static void start(CURLM *multi, struct slot *slot, struct bench *bench)
{
	bench_id(slot->id, ++bench->started);
	curl_easy_setopt(slot->easy, CURLOPT_URL, bench->url);
	curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, bench_body);
	curl_multi_add_handle(multi, slot->easy);
}

static void open_promise(struct promise *promise, const struct bench *bench)
{
	static const char *const names[] = { "journal", "audit" };
	if (!bench->folder || chdir(bench->folder) < 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		promise->files[i] = open(names[i], O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
	promise->bytes = calloc((size_t)bench->at_once, BYTES_A_ROW);
}

static void keep_promise(const struct promise *promise, long count)
{
	for (size_t i = 0; promise->bytes && count && i < 2; i++)
		if (write(promise->files[i], promise->bytes, (size_t)count * BYTES_A_ROW) < 0 ||
		    fdatasync(promise->files[i]) < 0)
			abort();
}

/* Takes what ended and starts as many anew; returns how many ended. */
static long renew(CURLM *multi, struct bench *bench, const struct promise *promise)
{
	int left;
	long ended = 0;
	struct slot *due = NULL;
	for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)); ended++) {
		struct slot *slot;
		long status = 0;
		CURLcode result = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
		curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		curl_multi_remove_handle(multi, slot->easy);
		bench->ok += result == CURLE_OK && status == 200;
		slot->next = due;
		due = slot;
	}
	keep_promise(promise, ended);
	for (; due && bench->started < bench->count; due = due->next)
		start(multi, due, bench);
	return ended;
}

int main(int argc, char **argv)
{
	struct bench bench;
	bench_begin(&bench, argc, argv);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	CURLM *multi = curl_multi_init();
	struct slot *slots = calloc((size_t)bench.at_once, sizeof(*slots));
	struct promise promise = { 0 };
	open_promise(&promise, &bench);
	for (long i = 0; i < bench.at_once && bench.started < bench.count; i++) {
		slot_init(&slots[i], &bench);
		start(multi, &slots[i], &bench);
	}
	for (int running = 1; running || bench.started < bench.count;) {
		curl_multi_perform(multi, &running);
		if (renew(multi, &bench, &promise))
			running = 1;
		else if (running)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	for (long i = 0; i < bench.at_once; i++) {
		curl_easy_cleanup(slots[i].easy);
		curl_slist_free_all(slots[i].headers);
	}
	curl_multi_cleanup(multi);
	free(slots);
	free(promise.bytes);
	return bench_end(&bench);
}
