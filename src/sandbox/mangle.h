/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies spoilt on purpose: what a fault does to the reply of a request that was carried out. */
#ifndef SANDBOX_MANGLE_H
#define SANDBOX_MANGLE_H

#include "lib/listener.h"
#include "sandbox/faults.h"

/* Spoils the reply, whose status and body are those of the undisturbed one; `*type` is its media
 * type. */
void mangle_reply(const struct fault *fault, struct listener_reply *reply, const char **type);

#endif
