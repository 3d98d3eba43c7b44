/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/security.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/document.h"

/* ---- schemes ---- */

static const struct json *schemes_of(const struct contract *contract)
{
	return contract->version == 20
		       ? json_get(contract->root, "securityDefinitions")
		       : json_get(json_get(contract->root, "components"), "securitySchemes");
}

static const struct json *scheme_of(struct contract *contract, const char *name)
{
	return document_resolve(contract, json_get(schemes_of(contract), name));
}

static bool is(const struct json *object, const char *key, const char *word)
{
	const char *text = json_get_string(object, key);
	return text && strcasecmp(text, word) == 0;
}

enum header_owner security_header_owner(const char *name)
{
	static const struct {
		const char *name;
		enum header_owner owner;
	} headers[] = { { "Host", HEADER_OURS },
			{ "Content-Length", HEADER_OURS },
			{ "Transfer-Encoding", HEADER_OURS },
			{ "TE", HEADER_OURS },
			{ "Trailer", HEADER_OURS },
			{ "Connection", HEADER_OURS },
			{ "Keep-Alive", HEADER_OURS },
			{ "Upgrade", HEADER_OURS },
			{ "Expect", HEADER_OURS },
			{ "Proxy-Connection", HEADER_OURS },
			{ "Proxy-Authorization", HEADER_OURS },
			{ "Authorization", HEADER_OURS },
			{ "X-RequestIdentifier", HEADER_OURS },
			{ "Content-Type", HEADER_PRESET },
			{ "Accept", HEADER_PRESET },
			{ "User-Agent", HEADER_PRESET } };
	for (size_t i = 0; i < COUNT(headers); i++)
		if (strcasecmp(headers[i].name, name) == 0)
			return headers[i].owner;
	return HEADER_FREE;
}

bool security_is_good_header(const char *name)
{
	static const char allowed[] =
		"-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	return *name && name[strspn(name, allowed)] == '\0' &&
	       (security_header_owner(name) == HEADER_FREE ||
		strcasecmp(name, "Authorization") == 0);
}

/* The scheme as ours; AUTH_UNSAID: we do not know it. `tokens`: of those that some other service
 * issues, too. */
static enum auth auth_of(const struct json *scheme, bool tokens, const char **header)
{
	bool http = is(scheme, "type", "http");
	const char *name = json_get_string(scheme, "name");
	if (is(scheme, "type", "oauth2") || is(scheme, "type", "openIdConnect"))
		return tokens ? AUTH_BEARER : AUTH_UNSAID; /* RFC 6750 */
	if (is(scheme, "type", "basic") || (http && is(scheme, "scheme", "basic")))
		return AUTH_BASIC;
	if (http && is(scheme, "scheme", "bearer"))
		return AUTH_BEARER;
	if (!is(scheme, "type", "apiKey") || !is(scheme, "in", "header") || !name ||
	    !security_is_good_header(name))
		return AUTH_UNSAID;
	*header = name;
	return AUTH_HEADER;
}

/* One alternative: all of its schemes at once, so that we know it only if it is one. */
static enum auth read_alternative(struct contract *contract, const struct json *alternative,
				  bool tokens, const char **header)
{
	if (!json_is(alternative, JSON_OBJECT))
		return AUTH_UNSAID;
	if (!alternative->count)
		return AUTH_NONE;
	for (const struct json *item = alternative->first; item; item = item->next)
		if (!scheme_of(contract, item->key))
			document_problem(contract, false, item,
					 "there is no security scheme \"%s\"", item->key);
	return alternative->count == 1
		       ? auth_of(scheme_of(contract, alternative->first->key), tokens, header)
		       : AUTH_UNSAID;
}

/* Takes the first alternative with credentials that we know; without one, AUTH_NONE if it is among
 * them. */
static enum auth choose(struct contract *contract, const struct json *list, bool tokens,
			const char **header)
{
	enum auth found = list->count ? AUTH_UNSAID : AUTH_NONE;
	for (const struct json *item = list->first; item; item = item->next) {
		enum auth auth = read_alternative(contract, item, tokens, header);
		if (auth != AUTH_UNSAID && auth != AUTH_NONE)
			return auth;
		found = auth == AUTH_NONE ? auth : found;
	}
	return found;
}

static void read_requirements(struct contract *contract, const struct json *list,
			      struct command *command)
{
	command->auth_header = NULL;
	command->auth = choose(contract, list, false, &command->auth_header);
	if (command->auth < AUTH_BASIC)
		command->auth = choose(contract, list, true, &command->auth_header);
	if (command->auth == AUTH_UNSAID)
		document_problem(
			contract, false, list,
			"none of these security schemes is supported: basic is taken unless the profile sets auth");
}

