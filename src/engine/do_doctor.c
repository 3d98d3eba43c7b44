/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_doctor.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/audit.h"
#include "engine/credential.h"
#include "engine/output.h"
#include "engine/profile.h"
#include "engine/send.h"

enum { MOST_SKEW_MS = 30000, SOON_DAYS = 21 };

int do_whoami(struct session *session, const struct command *command, const struct values *values,
	      struct err *err)
{
	(void)command, (void)values;
	if (profile_require(session, err) < 0)
		return -1;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	const char *user = setting_text(&session->settings, SETTING_USERNAME),
		   *variable = getenv("BANGOCTL_USERNAME");
	CLEAN_FREE char *origin = credential_origin(session);
	json_set_string(doc, object, "profile", session->profile);
	json_set_string(doc, object, "environment",
			setting_text(&session->settings, SETTING_ENVIRONMENT));
	json_set_string(doc, object, "base_url",
			setting_text(&session->settings, SETTING_BASE_URL));
	json_set_string(doc, object, "username",
			variable && *variable && !(user && session->profile_explicit) ? variable
										      : user);
	json_set_string(doc, object, "password", origin);
	json_set_string(doc, object, "contract", session->contract.name);
	json_set_string(doc, object, "config",
			session->config.present ? session->config.path : NULL);
	const struct output output = { .value = object };
	return output_print(session, &output, err);
}

/* ---- doctor ---- */

/* The steps so far. */
struct examination {
	struct json_doc *doc;
	struct json *rows;
	enum err_kind first; /* the kind of the first failure */
	bool stop;	     /* later steps cannot be done */
};

static void note(struct examination *examination, const char *step, const char *verdict,
		 const char *detail, const char *remedy)
{
	struct json *row = json_new(examination->doc, JSON_OBJECT);
	json_set_string(examination->doc, row, "step", step);
	json_set_string(examination->doc, row, "verdict", verdict);
	json_set_string(examination->doc, row, "detail", detail);
	json_set_string(examination->doc, row, "remedy", remedy);
	json_append(examination->rows, row);
}

static void fail(struct examination *examination, const char *step, const struct err *err)
{
	note(examination, step, "failed", err->message, err->hint);
	if (examination->first == ERR_OK)
		examination->first = err->kind;
	examination->stop = true;
}

static void check_config(const struct session *session, struct examination *examination)
{
	const struct json *profile =
		session->profile ? config_profile(&session->config, session->profile) : NULL;
	CLEAN_ERR struct err err = { 0 };
	if (!session->config.present) {
		note(examination, "config", "none", session->config.path,
		     session_is_sandbox(session) ? NULL : "bangoctl config init");
		return;
	}
	CLEAN_FREE char *detail = buf_format("%s, mode %04o", session->config.path,
					     (unsigned)session->config.facts.st_mode & 07777U);
	if (profile && credential_check_file(session, profile, &err) < 0)
		fail(examination, "config", &err);
	else
		note(examination, "config", "good", detail, NULL);
}

static void check_state(struct examination *examination)
{
	CLEAN_FREE char *folder = session_state_folder();
	CLEAN_ERR struct err err = { 0 };
	struct stat facts;
	if (file_make_folder(folder, &err) < 0 || stat(folder, &facts) < 0) {
		note(examination, "state folder", "failed",
		     err.message ? err.message : strerror(errno), "set BANGOCTL_STATE_DIR");
	} else if (facts.st_uid != geteuid() || access(folder, W_OK) < 0) {
		note(examination, "state folder", "failed", folder,
		     "it is not yours to write: a live profile changes nothing without its audit log");
	} else if (facts.st_mode & 077) {
		CLEAN_FREE char *remedy = buf_format("chmod 700 %s", folder);
		note(examination, "state folder", "warning", "others can look into it", remedy);
	} else {
		note(examination, "state folder", "good", folder, NULL);
	}
}

static void check_audit(struct examination *examination)
{
	CLEAN_FREE char *path = audit_path();
	struct stat facts;
	if (lstat(path, &facts) < 0)
		return;
	bool good = S_ISREG(facts.st_mode) && facts.st_uid == geteuid() && access(path, W_OK) == 0;
	note(examination, "audit log", good ? "good" : "failed", path,
	     good ? NULL
		  : "it is no file of yours to write: move it away, since a live profile changes nothing without it");
}

