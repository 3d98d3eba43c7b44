/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `whoami` and `doctor`: what would be used, and what stands in its way. */
#ifndef ENGINE_DO_DOCTOR_H
#define ENGINE_DO_DOCTOR_H

#include "engine/session.h"

int do_whoami(struct session *session, const struct command *command, const struct values *values,
	      struct err *err);

/* Each step a verdict; ends with the kind of the first step that failed. */
int do_doctor(struct session *session, const struct command *command, const struct values *values,
	      struct err *err);

#endif
