/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/show.h"

#include <string.h>
#include <unistd.h>

#include "engine/output.h"
#include "engine/profile.h"
#include "engine/terminal.h"

static bool sends_length(const struct request *request)
{
	return request->has_body || strcmp(request->method, "POST") == 0 ||
	       strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
}

/* The header that carries the credentials, masked; the caller frees both. NULL: there is none. */
static void masked_auth(const struct session *session, const struct request *request, char **name,
			char **value)
{
	const char *header = NULL;
	enum auth auth = profile_auth(session, request->command, &header);
	if (auth == AUTH_NONE)
		return;
	bool own = auth == AUTH_HEADER;
	*name = mem_dup(own && header ? header : "Authorization");
	*value = mem_dup(own		       ? SECRET_MASK
			 : auth == AUTH_BEARER ? "Bearer " SECRET_MASK
					       : "Basic " SECRET_MASK);
}

static int show_json(const struct session *session, const struct request *request,
		     const struct http_url *url, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_FREE char *full = request_url(request, url);
	CLEAN_FREE char *name = NULL, *value = NULL;
	struct json *object = json_new(doc, JSON_OBJECT), *headers = json_new(doc, JSON_OBJECT);
	masked_auth(session, request, &name, &value);
	json_set_string(doc, object, "method", request->method);
	json_set_string(doc, object, "url", full);
	if (name)
		json_set_string(doc, headers, name, value);
	for (size_t i = 0; i < request->header_count; i++)
		json_set_string(doc, headers, request->headers[i].name, request->headers[i].value);
	json_set(doc, object, "headers", headers);
	json_set(doc, object, "body",
		 request->body ? json_copy(doc, request->body) : json_new(doc, JSON_NULL));
	if (request->command)
		json_set_string(doc, object, "evidence", request->command->evidence);
	const struct output output = { .value = object };
	return output_print(session, &output, err);
}

void show_evidence(const struct session *session, const struct command *command)
{
	if (command && !values_flag(&session->globals, "quiet"))
		terminal_note("nothing is sent; evidence of this call: %s", command->evidence);
}

int show_wire(const struct session *session, const struct request *request,
	      const struct http_url *url, struct err *err)
{
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	if (strcmp(format, "json") == 0 || strcmp(format, "yaml") == 0 ||
	    strcmp(format, "ndjson") == 0)
		return show_json(session, request, url, err);
	CLEAN_BUF struct buf out = { 0 };
	CLEAN_FREE char *name = NULL, *value = NULL;
	masked_auth(session, request, &name, &value);
	bool first = name && strcmp(name, "Authorization") == 0;
	buf_add_format(&out, "%s %s%s HTTP/1.1\nHost: %s\n", request->method, url->path,
		       request->path, url->authority);
	if (first)
		buf_add_format(&out, "%s: %s\n", name, value);
	for (size_t i = 0; i < request->header_count; i++)
		buf_add_format(&out, "%s: %s\n", request->headers[i].name,
			       request->headers[i].value);
	if (name && !first)
		buf_add_format(&out, "%s: %s\n", name, value);
	if (sends_length(request))
		buf_add_format(&out, "Content-Length: %zu\n", request->text.len);
	buf_add_char(&out, '\n');
	if (request->has_body)
		buf_add_format(&out, "%s\n", buf_str(&request->text));
	return output_text(session, out.data, out.len, err);
}

int show_request(const struct session *session, const struct request *request,
		 const struct http_url *url, struct err *err)
{
	show_evidence(session, request->command);
	return show_wire(session, request, url, err);
}

void show_quoted(struct buf *out, const char *word)
{
	buf_add_char(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *word);
	}
	buf_add_char(out, '\'');
}

char *show_word(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
	struct buf out = { 0 };
	if (*word && !word[strspn(word, plain)])
		return mem_dup(word);
	show_quoted(&out, word);
	return buf_take(&out);
}

static void add_header(struct buf *out, const char *name, const char *value)
{
	CLEAN_FREE char *line =
		*value ? buf_format("%s: %s", name, value) : buf_format("%s;", name);
	buf_add_str(out, " \\\n  -H ");
	show_quoted(out, line);
}

static void add_auth(const struct session *session, const struct request *request, struct buf *out)
{
	const char *header = NULL;
	enum auth auth = profile_auth(session, request->command, &header);
	const char *user = setting_text(&session->settings, SETTING_USERNAME);
	if (!user)
		user = getenv("BANGOCTL_USERNAME");
	if (auth == AUTH_NONE)
		return;
	buf_add_str(out, " \\\n  ");
	if (auth == AUTH_BEARER) {
		buf_add_str(out, "-H \"Authorization: Bearer $BANGOCTL_PASSWORD\"");
	} else if (auth == AUTH_HEADER) {
		buf_add_format(out, "-H \"%s: $BANGOCTL_PASSWORD\"",
			       header ? header : "Authorization");
	} else {
		buf_add_str(out, "-u ");
		CLEAN_FREE char *name = buf_format("%s:", user ? user : "");
		show_quoted(out, name);
		buf_add_str(out, "\"$BANGOCTL_PASSWORD\"");
	}
}

int show_curl(const struct session *session, const struct request *request,
	      const struct http_url *url, struct err *err)
{
	static const struct {
		enum setting setting;
		const char *option;
	} files[] = { { SETTING_PROXY, "--proxy" },
		      { SETTING_CACERT, "--cacert" },
		      { SETTING_CERT, "--cert" },
		      { SETTING_KEY, "--key" } };
	CLEAN_BUF struct buf out = { 0 };
	CLEAN_FREE char *full = request_url(request, url);
	if (strcmp(request->method, "HEAD") == 0)
		buf_add_str(&out, "curl --head ");
	else
		buf_add_format(&out, "curl -X %s ", request->method);
	show_quoted(&out, full);
	add_auth(session, request, &out);
	for (size_t i = 0; i < COUNT(files); i++)
		if (setting_text(&session->settings, files[i].setting)) {
			buf_add_format(&out, " \\\n  %s ", files[i].option);
			show_quoted(&out, setting_text(&session->settings, files[i].setting));
		}
	for (size_t i = 0; i < request->header_count; i++)
		add_header(&out, request->headers[i].name, request->headers[i].value);
	if (request->has_body) {
		buf_add_str(&out, " \\\n  --data-raw ");
		show_quoted(&out, buf_str(&request->text));
	} else if (sends_length(request)) {
		buf_add_str(&out, " \\\n  -H 'Content-Type:' --data-raw ''");
	}
	buf_add_char(&out, '\n');
	return output_text(session, out.data, out.len, err);
}
