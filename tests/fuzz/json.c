/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reply: what is read is written and reads the same again, in both styles. */
#include "fuzz.h"

#include <string.h>

#include "lib/json.h"

static void reads_again(const struct json *root, enum json_style style)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf text = { 0 };
	struct json *again;

	json_write(&text, root, style);
	must(json_parse(doc, buf_str(&text), text.len, &again, &err) == 0);
	must(json_equal(root, again));
}

static void names_a_byte(const struct err *err, size_t size)
{
	const char *place = strstr(err->message, " (at byte ");
	unsigned long byte;

	must(err->kind == ERR_USAGE && place && sscanf(place, " (at byte %lu)", &byte) == 1);
	must(byte <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	struct json *root;

	if (json_parse(doc, (const char *)data, size, &root, &err) == 0) {
		must(json_depth(root) <= JSON_MAX_DEPTH);
		reads_again(root, JSON_COMPACT);
		reads_again(root, JSON_PRETTY);
	} else {
		names_a_byte(&err, size);
	}
	return 0;
}
