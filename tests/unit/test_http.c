/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/http.h"

#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"

/*
 * The server: one thread, raw sockets. The first part of a request's path says what becomes of it,
 * the second is its number, by which it is counted. It keeps to what its peer may do, so that each
 * fate is certain: one request is answered, or its connection ends in the way that was asked for.
 */
enum { MOST = 256, LINES = 256 };

struct line {
	int fd;
	int answered; /* requests on this connection */
	struct buf in;
	bool silent; /* a request that gets no answer is waited for on it */
};

struct server {
	pthread_t thread;
	int listener, wake[2];
	char url[64], refused[64];
	int refusing; /* bound and not listening */
	/* guarded */
	pthread_mutex_t lock;
	int seen[MOST];
	int accepted, open;
	struct buf head; /* of the last request to /echo */
};

static int bound_socket(char *url, bool listens)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	if (listens)
		assert_int_equal(listen(fd, 512), 0);
	snprintf(url, 64, "http://127.0.0.1:%d", ntohs(address.sin_port));
	return fd;
}

static void line_send(struct line *line, const char *text, size_t len)
{
	while (len) {
		ssize_t sent = send(line->fd, text, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the client has left */
		text += sent;
		len -= (size_t)sent;
	}
}

static void line_close(struct server *server, struct line *line, bool reset)
{
	struct linger linger = { .l_onoff = reset, .l_linger = 0 };
	setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	/* counted before the client can know it */
	pthread_mutex_lock(&server->lock);
	server->open--;
	pthread_mutex_unlock(&server->lock);
	close(line->fd);
	buf_done(&line->in);
	*line = (struct line){ .fd = -1 };
}

static void answer(struct line *line, const char *method, size_t len)
{
	CLEAN_FREE char *head =
		buf_format("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			   len);
	line_send(line, head, strlen(head));
	CLEAN_FREE char *body = mem_new(1, len + 1);
	memset(body, 'x', len);
	if (strcmp(method, "HEAD") != 0)
		line_send(line, body, len);
	line->answered++;
}

/* Does what the request's path says. */
static void line_serve(struct server *server, struct line *line, size_t len)
{
	char method[16] = "", fate[16] = "";
	int number = 0;
	assert_int_equal(sscanf(buf_str(&line->in), "%15s /%15[a-z]/%d", method, fate, &number), 3);
	pthread_mutex_lock(&server->lock);
	server->seen[number]++;
	buf_clear(&server->head);
	buf_add(&server->head, line->in.data, len);
	pthread_mutex_unlock(&server->lock);
	memmove(line->in.data, line->in.data + len, line->in.len - len + 1);
	line->in.len -= len;
	static const char half[] = "HTTP/1.1 200 OK\r\nContent-Type: appl";
	if (strcmp(fate, "reset") == 0) {
		line_close(server, line, true);
	} else if (strcmp(fate, "half") == 0) {
		line_send(line, half, sizeof(half) - 1);
		line_close(server, line, false);
	} else if (strcmp(fate, "dies") == 0 && line->answered) {
		line_close(server, line, false);
	} else if (strcmp(fate, "slow") == 0) {
		line->silent = true;
	} else {
		answer(line, method, strcmp(fate, "large") == 0 ? 5000 : (size_t)number);
	}
}

/* The length of the first request that is there as a whole; 0: none. */
static size_t whole_request(const struct buf *in)
{
	const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
	if (!end)
		return 0;
	const char *length = strcasestr(in->data, "\r\nContent-Length:");
	size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	size_t len = (size_t)(end + 4 - in->data) + body;
	return in->len >= len ? len : 0;
}

static void line_read(struct server *server, struct line *line)
{
	char bytes[4096];
	ssize_t count = recv(line->fd, bytes, sizeof(bytes), 0);
	if (count <= 0) {
		line_close(server, line, false);
		return;
	}
	buf_add(&line->in, bytes, (size_t)count);
	for (size_t len; line->fd >= 0 && (len = whole_request(&line->in));)
		line_serve(server, line, len);
}

static void line_open(struct server *server, struct line *lines)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	pthread_mutex_lock(&server->lock);
	server->accepted++;
	server->open++;
	pthread_mutex_unlock(&server->lock);
	for (int i = 0; i < LINES; i++)
		if (lines[i].fd < 0) {
			lines[i].fd = fd;
			return;
		}
	abort();
}

static void *serve(void *context)
{
	struct server *server = context;
	static struct line lines[LINES];
	static struct pollfd polled[LINES + 2];
	for (int i = 0; i < LINES; i++)
		lines[i] = (struct line){ .fd = -1 };
	for (;;) {
		polled[LINES] = (struct pollfd){ .fd = server->listener, .events = POLLIN };
		polled[LINES + 1] = (struct pollfd){ .fd = server->wake[0], .events = POLLIN };
		for (int i = 0; i < LINES; i++)
			polled[i] = (struct pollfd){ .fd = lines[i].fd, .events = POLLIN };
		poll(polled, LINES + 2, -1);
		if (polled[LINES + 1].revents)
			break;
		/* who leaves is counted before who comes */
		for (int i = 0; i < LINES; i++)
			if (polled[i].revents)
				line_read(server, &lines[i]);
		if (polled[LINES].revents)
			line_open(server, lines);
	}
	for (int i = 0; i < LINES; i++)
		if (lines[i].fd >= 0)
			line_close(server, &lines[i], false);
	return NULL;
}

static int server_start(void **state)
{
	struct server *server = mem_new(1, sizeof(*server));
	sigset_t all, before;
	pthread_mutex_init(&server->lock, NULL);
	server->listener = bound_socket(server->url, true);
	server->refusing = bound_socket(server->refused, false);
	assert_int_equal(pipe(server->wake), 0);
	/* signals are for the thread under test */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	*state = server;
	return 0;
}

static int server_stop(void **state)
{
	struct server *server = *state;
	assert_int_equal(write(server->wake[1], "", 1), 1);
	pthread_join(server->thread, NULL);
	close(server->listener);
	close(server->refusing);
	close(server->wake[0]);
	close(server->wake[1]);
	buf_done(&server->head);
	pthread_mutex_destroy(&server->lock);
	free(server);
	return 0;
}

static int times_seen(struct server *server, int number)
{
	pthread_mutex_lock(&server->lock);
	int seen = server->seen[number];
	pthread_mutex_unlock(&server->lock);
	return seen;
}

/* ---- many with mixed fates ---- */

static const struct http_options options = { .timeout_ms = 60000,
					     .connect_timeout_ms = 60000,
					     .max_reply = 1000 };

/* The slow ones are not waited for that long. */
static const struct http_options hasty = { .timeout_ms = 700,
					   .connect_timeout_ms = 60000,
					   .max_reply = 1000 };

static const struct fate {
	const char *path;
	bool change;
	bool refused;
	enum err_kind kind;
	bool sent, hopeless;
	const char *told;
} fates[] = {
	{ "ok", true, false, ERR_OK, true, false, NULL },
	{ "ok", false, false, ERR_OK, true, false, NULL },
	{ "reset", true, false, ERR_UNKNOWN, true, false, NULL },
	{ "half", true, false, ERR_UNKNOWN, true, false, "in the middle of the reply's header" },
	{ "half", false, false, ERR_SERVER, true, false, "in the middle of the reply's header" },
	{ "slow", true, false, ERR_UNKNOWN, true, false, "gave no whole answer within 0.7 s" },
	{ "slow", false, false, ERR_SERVER, true, false, "gave no whole answer within 0.7 s" },
	{ "large", true, false, ERR_UNKNOWN, true, true, "the reply is larger than 1000 bytes" },
	{ "large", false, false, ERR_SERVER, true, true, "the reply is larger than 1000 bytes" },
	{ "ok", true, true, ERR_NETWORK, false, false, "no connection to 127.0.0.1:" },
	{ "ok", true, false, ERR_OK, true, false, NULL },
};

static struct http_transfer *start(struct http *http, const char *base, const struct fate *fate,
				   int number)
{
	CLEAN_FREE char *url = buf_format("%s/%s/%d", base, fate->path, number);
	const struct http_request request = { .method = fate->change ? "POST" : "GET",
					      .url = url,
					      .body = fate->change ? "{}" : NULL,
					      .body_len = fate->change ? 2 : 0,
					      .change = fate->change,
					      .loopback = true };
	bool slow = strcmp(fate->path, "slow") == 0;
	return http_start(http, &request, slow ? &hasty : &options, (void *)(uintptr_t)number);
}

static void check_fate(struct server *server, const struct fate *fate, int number,
		       const struct http_reply *reply, struct err *err)
{
	CHECK(reply->sent == fate->sent, "%d %s: sent\n", number, fate->path);
	CHECK(reply->hopeless == fate->hopeless, "%d %s: hopeless\n", number, fate->path);
	if (fate->kind == ERR_OK) {
		assert_int_equal(reply->status, 200);
		assert_int_equal(reply->body.len, number);
		assert_int_equal(reply->date, 784111777000);
		CHECK_TEXT(buf_str(&reply->content_type), "application/json", fate->path);
	}
	int seen = times_seen(server, number);
	CHECK(fate->change || fate->refused ? seen == !fate->refused : seen >= 1,
	      "%d %s: seen %d times\n", number, fate->path, seen);
	CHECK_ERR(err, fate->kind, fate->told);
}

static void mixed_fates(void **state)
{
	struct server *server = *state;
	enum { COUNT_ALL = 220, AT_ONCE = 48 };
	struct http *http = http_new();
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	http_limit(http, AT_ONCE);
	int started = 0, ended = 0;
	while (ended < COUNT_ALL) {
		for (; started < COUNT_ALL && started - ended < AT_ONCE; started++) {
			const struct fate *fate = &fates[(size_t)started % COUNT(fates)];
			start(http, fate->refused ? server->refused : server->url, fate, started);
		}
		int running = http_turn(http, 50);
		CHECK(running <= started - ended, "%d run\n", running);
		for (struct http_transfer *transfer; (transfer = http_ended(http)); ended++) {
			int number = (int)(uintptr_t)http_context(transfer);
			const struct fate *fate = &fates[(size_t)number % COUNT(fates)];
			assert_false(http_is_running(transfer));
			int result = http_end(http, transfer, &reply, &err);
			CHECK((result == 0) == (fate->kind == ERR_OK), "%d %s: %s\n", number,
			      fate->path, err.message ? err.message : "ended well");
			check_fate(server, fate, number, &reply, &err);
		}
	}
	assert_int_equal(http_turn(http, 0), 0);
	http_reply_done(&reply);
	http_free(http);
}

/* ---- connections ---- */

/* Runs `count` requests of one fate, all started at once; how many ended with a reply. */
static int run_all(struct http *http, struct server *server, const struct fate *fate, int count)
{
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	int good = 0;
	for (int i = 0; i < count; i++)
		start(http, server->url, fate, i);
	while (http_turn(http, 50))
		;
	for (struct http_transfer *transfer; (transfer = http_ended(http));) {
		good += http_end(http, transfer, &reply, &err) == 0;
		assert_true(reply.sent);
		if (err.kind)
			CHECK_ERR(&err, ERR_UNKNOWN, NULL);
	}
	http_reply_done(&reply);
	return good;
}

static void connections_are_few_and_kept(void **state)
{
	struct server *server = *state;
	struct http *http = http_new();
	http_limit(http, 8);
	for (int round = 0; round < 3; round++)
		assert_int_equal(run_all(http, server, &fates[0], 200), 200);
	http_free(http);
	assert_in_range(server->accepted, 1, 8);
	for (int i = 0; i < 200; i++)
		assert_int_equal(server->seen[i], 3);
}

/* libcurl repeats a request when a kept connection dies under it: not a change. */
static void no_change_is_sent_twice(void **state)
{
	struct server *server = *state;
	static const struct fate dies = { .path = "dies", .change = true };
	struct http *http = http_new();
	http_limit(http, 16);
	assert_int_equal(run_all(http, server, &fates[0], 16), 16);
	int good = run_all(http, server, &dies, 16);
	CHECK(good < 16, "no connection was kept\n");
	for (int i = 0; i < 16; i++)
		assert_int_equal(server->seen[i], 2);
	http_free(http);
}

/* ---- giving up ---- */

static void wait_until_seen(struct http *http, struct server *server, int number)
{
	long long end = clock_monotonic() + 30000;
	while (!times_seen(server, number) && clock_monotonic() < end)
		http_turn(http, 10);
	assert_int_equal(times_seen(server, number), 1);
}

static void given_up_in_flight(void **state)
{
	struct server *server = *state;
	static const struct fate change = { .path = "slow", .change = true },
				 read = { .path = "slow" };
	struct http *http = http_new();
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	struct http_transfer *unsent = start(http, server->url, &change, 1);
	assert_true(http_is_running(unsent));
	assert_false(http_is_sent(unsent));
	assert_int_equal(http_end(http, unsent, &reply, &err), -1);
	assert_false(reply.sent);
	CHECK_ERR(&err, ERR_INTERRUPTED, "interrupted");

	struct http_transfer *sent = start(http, server->url, &change, 2),
			     *looked = start(http, server->url, &read, 3),
			     *fine = start(http, server->url, &fates[0], 4);
	wait_until_seen(http, server, 2);
	wait_until_seen(http, server, 3);
	while (http_is_running(fine))
		http_turn(http, 10);
	assert_true(http_is_running(sent) && http_is_sent(sent));
	assert_int_equal(http_end(http, sent, &reply, &err), -1);
	assert_true(reply.sent);
	CHECK_ERR(&err, ERR_UNKNOWN, "interrupted before the answer came");
	assert_int_equal(http_end(http, looked, &reply, &err), -1);
	CHECK_ERR(&err, ERR_INTERRUPTED, NULL);
	assert_int_equal(http_end(http, fine, &reply, &err), 0);
	assert_int_equal(reply.body.len, 4);
	assert_null(http_ended(http));
	assert_int_equal(times_seen(server, 1), 0);

	/* what is in flight when all ends leaves nothing behind */
	start(http, server->url, &change, 5);
	http_turn(http, 0);
	http_reply_done(&reply);
	http_free(http);
}

static volatile sig_atomic_t signals;

static void on_alarm(int number)
{
	(void)number;
	signals++;
}

static void a_signal_ends_the_wait(void **state)
{
	struct server *server = *state;
	static const struct http_options patient = { .max_reply = 1000 };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART }, before;
	struct http *http = http_new();
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	CLEAN_FREE char *url = buf_format("%s/slow/1", server->url);
	const struct http_request request = {
		.method = "POST", .url = url, .change = true, .loopback = true
	};
	struct http_transfer *transfer = http_start(http, &request, &patient, NULL);
	wait_until_seen(http, server, 1);
	sigaction(SIGALRM, &action, &before);
	/* again and again, for one that comes before the wait does not end it */
	struct itimerval every = { { 0, 100000 }, { 0, 100000 } }, never = { { 0, 0 }, { 0, 0 } };
	setitimer(ITIMER_REAL, &every, NULL);
	long long begun = clock_monotonic();
	for (signals = 0; !signals;)
		assert_int_equal(http_turn(http, 60000), 1);
	long long waited = clock_monotonic() - begun;
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	CHECK(waited < 30000, "%lld ms\n", waited);
	assert_int_equal(http_end(http, transfer, &reply, &err), -1);
	CHECK_ERR(&err, ERR_UNKNOWN, NULL);
	http_reply_done(&reply);
	http_free(http);
}

