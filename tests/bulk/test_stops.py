# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a job or holds it up: signals, a server that goes away, a token that is revoked, too many requests."""

import signal
import time

from blackbox import Server, json_answer
from bulk.common import BulkCase, Shop, wait_until

UNAUTHORIZED = json_answer({"responseCode": "UNAUTHORIZED", "responseMessage": "no"}, 401)
TOO_MANY = json_answer({"responseCode": "TOO_MANY_REQUESTS", "responseMessage": "slowly"}, 429, ["Retry-After: 2"])
ROWS = 200


class Stops(BulkCase):
    def setUp(self):
        super().setUp()
        self.profiles(more="defaults = { timeout = 3.0; retry_max_wait = 20.0; };")

    def rows(self, count=ROWS):
        return self.csv([f"ENT-{i + 1}" for i in range(count)])

    def assert_each_once(self, shop, count=ROWS, unknown=()):
        shop.settle()
        self.assertEqual({target: times for target, times in shop.applied.items() if times != 1}, {})
        self.assertEqual(len(shop.applied), count)
        journal = self.check_job({f"ENT-{i + 1}": True for i in range(count)}, rows=count)
        self.assertEqual({row for row, outcome in journal.outcomes().items() if outcome != "ok"}, set(unknown))

    # ---- signals

    def begin_slowly(self, hook, *args):
        shop = Shop(hook)
        self.addCleanup(shop.__exit__)
        process = self.start(self.job_words("t", shop.url, self.rows(), "--jobs", "4", "-o", "none", *args))
        return shop, process

    def test_one_signal(self):
        """Those in flight are awaited, none starts any more, and resume does the rest."""
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number.name):
                (self.home / "job.ndjson").unlink(missing_ok=True)
                shop, process = self.begin_slowly(lambda *_: time.sleep(0.05))
                self.assertTrue(wait_until(lambda: len(shop.seen) >= 10))
                process.send_signal(number)
                time.sleep(0.02)
                at_signal = len(shop.seen)
                err = process.communicate(timeout=20)[1].decode()
                self.assertEqual(process.returncode, code, err)
                self.assertIn("waiting for", err)
                self.assertLessEqual(len(shop.seen), at_signal + 4, "a row started after the signal")
                journal = self.journal()
                self.assertEqual((len(journal.results), len(journal.open)), (len(shop.seen), 0))
                self.assert_code(self.resume("t", shop.url, "-q"), 0)
                self.assert_each_once(shop)

    def test_two_signals(self):
        """Those in flight are given up: unknown, if they were sent."""
        shop, process = self.begin_slowly(lambda _shop, _method, _target, number: 1.0 if number > 8 else None)
        self.assertTrue(wait_until(lambda: len(shop.seen) == 12))
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=20)[1].decode()
        self.assertLess(time.monotonic() - begun, 0.9)
        self.assertEqual(process.returncode, 10, err)
        journal = self.journal()
        self.assertEqual((len(journal.results), journal.counts()["unknown"]), (12, 4))
        shop.hook = lambda *_: None
        self.assert_code(self.resume("t", shop.url, "-q"), 10)
        self.assert_each_once(shop, unknown={row for row, outcome in journal.outcomes().items() if outcome == "unknown"})

    # ---- the server

    def begin_at_sandbox(self, *args):
        """A job that goes slowly, and the server that it is at."""
        self.seed(2 * ROWS)
        server = self.serve_here()
        rows = self.csv(self.actives(ROWS))
        process = self.start(self.job_words("t", server.url, rows, "--rate", "60", "-o", "none", *args))
        self.assertTrue(wait_until(lambda: (self.home / "job.ndjson").exists() and len(self.journal().results) > 20))
        server.stop()
        return server, process

    def serve_again(self, port):
        server = Server(self.home, self.environment(self.server_state), "--port", port, seed=None)
        self.addCleanup(server.stop)
        return server

    def assert_all_done(self, port, unknown):
        applied = {target: status == "SUSPENDED" for target, status in self.statuses(port, self.actives(ROWS)).items()}
        journal = self.check_job(applied)
        self.assertLessEqual(set(journal.outcomes().values()), {"ok", "unknown"})
        # those that were in flight when it went
        self.assertLessEqual(journal.counts()["unknown"], unknown)
        return journal

    def test_away_for_a_while(self):
        server, process = self.begin_at_sandbox()
        time.sleep(2)
        self.serve_again(server.port)
        err = process.communicate(timeout=40)[1].decode()
        journal = self.assert_all_done(server.port, 8)
        self.assertEqual(process.returncode, 10 if journal.counts()["unknown"] else 0, err)
        self.assertIn("everything waits", err)

    def test_away_for_too_long(self):
        server, process = self.begin_at_sandbox("--retry-max-wait", "1.5")
        begun = time.monotonic()
        err = process.communicate(timeout=20)[1].decode()
        self.assertLess(time.monotonic() - begun, 4)
        before = self.journal()
        self.assertEqual(process.returncode, 10 if before.counts()["unknown"] else 9, err)
        self.assertIn("bulk resume", err)
        self.assertLess(len(before.results), ROWS)
        self.assertEqual(before.open, {}, "nothing of theirs was sent")
        self.serve_again(server.port)
        result = self.resume("t", server.url, "-q", "--rate", "1000")
        journal = self.assert_all_done(server.port, 8)
        self.assert_code(result, 10 if journal.counts()["unknown"] else 0)

    # ---- what it answers

    def test_revoked(self):
        """No row starts after the first 401; rows answered so are open again, not failed."""
        revoked = lambda _shop, _method, _target, number: UNAUTHORIZED if number > 50 else None
        with Shop(revoked) as shop:
            result = self.job("t", shop.url, self.rows(), "--jobs", "4", "-o", "none")
            self.assert_failed(result, 7, "left", "bulk resume")
            self.assertLessEqual(len(shop.seen), 54)
            journal = self.journal()
            self.assertEqual((journal.counts(), journal.open), ({"ok": 50}, {}))
            again = [line for line in journal.lines if "again" in line]
            self.assertEqual({line["again"] for line in again}, {"auth"})
            # still not mended
            self.assert_code(self.resume("t", shop.url, "-q"), 7)
            self.assertEqual(len(self.journal().results), 50)
            shop.hook = lambda *_: None
            self.assert_code(self.resume("t", shop.url, "-q"), 0)
            self.assert_each_once(shop)

    def test_unknown_again_and_again(self):
        """A server that only fails is asked no further: each row more would be one more to look after."""
        broken = b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n"
        with Shop(lambda _shop, _method, _target, number: broken if number > 50 else None) as shop:
            result = self.job("t", shop.url, self.rows(), "--jobs", "4", "-o", "none")
            self.assert_failed(result, 10, "rows in a row are unknown, the last: ", "left", "bulk resume")
            journal = self.journal()
            self.assertEqual(journal.counts()["ok"], 50)
            self.assertLess(journal.counts()["unknown"], 40)
            self.assertGreater(journal.counts()["unknown"], 20)
            self.assertEqual(len(shop.seen), sum(journal.counts().values()))
            self.assertEqual(journal.open, {})

    def test_too_many(self):
        """Everybody waits for as long as the server says, and the rows are done afterwards."""
        with Shop(lambda _shop, _method, _target, number: TOO_MANY if number == 50 else None) as shop:
            result = self.job("t", shop.url, self.rows(), "--jobs", "8", "-o", "none")
            self.assert_code(result, 0)
            self.assert_each_once(shop)
            times = shop.times()
            self.assertEqual(len(times), ROWS + 1)
            pauses = [later - earlier for earlier, later in zip(times, times[1:]) if later - earlier > 1]
            self.assertEqual(len(pauses), 1, pauses)
            self.assertGreaterEqual(pauses[0], 1.9)
            # those that were in flight may still come, and one behind each that is answered before the 429 is read
            self.assertLessEqual(sum(at < times[49] + 1.9 for at in times), 50 + 14)

    def test_too_many_for_too_long(self):
        with Shop(lambda _shop, _method, _target, number: TOO_MANY if number > 50 else None) as shop:
            result = self.job("t", shop.url, self.rows(), "--jobs", "8", "-o", "none", "--retry-max-wait", "1")
            self.assert_failed(result, 8, "left", "bulk resume")
            self.assertEqual((self.journal().counts(), self.journal().open), ({"ok": 50}, {}))
            shop.hook = lambda *_: None
            self.assert_code(self.resume("t", shop.url, "-q"), 0)
            self.assert_each_once(shop)

    # ---- the audit log

    def lose_log(self, after):
        """A hook that puts a link, which is not followed, in the log's place at that request."""
        def hook(_shop, _method, _target, number):
            if number == after:
                (self.home / "link").symlink_to("nowhere")
                (self.home / "kept").hardlink_to(self.log)
                (self.home / "link").replace(self.log)
        return hook

    def test_audit_log_is_lost_during_a_live_job(self):
        with Shop(self.lose_log(20)) as shop:
            confirm = ["--yes", f"--confirm={ROWS}"]
            result = self.job("live", shop.url, self.rows(), "--jobs", "4", "-o", "none", *confirm)
            self.assert_failed(result, 12, "the audit log cannot be written, so nothing more is sent")
            self.assertNotIn("nothing was sent", result.err)
            self.assertLess(len(shop.seen), 30)
            (self.home / "kept").replace(self.log)
            shop.hook = lambda *_: None
            self.assert_code(self.resume("live", shop.url, "-q", *confirm), 0)
            self.assertEqual({target: times for target, times in shop.applied.items() if times != 1}, {})
            self.assertEqual(len(shop.applied), ROWS)

    def test_no_audit_log_before_a_live_job(self):
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        self.log.mkdir()
        with Shop() as shop:
            result = self.job("live", shop.url, self.rows(), "-o", "none", "--yes", f"--confirm={ROWS}")
            self.assert_failed(result, 11, "the audit log cannot be written, so nothing was sent")
            self.assertEqual(shop.seen, [])

    def test_no_audit_log_of_a_test_job(self):
        """It is said once, not for each part that would have been written."""
        with Shop(self.lose_log(20)) as shop:
            result = self.job("t", shop.url, self.rows(), "--jobs", "4", "-o", "none")
            self.assert_code(result, 0)
            self.assertEqual(result.err.count("not in the audit log"), 1, result.err)
