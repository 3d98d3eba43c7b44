/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static bool fits(const char *text, size_t len)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return true;
	size_t lines = 0, column = 0;
	for (size_t i = 0; i < len; i++) {
		column++;
		if (text[i] == '\n' || column > size.ws_col) {
			lines++;
			column = 0;
		}
	}
	return lines < size.ws_row;
}

static const char *command(void)
{
	const char *own = getenv("BANGOCTL_PAGER"), *common = getenv("PAGER");
	return own ? own : common ? common : "less -FRX";
}

static void exec_pager(int input)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigaction(SIGPIPE, &plain, NULL);
	sigaction(SIGTERM, &plain, NULL);
	dup2(input, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", command(), (char *)NULL);
	_exit(127);
}

bool pager_show(const char *text, size_t len)
{
	int ends[2];
	if (!isatty(STDOUT_FILENO) || fits(text, len) || !*command() || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	pid_t child = fork();
	if (child == 0)
		exec_pager(ends[0]);
	close(ends[0]);
	/* a pager that ends before it has read all is no failure: its reader has seen enough */
	bool started = child > 0;
	if (started)
		(void)file_write_all(ends[1], text, len);
	close(ends[1]);
	int status = 0;
	while (started && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return started &&
	       !(WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127));
}
