/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A config file: what is read and written as libconfig would have it reads the same again, a fault
 * has its line, and whatever passes as a whole gives each profile settings that are good one by
 * one, and a base URL that is refused or is one.
 */
#include "fuzz.h"

#include <ctype.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/commands.h"
#include "engine/profile.h"
#include "lib/conffile.h"

/*
 * libconfig 1.5 forgets the text that it was reading when it comes to a syntax error. libFuzzer
 * would look for each of these leaks; the replay, which it does not drive, looks for all others.
 */
static int is_driven;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int __lsan_is_turned_off(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	is_driven = 1;
	return 0;
}

int __lsan_is_turned_off(void)
{
	return is_driven;
}

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

/* ---- the reader ---- */

static void add_string(struct buf *out, const struct json *value)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < value->len; i++)
		buf_add_format(out, "\\x%02x", (unsigned char)value->text[i]);
	buf_add_char(out, '"');
}

static bool is_whole(const struct json *value)
{
	return !strpbrk(value->text, ".eE");
}

/* Adds the value as text of libconfig's; lists stay lists, of whatever type their elements are. */
static void add_value(struct buf *out, const struct json *value)
{
	bool group = value->type == JSON_OBJECT;
	if (value->type == JSON_STRING) {
		add_string(out, value);
	} else if (value->type == JSON_NUMBER) {
		bool zero = strcmp(value->text, "-0") == 0; /* of a float */
		buf_add_format(out, "%s%s", value->text, zero ? ".0" : is_whole(value) ? "L" : "");
	} else if (json_is_scalar(value)) {
		buf_add_str(out, value->type == JSON_TRUE ? "true" : "false");
	} else {
		buf_add_char(out, group ? '{' : '(');
		for (const struct json *item = value->first; item; item = item->next) {
			if (group)
				buf_add_format(out, "%s=", item->key);
			add_value(out, item);
			if (group || item->next)
				buf_add_char(out, group ? ';' : ',');
		}
		buf_add_char(out, group ? '}' : ')');
	}
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 1;
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Whether some number of the text is written otherwise than in decimal digits. */
static bool has_other_numbers(const char *text)
{
	for (; *text; text++)
		if (*text == '.' ||
		    (isdigit((unsigned char)*text) && text[1] && strchr("eExX", text[1])))
			return true;
	return false;
}

/* Every value knows a line that is there, numbers are such as JSON has, and a whole one that is
 * written in decimal digits has kept them. */
static void is_sound(const struct json *value, const char *text, unsigned lines)
{
	must(value->line <= lines);
	if (value->type == JSON_NUMBER) {
		must(text_is_number(value->text, value->len));
		must(!is_whole(value) || has_other_numbers(text) ||
		     strstr(text, value->text + (value->text[0] == '-')));
	}
	if (json_is_scalar(value))
		return;
	for (const struct json *item = value->first; item; item = item->next) {
		must(value->type != JSON_OBJECT || (item->key && *item->key));
		is_sound(item, text, lines);
	}
}

static bool reads(const char *text)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf again = { 0 };
	struct json *root = NULL, *other = NULL;
	if (conffile_read(doc, text, strlen(text), &root, &err) < 0) {
		must(err.kind == ERR_CONFIG && strncmp(err.message, "line ", 5) == 0);
		must(isdigit((unsigned char)err.message[5]) && strstr(err.message, ": "));
		return false;
	}
	must(json_is(root, JSON_OBJECT));
	is_sound(root, text, count_lines(text));
	for (const struct json *item = root->first; item; item = item->next) {
		buf_add_format(&again, "%s=", item->key);
		add_value(&again, item);
		buf_add_str(&again, ";\n");
	}
	must(conffile_read(doc, buf_str(&again), again.len, &other, &err) == 0);
	must(json_equal(root, other));
	return true;
}

/* ---- the file in force ---- */

/* Puts the text into a file in memory, whose name it returns. */
static const char *in_file(const char *text)
{
	static char path[64];
	static int fd = -1;
	if (fd < 0) {
		fd = memfd_create("config", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		must(unsetenv("HOME") == 0 && unsetenv("BANGOCTL_PROFILE") == 0);
		must(unsetenv("BANGOCTL_BASE_URL") == 0 && unsetenv("BANGOCTL_OUTPUT") == 0);
	}
	must(ftruncate(fd, 0) == 0);
	must(pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text));
	return path;
}

static const struct arg *option(const char *name)
{
	for (size_t i = 0; i < global_option_count; i++)
		if (strcmp(global_options[i].name, name) == 0)
			return &global_options[i];
	abort();
}

static void is_good(const struct session *session)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct setting_value *value = &session->settings.items[i];
		CLEAN_ERR struct err err = { 0 };
		must(!value->text == !value->origin);
		bool fixed = session_is_sandbox(session) && i == SETTING_ENVIRONMENT;
		must(!value->text || fixed ||
		     setting_check((enum setting)i, "setting", value->text, &err) == 0);
	}
}

static void has_server(const struct session *session)
{
	CLEANUP(http_url_done) struct http_url url = { 0 };
	CLEAN_ERR struct err err = { 0 };
	if (profile_url(session, &url, &err) < 0) {
		must(err.kind == ERR_CONFIG && *err.message);
		return;
	}
	must(url.https || url.loopback);
	must(session_is_live(session) || !profile_is_live_host(url.host));
	must(!session_is_live(session) || !profile_is_test_host(url.host));
}

/* What a command of that profile would begin with, but for its contract. */
static void profile_holds(const char *path, const char *name)
{
	CLEANUP(session_done) struct session session = { 0 };
	CLEAN_ERR struct err err = { 0 };
	values_add(&session.globals, option("profile"), name);
	must(config_load(&session.config, path, &err) == 0);
	must(profile_choose(&session, &err) == 0 && strcmp(session.profile, name) == 0);
	must(profile_settings(&session, &err) == 0);
	is_good(&session);
	if (!session_is_sandbox(&session)) {
		must(setting_text(&session.settings, SETTING_ENVIRONMENT));
		has_server(&session);
	}
	const char *header = NULL;
	must(profile_auth(&session, NULL, &header) >= AUTH_BASIC);
}

static void loads(const char *text, bool readable)
{
	CLEANUP(config_done) struct config config = { 0 };
	CLEAN_ERR struct err err = { 0 };
	const char *path = in_file(text);
	if (config_load(&config, path, &err) < 0) {
		must(err.kind == ERR_CONFIG && strncmp(err.message, path, strlen(path)) == 0);
		must(err.message[strlen(path)] == ':');
		must(strtoul(err.message + strlen(path) + 1, NULL, 10) <= count_lines(text) + 1);
		return;
	}
	must(readable && config.present);
	const struct json *profiles = json_get(config.root, "profiles");
	for (const struct json *item = profiles ? profiles->first : NULL; item; item = item->next)
		profile_holds(path, item->key);
	profile_holds(path, "sandbox");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_FREE char *text = mem_dup_len((const char *)data, size);
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root = NULL;
	if (strlen(text) != size) {
		must(conffile_read(doc, text, size, &root, &err) < 0 && err.kind == ERR_CONFIG);
		return 0;
	}
	loads(text, reads(text));
	return 0;
}
