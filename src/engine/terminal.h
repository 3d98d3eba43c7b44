/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the streams are, and questions to the person at the terminal (never by stdin or stdout). */
#ifndef ENGINE_TERMINAL_H
#define ENGINE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The terminal's width in columns: $COLUMNS, what the terminal says, else 80. */
size_t terminal_width(void);

/* Whether the stream may be coloured; `choice` is auto, always or never. */
bool terminal_color(int fd, const char *choice);

/* Whether a person can be asked: stderr is a terminal, /dev/tty opens, and CI is not set. */
bool terminal_can_ask(void);

/*
 * Shows the prompt on /dev/tty and reads one line, without echo if `hidden`. ERR_REFUSED at the end
 * of the input, for more than 4096 bytes, and for a signal.
 */
int terminal_ask(const char *prompt, bool hidden, struct buf *answer, struct err *err);

/* Writes a line to stderr: "bangoctl: …". Control characters of the text are escaped. */
void terminal_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
