/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A secret: bytes that are wiped when they are dropped and that no printing function is given.
 * Whoever needs the bytes asks for them by `secret_reveal`, so that each such place can be found.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* What stands in output where a secret would. */
#define SECRET_MASK "***"

struct secret {
	char *hidden; /* owned; NULL: none is set */
	size_t len;
};

/* Keeps a copy of the bytes, wiping what was there. */
void secret_set(struct secret *secret, const char *bytes, size_t len);

void secret_done(struct secret *secret);

static inline bool secret_is_set(const struct secret *secret)
{
	return secret->hidden != NULL;
}

/* The bytes, NUL-terminated, borrowed: to send or to compare, never to print or to store. */
static inline const char *secret_reveal(const struct secret *secret)
{
	return secret->hidden;
}

#endif
