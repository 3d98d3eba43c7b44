/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"

/* One call of the kernel serves many; no child of ours goes on as a copy that would have the same.
 */
static void fill(void *bytes, size_t len)
{
	/* up to 256 bytes getrandom is never interrupted and never short */
	static _Thread_local unsigned char store[256];
	static _Thread_local size_t left;
	if (left < len && getrandom(store, sizeof(store), 0) != (ssize_t)sizeof(store))
		abort();
	left = (left < len ? sizeof(store) : left) - len;
	memcpy(bytes, store + left, len);
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
	fill(&number, sizeof(number));
	return number % limit;
}
