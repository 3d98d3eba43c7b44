/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"

#include <openssl/sha.h>
#include <stdio.h>

void digest_sha256(const char *bytes, size_t len, char digest[DIGEST_SIZE])
{
	unsigned char raw[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)bytes, len, raw);
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(digest + 2 * i, 3, "%02x", raw[i]);
}
