/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The topics of `help TOPIC`: texts made of the tables that they explain. */
#ifndef ENGINE_TOPICS_H
#define ENGINE_TOPICS_H

#include "grammar/help.h"

struct topic {
	const char *name;
	const char *summary;
	void (*write)(struct buf *out, const struct help_style *style);
};

extern const struct topic topics[];
extern const size_t topic_count;

/* The topic of that name, or NULL. */
const struct topic *topic_find(const char *name);

#endif
