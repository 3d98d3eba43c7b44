/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a command is. API calls (made of a contract by contract/reader.h) and our own commands (rows
 * in commands/) are the same struct; parser, help, completion, request building, sandbox and tests
 * read it and nothing else. Nothing here owns anything: whoever made the table keeps the texts
 * alive.
 */
#ifndef GRAMMAR_COMMAND_H
#define GRAMMAR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;
struct limits;

enum arg_type {
	ARG_STRING,
	ARG_INT,
	ARG_NUMBER,
	ARG_FLAG,
	ARG_CHOICE,
	ARG_FILE,
	ARG_JSON,
	ARG_TIME, /* YYYY-MM-DD or ISO 8601; on the wire UTC */
	ARG_DATE, /* YYYY-MM-DD */
	ARG_PAIR, /* key=value, a member of an object; may be repeated */
};

/* Where an argument goes: into the request, or to us. */
enum arg_place { ARG_CLIENT, ARG_PATH, ARG_QUERY, ARG_HEADER, ARG_BODY };

enum arg_flags {
	ARG_POSITIONAL = 1,
	ARG_REQUIRED = 2,
	ARG_REPEAT = 4,
	ARG_SECRET = 8,
	ARG_OPTIONAL_VALUE = 16, /* --name alone counts as true, --name=value as that */
	ARG_DEPRECATED = 32,
	ARG_DEEP = 64,	/* an object in the query: name[key]=value instead of key=value */
	ARG_NULL = 128, /* a member of the body that may be null */
};

struct choice {
	const char *value;
	const char *help; /* may be NULL */
};

struct arg {
	const char *name; /* the option without its dashes, or the positional's name */
	char letter;	  /* '\0': none */
	enum arg_type type;
	enum arg_place place;
	unsigned flags;
	const char *wire; /* the name in the request; a body's nested member is dotted */
	const char *meta; /* what stands for the value in help; NULL: made of the type */
	const char *help; /* one line, no full stop */
	const struct choice *choices; /* ARG_CHOICE, ARG_FLAG: exactly these. ARG_STRING:
					 suggestions */
	size_t choice_count;
	long long min, max; /* ARG_INT, and the characters of texts; both 0: no limit */
	size_t least, most; /* ARG_REPEAT: how many values, if any; 0: no limit */
	char joint;	    /* ARG_REPEAT: stands between the values; '\0': each goes by itself */
	const struct limits *limits; /* what a contract demands beyond that, or NULL */
	int (*check)(const struct arg *arg, const char *what, const char *text,
		     struct err *err); /* of the limits: -1, ERR_USAGE, if the text breaks one */
	const char *fallback;	       /* "uuid": a fresh one is sent if none is given; or NULL */
	const char *preset;	 /* what the server takes if none is given, or NULL: for help */
	const char *example;	 /* the value that the sample reply was made with, or NULL */
	const char *evidence;	 /* "documented: …" or "inferred: …", or NULL for our own */
	const struct json *node; /* what declares it in the document, or NULL */
};

/* How a contract wants a call to show who sends it. */
enum auth {
	AUTH_UNSAID, /* the contract does not say: the profile decides */
	AUTH_NONE,   /* without credentials */
	AUTH_BASIC,
	AUTH_BEARER,
	AUTH_HEADER, /* the secret is the value of a header */
};

/* How the body is written. */
enum body_form {
	BODY_JSON,
	BODY_URLENCODED, /* application/x-www-form-urlencoded: only texts, numbers and lists of them
			  */
	BODY_UNSUPPORTED /* in none of the ways that the contract allows: no such call can be made
			  */
};

/* What a call does to Bango's records, and so how it is confirmed and retried. */
enum effect { EFFECT_READ, EFFECT_CHANGE };

/* The danger of a command in a live profile. */
enum danger { DANGER_NONE, DANGER_MODERATE, DANGER_SEVERE };

