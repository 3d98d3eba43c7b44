/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/http.h"

#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "lib/digest.h"
#include "lib/failure.h"
#include "lib/head.h"
#include "lib/trust.h"

/* What is known of a transfer while it runs. */
struct progress {
	CURLcode result;
	int starts;	  /* how often libcurl was about to send the request */
	long size_before; /* bytes that had left before it, for a proxy's CONNECT */
	bool running;
	bool given_up;
	bool too_large;
};

/* A transfer belongs to its handle: both serve one request after the other. */
struct http_transfer {
	CURL *easy;
	struct http_request request; /* its texts are the caller's */
	const struct http_options *options;
	void *context;
	struct http_transfer *next; /* among those that ended, or among the idle ones */
	struct progress now;
	struct http_reply reply;
	struct buf shape; /* what the handle is set up for */
	struct head head;
	struct head_reader reader;
	struct curl_slist *list; /* over the head's lines, in one block with room for so many */
	size_t room;
	char why[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct http_transfer **transfers; /* all, owned */
	size_t count;
	struct http_transfer *idle;
	struct http_transfer *ended, **ended_end;
	int running;
	bool news;	  /* something ended since the last turn */
	struct buf shape; /* of the request that is being started */
	struct http_date date;
};

struct http *http_new(void)
{
	static bool ready;
	if (!ready)
		digest_leave_tables();
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
	ready = true;
	struct http *http = mem_new(1, sizeof(*http));
	http->multi = curl_multi_init();
	if (!http->multi)
		abort();
	http->ended_end = &http->ended;
	return http;
}

static void transfer_free(struct http_transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	http_reply_done(&transfer->reply);
	buf_done(&transfer->shape);
	head_done(&transfer->head);
	free(transfer->list);
	free(transfer);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	for (size_t i = 0; i < http->count; i++) {
		if (http->transfers[i]->now.running)
			curl_multi_remove_handle(http->multi, http->transfers[i]->easy);
		transfer_free(http->transfers[i]);
	}
	curl_multi_cleanup(http->multi);
	free(http->transfers);
	buf_done(&http->shape);
	free(http);
}

void http_limit(struct http *http, long connections)
{
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, connections);
}

/* ---- what libcurl calls ---- */

static int on_prereq(void *context, char *remote, char *local, int remote_port, int local_port)
{
	(void)remote, (void)local, (void)remote_port, (void)local_port;
	struct http_transfer *transfer = context;
	struct progress *now = &transfer->now;
	now->starts++;
	if (now->starts > 1 && transfer->request.change)
		return CURL_PREREQFUNC_ABORT;
	if (now->starts == 1)
		curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &now->size_before);
	return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct http_transfer *transfer = context;
	size_t len = size * count;
	if (transfer->reply.body.len + len > transfer->options->max_reply) {
		transfer->now.too_large = true;
		return 0;
	}
	buf_add(&transfer->reply.body, bytes, len);
	return len;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct http_transfer *transfer = context;
	size_t len = size * count;
	return head_read(&transfer->reader, &transfer->reply, line, len) ? len : 0;
}

static int on_debug(CURL *easy, curl_infotype type, char *text, size_t len, void *context)
{
	(void)easy;
	const struct http_transfer *transfer = context;
	const struct http_options *options = transfer->options;
	char direction = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT ? '>' : '<';
	if (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN)
		head_trace(&transfer->request, options, direction, text, len);
	else if (options->trace > 1 && (type == CURLINFO_DATA_OUT || type == CURLINFO_DATA_IN))
		options->on_trace(options->context, direction, text, len);
	return 0;
}

/* ---- setting a handle up ---- */

