/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (libcrypto). */
#ifndef LIB_DIGEST_H
#define LIB_DIGEST_H

#include <stddef.h>

enum { DIGEST_SIZE = 65 };

/* Writes the digest of `len` bytes in small hex digits, with its NUL. */
void digest_sha256(const char *bytes, size_t len, char digest[DIGEST_SIZE]);

#endif
