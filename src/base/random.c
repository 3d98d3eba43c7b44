/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"

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
	/* 8-4-4-4-12 digits */
	static const size_t ends[] = { 4, 6, 8, 10, 16 };
	for (size_t i = 0, from = 0; i < COUNT(ends); from = ends[i++]) {
		text_hex(uuid, b + from, ends[i] - from);
		uuid += 2 * (ends[i] - from);
		*uuid++ = '-';
	}
	uuid[-1] = '\0';
}

uint64_t random_below(uint64_t limit)
{
	uint64_t number = 0;
	fill((unsigned char *)&number, sizeof(number));
	return number % limit;
}
