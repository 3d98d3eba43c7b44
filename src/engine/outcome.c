/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/outcome.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/*
 * The responseCodes of https://developer.bango.com/resale/api-ref/entitlement/reactivate/post and
 * https://developer.bango.info/faqs-termination; the numbers stand for codes as one reseller's
 * platform shows them. The list is not complete: some requests are refused on some routes with a
 * code whose name is not published (https://developer.bango.info/help/). So a code that is not here
 * is a refusal of a read, and of a change within 2xx it leaves doubt.
 */
static const struct {
	const char *code;
	enum err_kind kind;
} codes[] = {
	{ "OK", ERR_OK },
	{ "SUCCESS", ERR_OK },
	{ "CREATED", ERR_OK },
	{ "ACCEPTED", ERR_OK },
	{ "CLIENT_ACTION_REQUIRED", ERR_OK },
	{ "200", ERR_OK },
	{ "201", ERR_OK },
	{ "202", ERR_OK },
	{ "204", ERR_OK },
	{ "400", ERR_REJECTED },
	{ "401", ERR_AUTH },
	{ "403", ERR_AUTH },
	{ "404", ERR_NOT_FOUND },
	{ "409", ERR_REJECTED },
	{ "429", ERR_RATE_LIMITED },
	{ "BAD_REQUEST", ERR_REJECTED },
	{ "CONFLICT", ERR_REJECTED },
	{ "ALREADY_EXISTS", ERR_REJECTED },
	{ "NOT_AVAILABLE", ERR_REJECTED },
	{ "NOT_FOUND", ERR_NOT_FOUND },
	{ "UNAUTHORIZED", ERR_AUTH },
	{ "TOO_MANY_REQUESTS", ERR_RATE_LIMITED },
	{ "INTERNAL_ERROR", ERR_SERVER },
	{ "SERVICE_UNAVAILABLE", ERR_SERVER },
};

static enum err_kind kind_of_code(const char *code, enum err_kind otherwise)
{
	for (size_t i = 0; i < COUNT(codes); i++)
		if (strcasecmp(codes[i].code, code) == 0)
			return codes[i].kind;
	return otherwise;
}

static enum err_kind kind_of_status(long status, const char *code, enum effect effect)
{
	enum err_kind doubt = effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_SERVER;
	enum err_kind kind;
	if (status >= 200 && status < 300) {
		kind = code ? kind_of_code(code,
					   effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_REJECTED)
			    : ERR_OK;
		return kind == ERR_SERVER ? doubt : kind;
	}
	if (status < 400 || status >= 500 || status == 408)
		return doubt;
	if (status == 401 || status == 403)
		return ERR_AUTH;
	if (status == 404)
		return ERR_NOT_FOUND;
	if (status == 429)
		return ERR_RATE_LIMITED;
	kind = code ? kind_of_code(code, ERR_REJECTED) : ERR_REJECTED;
	return kind == ERR_OK || kind == ERR_SERVER ? ERR_REJECTED : kind;
}

static bool expects_body(const struct http_reply *reply)
{
	long status = reply->status;
	return !reply->headless && status != 204 && status != 205 && status != 304;
}

/* What the reply says in words: Bango's member, or one that other APIs use (RFC 9457's `detail` and
 * `title`). */
static const char *message_in(const struct json *body)
{
	static const char *const names[] = { "responseMessage",	  "message", "detail",
					     "error_description", "title",   "error" };
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct json *value = json_get(body, names[i]);
		if (json_string(value))
			return value->text;
		if (json_get_string(value, "message"))
			return json_get_string(value, "message");
	}
	return NULL;
}

/* The headline of a web page: servers and proxies answer with one where they have more to say than
 * a status. Adds `: "TITLE"`. */
static void add_title(struct buf *why, const struct buf *body)
{
	enum { LONGEST_TITLE = 80 };
	const char *page = buf_str(body), *start = strcasestr(page, "<title>");
	if (!start)
		start = strcasestr(page, "<h1>");
	if (start)
		start = strchr(start, '>') + 1;
	size_t len = start ? strcspn(start, "<\r\n") : 0;
	if (len == 0 || len > LONGEST_TITLE || !text_is_utf8(start, len))
		return;
	buf_add_str(why, ": \"");
	text_escape(why, start, len, false);
	buf_add_str(why, "\"");
}

static void say_what_it_is(struct buf *why, const struct http_reply *reply, const char *fault)
{
	static const char *const usual[] = { "", "application/json",
					     "application/json; charset=utf-8",
					     "application/json;charset=utf-8" };
	const char *type = buf_str(&reply->content_type), *coding = buf_str(&reply->coding);
	bool known = false;
	if (*coding && strcasecmp(coding, "identity") != 0) {
		buf_add_str(why, "the reply is compressed, which was not asked for: ");
		text_escape(why, coding, strlen(coding), false);
		return;
	}
	if (strncasecmp(type, "text/html", 9) == 0) {
		buf_add_str(why, "the reply is a web page, not JSON");
		add_title(why, &reply->body);
		return;
	}
	buf_add_format(why, "the reply is %s", fault);
	for (size_t i = 0; i < COUNT(usual); i++)
		known = known || strcasecmp(type, usual[i]) == 0;
	if (!known)
		buf_add_format(why, "; its type is %s", type);
}

