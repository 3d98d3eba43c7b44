/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Base URLs: what a profile names a server by. Stricter than libcurl: whatever this accepts,
 * libcurl takes for the same scheme, host, port and path.
 */
#ifndef LIB_URL_H
#define LIB_URL_H

#include <stdbool.h>

#include "base/err.h"

/* The parts of a base URL that matter; owned by the caller. */
struct http_url {
	bool https;
	bool loopback;	 /* 127.0.0.0/8, ::1 or localhost */
	char *host;	 /* lower case */
	char *authority; /* host, and the port if one is given: the Host header */
	char *path;	 /* with its slash; "" for none */
};

void http_url_done(struct http_url *url);

/* Takes an http or https URL apart; user info, query or fragment are errors, kind ERR_CONFIG. */
int http_url_parse(const char *text, struct http_url *url, struct err *err);

#endif
