# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of one record keep their order, also when nobody knows whether the earlier one was applied; and what comes late."""

import collections
import json
import random
import time

from bulk.common import BulkCase, Shop, wait_until

WAIT = 1.0


class Order(BulkCase):
    def setUp(self):
        super().setUp()
        self.profiles(more=f"defaults = {{ timeout = {WAIT}; }};")
        self.rows = self.write("rows.csv", "entitlementId,action,reasonCode\nENT-1,SUSPEND,OTHER\nENT-2,SUSPEND,OTHER\nENT-1,RESUME,\nENT-2,RESUME,\n")

    def words(self, url, profile="t"):
        return ["-p", profile, "--base-url", url, "bulk", "actions", "--input", self.rows, "--journal", self.home / "job.ndjson",
                "--allow-duplicates", "-q"]

    def test_one_after_the_other(self):
        with Shop() as shop:
            self.assert_code(self.run_program(*self.words(shop.url)), 0)
            self.assertEqual(dict(shop.statuses), {"ENT-1": "ACTIVE", "ENT-2": "ACTIVE"})

    def test_an_unknown_row_holds_the_next_one(self):
        """The first change of ENT-1 is applied half a second after its timeout: the second one comes still later."""
        with Shop(lambda shop, method, target, number: 1.5 * WAIT if target == "ENT-1" and len(shop.times(target)) == 1 else None) as shop:
            result = self.run_program(*self.words(shop.url))
            self.assert_code(result, 10)
            shop.settle()
            first, second = shop.times("ENT-1")
            self.assertGreaterEqual(second - first, 2 * WAIT)
            self.assertEqual(dict(shop.statuses), {"ENT-1": "ACTIVE", "ENT-2": "ACTIVE"})

    def test_also_in_another_run(self):
        """The journal of a run that ended with an unknown row and its next row unsent."""
        with Shop(lambda shop, method, target, number: "hang" if number == 1 else None) as shop:
            process = self.start(self.words(shop.url) + ["--jobs", "1", "--max-errors", "0"])
            process.wait(20)
            self.assertEqual(process.returncode, 10)
            begun = time.monotonic()
            self.assertEqual(self.journal().outcomes(), {1: "unknown"})
            self.assert_code(self.resume("t", shop.url, "-q", "--max-errors", "9"), 10)
            self.assertGreaterEqual(shop.times()[1] - begun, WAIT)
            self.assertEqual(len(self.journal().results), 4)

    def test_what_cannot_be_read_back_holds_all(self):
        with Shop(lambda shop, method, target, number: "hang" if number == 1 else None) as shop:
            process = self.start(self.words(shop.url) + ["--jobs", "1"])
            self.assertTrue(wait_until(lambda: shop.seen))
            process.kill()
            process.wait()
        with Shop(lambda *_: b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n") as broken:
            path = self.home / "job.ndjson"
            path.write_text(path.read_text().replace(shop.url, broken.url))
            result = self.resume("t", broken.url, "-q", "--retries", "0")
            self.assert_failed(result, 10, "have to wait", "bulk resume")
            self.assertEqual(broken.times(), [])


class KilledInOrder(BulkCase):
    """Ten changes of each of 100 records, there and back, by a client that is killed again and again."""

    def test_there_and_back(self):
        self.profiles(more="defaults = { timeout = 0.3; };")
        rows = [(f"ENT-{target}", number % 2) for number in range(10) for target in range(100)]
        path = self.write("rows.csv", "entitlementId,action,reasonCode\n" + "".join(
            f"{target},{'RESUME,' if back else 'SUSPEND,OTHER'}\n" for target, back in rows))
        chance = random.Random(11)
        kills = 0
        with Shop() as shop:
            words = ["-p", "t", "--base-url", shop.url, "bulk", "actions", "--input", path, "--journal", self.home / "job.ndjson",
                     "--allow-duplicates", "-q", "-o", "none"]
            while not (self.home / "job.ndjson").exists() or len(self.journal().results) < len(rows):
                process = self.start(words)
                begun, grown = time.monotonic(), len(shop.done) + chance.randrange(60)
                while process.poll() is None and (kills >= 20 or (len(shop.done) < grown and time.monotonic() - begun < 1)):
                    time.sleep(0.002)
                if process.poll() is None:
                    process.kill()
                    kills += 1
                self.assertIn(process.wait(), (-9, 0, 10), process.stderr.read())
                if (self.home / "job.ndjson").exists():
                    words = self.resume_words("t", shop.url, "-q", "-o", "none")
        journal = self.journal()
        row_of = {intents[0]["request_id"]: row for row, intents in journal.intents.items()}
        done = collections.Counter(row_of[identifier] for _, identifier in shop.done)
        self.assertEqual({row: times for row, times in done.items() if times != 1}, {}, "done twice")
        for row, lines in journal.results.items():
            self.assertEqual(len(lines), 1)
            self.assertIn(lines[0]["outcome"], ("ok", "unknown"))
            self.assertTrue(row in done or lines[0]["outcome"] == "unknown", lines[0])
        for target in range(100):
            order = [row_of[identifier] for name, identifier in shop.done if name == f"ENT-{target}"]
            self.assertEqual(order, sorted(order), "not in the order of their rows")
        self.assert_verifies()
        self.tell(f"{kills} kills, {dict(journal.counts())}")


class Late(BulkCase):
    def test_accepted_for_later(self):
        """
        A server that answers 202 applies when it likes: what a crash left open is not called undone because it is not
        done yet, and is not sent again.
        """
        self.profiles(more="defaults = { timeout = 0.5; };")
        self.seed(8)
        server = self.serve_here("--fault", "accepted:3/change")
        targets = self.actives(4)
        self.assert_code(self.job("t", server.url, self.csv(targets), "-q", "--jobs", "1"), 0)
        path = self.home / "job.ndjson"
        lines = path.read_bytes().splitlines(keepends=True)
        self.assertIn(b'"accepted"', lines[-1])
        path.write_bytes(b"".join(lines[:-1]))
        self.assert_code(self.resume("t", server.url, "-q"), 10)
        journal = self.journal()
        self.assertEqual(journal.outcomes(), {1: "accepted", 2: "accepted", 3: "accepted", 4: "unknown"})
        self.assertEqual(len(journal.intents[4]), 1, "sent again")
        done = lambda: set(self.statuses(server.port, targets).values()) == {"SUSPENDED"}
        self.assertTrue(wait_until(done))
        result = self.run_program("-p", "t", "--base-url", server.url, "reconcile", "-o", "json")
        self.assertEqual([row["verdict"] for row in result.json], ["applied"])

    def test_not_sent_again_unread(self):
        """What cannot be read back stays open, is not sent, and is settled when it can be read."""
        self.profiles(more="defaults = { timeout = 0.5; retries = 0; };")
        with Shop(lambda shop, method, target, number: "hang" if number == 1 else None) as shop:
            process = self.start(self.job_words("t", shop.url, self.csv(["ENT-1", "ENT-2"]), "--jobs", "1"))
            self.assertTrue(wait_until(lambda: shop.seen))
            process.kill()
            process.wait()
            shop.hook = lambda shop, method, target, number: b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n" if method == "GET" else None
            result = self.resume("t", shop.url)
            self.assert_code(result, 10)
            self.assertIn("row 1, ENT-1: still unknown", result.err)
            self.assertEqual((dict(shop.applied), self.journal().outcomes()), ({"ENT-2": 1}, {2: "ok"}))
            shop.hook = lambda *_: None
            self.assert_code(self.resume("t", shop.url), 0)
            self.assertEqual(dict(shop.applied), {"ENT-1": 1, "ENT-2": 1})

    def test_doubt_stays(self):
        """A trusted change that may have been applied never becomes a failure by what is answered to its repeat."""
        refusals = [b"HTTP/1.1 %d no\r\nContent-Length: 0\r\n\r\n" % status for status in (400, 401, 403, 404, 409, 429)]
        for refusal in refusals:
            with self.subTest(refusal=refusal[:12]):
                self.profiles(more="defaults = { timeout = 0.5; retry_max_wait = 0.1; };")
                (self.home / "job.ndjson").unlink(missing_ok=True)
                with Shop(lambda shop, method, target, number, refusal=refusal: 0.0 if number == 1 else refusal) as shop:
                    result = self.job("trusted", shop.url, self.csv(["ENT-1"]), "-q")
                    self.assert_code(result, 10)
                    shop.settle()
                    self.assertEqual(len(shop.seen), 2)
                    journal = self.journal()
                    self.assertEqual([line for line in journal.lines if "again" in line], [])
                    self.assertIn(journal.outcomes(), ({}, {1: "unknown"}))
                    outcomes = [line["outcome"] for line in self.lines() if line["type"] == "outcome"]
                    self.assertEqual(set(outcomes) - {"unknown"}, set(), "the log too")

    def test_applied_after_the_kill(self):
        """Killed while the server takes its time; the intent is of an hour ago, since the client was frozen before it sent."""
        self.profiles(more="defaults = { timeout = 2.0; };")
        with Shop(lambda shop, method, target, number: 1.2 if number == 1 else None) as shop:
            process = self.start(self.job_words("t", shop.url, self.csv(["ENT-1", "ENT-2"]), "--jobs", "1"))
            self.assertTrue(wait_until(lambda: shop.seen))
            process.kill()
            process.wait()
            path = self.home / "job.ndjson"
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            for line in lines:
                if "sent" in line:
                    line["sent"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 3600))
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            result = self.resume("t", shop.url, "-q")
            shop.settle()
            self.assertEqual(dict(shop.applied), {"ENT-1": 1, "ENT-2": 1}, result)
            # an hour after the intent it may be somebody else's doing
            self.assertEqual(self.journal().outcomes(), {1: "unknown", 2: "ok"})
