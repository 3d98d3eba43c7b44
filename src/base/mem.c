/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	fputs("bangoctl: out of memory\n", stderr);
	abort();
}

void *mem_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		out_of_memory();
	size_t bytes = count * size;
	void *p = realloc(old, bytes ? bytes : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *mem_new(size_t count, size_t size)
{
	void *p = mem_resize(NULL, count, size);
	return memset(p, 0, count * size);
}

char *mem_dup_len(const char *s, size_t len)
{
	char *copy = mem_resize(NULL, len + 1, 1);
	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *mem_dup(const char *s)
{
	return s ? mem_dup_len(s, strlen(s)) : NULL;
}

void mem_wipe(void *p, size_t len)
{
	if (p)
		explicit_bzero(p, len);
}

void *mem_grow(void *items, size_t count, size_t size)
{
	if (count == 0)
		return mem_resize(items, 8, size);
	if (count < 8 || (count & (count - 1)))
		return items;
	return mem_resize(items, count * 2, size);
}

void mem_freep(void *pointer_to_pointer)
{
	void **p = pointer_to_pointer;
	free(*p);
	*p = NULL;
}

void *mem_take(void *pointer_to_pointer)
{
	void **p = pointer_to_pointer;
	void *taken = *p;
	*p = NULL;
	return taken;
}
