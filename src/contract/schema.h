/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schemas of several parts as one. */
#ifndef CONTRACT_SCHEMA_H
#define CONTRACT_SCHEMA_H

#include "contract/reader.h"

/*
 * The schema with its `$ref` and `allOf` merged into one object: outer members win over inner ones,
 * and `properties`, `required` and `x-bangoctl` are joined. A `oneOf` or `anyOf` with one
 * alternative beside null is that alternative. NULL for NULL or an unusable reference.
 */
const struct json *schema_whole(struct contract *contract, const struct json *schema);

#endif
