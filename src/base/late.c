/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void find(void *library, const char *name, void *pointer)
{
	void *found = library ? dlsym(library, name) : NULL;
	if (!found) {
		fprintf(stderr, "bangoctl: %s\n", dlerror());
		abort();
	}
	memcpy(pointer, &found, sizeof(found));
}

void late_open(const char *file, const char *const *names, size_t count, void *pointers)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	void *first;
	pthread_mutex_lock(&mutex);
	memcpy(&first, pointers, sizeof(first));
	void *library = first ? NULL : dlopen(file, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; i < count && !first; i++)
		find(library, names[i], (char *)pointers + i * sizeof(first));
	pthread_mutex_unlock(&mutex);
}
