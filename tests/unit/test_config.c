/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/file.h"
#include "engine/config.h"

static char *conf_path(void **state)
{
	return file_join(*state, "bangoctl.conf");
}

#define PROFILE(more) "profiles = {\n  x = {\n    environment = \"test\";\n" more "\n  };\n};\n"

static void good_files(void **state)
{
	static const char *const texts[] = {
		"",
		"# nothing but a comment",
		"defaults = { };",
		"profiles = { };",
		"default_profile = \"sandbox\";",
		PROFILE(""),
		"default_profile = \"x\";\n" PROFILE(""),
		PROFILE("    base_url = \"https://a.example/p\"; username = \"u@v\"; password = \"@1;\\\"\";"),
		PROFILE("    password_command = [ \"pass\", \"show\" ];"),
		PROFILE("    password_command = ( \"pass\", \"show\" );"),
		PROFILE("    timeout = 5; connect_timeout = 0.5; rate = 5.0; retries = 0; max_changes = 50; read_only = true;"),
		PROFILE("    max_reply = 1000; output = \"csv\"; auth = \"header\"; auth_header = \"X\"; idempotency = \"trusted\";"),
		PROFILE("    operations = { a = { method = \"PUT\"; path = \"/x\"; }; b = { path = \"/y\"; }; };"),
		"profiles = { sandbox = { timeout = 5; }; };",
		"defaults = { timeout = 60; color = \"never\"; require_profile = true; max_reply = \"1M\"; };",
	};
	CLEAN_FREE char *path = conf_path(state);
	for (size_t i = 0; i < COUNT(texts); i++) {
		CLEANUP(config_done) struct config config = { 0 };
		CLEAN_ERR struct err err = { 0 };
		unit_write(path, texts[i]);
		CHECK(config_load(&config, path, &err) == 0, "%s: %s\n", texts[i], err.message);
		assert_true(config.present);
	}
}

