/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the two programs of this folder share, so that they send the same bytes: URL COUNT AT_ONCE
 * on the command line, one body, one set of headers, and one line of figures at the end. The file
 * of the environment's BENCH_CACERT is trusted.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static const char bench_body[] =
	"{\"reasonCategory\":\"CUSTOMER_CANCELLED\",\"reasonCode\":\"NOT_RENEWED\"}";

#define BENCH_USER	 "merchant"
#define BENCH_PASSWORD	 "a-password-of-some-length"
#define BENCH_ID_HEADER	 "X-RequestIdentifier"
#define BENCH_AGENT	 "bangoctl/bench"
#define BENCH_TIMEOUT_MS 30000L
#define BENCH_CONNECT_MS 5000L

struct bench {
	const char *url, *cacert;
	const char *folder; /* where what is to start is promised first; NULL: nowhere */
	long count;	    /* how many requests to send */
	long at_once;	    /* how many of them in flight */
	long started, ok;
	struct timespec begun;
};

static inline void bench_begin(struct bench *bench, int argc, char **argv)
{
	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: %s URL COUNT AT_ONCE [FOLDER]\n", argv[0]);
		exit(2);
	}
	*bench = (struct bench){ .url = argv[1],
				 .cacert = getenv("BENCH_CACERT"),
				 .folder = argv[4],
				 .count = strtol(argv[2], NULL, 10),
				 .at_once = strtol(argv[3], NULL, 10) };
	clock_gettime(CLOCK_MONOTONIC, &bench->begun);
}

static inline double bench_seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Writes the identifier of the request of that number, 36 characters and a NUL. */
static inline void bench_id(char *id, long number)
{
	snprintf(id, 37, "00000000-0000-4000-8000-%012lu", (unsigned long)number % 1000000000000UL);
}

/* Prints `CPU microseconds a request, wall seconds, resident KiB`; the exit code. */
static inline int bench_end(const struct bench *bench)
{
	struct timespec now;
	struct rusage usage;
	clock_gettime(CLOCK_MONOTONIC, &now);
	getrusage(RUSAGE_SELF, &usage);
	double cpu = bench_seconds(&usage.ru_utime) + bench_seconds(&usage.ru_stime);
	double wall = (double)(now.tv_sec - bench->begun.tv_sec) +
		      (double)(now.tv_nsec - bench->begun.tv_nsec) / 1e9;
	printf("%.2f %.3f %ld\n", cpu * 1e6 / (double)bench->count, wall, usage.ru_maxrss);
	if (bench->ok != bench->count)
		fprintf(stderr, "%ld of %ld were answered with 200\n", bench->ok, bench->count);
	return bench->ok == bench->count ? 0 : 1;
}

#endif
