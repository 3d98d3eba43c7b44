/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit log: a line for each change before it leaves (intent) and one after (outcome), one for
 * each that was refused, and one when an unknown outcome is settled. See chain.h for the file.
 */
#ifndef ENGINE_AUDIT_H
#define ENGINE_AUDIT_H

#include "engine/chain.h"
#include "engine/outcome.h"
#include "engine/request.h"

/* The log's path; the caller frees it. */
char *audit_path(void);

/* For each status that the change is legal from, the one that it leads to: what reconciling needs.
 */
struct json *audit_next(struct json_doc *doc, const struct request *request);

/* Writes the intent, synced. For a live profile a log that cannot be written is ERR_REFUSED; for
 * others a warning. Reads are not recorded. */
int audit_intent(const struct session *session, const struct request *request, struct err *err);

/* Writes what became of it: `failure` is NULL for done, `status` what the reply says, or NULL. */
void audit_outcome(const struct session *session, const struct request *request,
		   const struct err *failure, bool accepted, const char *status);

/* Writes that a change was refused before anything was sent. */
void audit_refused(const struct session *session, const struct request *request);

/* Writes that a whole bulk job of `rows` rows was refused. */
void audit_refused_job(const struct session *session, const char *command, const char *job,
		       long long rows);

/* Lines that are written together, under one lock and synced once: those of a bulk job. */
struct audit_group {
	struct buf lines;
	struct buf who;	 /* user, terminal and process, the same for all */
	bool is_written; /* and not synced; others wait for the lock */
	bool has_synced; /* some of its lines, so that requests may have gone out */
	bool has_warned; /* that changes are not in the log: said once */
	struct chain_lines written;
};

void audit_group_done(struct audit_group *group);

/* As audit_intent and audit_outcome; the intent names job and row in the place of the words. */
void audit_group_intent(struct audit_group *group, const struct session *session,
			const struct request *request, const char *job, long long row);
void audit_group_outcome(struct audit_group *group, const struct session *session,
			 const struct request *request, const struct err *failure,
			 const struct outcome *outcome);

/* Writes and empties the group, which is to be synced without delay, in part while the caller syncs
 * another file; both fail as audit_intent does, and warn once. */
int audit_group_write(struct audit_group *group, const struct session *session, struct err *err);
void audit_group_sync_begin(struct audit_group *group);
int audit_group_sync(struct audit_group *group, const struct session *session, struct err *err);

/* A change as the log's lines tell of it together. NULL where nothing was said. */
struct audit_change {
	const char *at, *profile, *environment, *command, *path, *target, *request_id, *status;
	const char *last_at;  /* when its outcome was written, else its intent */
	const char *base_url; /* where it went; NULL: the sandbox in the process */
	const char *outcome;  /* a kind's name, "accepted", "unrecorded", or after settling
			   "applied",  "not_applied" */
	long long line;	      /* the number of its first line */
	long long pid;	      /* of the process that made it */
	long long gone_since; /* since when the process is known to have ended, in milliseconds
				 since 1970; for settle.h */
	bool crowded; /* a change of ours of the same record came shortly before; for settle.h */
	const struct json *next; /* of the intent: status → the status that the change leads to,
				    where it is legal */
	bool open;		 /* perhaps applied, and not settled yet */
	size_t older;		 /* in its bucket: the number of the one before, from 1 */
};

/* Writes how an unknown outcome was settled: "applied", "not_applied" or "unknown". ERR_INTERNAL.
 */
int audit_settled(const struct audit_change *change, const char *verdict, bool by_hand,
		  struct err *err);

struct audit_changes {
	struct audit_change *items; /* owned */
	size_t count;
	size_t *buckets; /* owned: by the identifier, the number of the latest change, from 1 */
	size_t bucket_count;
	const char *last_outcome, *last_status;
	struct json_doc *doc; /* owned: all texts; what follows each other often is there once */
};

void audit_changes_done(struct audit_changes *changes);

/* Reads the whole log. */
int audit_read(struct audit_changes *changes, struct err *err);

#endif
