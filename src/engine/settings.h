/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings: one table of what can be set, and where each value in force comes from.
 * The order is the same for all: option, environment, profile, defaults, built-in.
 */
#ifndef ENGINE_SETTINGS_H
#define ENGINE_SETTINGS_H

#include <stdbool.h>

#include "base/err.h"
#include "grammar/command.h"

enum setting {
	SETTING_ENVIRONMENT,
	SETTING_BASE_URL,
	SETTING_USERNAME,
	SETTING_AUTH,
	SETTING_AUTH_HEADER,
	SETTING_CONTRACT,
	SETTING_READ_ONLY,
	SETTING_MAX_CHANGES,
	SETTING_IDEMPOTENCY,
	SETTING_RATE,
	SETTING_OUTPUT,
	SETTING_TIMEOUT,
	SETTING_CONNECT_TIMEOUT,
	SETTING_RETRIES,
	SETTING_RETRY_MAX_WAIT,
	SETTING_MAX_REPLY,
	SETTING_PROXY,
	SETTING_CACERT,
	SETTING_CERT,
	SETTING_KEY,
	SETTING_COLOR,
	SETTING_NO_INPUT,
	SETTING_REQUIRE_PROFILE,
	SETTING_COUNT
};

enum setting_type {
	SETTING_TEXT,
	SETTING_PATH,
	SETTING_WHOLE,
	SETTING_DECIMAL,
	SETTING_BOOL,
	SETTING_SIZE
};

/* Where in the config file a setting may stand. */
enum setting_place { IN_PROFILE = 1, IN_DEFAULTS = 2 };

struct setting_row {
	const char *key;
	enum setting_type type;
	unsigned places;
	const char *option;	    /* NULL: none */
	const char *variable;	    /* NULL: none */
	const char *fallback;	    /* the built-in value, or NULL */
	double min, max;	    /* of numbers */
	const char *const *choices; /* NULL-ended, or NULL */
	const char *example;	    /* for config.example and `config init` */
	const char *help;
};

const struct setting_row *setting_row(enum setting setting);

/* The setting of that key, or -1. */
int setting_find(const char *key);

/* Checks a value's text against its row; `what` names it in the message. kind ERR_USAGE. */
int setting_check(enum setting setting, const char *what, const char *text, struct err *err);

/* A value in force. */
struct setting_value {
	char *text;   /* owned; NULL: not set */
	char *origin; /* owned: "--timeout", "BANGOCTL_OUTPUT", "profile live (FILE:7)", "built-in"
		       */
};

struct settings {
	struct setting_value items[SETTING_COUNT];
};

void settings_done(struct settings *settings);

/* Puts a value in force, replacing what was there. */
void setting_put(struct settings *settings, enum setting setting, const char *text,
		 const char *origin);

const char *setting_text(const struct settings *settings, enum setting setting);
bool setting_bool(const struct settings *settings, enum setting setting);
double setting_number(const struct settings *settings, enum setting setting);

/* Bytes of a size such as `64M`. */
size_t setting_size(const struct settings *settings, enum setting setting);

#endif