static void bad_files(void **state)
{
	static const struct {
		const char *text;
		const char *message; /* after "FILE:" */
		const char *hint;
	} table[] = {
		{ "a = 1;", "1: unknown key \"a\"",
		  "at the top stand default_profile, defaults and profiles" },
		{ "timeout = 5;", "1: unknown key \"timeout\"", "at the top" },
		{ "\n\na = ;", "3: syntax error", NULL },
		{ "@include \"x\"", "1: @include is not allowed", NULL },
		{ "defaults = 5;", "1: defaults must be a group in braces", NULL },
		{ "profiles = [ \"x\" ];", "1: profiles must be a group", NULL },
		{ "profiles = {\n x = 5; };", "2: profile \"x\" must be a group", NULL },
		{ "default_profile = 5;", "1: default_profile must be a profile's name in quotes",
		  NULL },
		{ "default_profile = \"\";", "1: default_profile must be", NULL },
		{ "\ndefault_profile = \"y\";\n" PROFILE(""),
		  "2: default_profile: there is no profile \"y\"", NULL },
		{ "profiles = {\n  x = { }; };", "2: profile \"x\" has no environment",
		  "add environment = \"test\"" },
		{ PROFILE("    timout = 5;"), "4: unknown key \"timout\" in profile \"x\"",
		  "did you mean timeout?" },
		{ PROFILE("    pasword = \"x\";"), "4: unknown key \"pasword\"",
		  "did you mean password?" },
		{ PROFILE("    user = \"x\";"), "4: unknown key \"user\"",
		  "did you mean username?" },
		{ PROFILE("    zzzzzz = \"x\";"), "4: unknown key \"zzzzzz\"",
		  "\"bangoctl help config\" lists the keys" },
		{ PROFILE("    color = \"auto\";"), "4: unknown key \"color\"", NULL },
		{ PROFILE("    no_input = true;"), "4: unknown key \"no_input\"", NULL },
		{ "defaults = {\n base_url = \"x\"; };", "2: unknown key \"base_url\" in defaults",
		  NULL },
		{ "defaults = {\n password = \"x\"; };", "2: unknown key \"password\" in defaults",
		  NULL },
		{ PROFILE("    timeout = \"5\";"), "4: timeout must be a number", NULL },
		{ PROFILE("    timeout = true;"), "4: timeout must be a number", NULL },
		{ PROFILE("    timeout = 0;"),
		  "4: timeout: \"0\" is not a number from 0.001 to 86400", NULL },
		{ PROFILE("    timeout = -1.5;"), "4: timeout: \"-1.5\" is not", NULL },
		{ PROFILE("    timeout = 99999999999;"),
		  "4: the number 99999999999 is out of range", NULL },
		{ PROFILE("    timeout = 1e400;"), "4: the number 1e400 is out of range", NULL },
		{ PROFILE("    timeout = 0x10000003C;"),
		  "4: the number 0x10000003C is out of range", NULL },
		{ PROFILE("    retries = 3.5;"),
		  "4: retries: \"3.5\" is not a whole number from 0 to 100", NULL },
		{ PROFILE("    retries = 101;"), "4: retries: \"101\"", NULL },
		{ PROFILE("    retries = [ 1 ];"), "4: retries must be a whole number", NULL },
		{ PROFILE("    read_only = \"true\";"), "4: read_only must be true or false",
		  NULL },
		{ PROFILE("    read_only = 1;"), "4: read_only must be true or false", NULL },
		{ PROFILE("    base_url = 5;"), "4: base_url must be a text in quotes", NULL },
		{ PROFILE("    base_url = \"\";"), "4: base_url is empty", NULL },
		{ PROFILE("    cacert = { };"), "4: cacert must be a path in quotes", NULL },
		{ PROFILE("    max_reply = \"1X\";"), "4: max_reply: \"1X\" is not a size", NULL },
		{ PROFILE("    max_reply = true;"),
		  "4: max_reply must be a size in quotes or bytes", NULL },
		{ PROFILE("    auth = \"digest\";"), "4: auth: \"digest\" is not one of its values",
		  "use one of basic, bearer, header" },
		{ PROFILE("    output = \"xml\";"), "4: output: \"xml\" is not one of its values",
		  "use one of auto" },
		{ "profiles = { x = {\n environment = \"prod\"; }; };",
		  "2: environment: \"prod\" is not one", "test, live" },
		{ PROFILE("    password = 5;"), "4: password must be a text in quotes", NULL },
		{ PROFILE("    password = \"\";"), "4: password must be a text", NULL },
		{ PROFILE("    password_command = \"pass show\";"),
		  "4: password_command must be a list of texts", NULL },
		{ PROFILE("    password_command = [ ];"), "4: password_command must be a list",
		  NULL },
		{ PROFILE("    password_command = ( \"a\", 5 );"),
		  "4: password_command must be a list", NULL },
		{ PROFILE("    password = \"a\"; password_file = \"b\";"),
		  "2: profile \"x\" names more than one source of its password", NULL },
		{ PROFILE("    operations = [ ];"), "4: operations must be a group", NULL },
		{ PROFILE("    operations = { a = \"PUT\"; };"), "4: operations.a must be a group",
		  NULL },
		{ PROFILE("    operations = { a = { url = \"x\"; }; };"),
		  "4: unknown key \"url\" in operations.a", NULL },
		{ PROFILE("    operations = { a = { path = 5; }; };"),
		  "4: operations.a.path must be a text", NULL },
		{ "profiles = {\n sandbox = { environment = \"test\"; }; };",
		  "2: profile \"sandbox\" is the simulator", NULL },
		{ "profiles = {\n sandbox = { username = \"x\"; }; };",
		  "2: profile \"sandbox\" is the simulator", NULL },
		{ PROFILE("    timeout = 5; timeout = 6;"), "4: ", NULL },
		{ PROFILE("") "profiles = { };", "7: ", NULL },
	};
	CLEAN_FREE char *path = conf_path(state);
	for (size_t i = 0; i < COUNT(table); i++) {
		CLEANUP(config_done) struct config config = { 0 };
		struct err err = { 0 };
		CLEAN_FREE char *wanted = buf_format("%s:%s", path, table[i].message);
		unit_write(path, table[i].text);
		CHECK(config_load(&config, path, &err) == -1, "<%s> is taken\n", table[i].text);
		CHECK(strncmp(err.message, wanted, strlen(wanted)) == 0, "got <%s>, wanted <%s>\n",
		      err.message, wanted);
		CHECK(!table[i].hint || (err.hint && strstr(err.hint, table[i].hint)),
		      "%s: hint <%s>\n", table[i].text, err.hint ? err.hint : "");
		CHECK_ERR(&err, ERR_CONFIG, NULL);
	}
}