static void set_method(CURL *easy, const struct http_request *request)
{
	bool get = strcmp(request->method, "GET") == 0, head = strcmp(request->method, "HEAD") == 0;
	if (head && !http_has_body(request))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (!http_has_body(request))
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (http_has_body(request) || (!head && !get))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->auth == HTTP_AUTH_BASIC)
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	else if (request->auth == HTTP_AUTH_BEARER)
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
	/* a connection that the server is about to close must not be met by a change: servers begin
	 * to close idle ones after five seconds, as Apache and Node do */
	if (request->change)
		curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 3L);
}

static void set_tls(CURL *easy, const struct http_options *options)
{
	const char *file = trust_file(options->cacert), *folder = file ? NULL : trust_folder();
	if (file || folder) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder);
	}
	curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->cert)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, options->cert);
	if (options->key)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key);
	/* without one OpenSSL asks at the terminal for a key's passphrase, in every transfer */
	curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
}

/* What stays from one request of a shape to the next. */
static void set_lasting(struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	const struct http_options *options = transfer->options;
	CURL *easy = transfer->easy;
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, (long)options->certificate);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->why);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_prereq);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	if (options->trace) {
		curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
		curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
		curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
	}
	set_method(easy, request);
	if (!http_is_plain(request) || options->proxy)
		set_tls(easy, options);
	if (options->proxy || request->loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, request->loopback ? "" : options->proxy);
}

/* libcurl only reads the list, so that its memory can serve the next request. */
static void set_headers(struct http_transfer *transfer)
{
	size_t count = transfer->head.count;
	if (count > transfer->room) {
		transfer->room = count;
		transfer->list = mem_resize(transfer->list, count, sizeof(*transfer->list));
	}
	char *line = transfer->head.lines.data;
	for (size_t i = 0; i < count; i++) {
		transfer->list[i].data = line;
		transfer->list[i].next = i + 1 < count ? &transfer->list[i + 1] : NULL;
		line += strlen(line) + 1;
	}
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->list);
}

/* What differs from request to request. */
static void set_request(struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	CURL *easy = transfer->easy;
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	if (http_has_body(request)) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	}
	head_clear(&transfer->head);
	for (size_t i = 0; i < request->header_count; i++)
		head_add(&transfer->head, request->headers[i].name, request->headers[i].value);
	if (http_has_body(request) && !request->body)
		head_add(&transfer->head, "Content-Type", NULL);
	if (request->auth == HTTP_AUTH_BASIC) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->auth_name);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, secret_reveal(request->secret));
	} else if (request->auth == HTTP_AUTH_BEARER) {
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, secret_reveal(request->secret));
	} else if (request->auth == HTTP_AUTH_HEADER) {
		head_add(&transfer->head, request->auth_name, secret_reveal(request->secret));
	}
	head_add(&transfer->head, "Expect", NULL);
	set_headers(transfer);
}

/* ---- running ---- */

/* An idle transfer, or a new one. */
static struct http_transfer *take_transfer(struct http *http)
{
	struct http_transfer *transfer = http->idle;
	if (transfer) {
		http->idle = transfer->next;
		return transfer;
	}
	transfer = mem_new(1, sizeof(*transfer));
	transfer->easy = curl_easy_init();
	if (!transfer->easy)
		abort();
	http->transfers = mem_grow(http->transfers, http->count, sizeof(struct http_transfer *));
	http->transfers[http->count++] = transfer;
	return transfer;
}

/* Ends a transfer; its facts stay readable. */
static void finish(struct http *http, struct http_transfer *transfer, CURLcode result)
{
	curl_multi_remove_handle(http->multi, transfer->easy);
	http->running--;
	http->news = true;
	transfer->now.running = false;
	transfer->now.result = result;
	transfer->next = NULL;
	*http->ended_end = transfer;
	http->ended_end = &transfer->next;
}