/* Adds where a redirect leads: without what may be a secret, the user and the query. */
static void add_location(struct buf *text, const char *location)
{
	const char *host = strstr(location, "//");
	size_t len = strcspn(location, "?#"), before = host ? (size_t)(host + 2 - location) : 0;
	if (before > len)
		before = 0;
	size_t name = before ? strcspn(location + before, "/?#") : 0;
	const char *at = name ? memrchr(location + before, '@', name) : NULL;
	text_escape(text, location, before, false);
	size_t from = at ? (size_t)(at + 1 - location) : before;
	text_escape(text, location + from, len - from, false);
}

static void add_redirect(struct buf *text, const struct http_reply *reply)
{
	if (reply->status < 300 || reply->status == 304 || !reply->location.len) {
		buf_add_str(text, ": no answer to this call");
		return;
	}
	buf_add_str(text, ": it leads to ");
	add_location(text, buf_str(&reply->location));
	buf_add_str(text, ", and redirects are not followed");
}

/* Reads the body; a text in `why` says that it is unusable. */
static void read_body(const struct http_reply *reply, struct json_doc *doc, struct outcome *outcome,
		      struct buf *why)
{
	CLEAN_ERR struct err fault = { 0 };
	struct json *body = NULL;
	if (!expects_body(reply) && reply->body.len == 0)
		return;
	if (reply->body.len == 0) {
		buf_add_str(why, "the reply is empty");
		return;
	}
	/* a byte order mark may be ignored (RFC 8259, 8.1), and some platforms write one */
	size_t mark =
		reply->body.len > 3 && memcmp(reply->body.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (json_parse(doc, reply->body.data + mark, reply->body.len - mark, &body, &fault) < 0) {
		say_what_it_is(why, reply, fault.message);
		return;
	}
	const struct json *code = json_get(body, "responseCode");
	const char *text = json_is(code, JSON_NUMBER) ? code->text : json_string(code);
	if (json_is_scalar(body)) {
		buf_add_str(why, "the reply is no object or array");
		return;
	}
	if (code && !text && code->type != JSON_NULL) {
		buf_add_str(why, "the reply's responseCode is neither a text nor a number");
		return;
	}
	outcome->body = body;
	outcome->response_code = text;
	outcome->response_message = message_in(body);
}

static int add_hint(enum err_kind kind, const struct http_reply *reply, struct err *err)
{
	if (reply->location.len && reply->status >= 300 && reply->status < 400)
		return err_hint(err, "name the address that answers itself as base_url");
	if (strncasecmp(buf_str(&reply->content_type), "text/html", 9) == 0 && kind != ERR_AUTH)
		return err_hint(err,
				"check that base_url is the API's address, and proxies on the way");
	if (kind == ERR_AUTH)
		return err_hint(
			err,
			"check the credentials of the profile, and that this machine's IP address is on Bango's allow-list");
	if (kind == ERR_RATE_LIMITED)
		return err_hint(err, "wait a little, or set rate in the profile");
	return -1;
}

static int explain(const struct http_reply *reply, const struct outcome *outcome, const char *why,
		   struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	bool final = reply->status >= 200 && (reply->status < 300 || reply->status >= 400);
	buf_add_format(&text, "HTTP %ld", reply->status);
	if (outcome->response_code && final)
		buf_add_format(&text, " %s", outcome->response_code);
	if (!final)
		add_redirect(&text, reply);
	else if (outcome->response_message)
		buf_add_format(&text, ": %s", outcome->response_message);
	else if (*why)
		buf_add_format(&text, ": %s", why);
	if (outcome->kind == ERR_AUTH && !outcome->response_message)
		buf_add_str(&text, ": the credentials or the IP address are not accepted");
	err_set(err, outcome->kind, "%s", text.data);
	add_hint(outcome->kind, reply, err);
	err->http_status = reply->status;
	err->response_code = mem_dup(outcome->response_code);
	err->retry_after = reply->retry_after;
	if (outcome->body) {
		CLEAN_BUF struct buf json = { 0 };
		json_write(&json, outcome->body, JSON_COMPACT);
		err->response = buf_take(&json);
	}
	return -1;
}

int outcome_judge(const struct http_reply *reply, enum effect effect, struct json_doc *doc,
		  struct outcome *outcome, struct err *err)
{
	CLEAN_BUF struct buf why = { 0 };
	*outcome = (struct outcome){ 0 };
	read_body(reply, doc, outcome, &why);
	outcome->kind = kind_of_status(reply->status, outcome->response_code, effect);
	if (outcome->kind == ERR_OK && why.len)
		outcome->kind = effect == EFFECT_CHANGE ? ERR_UNKNOWN : ERR_SERVER;
	outcome->accepted = outcome->kind == ERR_OK && reply->status == 202;
	return outcome->kind == ERR_OK ? 0 : explain(reply, outcome, buf_str(&why), err);
}
