/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox: a simulator of the Merchant Server API on a loopback port, which speaks real HTTP.
 *
 * Routes, fields, transitions and replies come from the table of commands; entitlements live in a
 * folder and outlast the process. Several processes may use one folder at once: each request locks
 * it. Credentials are always `sandbox`/`sandbox` over Basic, whatever the contract asks for.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/err.h"
#include "grammar/command.h"
#include "lib/json.h"

#define SANDBOX_USER	 "sandbox"
#define SANDBOX_PASSWORD "sandbox"

struct sandbox;

struct sandbox_options {
	const struct command_table *table; /* borrowed for the sandbox's life */
	const char *folder;		   /* where entitlements are kept; made when missing */
	int port;			   /* 0: one that is free */
	const char *const *faults;	   /* fault words: see faults.h */
	size_t fault_count;
	long long seed; /* -1: none. With a seed, faults and the clock are the same each time */
	bool log;	/* one line a request on stderr */
};

/* Starts serving in a thread of its own. ERR_USAGE for a bad fault, ERR_INTERNAL for the rest. */
int sandbox_start(struct sandbox **sandbox, const struct sandbox_options *options, struct err *err);

/* The port on 127.0.0.1. */
int sandbox_port(const struct sandbox *sandbox);

/* Ends open connections and the thread; NULL is allowed. */
void sandbox_stop(struct sandbox *sandbox);

/* Replaces all entitlements of the folder by the built-in book. `seed` as above. */
int sandbox_reset(const char *folder, long long seed, struct err *err);

/* Replaces all entitlements of the folder by those of the array `records`, each with an
 * entitlementId. */
int sandbox_load(const char *folder, const struct json *records, long long seed, struct err *err);

/* Adds to `object` the members `folder`, `entitlements` and `byStatus`. */
int sandbox_describe(const char *folder, long long seed, struct json_doc *doc, struct json *object,
		     struct err *err);

#endif
