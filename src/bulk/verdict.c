/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bulk/verdict.h"

#include "engine/show.h"
#include "engine/terminal.h"

/* Why it stopped. Some kinds promise that nothing was sent, which holds only if no row was done. */
static enum err_kind kind_of(const struct job *job)
{
	static const enum err_kind nothing_sent[] = { ERR_USAGE, ERR_CONFIG, ERR_REFUSED };
	for (size_t i = 0; i < COUNT(nothing_sent); i++)
		if (job->reason.kind == nothing_sent[i] && job->journal->results[ERR_OK])
			return ERR_PARTIAL;
	return job->reason.kind;
}

int verdict(const struct job *job, struct err *err)
{
	const struct bulk_journal *journal = job->journal;
	long long left = bulk_journal_share(journal) - journal->done;
	long long unknown = journal->results[ERR_UNKNOWN];
	long long failed = journal->done - journal->results[ERR_OK] - unknown;
	CLEAN_FREE char *word = show_word(journal->path);
	if (unknown || journal->open_count) {
		err_set(err, ERR_UNKNOWN, "%lld row%s unknown: perhaps applied%s%s",
			unknown + (long long)journal->open_count,
			unknown + (long long)journal->open_count == 1 ? " is" : "s are",
			job->reason.message ? "; stopped: " : "",
			job->reason.message ? job->reason.message : "");
		return left || journal->broken
			       ? err_hint(err, "bangoctl bulk resume %s", word)
			       : err_hint(err, "bangoctl reconcile, and bangoctl bulk failures %s",
					  word);
	}
	if (journal->broken) {
		err_set(err, ERR_INTERNAL, "%s; rows that were done meanwhile are not in it",
			job->reason.message);
		return err_hint(err, "bangoctl bulk resume %s", word);
	}
	if (job->reason.kind != ERR_OK && left) {
		err_set(err, kind_of(job), "stopped with %lld row%s left: %s", left,
			left == 1 ? "" : "s", job->reason.message);
		return err_hint(err, "bangoctl bulk resume %s%s%s", word,
				job->reason.hint ? " · " : "",
				job->reason.hint ? job->reason.hint : "");
	}
	if (job->report->lost) {
		err_set(err, job->session->applied ? ERR_OUTPUT_LOST : ERR_INTERNAL, "%s",
			job->reason.message);
		return err_hint(err, "bangoctl bulk results %s", word);
	}
	if (job->reason.kind != ERR_OK)
		terminal_note("warning: all rows have a result, but: %s", job->reason.message);
	if (!failed)
		return 0;
	err_set(err, ERR_PARTIAL, "%lld of %lld row%s %s not done", failed, journal->done,
		journal->done == 1 ? "" : "s", failed == 1 ? "was" : "were");
	return err_hint(err, "bangoctl bulk failures %s", word);
}
