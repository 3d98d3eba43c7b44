/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/access.h"

#include <string.h>
#include <strings.h>

static const struct json *first(const struct json *array)
{
	return json_is(array, JSON_ARRAY) ? array->first : NULL;
}

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
