/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognises an HTML page that was saved instead of the document that it shows. */
#ifndef CONTRACT_PAGE_H
#define CONTRACT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Whether the text is an HTML page. Then `err`, kind ERR_CONFIG, says which tool made it as far as
 * that shows, and its hint where such a page keeps the document.
 */
bool page_refused(const char *text, size_t len, struct err *err);

#endif
