/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML document's text as JSON, kept between runs: reading YAML takes five times as long, at
 * every start. One file for each path, valid for exactly one content (SHA-256) and version of
 * bangoctl; it may be deleted at any time.
 */
#ifndef CONTRACT_CACHE_H
#define CONTRACT_CACHE_H

#include "contract/reader.h"

/*
 * As contract_read_file, by way of the cache in `folder`, which is made when missing. What goes
 * wrong with the cache itself is no error: the document is then read as it stands. Values know no
 * lines.
 */
int contract_read_cached(struct contract *contract, const char *path, const char *folder,
			 const struct contract_reserved *reserved, struct err *err);

#endif
