/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/profile.h"

#include <string.h>

#include "base/text.h"
#include "contract/security.h"
#include "contract/words.h"

/* Production hosts of https://developer.bango.info/api-reference/ */
static const char *const live_hosts[] = { "us.resale.api.bango.com", "ap.resale.api.bango.com",
					  "eu.resale.api.bango.com" };
static const char test_domain[] = ".sandbox.bango.com";

static const char *variable(const char *name)
{
	const char *text = name ? getenv(name) : NULL;
	return text && *text ? text : NULL;
}

/* The text that the options give to a setting, or NULL. Of -o, --json and -x the last one counts:
 * in the shell a line's option comes after what the session began with. */
static const char *option_text(const struct values *globals, enum setting setting)
{
	const char *option = setting_row(setting)->option;
	if (setting != SETTING_OUTPUT)
		return option ? values_get(globals, option) : NULL;
	for (size_t i = globals->count; i > 0; i--) {
		const struct value *value = &globals->items[i - 1];
		bool shorthand = strcmp(value->arg->name, "json") == 0 ||
				 strcmp(value->arg->name, "expanded") == 0;
		if (shorthand && strcmp(value->text, "false") != 0)
			return value->arg->name;
		if (strcmp(value->arg->name, option) == 0)
			return value->text;
	}
	return NULL;
}

int profile_check_options(const struct values *globals, struct err *err)
{
	const char *output = values_get(globals, "output");
	bool json = values_flag(globals, "json"), expanded = values_flag(globals, "expanded");
	if ((json && expanded) || (output && json && strcmp(output, "json") != 0) ||
	    (output && expanded && strcmp(output, "expanded") != 0))
		return err_set(err, ERR_USAGE, "-o, --json and -x ask for different formats");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *text = option_text(globals, (enum setting)i);
		CLEAN_FREE char *what =
			buf_format("--%s", text ? setting_row((enum setting)i)->option : "");
		if (text && setting_check((enum setting)i, what, text, err) < 0)
			return -1;
	}
	return 0;
}

static int unknown_profile(const struct session *session, const char *name, struct err *err)
{
	struct text_guess guess = { .word = name };
	CLEAN_BUF struct buf list = { 0 };
	const struct json *profiles = json_get(session->config.root, "profiles");
	for (const struct json *item = profiles ? profiles->first : NULL; item; item = item->next) {
		text_guess_try(&guess, item->key);
		buf_add_format(&list, "%s, ", item->key);
	}
	text_guess_try(&guess, "sandbox");
	err_set(err, ERR_CONFIG, "there is no profile \"%s\" in %s%s", name, session->config.path,
		session->config.present ? "" : ", which does not exist");
	if (guess.best)
		return err_hint(err, "did you mean %s?", guess.best);
	if (!session->config.present)
		return err_hint(err, "\"bangoctl config init\" writes that file");
	return err_hint(err, "there are %ssandbox", buf_str(&list));
}

int profile_choose(struct session *session, struct err *err)
{
	const char *option = values_get(&session->globals, "profile");
	const char *named = option ? option : variable("BANGOCTL_PROFILE");
	const char *fallback = json_get_string(session->config.root, "default_profile");
	const char *name = named ? named : fallback;
	if (!name)
		return 0;
	if (strcmp(name, "sandbox") != 0 && !config_profile(&session->config, name))
		return unknown_profile(session, name, err);
	session->profile = mem_dup(name);
	session->profile_explicit = option != NULL;
	session->profile_by_default = !named;
	return 0;
}

/* Puts the setting's value of a group of the config file in force, if it is there. */
static bool put_from_group(struct session *session, enum setting setting, const struct json *group,
			   const char *name)
{
	const struct json *value = json_get(group, setting_row(setting)->key);
	if (!value)
		return false;
	CLEAN_FREE char *text = config_text(&session->config, value, setting);
	CLEAN_FREE char *place = config_place(&session->config, value);
	CLEAN_FREE char *origin = buf_format("%s (%s)", name, place);
	setting_put(&session->settings, setting, text, origin);
	return true;
}

static int put_setting(struct session *session, enum setting setting, const struct json *profile,
		       struct err *err)
{
	const struct setting_row *row = setting_row(setting);
	const char *text = option_text(&session->globals, setting);
	if (text) {
		CLEAN_FREE char *origin = buf_format("--%s", row->option);
		setting_put(&session->settings, setting, text, origin);
		return 0;
	}
	text = variable(row->variable);
	if (text) {
		if (setting_check(setting, row->variable, text, err) < 0) {
			err->kind = ERR_CONFIG;
			return -1;
		}
		setting_put(&session->settings, setting, text, row->variable);
		return 0;
	}
	CLEAN_FREE char *name = buf_format("profile %s", session->profile ? session->profile : "");
	if (put_from_group(session, setting, profile, name) ||
	    put_from_group(session, setting, json_get(session->config.root, "defaults"),
			   "defaults"))
		return 0;
	/* also where there is none: an earlier line of the shell may have left a value */
	setting_put(&session->settings, setting, row->fallback, row->fallback ? "built-in" : NULL);
	return 0;
}

