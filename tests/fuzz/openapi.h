/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the targets for OpenAPI documents in YAML and in JSON have in common: see openapi.c. */
#ifndef OPENAPI_H
#define OPENAPI_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the document if it is of that language, and holds its commands to the promises. */
void openapi_check(const char *text, size_t len, bool json);

#endif
