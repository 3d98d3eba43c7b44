/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that cannot fail, and cleanup by scope.
 *
 * Running out of memory ends the process with a message: no caller checks for it. This is the only
 * place that calls malloc, realloc and strdup.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>

/* Zeroed memory for `count` objects of `size` bytes; the caller frees it. Never NULL. */
void *mem_new(size_t count, size_t size);

/* Grows or shrinks `old` (NULL: a new block) to `count` objects of `size` bytes; never NULL. */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of the string `s`, or NULL for NULL; the caller frees it. */
char *mem_dup(const char *s);

/* A NUL-terminated copy of `len` bytes; the caller frees it. */
char *mem_dup_len(const char *s, size_t len);

/* Overwrites `len` bytes in a way that the compiler may not leave out. */
void mem_wipe(void *p, size_t len);

/*
 * Makes room for one more element of a growing array: `*items` has `count` elements of `size`
 * bytes, and its capacity is the next power of two from 8 on. Returns the array, which may have
 * moved.
 */
void *mem_grow(void *items, size_t count, size_t size);

/* Runs `function` on the variable's address when it goes out of scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

/* For `char *` and other plain blocks: freed when the variable goes out of scope. */
#define CLEAN_FREE CLEANUP(mem_freep)

void mem_freep(void *pointer_to_pointer);

/* Moves ownership out of the variable `p`, which becomes NULL. */
#define take(p) ((__typeof__(p))mem_take(&(p)))

void *mem_take(void *pointer_to_pointer);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