void security_read_default(struct contract *contract, struct command *command)
{
	const struct json *list = json_get(contract->root, "security");
	if (json_is(list, JSON_ARRAY))
		read_requirements(contract, list, command);
}

void security_read(struct contract *contract, const struct json *operation, struct command *command)
{
	const struct json *list = json_get(operation, "security");
	if (json_is(list, JSON_ARRAY))
		read_requirements(contract, list, command);
	else
		security_read_default(contract, command);
}

void security_guess(struct contract *contract)
{
	struct command whole = { 0 };
	const struct json *schemes = schemes_of(contract);
	security_read_default(contract, &whole);
	for (const struct json *item = json_is(schemes, JSON_OBJECT) ? schemes->first : NULL;
	     item && whole.auth == AUTH_UNSAID; item = item->next)
		whole.auth = auth_of(document_resolve(contract, item), true, &whole.auth_header);
	contract->auth = whole.auth;
	contract->auth_header = whole.auth_header;
	if (whole.auth == AUTH_UNSAID && json_is(schemes, JSON_OBJECT) && schemes->first)
		contract->scheme = document_text(contract, schemes->first->key, false);
}

/* ---- servers ---- */

/* The URL with its variables' defaults in it; NULL if one has none. The caller frees it. */
static char *fill_url(const char *url, const struct json *variables)
{
	CLEAN_BUF struct buf out = { 0 };
	for (const char *p = url; *p; p++) {
		if (*p != '{') {
			buf_add_char(&out, *p);
			continue;
		}
		size_t len = strcspn(p + 1, "}");
		CLEAN_FREE char *name = mem_dup_len(p + 1, len);
		const struct json *value = json_get(json_get(variables, name), "default");
		if (p[1 + len] != '}' || !value ||
		    (value->type != JSON_NUMBER && !json_string(value)))
			return NULL;
		buf_add_str(&out, value->text);
		p += len + 1;
	}
	return buf_take(&out);
}

/* 2: https, 1: http, 0: no base URL. */
static int rank(const char *url)
{
	size_t skip = strncmp(url, "https://", 8) == 0	? 8
		      : strncmp(url, "http://", 7) == 0 ? 7
							: 0;
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F || strchr("?#@\\", *p))
			return 0;
	return !skip || !url[skip] || url[skip] == '/' ? 0 : skip == 8 ? 2 : 1;
}

static const char *read_servers(struct contract *contract)
{
	const struct json *list = json_get(contract->root, "servers");
	const char *best = NULL;
	int best_rank = 0;
	for (const struct json *item = json_is(list, JSON_ARRAY) ? list->first : NULL; item;
	     item = item->next) {
		const char *template = json_get_string(item, "url");
		CLEAN_FREE char *url =
			template ? fill_url(template, json_get(item, "variables")) : NULL;
		int found = url ? rank(url) : 0;
		if (!found)
			document_problem(contract, false, item,
					 "the server \"%s\" is no base URL by itself",
					 template ? template : "");
		if (found <= best_rank)
			continue;
		best_rank = found;
		best = document_keep(contract, url);
	}
	return best;
}

/* Swagger 2 has the URL in three parts. */
static const char *read_host(struct contract *contract)
{
	const char *host = json_get_string(contract->root, "host"),
		   *base = json_get_string(contract->root, "basePath");
	const struct json *schemes = json_get(contract->root, "schemes");
	bool https = !json_is(schemes, JSON_ARRAY) || !schemes->count;
	for (const struct json *item = json_is(schemes, JSON_ARRAY) ? schemes->first : NULL; item;
	     item = item->next)
		https = https || (json_string(item) && strcmp(item->text, "https") == 0);
	if (!host)
		return NULL;
	CLEAN_FREE char *url =
		buf_format("%s://%s%s%s", https ? "https" : "http", host,
			   base && *base && *base != '/' ? "/" : "", base ? base : "");
	if (rank(url))
		return document_keep(contract, url);
	document_problem(contract, false, json_get(contract->root, "host"), "\"%s\" is no base URL",
			 url);
	return NULL;
}

const char *security_server(struct contract *contract)
{
	const char *url = contract->version == 20 ? read_host(contract) : read_servers(contract);
	size_t len = url ? strlen(url) : 0;
	while (len && url[len - 1] == '/')
		len--;
	CLEAN_FREE char *base = mem_dup_len(url ? url : "", len);
	return url ? document_keep(contract, base) : NULL;
}
