# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that are no text, from servers and names: the records of a job stay readable, and what was done stays done."""

import json
import os

from blackbox import json_answer
from bulk.common import BulkCase, Shop

NO_TEXT = b"HTTP/1.1 400 no\r\nContent-Type: text/html; x=\xff\xfe\r\nContent-Length: 5\r\n\r\n<p>no"
TOO_MANY = json_answer({"responseCode": "TOO_MANY_REQUESTS"}, 429, ["Retry-After: 900"])


class Hostile(BulkCase):
    def test_content_type_that_is_no_text(self):
        self.profiles()
        with Shop(lambda shop, method, target, number: NO_TEXT if target == "ENT-2" else None) as shop:
            result = self.job("t", shop.url, self.csv([f"ENT-{i}" for i in range(1, 6)]), "-q", "--jobs", "1")
        self.assert_code(result, 12)
        for line in result.stdout.splitlines():
            json.loads(line.decode())
        status = self.run_program("bulk", "status", "job.ndjson", "-o", "json")
        self.assert_code(status, 0)
        self.assertEqual([(row["ok"], row["failed"], row["left"]) for row in status.json], [(4, 1, 0)])
        self.assert_verifies(10)

    def test_names_that_are_no_text(self):
        """A path that JSON cannot hold could not be found again: it is refused before anything is sent."""
        self.profiles()
        name = os.fsdecode(b"r\xff.csv")
        (self.home / name).write_text("entitlementId\nENT-1\n")
        with Shop() as shop:
            result = self.run_program("-p", "t", "--base-url", shop.url, "bulk", "entitlement", "suspend", "--input", name)
            self.assert_failed(result, 2, "not UTF-8")
            self.assertEqual(shop.requests, [])

    def test_order_and_shards(self):
        self.profiles()
        result = self.job("t", "http://127.0.0.1:1", self.csv(["ENT-1", "ENT-1"]), "--allow-duplicates", "--shard", "0/2")
        self.assert_failed(result, 2, "--allow-duplicates", "shards")

    def test_stopped_after_some_were_done(self):
        """Whoever runs the same command again would send the first rows twice: no code or member says that it is safe."""
        self.profiles(more="defaults = { timeout = 3.0; retry_max_wait = 2.0; };")
        with Shop(lambda shop, method, target, number: TOO_MANY if target == "ENT-3" else None) as shop:
            result = self.job("t", shop.url, self.csv([f"ENT-{i}" for i in range(1, 6)]), "--jobs", "1", "--error-format", "json")
        self.assert_code(result, 8)
        error = json.loads(result.err.splitlines()[-1])["error"]
        self.assertFalse(error["retryable"])
        self.assertIn("bulk resume", error["hint"])

    def test_who_did_it(self):
        """Each line of the log names the person, as those of single changes do."""
        self.profiles()
        with Shop() as shop:
            self.assert_code(self.job("t", shop.url, self.csv(["ENT-1", "ENT-2"]), "-q"), 0)
        intents = [line for line in self.lines() if line["type"] == "intent"]
        self.assertEqual([line["uid"] for line in intents], [os.getuid()] * 2)
        self.assertTrue(all({"user", "tty", "pid", "method", "path", "body_sha256"} <= set(line) for line in intents))
