/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * took RUNS FILE COMMAND [ARGUMENT…]: runs a command so many times, its output into FILE, and
 * prints a line for each run: wall seconds, CPU seconds, peak KiB (of the largest process, if it is
 * several).
 *
 * It is a program of its own because the peak that wait4 tells begins with that of the parent. It
 * leads a group of processes, see common.py.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Returns the command's exit code. */
static int run(const char *file, char **command)
{
	pid_t pid;
	int status;
	struct rusage usage;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, file,
					 O_WRONLY | O_CREAT | O_TRUNC, 0600);
	double begun = now();
	int failed = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (failed) {
		fprintf(stderr, "%s: %s\n", command[0], strerror(failed));
		return 127;
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return 127;
	printf("%.6f %.6f %ld\n", now() - begun,
	       seconds(&usage.ru_utime) + seconds(&usage.ru_stime), usage.ru_maxrss);
	posix_spawn_file_actions_destroy(&actions);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* When the bench was killed: with everything that runs here. */
static void end_group(int number)
{
	(void)number;
	kill(0, SIGKILL);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: %s RUNS FILE COMMAND [ARGUMENT...]\n", argv[0]);
		return 2;
	}
	signal(SIGTERM, end_group);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	int code = 0;
	for (long left = strtol(argv[1], NULL, 10); left > 0 && code == 0; left--)
		code = run(argv[2], argv + 3);
	return code;
}
