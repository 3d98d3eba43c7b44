/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <dirent.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char ca_folder[] = "/etc/ssl/certs";

struct http {
	CURLM *multi;
	CURL *easy;
};

/* One exchange while it runs. */
struct exchange {
	const struct http_request *request;
	const struct http_options *options;
	struct http_reply *reply;
	CURL *easy;
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
	int starts;	  /* how often libcurl was about to send the request */
	long size_before; /* bytes that had left before it, for a proxy's CONNECT */
	bool too_large;
	bool cut; /* the reply's header began and has not ended */
	bool repeated;
	bool warned;
	bool abandoned;
};

struct http *http_new(void)
{
	static bool ready;
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
	ready = true;
	struct http *http = mem_new(1, sizeof(*http));
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (!http->multi || !http->easy)
		abort();
	return http;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	free(http);
}

void http_reply_done(struct http_reply *reply)
{
	buf_done(&reply->body);
	buf_done(&reply->content_type);
	*reply = (struct http_reply){ .retry_after = -1 };
}

/* ---- what libcurl calls ---- */

static int on_prereq(void *context, char *remote, char *local, int remote_port, int local_port)
{
	(void)remote, (void)local, (void)remote_port, (void)local_port;
	struct exchange *exchange = context;
	exchange->starts++;
	if (exchange->starts > 1 && exchange->request->change) {
		exchange->repeated = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (exchange->starts == 1)
		curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &exchange->size_before);
	return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;
	if (exchange->reply->body.len + len > exchange->options->max_reply) {
		exchange->too_large = true;
		return 0;
	}
	buf_add(&exchange->reply->body, bytes, len);
	return len;
}

/* libcurl takes a reply whose header is cut off for a whole one without a body. */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;
	/* trailers come here too, and end without an empty line */
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
		exchange->cut = true;
	else if (len && (line[0] == '\r' || line[0] == '\n'))
		exchange->cut = false;
	return len;
}

static bool is_secret_header(const struct exchange *exchange, const char *line, size_t name_len)
{
	static const char *const secrets[] = { "Authorization", "Proxy-Authorization", "Cookie",
					       "Set-Cookie" };
	const char *own =
		exchange->request->auth == HTTP_AUTH_HEADER ? exchange->request->auth_name : NULL;
	if (own && strlen(own) == name_len && strncasecmp(own, line, name_len) == 0)
		return true;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strlen(secrets[i]) == name_len && strncasecmp(secrets[i], line, name_len) == 0)
			return true;
	return false;
}

/* Shows a block of header lines, each by itself, secrets masked. */
static void trace_head(const struct exchange *exchange, char direction, const char *text,
		       size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', len - at);
		size_t length = end ? (size_t)(end - line) : len - at;
		at += length + 1;
		while (length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
			length--;
		const char *colon = memchr(line, ':', length);
		size_t name = colon ? (size_t)(colon - line) : 0;
		if (!colon || !is_secret_header(exchange, line, name)) {
			exchange->options->on_trace(exchange->options->context, direction, line,
						    length);
			continue;
		}
		CLEAN_FREE char *masked = buf_format("%.*s: %s", (int)name, line, SECRET_MASK);
		exchange->options->on_trace(exchange->options->context, direction, masked,
					    strlen(masked));
	}
}

static int on_debug(CURL *easy, curl_infotype type, char *text, size_t len, void *context)
{
	(void)easy;
	const struct exchange *exchange = context;
	bool bodies = exchange->options->trace > 1;
	if (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN)
		trace_head(exchange, type == CURLINFO_HEADER_OUT ? '>' : '<', text, len);
	else if (bodies && (type == CURLINFO_DATA_OUT || type == CURLINFO_DATA_IN))
		exchange->options->on_trace(exchange->options->context,
					    type == CURLINFO_DATA_OUT ? '>' : '<', text, len);
	return 0;
}

/* ---- setting up ---- */

static void add_header(struct exchange *exchange, const char *name, const char *value)
{
	/* libcurl's form for a header without a value is a semicolon instead of the colon */
	CLEAN_FREE char *line =
		*value ? buf_format("%s: %s", name, value) : buf_format("%s;", name);
	exchange->headers = curl_slist_append(exchange->headers, line);
}

static void set_auth(CURL *easy, struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	switch (request->auth) {
	case HTTP_AUTH_NONE:
		return;
	case HTTP_AUTH_BASIC:
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->auth_name);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, secret_reveal(request->secret));
		return;
	case HTTP_AUTH_BEARER:
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, secret_reveal(request->secret));
		return;
	case HTTP_AUTH_HEADER:
		add_header(exchange, request->auth_name, secret_reveal(request->secret));
		return;
	}
}

static void set_method(CURL *easy, struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	bool get = strcmp(request->method, "GET") == 0, head = strcmp(request->method, "HEAD") == 0;
	bool sends_body = request->body || strcmp(request->method, "POST") == 0 ||
			  strcmp(request->method, "PUT") == 0 ||
			  strcmp(request->method, "PATCH") == 0;
	if (sends_body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
		if (!request->body)
			exchange->headers = curl_slist_append(exchange->headers, "Content-Type:");
	} else if (head) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		if (!get)
			curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	}
}

