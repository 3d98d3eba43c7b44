/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that only some commands need, opened by the first of them: linked, it would cost a
 * tenth to a third of a millisecond at each start. The file that knows it lists what it uses in
 * NAMES(X), and has
 *
 *	static struct { NAMES(LATE_POINTER) } lib;
 *	static const char *const names[] = { NAMES(LATE_NAME) };
 *
 * After late_open(FILE, names, COUNT(names), &lib), lib.f() is f(), and *lib.v the variable v.
 */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <stddef.h>

#define LATE_POINTER(name) __typeof__(&(name)) name;
#define LATE_NAME(name)	   LATE_TEXT(name)
#define LATE_TEXT(name)	   #name,

/*
 * Opens the library, once, and writes to `pointers` where its `count` names are. Without it nothing
 * can go on: aborts with a message then, as the loader would have done at the start.
 */
void late_open(const char *file, const char *const *names, size_t count, void *pointers);

#endif
