/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the manual as man(7) source, made of the table of commands and the topics of help.
 */
#ifndef ENGINE_DO_MANUAL_H
#define ENGINE_DO_MANUAL_H

#include "engine/session.h"

int do_manual(struct session *session, const struct command *command, const struct values *values,
	      struct err *err);

#endif
