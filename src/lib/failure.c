/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/failure.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/trust.h"

/* HOST[:PORT] of a URL. */
static char *host_of(const char *url)
{
	const char *start = strstr(url, "://");
	start = start ? start + 3 : url;
	return mem_dup_len(start, strcspn(start, "/?#"));
}

static bool says(const struct failure *failure, const char *words)
{
	return strstr(failure->detail, words);
}

/* What the library says last, and most to the point. */
static const char *last_words(const struct failure *failure)
{
	const char *colon = strrchr(failure->detail, ':');
	return colon ? colon + 1 + strspn(colon + 1, " ") : failure->detail;
}

static int other(const struct failure *failure, const char *what, const char *host,
		 enum err_kind kind, struct err *err)
{
	return err_set(err, kind, "%s %s: %s", what, host, failure->detail);
}

/* ---- on the way to the server ---- */

static int explain_connect(const struct failure *failure, const struct http_options *options,
			   const char *host, enum err_kind kind, struct err *err)
{
	if (failure->by_proxy) {
		err_set(err, kind, "no connection to the proxy %s: %s", options->proxy,
			failure->os);
		return err_hint(err, "check proxy (--proxy), its port and the firewall");
	}
	err_set(err, kind, "no connection to %s: %s", host, failure->os);
	return err_hint(
		err,
		"nothing answers there: check base_url, its port, the firewall, and HTTPS_PROXY if it is set");
}

/* The limit that ended the exchange, in seconds. */
static double limit_of(const struct failure *failure, const struct http_options *options)
{
	long limit = options->timeout_ms;
	if (!failure->sent && options->connect_timeout_ms &&
	    (!limit || options->connect_timeout_ms < limit))
		limit = options->connect_timeout_ms;
	return (double)limit / 1000;
}

static int explain_timeout(const struct failure *failure, const struct http_options *options,
			   const char *host, enum err_kind kind, struct err *err)
{
	double limit = limit_of(failure, options);
	if (failure->sent) {
		err_set(err, kind, "%s gave no whole answer within %g s", host, limit);
		return err_hint(err, "raise %s if the server is that slow",
				options->is_wait ? "--wait" : "timeout (--timeout)");
	}
	err_set(err, kind, "no %s %s within %g s",
		says(failure, "CONNECT") ? "tunnel of the proxy to"
		: says(failure, "SSL")	 ? "TLS handshake with"
					 : "connection to",
		host, limit);
	return err_hint(
		err,
		"check base_url, proxy (--proxy) and the firewall, or raise connect_timeout (--connect-timeout)");
}

/* Which way a SOCKS proxy goes, libcurl tells only in words. */
static bool wants_password(const struct failure *failure)
{
	return failure->proxy_status == 407 || failure->proxy_status == 401 ||
	       says(failure, "uthentication") || says(failure, "rejected by the SOCKS");
}

static int explain_proxy(const struct failure *failure, const char *host, enum err_kind kind,
			 struct err *err)
{
	long status = failure->proxy_status;
	if (wants_password(failure) && failure->proxy_no_basic) {
		err_set(err, kind, "the proxy asks for Digest, NTLM or Negotiate");
		return err_hint(err, "only Basic is known here: ask who runs the proxy");
	}
	if (wants_password(failure)) {
		err_set(err, kind, "the proxy asks for a user name and a password that it knows");
		return err_hint(err, "%sset %s://USER:PASSWORD@HOST:PORT in the environment",
				failure->by_proxy ? "leave proxy (--proxy) out, and " : "",
				status ? "HTTPS_PROXY=http" : "ALL_PROXY=socks5");
	}
	if (status >= 300) {
		err_set(err, kind, "the proxy opened no tunnel to %s: HTTP %ld", host, status);
		return err_hint(
			err, "%s",
			status >= 500 || status == 429
				? "check base_url; if it is right, ask who runs the proxy"
			: status == 403
				? "ask who runs the proxy to allow that host and port"
				: "check that proxy (--proxy) names a proxy, and whether it wants a login first");
	}
	if (says(failure, "complete SOCKS")) {
		err_set(err, kind, "the proxy does not reach %s", host);
		return err_hint(err, "check base_url; if it is right, ask who runs the proxy");
	}
	err_set(err, kind, "the proxy opened no tunnel to %s", host);
	return err_hint(err, "check proxy (--proxy), its kind (http, socks5) and its port");
}

