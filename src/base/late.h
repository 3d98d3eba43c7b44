/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that only some commands need, opened by the first of them: linked, it would cost a
 * tenth to a third of a millisecond at each start. The file that knows it lists what it uses,
 *
 *	#define NAMES(X) X(f) X(v)
 *	LATE_LIBRARY(NAMES, LIB_NAME)
 *
 * and after open_library(), lib.f() is f(), and *lib.v the variable v.
 */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <stddef.h>

#include "base/mem.h"

#define LATE_POINTER(name) __typeof__(&(name)) name;
#define LATE_NAME(name)	   LATE_TEXT(name)
#define LATE_TEXT(name)	   #name,

#define LATE_LIBRARY(NAMES, file)                                                                  \
	static struct {                                                                            \
		NAMES(LATE_POINTER)                                                                \
	} lib;                                                                                     \
	static void open_library(void)                                                             \
	{                                                                                          \
		static const char *const names[] = { NAMES(LATE_NAME) };                           \
		late_open(file, names, COUNT(names), &lib);                                        \
	}

/*
 * Opens the library, once, and writes to `pointers` where its `count` names are. Without it nothing
 * can go on: aborts with a message then, as the loader would have done at the start.
 */
void late_open(const char *file, const char *const *names, size_t count, void *pointers);

#endif
