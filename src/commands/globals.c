/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

#define CHOICES(list) .choices = (list), .choice_count = sizeof(list) / sizeof((list)[0])

static const struct choice formats[] = {
	{ "auto", "a table on a terminal, JSON when piped" },
	{ "table", "the default columns" },
	{ "wide", "every column" },
	{ "expanded", "a line for each field" },
	{ "json", "the whole reply" },
	{ "ndjson", "a line of JSON for each row" },
	{ "csv", "RFC 4180" },
	{ "tsv", "tabs, with \\t, \\n and \\\\ escaped" },
	{ "raw", "the bytes of the reply" },
	{ "none", "nothing" },
};

static const struct choice previews[] = { { "diff", NULL } };

static const struct choice whens[] = { { "auto", NULL }, { "always", NULL }, { "never", NULL } };

static const struct choice error_formats[] = { { "text", NULL }, { "json", NULL } };

const struct arg global_options[] = {
	{ .name = "profile", .letter = 'p', .meta = "NAME", .help = "the profile of the config file to use, or sandbox" },
	{ .name = "config", .letter = 'c', .type = ARG_FILE, .help = "the config file" },
	{ .name = "contract", .type = ARG_FILE, .help = "an OpenAPI document instead of the built-in one" },
	{ .name = "output", .letter = 'o', .type = ARG_CHOICE, .meta = "FORMAT", CHOICES(formats),
	  .help = "the format of the result" },
	{ .name = "json", .type = ARG_FLAG, .help = "the same as -o json" },
	{ .name = "expanded", .letter = 'x', .type = ARG_FLAG, .help = "the same as -o expanded" },
	{ .name = "columns", .meta = "A,B.C", .help = "these columns; dotted paths reach into objects and arrays" },
	{ .name = "field", .meta = "PATH", .help = "only the bare value of this field, one a line" },
	{ .name = "no-headers", .type = ARG_FLAG, .help = "no line of column names" },
	{ .name = "sort", .meta = "[-]COLUMN", .help = "sort the rows; with a minus the largest first (--sort=-COLUMN)" },
	{ .name = "limit", .type = ARG_INT, .min = 0, .max = 1000000000, .help = "at most so many rows" },
	{ .name = "dry-run", .letter = 'n', .type = ARG_CHOICE, .flags = ARG_OPTIONAL_VALUE, .meta = "diff", CHOICES(previews),
	  .help = "print the exact request, send nothing; diff also reads the record and shows what would change" },
	{ .name = "exit-code", .type = ARG_FLAG, .help = "with --dry-run=diff: exit 13 if anything would change" },
	{ .name = "wait", .type = ARG_NUMBER, .min = 0, .max = 86400, .flags = ARG_OPTIONAL_VALUE, .meta = "SECONDS",
	  .help = "after a change that was only accepted (202): wait until it is done, 60 seconds by default" },
	{ .name = "curl", .type = ARG_FLAG, .help = "print the equivalent curl command, send nothing" },
	{ .name = "yes", .letter = 'y', .type = ARG_FLAG, .help = "answer yes to the question before a change" },
	{ .name = "confirm", .meta = "VALUE", .help = "with --yes: what would be typed to confirm a severe change" },
	{ .name = "no-input", .type = ARG_FLAG, .help = "never ask; fail instead" },
	{ .name = "read-only", .type = ARG_FLAG, .help = "refuse every change" },
	{ .name = "quiet", .letter = 'q', .type = ARG_FLAG, .help = "no report of what changed; errors stay" },
	{ .name = "verbose", .letter = 'v', .type = ARG_FLAG,
	  .help = "show the HTTP exchange on stderr, secrets masked; -vv with bodies" },
	{ .name = "trace", .type = ARG_FILE, .help = "add a line of JSON to this file for each HTTP exchange, secrets masked" },
	{ .name = "timing", .type = ARG_FLAG, .help = "show on stderr how long each step took" },
	{ .name = "color", .type = ARG_CHOICE, .meta = "WHEN", CHOICES(whens), .help = "colour in the output" },
	{ .name = "error-format", .type = ARG_CHOICE, .meta = "FORMAT", CHOICES(error_formats),
	  .help = "how an error is written" },
	{ .name = "base-url", .meta = "URL", .help = "the server, with a path that goes before every other" },
	{ .name = "request-id", .meta = "ID", .help = "the X-RequestIdentifier instead of a fresh UUID" },
	{ .name = "header", .meta = "NAME:VALUE", .flags = ARG_REPEAT, .help = "one more header" },
	{ .name = "timeout", .type = ARG_NUMBER, .meta = "SECONDS", .help = "for a whole exchange" },
	{ .name = "connect-timeout", .type = ARG_NUMBER, .meta = "SECONDS", .help = "for the connection" },
	{ .name = "retries", .type = ARG_INT, .min = 0, .max = 100, .help = "how often a safe request is tried again" },
	{ .name = "retry-max-wait", .type = ARG_NUMBER, .meta = "SECONDS",
	  .help = "the longest Retry-After that is waited for" },
	{ .name = "max-reply", .meta = "BYTES", .help = "the largest reply that is read; K, M and G are known" },
	{ .name = "proxy", .meta = "URL", .help = "the proxy" },
	{ .name = "cacert", .type = ARG_FILE, .help = "the CA certificates to trust" },
	{ .name = "cert", .type = ARG_FILE, .help = "the client certificate" },
	{ .name = "key", .type = ARG_FILE, .help = "the client certificate's key" },
	{ .name = "password-fd", .type = ARG_INT, .min = 0, .max = 1024, .help = "read the password from this descriptor" },
	{ .name = "fault", .meta = "FAULT", .flags = ARG_REPEAT,
	  .help = "profile sandbox: misbehave in this way (\"help sandbox\")" },
	{ .name = "seed", .type = ARG_INT, .min = 0, .max = 9007199254740991,
	  .help = "profile sandbox: the same clock and faults each time" },
	{ .name = "help", .letter = 'h', .type = ARG_FLAG, .help = "show help" },
	{ .name = "version", .letter = 'V', .type = ARG_FLAG, .help = "show the version; with -v also the libraries'" },
};

const size_t global_option_count = sizeof(global_options) / sizeof(global_options[0]);