static void check_dns(struct examination *examination, const struct http_url *url)
{
	struct addrinfo *found = NULL;
	CLEAN_FREE char *bare = mem_dup(url->host[0] == '[' ? "::1" : url->host);
	int code = examination->stop
			   ? 0
			   : getaddrinfo(bare, NULL,
					 &(struct addrinfo){ .ai_socktype = SOCK_STREAM }, &found);
	if (examination->stop)
		return;
	if (code == 0) {
		note(examination, "host name", "good", url->host, NULL);
		freeaddrinfo(found);
		return;
	}
	CLEAN_ERR struct err err = { 0 };
	err_set(&err, ERR_NETWORK, "%s: %s", url->host, gai_strerror(code));
	err_hint(&err, "check base_url, and the network's name server");
	fail(examination, "host name", &err);
}

static void check_certificate(struct examination *examination, const struct http_reply *reply)
{
	if (!reply->certificate_ends)
		return;
	long long days = (reply->certificate_ends - clock_now()) / 86400000;
	CLEAN_FREE char *detail = buf_format("trusted, ends in %lld days", days);
	note(examination, "certificate", days < SOON_DAYS ? "warning" : "good", detail,
	     days < SOON_DAYS
		     ? "Bango renews it each year: make sure that this machine trusts the new one"
		     : NULL);
}

static void check_clock(struct examination *examination, const struct http_reply *reply)
{
	if (!reply->date)
		return;
	long long skew = reply->date - clock_now();
	CLEAN_FREE char *detail = buf_format("%.0f s from the server's", (double)skew / 1000);
	bool far = skew > MOST_SKEW_MS || skew < -MOST_SKEW_MS;
	note(examination, "clock", far ? "warning" : "good",
	     far ? detail : "agrees with the server's", far ? "set this machine's clock" : NULL);
}

static void note_connection(struct examination *examination, const struct http_url *url,
			    const struct http_reply *reply)
{
	if (!reply->sent)
		return;
	CLEAN_FREE char *detail =
		buf_format("%s in %.0f ms", url->authority, reply->timing.connected * 1000);
	note(examination, "connection", "good", detail, NULL);
	check_certificate(examination, reply);
	check_clock(examination, reply);
}

/* One echo tells of connection, TLS, clock and credentials at once. */
static void check_call(struct session *session, struct examination *examination,
		       const struct http_url *url)
{
	const struct command *echo = command_find(&session->table, "echo");
	CLEAN_ERR struct err err = { 0 };
	CLEANUP(request_done) struct request request = { 0 };
	CLEANUP(answer_done) struct answer answer = { 0 };
	const struct values none = { 0 };
	if (examination->stop)
		return;
	if (!echo || !echo->method) {
		note(examination, "credentials", "not tried", "the contract has no echo", NULL);
		return;
	}
	if (credential_load(session, echo, &err) < 0 ||
	    request_build(session, echo, &none, &request, &err) < 0) {
		fail(examination, "credentials", &err);
		return;
	}
	int result = send_until_done(session, &request, url, &answer, &err);
	note_connection(examination, url, &answer.reply);
	if (result < 0)
		fail(examination, answer.reply.sent ? "credentials" : "connection", &err);
	else
		note(examination, "credentials", "good",
		     session->username ? session->username : "accepted", NULL);
}

int do_doctor(struct session *session, const struct command *command, const struct values *values,
	      struct err *err)
{
	(void)command, (void)values;
	static const char *const columns[] = { "step", "verdict", "detail", "remedy" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct examination examination = { .doc = doc, .rows = json_new(doc, JSON_ARRAY) };
	CLEANUP(http_url_done) struct http_url url = { 0 };
	CLEAN_ERR struct err fault = { 0 };
	if (profile_require(session, err) < 0)
		return -1;
	check_config(session, &examination);
	check_state(&examination);
	check_audit(&examination);
	if (send_find_server(session, true, &url, &fault) < 0) {
		fail(&examination, "server", &fault);
	} else {
		check_dns(&examination, &url);
		check_call(session, &examination, &url);
	}
	const struct output output = { .value = examination.rows,
				       .rows = "",
				       .columns = columns,
				       .column_count = COUNT(columns) };
	if (output_print(session, &output, err) < 0)
		return -1;
	return examination.first == ERR_OK
		       ? 0
		       : err_set(err, examination.first,
				 "not everything is well: see the steps that failed");
}
