/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { MAX_ANSWER = 4096, LEAST_WIDTH = 20 };

size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	CLEAN_ERR struct err ignored = { 0 };
	long long width = 0;
	struct winsize size;
	if (columns && text_integer(columns, LEAST_WIDTH, 10000, &width, &ignored) == 0)
		return (size_t)width;
	if ((ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ||
	     ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) &&
	    size.ws_col)
		return size.ws_col < LEAST_WIDTH ? LEAST_WIDTH : size.ws_col;
	return 80;
}

bool terminal_color(int fd, const char *choice)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"),
		   *term = getenv("TERM");
	if (strcmp(choice, "auto") != 0)
		return strcmp(choice, "always") == 0;
	if (no && *no)
		return false;
	if (force && *force && strcmp(force, "0") != 0)
		return true;
	if (term && strcmp(term, "dumb") == 0)
		return false;
	return isatty(fd);
}

bool terminal_can_ask(void)
{
	const char *ci = getenv("CI");
	if ((ci && *ci) || !isatty(STDERR_FILENO))
		return false;
	CLEANUP(file_close) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	return fd >= 0;
}

/* Reads to the end of the line; what is longer than allowed is read and dropped. Signals come
 * through only while it waits: one between the question and the read would be lost. */
static int read_line(int fd, const sigset_t *waiting, struct buf *answer, struct err *err)
{
	for (;;) {
		char c;
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t n = ppoll(&ready, 1, NULL, waiting) < 0 ? -1 : read(fd, &c, 1);
		if (n < 0)
			return err_set(err, ERR_REFUSED, "the question was not answered: %s",
				       strerror(errno));
		if (n == 0)
			return err_set(err, ERR_REFUSED, "the question was not answered");
		if (c == '\n')
			break;
		if (answer->len <= MAX_ANSWER)
			buf_add_char(answer, c);
	}
	if (answer->len > MAX_ANSWER)
		return err_set(err, ERR_REFUSED, "the answer is longer than %d bytes", MAX_ANSWER);
	return 0;
}

int terminal_ask(const char *prompt, bool hidden, struct buf *answer, struct err *err)
{
	CLEANUP(file_close) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(err, ERR_REFUSED, "cannot ask: %s", strerror(errno));
	sigset_t held, waiting;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &waiting);
	struct termios before;
	bool changed = hidden && tcgetattr(fd, &before) == 0;
	if (changed) {
		struct termios silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(fd, TCSAFLUSH, &silent);
	}
	/* what was pasted or typed ahead is no answer */
	tcflush(fd, TCIFLUSH);
	int result = file_write_all(fd, prompt, strlen(prompt)) < 0
			     ? err_set(err, ERR_REFUSED, "cannot ask: %s", strerror(errno))
			     : read_line(fd, &waiting, answer, err);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	if (changed) {
		tcsetattr(fd, TCSAFLUSH, &before);
		(void)file_write_all(fd, "\n", 1);
	}
	return result;
}

void terminal_note(const char *format, ...)
{
	CLEAN_BUF struct buf text = { 0 }, line = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&text, format, args);
	va_end(args);
	buf_add_str(&line, "bangoctl: ");
	text_escape(&line, buf_str(&text), text.len, false);
	buf_add_char(&line, '\n');
	(void)file_write_all(STDERR_FILENO, line.data, line.len);
}
