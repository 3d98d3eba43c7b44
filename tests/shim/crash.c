/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into the program by tests: counts the calls that change files below a folder or send on
 * a socket, and at one of them ends the process or lets the call fail. What stdio writes goes past
 * it.
 *
 *   BANGO_SHIM_PROGRAM  the executable in which it acts; in others it does nothing
 *   BANGO_SHIM_UNDER    the folder, as an absolute path without links
 *   BANGO_SHIM_LOG      a file that gets a line for each counted call: NAME PATH
 *   BANGO_SHIM_AT       the number of the call at which it acts, from 1
 *   BANGO_SHIM_DO       kill (before the call), kill-after, torn (killed when half of it is done),
 * short (half of it is done), full (the same, and no later write finds space), enospc, eio (a reset
 * for a socket)
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static bool is_acting(void)
{
	char here[PATH_MAX];
	const char *program = getenv("BANGO_SHIM_PROGRAM");
	ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 1);
	if (!program || n < 0)
		return false;
	here[n] = '\0';
	return strcmp(here, program) == 0;
}

static bool is_below(const char *path)
{
	const char *folder = getenv("BANGO_SHIM_UNDER");
	size_t n = folder ? strlen(folder) : 0;
	return n && strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* What a descriptor is of; empty if that does not count. */
static void name_of(int fd, char *name, size_t size)
{
	char link[64];
	struct stat facts;
	int before = errno;
	name[0] = '\0';
	if (fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode)) {
		snprintf(name, size, "socket");
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, name, size - 1);
		name[n > 0 ? n : 0] = '\0';
		if (!is_below(name))
			name[0] = '\0';
	}
	errno = before;
}

static void note(const char *call, const char *name)
{
	char line[PATH_MAX + 64];
	const char *path = getenv("BANGO_SHIM_LOG");
	if (!path)
		return;
	int before = errno, fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int n = snprintf(line, sizeof(line), "%s %s\n", call, name);
	(void)!syscall(SYS_write, fd, line, (size_t)n);
	close(fd);
	errno = before;
}

static void end_here(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

enum deed { PASS, KILL, KILL_AFTER, TORN, SHORT, NO_SPACE, BROKEN };

static enum deed count(const char *call, const char *name)
{
	static const char *const words[] = { "",      "kill",	"kill-after", "torn",
					     "short", "enospc", "eio" };
	bool writes = strstr(call, "write") != NULL;
	if (!*name || !is_acting())
		return PASS;
	note(call, name);
	const char *at = getenv("BANGO_SHIM_AT"), *what = getenv("BANGO_SHIM_DO");
	long after = atomic_fetch_add(&calls, 1) + 1 - (at ? atol(at) : LONG_MAX);
	if (what && strcmp(what, "full") == 0)
		return !writes || after < 0 ? PASS : after ? NO_SPACE : SHORT;
	if (after != 0 || !what)
		return PASS;
	for (int i = KILL; i <= BROKEN; i++)
		if (strcmp(what, words[i]) == 0)
			return (enum deed)i;
	abort();
}

static int fault_of(enum deed deed, const char *name)
{
	bool socket = strcmp(name, "socket") == 0;
	if (deed == NO_SPACE && !socket)
		return ENOSPC;
	return deed != BROKEN ? 0 : socket ? ECONNRESET : EIO;
}

#define REAL(call) ((__typeof__(&call))dlsym(RTLD_NEXT, #call))

/* One call on what has this name: `real` is the call itself, `half` a lesser one. */
#define ACT(type, call, name, real, half)                                                          \
	enum deed deed = count(call, name);                                                        \
	if (deed == KILL)                                                                          \
		end_here();                                                                        \
	int fault = fault_of(deed, name);                                                          \
	if (fault) {                                                                               \
		errno = fault;                                                                     \
		return -1;                                                                         \
	}                                                                                          \
	type result = deed == SHORT || deed == TORN ? (half) : (real);                             \
	if (deed == KILL_AFTER || deed == TORN)                                                    \
		end_here();                                                                        \
	return result

#define ACT_ON(type, call, fd, real, half)                                                         \
	char name[PATH_MAX];                                                                       \
	name_of(fd, name, sizeof(name));                                                           \
	ACT(type, call, name, real, half)

static size_t half_of(size_t n)
{
	return n > 1 ? n / 2 : n;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	ACT_ON(ssize_t, "write", fd, REAL(write)(fd, bytes, n), REAL(write)(fd, bytes, half_of(n)));
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	ACT_ON(ssize_t, "pwrite", fd, REAL(pwrite)(fd, bytes, n, at),
	       REAL(pwrite)(fd, bytes, half_of(n), at));
}

ssize_t writev(int fd, const struct iovec *parts, int count_of)
{
	ACT_ON(ssize_t, "writev", fd, REAL(writev)(fd, parts, count_of),
	       REAL(write)(fd, parts[0].iov_base, half_of(parts[0].iov_len)));
}

int fdatasync(int fd)
{
	ACT_ON(int, "fdatasync", fd, REAL(fdatasync)(fd), REAL(fdatasync)(fd));
}

int fsync(int fd)
{
	ACT_ON(int, "fsync", fd, REAL(fsync)(fd), REAL(fsync)(fd));
}

int ftruncate(int fd, off_t size)
{
	ACT_ON(int, "ftruncate", fd, REAL(ftruncate)(fd, size), REAL(ftruncate)(fd, size));
}

static const char *counted(const char *path)
{
	return is_below(path) ? path : "";
}

int rename(const char *from, const char *to)
{
	ACT(int, "rename", counted(to), REAL(rename)(from, to), REAL(rename)(from, to));
}

int renameat2(int from_in, const char *from, int to_in, const char *to, unsigned flags)
{
	ACT(int, "renameat2", counted(to), REAL(renameat2)(from_in, from, to_in, to, flags),
	    REAL(renameat2)(from_in, from, to_in, to, flags));
}

int link(const char *from, const char *to)
{
	ACT(int, "link", counted(to), REAL(link)(from, to), REAL(link)(from, to));
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	ACT_ON(ssize_t, "send", fd, REAL(send)(fd, bytes, n, flags),
	       REAL(send)(fd, bytes, half_of(n), flags));
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *to,
	       socklen_t size)
{
	ACT_ON(ssize_t, "sendto", fd, REAL(sendto)(fd, bytes, n, flags, to, size),
	       REAL(sendto)(fd, bytes, half_of(n), flags, to, size));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ACT_ON(ssize_t, "sendmsg", fd, REAL(sendmsg)(fd, message, flags),
	       REAL(send)(fd, message->msg_iov[0].iov_base, half_of(message->msg_iov[0].iov_len),
			  flags));
}
