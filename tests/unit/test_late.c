/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/late.h"

#define NAMES(X) X(abs) X(program_invocation_short_name)

static const char *const names[] = { NAMES(LATE_NAME) };

static void opens_once(void **state)
{
	(void)state;
	static struct {
		NAMES(LATE_POINTER)
	} lib;
	late_open("libc.so.6", names, 2, &lib);
	assert_int_equal(lib.abs(-3), 3);
	assert_string_equal(*lib.program_invocation_short_name, "test_late");
	late_open("nowhere.so", names, 2, &lib);
}

static int how_it_ends(const char *file, const char *const *wanted)
{
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = { 0, 0 };
		void *pointer = NULL;
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		late_open(file, wanted, 1, &pointer);
		_exit(0);
	}
	int status = 0;
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void ends_without_it(void **state)
{
	(void)state;
	static const char *const unknown[] = { "no_such_name" };
	assert_int_equal(how_it_ends("nowhere.so", names), SIGABRT);
	assert_int_equal(how_it_ends("libc.so.6", unknown), SIGABRT);
	assert_int_equal(how_it_ends("libc.so.6", names), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_once),
		cmocka_unit_test(ends_without_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
