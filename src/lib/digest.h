/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (libcrypto). */
#ifndef LIB_DIGEST_H
#define LIB_DIGEST_H

#include <stddef.h>

enum { DIGEST_SIZE = 65 };

/* Writes the digest of `len` bytes in small hex digits, with its NUL. */
void digest_sha256(const char *bytes, size_t len, char digest[DIGEST_SIZE]);

/* The same of bytes that come one after the other. */
struct digest;

struct digest *digest_new(void);
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, const char *bytes, size_t len);

/* Writes the digest of what was added, and begins anew. */
void digest_end(struct digest *digest, char hex[DIGEST_SIZE]);

/*
 * Has libcrypto leave its tables to the end of the process, which frees them at no cost; only
 * before anything else makes it ready, as libcurl does.
 */
void digest_leave_tables(void);

#endif
