/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables for people (libsmartcols). The caller escapes what a terminal must not see; widths of wide
 * and combining characters come out right. Nothing is cut off: on a terminal that is too narrow,
 * cells wrap, and a character that the locale does not know is escaped.
 */
#ifndef LIB_GRID_H
#define LIB_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct grid {
	const char *const *headers; /* one a column */
	size_t columns;
	const char *const *cells; /* rows × columns */
	size_t rows;
	const bool *right; /* per column: numbers stand to the right; NULL: none */
	bool show_headers;
	bool wrap_last;		  /* only the last column wraps */
	size_t width;		  /* of the terminal; 0: no limit */
	const char *header_color; /* an SGR sequence such as "\033[1m", or NULL */
};

/* Adds the table, each row ended by a newline. */
void grid_print(struct buf *out, const struct grid *grid);

const char *grid_library(void);

#endif