static void missing_files(void **state)
{
	CLEAN_FREE char *path = conf_path(state);
	struct err err = { 0 };
	CLEANUP(config_done) struct config named = { 0 };
	assert_int_equal(config_load(&named, path, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "No such file");
	CLEANUP(config_done) struct config folder = { 0 };
	assert_int_equal(config_load(&folder, *state, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "it is a folder");
	assert_int_equal(setenv("XDG_CONFIG_HOME", *state, 1), 0);
	unsetenv("BANGOCTL_CONFIG");
	CLEANUP(config_done) struct config unnamed = { 0 };
	assert_int_equal(config_load(&unnamed, NULL, &err), 0);
	assert_false(unnamed.present);
	assert_null(config_profile(&unnamed, "x"));
	assert_int_equal(setenv("BANGOCTL_CONFIG", path, 1), 0);
	CLEANUP(config_done) struct config variable = { 0 };
	assert_int_equal(config_load(&variable, NULL, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "No such file");
	unsetenv("BANGOCTL_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
}

static void which_file(void **state)
{
	(void)state;
	static const struct {
		const char *named, *variable, *xdg, *home, *path;
		bool must_exist;
	} table[] = {
		{ "/n", "/v", "/nonexistent-x", "/nonexistent-h", "/n", true },
		{ NULL, "/v", "/nonexistent-x", "/nonexistent-h", "/v", true },
		{ NULL, "", "/nonexistent-x", "/nonexistent-h",
		  "/nonexistent-x/bangoctl/bangoctl.conf", false },
		{ NULL, NULL, "relative", "/nonexistent-h",
		  "/nonexistent-h/.config/bangoctl/bangoctl.conf", false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		static const char *const names[] = { "BANGOCTL_CONFIG", "XDG_CONFIG_HOME", "HOME" };
		const char *const values[] = { table[i].variable, table[i].xdg, table[i].home };
		for (size_t v = 0; v < COUNT(names); v++)
			assert_int_equal(
				values[v] ? setenv(names[v], values[v], 1) : unsetenv(names[v]), 0);
		bool must_exist = false;
		CLEAN_FREE char *path = config_path(table[i].named, &must_exist);
		CHECK_TEXT(path, table[i].path, "path");
		assert_int_equal(must_exist, table[i].must_exist);
	}
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("BANGOCTL_CONFIG");
	unsetenv("HOME");
}

static void resolving(void **state)
{
	(void)state;
	struct config config = { .path = mem_dup("/etc/x/conf") };
	static const char *const pairs[][2] = { { "a.pem", "/etc/x/a.pem" },
						{ "/b.pem", "/b.pem" },
						{ "../c", "/etc/x/../c" },
						{ "~/d", "/home/me/d" } };
	assert_int_equal(setenv("HOME", "/home/me", 1), 0);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_FREE char *path = config_resolve(&config, pairs[i][0]);
		CHECK_TEXT(path, pairs[i][1], pairs[i][0]);
	}
	unsetenv("HOME");
	config_done(&config);
}

/* The template with its commented settings switched on, but for two of the three sources of a
 * password. */
static char *activated(const char *template)
{
	struct buf out = { 0 };
	for (const char *p = template; *p;) {
		size_t len = strcspn(p, "\n");
		size_t blanks = strspn(p, " ");
		const char *rest = p + blanks;
		bool comment = strncmp(rest, "# ", 2) == 0;
		const char *text = rest + 2 + (comment ? strspn(rest + 2, " ") : 0);
		size_t word =
			comment ? strspn(text,
					 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
				: 0;
		bool setting = comment && ((word && strncmp(text + word, " = ", 3) == 0) ||
					   strncmp(text, "};", 2) == 0);
		bool source = setting && (strncmp(text, "password_file", 13) == 0 ||
					  strncmp(text, "password =", 10) == 0);
		if (setting && !source)
			buf_add(&out, text, len - (size_t)(text - p));
		else
			buf_add(&out, p, len);
		buf_add_char(&out, '\n');
		p += len + (p[len] == '\n');
	}
	return buf_take(&out);
}

static void template_is_good(void **state)
{
	CLEAN_FREE char *path = conf_path(state);
	CLEAN_BUF struct buf template = { 0 };
	config_template(&template);
	CLEAN_FREE char *all = activated(template.data);
	const char *const texts[] = { template.data, all };
	for (size_t i = 0; i < COUNT(texts); i++) {
		CLEANUP(config_done) struct config config = { 0 };
		CLEAN_ERR struct err err = { 0 };
		unit_write(path, texts[i]);
		CHECK(config_load(&config, path, &err) == 0, "%s\n%s\n", err.message, texts[i]);
		const struct json *profile = config_profile(&config, "test");
		assert_non_null(profile);
		CHECK_TEXT(json_get_string(profile, "environment"), "test", "environment");
		if (i == 0) {
			assert_null(json_get(config.root, "default_profile"));
			assert_int_equal(json_get(config.root, "profiles")->count, 1);
			continue;
		}
		assert_non_null(config_profile(&config, "live"));
		CHECK_TEXT(json_get_string(config.root, "default_profile"), "test",
			   "default_profile");
		for (int s = 0; s < SETTING_COUNT; s++) {
			const struct setting_row *row = setting_row((enum setting)s);
			bool there = json_get(profile, row->key) ||
				     json_get(json_get(config.root, "defaults"), row->key);
			if (row->places)
				CHECK(there, "the template has no %s\n", row->key);
		}
	}
}

static void texts_of_values(void **state)
{
	CLEAN_FREE char *path = conf_path(state);
	CLEANUP(config_done) struct config config = { 0 };
	CLEAN_ERR struct err err = { 0 };
	unit_write(
		path,
		PROFILE("    cacert = \"ca.pem\"; read_only = true; rate = 2.50;\n    retries = 7; max_reply = 1000;"));
	assert_int_equal(config_load(&config, path, &err), 0);
	const struct json *profile = config_profile(&config, "x");
	CLEAN_FREE char *ca = file_join(*state, "ca.pem");
	const struct {
		enum setting setting;
		const char *text;
	} table[] = { { SETTING_CACERT, ca },
		      { SETTING_READ_ONLY, "true" },
		      { SETTING_RATE, "2.5" },
		      { SETTING_RETRIES, "7" },
		      { SETTING_MAX_REPLY, "1000" } };
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct json *value = json_get(profile, setting_row(table[i].setting)->key);
		CLEAN_FREE char *text = config_text(&config, value, table[i].setting);
		CHECK_TEXT(text, table[i].text, value->key);
	}
	CLEAN_FREE char *place = config_place(&config, json_get(profile, "retries"));
	CLEAN_FREE char *wanted = buf_format("%s:5", path);
	CHECK_TEXT(place, wanted, "place");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder, unit_folder_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(good_files),	     IN_FOLDER(bad_files),
		IN_FOLDER(missing_files),    cmocka_unit_test(which_file),
		cmocka_unit_test(resolving), IN_FOLDER(template_is_good),
		IN_FOLDER(texts_of_values),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
