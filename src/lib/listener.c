/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/listener.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/late.h"
#include "base/text.h"

/* clang-format off */
#define NAMES(X) \
	X(MHD_add_response_header) X(MHD_create_response_from_buffer) \
	X(MHD_create_response_from_callback) X(MHD_destroy_response) X(MHD_get_connection_info) \
	X(MHD_get_connection_values_n) X(MHD_get_version) X(MHD_lookup_connection_value) \
	X(MHD_queue_response) X(MHD_set_connection_option) X(MHD_start_daemon) \
	X(MHD_stop_daemon)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_MICROHTTPD)

enum {
	IDLE_SECONDS = 120,
	MAX_CONNECTIONS = 1024,
	CONNECTION_MEMORY = 65536,
	BLOCK_SIZE = 65536,
	BACKLOG = 511
};

struct listener {
	struct MHD_Daemon *daemon;
	listener_handler *handler;
	void *context;
	int port;
	int stopping; /* an eventfd, readable from listener_stop on */
};

/* A request on its way in. */
struct incoming {
	char *target; /* owned: path and query as on the wire */
	struct buf body;
	bool begun;
	int refused;
	const char *why;
};

/* ---- what libmicrohttpd lets through ---- */

struct framing {
	const char *line_end; /* where the line before ended; NULL before the first */
	size_t hosts, lengths, codings;
	bool broken; /* a NUL in a line, a bare LF, or a folded line */
};

/*
 * The library keeps headers as C strings in its own buffer and so hides a NUL and what follows it.
 * It cannot hide the gap: only the line's CR and LF may stand between a value and the next name.
 */
static bool line_is_whole(const struct framing *framing, const char *name, size_t name_len,
			  const char *value)
{
	if (framing->line_end && framing->line_end + 2 != name)
		return false;
	for (const char *p = name + name_len + 1; p < value; p++)
		if (*p != ' ' && *p != '\t')
			return false;
	return name + name_len < value;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
				 size_t name_len, const char *value, size_t value_len)
{
	(void)kind;
	struct framing *framing = context;
	framing->broken =
		framing->broken || !value || !line_is_whole(framing, name, name_len, value);
	framing->line_end = value ? value + value_len : NULL;
	framing->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
	framing->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
	framing->codings += strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
	return MHD_YES;
}

/* Why a request must be refused (RFC 9112, 3.2, 6.3 and 2.2), or NULL. */
static const char *framing_fault(struct MHD_Connection *connection, const char *method,
				 const char *version)
{
	struct framing framing = { 0 };
	lib.MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &framing);
	const union MHD_ConnectionInfo *info =
		lib.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	/* the empty line that ends the header is two more bytes */
	if (framing.line_end && info && framing.line_end + 4 != method + info->header_size)
		framing.broken = true;
	/* from 1.0 on the library refuses this itself */
	if (framing.broken && MHD_VERSION < 0x01000000)
		return "a header line is broken or holds a NUL";
	if (framing.lengths && framing.codings)
		return "Transfer-Encoding together with Content-Length";
	if (framing.lengths > 1)
		return "Content-Length is repeated";
	if (framing.hosts > 1 || (framing.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
		return framing.hosts ? "Host is repeated" : "Host is missing";
	return NULL;
}

static bool announces_too_much(struct MHD_Connection *connection)
{
	const char *text = lib.MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							   MHD_HTTP_HEADER_CONTENT_LENGTH);
	CLEAN_ERR struct err ignored = { 0 };
	long long length;
	return text && text_integer(text, 0, LISTENER_MAX_BODY, &length, &ignored) < 0;
}

/* ---- waiting ---- */

/*
 * Waits so many milliseconds; a negative number: until the client goes. False if the listener
 * stops, or the client has gone.
 */
static bool wait_for(const struct listener *listener, struct MHD_Connection *connection,
		     long long ms)
{
	int fd = lib.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			 ->connect_fd;
	struct pollfd fds[] = {
		{ .fd = listener->stopping, .events = POLLIN },
		{ .fd = fd, .events = POLLRDHUP },
	};
	long long end = clock_monotonic() + ms;
	for (;;) {
		long long left = ms < 0 ? -1 : end - clock_monotonic();
		if (ms >= 0 && left <= 0)
			return true;
		/* who waits for a late reply may have closed his sending side */
		int count = poll(fds, ms < 0 ? 2 : 1, left > 60000 ? 60000 : (int)left);
		if (count > 0)
			return false;
	}
}

