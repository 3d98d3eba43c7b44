/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reply means. Within 2xx Bango's responseCode decides, outside the status does, and within
 * 4xx the responseCode refines it. For a change, whatever leaves doubt is ERR_UNKNOWN: perhaps
 * applied.
 */
#ifndef ENGINE_OUTCOME_H
#define ENGINE_OUTCOME_H

#include "base/err.h"
#include "grammar/command.h"
#include "lib/http.h"
#include "lib/json.h"

struct outcome {
	enum err_kind kind;	      /* ERR_OK for done and for accepted */
	bool accepted;		      /* 202: received, not done yet */
	const struct json *body;      /* the reply, or NULL if it has none or an unusable one */
	const char *response_code;    /* in body, or NULL */
	const char *response_message; /* in body, or NULL */
};

/*
 * Judges a whole reply, whose body is read into `doc`. Returns 0 if the call did what was asked; -1
 * otherwise, with kind, message, status and responseCode in `err`. `outcome` is filled either way.
 */
int outcome_judge(const struct http_reply *reply, enum effect effect, struct json_doc *doc,
		  struct outcome *outcome, struct err *err);

#endif