struct http_transfer *http_start(struct http *http, const struct http_request *request,
				 const struct http_options *options, void *context)
{
	struct http_transfer *transfer = take_transfer(http);
	transfer->request = *request;
	transfer->options = options;
	transfer->context = context;
	transfer->now = (struct progress){ .running = true };
	transfer->reader = (struct head_reader){ .date = &http->date };
	transfer->reply.retry_after = -1;
	transfer->why[0] = '\0';
	http_shape(&http->shape, request, options);
	if (http->shape.len != transfer->shape.len ||
	    memcmp(http->shape.data, transfer->shape.data, http->shape.len) != 0) {
		set_lasting(transfer);
		buf_clear(&transfer->shape);
		buf_add(&transfer->shape, http->shape.data, http->shape.len);
	}
	set_request(transfer);
	http->running++;
	if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
		finish(http, transfer, CURLE_FAILED_INIT);
	return transfer;
}

int http_turn(struct http *http, int wait_ms)
{
	int left;
	CURLMcode driven = curl_multi_perform(http->multi, &left);
	for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
		CURLcode result = message->data.result;
		struct http_transfer *transfer = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		finish(http, transfer, result);
	}
	for (size_t i = 0; driven != CURLM_OK && i < http->count; i++)
		if (http->transfers[i]->now.running)
			finish(http, http->transfers[i], CURLE_ABORTED_BY_CALLBACK);
	if (!http->news && wait_ms > 0)
		curl_multi_poll(http->multi, NULL, 0, wait_ms, NULL);
	http->news = false;
	return http->running;
}

struct http_transfer *http_ended(const struct http *http)
{
	return http->ended;
}

void *http_context(const struct http_transfer *transfer)
{
	return transfer->context;
}

bool http_is_running(const struct http_transfer *transfer)
{
	return transfer->now.running;
}

bool http_is_sent(const struct http_transfer *transfer)
{
	const struct progress *now = &transfer->now;
	long size = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &size);
	return now->starts > 1 || (now->starts == 1 && size > now->size_before);
}

/* ---- what came of it ---- */

static double seconds(CURL *easy, CURLINFO info)
{
	curl_off_t microseconds = 0;
	curl_easy_getinfo(easy, info, &microseconds);
	return (double)microseconds / 1e6;
}

/* When the server's own certificate ends; 0 where that is not known. */
static long long certificate_end(CURL *easy)
{
	struct curl_certinfo *chain = NULL;
	curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
	for (const struct curl_slist *item = chain && chain->num_of_certs ? chain->certinfo[0]
									  : NULL;
	     item; item = item->next)
		if (strncmp(item->data, "Expire date:", 12) == 0)
			return clock_parse_http(item->data + 12);
	return 0;
}

static void read_facts(struct http_transfer *transfer)
{
	CURL *easy = transfer->easy;
	struct http_reply *reply = &transfer->reply;
	char *type = NULL;
	long connects = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	buf_add_str(&reply->content_type, type ? type : "");
	reply->certificate_ends = transfer->options->certificate ? certificate_end(easy) : 0;
	reply->sent = http_is_sent(transfer);
	reply->headless = strcmp(transfer->request.method, "HEAD") == 0;
	reply->timing = (struct http_timing){
		.resolved = seconds(easy, CURLINFO_NAMELOOKUP_TIME_T),
		.connected = seconds(easy, CURLINFO_CONNECT_TIME_T),
		.secured = seconds(easy, CURLINFO_APPCONNECT_TIME_T),
		.first_byte = seconds(easy, CURLINFO_STARTTRANSFER_TIME_T),
		.total = seconds(easy, CURLINFO_TOTAL_TIME_T),
		.reused = connects == 0,
	};
}

