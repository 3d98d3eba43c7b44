/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line editing (readline): one line from the person at the terminal, with history and completion.
 * Vi and emacs modes, Ctrl-R and bracketed paste are readline's own, set by the user's inputrc.
 * There is one at a time in a process: readline keeps its state in globals.
 */
#ifndef LIB_LINE_H
#define LIB_LINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Takes one candidate for the word at the cursor; `help` may be NULL. */
typedef void (*line_sink)(void *sink_context, const char *word, const char *help);

struct line_settings {
	const char *history; /* the file; NULL: none is kept */
	int history_lines;   /* at most so many */
	/* Offers candidates for the word that ends at `len`; the text ":file" asks for names of
	 * files. */
	void (*complete)(void *context, const char *text, size_t len, line_sink sink,
			 void *sink_context);
	void *context;
	volatile sig_atomic_t *signals; /* counts signals; one at the prompt clears the line */
	const volatile sig_atomic_t *last_signal; /* SIGTERM ends the input */
};

/* Begins; `settings` must stay until line_close. Returns false if the history cannot be read or
 * written: it then lasts as long as the process. */
bool line_open(const struct line_settings *settings);

/* Reads one line without its newline; the caller frees it. NULL at the end of the input (Ctrl-D). A
 * cleared line (Ctrl-C) is "" with `*cleared` set. */
char *line_read(const char *prompt, bool *cleared);

/* Adds a line to the history, unless it begins with a blank, is empty, or repeats the one before.
 */
void line_remember(const char *text);

void line_close(void);

const char *line_library(void);

#endif
