/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness from the kernel: identifiers that are unique, and jitter. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

enum { UUID_SIZE = 37 };

/* Writes a UUID of version 4 (RFC 9562), lower case, with its NUL. */
void random_uuid(char uuid[UUID_SIZE]);

/* A number from 0 to `limit` - 1; `limit` is at least 1. */
uint64_t random_below(uint64_t limit);

#endif
