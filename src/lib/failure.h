/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why an exchange brought no whole reply, in words for whoever runs the program: which host, what
 * is wrong, and the setting to look at. http.c finds the facts; the words of libcurl and OpenSSL
 * change from version to version and are shown only where nothing else is known.
 */
#ifndef LIB_FAILURE_H
#define LIB_FAILURE_H

#include "base/err.h"
#include "lib/message.h"

enum failure_kind {
	FAILURE_OTHER,
	FAILURE_NAME,	     /* the server's host name leads nowhere */
	FAILURE_PROXY_NAME,  /* the proxy's */
	FAILURE_CONNECT,     /* of the server, or of the proxy before it */
	FAILURE_TIMEOUT,     /* in any phase */
	FAILURE_PROXY,	     /* it was reached, and makes no way to the server */
	FAILURE_TLS,	     /* the handshake, or an alert after it */
	FAILURE_CERTIFICATE, /* the server's is not trusted */
	FAILURE_CACERT,	     /* the file of CA certificates is unusable */
	FAILURE_CERT,	     /* our own certificate or its key is */
	FAILURE_NO_ANSWER,
	FAILURE_LINE,	   /* while something was sent or received */
	FAILURE_CUT,	   /* in the header or in the body */
	FAILURE_MALFORMED, /* what came back is no reply */
	FAILURE_TOO_LARGE, /* its body, for max_reply */
	FAILURE_CODING,	   /* its transfer coding is not understood */
};

/* Texts are borrowed; those that are not known are NULL, numbers 0. */
struct failure {
	enum failure_kind kind;
	const char *url;    /* of the request */
	const char *detail; /* in the library's words, never NULL */
	const char *os;	    /* in the system's */
	bool by_proxy;	    /* one that the options name, which is not for loopback */
	bool secured;	    /* the TLS handshake with the server is done */
	bool sent;	    /* something of the request left */
	bool in_header;	    /* the reply's header had not ended */
	bool two_lengths;   /* it names two that differ */
	long verify;	    /* X509_V_ERR_… of the server's certificate; 0 is a wrong host name */
	long proxy_verify;  /* of the proxy's, which then counts if `verify` is 0 */
	long proxy_status;  /* of the answer to CONNECT; 407 also for SOCKS that wants a password */
	bool proxy_no_basic; /* it wants credentials in another way than Basic */
};

/* Whether trying again cannot help. */
bool failure_lasts(const struct failure *failure);

/* Sets `err`, of that kind, to the sentence and its hint; returns -1. A file that cannot be used is
 * ERR_CONFIG as long as nothing was sent. */
int failure_explain(const struct failure *failure, const struct http_options *options,
		    enum err_kind kind, struct err *err);

#endif
