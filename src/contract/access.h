/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which credentials a profile for a document needs, as far as it lets one guess. */
#ifndef CONTRACT_ACCESS_H
#define CONTRACT_ACCESS_H

#include "contract/reader.h"

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
