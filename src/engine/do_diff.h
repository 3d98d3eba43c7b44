/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `contract diff`. */
#ifndef ENGINE_DO_DIFF_H
#define ENGINE_DO_DIFF_H

#include "engine/session.h"

int do_contract_diff(struct session *session, const struct command *command,
		     const struct values *values, struct err *err);

#endif
