/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

static void to_hex(const unsigned char raw[SHA256_DIGEST_LENGTH], char digest[DIGEST_SIZE])
{
	text_hex(digest, raw, SHA256_DIGEST_LENGTH);
	digest[DIGEST_SIZE - 1] = '\0';
}

void digest_sha256(const char *bytes, size_t len, char digest[DIGEST_SIZE])
{
	unsigned char raw[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)bytes, len, raw);
	to_hex(raw, digest);
}

struct digest {
	EVP_MD_CTX *context;
};

/* All that can fail in it is memory, and SHA-256 missing from the library. */
static void sure(int done)
{
	if (!done)
		abort();
}

struct digest *digest_new(void)
{
	struct digest *digest = mem_new(1, sizeof(*digest));
	digest->context = EVP_MD_CTX_new();
	sure(digest->context && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL));
	return digest;
}

void digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

void digest_add(struct digest *digest, const char *bytes, size_t len)
{
	sure(EVP_DigestUpdate(digest->context, bytes, len));
}

void digest_end(struct digest *digest, char hex[DIGEST_SIZE])
{
	unsigned char raw[SHA256_DIGEST_LENGTH];
	sure(EVP_DigestFinal_ex(digest->context, raw, NULL));
	to_hex(raw, hex);
	/* without a name it need not look the algorithm up again */
	sure(EVP_DigestInit_ex(digest->context, NULL, NULL));
}

void digest_leave_tables(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
