/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/profile.h"
#include "engine/terminal.h"

enum { MAX_SECRET = 65536, COMMAND_MS = 10000 };

static const struct json *own_group(const struct session *session)
{
	return session->profile ? config_profile(&session->config, session->profile) : NULL;
}

/* Keeps the text without its last line end as the secret. */
static int keep(struct session *session, struct buf *text, const char *what, struct err *err)
{
	size_t len = text->len;
	if (len && text->data[len - 1] == '\n')
		len--;
	if (len && text->data[len - 1] == '\r')
		len--;
	int result = 0;
	if (!len)
		result = err_set(err, ERR_CONFIG, "%s: the password is empty", what);
	else if (memchr(text->data, '\n', len) || memchr(text->data, '\r', len) ||
		 memchr(text->data, '\0', len))
		result = err_set(err, ERR_CONFIG, "%s: the password has more than one line", what);
	else
		secret_set(&session->secret, text->data, len);
	mem_wipe(text->data, text->len);
	return result;
}

static bool others_can_read(const struct stat *facts)
{
	return S_ISREG(facts->st_mode) && (facts->st_mode & (S_IRGRP | S_IROTH));
}

static int check_mode(const char *path, const struct stat *facts, bool live, struct err *err)
{
	if (!others_can_read(facts))
		return 0;
	if (!live) {
		terminal_note(
			"warning: %s holds a password and can be read by others: chmod 600 %s",
			path, path);
		return 0;
	}
	err_set(err, ERR_CONFIG,
		"%s holds the password of a live profile and can be read by others (mode %04o)",
		path, (unsigned)facts->st_mode & 07777U);
	return err_hint(err, "chmod 600 %s", path);
}

static int from_file(struct session *session, const char *path, const char *what, struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	struct stat facts;
	if (file_read(path, MAX_SECRET, &text, &facts, ERR_CONFIG, err) < 0)
		return err_wrap(err, "%s", what);
	if (check_mode(path, &facts, session_is_live(session), err) < 0) {
		mem_wipe(text.data, text.len);
		return -1;
	}
	return keep(session, &text, what, err);
}

static int read_pipe(int fd, struct buf *out, long long deadline, struct err *err)
{
	for (;;) {
		long long left = deadline - clock_monotonic();
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return err_set(err, ERR_CONFIG,
				       "password_command did not end within 10 seconds");
		char bytes[1024];
		ssize_t n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		buf_add(out, bytes, (size_t)n);
		mem_wipe(bytes, sizeof(bytes));
		if (out->len > MAX_SECRET)
			return err_set(err, ERR_CONFIG,
				       "password_command printed more than %d bytes", MAX_SECRET);
	}
}

static void exec_child(char **argv, int fd)
{
	/* the child is no better than a fresh program: default signals, its own group, so that all
	 * of it can be ended */
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	dup2(fd, STDOUT_FILENO);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "bangoctl: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Waits for the child until the deadline, then ends its group. */
static int reap(pid_t child, long long deadline)
{
	int status = 0;
	pid_t done;
	while ((done = waitpid(child, &status, WNOHANG)) == 0 && clock_monotonic() < deadline)
		clock_sleep(5, NULL);
	if (done == 0) {
		kill(-child, SIGKILL);
		waitpid(child, &status, 0);
	}
	return status;
}

static int run_command(char **argv, struct buf *out, struct err *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_INTERNAL, "cannot make a pipe: %s", strerror(errno));
	pid_t child = fork();
	if (child == 0)
		exec_child(argv, ends[1]);
	close(ends[1]);
	long long deadline = clock_monotonic() + COMMAND_MS;
	int result = child < 0 ? err_set(err, ERR_INTERNAL, "cannot start %s: %s", argv[0],
					 strerror(errno))
			       : read_pipe(ends[0], out, deadline, err);
	close(ends[0]);
	if (child < 0)
		return result;
	int status = reap(child, result == 0 ? deadline : 0);
	if (result < 0)
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return err_set(err, ERR_CONFIG, "password_command \"%s\" failed with exit code %d",
			       argv[0], WEXITSTATUS(status));
	return err_set(err, ERR_CONFIG, "password_command \"%s\" was ended by signal %d", argv[0],
		       WTERMSIG(status));
}

