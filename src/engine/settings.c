/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/settings.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "contract/security.h"

static const char *const environments[] = { "test", "live", NULL };
static const char *const auths[] = { "basic", "bearer", "header", NULL };
static const char *const trusts[] = { "untrusted", "trusted", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const outputs[] = { "auto",	 "table", "wide", "expanded", "json", "yaml",
				       "ndjson", "csv",	  "tsv",  "raw",      "none", NULL };

static const struct setting_row rows[SETTING_COUNT] = {
	[SETTING_ENVIRONMENT] = { "environment", SETTING_TEXT, IN_PROFILE, NULL, NULL, NULL, 0, 0,
				  environments, "\"test\"",
				  "test or live; live asks before it changes anything" },
	[SETTING_BASE_URL] = { "base_url", SETTING_TEXT, IN_PROFILE, "base-url",
			       "BANGOCTL_BASE_URL", NULL, 0, 0, NULL,
			       "\"https://resale.api.sandbox.bango.com\"",
			       "the server; a path in it goes before every other; without it the first server that the contract file names" },
	[SETTING_USERNAME] = { "username", SETTING_TEXT, IN_PROFILE, NULL, NULL, NULL, 0, 0, NULL,
			       "\"acme\"", "the user name that Bango issued" },
	[SETTING_AUTH] = { "auth", SETTING_TEXT, IN_PROFILE, NULL, NULL, "basic", 0, 0, auths,
			   "\"basic\"",
			   "basic, bearer (the password is the token) or header (it is the value of auth_header); without it the contract decides for each call, and basic is what is left" },
	[SETTING_AUTH_HEADER] = { "auth_header", SETTING_TEXT, IN_PROFILE, NULL, NULL, NULL, 0, 0,
				  NULL, "\"X-Api-Key\"", "the header's name when auth is header" },
	[SETTING_CONTRACT] = { "contract", SETTING_PATH, IN_PROFILE, "contract", NULL, NULL, 0, 0,
			       NULL, "\"acme-server-api.yaml\"",
			       "the OpenAPI document handed out at onboarding; without it the built-in one" },
	[SETTING_READ_ONLY] = { "read_only", SETTING_BOOL, IN_PROFILE | IN_DEFAULTS, "read-only",
				"BANGOCTL_READ_ONLY", "false", 0, 0, NULL, "false",
				"refuse every change" },
	[SETTING_MAX_CHANGES] = { "max_changes", SETTING_WHOLE, IN_PROFILE | IN_DEFAULTS, NULL,
				  NULL, NULL, 0, 1e9, NULL, "50",
				  "more changes than this in one run are confirmed as severe ones" },
	[SETTING_IDEMPOTENCY] = { "idempotency", SETTING_TEXT, IN_PROFILE | IN_DEFAULTS, NULL, NULL,
				  "untrusted", 0, 0, trusts, "\"untrusted\"",
				  "trusted: Bango confirmed that a repeated X-RequestIdentifier has no second effect, so a change "
				  "whose outcome is unknown is sent again with the same one" },
	[SETTING_RATE] = { "rate", SETTING_DECIMAL, IN_PROFILE | IN_DEFAULTS, NULL, NULL, NULL,
			   0.001, 100000, NULL, "5.0",
			   "at most so many requests a second in one run" },
	[SETTING_OUTPUT] = { "output", SETTING_TEXT, IN_PROFILE | IN_DEFAULTS, "output",
			     "BANGOCTL_OUTPUT", "auto", 0, 0, outputs, "\"auto\"",
			     "the format of results" },
	[SETTING_TIMEOUT] = { "timeout", SETTING_DECIMAL, IN_PROFILE | IN_DEFAULTS, "timeout", NULL,
			      "60", 0.001, 86400, NULL, "60", "seconds for a whole exchange" },
	[SETTING_CONNECT_TIMEOUT] = { "connect_timeout", SETTING_DECIMAL, IN_PROFILE | IN_DEFAULTS,
				      "connect-timeout", NULL, "10", 0.001, 86400, NULL, "10",
				      "seconds for the connection" },
	[SETTING_RETRIES] = { "retries", SETTING_WHOLE, IN_PROFILE | IN_DEFAULTS, "retries", NULL,
			      "3", 0, 100, NULL, "3",
			      "how often a request that provably changed nothing is tried again" },
	[SETTING_RETRY_MAX_WAIT] = { "retry_max_wait", SETTING_DECIMAL, IN_PROFILE | IN_DEFAULTS,
				     "retry-max-wait", NULL, "300", 0, 86400, NULL, "300",
				     "the longest Retry-After, in seconds, that is waited for" },
	[SETTING_MAX_REPLY] = { "max_reply", SETTING_SIZE, IN_PROFILE | IN_DEFAULTS, "max-reply",
				NULL, "64M", 1, 4e9, NULL, "\"64M\"",
				"the largest reply that is read; K, M and G are known" },
	[SETTING_PROXY] = { "proxy", SETTING_TEXT, IN_PROFILE | IN_DEFAULTS, "proxy", NULL, NULL, 0,
			    0, NULL, "\"http://proxy.example:3128\"",
			    "the proxy, of the kinds http, https, socks4, socks4a, socks5 and socks5h, but not for loopback; without it HTTPS_PROXY, ALL_PROXY and NO_PROXY decide" },
	[SETTING_CACERT] = { "cacert", SETTING_PATH, IN_PROFILE | IN_DEFAULTS, "cacert", NULL, NULL,
			     0, 0, NULL, "\"company-ca.pem\"",
			     "a file of CA certificates to trust instead of the system's; no list of revoked ones is asked" },
	[SETTING_CERT] = { "cert", SETTING_PATH, IN_PROFILE | IN_DEFAULTS, "cert", NULL, NULL, 0, 0,
			   NULL, "\"client.pem\"",
			   "the client certificate, if the route asks for one" },
	[SETTING_KEY] = { "key", SETTING_PATH, IN_PROFILE | IN_DEFAULTS, "key", NULL, NULL, 0, 0,
			  NULL, "\"client.key\"", "the client certificate's key" },
	[SETTING_COLOR] = { "color", SETTING_TEXT, IN_DEFAULTS, "color", NULL, "auto", 0, 0, colors,
			    "\"auto\"", "colour: auto, always or never" },
	[SETTING_NO_INPUT] = { "no_input", SETTING_BOOL, 0, "no-input", "BANGOCTL_NO_INPUT",
			       "false", 0, 0, NULL, NULL, "never ask; fail instead" },
	[SETTING_REQUIRE_PROFILE] = { "require_profile", SETTING_BOOL, IN_DEFAULTS, NULL, NULL,
				      "false", 0, 0, NULL, "false",
				      "a live profile must be named by -p or BANGOCTL_PROFILE, never by default_profile" },
};

const struct setting_row *setting_row(enum setting setting)
{
	return &rows[setting];
}

int setting_find(const char *key)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (strcmp(rows[i].key, key) == 0)
			return i;
	return -1;
}

