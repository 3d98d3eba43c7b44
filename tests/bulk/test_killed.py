# SPDX-License-Identifier: GPL-3.0-or-later
"""10 000 rows through a client that is killed again and again, against a server with every fault."""

import os
import random
import signal
import time

from bulk.common import BulkCase, Relay

ROWS, KILLS = 10000, 50
BYTES = 450  # of the journal, for a row
SLICE = 120 / ROWS  # each fault hits so often
FAULTS = ["500", "503:1", "reset-before", "slow:0.1", "hang", "reset-after", "truncate", "not-json", "html",
          "empty", "deep", "control", "bad-utf8", "nul"]
RARE = ["429:1@0.0003", "huge@0.0003"]
# once a server accepts for later, reading back proves no change to be undone any more
LATE = "accepted:0.2/change@7000-7010"


class Killed(BulkCase):
    def setUp(self):
        super().setUp()
        self.seed_number = int(os.environ.get("TEST_SEED") or random.randrange(1 << 30))
        self.chance = random.Random(self.seed_number)
        self.profiles(more='defaults = { timeout = 1.0; retries = 8; max_reply = "1M"; };')
        self.seed(2 * ROWS)
        self.targets = self.actives(ROWS)

    def serve_with_faults(self):
        words = []
        for fault in [LATE] + [f"{name}@{SLICE / len(FAULTS):.5f}" for name in FAULTS] + RARE:
            words += ["--fault", fault]
        return self.serve_here(*words)

    def size(self):
        journal = self.home / "job.ndjson"
        return journal.stat().st_size if journal.exists() else 0

    def kill_somewhere(self, process, left):
        """Kills it once its journal has grown by some share of what is missing, or after some time; tells whether it lived."""
        grown = self.size() + self.chance.uniform(0, 2 * BYTES * ROWS / KILLS) if left else 1 << 40
        end = time.monotonic() + (self.chance.uniform(0.02, 2) if left else 100)
        while process.poll() is None:
            if self.size() >= grown or time.monotonic() >= end:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return True
            time.sleep(0.001)
        return False

    def kill_and_go_on(self, profile, url):
        """The job, killed KILLS times and resumed each time, to its end: how often it was killed and begun."""
        words = self.job_words(profile, url, self.csv(self.targets), "-q", "-o", "none")
        kills = runs = 0
        while runs < 4 * KILLS:
            runs += 1
            process = self.start(words)
            kills += self.kill_somewhere(process, KILLS - kills)
            err = process.communicate()[1].decode()
            self.assertIn(process.returncode, (0, 8, 10, 12, -9), err)
            if self.size():
                words = self.resume_words(profile, url, "-q", "-o", "none")
                if len(self.journal().results) == ROWS:
                    return kills, runs
        raise AssertionError(f"seed {self.seed_number}: no end after {runs} runs: {err}")

    def check(self, profile, strip):
        server = self.serve_with_faults()
        relay = Relay(self, server.port, strip)
        kills, runs = self.kill_and_go_on(profile, relay.url)
        server.stop()
        self.serve_here("--port", str(server.port))  # without faults
        applied = {target: status == "SUSPENDED" for target, status in self.statuses(server.port, self.targets).items()}
        with self.subTest(seed=self.seed_number, kills=kills, runs=runs):
            journal = self.check_job(applied, rows=ROWS)
            self.check_changes(relay, journal)
            self.assert_verifies()
            log = {line["request_id"] for line in self.lines() if line["type"] == "intent"}
            self.assertLessEqual({change["id"] for change in relay.changes}, log, "sent without a line in the log")
            self.assertGreaterEqual(kills, KILLS / 2, "the job was too fast to be killed often")
            counts = journal.counts()
            told = f"seed {self.seed_number}: {kills} kills, {runs} runs, {len(relay.changes)} changes sent, {dict(counts)}"
            return relay.url, applied, journal, told

    def check_changes(self, relay, journal):
        """What came to the server has an intent of its own each time, under the identifier of its row."""
        sent = {}
        for change in relay.changes:
            sent.setdefault(self.target_of(change), []).append(change["id"])
        for row, intents in journal.intents.items():
            identifiers = sent.pop(intents[0]["target"], [])
            self.assertLessEqual(len(identifiers), len(intents), f"row {row} was sent more often than it has intents")
            self.assertLessEqual(set(identifiers), {intent["request_id"] for intent in intents})
            self.assertEqual(len({intent["request_id"] for intent in intents}), 1)
        self.assertEqual(sent, {}, "sent without an intent")

    def test_trusted(self):
        """The server knows identifiers: every row is done, and once."""
        _, applied, journal, told = self.check("trusted", False)
        # a reply that is too large is not asked for again
        left = [line for (line,) in journal.results.values() if line["outcome"] not in ("ok", "accepted")]
        self.assertEqual([line for line in left if line["outcome"] != "unknown" or "larger" not in line["message"]], [], told)
        self.assertTrue(all(applied.values()))
        self.tell(told)

    def test_untrusted(self):
        """It does not, and would refuse a repeat: a row that was sent twice would be called rejected and be done."""
        url, applied, journal, told = self.check("t", True)
        self.assertLessEqual(set(journal.outcomes().values()), {"ok", "accepted", "unknown"}, told)
        verdicts = self.check_reconcile("t", url, applied)
        self.tell(f"{told}, reconciled: {dict(verdicts)}")