static int from_command(struct session *session, const struct json *words, struct err *err)
{
	char **argv = mem_new(words->count + 1, sizeof(*argv));
	size_t n = 0;
	for (const struct json *word = words->first; word; word = word->next)
		argv[n++] = mem_dup(word->text);
	CLEAN_BUF struct buf text = { 0 };
	int result = run_command(argv, &text, err);
	if (result == 0)
		result = keep(session, &text, "password_command", err);
	mem_wipe(text.data, text.len);
	while (n)
		free(argv[--n]);
	free(argv);
	return result;
}

static int from_fd(struct session *session, const char *number, struct err *err)
{
	CLEAN_FREE char *path = buf_format("/dev/fd/%s", number);
	CLEAN_BUF struct buf text = { 0 };
	if (file_read(path, MAX_SECRET, &text, NULL, ERR_CONFIG, err) < 0)
		return err_wrap(err, "--password-fd");
	return keep(session, &text, "--password-fd", err);
}

/* The profile's own source; 1: it names none. */
static int from_profile(struct session *session, struct err *err)
{
	const struct json *group = own_group(session);
	const struct json *file = json_get(group, "password_file"),
			  *command = json_get(group, "password_command");
	const struct json *inlined = json_get(group, "password");
	if (inlined) {
		if (credential_check_file(session, group, err) < 0)
			return -1;
		secret_set(&session->secret, inlined->text, inlined->len);
		return 0;
	}
	if (file) {
		CLEAN_FREE char *path = config_resolve(&session->config, file->text);
		return from_file(session, path, "password_file", err);
	}
	return command ? from_command(session, command, err) : 1;
}

/* The variables' source; 1: there is none. */
static int from_environment(struct session *session, struct err *err)
{
	const char *file = getenv("BANGOCTL_PASSWORD_FILE");
	if (secret_is_set(&session->env_password)) {
		secret_set(&session->secret, secret_reveal(&session->env_password),
			   session->env_password.len);
		return 0;
	}
	return file && *file ? from_file(session, file, "BANGOCTL_PASSWORD_FILE", err) : 1;
}

static bool profile_has_secret(const struct session *session)
{
	const struct json *group = own_group(session);
	return json_get(group, "password") || json_get(group, "password_file") ||
	       json_get(group, "password_command");
}

static bool environment_has_secret(const struct session *session)
{
	const char *file = getenv("BANGOCTL_PASSWORD_FILE");
	return secret_is_set(&session->env_password) || (file && *file);
}

static int ask(struct session *session, struct err *err)
{
	if (!session_may_ask(session)) {
		err_set(err, ERR_CONFIG, "profile \"%s\" has no password", session->profile);
		return err_hint(
			err, "give it password_command or password_file, or set BANGOCTL_PASSWORD");
	}
	CLEAN_FREE char *prompt = buf_format(
		"Password of %s for profile %s: ", session->username ? session->username : "",
		session->profile);
	CLEAN_BUF struct buf answer = { 0 };
	int result = terminal_ask(prompt, true, &answer, err);
	if (result == 0)
		result = keep(session, &answer, "the prompt", err);
	mem_wipe(answer.data, answer.len);
	return result;
}

