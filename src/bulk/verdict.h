/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bulk job that has ended or stopped came to, as its exit code and its last message. */
#ifndef BULK_VERDICT_H
#define BULK_VERDICT_H

#include "bulk/job.h"

/*
 * 0: all rows of its share are done. Else -1: ERR_UNKNOWN if any row is unknown, ERR_INTERNAL if
 * the journal does not hold all results, why it stopped if rows are left, else ERR_PARTIAL.
 */
int verdict(const struct job *job, struct err *err);

#endif
