/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/cache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/digest.h"
#include "lib/pack.h"

#ifndef BANGOCTL_VERSION
#define BANGOCTL_VERSION "0"
#endif

enum { MAX_COPY = 256 * 1024 * 1024, NAME_DIGITS = 16 };

/* Where the copy of the document at `path` is kept. */
static char *cache_path(const char *path, const char *folder)
{
	char digest[DIGEST_SIZE];
	CLEAN_FREE char *whole = realpath(path, NULL);
	const char *name = whole ? whole : path;
	digest_sha256(name, strlen(name), digest);
	return buf_format("%s/contract-%.*s", folder, NAME_DIGITS, digest);
}

/* The copy's first line: what it was made of, and by whom. The second is the digest of the rest. */
static char *cache_mark(const struct buf *text)
{
	char digest[DIGEST_SIZE];
	digest_sha256(buf_str(text), text->len, digest);
	return buf_format("%s bangoctl " BANGOCTL_VERSION " %d\n", digest, PACK_FORM);
}

/* The document's tree if the copy is of this document, and ours; else NULL. */
static const struct json *load(struct json_doc *doc, const char *place, const char *mark)
{
	CLEAN_ERR struct err ignored = { 0 };
	CLEAN_BUF struct buf copy = { 0 };
	struct stat facts;
	char digest[DIGEST_SIZE];
	size_t mark_len = strlen(mark), head = mark_len + DIGEST_SIZE;
	if (file_read(place, MAX_COPY, &copy, &facts, ERR_INTERNAL, &ignored) < 0 ||
	    !S_ISREG(facts.st_mode) || facts.st_uid != geteuid() || (facts.st_mode & 022) ||
	    copy.len < head || memcmp(copy.data, mark, mark_len) != 0)
		return NULL;
	digest_sha256(copy.data + head, copy.len - head, digest);
	if (memcmp(copy.data + mark_len, digest, DIGEST_SIZE - 1) != 0)
		return NULL;
	return pack_read(doc, json_keep(doc, copy.data + head, copy.len - head), copy.len - head);
}

static void store(const char *place, const char *mark, const char *folder,
		  const struct json *document)
{
	CLEAN_ERR struct err ignored = { 0 };
	CLEAN_BUF struct buf copy = { 0 }, bytes = { 0 };
	char digest[DIGEST_SIZE];
	pack_write(&bytes, document);
	digest_sha256(bytes.data, bytes.len, digest);
	buf_add_format(&copy, "%s%s\n", mark, digest);
	buf_add(&copy, bytes.data, bytes.len);
	if (file_make_folder(folder, &ignored) == 0)
		(void)file_write(place, copy.data, copy.len, 0600, false, &ignored);
}

int contract_read_cached(struct contract *contract, const char *path, const char *folder,
			 const struct contract_reserved *reserved, struct err *err)
{
	CLEAN_BUF struct buf text = { 0 };
	if (file_read(path, CONTRACT_MAX_DOCUMENT, &text, NULL, ERR_CONFIG, err) < 0)
		return err_wrap(err, "contract");
	CLEAN_FREE char *place = cache_path(path, folder), *mark = cache_mark(&text);
	struct json_doc *doc = json_doc_new();
	const struct json *root = load(doc, place, mark);
	if (root)
		return contract_make(contract, path, doc, root, reserved, err);
	json_doc_free(doc);
	if (contract_read(contract, path, buf_str(&text), text.len, reserved, err) < 0)
		return -1;
	store(place, mark, folder, contract->root);
	return 0;
}
