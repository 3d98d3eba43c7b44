/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static void fill(unsigned char *bytes, size_t len)
{
	/* up to 256 bytes getrandom is never interrupted and never short */
	if (getrandom(bytes, len, 0) != (ssize_t)len)
		abort();
}

void random_uuid(char uuid[UUID_SIZE])
{
	unsigned char b[16];
	fill(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(uuid, UUID_SIZE,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
}

uint64_t random_below(uint64_t limit)
{
	uint64_t number = 0;
	fill((unsigned char *)&number, sizeof(number));
	return number % limit;
}
