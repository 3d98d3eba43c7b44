/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox: a simulator of the API of a contract on a loopback port, which speaks real HTTP.
 *
 * Routes, fields, transitions and replies come from the table of commands; records live in a folder
 * and outlast the process. Several processes may use one folder at once: each request locks it. The
 * records of two contracts do not mix: each has a folder of its own, which the caller names.
 * Credentials are always `sandbox`/`sandbox` over Basic, or `sandbox` as a bearer token or in the
 * header that the contract asks for.
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
	const struct command_table *table; /* borrowed for the sandbox's life, as is the next */
	const struct json *document;	   /* that the table was made of; NULL: not known */
	bool builtin;			   /* it is the built-in one, whose records are a book */
	const char *folder;		   /* where records are kept; made when missing */
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

/* What follows needs table, folder, `builtin` and `seed`. */

/* Replaces all records of the folder by those that it begins with: the built-in book, or what the
 * contract shows as examples. */
int sandbox_reset(const struct sandbox_options *options, struct err *err);

/* Replaces all records of the folder by those of the array `records`, each with its key. */
int sandbox_load(const struct sandbox_options *options, const struct json *records,
		 struct err *err);

/* Adds to `object` the members `folder`, `entitlements` (of another contract: `records`) and
 * `byStatus`. */
int sandbox_describe(const struct sandbox_options *options, struct json_doc *doc,
		     struct json *object, struct err *err);

#endif
