/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/do_export.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/commands.h"
#include "contract/moved.h"
#include "contract/words.h"
#include "engine/output.h"
#include "engine/profile.h"
#include "engine/terminal.h"
#include "lib/yaml.h"

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* ---- export ---- */

int do_contract_export(struct session *session, const struct command *command,
		       const struct values *values, struct err *err)
{
	(void)command, (void)values;
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	const char *format = setting_text(&session->settings, SETTING_OUTPUT);
	const struct json *root = NULL;
	if (moved_document(doc, &session->contract, &root, err) < 0)
		return -1;
	bool automatic = is(format, "auto"), terminal = isatty(STDOUT_FILENO);
	const struct output output = { .value = root };
	if (output_selects(session) || !(automatic || is(format, "json") || is(format, "yaml")))
		return output_print(session, &output, err);
	CLEAN_BUF struct buf out = { 0 };
	if (is(format, "yaml") || (automatic && terminal)) {
		yaml_write(&out, root);
	} else {
		/* it is made to be corrected by hand */
		json_write(&out, root, JSON_PRETTY);
		buf_add_char(&out, '\n');
	}
	return output_text(session, out.data, out.len, err);
}

/* ---- use ---- */

/* The name of a group in the config file. */
static bool is_group_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*";
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*-_0123456789";
	return *name && strchr(letters, *name) && !name[strspn(name, more)];
}

/* A line `key = "text";`, quoted as libconfig reads it. */
static void add_setting(struct buf *out, enum setting setting, const char *text)
{
	buf_add_format(out, "    %s = \"", setting_row(setting)->key);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			buf_add_format(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7F)
			buf_add_format(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_str(out, "\";\n");
}

static void add_comment(struct buf *out, const char *indent, const char *text)
{
	CLEAN_BUF struct buf safe = { 0 }, lines = { 0 };
	text_escape(&safe, text, strlen(text), false);
	text_wrap(&lines, buf_str(&safe), 0, 76 - strlen(indent), false);
	for (const char *p = buf_str(&lines); *p;) {
		size_t len = strcspn(p, "\n");
		buf_add_format(out, "%s# %.*s\n", indent, (int)len, p);
		p += len + (p[len] == '\n');
	}
}

/* Whether the document itself says how dangerous the operation is. */
static bool tells_danger(const struct contract *contract, const struct command *command)
{
	CLEAN_FREE char *method = words_method(command);
	const struct json *paths = json_get(contract->root, "paths");
	const struct json *operation = json_get(json_get(paths, command->path), method);
	const char *danger = json_get_string(json_get(operation, "x-bangoctl"), "danger");
	return danger && danger_of_name(danger) >= 0;
}

/* What the program takes for dangerous, where that is a guess. */
static void add_dangers(struct buf *out, const struct contract *contract)
{
	enum { MAX_NAMES = 20 };
	size_t guessed = 0, severe = 0;
	CLEAN_BUF struct buf names = { 0 };
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		if (command->effect == EFFECT_READ || tells_danger(contract, command))
			continue;
		guessed++;
		if (command->danger == DANGER_SEVERE && ++severe <= MAX_NAMES)
			buf_add_format(&names, "%s%s", severe > 1 ? ", " : "", command->name);
	}
	if (!guessed)
		return;
	if (severe > MAX_NAMES)
		buf_add_format(&names, " and %zu more", severe - MAX_NAMES);
	CLEAN_FREE char *text = buf_format(
		"For %zu change%s the document does not say how dangerous they are (x-bangoctl.danger). By method and words %s%s. See \"bangoctl contract show\".",
		guessed, guessed == 1 ? "" : "s",
		severe ? "these count as severe, the others as moderate: "
		       : "all of them count as moderate",
		buf_str(&names));
	add_comment(out, "", text);
}