/* The library's idle time runs on while we wait; setting it anew starts it again. */
static bool delay(const struct listener *listener, struct MHD_Connection *connection, long long ms)
{
	lib.MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	bool ok = wait_for(listener, connection, ms);
	lib.MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
				      (unsigned)IDLE_SECONDS);
	return ok;
}

/* ---- replies ---- */

/* A body that is not in memory as a whole, or that breaks off. */
struct stream {
	struct buf body;
	size_t filler_at, filler;
	size_t end; /* how much of it is sent */
	bool breaks;
};

static ssize_t on_read(void *context, uint64_t position, char *out, size_t max)
{
	const struct stream *stream = context;
	size_t at = (size_t)position, filler_end = stream->filler_at + stream->filler;
	if (at >= stream->end)
		return stream->breaks ? MHD_CONTENT_READER_END_WITH_ERROR
				      : MHD_CONTENT_READER_END_OF_STREAM;
	size_t stop = at < stream->filler_at ? stream->filler_at
		      : at < filler_end	     ? filler_end
					     : stream->end;
	if (stop > stream->end)
		stop = stream->end;
	size_t len = stop - at < max ? stop - at : max;
	if (at >= stream->filler_at && at < filler_end)
		memset(out, 'x', len);
	else
		memcpy(out, stream->body.data + (at < stream->filler_at ? at : at - stream->filler),
		       len);
	return (ssize_t)len;
}

static void free_stream(void *context)
{
	struct stream *stream = context;
	buf_done(&stream->body);
	free(stream);
}

static struct MHD_Response *streamed(struct listener_reply *reply)
{
	struct stream *stream = mem_new(1, sizeof(*stream));
	size_t total = reply->body.len + reply->filler;
	*stream = (struct stream){
		.body = reply->body,
		.filler_at = reply->filler_at,
		.filler = reply->filler,
		.end = reply->end == LISTENER_HALF ? total / 2 : total,
		.breaks = reply->end == LISTENER_HALF,
	};
	reply->body = (struct buf){ 0 };
	return lib.MHD_create_response_from_callback(total, BLOCK_SIZE, on_read, stream,
						     free_stream);
}

