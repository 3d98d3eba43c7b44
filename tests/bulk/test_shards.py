# SPDX-License-Identifier: GPL-3.0-or-later
"""One job in three processes, which are killed and resumed: all rows are done, each by one of them."""

import random
import signal
import time

from bulk.common import BulkCase, Relay

ROWS, SHARDS = 3000, 3


class Shards(BulkCase):
    def setUp(self):
        super().setUp()
        self.profiles(more="defaults = { timeout = 0.5; };")

    def begin(self, url, rows, shard):
        return self.start(self.job_words("t", url, rows, "--shard", f"{shard}/{SHARDS}", "-q", "-o", "none", journal=f"j{shard}"))

    def paths(self, *shards):
        return [self.home / f"j{shard}" for shard in shards]

    def test_three(self):
        self.seed(2 * ROWS)
        targets = self.actives(ROWS)
        server = self.serve_here()
        relay = Relay(self, server.port, strip=True)
        rows = self.csv(targets)
        chance = random.Random(7)
        running = {shard: self.begin(relay.url, rows, shard) for shard in range(SHARDS)}
        kills = 0
        while running:
            time.sleep(0.002)
            for shard, process in list(running.items()):
                path = self.home / f"j{shard}"
                if process.poll() is not None:
                    if process.returncode == 0:
                        del running[shard]
                        continue
                    self.assertEqual(process.returncode, -9, process.stderr.read())
                    running[shard] = (self.start(self.resume_words("t", relay.url, "-q", "-o", "none", journal=f"j{shard}"))
                                      if path.exists() else self.begin(relay.url, rows, shard))
                elif kills < 9 and chance.random() < 0.01:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    kills += 1
        self.assertGreaterEqual(kills, 3)
        statuses = self.statuses(server.port, targets)
        applied = {target: status == "SUSPENDED" for target, status in statuses.items()}
        self.assertTrue(all(applied.values()))
        done = []
        for shard in range(SHARDS):
            journal = self.check_job(applied, f"j{shard}", rows=ROWS // SHARDS)
            self.assertEqual({row % SHARDS for row in journal.results}, {shard})
            done += journal.results
        self.assertEqual(sorted(done), list(range(1, ROWS + 1)))
        self.assert_verifies()
        sent = [self.target_of(change) for change in relay.changes]
        self.assertEqual(len(sent), len(set(sent)), "sent twice, though the first one was applied")
        result = self.run_program("bulk", "status", *self.paths(0, 1, 2), "-o", "json")
        self.assert_code(result, 0)
        self.assertEqual([(row["shard"], row["rows"], row["ok"], row["left"]) for row in result.json],
                         [(f"{shard}/{SHARDS}", ROWS // SHARDS, ROWS // SHARDS, 0) for shard in range(SHARDS)])
        self.assertIn(f"{ROWS} of {ROWS} rows have a result: {ROWS} ok, 0 failed, 0 unknown\n", result.err)
        self.tell(f"3 shards, {ROWS} rows, {kills} kills")

    def test_missing_and_doubled(self):
        targets = [f"ENT-{i}" for i in range(1001, 1005)]
        for shard in range(SHARDS):
            self.run_program("-p", "sandbox", "bulk", "entitlement", "get", "--input", self.csv(targets), "--journal", self.home / f"j{shard}",
                             "--shard", f"{shard}/{SHARDS}", "-o", "none")
        result = self.run_program("bulk", "status", *self.paths(0, 2))
        self.assert_code(result, 0)
        self.assertIn("missing: 1/3\n", result.err)
        path = self.home / "one-of-many"
        self.run_program("-p", "sandbox", "bulk", "entitlement", "get", "--input", self.csv(targets), "--journal", path, "--shard", "0/30", "-o", "none")
        self.assertRegex(self.run_program("bulk", "status", path).err, r"missing: 1/30, .*, \d+/30 and \d+ more\n")
        self.assert_failed(self.run_program("bulk", "status", *self.paths(0, 1, 0)), 3, "j0 is of shard 0/3, which is there already")
        # a shard of another input is of another job
        self.run_program("-p", "sandbox", "bulk", "entitlement", "get", "--input", self.csv(targets[:3]), "--journal", self.home / "other",
                         "--shard", f"2/{SHARDS}", "-o", "none")
        self.assert_failed(self.run_program("bulk", "status", *self.paths(0, 1), self.home / "other"), 3, "not of the same job")

    def test_sum(self):
        """Shards take each row once, whatever their number; those beyond the rows have none, and end well."""
        targets = [f"ENT-{i}" for i in range(1001, 1008)]
        for of in (1, 2, 5, 7, 10):
            rows = []
            for shard in range(of):
                path = self.home / f"s{of}-{shard}"
                result = self.run_program("-p", "sandbox", "bulk", "entitlement", "get", "--input", self.csv(targets), "--journal", path,
                                          "--shard", f"{shard}/{of}", "-o", "none", "-q")
                self.assert_code(result, 0)
                rows += self.journal(path.name).results
                self.assert_code(self.run_program("bulk", "resume", path, "-q"), 0)
            self.assertEqual(sorted(rows), list(range(1, 8)))
