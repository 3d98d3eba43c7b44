/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `audit`. */
#ifndef ENGINE_DO_AUDIT_H
#define ENGINE_DO_AUDIT_H

#include "engine/session.h"

int do_audit_show(struct session *session, const struct command *command,
		  const struct values *values, struct err *err);
int do_audit_verify(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);
int do_audit_export(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);

#endif
