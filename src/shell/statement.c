/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/run.h"

/* ---- where stdout goes ---- */

struct redirect {
	int kept;    /* the stdout from before; -1: nothing is redirected */
	pid_t child; /* behind a pipe; 0: none */
};

static int open_file(const struct statement *statement, struct err *err)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (statement->append ? O_APPEND : O_TRUNC);
	int fd = open(statement->file, flags, 0666);
	return fd >= 0 ? fd
		       : err_set(err, ERR_USAGE, "cannot write %s: %s", statement->file,
				 strerror(errno));
}

static void exec_shell(const char *command, int input)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigaction(SIGINT, &plain, NULL);
	sigaction(SIGTERM, &plain, NULL);
	sigaction(SIGPIPE, &plain, NULL);
	dup2(input, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int open_pipe(const struct statement *statement, pid_t *child, struct err *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_INTERNAL, "cannot make a pipe: %s", strerror(errno));
	*child = fork();
	if (*child == 0)
		exec_shell(statement->pipe, ends[0]);
	close(ends[0]);
	if (*child > 0)
		return ends[1];
	close(ends[1]);
	return err_set(err, ERR_INTERNAL, "cannot start %s: %s", statement->pipe, strerror(errno));
}

static int redirect_begin(const struct statement *statement, struct redirect *redirect,
			  struct err *err)
{
	*redirect = (struct redirect){ .kept = -1 };
	if (!statement->file && !statement->pipe)
		return 0;
	int fd = statement->file ? open_file(statement, err)
				 : open_pipe(statement, &redirect->child, err);
	if (fd < 0)
		return -1;
	redirect->kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	return 0;
}

static void redirect_end(struct redirect *redirect)
{
	if (redirect->kept < 0)
		return;
	dup2(redirect->kept, STDOUT_FILENO);
	close(redirect->kept);
	while (redirect->child && waitpid(redirect->child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* ---- expect ---- */

/* The exit code that a number or a name stands for, or -1. */
static int code_of(const char *text)
{
	CLEAN_ERR struct err ignored = { 0 };
	long long code;
	if (text_integer(text, 0, 255, &code, &ignored) == 0)
		return (int)code;
	for (int i = 0; i < ERR_KIND_COUNT; i++)
		if (strcmp(err_row((enum err_kind)i)->name, text) == 0)
			return err_row((enum err_kind)i)->exit_code;
	return -1;
}

/* How many words `expect CODE` takes at the front: 0 or 2; -1 for a bad one. */
static int expect_words(const struct statement *statement, int *code, struct err *err)
{
	if (strcmp(statement->words[0], "expect") != 0)
		return 0;
	if (statement->word_count < 3) {
		err_set(err, ERR_USAGE, "expect needs an exit code and a command");
		return err_hint(err, "write expect 4 entitlement resume ENT-1");
	}
	*code = code_of(statement->words[1]);
	if (*code < 0) {
		err_set(err, ERR_USAGE,
			"expect: \"%s\" is neither an exit code nor the name of one",
			statement->words[1]);
		return err_hint(err, "\"bangoctl help exit-codes\" lists them");
	}
	return 2;
}

static void take_words(const struct statement *statement, size_t from, struct words *words)
{
	for (size_t i = from; i < statement->word_count; i++)
		words_add(words, statement->words[i]);
}

static int judge_expectation(int expected, int result, struct err *err)
{
	int code = result < 0 ? err_row(err->kind)->exit_code : 0;
	if (code == expected) {
		err_done(err);
		return 0;
	}
	/* "unknown" says more than "not as expected": it must not be lost */
	if (result < 0 && err->kind == ERR_UNKNOWN)
		return err_wrap(err, "expected exit code %d, but it was %d", expected, code);
	if (result < 0) {
		CLEAN_FREE char *why = take(err->message);
		return err_set(err, ERR_DIFFERS, "expected exit code %d, but it was %d: %s",
			       expected, code, why);
	}
	return err_set(err, ERR_DIFFERS, "expected exit code %d, but it was 0", expected);
}

int statement_check(const struct session *session, const struct statement *statement,
		    struct err *err)
{
	CLEANUP(words_done) struct words words = { 0 };
	int code = -1;
	int taken = expect_words(statement, &code, err);
	if (taken < 0)
		return -1;
	take_words(statement, (size_t)taken, &words);
	/* `expect 2` may be there to show a line that is wrong */
	return code == err_row(ERR_USAGE)->exit_code ? 0 : run_check(session, &words, err);
}

int statement_run(struct session *session, const struct statement *statement, struct err *err)
{
	CLEANUP(words_done) struct words words = { 0 };
	struct redirect redirect;
	int expected = -1;
	int taken = expect_words(statement, &expected, err);
	if (taken < 0 || redirect_begin(statement, &redirect, err) < 0)
		return -1;
	take_words(statement, (size_t)taken, &words);
	int result = run_line(session, &words, err);
	redirect_end(&redirect);
	if (taken)
		result = judge_expectation(expected, result, err);
	return result;
}
