/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/buf.h"
#include "base/late.h"
#include "base/text.h"

/* clang-format off */
#define NAMES(X) \
	X(add_history) X(append_history) X(clear_history) X(history_base) X(history_get) \
	X(history_length) X(history_truncate_file) X(read_history) \
	X(rl_attempted_completion_function) X(rl_attempted_completion_over) \
	X(rl_callback_handler_install) X(rl_callback_handler_remove) X(rl_callback_read_char) \
	X(rl_callback_sigcleanup) X(rl_catch_signals) X(rl_change_environment) \
	X(rl_completer_quote_characters) X(rl_completer_word_break_characters) \
	X(rl_completion_display_matches_hook) X(rl_completion_matches) \
	X(rl_completion_suppress_append) X(rl_crlf) X(rl_display_match_list) \
	X(rl_forced_update_display) X(rl_free_line_state) X(rl_get_screen_size) \
	X(rl_library_version) X(rl_line_buffer) X(rl_outstream) X(rl_readline_name) \
	X(rl_resize_terminal) X(rl_sort_completion_matches) X(stifle_history) X(using_history)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_READLINE)

/* What readline's callbacks find: they get no context of their own. */
static struct {
	const struct line_settings *settings;
	bool keeps_history;
	char *text; /* the line that was finished */
	bool finished;
	char **words; /* candidates of the last completion */
	char **helps; /* NULL where there is none */
	size_t count;
	bool files;
} line;

/* ---- completion ---- */

static void drop_candidates(void)
{
	for (size_t i = 0; i < line.count; i++) {
		free(line.words[i]);
		free(line.helps[i]);
	}
	line.count = 0;
	line.files = false;
}

static void take_candidate(void *context, const char *word, const char *help)
{
	(void)context;
	if (strcmp(word, ":file") == 0) {
		line.files = true;
		return;
	}
	line.words = mem_grow(line.words, line.count, sizeof(*line.words));
	line.helps = mem_grow(line.helps, line.count, sizeof(*line.helps));
	line.words[line.count] = mem_dup(word);
	line.helps[line.count++] = mem_dup(help);
}

static char *next_candidate(const char *text, int state)
{
	static size_t at;
	(void)text;
	if (state == 0)
		at = 0;
	/* readline frees it by free() */
	return at < line.count ? mem_dup(line.words[at++]) : NULL;
}

static char **attempt(const char *text, int start, int end)
{
	(void)start;
	drop_candidates();
	line.settings->complete(line.settings->context, *lib.rl_line_buffer, (size_t)end,
				take_candidate, NULL);
	*lib.rl_attempted_completion_over = !line.files;
	/* ours come in the order of the table */
	*lib.rl_sort_completion_matches = line.files;
	char **matches = line.count ? lib.rl_completion_matches(text, next_candidate) : NULL;
	/* `--name=` wants its value at once */
	bool open = matches && !matches[1] && matches[0][0] &&
		    matches[0][strlen(matches[0]) - 1] == '=';
	*lib.rl_completion_suppress_append = open;
	return matches;
}

static const char *help_of(const char *word)
{
	for (size_t i = 0; i < line.count; i++)
		if (strcmp(line.words[i], word) == 0)
			return line.helps[i];
	return NULL;
}

/* Shows the candidates with their help, a line each, cut at the edge of the screen. */
static void show_matches(char **matches, int count, int longest)
{
	int rows, columns;
	bool explained = false;
	lib.rl_get_screen_size(&rows, &columns);
	for (int i = 1; i <= count; i++)
		explained = explained || help_of(matches[i]);
	if (!explained || count > rows * 2) {
		lib.rl_display_match_list(matches, count, longest);
		lib.rl_forced_update_display();
		return;
	}
	fputc('\n', *lib.rl_outstream);
	for (int i = 1; i <= count; i++) {
		const char *help = help_of(matches[i]);
		int room = columns - longest - 5;
		fprintf(*lib.rl_outstream, "  %-*s  %.*s\n", longest, matches[i],
			room > 0 ? room : 0, help ? help : "");
	}
	lib.rl_forced_update_display();
}

/* ---- history ---- */

/* The file must be a regular one of mode 0600 before readline writes to it. */
static bool prepare_history(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat facts;
	bool good = fd >= 0 && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
		    fchmod(fd, 0600) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

bool line_open(const struct line_settings *settings)
{
	open_library();
	line.settings = settings;
	*lib.rl_readline_name = "bangoctl";
	*lib.rl_catch_signals = 0;
	/* COLUMNS in the environment would outlast the next change of the terminal's size */
	*lib.rl_change_environment = 0;
	*lib.rl_attempted_completion_function = attempt;
	*lib.rl_completion_display_matches_hook = show_matches;
	*lib.rl_completer_word_break_characters = " \t\n;|>";
	*lib.rl_completer_quote_characters = "'\"";
	lib.using_history();
	lib.stifle_history(settings->history_lines);
	line.keeps_history = settings->history && prepare_history(settings->history) &&
			     lib.read_history(settings->history) == 0;
	return line.keeps_history || !settings->history;
}

void line_remember(const char *text)
{
	if (!*text || *text == ' ')
		return;
	CLEAN_FREE char *flat = mem_dup(text);
	for (char *p = flat; *p; p++)
		*p = *p == '\n' ? ' ' : *p;
	HIST_ENTRY *last = *lib.history_length
				   ? lib.history_get(*lib.history_base + *lib.history_length - 1)
				   : NULL;
	if (last && strcmp(last->line, flat) == 0)
		return;
	lib.add_history(flat);
	if (line.keeps_history)
		lib.append_history(1, line.settings->history);
}

void line_close(void)
{
	if (line.keeps_history)
		lib.history_truncate_file(line.settings->history, line.settings->history_lines);
	drop_candidates();
	free(line.words);
	free(line.helps);
	lib.clear_history();
	line.words = line.helps = NULL;
	line.settings = NULL;
}

/* ---- reading ---- */

static void on_line(char *text)
{
	lib.rl_callback_handler_remove();
	line.text = text;
	line.finished = true;
}

/* Ctrl-C: what was typed is dropped, and a fresh prompt stands below it. */
static void clear_line(void)
{
	lib.rl_callback_sigcleanup();
	lib.rl_free_line_state();
	fputs("^C", *lib.rl_outstream);
	lib.rl_crlf();
	lib.rl_callback_handler_remove();
	line.text = mem_dup("");
	line.finished = true;
}

/* Waits for a key or Ctrl-C; false if SIGTERM has come, now or before. Signals come while it waits,
 * at no other time. */
static bool wait_for_key(const sigset_t *while_waiting)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		if (*line.settings->last_signal == SIGTERM)
			return false;
		if (*line.settings->signals || ppoll(&input, 1, NULL, while_waiting) > 0)
			return true;
		if (errno != EINTR)
			return false;
		if (!*line.settings->signals)
			lib.rl_resize_terminal();
	}
}

char *line_read(const char *prompt, bool *cleared)
{
	sigset_t caught, before;
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	*cleared = false;
	line.finished = false;
	line.text = NULL;
	lib.rl_callback_handler_install(prompt, on_line);
	sigprocmask(SIG_BLOCK, &caught, &before);
	while (!line.finished) {
		if (!wait_for_key(&before)) {
			lib.rl_callback_handler_remove();
			break;
		}
		*cleared = *line.settings->signals != 0;
		if (*cleared)
			clear_line();
		else
			lib.rl_callback_read_char();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return line.text;
}

const char *line_library(void)
{
	static char version[32];
	open_library();
	snprintf(version, sizeof(version), "readline %s", *lib.rl_library_version);
	return version;
}
