/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/secret.h"

#include "base/mem.h"

void secret_set(struct secret *secret, const char *bytes, size_t len)
{
	char *copy = mem_dup_len(bytes, len);
	secret_done(secret);
	secret->hidden = copy;
	secret->len = len;
}

void secret_done(struct secret *secret)
{
	mem_wipe(secret->hidden, secret->len);
	free(secret->hidden);
	*secret = (struct secret){ 0 };
}