int profile_settings(struct session *session, struct err *err)
{
	const struct json *profile =
		session->profile ? config_profile(&session->config, session->profile) : NULL;
	for (int i = 0; i < SETTING_COUNT; i++)
		if (put_setting(session, (enum setting)i, profile, err) < 0)
			return -1;
	profile_follow_contract(session);
	if (!session_is_sandbox(session))
		return 0;
	setting_put(&session->settings, SETTING_ENVIRONMENT, "sandbox", "built-in");
	setting_put(&session->settings, SETTING_USERNAME, SANDBOX_USER, "built-in");
	setting_put(&session->settings, SETTING_AUTH, "basic", "built-in");
	return 0;
}

/* ---- authentication and server ---- */

/* Whether the profile itself says how its credentials go out. */
static bool says_auth(const struct session *session)
{
	const struct json *own =
		session->profile ? config_profile(&session->config, session->profile) : NULL;
	return session_is_sandbox(session) || json_get(own, "auth");
}

enum auth profile_auth(const struct session *session, const struct command *command,
		       const char **header)
{
	const char *word = setting_text(&session->settings, SETTING_AUTH);
	const char *name = setting_text(&session->settings, SETTING_AUTH_HEADER);
	const char *unused, **found = header ? header : &unused;
	*found = name;
	if (command && command->auth != AUTH_UNSAID && !says_auth(session)) {
		*found = name ? name : command->auth_header;
		return command->auth;
	}
	for (int auth = AUTH_BASIC; auth <= AUTH_HEADER; auth++)
		if (word && strcmp(word, words_auth((enum auth)auth)) == 0)
			return (enum auth)auth;
	return AUTH_BASIC;
}

void profile_follow_contract(struct session *session)
{
	struct command whole = { 0 };
	if (session_is_sandbox(session) || !session->contract.root ||
	    !setting_text(&session->settings, SETTING_CONTRACT))
		return;
	CLEAN_FREE char *origin = buf_format("contract %s", session->contract.name);
	if (session->contract.server && !setting_text(&session->settings, SETTING_BASE_URL))
		setting_put(&session->settings, SETTING_BASE_URL, session->contract.server, origin);
	security_read_default(&session->contract, &whole);
	if (whole.auth < AUTH_BASIC || says_auth(session))
		return;
	setting_put(&session->settings, SETTING_AUTH, words_auth(whole.auth), origin);
	if (whole.auth_header && !setting_text(&session->settings, SETTING_AUTH_HEADER))
		setting_put(&session->settings, SETTING_AUTH_HEADER, whole.auth_header, origin);
}

int profile_require(const struct session *session, struct err *err)
{
	if (!session->profile) {
		err_set(err, ERR_CONFIG, "no profile is named");
		return err_hint(
			err,
			"-p sandbox tries it out without any account; \"bangoctl config init\" begins a config file");
	}
	if (session->profile_by_default && session_is_live(session) &&
	    setting_bool(&session->settings, SETTING_REQUIRE_PROFILE)) {
		err_set(err, ERR_CONFIG, "the live profile \"%s\" must be named", session->profile);
		return err_hint(err, "add -p %s, or set BANGOCTL_PROFILE", session->profile);
	}
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);
	return a >= b && strcmp(text + a - b, end) == 0;
}

bool profile_is_live_host(const char *host)
{
	for (size_t i = 0; i < COUNT(live_hosts); i++)
		if (strcmp(host, live_hosts[i]) == 0)
			return true;
	return false;
}

bool profile_is_test_host(const char *host)
{
	return ends_with(host, test_domain);
}

static int check_host(const struct session *session, const struct http_url *url, struct err *err)
{
	bool live = session_is_live(session);
	CLEAN_FREE char *host = mem_dup(url->host);
	size_t len = strlen(host);
	if (len && host[len - 1] == '.') /* the same host, spelt as a full name */
		host[len - 1] = '\0';
	if (!live && profile_is_live_host(host)) {
		err_set(err, ERR_CONFIG, "profile \"%s\" is no live one, but %s is a live host",
			session->profile, url->host);
		return err_hint(err,
				"set environment = \"live\" in its group, or correct base_url");
	}
	if (live && profile_is_test_host(host)) {
		err_set(err, ERR_CONFIG, "profile \"%s\" is live, but %s is a test host",
			session->profile, url->host);
		return err_hint(err,
				"set environment = \"test\" in its group, or correct base_url");
	}
	return 0;
}

int profile_url(const struct session *session, struct http_url *url, struct err *err)
{
	const char *text = setting_text(&session->settings, SETTING_BASE_URL);
	if (!text) {
		err_set(err, ERR_CONFIG, "profile \"%s\" has no base_url", session->profile);
		return err_hint(
			err,
			"add base_url = \"https://…\" to it; Bango's onboarding documents name the host");
	}
	if (http_url_parse(text, url, err) < 0)
		return err_wrap(err, "base_url (%s)",
				session->settings.items[SETTING_BASE_URL].origin);
	int result = 0;
	if (!url->https && !url->loopback) {
		err_set(err, ERR_CONFIG,
			"base_url %s is not https: credentials would be readable on the way", text);
		result = err_hint(err, "plain http is for loopback addresses only");
	} else {
		result = check_host(session, url, err);
	}
	if (result < 0)
		http_url_done(url);
	return result;
}