/* Server and environment, which must fit each other, unless the group has them. */
static void add_server(struct buf *out, const struct contract *contract, const struct json *group)
{
	const char *server = contract->server;
	CLEANUP(http_url_done) struct http_url url = { 0 };
	CLEAN_ERR struct err why = { 0 };
	if (json_get(group, "base_url"))
		return;
	bool usable =
		server && http_url_parse(server, &url, &why) == 0 && (url.https || url.loopback);
	/* a host that nobody here knows may be the one that counts: better asked once too often */
	const char *environment =
		usable && (url.loopback || profile_is_test_host(url.host)) ? "test" : "live";
	const char *now = json_get_string(group, "environment");
	if (!now)
		add_setting(out, SETTING_ENVIRONMENT, environment);
	if (usable && (!now || is(now, environment)))
		add_setting(out, SETTING_BASE_URL, server);
	else if (!usable)
		add_comment(
			out, "    ",
			"the document names no server that can be used: base_url = \"https://…\";");
}

static void add_auth(struct buf *out, const struct contract *contract, const char *now)
{
	const char *auth = contract->auth < AUTH_BASIC ? NULL : words_auth(contract->auth);
	if (contract->scheme) {
		CLEAN_FREE char *text = buf_format(
			"the document asks for \"%s\", which is none of basic, bearer and header",
			contract->scheme);
		add_comment(out, "    ", text);
	}
	if (!auth || is(now, auth))
		return;
	add_setting(out, SETTING_AUTH, auth);
	if (contract->auth_header)
		add_setting(out, SETTING_AUTH_HEADER, contract->auth_header);
}

/* The lines of the group that it does not have yet. */
static void add_group(struct buf *out, const struct contract *contract, const struct json *group,
		      const char *name, const char *path)
{
	const char *auth = json_get_string(group, "auth");
	bool sandbox = is(name, "sandbox");
	buf_add_format(out, "profiles = {\n  %s = {\n", name);
	if (!sandbox)
		add_server(out, contract, group);
	if (!sandbox)
		add_auth(out, contract, auth ? auth : group ? "basic" : NULL);
	add_setting(out, SETTING_CONTRACT, path);
	buf_add_str(out, "  };\n};\n");
}

static char *absolute(const char *path, struct err *err)
{
	CLEAN_FREE char *folder = path[0] == '/' ? mem_dup("") : getcwd(NULL, 0);
	if (!folder) {
		(void)err_set(err, ERR_INTERNAL, "cannot tell the working directory: %s",
			      strerror(errno));
		return NULL;
	}
	while (strncmp(path, "./", 2) == 0)
		path += 2 + strspn(path + 2, "/");
	return *folder ? buf_format("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path)
		       : mem_dup(path);
}

static void tell(const struct session *session, const struct contract *contract,
		 const struct json *group, const char *name)
{
	const struct config *config = &session->config;
	CLEAN_FREE char *count = buf_format("%zu operation%s", contract->command_count,
					    contract->command_count == 1 ? "" : "s");
	if (values_flag(&session->globals, "quiet"))
		return;
	if (group)
		terminal_note("%s: put what stands between the braces of %s into that group of %s",
			      count, name, config->path);
	else if (json_get(config->root, "profiles"))
		terminal_note("%s: put the group %s into \"profiles\" of %s", count, name,
			      config->path);
	else
		terminal_note("%s: put this into %s", count, config->path);
}

int do_contract_use(struct session *session, const struct command *command,
		    const struct values *values, struct err *err)
{
	(void)command;
	const char *file = values_get(values, "file");
	const char *name = values_get(&session->globals, "profile");
	const struct contract_reserved reserved = session_reserved(session);
	CLEANUP(contract_done) struct contract contract = { 0 };
	if (is(file, "-"))
		return err_set(err, ERR_USAGE,
			       "a profile cannot name standard input: save the document in a file");
	if (name && !is_group_name(name)) {
		err_set(err, ERR_USAGE, "\"%s\" cannot be the name of a profile", name);
		return err_hint(err, "it begins with a letter and has letters, digits, - and _");
	}
	name = name ? name : "vendor";
	if (contract_read_file(&contract, file, &reserved, err) < 0)
		return -1;
	CLEAN_FREE char *path = absolute(file, err);
	if (!path)
		return -1;
	const struct json *group = config_profile(&session->config, name);
	CLEAN_BUF struct buf out = { 0 };
	add_dangers(&out, &contract);
	add_group(&out, &contract, group, name, path);
	tell(session, &contract, group, name);
	return output_text(session, out.data, out.len, err);
}
