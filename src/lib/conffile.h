/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Config files (libconfig) as a tree of JSON values that know their lines: groups are objects,
 * lists and arrays are arrays. `@include` is refused, and so is an integer that libconfig 1.5 would
 * silently wrap.
 */
#ifndef LIB_CONFFILE_H
#define LIB_CONFFILE_H

#include "lib/json.h"

/* Reads the text into the document. A failure begins with "line N: "; kind ERR_CONFIG. */
int conffile_read(struct json_doc *doc, const char *text, size_t len, struct json **root,
		  struct err *err);

const char *conffile_library(void);

#endif
