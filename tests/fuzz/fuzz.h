/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each target has: the one function that libFuzzer and replay.c call. A target holds the
 * reader's promises with `must`, which stays in release builds: what was read and is written reads
 * the same again, a failure has a message, a bound is kept.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One input. Returns 0; a broken promise aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