void settings_done(struct settings *settings)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		free(settings->items[i].text);
		free(settings->items[i].origin);
	}
	*settings = (struct settings){ 0 };
}

void setting_put(struct settings *settings, enum setting setting, const char *text,
		 const char *origin)
{
	struct setting_value *value = &settings->items[setting];
	free(value->text);
	free(value->origin);
	*value = (struct setting_value){ mem_dup(text), mem_dup(origin) };
}

/* A size's number and unit as bytes, or -1. */
static double parse_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (!digits || digits > 12)
		return -1;
	double bytes = strtod(text, NULL);
	const char *unit = text + digits;
	static const char units[] = "KMG";
	const char *hit = *unit ? strchr(units, toupper((unsigned char)*unit)) : NULL;
	if (*unit && (!hit || unit[1]))
		return -1;
	for (const char *p = units; hit && p <= hit; p++)
		bytes *= 1024;
	return bytes;
}

static int check_choice(const struct setting_row *row, const char *what, const char *text,
			struct err *err)
{
	CLEAN_BUF struct buf list = { 0 };
	for (const char *const *choice = row->choices; *choice; choice++) {
		if (strcmp(*choice, text) == 0)
			return 0;
		buf_add_format(&list, "%s%s", list.len ? ", " : "", *choice);
	}
	err_set(err, ERR_USAGE, "%s: \"%s\" is not one of its values", what, text);
	return err_hint(err, "use one of %s", list.data);
}

static int check_proxy(const char *what, const char *text, struct err *err)
{
	static const char *const schemes[] = { "http",	  "https",  "socks4",
					       "socks4a", "socks5", "socks5h" };
	const char *end = strstr(text, "://");
	/* it would stand in process lists and in "config show" */
	if (strchr(text, '@')) {
		err_set(err, ERR_USAGE, "%s: a user name or password in the URL is not supported",
			what);
		return err_hint(err, "HTTPS_PROXY in the environment may have them");
	}
	for (size_t i = 0; end && i < COUNT(schemes); i++)
		if (strlen(schemes[i]) == (size_t)(end - text) &&
		    strncasecmp(schemes[i], text, (size_t)(end - text)) == 0)
			return 0;
	if (!end)
		return 0;
	err_set(err, ERR_USAGE, "%s: \"%s\" is no kind of proxy that is known", what, text);
	return err_hint(err, "use http, https, socks4, socks4a, socks5 or socks5h");
}

int setting_check(enum setting setting, const char *what, const char *text, struct err *err)
{
	const struct setting_row *row = &rows[setting];
	if (setting == SETTING_PROXY && check_proxy(what, text, err) < 0)
		return -1;
	if (setting == SETTING_AUTH_HEADER && !security_is_good_header(text))
		return err_set(err, ERR_USAGE, "%s: no secret can go out in the header \"%s\"",
			       what, text);
	if (row->choices)
		return check_choice(row, what, text, err);
	if (row->type == SETTING_BOOL && strcmp(text, "true") != 0 && strcmp(text, "false") != 0 &&
	    strcmp(text, "1") != 0 && strcmp(text, "0") != 0)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is neither true nor false", what, text);
	if (row->type == SETTING_TEXT || row->type == SETTING_PATH || row->type == SETTING_BOOL)
		return *text ? 0 : err_set(err, ERR_USAGE, "%s is empty", what);
	double number = -1;
	if (row->type == SETTING_SIZE)
		number = parse_size(text);
	else if (text_is_number(text, strlen(text)) &&
		 !(row->type == SETTING_WHOLE && strpbrk(text, ".eE")))
		number = strtod(text, NULL);
	if (number < row->min || number > row->max)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is not a %s from %.10g to %.10g", what,
			       text,
			       row->type == SETTING_WHOLE  ? "whole number"
			       : row->type == SETTING_SIZE ? "size"
							   : "number",
			       row->min, row->max);
	return 0;
}

const char *setting_text(const struct settings *settings, enum setting setting)
{
	return settings->items[setting].text;
}

bool setting_bool(const struct settings *settings, enum setting setting)
{
	const char *text = settings->items[setting].text;
	return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

double setting_number(const struct settings *settings, enum setting setting)
{
	const char *text = settings->items[setting].text;
	return text ? strtod(text, NULL) : 0;
}

size_t setting_size(const struct settings *settings, enum setting setting)
{
	const char *text = settings->items[setting].text;
	double bytes = text ? parse_size(text) : 0;
	return bytes > 0 ? (size_t)bytes : 0;
}
