/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first pass over the rows of a bulk job: everything that is wrong is told before anything is
 * sent. */
#ifndef BULK_CHECK_H
#define BULK_CHECK_H

#include "bulk/plan.h"

/*
 * Makes the request of every row. Lists the faults on stderr with their lines, the first of many,
 * and fails with ERR_USAGE and their number; a single fault is the error itself. Two changes of one
 * record are a fault, unless duplicates are allowed. ERR_INTERRUPTED after a signal.
 */
int plan_check(struct plan *plan, struct err *err);

#endif
