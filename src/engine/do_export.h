/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `contract export` and `contract use`: a document out of the program, and into a profile. */
#ifndef ENGINE_DO_EXPORT_H
#define ENGINE_DO_EXPORT_H

#include "engine/session.h"

int do_contract_export(struct session *session, const struct command *command,
		       const struct values *values, struct err *err);
int do_contract_use(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);

#endif