static const struct {
	CURLcode result;
	enum failure_kind kind;
} failures[] = {
	{ CURLE_OK, FAILURE_CUT }, /* a header that is cut off is a whole reply to libcurl */
	{ CURLE_ABORTED_BY_CALLBACK, FAILURE_LINE }, /* by on_prereq */
	{ CURLE_RECV_ERROR, FAILURE_LINE },
	{ CURLE_SEND_ERROR, FAILURE_LINE },
	{ CURLE_COULDNT_RESOLVE_HOST, FAILURE_NAME },
	{ CURLE_COULDNT_RESOLVE_PROXY, FAILURE_PROXY_NAME },
	{ CURLE_COULDNT_CONNECT, FAILURE_CONNECT },
	{ CURLE_OPERATION_TIMEDOUT, FAILURE_TIMEOUT },
	{ CURLE_PROXY, FAILURE_PROXY },
	{ CURLE_SSL_CONNECT_ERROR, FAILURE_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, FAILURE_CERTIFICATE },
	{ CURLE_SSL_CACERT_BADFILE, FAILURE_CACERT },
	{ CURLE_SSL_CERTPROBLEM, FAILURE_CERT },
	{ CURLE_GOT_NOTHING, FAILURE_NO_ANSWER },
	{ CURLE_PARTIAL_FILE, FAILURE_CUT },
	{ CURLE_UNSUPPORTED_PROTOCOL, FAILURE_MALFORMED },
	{ CURLE_WEIRD_SERVER_REPLY, FAILURE_MALFORMED },
	{ CURLE_BAD_CONTENT_ENCODING, FAILURE_CODING },
};

static struct failure failure_of(struct http_transfer *transfer)
{
	CURL *easy = transfer->easy;
	CURLcode result = transfer->now.result;
	struct failure failure = {
		.sent = transfer->reply.sent,
		.in_header = transfer->reader.open || transfer->reader.too_large,
		.two_lengths = transfer->reader.two_lengths,
		.secured = transfer->reply.timing.reused || transfer->reply.timing.secured > 0,
		.by_proxy = transfer->options->proxy && !transfer->request.loopback
	};
	long number = 0;
	failure.detail = transfer->why[0] ? transfer->why : curl_easy_strerror(result);
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &failure.url); /* the caller's is gone */
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	failure.os = number ? strerror((int)number) : "nothing answers";
	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify);
	curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &failure.proxy_verify);
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
	failure.proxy_no_basic = transfer->reader.proxy_asks && !transfer->reader.proxy_basic;
	for (size_t i = 0; i < COUNT(failures); i++)
		if (failures[i].result == result)
			failure.kind = failures[i].kind;
	if (transfer->now.too_large)
		failure.kind = FAILURE_TOO_LARGE;
	return failure;
}

static int judge(struct http_transfer *transfer, struct err *err)
{
	const struct progress *now = &transfer->now;
	const struct head_reader *reader = &transfer->reader;
	struct http_reply *reply = &transfer->reply;
	bool sent = reply->sent, change = transfer->request.change;
	enum err_kind kind = !sent ? ERR_NETWORK : change ? ERR_UNKNOWN : ERR_SERVER;
	if (now->result == CURLE_OK && !reader->open && !reader->two_lengths)
		return 0;
	if (now->given_up && sent && change)
		return err_set(err, kind, "interrupted before the answer came");
	if (now->given_up)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	const struct failure failure = failure_of(transfer);
	reply->hopeless = failure_lasts(&failure);
	return failure_explain(&failure, transfer->options, kind, err);
}

int http_end(struct http *http, struct http_transfer *transfer, struct http_reply *reply,
	     struct err *err)
{
	if (transfer->now.running) {
		transfer->now.given_up = true;
		finish(http, transfer, CURLE_ABORTED_BY_CALLBACK);
	}
	struct http_transfer **link = &http->ended;
	while (*link != transfer)
		link = &(*link)->next;
	*link = transfer->next;
	if (!*link)
		http->ended_end = link;
	transfer->next = http->idle;
	http->idle = transfer;
	read_facts(transfer);
	int result = judge(transfer, err);
	struct http_reply last = *reply;
	*reply = transfer->reply;
	transfer->reply = last; /* its memory serves the next */
	http_reply_clear(&transfer->reply);
	return result;
}

const char *http_library(void)
{
	return curl_version();
}
