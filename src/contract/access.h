/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a document says that its server is reached: the address and the kind of credentials. */
#ifndef CONTRACT_ACCESS_H
#define CONTRACT_ACCESS_H

#include "contract/reader.h"

/*
 * The first server's URL with its variables' defaults put in and no slash at the end (Swagger 2:
 * made of schemes, host and basePath). NULL if it names none or only a path. The caller frees it.
 */
char *access_server(const struct contract *contract);

/* In the terms of the settings `auth` and `auth_header`. */
struct access_auth {
	const char *auth;   /* "basic", "bearer", "header", or NULL: none that is known */
	const char *header; /* the header's name, for "header" */
	const char *scheme; /* the scheme's name in the document */
};

/* The first scheme of credentials that the document asks for, or else declares, and that a profile
 * can have. */
struct access_auth access_auth(const struct contract *contract);

#endif
