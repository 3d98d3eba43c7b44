# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is tried again, how often, after which wait; every wait is announced."""

import time
from email.utils import formatdate

from blackbox import Case, Peer, json_answer, raw_answer, slow

import calls

FINE = json_answer()


class Retries(Case):
    def run_with(self, script, *words, retries=2):
        with Peer(script) as peer:
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, "--retries", str(retries), *words)
        return result, peer

    def test_read_is_tried_again(self):
        for status in (408, 429, 500, 502, 503, 504):
            with self.subTest(status=status):
                result, peer = self.run_with([raw_answer(status), FINE], *calls.READ)
                self.assert_code(result, 0)
                self.assertEqual(len(peer.requests), 2)
                self.assertIn("trying again in", result.err)

    def test_read_is_not_tried_again(self):
        for status in (301, 400, 401, 403, 404, 409, 501, 505):
            with self.subTest(status=status):
                result, peer = self.run_with([raw_answer(status), FINE], *calls.READ)
                self.assertNotEqual(result.code, 0)
                self.assertEqual(len(peer.requests), 1)

    def test_change_is_not_tried_again(self):
        for status in (408, 500, 502, 503, 504):
            for call in calls.CHANGES:
                with self.subTest(status=status, call=call):
                    result, peer = self.run_with([raw_answer(status, "", ["Retry-After: 0"]), FINE], *call)
                    self.assert_failed(result, 10)
                    self.assertEqual(len(peer.requests), 1)

    def test_change_after_429(self):
        for call in calls.CHANGES:
            result, peer = self.run_with([raw_answer(429), FINE], *call)
            self.assert_code(result, 0)
            identifiers = {line for request in peer.requests for line in request.split(b"\r\n") if b"X-RequestId" in line}
            self.assertEqual((len(peer.requests), len(identifiers)), (2, 1), "the identifier is kept")
            self.assertEqual(peer.requests[0], peer.requests[1])

    def test_every_try_is_used(self):
        result, peer = self.run_with(raw_answer(503, "", ["Retry-After: 0"]), *calls.READ, retries=3)
        self.assert_failed(result, 5)
        self.assertEqual((len(peer.requests), result.err.count("trying again")), (4, 3))

    def test_no_retries(self):
        result, peer = self.run_with(raw_answer(429), *calls.READ, retries=0)
        self.assert_failed(result, 8)
        self.assertEqual(len(peer.requests), 1)

    def test_read_after_a_reset(self):
        def script(connection, number):
            connection.read()
            if number == 1:
                connection.reset()
            else:
                connection.send(FINE)
        result, peer = self.run_with(script, *calls.READ)
        self.assert_code(result, 0)
        self.assertEqual(len(peer.requests), 2)


class Trusted(Case):
    """With idempotency = "trusted" a change is sent again after an unknown outcome, with the same identifier."""

    def run_trusted(self, script, *words):
        with Peer(script) as peer:
            self.config('profiles = { t = { environment = "test"; username = "u"; password = "p"; idempotency = "trusted"; '
                        f'base_url = "{peer.url}"; retries = 2; }}; }};')
            return self.run_program("-p", "t", *words), peer

    def test_after_an_unknown_outcome(self):
        def script(connection, number):
            connection.read()
            if number > 1:
                connection.send(FINE)
        for call in calls.CHANGES:
            result, peer = self.run_trusted(script, *call)
            self.assert_code(result, 0)
            self.assertEqual(len(peer.requests), 2)
            self.assertEqual(peer.requests[0], peer.requests[1])

    def test_unknown_stays_unknown(self):
        """After one try whose outcome is unknown, a later refusal proves nothing."""
        def script(connection, number):
            connection.read()
            if number > 1:
                connection.send(json_answer({"responseCode": "CONFLICT"}, 409))
        result, peer = self.run_trusted(script, *calls.CHANGE)
        self.assert_failed(result, 10)
        self.assertEqual(len(peer.requests), 2)


class RetryAfter(Case):
    def run_with(self, value, *words):
        with Peer([raw_answer(429, "", [f"Retry-After: {value}"]), FINE]) as peer:
            return self.run_program("-p", "sandbox", "--base-url", peer.url, *words), len(peer.requests)

    @slow
    def test_seconds(self):
        result, count = self.run_with("1", *calls.READ)
        self.assert_code(result, 0)
        self.assertIn("trying again in 1.0 s", result.err)
        self.assertGreaterEqual(result.seconds, 1)

    @slow
    def test_date(self):
        result, count = self.run_with(formatdate(time.time() + 3, usegmt=True), *calls.READ)
        self.assert_code(result, 0)
        self.assertEqual(count, 2)
        self.assertGreaterEqual(result.seconds, 1)

    def test_date_in_the_past(self):
        result, count = self.run_with("Fri, 01 Jan 2021 00:00:00 GMT", *calls.READ)
        self.assert_code(result, 0)
        self.assertEqual(count, 2)

    def test_too_long(self):
        for value in ("301", "86400", "999999999999999999999", formatdate(time.time() + 4000, usegmt=True)):
            with self.subTest(value=value):
                result, count = self.run_with(value, *calls.READ, "-o", "json")
                self.assert_failed(result, 8)
                self.assertEqual(count, 1)
                self.assertLess(result.seconds, 5)
                self.assertGreater(result.error["retry_after"], 300)

    def test_own_limit(self):
        result, count = self.run_with("2", *calls.CHANGE, "--retry-max-wait", "1")
        self.assert_failed(result, 8)
        self.assertEqual(count, 1)

    def test_garbage_is_as_if_absent(self):
        """A wait of 0 s would hammer a server that has just asked for patience."""
        waits = []
        for _ in range(3):
            result, _ = self.run_with("soon", *calls.READ)
            self.assert_code(result, 0)
            waits.append(result.err.partition("trying again in ")[2].split()[0])
        self.assertNotEqual(waits, ["0.0"] * 3)