const char *http_ca_folder(void)
{
	static int known; /* 1: usable, 2: not */
	if (!known) {
		known = 2;
		DIR *folder = opendir(ca_folder);
		struct dirent *entry;
		while (folder && known == 2 && (entry = readdir(folder))) {
			size_t hex = strspn(entry->d_name, "0123456789abcdef");
			if (hex == 8 && strcmp(entry->d_name + hex, ".0") == 0)
				known = 1;
		}
		if (folder)
			closedir(folder);
	}
	return known == 1 ? ca_folder : NULL;
}

/* A folder of hashed certificates loads only the one that is needed; the bundle costs 18 ms a
 * process. */
static void set_tls(CURL *easy, const struct http_options *options)
{
	const char *file = options->cacert ? options->cacert : getenv("SSL_CERT_FILE");
	if (file && *file) {
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(easy, CURLOPT_CAINFO, file);
	} else if (http_ca_folder()) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, http_ca_folder());
	}
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->cert)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, options->cert);
	if (options->key)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key);
}

static void set_up(CURL *easy, struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	const struct http_options *options = exchange->options;
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, (long)options->certificate);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->why);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_prereq);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
	if (options->trace) {
		curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
		curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
		curl_easy_setopt(easy, CURLOPT_DEBUGDATA, exchange);
	}
	for (size_t i = 0; i < request->header_count; i++)
		add_header(exchange, request->headers[i].name, request->headers[i].value);
	set_method(easy, exchange);
	set_auth(easy, exchange);
	set_tls(easy, options);
	if (options->proxy || request->loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy ? options->proxy : "");
	exchange->headers = curl_slist_append(exchange->headers, "Expect:");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
}

/* ---- running ---- */

static bool was_sent(struct exchange *exchange)
{
	long size = 0;
	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &size);
	return exchange->starts > 1 || (exchange->starts == 1 && size > exchange->size_before);
}

/* Whether a signal ends the exchange now: a change that may have left is given one more chance. */
static bool signal_ends(struct exchange *exchange)
{
	const struct http_options *options = exchange->options;
	int signals = options->stop ? *options->stop : 0;
	if (!signals)
		return false;
	if (!exchange->request->change || !was_sent(exchange) || signals > 1)
		return true;
	if (!exchange->warned && options->on_signal)
		options->on_signal(options->context);
	exchange->warned = true;
	return false;
}

/* Drives the transfer to its end and returns libcurl's verdict. */
static CURLcode drive(struct http *http, struct exchange *exchange)
{
	CURLcode result = CURLE_ABORTED_BY_CALLBACK;
	/* on a kept connection the first step may send it all */
	exchange->abandoned = signal_ends(exchange);
	if (exchange->abandoned)
		return result;
	curl_multi_add_handle(http->multi, http->easy);
	for (int running = 1; running;) {
		if (curl_multi_perform(http->multi, &running) != CURLM_OK)
			break;
		if (running && signal_ends(exchange)) {
			exchange->abandoned = true;
			break;
		}
		if (running)
			curl_multi_poll(http->multi, NULL, 0, 200, NULL);
	}
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));)
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	curl_multi_remove_handle(http->multi, http->easy);
	return result;
}

static double seconds(CURL *easy, CURLINFO info)
{
	curl_off_t microseconds = 0;
	curl_easy_getinfo(easy, info, &microseconds);
	return (double)microseconds / 1e6;
}

/* Seconds or a date (RFC 9110, 10.2.3); -1: none. libcurl's own reading makes 0 of garbage and of
 * too many digits. */
static long read_retry_after(CURL *easy)
{
	struct curl_header *header;
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	const char *text = header->value;
	size_t digits = strspn(text, "0123456789");
	if (digits && !text[digits])
		return digits > 9 ? 999999999L : strtol(text, NULL, 10);
	time_t date = curl_getdate(text, NULL), now = time(NULL);
	if (date == -1)
		return -1;
	return date > now ? (long)(date - now) : 0;
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
			return (long long)curl_getdate(item->data + 12, NULL) * 1000;
	return 0;
}

static void read_facts(struct exchange *exchange)
{
	CURL *easy = exchange->easy;
	struct http_reply *reply = exchange->reply;
	char *type = NULL;
	long connects = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	struct curl_header *stamp;
	if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &stamp) == CURLHE_OK &&
	    curl_getdate(stamp->value, NULL) > 0)
		reply->date = (long long)curl_getdate(stamp->value, NULL) * 1000;
	reply->retry_after = read_retry_after(easy);
	reply->certificate_ends = certificate_end(easy);
	if (type)
		buf_add_str(&reply->content_type, type);
	reply->sent = was_sent(exchange);
	reply->timing = (struct http_timing){
		.resolved = seconds(easy, CURLINFO_NAMELOOKUP_TIME_T),
		.connected = seconds(easy, CURLINFO_CONNECT_TIME_T),
		.secured = seconds(easy, CURLINFO_APPCONNECT_TIME_T),
		.first_byte = seconds(easy, CURLINFO_STARTTRANSFER_TIME_T),
		.total = seconds(easy, CURLINFO_TOTAL_TIME_T),
		.reused = connects == 0,
	};
}

