/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "lib/flat.h"

enum { MAX_ROWS = 1000000000, STATES_A_BYTE = 4 };

static int fail(const struct bulk_journal *journal, const char *what, struct err *err)
{
	return err_set(err, ERR_INTERNAL, "cannot %s the journal %s: %s", what, journal->path,
		       strerror(errno));
}

void bulk_journal_done(struct bulk_journal *journal)
{
	if (journal->path && journal->fd >= 0)
		close(journal->fd);
	for (size_t i = 0; i < journal->open_count; i++)
		free(journal->open[i].target);
	free(journal->open);
	free(journal->states);
	free(journal->path);
	buf_done(&journal->pending);
	digest_free(journal->digest);
	json_doc_free(journal->doc);
	*journal = (struct bulk_journal){ .fd = -1 };
}

/* ---- rows ---- */

enum bulk_journal_state bulk_journal_state(const struct bulk_journal *journal, long long row)
{
	size_t at = (size_t)row - 1;
	return (enum bulk_journal_state)(
		journal->states[at / STATES_A_BYTE] >> (at % STATES_A_BYTE * 2) & 3);
}

static void set_state(struct bulk_journal *journal, long long row, enum bulk_journal_state state)
{
	size_t at = (size_t)row - 1;
	unsigned shift = (unsigned)(at % STATES_A_BYTE * 2);
	unsigned char *byte = &journal->states[at / STATES_A_BYTE];
	*byte = (unsigned char)((*byte & ~(3U << shift)) | ((unsigned)state << shift));
}

bool bulk_journal_has(const struct bulk_journal *journal, long long row)
{
	return row % journal->of == journal->shard;
}

long long bulk_journal_share(const struct bulk_journal *journal)
{
	long long of = journal->of, whole = journal->rows / of, rest = journal->rows % of;
	long long shard = journal->shard;
	return whole + (shard >= 1 && shard <= rest);
}

void bulk_journal_request_id(const struct bulk_journal *journal, long long row,
			     char uuid[UUID_SIZE])
{
	static const size_t ends[] = { 8, 12, 16, 20, 32 };
	char digest[DIGEST_SIZE];
	CLEAN_BUF struct buf name = { 0 };
	buf_add_str(&name, journal->job);
	buf_add_char(&name, ':');
	buf_add_integer(&name, row);
	digest_add(journal->digest, name.data, name.len);
	digest_end(journal->digest, digest);
	/* the digits that RFC 9562 fixes for version 4 */
	digest[12] = '4';
	digest[16] = "89ab"[digest[16] % 4];
	for (size_t i = 0, from = 0; i < COUNT(ends); from = ends[i++]) {
		memcpy(uuid, digest + from, ends[i] - from);
		uuid += ends[i] - from;
		*uuid++ = '-';
	}
	uuid[-1] = '\0';
}

static void forget_intent(struct bulk_journal *journal, long long row)
{
	for (size_t i = journal->open_count; i > 0; i--) {
		struct bulk_journal_intent *intent = &journal->open[i - 1];
		if (intent->row != row)
			continue;
		free(intent->target);
		*intent = journal->open[--journal->open_count];
	}
}

static void keep_intent(struct bulk_journal *journal, const struct bulk_journal_intent *intent)
{
	for (size_t i = 0; i < journal->open_count; i++)
		if (journal->open[i].row == intent->row) {
			journal->open[i].sent = intent->sent;
			journal->open[i].pid = intent->pid;
			return;
		}
	journal->open = mem_grow(journal->open, journal->open_count, sizeof(*journal->open));
	struct bulk_journal_intent *kept = &journal->open[journal->open_count++];
	*kept = *intent;
	kept->first = intent->sent;
	kept->target = mem_dup(intent->target);
	set_state(journal, intent->row, ROW_OPEN);
}

static void keep_result(struct bulk_journal *journal, long long row, enum err_kind kind)
{
	forget_intent(journal, row);
	set_state(journal, row, ROW_DONE);
	journal->results[kind]++;
	journal->done++;
}

/* ---- writing ---- */

static struct buf *begin_line(struct bulk_journal *journal, long long row)
{
	flat_open(&journal->pending, NULL);
	flat_integer(&journal->pending, "row", row);
	return &journal->pending;
}

