/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

const char *memory_file(const void *bytes, size_t len)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(ftruncate(fd, (off_t)len) == 0);
	must(pwrite(fd, bytes, len, 0) == (ssize_t)len);
	return path;
}