/* ---- TLS ---- */

/* What OpenSSL's words tell of a handshake. */
static const struct {
	const char *words;
	const char *what; /* after the host */
	const char *hint;
} alerts[] = {
	{ "wrong version number", "does not speak TLS at this port",
	  "check the port of base_url, and proxies on the way" },
	{ "packet length too long", "does not speak TLS at this port",
	  "check the port of base_url, and proxies on the way" },
	{ "protocol version", "does not speak TLS 1.2 or a later version",
	  "who runs it has to enable TLS 1.2" },
	{ "unsupported protocol", "does not speak TLS 1.2 or a later version",
	  "who runs it has to enable TLS 1.2" },
	{ "unrecognized name", "refuses this host name in the TLS handshake",
	  "check the host name of base_url" },
	{ "no application protocol", "does not speak HTTP/1.1", "check base_url" },
	{ "certificate required", "asks for a client certificate",
	  "name it and its key with cert and key (--cert, --key)" },
	{ "alert unknown ca", "does not accept the client certificate",
	  "check cert and key (--cert, --key)" },
	{ "alert bad certificate", "does not accept the client certificate",
	  "check cert and key (--cert, --key)" },
	{ "alert certificate", "does not accept the client certificate",
	  "check cert and key (--cert, --key)" },
	{ "alert unsupported certificate", "does not accept the client certificate",
	  "check cert and key (--cert, --key)" },
	{ "handshake failure", "broke off the TLS handshake",
	  "if it asks for a client certificate, name it with cert and key (--cert, --key); else it wants a cipher that is not safe" },
	{ "SSL_ERROR_SYSCALL", "closed the connection in the TLS handshake",
	  "check base_url and its port, and proxies and firewalls on the way" },
	{ "unexpected eof", "closed the connection in the TLS handshake",
	  "check base_url and its port, and proxies and firewalls on the way" },
	{ "reset", "closed the connection in the TLS handshake",
	  "check base_url and its port, and proxies and firewalls on the way" },
};

static int explain_tls(const struct failure *failure, const char *host, enum err_kind kind,
		       struct err *err)
{
	for (size_t i = 0; i < COUNT(alerts); i++) {
		if (!says(failure, alerts[i].words))
			continue;
		err_set(err, kind, "%s %s", host, alerts[i].what);
		return err_hint(err, "%s", alerts[i].hint);
	}
	err_set(err, kind, "the TLS handshake with %s failed: %s", host, last_words(failure));
	return err_hint(err, "check the port of base_url, and proxies on the way");
}

static const char clock_hint[] =
	"check this machine's clock; if it is right, who runs the server has to renew the certificate";
static const char host_hint[] = "check the host name of base_url";
static const char trust_hint[] =
	"name its CA with cacert (--cacert), unless the server should have sent an intermediate certificate along";

/* By the numbers of openssl/x509_vfy.h, which never change. */
static const struct {
	long verify;
	const char *what; /* after "the certificate of HOST" */
	const char *hint;
} verdicts[] = {
	{ 0, "is for another host", host_hint },
	{ 1, "is for another host", host_hint },
	{ 2, "is signed by a CA that is not trusted", trust_hint },
	{ 9, "is not valid yet", clock_hint },
	{ 10, "has expired, or that of its CA", clock_hint },
	{ 18, "is signed by itself",
	  "if that is meant to be, name the certificate with cacert (--cacert)" },
	{ 19, "is signed by a CA that is not trusted", trust_hint },
	{ 20, "is signed by a CA that is not trusted", trust_hint },
	{ 21, "is signed by a CA that is not trusted", trust_hint },
	{ 62, "is for another host", host_hint },
	{ 64, "is for another host", host_hint },
	{ 66, "has a key that is too weak", "who runs the server has to replace it" },
	{ 67, "has a key that is too weak, or that of its CA",
	  "who runs the server has to replace it" },
	{ 68, "has a signature that is too weak", "who runs the server has to replace it" },
};

