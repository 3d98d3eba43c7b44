/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV (libcsv), RFC 4180. */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stddef.h>

#include "base/buf.h"

/* Adds one field, in quotes if it holds a quote, comma, line break or blank at an end. */
void csv_add_field(struct buf *out, const char *text, size_t len);

#endif