static struct MHD_Response *whole(struct listener_reply *reply)
{
	size_t len = reply->body.len;
	return lib.MHD_create_response_from_buffer(len, buf_take(&reply->body),
						   MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct listener_reply *reply,
				  bool last)
{
	bool plain = reply->end == LISTENER_SEND && !reply->filler;
	struct MHD_Response *response = plain ? whole(reply) : streamed(reply);
	for (size_t i = 0; i < reply->header_count; i++)
		(void)lib.MHD_add_response_header(response, reply->headers[i].name,
						  reply->headers[i].value);
	if (last)
		(void)lib.MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result result =
		lib.MHD_queue_response(connection, (unsigned)reply->status, response);
	lib.MHD_destroy_response(response);
	return result;
}

static void reply_done(struct listener_reply *reply)
{
	for (size_t i = 0; i < reply->header_count; i++)
		free(reply->headers[i].value);
	buf_done(&reply->body);
}

static enum MHD_Result finish(const struct listener *listener, struct MHD_Connection *connection,
			      struct listener_reply *reply, bool last)
{
	if (reply->delay > 0 && !delay(listener, connection, reply->delay))
		return MHD_NO;
	switch (reply->end) {
	case LISTENER_HANG:
		(void)wait_for(listener, connection, -1);
		return MHD_NO;
	case LISTENER_CLOSE:
		return MHD_NO;
	case LISTENER_SEND:
	case LISTENER_HALF:
		return send_reply(connection, reply, last);
	}
	return MHD_NO;
}

/* ---- requests ---- */

/* Is called with the request line: the only place that shows the target as it was sent. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	(void)context;
	(void)connection;
	struct incoming *incoming = mem_new(1, sizeof(*incoming));
	incoming->target = mem_dup(target);
	return incoming;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	struct incoming *incoming = *state;
	if (!incoming)
		return;
	free(incoming->target);
	buf_done(&incoming->body);
	free(incoming);
	*state = NULL;
}

static enum MHD_Result answer(struct listener *listener, struct MHD_Connection *connection,
			      const char *method, struct incoming *incoming)
{
	char *mark = strchr(incoming->target, '?');
	if (mark)
		*mark = '\0';
	struct listener_request request = {
		.method = method,
		.path = incoming->target,
		.query = mark ? mark + 1 : "",
		.body = buf_str(&incoming->body),
		.body_len = incoming->body.len,
		.refused = incoming->refused,
		.why = incoming->why,
		.connection = connection,
	};
	CLEANUP(reply_done) struct listener_reply reply = { 0 };
	listener->handler(listener->context, &request, &reply);
	return finish(listener, connection, &reply, incoming->refused != 0);
}

static void refuse(struct incoming *incoming, int status, const char *why)
{
	incoming->refused = status;
	incoming->why = why;
}

/* Keeps what fits; the rest is read and dropped, since a reply can only be given at the end. */
static void collect(struct incoming *incoming, const char *bytes, size_t len)
{
	if (len > LISTENER_MAX_BODY - incoming->body.len)
		refuse(incoming, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
	else
		buf_add(&incoming->body, bytes, len);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *bytes,
				  size_t *len, void **state)
{
	(void)url;
	struct incoming *incoming = *state;
	if (!incoming->begun) {
		incoming->begun = true;
		const char *fault = framing_fault(connection, method, version);
		if (fault)
			refuse(incoming, MHD_HTTP_BAD_REQUEST, fault);
		else if (announces_too_much(connection))
			refuse(incoming, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
		return incoming->refused ? answer(context, connection, method, incoming) : MHD_YES;
	}
	if (*len) {
		collect(incoming, bytes, *len);
		*len = 0;
		return MHD_YES;
	}
	return answer(context, connection, method, incoming);
}

const char *listener_header(const struct listener_request *request, const char *name)
{
	return lib.MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void listener_reply_header(struct listener_reply *reply, const char *name, const char *value)
{
	assert(reply->header_count < LISTENER_MAX_HEADERS);
	reply->headers[reply->header_count++] =
		(struct listener_field){ .name = name, .value = mem_dup(value) };
}

/* ---- start and stop ---- */

/* A listening socket, so that a failure has a reason; *port becomes the real one. */
static int open_socket(int *port, struct err *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	socklen_t len = sizeof(address);
	int on = 1;
	CLEANUP(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return err_set(err, ERR_INTERNAL, "cannot listen on 127.0.0.1:%d: %s", *port,
			       strerror(errno));
	*port = ntohs(address.sin_port);
	int taken = fd;
	fd = -1;
	return taken;
}

static struct MHD_Daemon *start_daemon(struct listener *listener, int fd, bool dated)
{
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			 MHD_USE_POLL | (dated ? 0U : (unsigned)MHD_USE_SUPPRESS_DATE_NO_CLOCK);
	return lib.MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, listener, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
}

int listener_start(struct listener **listener, const struct listener_settings *settings,
		   listener_handler *handler, void *context, struct err *err)
{
	open_library();
	int port = settings->port;
	CLEANUP(file_close) int fd = open_socket(&port, err);
	if (fd < 0)
		return -1;
	struct listener *made = mem_new(1, sizeof(*made));
	*made = (struct listener){ .handler = handler, .context = context, .port = port };
	made->stopping = eventfd(0, EFD_CLOEXEC);
	/* signals belong to the caller's thread: the listener's threads inherit this mask */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	made->daemon = made->stopping < 0 ? NULL : start_daemon(made, fd, settings->dated);
	int reason = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!made->daemon) {
		listener_stop(made);
		return err_set(err, ERR_INTERNAL, "cannot start the HTTP server: %s",
			       strerror(reason));
	}
	fd = -1;
	*listener = made;
	return 0;
}

int listener_port(const struct listener *listener)
{
	return listener->port;
}

void listener_stop(struct listener *listener)
{
	if (!listener)
		return;
	if (listener->stopping >= 0)
		(void)eventfd_write(listener->stopping, 1);
	if (listener->daemon)
		lib.MHD_stop_daemon(listener->daemon);
	file_close(&listener->stopping);
	free(listener);
}

const char *listener_library(void)
{
	static char name[64];
	open_library();
	snprintf(name, sizeof(name), "libmicrohttpd %s", lib.MHD_get_version());
	return name;
}
