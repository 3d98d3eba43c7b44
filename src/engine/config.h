/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The config file: found, read, and checked as a whole before anything of it is used. An unknown
 * key, a wrong type or a number out of range is an error with file and line, never a silent
 * default. Every failure has the kind ERR_CONFIG.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <sys/stat.h>

#include "base/err.h"
#include "engine/settings.h"
#include "lib/json.h"

struct config {
	char *path;   /* owned; where it is, or would be */
	bool present; /* the file is there */
	struct stat facts;
	struct json_doc *doc;
	const struct json *root; /* NULL: not present */
};

void config_done(struct config *config);

/*
 * The path in force: `named` (--config), $BANGOCTL_CONFIG, the user's file, else the system's if it
 * is there. The caller frees it. `must_exist` tells whether somebody named it.
 */
char *config_path(const char *named, bool *must_exist);

/* Reads and checks the file in force. A file that nobody named may be missing. */
int config_load(struct config *config, const char *named, struct err *err);

/* The group of a profile, or NULL. */
const struct json *config_profile(const struct config *config, const char *name);

/* A scalar of the file as a setting's text; the caller frees it. */
char *config_text(const struct config *config, const struct json *value, enum setting setting);

/* "FILE:LINE"; the caller frees it. */
char *config_place(const struct config *config, const struct json *value);

/* The path as seen from the config file's folder, with ~/ expanded; the caller frees it. */
char *config_resolve(const struct config *config, const char *path);

/* Adds a commented file to begin with: the text of config.example and of `config init`. */
void config_template(struct buf *out);

#endif
