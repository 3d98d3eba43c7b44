/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void file_close(int *fd)
{
	if (*fd > STDERR_FILENO)
		close(*fd);
	*fd = -1;
}

static int read_to_end(int fd, const char *path, size_t max, struct buf *out, enum err_kind kind,
		       struct err *err)
{
	for (;;) {
		buf_reserve(out, 65536);
		ssize_t n = read(fd, out->data + out->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, kind, "cannot read %s: %s", path, strerror(errno));
		if (n == 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len > max)
			return err_set(err, kind, "%s is larger than %zu bytes", path, max);
	}
	return 0;
}

int file_read(const char *path, size_t max, struct buf *out, struct stat *facts, enum err_kind kind,
	      struct err *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	CLEANUP(file_close)
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, kind, "cannot open %s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, kind, "cannot read %s: it is a folder", path);
	if (facts)
		*facts = st;
	return read_to_end(fd, standard_input ? "standard input" : path, max, out, kind, err);
}

int file_write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static void sync_folder_of(const char *path)
{
	CLEAN_FREE char *folder = mem_dup(path);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	CLEANUP(file_close) int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)fsync(fd);
}

static int write_temporary(const char *name, int fd, const char *bytes, size_t len, mode_t mode,
			   struct err *err)
{
	bool ok = fchmod(fd, mode) == 0 && file_write_all(fd, bytes, len) == 0 && fsync(fd) == 0;
	int reason = errno;
	if (close(fd) < 0 && ok) {
		ok = false;
		reason = errno;
	}
	return ok ? 0 : err_set(err, ERR_INTERNAL, "cannot write %s: %s", name, strerror(reason));
}

int file_write(const char *path, const char *bytes, size_t len, mode_t mode, bool only_new,
	       struct err *err)
{
	CLEAN_FREE char *temporary = buf_format("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_INTERNAL, "cannot write beside %s: %s", path,
			       strerror(errno));
	int result = write_temporary(temporary, fd, bytes, len, mode, err);
	if (result == 0 && only_new) {
		if (link(temporary, path) < 0)
			result = err_set(err, ERR_INTERNAL, "cannot make %s: %s", path,
					 strerror(errno));
	} else if (result == 0 && rename(temporary, path) < 0) {
		result = err_set(err, ERR_INTERNAL, "cannot replace %s: %s", path, strerror(errno));
	}
	if (result < 0 || only_new)
		unlink(temporary);
	if (result == 0)
		sync_folder_of(path);
	return result;
}

int file_append(const char *path, const char *bytes, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0 || file_write_all(fd, bytes, len) < 0 || close(fd) < 0) {
		err_set(err, ERR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
		file_close(&fd);
		return -1;
	}
	return 0;
}

/* Copies up to one block. Returns 1 if there may be more, 0 at the end, -1 on failure. */
static int copy_block(int in, int out, const char *from, const char *to,
		      const volatile sig_atomic_t *stop, struct err *err)
{
	char block[65536];
	if (stop && *stop)
		return err_set(err, ERR_INTERRUPTED, "interrupted while %s was read", from);
	ssize_t n = read(in, block, sizeof(block));
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0)
		return err_set(err, ERR_USAGE, "cannot read %s: %s", from, strerror(errno));
	if (file_write_all(out, block, (size_t)n) < 0)
		return err_set(err, ERR_INTERNAL, "cannot write %s: %s", to, strerror(errno));
	return n > 0;
}

int file_spool(const char *from, const char *to, const volatile sig_atomic_t *stop, struct err *err)
{
	bool standard_input = strcmp(from, "-") == 0;
	CLEANUP(file_close)
	int in = standard_input ? STDIN_FILENO : open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return err_set(err, ERR_USAGE, "cannot open %s: %s", from, strerror(errno));
	CLEANUP(file_close)
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (out < 0)
		return err_set(err, ERR_INTERNAL, "cannot make %s: %s", to, strerror(errno));
	const char *name = standard_input ? "standard input" : from;
	int more = 1;
	while (more > 0)
		more = copy_block(in, out, name, to, stop, err);
	if (more == 0 && fsync(out) < 0)
		more = err_set(err, ERR_INTERNAL, "cannot write %s: %s", to, strerror(errno));
	if (more < 0)
		unlink(to);
	else
		sync_folder_of(to);
	return more;
}

int file_make_folder(const char *path, struct err *err)
{
	if (!*path)
		return err_set(err, ERR_INTERNAL, "cannot make a folder: its path is empty");
	CLEAN_FREE char *part = mem_dup(path);
	for (char *p = part + 1;; p++) {
		if (*p && *p != '/')
			continue;
		char kept = *p;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return err_set(err, ERR_INTERNAL, "cannot make the folder %s: %s", part,
				       strerror(errno));
		if (!kept)
			break;
		*p = kept;
	}
	struct stat st;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(err, ERR_INTERNAL, "cannot use %s: it is not a folder", path);
	return 0;
}

char *file_join(const char *folder, const char *name)
{
	return buf_format("%s/%s", folder, name);
}

char *file_home(void)
{
	const char *home = getenv("HOME");
	if (home && home[0] == '/')
		return mem_dup(home);
	const struct passwd *user = getpwuid(geteuid());
	return user && user->pw_dir[0] == '/' ? mem_dup(user->pw_dir) : NULL;
}

char *file_expand(const char *path)
{
	CLEAN_FREE char *home = path[0] == '~' && path[1] == '/' ? file_home() : NULL;
	return home ? file_join(home, path + 2) : mem_dup(path);
}
