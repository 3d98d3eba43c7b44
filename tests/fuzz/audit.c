/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audit log: an intact chain verifies, and any byte of it that is changed, cut off or added is
 * noticed or changes count or head; whatever the log holds, showing and exporting it says what is
 * there, and the next line goes on from what is whole.
 *
 * The first byte says what the rest is: a log of its own (`{` is part of it), or edits of an intact
 * one.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/audit.h"
#include "engine/do_audit.h"

/* ---- the stage: a folder for the log, a file in memory for stdout ---- */

static char folder[] = "/tmp/bangoctl-fuzz-XXXXXX";
static char path[sizeof(folder) + sizeof("/audit.ndjson")];
static int output = -1;
static struct session session;
static struct buf intact;
static struct chain_facts intact_facts;

static void clean_up(void)
{
	unlink(path);
	rmdir(folder);
}

static void write_log(const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && close(fd) == 0);
}

static void read_back(int fd, struct buf *out)
{
	off_t len = lseek(fd, 0, SEEK_END);
	must(len >= 0);
	buf_reserve(out, (size_t)len + 1);
	must(pread(fd, out->data, (size_t)len, 0) == len);
	out->len = (size_t)len;
	out->data[out->len] = '\0';
}

static void append(const struct buf *lines)
{
	CLEAN_ERR struct err err = { 0 };
	struct chain_lines written;
	must(chain_write(path, lines, &written, &err) == 0 &&
	     chain_sync(path, &written, &err) == 0);
}

/* Three changes, as calls of a shell and of a bulk job leave them: applied, unknown and settled,
 * refused. */
static void make_intact(void)
{
	static const char *const lines[] = {
		"{\"v\":1,\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"intent\",\"request_id\":\"a\",\"profile\":\"x\",\"environment\":\"test\",\"command\":\"entitlement suspend\",\"target\":\"ENT-1\",\"pid\":7,\"path\":\"/p\",\"next\":{\"ACTIVE\":\"SUSPENDED\"}}\n",
		"{\"v\":1,\"at\":\"2026-01-01T00:00:01Z\",\"type\":\"outcome\",\"request_id\":\"a\",\"target\":\"ENT-1\",\"outcome\":\"ok\",\"status\":\"SUSPENDED\"}\n{\"v\":1,\"at\":\"2026-01-01T00:00:02Z\",\"type\":\"intent\",\"request_id\":\"b\",\"target\":\"ENT-2\",\"job\":\"j\",\"row\":1}\n",
		"{\"v\":1,\"at\":\"2026-01-01T00:00:03Z\",\"type\":\"settled\",\"request_id\":\"b\",\"intent\":3,\"target\":\"ENT-2\",\"outcome\":\"applied\"}\n",
		"{\"v\":1,\"at\":\"2026-01-01T00:00:04Z\",\"type\":\"refused\",\"request_id\":\"c\",\"target\":\"ENT-\\u00e9\"}\n",
	};
	CLEAN_ERR struct err err = { 0 };
	for (size_t i = 0; i < COUNT(lines); i++) {
		CLEAN_BUF struct buf line = { 0 };
		buf_add_str(&line, lines[i]);
		append(&line);
	}
	must(chain_verify(path, &intact_facts, &err) == 0 && intact_facts.count == 5);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	read_back(fd, &intact);
	close(fd);
}

static void set_up(void)
{
	if (output >= 0)
		return;
	must(mkdtemp(folder) && setenv("BANGOCTL_STATE_DIR", folder, 1) == 0);
	snprintf(path, sizeof(path), "%s/audit.ndjson", folder);
	atexit(clean_up);
	output = memfd_create("stdout", MFD_CLOEXEC);
	must(output >= 0 && dup2(output, STDOUT_FILENO) == STDOUT_FILENO);
	setting_put(&session.settings, SETTING_OUTPUT, "json", "here");
	make_intact();
}

/* ---- promises ---- */

/* The whole lines of a log. */
static size_t whole_lines(const struct buf *log, size_t *end)
{
	size_t count = 0;
	*end = 0;
	for (size_t i = 0; i < log->len; i++)
		if (log->data[i] == '\n') {
			count++;
			*end = i + 1;
		}
	return count;
}

static bool verifies(struct chain_facts *facts)
{
	CLEAN_ERR struct err err = { 0 };
	if (chain_verify(path, facts, &err) == 0)
		return true;
	must(err.kind == ERR_DIFFERS && strncmp(err.message, "line ", 5) == 0);
	return false;
}

/* The line that comes next, also after one that is unfinished, goes on from the last whole one. */
static void goes_on(const struct chain_facts *before)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf line = { 0 };
	struct chain_facts facts;
	buf_add_str(&line, "{\"v\":1}\n{\"v\":1}\n");
	append(&line);
	must(chain_verify(path, &facts, &err) == 0 && facts.count == before->count + 2);
}

static void run_action(action_function action, struct buf *out)
{
	CLEAN_ERR struct err err = { 0 };
	struct values none = { 0 };
	must(ftruncate(output, 0) == 0 && lseek(output, 0, SEEK_SET) == 0);
	must(action(&session, NULL, &none, &err) == 0);
	read_back(output, out);
}

static void shows(size_t lines)
{
	CLEANUP(audit_changes_done) struct audit_changes changes = { 0 };
	CLEAN_BUF struct buf text = { 0 };
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *rows = NULL;
	must(audit_read(&changes, &err) == 0 && changes.count <= lines);
	for (size_t i = 0; i < changes.count; i++)
		must(changes.items[i].outcome && changes.items[i].line >= 0);
	run_action(do_audit_show, &text);
	must(json_parse(doc, text.data, text.len, &rows, &err) == 0);
	must(json_is(rows, JSON_ARRAY) && rows->count == changes.count);
}

static void exports(const struct buf *log, size_t end)
{
	CLEAN_BUF struct buf text = { 0 };
	run_action(do_audit_export, &text);
	must(text.len == end && (!end || memcmp(text.data, log->data, end) == 0));
}

static void read_log(const struct buf *log)
{
	struct chain_facts facts;
	size_t end, count = whole_lines(log, &end);
	bool good = verifies(&facts);
	must(!good || facts.count == count);
	shows(count);
	exports(log, end);
	if (good)
		goes_on(&facts);
}

/* Sets bytes of the intact log to others: three bytes of input say where, and to what. */
static void edit_log(const uint8_t *data, size_t size, struct buf *log)
{
	struct chain_facts facts;
	buf_add(log, intact.data, intact.len);
	for (; size >= 3; data += 3, size -= 3)
		log->data[(data[0] * 256U + data[1]) % log->len] = (char)data[2];
	bool edited = memcmp(log->data, intact.data, intact.len) != 0;
	write_log(log->data, log->len);
	bool good = verifies(&facts);
	bool same = good && facts.count == intact_facts.count &&
		    strcmp(facts.head, intact_facts.head) == 0;
	must(edited ? !same : same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_BUF struct buf log = { 0 };
	set_up();
	if (size && data[0] == 'e') {
		edit_log(data + 1, size - 1, &log);
	} else {
		buf_add(&log, (const char *)data, size);
		write_log(buf_str(&log), log.len);
	}
	read_log(&log);
	return 0;
}
