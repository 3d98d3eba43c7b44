/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of a bulk job: an append-only file of JSON lines. The first line is the header, which
 * pins the job: what it does, with which input, in which profile. Then, for each row that is a
 * change, a line for the intent before its request leaves, and for each row one line for its
 * result, which is final. A row whose request was certainly not applied may be opened again.
 *
 * What is noted is gathered, and written by one commit; a commit that is synced survives the
 * machine, any other the process. What a crash left unreadable at the end was never synced, and is
 * cut off when the journal is opened to go on. After a commit that failed there is no other: what
 * the system says of a later sync is not to be believed.
 */
#ifndef BULK_JOURNAL_H
#define BULK_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/random.h"
#include "lib/digest.h"
#include "lib/json.h"

enum { JOURNAL_VERSION = 1 };

enum bulk_journal_state { ROW_NONE, ROW_OPEN, ROW_DONE };

/* An intent without a result. Owned texts. */
struct bulk_journal_intent {
	long long row, line;
	long long sent;	 /* when, in milliseconds since 1970; of the last try */
	long long first; /* of the first try since the row was known not to be applied */
	long long pid;	 /* of the process that sent it */
	char *target;
};

struct bulk_journal {
	char *path; /* owned */
	int fd;	    /* -1: read only */
	struct json_doc *doc;
	const struct json *header;
	const char *job;    /* in the header */
	long long rows;	    /* of the whole input */
	unsigned shard, of; /* the rows whose number modulo `of` is `shard`; 0, 1: all */
	struct buf pending;
	struct digest *digest;
	bool broken;			  /* a commit failed */
	bool synced;			  /* nothing was written since the last sync */
	long long end;			  /* of the file, after the last line of a commit */
	long long written;		  /* bytes after that */
	unsigned char *states;		  /* owned: two bits a row */
	struct bulk_journal_intent *open; /* owned */
	size_t open_count;
	long long results[ERR_KIND_COUNT]; /* how many rows ended so; accepted ones under ERR_OK */
	long long done;			   /* their sum */
	bool accepted;	/* some change was answered with 202: this server applies late */
	long long torn; /* bytes of an unfinished line that were cut off */
};

/*
 * Makes the journal at `path`, which appears whole with its header or not at all, and locks it.
 * ERR_INTERNAL if it exists or cannot be written.
 */
int bulk_journal_create(struct bulk_journal *journal, const char *path, const struct json *header,
			struct err *err);

/*
 * Reads a journal. With `write` it is locked against a second runner (ERR_REFUSED), what is torn is
 * cut off, and it can be gone on with. ERR_CONFIG for a file that is none, is damaged, or is of a
 * later version.
 */
int bulk_journal_open(struct bulk_journal *journal, const char *path, bool write, struct err *err);

/* Whether a process is at the job of this journal now. */
bool bulk_journal_is_running(const char *path);

void bulk_journal_done(struct bulk_journal *journal);

/* The identifier of a row's request: the same in every try, process and run of this job. */
void bulk_journal_request_id(const struct bulk_journal *journal, long long row,
			     char uuid[UUID_SIZE]);

enum bulk_journal_state bulk_journal_state(const struct bulk_journal *journal, long long row);

/* Whether the row is this shard's. */
bool bulk_journal_has(const struct bulk_journal *journal, long long row);

/* How many rows are this shard's. */
long long bulk_journal_share(const struct bulk_journal *journal);

/* What is noted of a row, to be committed. `target` may be NULL. */
void bulk_journal_intent(struct bulk_journal *journal, const struct bulk_journal_intent *intent,
			 const char *request_id, const struct buf *body);

/* What a row came to. Texts may be NULL. */
struct bulk_journal_result {
	long long row, line;
	enum err_kind kind;
	bool accepted, settled; /* 202; known by reading back */
	const char *target, *request_id, *status, *response_code, *message;
	long http_status;
};

void bulk_journal_result(struct bulk_journal *journal, const struct bulk_journal_result *result);

/* The row is open again: no try of it was applied, the last since `why`. */
void bulk_journal_again(struct bulk_journal *journal, long long row, const char *why);

/* Writes what was noted, for a commit that is to follow without delay, and fails as that does. */
int bulk_journal_write(struct bulk_journal *journal, struct err *err);

/* Writes what was noted; with `sync`, all that was written is synced. ERR_INTERNAL; the file then
 * ends as it did before. */
int bulk_journal_commit(struct bulk_journal *journal, bool sync, struct err *err);

/* Takes a line of the journal after the header. -1 ends the reading with `err`. */
typedef int (*bulk_journal_visitor)(void *context, const struct json *line, struct err *err);

/* Reads the lines of the journal anew, in their order. */
int bulk_journal_read(const struct bulk_journal *journal, bulk_journal_visitor visit, void *context,
		      struct err *err);

#endif