/* One warning that names winner and loser, whatever is in conflict. */
static void warn_of_conflict(const struct session *session)
{
	const char *own = setting_text(&session->settings, SETTING_USERNAME),
		   *variable = getenv("BANGOCTL_USERNAME");
	bool name = own && variable && *variable && strcmp(own, variable) != 0;
	bool secret = !values_get(&session->globals, "password-fd") &&
		      profile_has_secret(session) && environment_has_secret(session);
	const char *what = name && secret ? "user name and password"
			   : name	  ? "user name"
					  : "password";
	if (name || secret)
		terminal_note(session->profile_explicit
				      ? "warning: %s: profile %s wins over the environment"
				      : "warning: %s: the environment wins over profile %s",
			      what, session->profile);
}

static int load_username(struct session *session, bool needed, struct err *err)
{
	const char *own = setting_text(&session->settings, SETTING_USERNAME);
	const char *variable = getenv("BANGOCTL_USERNAME");
	if (variable && !*variable)
		variable = NULL;
	bool own_wins = own && (session->profile_explicit || !variable);
	const char *name = own_wins ? own : variable ? variable : own;
	if (!name && needed) {
		err_set(err, ERR_CONFIG, "profile \"%s\" has no user name", session->profile);
		return err_hint(err, "add username = \"…\" to it, or set BANGOCTL_USERNAME");
	}
	if (name && strchr(name, ':'))
		return err_set(
			err, ERR_CONFIG,
			"the user name holds a colon, which Basic authentication cannot carry");
	session->username = mem_dup(name);
	return 0;
}

static int load_secret(struct session *session, struct err *err)
{
	/* a password that others can read is no better for not being used this time */
	if (credential_check_file(session, own_group(session), err) < 0)
		return -1;
	const char *fd = values_get(&session->globals, "password-fd");
	if (fd)
		return from_fd(session, fd, err);
	bool own = profile_has_secret(session), variable = environment_has_secret(session);
	bool own_first = own && (session->profile_explicit || !variable);
	int result = own_first ? from_profile(session, err) : from_environment(session, err);
	return result == 1 ? ask(session, err) : result;
}

int credential_load(struct session *session, const struct command *command, struct err *err)
{
	enum auth auth = profile_auth(session, command, NULL);
	bool basic = auth == AUTH_BASIC, loaded = secret_is_set(&session->secret);
	if (auth == AUTH_NONE || (loaded && (session->username || !basic)))
		return 0;
	free(session->username);
	session->username = NULL;
	if (session_is_sandbox(session)) {
		const char *fd = values_get(&session->globals, "password-fd");
		session->username = mem_dup(SANDBOX_USER);
		secret_set(&session->secret, SANDBOX_PASSWORD, strlen(SANDBOX_PASSWORD));
		return fd ? from_fd(session, fd, err) : 0;
	}
	if (!loaded)
		warn_of_conflict(session);
	if (load_username(session, basic, err) < 0)
		return -1;
	return loaded ? 0 : load_secret(session, err);
}

char *credential_origin(const struct session *session)
{
	const struct json *group = own_group(session);
	bool own = profile_has_secret(session), variable = environment_has_secret(session);
	if (values_get(&session->globals, "password-fd"))
		return mem_dup("--password-fd");
	if (session_is_sandbox(session))
		return mem_dup("built-in");
	if (own && (session->profile_explicit || !variable)) {
		const char *key = json_get(group, "password")	     ? "password"
				  : json_get(group, "password_file") ? "password_file"
								     : "password_command";
		CLEAN_FREE char *place = config_place(&session->config, json_get(group, key));
		return buf_format("%s of profile %s (%s)", key, session->profile, place);
	}
	if (variable)
		return mem_dup(secret_is_set(&session->env_password) ? "BANGOCTL_PASSWORD"
								     : "BANGOCTL_PASSWORD_FILE");
	return mem_dup("asked for at the terminal");
}

int credential_check_file(const struct session *session, const struct json *profile,
			  struct err *err)
{
	const char *environment = json_get_string(profile, "environment");
	bool live = environment && strcmp(environment, "live") == 0;
	if (!json_get(profile, "password"))
		return 0;
	return check_mode(session->config.path, &session->config.facts, live, err);
}