static int hint_of(CURLcode result, struct err *err)
{
	switch ((int)result) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_hint(err, "check the host name of base_url, and the network");
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_hint(err, "check the proxy's host name");
	case CURLE_COULDNT_CONNECT:
		return err_hint(err,
				"nothing answers there: check base_url, the port and the firewall");
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_hint(
			err, "the server's certificate is not trusted: name its CA with --cacert");
	default:
		return -1;
	}
}

static int fail(const struct exchange *exchange, CURLcode result, struct err *err)
{
	bool sent = exchange->reply->sent, change = exchange->request->change;
	enum err_kind kind = !sent ? ERR_NETWORK : change ? ERR_UNKNOWN : ERR_SERVER;
	const char *why = exchange->why[0] ? exchange->why : curl_easy_strerror(result);
	if (exchange->abandoned && !(sent && change))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	if (exchange->abandoned)
		return err_set(err, kind, "interrupted before the answer came");
	if (exchange->too_large)
		return err_set(err, kind, "the reply is larger than %zu bytes",
			       exchange->options->max_reply);
	if (exchange->repeated)
		return err_set(err, kind, "the connection died before the answer came");
	if (result == CURLE_OK)
		return err_set(err, kind,
			       "the connection was closed in the middle of the reply's header");
	if (!sent && (result == CURLE_SSL_CACERT_BADFILE || result == CURLE_SSL_CERTPROBLEM))
		return err_set(err, ERR_CONFIG, "TLS: %s", why);
	err_set(err, kind, "%s", why);
	return hint_of(result, err);
}

int http_perform(struct http *http, const struct http_request *request,
		 const struct http_options *options, struct http_reply *reply, struct err *err)
{
	struct exchange exchange = {
		.request = request, .options = options, .reply = reply, .easy = http->easy
	};
	*reply = (struct http_reply){ .retry_after = -1 };
	set_up(http->easy, &exchange);
	CURLcode result = drive(http, &exchange);
	read_facts(&exchange);
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(exchange.headers);
	reply->headless = strcmp(request->method, "HEAD") == 0;
	if (result == CURLE_OK && !exchange.cut)
		return 0;
	reply->hopeless = exchange.too_large || result == CURLE_PEER_FAILED_VERIFICATION ||
			  result == CURLE_SSL_CACERT_BADFILE || result == CURLE_SSL_CERTPROBLEM ||
			  result == CURLE_URL_MALFORMAT;
	return fail(&exchange, result, err);
}

/* ---- URLs ---- */

void http_url_done(struct http_url *url)
{
	free(url->host);
	free(url->authority);
	free(url->path);
	*url = (struct http_url){ 0 };
}

/* A part of the URL as an owned string, or NULL where there is none. */
static char *part(CURLU *handle, CURLUPart which)
{
	char *text = NULL;
	if (curl_url_get(handle, which, &text, 0) != CURLUE_OK)
		return NULL;
	char *copy = mem_dup(text);
	curl_free(text);
	return copy;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;
	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

static int take_apart(CURLU *handle, const char *text, struct http_url *url, struct err *err)
{
	/* libcurl takes the first part of the path for the host after three slashes */
	if (strstr(text, ":///") ||
	    curl_url_set(handle, CURLUPART_URL, text, CURLU_PATH_AS_IS) != CURLUE_OK)
		return err_set(err, ERR_CONFIG, "\"%s\" is not a URL", text);
	CLEAN_FREE char *scheme = part(handle, CURLUPART_SCHEME),
			*user = part(handle, CURLUPART_USER);
	CLEAN_FREE char *password = part(handle, CURLUPART_PASSWORD),
			*query = part(handle, CURLUPART_QUERY);
	CLEAN_FREE char *fragment = part(handle, CURLUPART_FRAGMENT),
			*port = part(handle, CURLUPART_PORT);
	if (!scheme || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0))
		return err_set(err, ERR_CONFIG, "the URL begins with neither https:// nor http://");
	if (user || password)
		return err_set(err, ERR_CONFIG, "the URL holds a user name or password");
	if (query || fragment || strpbrk(text, "?#"))
		return err_set(err, ERR_CONFIG, "the URL has a query or a fragment");
	url->https = strcmp(scheme, "https") == 0;
	url->host = part(handle, CURLUPART_HOST);
	for (char *p = url->host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	url->authority = port ? buf_format("%s:%s", url->host, port) : mem_dup(url->host);
	url->path = part(handle, CURLUPART_PATH);
	size_t len = strlen(url->path);
	while (len && url->path[len - 1] == '/')
		url->path[--len] = '\0';
	url->loopback = is_loopback(url->host);
	return 0;
}

int http_url_parse(const char *text, struct http_url *url, struct err *err)
{
	CURLU *handle = curl_url();
	int result = take_apart(handle, text, url, err);
	curl_url_cleanup(handle);
	if (result < 0)
		http_url_done(url);
	return result;
}

const char *http_library(void)
{
	return curl_version();
}
