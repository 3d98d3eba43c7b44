/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `contract check` and `contract show`. */
#ifndef ENGINE_DO_CONTRACT_H
#define ENGINE_DO_CONTRACT_H

#include "engine/session.h"

int do_contract_check(struct session *session, const struct command *command,
		      const struct values *values, struct err *err);
int do_contract_show(struct session *session, const struct command *command,
		     const struct values *values, struct err *err);

#endif