/* ---- what one request leaves to the next on its handle ---- */

struct shape {
	const char *method, *body;
	enum http_auth auth;
	const char *name, *secret;
	const char *head; /* what arrives, but for Host and Accept */
};

static const struct shape shapes[] = {
	{ "POST", "{\"a\":1}", HTTP_AUTH_BASIC, "u", "p",
	  "POST /echo/1 HTTP/1.1|Authorization: Basic dTpw|X-N: 0|Content-Type: application/json|"
	  "Content-Length: 7||{\"a\":1}" },
	{ "POST", "{}", HTTP_AUTH_BASIC, "v", "q",
	  "POST /echo/1 HTTP/1.1|Authorization: Basic djpx|X-N: 1|Content-Type: application/json|"
	  "Content-Length: 2||{}" },
	{ "POST", NULL, HTTP_AUTH_BASIC, "u", "p",
	  "POST /echo/1 HTTP/1.1|Authorization: Basic dTpw|X-N: 2|Content-Length: 0||" },
	{ "GET", NULL, HTTP_AUTH_NONE, NULL, NULL, "GET /echo/1 HTTP/1.1|X-N: 3||" },
	{ "GET", NULL, HTTP_AUTH_BEARER, NULL, "t",
	  "GET /echo/1 HTTP/1.1|Authorization: Bearer t|X-N: 4||" },
	{ "GET", NULL, HTTP_AUTH_BEARER, NULL, "other",
	  "GET /echo/1 HTTP/1.1|Authorization: Bearer other|X-N: 5||" },
	{ "GET", NULL, HTTP_AUTH_NONE, NULL, NULL, "GET /echo/1 HTTP/1.1|X-N: 6||" },
	{ "DELETE", NULL, HTTP_AUTH_HEADER, "X-Key", "k",
	  "DELETE /echo/1 HTTP/1.1|X-N: 7|X-Key: k||" },
	{ "HEAD", NULL, HTTP_AUTH_NONE, NULL, NULL, "HEAD /echo/1 HTTP/1.1|X-N: 8||" },
	{ "GET", NULL, HTTP_AUTH_NONE, NULL, NULL, "GET /echo/1 HTTP/1.1|X-N: 9||" },
	{ "PUT", "", HTTP_AUTH_NONE, NULL, NULL,
	  "PUT /echo/1 HTTP/1.1|X-N: 10|Content-Type: application/json|Content-Length: 0||" },
};

