/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/config.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "lib/conffile.h"

enum { MAX_CONFIG = 1024 * 1024 };

static const char system_file[] = "/etc/bangoctl/bangoctl.conf";

void config_done(struct config *config)
{
	free(config->path);
	json_doc_free(config->doc);
	*config = (struct config){ 0 };
}

char *config_path(const char *named, bool *must_exist)
{
	const char *variable = getenv("BANGOCTL_CONFIG");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	CLEAN_FREE char *home = file_home();
	*must_exist = named || (variable && *variable);
	if (*must_exist)
		return mem_dup(named ? named : variable);
	char *own = NULL;
	if (xdg && xdg[0] == '/')
		own = buf_format("%s/bangoctl/bangoctl.conf", xdg);
	else if (home)
		own = buf_format("%s/.config/bangoctl/bangoctl.conf", home);
	if (own && (access(own, F_OK) == 0 || access(system_file, F_OK) != 0))
		return own;
	free(own);
	return mem_dup(system_file);
}

char *config_place(const struct config *config, const struct json *value)
{
	return buf_format("%s:%u", config->path, value->line);
}

static int fault(const struct config *config, const struct json *value, struct err *err,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

static int fault(const struct config *config, const struct json *value, struct err *err,
		 const char *format, ...)
{
	CLEAN_BUF struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	return err_set(err, ERR_CONFIG, "%s:%u: %s", config->path, value->line, message.data);
}

char *config_text(const struct config *config, const struct json *value, enum setting setting)
{
	if (value->type == JSON_TRUE || value->type == JSON_FALSE)
		return mem_dup(value->type == JSON_TRUE ? "true" : "false");
	if (setting_row(setting)->type == SETTING_PATH)
		return config_resolve(config, value->text);
	return mem_dup(value->text);
}

char *config_resolve(const struct config *config, const char *path)
{
	if (path[0] == '/' || path[0] == '~')
		return file_expand(path);
	const char *slash = strrchr(config->path, '/');
	return slash ? buf_format("%.*s/%s", (int)(slash - config->path), config->path, path)
		     : mem_dup(path);
}

static int check_setting(const struct config *config, const struct json *value,
			 enum setting setting, struct err *err)
{
	const struct setting_row *row = setting_row(setting);
	static const char *const wanted[] = {
		[SETTING_TEXT] = "a text in quotes", [SETTING_PATH] = "a path in quotes",
		[SETTING_WHOLE] = "a whole number",  [SETTING_DECIMAL] = "a number",
		[SETTING_BOOL] = "true or false",    [SETTING_SIZE] = "a size in quotes or bytes",
	};
	bool text = value->type == JSON_STRING, number = value->type == JSON_NUMBER;
	bool truth = value->type == JSON_TRUE || value->type == JSON_FALSE;
	bool fits = false;
	switch (row->type) {
	case SETTING_TEXT:
	case SETTING_PATH:
		fits = text;
		break;
	case SETTING_WHOLE:
	case SETTING_DECIMAL:
		fits = number;
		break;
	case SETTING_BOOL:
		fits = truth;
		break;
	case SETTING_SIZE:
		fits = text || number;
		break;
	}
	if (!fits)
		return fault(config, value, err, "%s must be %s", row->key, wanted[row->type]);
	if (truth)
		return 0;
	if (setting_check(setting, row->key, value->text, err) < 0) {
		CLEAN_FREE char *message = take(err->message);
		CLEAN_FREE char *hint = take(err->hint);
		fault(config, value, err, "%s", message);
		return hint ? err_hint(err, "%s", hint) : -1;
	}
	return 0;
}

static int unknown_key(const struct config *config, const struct json *value, const char *where,
		       unsigned place, struct err *err)
{
	static const char *const extra[] = { "password", "password_file", "password_command",
					     "operations" };
	struct text_guess guess = { .word = value->key };
	for (int i = 0; i < SETTING_COUNT; i++)
		if (setting_row((enum setting)i)->places & place)
			text_guess_try(&guess, setting_row((enum setting)i)->key);
	for (size_t i = 0; place == IN_PROFILE && i < COUNT(extra); i++)
		text_guess_try(&guess, extra[i]);
	fault(config, value, err, "unknown key \"%s\" in %s", value->key, where);
	if (guess.best)
		return err_hint(err, "did you mean %s?", guess.best);
	return err_hint(err, "\"bangoctl help config\" lists the keys");
}

static int check_command(const struct config *config, const struct json *value, struct err *err)
{
	bool good = value->type == JSON_ARRAY && value->count;
	for (const struct json *word = good ? value->first : NULL; word; word = word->next)
		good = good && word->type == JSON_STRING;
	return good ? 0
		    : fault(config, value, err,
			    "password_command must be a list of texts, such as [ \"pass\", \"show\", \"bango/live\" ]");
}

static int check_operations(const struct config *config, const struct json *value, struct err *err)
{
	if (value->type != JSON_OBJECT)
		return fault(config, value, err, "operations must be a group");
	for (const struct json *item = value->first; item; item = item->next) {
		if (item->type != JSON_OBJECT)
			return fault(config, item, err,
				     "operations.%s must be a group with method and path",
				     item->key);
		for (const struct json *part = item->first; part; part = part->next) {
			if (strcmp(part->key, "method") != 0 && strcmp(part->key, "path") != 0)
				return fault(
					config, part, err,
					"unknown key \"%s\" in operations.%s: use method and path",
					part->key, item->key);
			if (part->type != JSON_STRING || !part->len)
				return fault(config, part, err,
					     "operations.%s.%s must be a text in quotes", item->key,
					     part->key);
		}
	}
	return 0;
}

/* Checks the keys that are no settings; 1: it is none of them. */
static int check_extra(const struct config *config, const struct json *value, struct err *err)
{
	if (strcmp(value->key, "password") == 0 || strcmp(value->key, "password_file") == 0)
		return value->type == JSON_STRING && value->len
			       ? 0
			       : fault(config, value, err, "%s must be a text in quotes",
				       value->key);
	if (strcmp(value->key, "password_command") == 0)
		return check_command(config, value, err);
	if (strcmp(value->key, "operations") == 0)
		return check_operations(config, value, err);
	return 1;
}

static int check_group(const struct config *config, const struct json *group, const char *where,
		       unsigned place, struct err *err)
{
	if (group->type != JSON_OBJECT)
		return fault(config, group, err, "%s must be a group in braces", where);
	for (const struct json *value = group->first; value; value = value->next) {
		int setting = setting_find(value->key);
		int extra = 1;
		if (setting >= 0 && (setting_row((enum setting)setting)->places & place)) {
			if (check_setting(config, value, (enum setting)setting, err) < 0)
				return -1;
			continue;
		}
		if (place == IN_PROFILE)
			extra = check_extra(config, value, err);
		if (extra != 0)
			return extra < 0 ? -1 : unknown_key(config, value, where, place, err);
	}
	return 0;
}

static int check_profile(const struct config *config, const struct json *profile, struct err *err)
{
	CLEAN_FREE char *where = buf_format("profile \"%s\"", profile->key);
	bool sandbox = strcmp(profile->key, "sandbox") == 0;
	if (check_group(config, profile, where, IN_PROFILE, err) < 0)
		return -1;
	size_t sources = 0;
	for (const struct json *value = profile->first; value; value = value->next)
		sources += strncmp(value->key, "password", 8) == 0;
	if (sources > 1)
		return fault(config, profile, err, "%s names more than one source of its password",
			     where);
	if (sandbox &&
	    (json_get(profile, "environment") || sources || json_get(profile, "username")))
		return fault(config, profile, err,
			     "%s is the simulator: its environment and credentials are fixed",
			     where);
	if (!sandbox && !json_get(profile, "environment")) {
		fault(config, profile, err, "%s has no environment", where);
		return err_hint(err, "add environment = \"test\"; or environment = \"live\";");
	}
	return 0;
}

static int check_profiles(const struct config *config, const struct json *profiles, struct err *err)
{
	if (profiles->type != JSON_OBJECT)
		return fault(config, profiles, err, "profiles must be a group in braces");
	for (const struct json *profile = profiles->first; profile; profile = profile->next)
		if (check_profile(config, profile, err) < 0)
			return -1;
	return 0;
}

static int check_file(const struct config *config, struct err *err)
{
	for (const struct json *value = config->root->first; value; value = value->next) {
		int result = 0;
		if (strcmp(value->key, "profiles") == 0)
			result = check_profiles(config, value, err);
		else if (strcmp(value->key, "defaults") == 0)
			result = check_group(config, value, "defaults", IN_DEFAULTS, err);
		else if (strcmp(value->key, "default_profile") == 0)
			result =
				value->type == JSON_STRING && value->len
					? 0
					: fault(config, value, err,
						"default_profile must be a profile's name in quotes");
		else {
			fault(config, value, err, "unknown key \"%s\"", value->key);
			result = err_hint(
				err, "at the top stand default_profile, defaults and profiles");
		}
		if (result < 0)
			return -1;
	}
	const char *named = json_get_string(config->root, "default_profile");
	if (named && strcmp(named, "sandbox") != 0 && !config_profile(config, named))
		return fault(config, json_get(config->root, "default_profile"), err,
			     "default_profile: there is no profile \"%s\"", named);
	return 0;
}

const struct json *config_profile(const struct config *config, const char *name)
{
	return json_get(json_get(config->root, "profiles"), name);
}

int config_load(struct config *config, const char *named, struct err *err)
{
	bool must_exist;
	*config = (struct config){ .path = config_path(named, &must_exist) };
	if (!must_exist && access(config->path, F_OK) != 0)
		return 0;
	CLEAN_BUF struct buf text = { 0 };
	if (file_read(config->path, MAX_CONFIG, &text, &config->facts, ERR_CONFIG, err) < 0)
		return err_wrap(err, "config");
	config->present = true;
	config->doc = json_doc_new();
	struct json *root = NULL;
	if (conffile_read(config->doc, buf_str(&text), text.len, &root, err) < 0) {
		/* the reader says "line N: …"; the house's form is FILE:N: … */
		CLEAN_FREE char *message = take(err->message);
		char *rest = strchr(message, ':');
		unsigned long line = strtoul(message + strlen("line "), NULL, 10);
		return err_set(err, ERR_CONFIG, "%s:%lu%s", config->path, line, rest ? rest : "");
	}
	config->root = root;
	return check_file(config, err);
}

static void template_setting(struct buf *out, const struct setting_row *row, const char *indent,
			     bool active)
{
	CLEAN_BUF struct buf help = { 0 };
	text_wrap(&help, row->help, 0, 58, true);
	for (const char *p = help.data; *p;) {
		size_t len = strcspn(p, "\n");
		buf_add_format(out, "%s# %.*s\n", indent, (int)len, p);
		p += len + (p[len] == '\n');
	}
	buf_add_format(out, "%s%s%s = %s;\n\n", indent, active ? "" : "# ", row->key, row->example);
}

static void template_defaults(struct buf *out)
{
	buf_add_str(
		out,
		"# What holds for every profile that does not say otherwise; most of it\n# may stand in a profile too.\n"
		"defaults = {\n");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = setting_row((enum setting)i);
		if ((row->places & IN_DEFAULTS) && row->fallback)
			template_setting(out, row, "    ", false);
	}
	/* no empty line before the brace */
	buf_truncate(out, out->len - 1);
	buf_add_str(out, "};\n\n");
}

