# SPDX-License-Identifier: GPL-3.0-or-later
"""
A job that is ended or broken at every single call that writes, syncs, links or sends, and then resumed: each row has one
result, and what it says is what the server did.
"""

import collections
import concurrent.futures
import itertools
import threading

from blackbox import Shim
from bulk.common import FIRST, BulkCase, Relay

ROWS, JOBS, TIMEOUT = 20, 4, 0.6
WORKERS = 8  # most of a run is waiting for one timeout until a change that was not applied is believed not to be
CALLS = 150  # a job has fewer calls than that


class EveryCall(BulkCase):
    def setUp(self):
        super().setUp()
        self.profiles(more=f"defaults = {{ timeout = {TIMEOUT}; retries = 2; }};")
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.seen = collections.Counter()
        self.faults = []

    def words(self, profile, number):
        targets = [f"ENT-{FIRST + 2 * (ROWS * number + i)}" for i in range(ROWS)]
        rows = self.csv(targets, f"rows-{number}.csv")
        return targets, ["--jobs", str(JOBS), "-q", "-o", "none", "--yes", f"--confirm={ROWS}"], rows

    def next(self):
        with self.lock:
            return next(self.numbers)

    def one(self, profile, at, deed, died_at=None):
        """One job that meets the deed at that call, and is resumed to its end. `died_at`: it is the resuming of a killed one."""
        number = self.next()
        targets, options, rows = self.words(profile, number)
        name = f"state-{number}/job.ndjson"
        (self.home / f"state-{number}").mkdir()
        env = {"BANGOCTL_STATE_DIR": str(self.home / f"state-{number}")}
        shim = Shim(self, self.home / f"state-{number}")
        words = self.job_words(profile, self.relay.url, rows, *options, journal=name)
        if died_at:
            self.assert_code(shim.run_with(died_at, "kill-after", *words, env=dict(env)), -9)
            words = self.resume_words(profile, self.relay.url, *options, journal=name)
        first = shim.run_with(at, deed, *words, env=dict(env))
        again = [first]
        for _ in range(4):
            exists = (self.home / name).exists()
            if exists and len(self.journal(name).results) == ROWS and again[-1].code in (0, 10):
                break
            again.append(self.resume(profile, self.relay.url, *options, journal=name, env=dict(env)) if exists else
                         self.job(profile, self.relay.url, rows, *options, journal=name, env=dict(env)))
        statuses = self.statuses(self.server.port, targets)
        journal = self.check_job({target: status == "SUSPENDED" for target, status in statuses.items()}, name,
                                 unknown=0 if profile == "trusted" else None)
        log = self.run_program("audit", "verify", env=env)
        self.assert_code(log, 0)
        self.assert_codes(again, journal, deed)
        with self.lock:
            self.seen[deed, first.code] += 1
            self.seen.update(journal.outcomes().values())

    def assert_codes(self, runs, journal, deed):
        """What the last run ended with is what the journal says, and the first one did not claim more than it had."""
        unknown = journal.counts()["unknown"]
        self.assertEqual(runs[-1].code, 10 if unknown else 0, [str(run) for run in runs])
        if len(runs) > 1:
            self.assertNotEqual(runs[0].code, 0, f"said to be done with rows left\n{runs[0]}")
            self.assertEqual(runs[0].code == -9, deed in ("kill", "kill-after", "torn"), runs[0])
        for row, intents in journal.intents.items():
            self.assertEqual(len({intent["request_id"] for intent in intents}), 1, f"row {row} had several identifiers")

    def guarded(self, *args):
        try:
            self.one(*args)
        except AssertionError as fault:
            with self.lock:
                self.faults.append(f"{args}: {fault}")

    def every(self, profile, strip, deeds, resuming=False):
        """`deeds`: which ones, and at each how manieth call. `resuming`: those of a run that resumes a killed one."""
        self.seed(2 * ROWS * (1 + sum(CALLS // step + 1 for step in deeds.values())))
        self.server = self.serve_here()
        self.relay = Relay(self, self.server.port, strip)
        _, options, rows = self.words(profile, self.next())
        (self.home / "state").mkdir()
        result, calls = Shim(self).calls(*self.job_words(profile, self.relay.url, rows, *options, journal="state/job.ndjson"))
        self.assert_code(result, 0)
        self.assertLess(len(calls), CALLS)
        for call in ["send socket", "write job.ndjson", "fdatasync job.ndjson", "write audit.ndjson", "fdatasync audit.ndjson"]:
            self.assertIn(call, calls)
        died_at = calls.index("send socket") + 2 if resuming else None
        work = [(profile, at, deed, died_at) for deed, step in deeds.items() for at in range(1, len(calls) + 1, step)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda args: self.guarded(*args), work))
        self.assertEqual(self.faults[:5], [], f"{len(self.faults)} of {len(work)}")
        self.tell(f"{profile}: {len(calls)} calls, {len(work)} runs, {dict(self.seen)}")

    def test_killed(self):
        self.every("t", True, {"kill": 1, "torn": 1, "kill-after": 5})

    def test_killed_trusted(self):
        self.every("trusted", False, {"kill": 1, "torn": 2})

    def test_broken(self):
        self.every("t", True, {"enospc": 1, "eio": 1, "short": 2, "full": 1})

    def test_broken_in_live(self):
        self.every("live", True, {"enospc": 1, "eio": 2, "full": 1})

    def test_resuming_killed(self):
        self.every("t", True, {"kill": 1, "torn": 2}, resuming=True)

    def test_resuming_broken(self):
        self.every("t", True, {"enospc": 2, "eio": 2, "full": 2}, resuming=True)