static void end_line(struct buf *line)
{
	flat_close(line);
	buf_add_char(line, '\n');
}

void bulk_journal_intent(struct bulk_journal *journal, const struct bulk_journal_intent *intent,
			 const char *request_id, const struct buf *body)
{
	char digest[DIGEST_SIZE];
	digest_add(journal->digest, buf_str(body), body->len);
	digest_end(journal->digest, digest);
	struct buf *line = begin_line(journal, intent->row);
	flat_integer(line, "line", intent->line);
	flat_time(line, "sent", intent->sent);
	flat_integer(line, "pid", intent->pid);
	flat_text_if(line, "target", intent->target);
	flat_text(line, "request_id", request_id);
	flat_text(line, "body_sha256", digest);
	end_line(line);
	keep_intent(journal, intent);
}

void bulk_journal_result(struct bulk_journal *journal, const struct bulk_journal_result *result)
{
	struct buf *line = begin_line(journal, result->row);
	flat_integer(line, "line", result->line);
	flat_text(line, "outcome", result->accepted ? "accepted" : err_row(result->kind)->name);
	flat_time(line, "at", clock_now());
	flat_text_if(line, "target", result->target);
	flat_text_if(line, "request_id", result->request_id);
	if (result->http_status)
		flat_integer(line, "http_status", result->http_status);
	flat_text_if(line, "response_code", result->response_code);
	flat_text_if(line, "status", result->status);
	flat_text_if(line, "message", result->message);
	if (result->settled)
		flat_bool(line, "settled", true);
	end_line(line);
	keep_result(journal, result->row, result->kind);
	journal->accepted = journal->accepted || result->accepted;
}

void bulk_journal_again(struct bulk_journal *journal, long long row, const char *why)
{
	struct buf *line = begin_line(journal, row);
	flat_text(line, "again", why);
	end_line(line);
	forget_intent(journal, row);
	set_state(journal, row, ROW_NONE);
}

/* Half a line must not be glued to the next one. */
static int give_up(struct bulk_journal *journal, struct err *err)
{
	int reason = errno;
	(void)!ftruncate(journal->fd, (off_t)journal->end);
	journal->broken = true;
	errno = reason;
	return fail(journal, "write", err);
}

int bulk_journal_write(struct bulk_journal *journal, struct err *err)
{
	if (journal->broken)
		return err_set(err, ERR_INTERNAL, "the journal %s could not be written",
			       journal->path);
	if (!journal->pending.len)
		return 0;
	if (file_write_all(journal->fd, buf_str(&journal->pending), journal->pending.len) < 0)
		return give_up(journal, err);
	journal->synced = false;
	journal->written += (long long)journal->pending.len;
	buf_clear(&journal->pending);
	return 0;
}

int bulk_journal_commit(struct bulk_journal *journal, bool sync, struct err *err)
{
	if (bulk_journal_write(journal, err) < 0)
		return -1;
	if (sync && !journal->synced && fdatasync(journal->fd) < 0)
		return give_up(journal, err);
	journal->synced = journal->synced || sync;
	journal->end += journal->written;
	journal->written = 0;
	return 0;
}

/* ---- the header ---- */

static long long integer(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);
	CLEAN_ERR struct err ignored = { 0 };
	long long number = -1;
	if (json_is(value, JSON_NUMBER))
		(void)text_integer(value->text, 0, INT64_MAX, &number, &ignored);
	return number;
}

/* Whether the options that a resumed job takes from its header are such as the command line has. */
static bool has_sane_numbers(const struct json *header)
{
	static const struct {
		const char *name;
		double min, max;
	} options[] = { { "jobs", 1, 256 }, { "rate", 1e-6, 1e9 }, { "max-errors", 0, 1e9 } };
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct json *value = json_get(header, options[i].name);
		double given =
			json_is(value, JSON_NUMBER) ? strtod(value->text, NULL) : options[i].min;
		if (!(given >= options[i].min && given <= options[i].max))
			return false;
	}
	return true;
}