static int explain_certificate(const struct failure *failure, const char *host, enum err_kind kind,
			       struct err *err)
{
	bool of_proxy = !failure->verify && failure->proxy_verify;
	long verify = of_proxy ? failure->proxy_verify : failure->verify;
	if (of_proxy)
		host = "the proxy";
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		if (verdicts[i].verify != verify)
			continue;
		err_set(err, kind, "the certificate of %s %s", host, verdicts[i].what);
		bool of_name = verdicts[i].hint == host_hint;
		return err_hint(err, "%s",
				of_proxy && of_name ? "check the host name of proxy (--proxy)"
						    : verdicts[i].hint);
	}
	err_set(err, kind, "the certificate of %s is not accepted: %s", host, last_words(failure));
	return err_hint(err, "who runs the server has to replace it");
}

/* What is wrong with a file before its contents are looked at, or `otherwise`. */
static const char *fault_of_file(const char *path, const char *otherwise)
{
	struct stat facts;
	if (stat(path, &facts) < 0 || access(path, R_OK) < 0)
		return strerror(errno);
	return S_ISDIR(facts.st_mode) ? "it is a folder, not a file" : otherwise;
}

static int explain_cacert(const struct http_options *options, struct err *err)
{
	const char *path = trust_file(options->cacert);
	err_set(err, ERR_CONFIG, "%s \"%s\": %s", options->cacert ? "cacert" : "SSL_CERT_FILE",
		path ? path : "",
		fault_of_file(path ? path : "", "it holds no certificate in PEM form"));
	return err_hint(err, "name a file with the certificates of the CAs to trust");
}

static int explain_cert(const struct failure *failure, const struct http_options *options,
			struct err *err)
{
	const char *cert = options->cert ? options->cert : "";
	const char *fault = fault_of_file(cert, NULL);
	if (fault)
		return err_set(err, ERR_CONFIG, "cert \"%s\": %s", cert, fault);
	if (says(failure, "client certificate"))
		return err_set(err, ERR_CONFIG, "cert \"%s\": it holds no certificate in PEM form",
			       cert);
	if (!options->key) {
		err_set(err, ERR_CONFIG, "cert \"%s\": there is no key with it", cert);
		return err_hint(err, "name it with key (--key)");
	}
	fault = fault_of_file(options->key, NULL);
	if (fault)
		return err_set(err, ERR_CONFIG, "key \"%s\": %s", options->key, fault);
	err_set(err, ERR_CONFIG,
		"key \"%s\": it is not the certificate's key, or locked by a passphrase",
		options->key);
	return err_hint(err,
			"\"openssl pkey\" writes one without passphrase, for a file of mode 0600");
}

/* ---- the reply ---- */

static const struct {
	const char *words;
	const char *what; /* after "the reply of HOST" */
} malformed[] = {
	{ "without colon", "has a header line without a colon" },
	{ "Nul byte", "has a NUL byte in its header" },
	{ "esponse headers", "has a header that is too large" },
	{ "Content-Length", "has a length that is no number" },
	{ "response code", "has a status that is no number of three digits" },
	{ "HTTP version", "is of another version of HTTP" },
	{ "hunk", "has malformed chunks" },
};

static int explain_malformed(const struct failure *failure, const char *host, enum err_kind kind,
			     struct err *err)
{
	if (says(failure, "HTTP/0.9")) {
		err_set(err, kind, "what %s answers is not HTTP", host);
		return err_hint(err, "check the port of base_url, and whether it has to be https");
	}
	for (size_t i = 0; i < COUNT(malformed); i++)
		if (says(failure, malformed[i].words))
			return err_set(err, kind, "the reply of %s %s", host, malformed[i].what);
	return err_set(err, kind, "the connection to %s broke before the whole answer came", host);
}