/* What a command of our own does: an index of the array of functions in main.c. */
enum action {
	ACTION_CALL, /* an API call */
	ACTION_REQUEST,
	ACTION_COMMANDS,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_CONFIG_INIT,
	ACTION_CONFIG_CHECK,
	ACTION_CONFIG_SHOW,
	ACTION_CONFIG_PATH,
	ACTION_PROFILE_LIST,
	ACTION_PROFILE_SHOW,
	ACTION_CONTRACT_CHECK,
	ACTION_CONTRACT_SHOW,
	ACTION_CONTRACT_EXPORT,
	ACTION_CONTRACT_DIFF,
	ACTION_CONTRACT_USE,
	ACTION_SANDBOX_SERVE,
	ACTION_SANDBOX_RESET,
	ACTION_SANDBOX_SEED,
	ACTION_SANDBOX_STATUS,
	ACTION_AUDIT_SHOW,
	ACTION_AUDIT_VERIFY,
	ACTION_AUDIT_EXPORT,
	ACTION_RECONCILE,
	ACTION_WHOAMI,
	ACTION_DOCTOR,
	ACTION_COMPLETION,
	ACTION_COMPLETE,
	ACTION_MANUAL,
	ACTION_BULK,
	ACTION_BULK_RESUME,
	ACTION_BULK_STATUS,
	ACTION_BULK_FAILURES,
	ACTION_BULK_RESULTS,
	ACTION_RUN,
	ACTION_USE,
	ACTION_SET,
	ACTION_STATUS,
	ACTION_SOURCE,
	ACTION_EXPECT,
	ACTION_QUIT,
	ACTION_SHELL, /* of no command: bangoctl alone at a terminal */
	ACTION_COUNT
};

/* A condition of a transition: the body field `field` (or "status", the present one) is `value`;
 * "*" means: is given at all. */
struct condition {
	const char *field;
	const char *value;
};

struct command;

/* Fills in what of a command was left for its first use. */
struct command_rest {
	void (*fill)(struct command_rest *rest, struct command *command);
};

/* One rule for the status that a change leads to; the first whose conditions all hold decides. */
struct transition {
	const char *status;
	const struct condition *when;
	size_t when_count;
};

struct command {
	struct command_rest *rest; /* NULL: it is whole; else command_whole fills arguments,
				      examples, transitions and reply in */
	const char *name;	   /* the words: "entitlement suspend" */
	const char *summary;
	const char *description;
	const char *const *examples; /* whole command lines */
	size_t example_count;
	const struct arg *args; /* positionals first, in their order */
	size_t arg_count;

	enum action action;
	bool hidden;	  /* for programs: not in help and completion */
	bool derived;	  /* made of another command: not in lists of all commands */
	size_t own_count; /* of a derived one: so many arguments, the first, are its own */
	bool in_shell;	  /* only within the shell and scripts */

	/* the rest is for API calls */
	const char *operation_id;
	const char *method;
	const char *path; /* a template with {wire} holes */
	enum effect effect;
	enum danger danger;
	const char *done; /* "suspended": the past tense for the report of a change; may be NULL */
	const char *const *from; /* the statuses that the change is legal from; none: any */
	size_t from_count;
	const struct transition *to;
	size_t to_count;
	const char *rows; /* the member of a reply that holds the records, or NULL */
	const char *const *columns;
	size_t column_count;
	bool deprecated;
	enum auth auth;
	const char *auth_header; /* of AUTH_HEADER */
	enum body_form body_form;
	bool body_required;
	bool body_open;	   /* the body may have members that are no arguments */
	size_t body_least; /* the body has at least so many members (minProperties) */
	const char *evidence;
	int success; /* the status of the reply of success that the contract shows; 0: it shows none
		      */
	bool bodiless;		   /* that reply has no body */
	const struct json *sample; /* the example of the reply of success, or NULL */
	const struct json *record; /* the schema's properties of that reply, resolved, or NULL */
	const struct json *node;   /* the operation in the document */
};

/* A table of commands: not owned. */
struct command_table {
	const struct command *const *items;
	size_t count;
};

/* The command with all that belongs to it: the same, which is filled in at the first time. Not for
 * several threads at once. NULL for NULL. */
const struct command *command_whole(const struct command *command);

/* The command of that name, whole, or NULL. */
const struct command *command_find(const struct command_table *table, const char *name);

/* Whether some command begins with these words: `entitlement` is the group of `entitlement get`. */
bool command_is_group(const struct command_table *table, const char *name);

/* The argument of that name (positionals too), or NULL. */
const struct arg *command_arg(const struct command *command, const char *name);

/* The argument that goes to that place under that wire name, or NULL. */
const struct arg *command_wire_arg(const struct command *command, enum arg_place place,
				   const char *wire);

/* Whether the command has any argument in the request's body. */
bool command_has_body(const struct command *command);

/* "none", "moderate", "severe" and back; -1 for another word. */
const char *danger_name(enum danger danger);
int danger_of_name(const char *name);

/* What stands for an argument's value in help: ID, FILE, SECONDS, …; "" for a flag. */
const char *arg_meta(const struct arg *arg);

#endif