/* The head as it is compared: bars for line ends. */
static char *arrived(const struct server *server)
{
	struct buf out = { 0 };
	const char *text = buf_str(&server->head);
	for (const char *end; (end = strstr(text, "\r\n")); text = end + 2) {
		if (strncmp(text, "Host:", 5) == 0 || strncmp(text, "Accept:", 7) == 0)
			continue;
		buf_add(&out, text, (size_t)(end - text));
		buf_add_char(&out, '|');
	}
	buf_add_str(&out, text);
	return buf_take(&out);
}

static void handles_carry_nothing_over(void **state)
{
	struct server *server = *state;
	struct http *http = http_new();
	struct http_reply reply = { 0 };
	struct err err = { 0 };
	CLEAN_FREE char *url = buf_format("%s/echo/1", server->url);
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		CLEAN_FREE char *count = buf_format("%zu", i);
		const struct http_header headers[] = {
			{ "X-N", count, false }, { "Content-Type", "application/json", false }
		};
		struct secret secret = { 0 };
		if (shape->secret)
			secret_set(&secret, shape->secret, strlen(shape->secret));
		const struct http_request request = { .method = shape->method,
						      .url = url,
						      .headers = headers,
						      .header_count = shape->body ? 2 : 1,
						      .body = shape->body,
						      .body_len =
							      shape->body ? strlen(shape->body) : 0,
						      .loopback = true,
						      .auth = shape->auth,
						      .auth_name = shape->name,
						      .secret = &secret };
		assert_int_equal(http_perform(http, &request, &options, &reply, &err), 0);
		CLEAN_FREE char *head = arrived(server);
		CHECK_TEXT(head, shape->head, shape->method);
		assert_int_equal(reply.headless, strcmp(shape->method, "HEAD") == 0);
		assert_int_equal(reply.body.len, !reply.headless);
		assert_int_equal(reply.timing.reused, i > 0);
		secret_done(&secret);
	}
	assert_int_equal(server->accepted, 1);
	http_reply_done(&reply);
	http_free(http);
}

