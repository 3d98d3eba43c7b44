/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of `config` and `profile`. */
#ifndef ENGINE_DO_CONFIG_H
#define ENGINE_DO_CONFIG_H

#include "engine/session.h"

int do_config_init(struct session *session, const struct command *command,
		   const struct values *values, struct err *err);
int do_config_check(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);
int do_config_show(struct session *session, const struct command *command,
		   const struct values *values, struct err *err);
int do_config_path(struct session *session, const struct command *command,
		   const struct values *values, struct err *err);
int do_profile_list(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);
int do_profile_show(struct session *session, const struct command *command,
		    const struct values *values, struct err *err);

#endif