/* libcurl has one code for whatever happens while something is sent or received. */
static int explain_line(const struct failure *failure, const char *host, enum err_kind kind,
			struct err *err)
{
	if (says(failure, "alert") || (!failure->sent && says(failure, "SSL")))
		return explain_tls(failure, host, kind, err);
	if (!failure->sent && !failure->secured &&
	    (failure->by_proxy || says(failure, "CONNECT") || says(failure, "SOCKS") ||
	     says(failure, "roxy")))
		return explain_proxy(failure, host, kind, err);
	if (!failure->sent) {
		err_set(err, kind, "%s closed the connection before the request was sent", host);
		return err_hint(
			err,
			"if it asks for a client certificate, name it with cert and key (--cert, --key); else check proxies and firewalls on the way");
	}
	return explain_malformed(failure, host, kind, err);
}

/* What is said of a reply that began, or never did. */
static int explain_reply(const struct failure *failure, const struct http_options *options,
			 const char *host, enum err_kind kind, struct err *err)
{
	if (failure->kind == FAILURE_TOO_LARGE) {
		err_set(err, kind, "the reply is larger than %zu bytes", options->max_reply);
		return err_hint(err, "raise max_reply (--max-reply) if that is meant to be");
	}
	if (failure->kind == FAILURE_NO_ANSWER)
		return err_set(err, kind, "%s closed the connection without an answer", host);
	if (failure->kind == FAILURE_CODING)
		return err_set(err, kind,
			       "the reply of %s is compressed in a way that is not understood",
			       host);
	if (failure->two_lengths)
		return err_set(err, kind, "the reply of %s has two different lengths", host);
	if (failure->kind == FAILURE_CUT)
		return err_set(err, kind,
			       "%s closed the connection in the middle of the reply's %s", host,
			       failure->in_header ? "header" : "body");
	/* libcurl is "out of memory", or we had enough of it */
	if (failure->in_header)
		return err_set(err, kind, "the reply of %s has a header that is too large", host);
	return other(failure, "no reply of", host, kind, err);
}

bool failure_lasts(const struct failure *failure)
{
	return failure->kind == FAILURE_CERTIFICATE || failure->kind == FAILURE_CACERT ||
	       failure->kind == FAILURE_CERT || failure->kind == FAILURE_TOO_LARGE ||
	       failure->proxy_status == 401 || failure->proxy_status == 403 ||
	       failure->proxy_status == 407;
}

static int explain(const struct failure *failure, const struct http_options *options,
		   enum err_kind kind, struct err *err)
{
	CLEAN_FREE char *host = host_of(failure->url);
	switch (failure->kind) {
	case FAILURE_NAME:
		err_set(err, kind, "the host name of %s leads to no address", host);
		return err_hint(err, "check base_url, and the network's name server");
	case FAILURE_PROXY_NAME:
		err_set(err, kind, "the host name of the proxy leads to no address");
		return err_hint(err, "check proxy (--proxy) or HTTPS_PROXY");
	case FAILURE_CONNECT:
		return explain_connect(failure, options, host, kind, err);
	case FAILURE_TIMEOUT:
		return explain_timeout(failure, options, host, kind, err);
	case FAILURE_PROXY:
		return explain_proxy(failure, host, kind, err);
	case FAILURE_TLS:
		return explain_tls(failure, host, kind, err);
	case FAILURE_CERTIFICATE:
		return explain_certificate(failure, host, kind, err);
	case FAILURE_CACERT:
		return explain_cacert(options, err);
	case FAILURE_CERT:
		return explain_cert(failure, options, err);
	case FAILURE_LINE:
		return explain_line(failure, host, kind, err);
	case FAILURE_MALFORMED:
		return explain_malformed(failure, host, kind, err);
	case FAILURE_OTHER:
	case FAILURE_NO_ANSWER:
	case FAILURE_CUT:
	case FAILURE_TOO_LARGE:
	case FAILURE_CODING:
		break;
	}
	return explain_reply(failure, options, host, kind, err);
}

int failure_explain(const struct failure *failure, const struct http_options *options,
		    enum err_kind kind, struct err *err)
{
	int result = explain(failure, options, kind, err);
	/* libcurl may connect anew after the request has left, and read the certificates again */
	if (failure->sent)
		err->kind = kind;
	return result;
}
