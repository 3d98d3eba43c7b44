/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results longer than the screen, in the shell only. */
#ifndef ENGINE_PAGER_H
#define ENGINE_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Shows the text through $BANGOCTL_PAGER, $PAGER or less if it has more lines than the terminal.
 * False if it was not shown: it fits, no pager is wanted, or there is none that runs; the caller
 * then writes it itself.
 */
bool pager_show(const char *text, size_t len);

#endif
