/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an operation wants to know who calls, and which server a document is about. */
#ifndef CONTRACT_SECURITY_H
#define CONTRACT_SECURITY_H

#include "contract/reader.h"

/*
 * Fills the command's `auth` and `auth_header` by its own `security`, else the document's. Of
 * several alternatives the first that we know counts; if we know none, that is a problem, and the
 * profile decides.
 */
void security_read(struct contract *contract, const struct json *operation,
		   struct command *command);

/* The same for a call that is no operation of the document. */
void security_read_default(struct contract *contract, struct command *command);

/* The first server that can be used as a base URL, https before http, or NULL. */
const char *security_server(struct contract *contract);

#endif
