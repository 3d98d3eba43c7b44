/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/policy.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "engine/audit.h"
#include "engine/preview.h"
#include "engine/terminal.h"

static int check_read_only(const struct session *session, const struct request *request,
			   struct err *err)
{
	if (!setting_bool(&session->settings, SETTING_READ_ONLY))
		return 0;
	err_set(err, ERR_REFUSED, "%s %s is a change, and profile \"%s\" is read-only, by %s",
		request->method, request->path, session->profile,
		session->settings.items[SETTING_READ_ONLY].origin);
	return -1;
}

static enum danger danger_now(const struct session *session, const struct request *request)
{
	bool capped = setting_text(&session->settings, SETTING_MAX_CHANGES) != NULL;
	if (!session_is_live(session))
		return DANGER_NONE;
	if (capped &&
	    (double)session->changes >= setting_number(&session->settings, SETTING_MAX_CHANGES))
		return DANGER_SEVERE;
	return request->danger == DANGER_NONE ? DANGER_MODERATE : request->danger;
}

/* `--yes`, and for a severe change `--confirm` with the profile's name, answer ahead. */
static int check_options(const struct session *session, enum danger danger, bool *answered,
			 struct err *err)
{
	const char *confirm = values_get(&session->globals, "confirm");
	bool yes = values_flag(&session->globals, "yes");
	*answered = yes && (danger != DANGER_SEVERE || confirm);
	if (yes && danger == DANGER_SEVERE && confirm && strcmp(confirm, session->profile) != 0) {
		err_set(err, ERR_REFUSED, "--confirm=%s does not name the profile", confirm);
		return err_hint(err, "a severe change is confirmed with --yes --confirm=%s",
				session->profile);
	}
	return 0;
}

/* What the change would do to the record as it is now, or why that cannot be told. */
static char *foresee(struct session *session, const struct request *request, char **before)
{
	CLEANUP(peek_done) struct peek peek = { 0 };
	CLEAN_ERR struct err err = { 0 };
	if (!peek_command(session, request->command))
		return NULL;
	if (peek_record(session, request->command, request->path, &peek, &err) < 0)
		return buf_format("(its status cannot be read: %s)", err.message);
	*before = mem_dup(peek.status);
	return preview_status(request, &peek);
}

static char *make_prompt(const struct session *session, const struct request *request,
			 enum danger danger, const char *foreseen)
{
	struct buf prompt = { 0 };
	const char *target = request->target ? request->target : request->path;
	buf_add_format(&prompt, "LIVE  profile %s  %s\n%s  ", session->profile,
		       setting_text(&session->settings, SETTING_BASE_URL),
		       request->command ? request->command->name : request->method);
	text_escape(&prompt, target, strlen(target), false);
	if (foreseen) {
		buf_add_str(&prompt, "  ");
		text_escape(&prompt, foreseen, strlen(foreseen), false);
	}
	if (request->has_body) {
		buf_add_str(&prompt, "\n");
		text_escape(&prompt, request->text.data, request->text.len, false);
	}
	if (danger == DANGER_SEVERE)
		buf_add_format(&prompt, "\nType the profile's name to go on: ");
	else
		buf_add_str(&prompt, "\nGo on? [y/N] ");
	return buf_take(&prompt);
}

static int ask(struct session *session, const struct request *request, enum danger danger,
	       char **before, struct err *err)
{
	const char *what = request->command ? request->command->name : request->method;
	if (!session_may_ask(session)) {
		err_set(err, ERR_REFUSED, "\"%s\" is a change in live and was not confirmed", what);
		return danger == DANGER_SEVERE
			       ? err_hint(err, "add --yes --confirm=%s", session->profile)
			       : err_hint(err, "add --yes");
	}
	CLEAN_FREE char *foreseen = foresee(session, request, before);
	CLEAN_FREE char *prompt = make_prompt(session, request, danger, foreseen);
	CLEAN_BUF struct buf answer = { 0 };
	if (terminal_ask(prompt, false, &answer, err) < 0)
		return -1;
	bool yes = danger == DANGER_SEVERE ? strcmp(buf_str(&answer), session->profile) == 0
					   : strcasecmp(buf_str(&answer), "y") == 0 ||
						     strcasecmp(buf_str(&answer), "yes") == 0;
	return yes ? 0 : err_set(err, ERR_REFUSED, "\"%s\" was not confirmed", what);
}

static int confirm(struct session *session, const struct request *request, char **before,
		   struct err *err)
{
	enum danger danger = danger_now(session, request);
	bool answered = danger == DANGER_NONE;
	if (!answered && check_options(session, danger, &answered, err) < 0)
		return -1;
	return answered ? 0 : ask(session, request, danger, before, err);
}

int policy_check(struct session *session, const struct request *request, char **before,
		 struct err *err)
{
	if (request->effect == EFFECT_READ)
		return 0;
	if (check_read_only(session, request, err) < 0 ||
	    confirm(session, request, before, err) < 0) {
		audit_refused(session, request);
		return -1;
	}
	session->changes++;
	return 0;
}