static int take_header(struct bulk_journal *journal, const struct json *header, struct err *err)
{
	long long version = integer(header, "journal");
	long long shard = integer(header, "shard"), of = integer(header, "of");
	if (version > JOURNAL_VERSION) {
		err_set(err, ERR_CONFIG,
			"%s is a journal of version %lld, and this program knows %d", journal->path,
			version, JOURNAL_VERSION);
		return err_hint(err, "use the bangoctl that wrote it, or a later one");
	}
	journal->header = header;
	journal->job = json_get_string(header, "job");
	journal->rows = integer(json_get(header, "input"), "rows");
	if (version != JOURNAL_VERSION || !journal->job || !has_sane_numbers(header) ||
	    journal->rows < 0 || journal->rows > MAX_ROWS || of < 1 || of > MAX_ROWS || shard < 0 ||
	    shard >= of)
		return err_set(err, ERR_CONFIG, "%s is no journal of a bulk job", journal->path);
	journal->shard = (unsigned)shard;
	journal->of = (unsigned)of;
	journal->states = mem_new((size_t)journal->rows / STATES_A_BYTE + 1, 1);
	return 0;
}

/* Opens the file to be gone on with, and takes its lock, which closing gives back. */
static int open_locked(struct bulk_journal *journal, struct err *err)
{
	journal->fd = open(journal->path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (journal->fd < 0)
		return fail(journal, "open", err);
	/* unlike flock's, such a lock can be asked after without taking it */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(journal->fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return err_set(err, ERR_REFUSED, "another process runs the job of %s",
			       journal->path);
	return fail(journal, "lock", err);
}

bool bulk_journal_is_running(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int bulk_journal_create(struct bulk_journal *journal, const char *path, const struct json *header,
			struct err *err)
{
	*journal = (struct bulk_journal){
		.path = mem_dup(path), .fd = -1, .doc = json_doc_new(), .digest = digest_new()
	};
	CLEAN_BUF struct buf line = { 0 };
	json_write(&line, header, JSON_COMPACT);
	buf_add_char(&line, '\n');
	if (take_header(journal, json_copy(journal->doc, header), err) < 0)
		return -1;
	if (file_write(path, line.data, line.len, 0600, true, err) < 0 ||
	    open_locked(journal, err) < 0)
		return -1;
	journal->end = (long long)line.len;
	return 0;
}

/* ---- reading ---- */

static int kind_of(const char *outcome)
{
	if (strcmp(outcome, "accepted") == 0)
		return ERR_OK;
	for (int kind = 0; kind < ERR_KIND_COUNT; kind++)
		if (strcmp(err_row((enum err_kind)kind)->name, outcome) == 0)
			return kind;
	return -1;
}

static int damaged(const struct bulk_journal *journal, long long number, const char *why,
		   struct err *err)
{
	return err_set(err, ERR_CONFIG, "%s is damaged: line %lld %s", journal->path, number, why);
}

static int take_line(struct bulk_journal *journal, const struct json *line, long long number,
		     struct err *err)
{
	long long row = integer(line, "row");
	const char *outcome = json_get_string(line, "outcome"),
		   *sent = json_get_string(line, "sent");
	CLEAN_ERR struct err ignored = { 0 };
	if (row < 1 || row > journal->rows)
		return damaged(journal, number, "names no row of the job", err);
	if (!bulk_journal_has(journal, row))
		return damaged(journal, number, "is of a row of another shard", err);
	if (bulk_journal_state(journal, row) == ROW_DONE)
		return damaged(journal, number, "is of a row that has a result already", err);
	if (outcome) {
		int kind = kind_of(outcome);
		if (kind < 0)
			return damaged(journal, number, "has an unknown outcome", err);
		keep_result(journal, row, (enum err_kind)kind);
		journal->accepted = journal->accepted || strcmp(outcome, "accepted") == 0;
		return 0;
	}
	if (!sent && !json_get_string(line, "again"))
		return damaged(journal, number, "is neither an intent nor a result", err);
	if (!sent) {
		forget_intent(journal, row);
		set_state(journal, row, ROW_NONE);
		return 0;
	}
	CLEAN_FREE char *target = mem_dup(json_get_string(line, "target"));
	struct bulk_journal_intent intent = { .row = row,
					      .line = integer(line, "line"),
					      .pid = integer(line, "pid"),
					      .target = target };
	(void)clock_parse(sent, &intent.sent, NULL, &ignored);
	keep_intent(journal, &intent);
	return 0;
}

/* A stream over the journal's lines. */
struct lines {
	FILE *stream;
	char *text;
	size_t size;
	ssize_t len;
	long long number;
	struct json_doc *doc;
};

static void lines_done(struct lines *lines)
{
	if (lines->stream)
		fclose(lines->stream);
	free(lines->text);
	json_doc_free(lines->doc);
}

/* Reads the next whole line; `*value` is NULL for one that is no object. 0: there is none. */
static int next_line(struct lines *lines, struct json **value)
{
	CLEAN_ERR struct err ignored = { 0 };
	*value = NULL;
	lines->len = getline(&lines->text, &lines->size, lines->stream);
	if (lines->len <= 0 || lines->text[lines->len - 1] != '\n')
		return 0;
	lines->number++;
	json_doc_free(lines->doc);
	lines->doc = json_doc_new();
	if (json_parse(lines->doc, lines->text, (size_t)lines->len - 1, value, &ignored) < 0 ||
	    !json_is(*value, JSON_OBJECT))
		*value = NULL;
	return 1;
}

static int open_lines(struct lines *lines, const struct bulk_journal *journal, struct err *err)
{
	struct stat facts;
	int fd = open(journal->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	lines->stream = fd < 0 ? NULL : fdopen(fd, "r");
	if (!lines->stream || fstat(fd, &facts) < 0)
		return err_set(err, ERR_CONFIG, "cannot open the journal %s: %s", journal->path,
			       strerror(errno));
	if (!S_ISREG(facts.st_mode))
		return err_set(err, ERR_CONFIG, "%s is no regular file", journal->path);
	return 0;
}

static int read_header(struct bulk_journal *journal, struct lines *lines, struct err *err)
{
	struct json *line = NULL;
	if (!next_line(lines, &line) || !line || !json_get(line, "journal"))
		return err_set(err, ERR_CONFIG, "%s is no journal of a bulk job", journal->path);
	journal->end = lines->len;
	return take_header(journal, json_copy(journal->doc, line), err);
}

/* Lines that cannot be read may only stand at the end: a crash left them, and they were never
 * synced. */
static int read_all(struct bulk_journal *journal, struct err *err)
{
	CLEANUP(lines_done) struct lines lines = { 0 };
	struct json *line = NULL;
	long long bad = 0;
	if (open_lines(&lines, journal, err) < 0 || read_header(journal, &lines, err) < 0)
		return -1;
	while (next_line(&lines, &line)) {
		if (line && bad)
			return damaged(journal, bad, "cannot be read", err);
		if (!line) {
			bad = bad ? bad : lines.number;
			journal->torn += lines.len;
			continue;
		}
		if (take_line(journal, line, lines.number, err) < 0)
			return -1;
		journal->end += lines.len;
	}
	if (ferror(lines.stream))
		return fail(journal, "read", err);
	journal->torn += lines.len > 0 ? lines.len : 0;
	return 0;
}

int bulk_journal_open(struct bulk_journal *journal, const char *path, bool write, struct err *err)
{
	*journal = (struct bulk_journal){
		.path = mem_dup(path), .fd = -1, .doc = json_doc_new(), .digest = digest_new()
	};
	if (access(path, F_OK) < 0)
		return err_set(err, ERR_CONFIG, "cannot open the journal %s: %s", path,
			       strerror(errno));
	if (write && open_locked(journal, err) < 0) {
		err->kind = err->kind == ERR_INTERNAL ? ERR_CONFIG : err->kind;
		return -1;
	}
	if (read_all(journal, err) < 0)
		return -1;
	if (write && journal->torn && ftruncate(journal->fd, (off_t)journal->end) < 0)
		return fail(journal, "mend", err);
	return 0;
}

int bulk_journal_read(const struct bulk_journal *journal, bulk_journal_visitor visit, void *context,
		      struct err *err)
{
	CLEANUP(lines_done) struct lines lines = { 0 };
	struct json *line = NULL;
	if (open_lines(&lines, journal, err) < 0)
		return -1;
	(void)next_line(&lines, &line);
	while (next_line(&lines, &line) && line)
		if (visit(context, line, err) < 0)
			return -1;
	return 0;
}
