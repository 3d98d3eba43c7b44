/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session.h"

#include <string.h>

#include "base/file.h"
#include "commands/commands.h"
#include "contract/cache.h"
#include "engine/many.h"
#include "engine/profile.h"
#include "engine/terminal.h"

static void take_password(struct session *session)
{
	char *password = getenv("BANGOCTL_PASSWORD");
	if (!password)
		return;
	if (*password)
		secret_set(&session->env_password, password, strlen(password));
	mem_wipe(password, strlen(password));
	unsetenv("BANGOCTL_PASSWORD");
}

static void make_table(struct session *session)
{
	const struct command_table *own = own_commands();
	size_t n = 0, calls = session->contract.command_count;
	const struct command *bulk =
		many_commands(session->contract.doc, session->contract.commands, calls);
	free(session->table_items);
	session->table_items = mem_new(own->count + 2 * calls, sizeof(*session->table_items));
	for (size_t i = 0; i < calls; i++)
		session->table_items[n++] = &session->contract.commands[i];
	for (size_t i = 0; i < own->count; i++)
		if (!own->items[i]->in_shell || session->in_shell)
			session->table_items[n++] = own->items[i];
	for (size_t i = 0; i < calls; i++)
		session->table_items[n++] = &bulk[i];
	session->table = (struct command_table){ session->table_items, n };
}

/* Moves the operations that the profile configures otherwise. */
static int move_operations(struct session *session, struct err *err)
{
	const struct json *profile =
		session->profile ? config_profile(&session->config, session->profile) : NULL;
	const struct json *operations = json_get(profile, "operations");
	for (const struct json *item = json_is(operations, JSON_OBJECT) ? operations->first : NULL;
	     item; item = item->next)
		if (contract_move(&session->contract, item->key, json_get_string(item, "method"),
				  json_get_string(item, "path"), err) < 0) {
			CLEAN_FREE char *place = config_place(&session->config, item);
			return err_wrap(err, "%s", place);
		}
	return 0;
}

static int read_contract(struct session *session, const struct contract_reserved *reserved,
			 struct err *err)
{
	const char *path = setting_text(&session->settings, SETTING_CONTRACT);
	if (!path) {
		contract_builtin(&session->contract, reserved);
		return 0;
	}
	CLEAN_FREE char *folder = session_cache_folder();
	if (contract_read_cached(&session->contract, path, folder, reserved, err) < 0)
		return -1;
	profile_follow_contract(session);
	return 0;
}

struct contract_reserved session_reserved(const struct session *session)
{
	return (struct contract_reserved){
		.options = global_options,
		.option_count = global_option_count,
		.commands = own_commands(),
		.header = setting_text(&session->settings, SETTING_AUTH_HEADER),
	};
}

int session_settle(struct session *session, struct err *err)
{
	take_password(session);
	if (profile_check_options(&session->globals, err) < 0)
		return -1;
	struct err *trouble = &session->trouble;
	if (config_load(&session->config, values_get(&session->globals, "config"), trouble) == 0 &&
	    profile_choose(session, trouble) == 0)
		(void)profile_settings(session, trouble);
	const struct contract_reserved reserved = session_reserved(session);
	if (trouble->kind == ERR_OK && read_contract(session, &reserved, trouble) == 0)
		(void)move_operations(session, trouble);
	if (trouble->kind != ERR_OK) {
		contract_done(&session->contract);
		contract_builtin(&session->contract, &reserved);
	}
	make_table(session);
	return 0;
}

int session_trouble(struct session *session, struct err *err)
{
	err_done(err);
	*err = session->trouble;
	session->trouble = (struct err){ 0 };
	return -1;
}

void session_enter_shell(struct session *session)
{
	session->in_shell = true;
	make_table(session);
}

int session_derive(const struct session *session, const char *profile, struct session *other,
		   struct err *err)
{
	*other = (struct session){
		.actions = session->actions,
		.stop = session->stop,
		.last_signal = session->last_signal,
		.in_shell = session->in_shell,
	};
	const struct arg *named = NULL;
	for (size_t i = 0; i < global_option_count; i++)
		if (strcmp(global_options[i].name, "profile") == 0)
			named = &global_options[i];
	for (size_t i = 0; i < session->globals.count - session->lent; i++)
		if (!profile || session->globals.items[i].arg != named)
			values_add(&other->globals, session->globals.items[i].arg,
				   session->globals.items[i].text);
	if (profile)
		values_add(&other->globals, named, profile);
	if (secret_is_set(&session->env_password))
		secret_set(&other->env_password, secret_reveal(&session->env_password),
			   session->env_password.len);
	if (session_settle(other, err) < 0)
		return -1;
	return other->trouble.kind == ERR_OK ? 0 : session_trouble(other, err);
}

int session_use(struct session *session, const char *profile, struct err *err)
{
	struct session other = { 0 };
	if (session_derive(session, profile, &other, err) < 0) {
		session_done(&other);
		return -1;
	}
	/* what outlasts the change of profile */
	other.http = session->http;
	other.last = session->last;
	other.seen = session->seen;
	other.seen_count = session->seen_count;
	other.changes = session->changes;
	other.at = session->at;
	session->http = NULL;
	session->last.request_id = NULL;
	session->seen = NULL;
	session->seen_count = 0;
	session_done(session);
	*session = other;
	contract_moved(&session->contract);
	return 0;
}

void session_done(struct session *session)
{
	for (size_t i = 0; i < session->seen_count; i++)
		free(session->seen[i]);
	free(session->seen);
	free(session->last.request_id);
	values_done(&session->globals);
	config_done(&session->config);
	free(session->profile);
	settings_done(&session->settings);
	contract_done(&session->contract);
	free(session->table_items);
	err_done(&session->trouble);
	http_free(session->http);
	sandbox_stop(session->sandbox);
	free(session->username);
	secret_done(&session->secret);
	secret_done(&session->env_password);
	*session = (struct session){ 0 };
}

bool session_is_sandbox(const struct session *session)
{
	return session->profile && strcmp(session->profile, "sandbox") == 0;
}

bool session_is_live(const struct session *session)
{
	const char *environment = setting_text(&session->settings, SETTING_ENVIRONMENT);
	return environment && strcmp(environment, "live") == 0;
}

bool session_may_ask(const struct session *session)
{
	return !setting_bool(&session->settings, SETTING_NO_INPUT) && terminal_can_ask();
}

/* A folder of ours by the XDG base directories: below $`variable`, else below the user's
 * folder/`otherwise`. */
static char *xdg_folder(const char *variable, const char *otherwise)
{
	const char *xdg = getenv(variable);
	if (xdg && xdg[0] == '/')
		return file_join(xdg, "bangoctl");
	CLEAN_FREE char *home = file_home();
	return buf_format("%s/%s/bangoctl", home ? home : "", otherwise);
}

char *session_state_folder(void)
{
	const char *named = getenv("BANGOCTL_STATE_DIR");
	return named && *named ? mem_dup(named) : xdg_folder("XDG_STATE_HOME", ".local/state");
}

char *session_cache_folder(void)
{
	const char *named = getenv("BANGOCTL_STATE_DIR");
	return named && *named ? file_join(named, "cache") : xdg_folder("XDG_CACHE_HOME", ".cache");
}

struct http *session_http(struct session *session)
{
	if (!session->http)
		session->http = http_new();
	return session->http;
}
