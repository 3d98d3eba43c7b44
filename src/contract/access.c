/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/access.h"

#include <string.h>
#include <strings.h>

/* ---- server ---- */

static const struct json *first(const struct json *array)
{
	return json_is(array, JSON_ARRAY) ? array->first : NULL;
}

/* Puts the default in the place of each {variable}. */
static char *filled(const char *url, const struct json *variables)
{
	struct buf out = { 0 };
	while (*url) {
		size_t plain = strcspn(url, "{");
		buf_add(&out, url, plain);
		url += plain;
		size_t len = strcspn(url, "}");
		if (!*url || !url[len])
			break;
		CLEAN_FREE char *name = mem_dup_len(url + 1, len - 1);
		const char *text = json_get_string(json_get(variables, name), "default");
		buf_add_str(&out, text ? text : "");
		url += len + 1;
	}
	buf_add_str(&out, url);
	return buf_take(&out);
}

static char *swagger_server(const struct json *root)
{
	const char *host = json_get_string(root, "host"), *base = json_get_string(root, "basePath");
	const char *scheme = json_string(first(json_get(root, "schemes")));
	for (const struct json *item = first(json_get(root, "schemes")); item; item = item->next)
		if (json_string(item) && strcmp(item->text, "https") == 0)
			scheme = "https";
	return host ? buf_format("%s://%s%s", scheme ? scheme : "https", host, base ? base : "")
		    : NULL;
}

char *access_server(const struct contract *contract)
{
	const struct json *server = first(json_get(contract->root, "servers"));
	const char *given = json_get_string(server, "url");
	CLEAN_FREE char *url = given ? filled(given, json_get(server, "variables"))
				     : swagger_server(contract->root);
	if (!url || (strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0))
		return NULL;
	for (size_t len = strlen(url); len && url[len - 1] == '/'; len--)
		url[len - 1] = '\0';
	return take(url);
}

/* ---- credentials ---- */

static bool is(const char *text, const char *word)
{
	return text && strcasecmp(text, word) == 0;
}

static struct access_auth read_scheme(const char *name, const struct json *scheme)
{
	const char *type = json_get_string(scheme, "type"),
		   *http = json_get_string(scheme, "scheme"), *in = json_get_string(scheme, "in"),
		   *header = json_get_string(scheme, "name");
	if (is(type, "basic") || (is(type, "http") && is(http, "basic")))
		return (struct access_auth){ "basic", NULL, name };
	if (is(type, "oauth2") || is(type, "openIdConnect") ||
	    (is(type, "http") && is(http, "bearer")))
		return (struct access_auth){ "bearer", NULL, name };
	if (is(type, "apiKey") && is(in, "header") && header)
		return (struct access_auth){ "header", header, name };
	return (struct access_auth){ NULL, NULL, name };
}

struct access_auth access_auth(const struct contract *contract)
{
	const struct json *root = contract->root;
	const struct json *schemes = json_get(json_get(root, "components"), "securitySchemes");
	struct access_auth found = { 0 };
	if (!schemes)
		schemes = json_get(root, "securityDefinitions");
	for (const struct json *item = first(json_get(root, "security")); item && !found.auth;
	     item = item->next)
		for (const struct json *name = json_is(item, JSON_OBJECT) ? item->first : NULL;
		     name && !found.auth; name = name->next)
			found = read_scheme(name->key, json_get(schemes, name->key));
	for (const struct json *item = json_is(schemes, JSON_OBJECT) ? schemes->first : NULL;
	     item && !found.auth; item = item->next)
		found = read_scheme(item->key, item);
	return found;
}
