/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tool of the build: `embed SYMBOL INPUT OUTPUT` turns a YAML or JSON document into a C file that
 * holds its packed tree, which costs the program nothing to find and little to read. Any other file
 * is embedded as it is.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "lib/pack.h"
#include "lib/yaml.h"

enum { MAX_INPUT = 16 * 1024 * 1024 };

static int convert(const char *symbol, const char *input, const char *output, struct err *err)
{
	CLEAN_JSON struct json_doc *doc = json_doc_new();
	CLEAN_BUF struct buf text = { 0 }, bytes = { 0 }, code = { 0 };
	struct json *root = NULL;
	if (file_read(input, MAX_INPUT, &text, NULL, ERR_INTERNAL, err) < 0)
		return -1;
	const char *dot = strrchr(input, '.');
	if (!dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".json") != 0))
		buf_add(&bytes, buf_str(&text), text.len);
	else if (yaml_read(doc, buf_str(&text), text.len, &root, err) < 0)
		return err_wrap(err, "%s", input);
	else
		pack_write(&bytes, root);
	buf_add_format(
		&code,
		"extern const char %s[];\nextern const unsigned long %s_len;\nconst char %s[] = {",
		symbol, symbol, symbol);
	for (size_t i = 0; i < bytes.len; i++)
		buf_add_format(&code, "%s%d,", i % 24 ? "" : "\n", (signed char)bytes.data[i]);
	buf_add_format(&code, "\n0 };\nconst unsigned long %s_len = %zu;\n", symbol, bytes.len);
	return file_write(output, code.data, code.len, 0644, false, err);
}

int main(int argc, char **argv)
{
	CLEAN_ERR struct err err = { 0 };
	if (argc != 4) {
		fputs("usage: embed SYMBOL INPUT OUTPUT\n", stderr);
		return 2;
	}
	if (convert(argv[1], argv[2], argv[3], &err) == 0)
		return 0;
	fprintf(stderr, "embed: %s\n", err.message);
	return 1;
}
