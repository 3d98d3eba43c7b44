/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one run of the program holds: options, config, profile, the table of commands, the
 * connection, the sandbox, the credentials. Made in main.c; everything in engine/ works on it.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <signal.h>

#include "base/secret.h"
#include "contract/reader.h"
#include "engine/config.h"
#include "engine/settings.h"
#include "grammar/parse.h"
#include "lib/http.h"
#include "sandbox/sandbox.h"

struct session;

/* What a command of our own does. */
typedef int (*action_function)(struct session *session, const struct command *command,
			       const struct values *values, struct err *err);

struct session {
	const action_function *actions; /* by enum action; borrowed */
	volatile sig_atomic_t *stop;	/* counts signals; borrowed. The shell sets it back to 0 */
	const volatile sig_atomic_t *last_signal; /* borrowed */
	struct values globals;
	struct config config;
	char *profile;		 /* owned; NULL: none is named */
	bool profile_explicit;	 /* named by --profile */
	bool profile_by_default; /* named by default_profile only */
	struct settings settings;
	struct contract contract;
	struct command_table table;	    /* ours, then the contract's */
	const struct command **table_items; /* owned */
	struct err
		trouble; /* why config, profile or contract cannot be used; kind ERR_OK: they can */
	struct http *http;	 /* made at the first exchange */
	struct sandbox *sandbox; /* made at the first call of profile sandbox */
	char *username;		 /* owned; with `secret` the credentials once they were asked for */
	struct secret secret;
	struct secret env_password; /* BANGOCTL_PASSWORD, taken out of the environment */
	const struct words *argv;   /* the words of this command, for the audit log; borrowed */
	const char *command;	    /* the name of the command that runs; NULL: none was found */
	bool applied;		    /* a change was applied in this command */
	unsigned long changes;
	size_t lent;	/* so many of the last globals hold for the present line only */
	bool in_shell;	/* the table has the shell's own commands too */
	bool quit;	/* the shell or script is to end */
	const char *at; /* "FILE:LINE" of the script line that runs, or NULL; borrowed */
	struct {
		int exit_code;
		char *request_id; /* owned; NULL: nothing was sent */
		struct http_timing timing;
	} last;	     /* the call that ended last */
	char **seen; /* owned: ids of replies, for completion */
	size_t seen_count;
	long long last_request; /* clock_monotonic, for `rate` */
	long long deadline;	/* clock_monotonic of the end of --wait; 0: none */
};

/*
 * Takes BANGOCTL_PASSWORD out of the environment, and reads config, profile and contract by the
 * global options, which the caller put into `globals`. What goes wrong stays in `trouble`, and the
 * table then holds the built-in contract: help works all the same. Returns -1, kind ERR_USAGE, only
 * for bad options.
 */
int session_settle(struct session *session, struct err *err);

/* The names that a document cannot have in this session. */
struct contract_reserved session_reserved(const struct session *session);

/* Adds the shell's own commands to the table. */
void session_enter_shell(struct session *session);

/*
 * Makes in `other`, which is empty, a session with the same options but this profile (NULL: as
 * before). -1 with the reason if that profile cannot be used; session_done in any case.
 */
int session_derive(const struct session *session, const char *profile, struct session *other,
		   struct err *err);

/* Goes on with another profile, or changes nothing and returns -1. The connections stay. */
int session_use(struct session *session, const char *profile, struct err *err);

/* -1 with what is in `trouble`. */
int session_trouble(struct session *session, struct err *err);

void session_done(struct session *session);

bool session_is_sandbox(const struct session *session);
bool session_is_live(const struct session *session);

/* Whether the person at the terminal may be asked. */
bool session_may_ask(const struct session *session);

/* The folder for what outlasts a run, $BANGOCTL_STATE_DIR or by XDG; the caller frees it. */
char *session_state_folder(void);

/* The folder for what can be made again, $BANGOCTL_STATE_DIR/cache or by XDG; the caller frees it.
 */
char *session_cache_folder(void);

/* The client, made when first needed. */
struct http *session_http(struct session *session);

#endif
