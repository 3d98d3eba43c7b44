/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of an input as a file that has a path, for readers that open one themselves. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* The path of a regular file with these bytes; it is the same file every time. */
const char *memory_file(const void *bytes, size_t len);

#endif
