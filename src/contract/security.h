/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an operation wants to know who calls, and which server a document is about. */
#ifndef CONTRACT_SECURITY_H
#define CONTRACT_SECURITY_H

#include "contract/reader.h"

/*
 * Fills the command's `auth` and `auth_header` by its own `security`, else the document's. Of
 * several alternatives the first that we know counts; OAuth 2 and OpenID Connect only where there
 * is no other, with the token as the secret. If we know none, that is a problem, and the profile
 * decides.
 */
void security_read(struct contract *contract, const struct json *operation,
		   struct command *command);

/* The same for a call that is no operation of the document. */
void security_read_default(struct contract *contract, struct command *command);

/*
 * Fills the contract's `auth` and `auth_header`, a hint for the profile of a document: by its
 * `security`, else the first scheme that it declares and that we know; `scheme` if we know none.
 */
void security_guess(struct contract *contract);

/* To whom a request header belongs. */
enum header_owner {
	HEADER_FREE,
	HEADER_PRESET, /* we set it, and --header replaces it */
	HEADER_OURS,   /* it frames the request, or carries what other options decide */
};

enum header_owner security_header_owner(const char *name);

/* Whether the secret can be the value of this header. */
bool security_is_good_header(const char *name);

/* The first server that can be used as a base URL, https before http, or NULL. */
const char *security_server(struct contract *contract);

#endif