static void what_headers_say(void **state)
{
	(void)state;
	struct http_date last = { 0 };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(http_date(&last, "Sun, 06 Nov 1994 08:49:37 GMT"), 784111777000);
		assert_int_equal(http_date(&last, "Sunday, 06-Nov-94 08:49:38 GMT"), 784111778000);
		assert_int_equal(http_date(&last, "now"), 0);
		assert_int_equal(http_date(&last, ""), 0);
		assert_int_equal(http_date(&last, "Sun, 06 Nov 1994 08:49:37 GMT, and so on"), 0);
		assert_int_equal(http_date(&last, NULL), 0);
	}
	assert_int_equal(http_retry_after(NULL), -1);
	assert_int_equal(http_retry_after(""), -1);
	assert_int_equal(http_retry_after("soon"), -1);
	assert_int_equal(http_retry_after("-1"), -1);
	assert_int_equal(http_retry_after("0"), 0);
	assert_int_equal(http_retry_after("120"), 120);
	assert_int_equal(http_retry_after("99999999999999999999"), 999999999);
	assert_int_equal(http_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), 0);
	assert_true(http_retry_after("Fri, 31 Dec 2100 23:59:59 GMT") > 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(mixed_fates, server_start, server_stop),
		cmocka_unit_test_setup_teardown(connections_are_few_and_kept, server_start,
						server_stop),
		cmocka_unit_test_setup_teardown(no_change_is_sent_twice, server_start, server_stop),
		cmocka_unit_test_setup_teardown(given_up_in_flight, server_start, server_stop),
		cmocka_unit_test_setup_teardown(a_signal_ends_the_wait, server_start, server_stop),
		cmocka_unit_test_setup_teardown(handles_carry_nothing_over, server_start,
						server_stop),
		cmocka_unit_test(what_headers_say),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
