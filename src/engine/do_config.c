/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_config.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/credential.h"
#include "engine/output.h"
#include "engine/profile.h"
#include "engine/terminal.h"

int do_config_init(struct session *session, const struct command *command,
		   const struct values *values, struct err *err)
{
	(void)command, (void)values;
	bool named;
	CLEAN_FREE char *path = config_path(values_get(&session->globals, "config"), &named);
	CLEAN_FREE char *folder = mem_dup(path);
	CLEAN_BUF struct buf text = { 0 };
	if (access(path, F_OK) == 0) {
		err_set(err, ERR_CONFIG, "%s is there already and stays as it is", path);
		return err_hint(err, "another place: bangoctl config init --config FILE");
	}
	char *slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		if (file_make_folder(folder, err) < 0)
			return -1;
	}
	config_template(&text);
	if (file_write(path, text.data, text.len, 0600, true, err) < 0)
		return -1;
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("wrote %s; fill it in, then try \"bangoctl -p test echo\"", path);
	CLEAN_FREE char *line = buf_format("%s\n", path);
	return output_text(session, line, strlen(line), err);
}

int do_config_path(struct session *session, const struct command *command,
		   const struct values *values, struct err *err)
{
	(void)command, (void)values;
	bool named;
	CLEAN_FREE char *path = config_path(values_get(&session->globals, "config"), &named);
	CLEAN_FREE char *line = buf_format("%s\n", path);
	return output_text(session, line, strlen(line), err);
}

/* ---- show ---- */

static void add_setting(struct json_doc *doc, struct json *list, const char *key, const char *value,
			const char *origin)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_string(doc, object, "setting", key);
	json_set_string(doc, object, "value", value);
	if (origin)
		json_set_string(doc, object, "origin", origin);
	json_append(list, object);
}

static int show_settings(const struct session *session, bool origin, struct err *err)
{
	static const char *const columns[] = { "setting", "value", "origin" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	CLEAN_FREE char *secret = credential_origin(session);
	add_setting(doc, list, "profile", session->profile,
		    !origin			  ? NULL
		    : session->profile_explicit	  ? "--profile"
		    : session->profile_by_default ? "default_profile"
						  : "BANGOCTL_PROFILE");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_value *value = &session->settings.items[i];
		if (value->text)
			add_setting(doc, list, setting_row((enum setting)i)->key, value->text,
				    origin ? value->origin : NULL);
	}
	bool asked = strncmp(secret, "asked", 5) == 0;
	add_setting(doc, list, "password", asked ? NULL : SECRET_MASK, origin ? secret : NULL);
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = origin ? 3 : 2
	};
	return output_print(session, &output, err);
}

int do_config_show(struct session *session, const struct command *command,
		   const struct values *values, struct err *err)
{
	(void)command;
	if (profile_require(session, err) < 0)
		return -1;
	return show_settings(session, values_flag(values, "origin"), err);
}

int do_profile_show(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	const char *name = values_get(values, "name");
	if (!name || (session->profile && strcmp(session->profile, name) == 0)) {
		if (profile_require(session, err) < 0)
			return -1;
		return show_settings(session, true, err);
	}
	CLEANUP(session_done) struct session other = { 0 };
	return session_derive(session, name, &other, err) < 0 ? -1
							      : show_settings(&other, true, err);
}

/* ---- list and check ---- */

static void add_profile(struct json_doc *doc, struct json *list, const struct session *session,
			const char *name, const struct json *group)
{
	struct json *object = json_new(doc, JSON_OBJECT);
	bool sandbox = strcmp(name, "sandbox") == 0;
	const char *fallback = json_get_string(session->config.root, "default_profile");
	json_set_string(doc, object, "name", name);
	json_set_string(doc, object, "environment",
			sandbox ? "sandbox" : json_get_string(group, "environment"));
	json_set_string(doc, object, "base_url", json_get_string(group, "base_url"));
	json_set_string(doc, object, "username",
			sandbox ? SANDBOX_USER : json_get_string(group, "username"));
	json_set_string(doc, object, "contract", json_get_string(group, "contract"));
	json_set(doc, object, "default",
		 json_new_bool(doc, fallback && strcmp(fallback, name) == 0));
	json_append(list, object);
}

int do_profile_list(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command, (void)values;
	static const char *const columns[] = { "name", "environment", "base_url", "username",
					       "default" };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_ARRAY);
	const struct json *profiles = json_get(session->config.root, "profiles");
	for (const struct json *item = profiles ? profiles->first : NULL; item; item = item->next)
		add_profile(doc, list, session, item->key, item);
	if (!config_profile(&session->config, "sandbox"))
		add_profile(doc, list, session, "sandbox", NULL);
	const struct output output = {
		.value = list, .rows = "", .columns = columns, .column_count = COUNT(columns)
	};
	return output_print(session, &output, err);
}

/* What only shows when a profile is put in force: its contract, operations, host and file modes. */
static int check_profile(const struct session *session, const struct json *profile, struct err *err)
{
	CLEANUP(session_done) struct session other = { 0 };
	CLEANUP(http_url_done) struct http_url url = { 0 };
	if (session_derive(session, profile->key, &other, err) < 0)
		return -1;
	if (!session_is_sandbox(&other) && profile_url(&other, &url, err) < 0)
		return -1;
	return credential_check_file(&other, profile, err);
}

int do_config_check(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command, (void)values;
	if (!session->config.present) {
		err_set(err, ERR_CONFIG, "there is no config file at %s", session->config.path);
		return err_hint(err, "\"bangoctl config init\" writes one");
	}
	const struct json *profiles = json_get(session->config.root, "profiles");
	size_t count = 0;
	for (const struct json *item = profiles ? profiles->first : NULL; item;
	     item = item->next, count++)
		if (check_profile(session, item, err) < 0)
			return -1;
	if (!values_flag(&session->globals, "quiet"))
		terminal_note("%s is good: %zu profile%s", session->config.path, count,
			      count == 1 ? "" : "s");
	return 0;
}