void config_template(struct buf *out)
{
	buf_add_str(
		out,
		"# Config of bangoctl: see \"bangoctl help config\".\n# Keep it to yourself: chmod 600.\n"
		"# A value in force is the first of: option, environment variable,\n# profile, defaults, built-in.\n"
		"# Relative paths are seen from this file's folder.\n\n"
		"# The profile of a command without -p; better none if there is a live\n# one.\n"
		"# default_profile = \"test\";\n\n");
	template_defaults(out);
	buf_add_str(out, "profiles = {\n    test = {\n");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = setting_row((enum setting)i);
		bool active =
			i == SETTING_ENVIRONMENT || i == SETTING_BASE_URL || i == SETTING_USERNAME;
		bool above = (row->places & IN_DEFAULTS) && row->fallback;
		if ((row->places & IN_PROFILE) && !above)
			template_setting(out, row, "        ", active);
		if (i == SETTING_USERNAME)
			buf_add_str(
				out,
				"        # The password, from one of these; without any it is asked for.\n"
				"        # A command is a list of words: no shell runs it, and it\n        # has 10 seconds.\n"
				"        # password_command = [ \"pass\", \"show\", \"bango/test\" ];\n"
				"        # password_file = \"~/.config/bangoctl/test.password\";\n"
				"        # password = \"…\";\n\n");
	}
	buf_add_str(
		out,
		"        # Single operations whose method or path Bango configured\n        # otherwise for this route.\n"
		"        # operations = { activateEntitlement = { method = \"PUT\"; }; };\n    };\n\n"
		"    # The regions are us, ap and eu: Bango names yours.\n"
		"    # live = {\n    #     environment = \"live\";\n"
		"    #     base_url = \"https://eu.resale.api.bango.com\";\n"
		"    #     username = \"acme\";\n"
		"    #     password_command = [ \"pass\", \"show\", \"bango/live\" ];\n"
		"    #     read_only = false;\n    #     max_changes = 50;\n    # };\n};\n");
}
