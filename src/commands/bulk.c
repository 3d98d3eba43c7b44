/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/commands.h"

static const struct choice formats[] = { { "auto", "by the file's name, else by its first byte" },
					 { "csv", "RFC 4180, with a header" },
					 { "ndjson", "a JSON object a line" } };

static const struct choice encodings[] = { { "auto", "found out" },
					   { "utf-8", NULL },
					   { "windows-1252", NULL } };

const struct arg bulk_args[] = {
	{ .name = "input",
	  .type = ARG_FILE,
	  .flags = ARG_REQUIRED,
	  .help = "the rows, CSV or NDJSON; - reads standard input" },
	{ .name = "jobs",
	  .type = ARG_INT,
	  .min = 1,
	  .max = 256,
	  .help = "so many requests in flight at once; 8 if left out" },
	{ .name = "rate",
	  .type = ARG_NUMBER,
	  .min = 0,
	  .max = 100000,
	  .meta = "PER_SECOND",
	  .help = "at most so many requests a second; the profile's rate if left out" },
	{ .name = "journal",
	  .type = ARG_FILE,
	  .help = "where the job is recorded; a new file in the state folder if left out" },
	{ .name = "max-errors",
	  .type = ARG_INT,
	  .min = 0,
	  .max = 1000000000,
	  .help = "stop when more rows than that are failed or unknown" },
	{ .name = "shard",
	  .meta = "I/N",
	  .help = "only the rows whose number leaves the rest I when divided by N" },
	{ .name = "allow-duplicates",
	  .type = ARG_FLAG,
	  .help = "take several rows of one record, one after the other" },
	{ .name = "input-format",
	  .type = ARG_CHOICE,
	  .choices = formats,
	  .choice_count = sizeof(formats) / sizeof(formats[0]),
	  .help = "the form of the input" },
	{ .name = "encoding",
	  .type = ARG_CHOICE,
	  .choices = encodings,
	  .choice_count = sizeof(encodings) / sizeof(encodings[0]),
	  .help = "the encoding of the input" },
};

const size_t bulk_arg_count = sizeof(bulk_args) / sizeof(bulk_args[0]);

static const struct arg resume_args[] = {
	{ .name = "journal",
	  .meta = "JOURNAL",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED,
	  .help = "the job's journal" },
	{ .name = "jobs",
	  .type = ARG_INT,
	  .min = 1,
	  .max = 256,
	  .help = "so many requests in flight at once; as before if left out" },
	{ .name = "rate",
	  .type = ARG_NUMBER,
	  .min = 0,
	  .max = 100000,
	  .meta = "PER_SECOND",
	  .help = "at most so many requests a second; as before if left out" },
	{ .name = "max-errors",
	  .type = ARG_INT,
	  .min = 0,
	  .max = 1000000000,
	  .help = "stop when more rows of this run than that are failed or unknown" },
};

static const struct arg status_args[] = {
	{ .name = "journal",
	  .meta = "JOURNAL",
	  .type = ARG_FILE,
	  .flags = ARG_POSITIONAL | ARG_REQUIRED | ARG_REPEAT,
	  .help = "the job's journal, or those of all its shards" },
};

const struct command bulk_commands[] = {
	{ .name = "bulk actions",
	  .action = ACTION_BULK,
	  .summary = "Do for each row of a file what its action column says",
	  .description =
		  "The column action names the call: the last word of a command, such as CANCEL or SUSPEND, in any case, or its "
		  "whole name. A column that a row's call does not take has to be empty in that row. \"bangoctl help bulk\" tells "
		  "more.",
	  ARGS(bulk_args),
	  EXAMPLES("bangoctl -p sandbox bulk actions --input rows.csv --dry-run",
		   "bangoctl -p sandbox bulk actions --input rows.csv --rate 20 --max-errors 5") },
	{ .name = "bulk resume",
	  .action = ACTION_BULK_RESUME,
	  .summary = "Go on with a bulk job that was ended or killed",
	  .description =
		  "The job goes on in its profile, with its input, which must be as it was. Of a finished job nothing is sent, and "
		  "the exit code is that of the job.",
	  ARGS(resume_args),
	  EXAMPLES("bangoctl bulk resume job.ndjson") },
	{ .name = "bulk status",
	  .action = ACTION_BULK_STATUS,
	  .summary = "Show how far a bulk job is, or its shards together",
	  ARGS(status_args),
	  EXAMPLES("bangoctl bulk status job.ndjson") },
	{ .name = "bulk failures",
	  .action = ACTION_BULK_FAILURES,
	  .summary = "List the rows of a bulk job that were not done or are unknown",
	  ARGS(status_args),
	  EXAMPLES("bangoctl bulk failures job.ndjson -o csv") },
	{ .name = "bulk results",
	  .action = ACTION_BULK_RESULTS,
	  .summary = "List the results of all rows of a bulk job",
	  ARGS(status_args),
	  EXAMPLES("bangoctl bulk results job.ndjson -o csv") },
};

const size_t bulk_command_count = sizeof(bulk_commands) / sizeof(bulk_commands[0]);
