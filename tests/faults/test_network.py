# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing was sent (9), or something was and no answer came: a read is 5, a change 10, and never is one sent twice."""

import socket

from blackbox import Case, Peer, json_answer, raw_answer

import calls


class NothingSent(Case):
    def check(self, *words):
        for call in [calls.READ, *calls.CHANGES]:
            with self.subTest(call=call):
                result = self.run_program(*words, "--retries", "0", "-o", "json", *call)
                self.assert_failed(result, 9)
                self.assertEqual((result.error["kind"], result.error["retryable"]), ("network", True))

    def test_nothing_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.check("-p", "sandbox", "--base-url", f"http://127.0.0.1:{port}")

    def test_change_is_tried_again_while_nothing_was_sent(self):
        result = self.run_program("-p", "sandbox", "--base-url", "http://127.0.0.1:1", "--retries", "2", *calls.CHANGE)
        self.assert_failed(result, 9)
        self.assertEqual(result.err.count("trying again"), 2)

    def test_unknown_name(self):
        self.check("-p", "sandbox", "--connect-timeout", "5", "--base-url", "https://name.invalid")

    def test_no_tls_at_the_other_end(self):
        with Peer(lambda connection, _: connection.send(raw_answer(400, "plain HTTP here"))) as peer:
            self.check("-p", "sandbox", "--base-url", peer.url.replace("http:", "https:"))

    def test_tls_is_closed(self):
        with Peer(lambda connection, _: None) as peer:
            self.check("-p", "sandbox", "--base-url", peer.url.replace("http:", "https:"))

    def test_tls_never_answers(self):
        with Peer(lambda connection, _: connection.hold()) as peer:
            self.check("-p", "sandbox", "--connect-timeout", "0.5", "--base-url", peer.url.replace("http:", "https:"))

    def test_proxy_refuses(self):
        with Peer(raw_answer(502, "no way")) as peer:
            self.check("-p", "sandbox", "--proxy", peer.url, "--base-url", "https://name.invalid")
            self.assertTrue(all(request.startswith(b"CONNECT name.invalid:443 ") for request in peer.requests))

    def test_proxy_is_gone(self):
        self.check("-p", "sandbox", "--proxy", "http://127.0.0.1:1", "--base-url", "https://name.invalid")

    def test_credentials_do_not_go_to_the_proxy(self):
        with Peer(raw_answer(502)) as peer:
            self.run_program("-p", "sandbox", "--proxy", peer.url, "--base-url", "https://name.invalid", *calls.READ)
            self.assertTrue(peer.requests)
            self.assertFalse([request for request in peer.requests if b"uthorization" in request])


class NoAnswer(Case):
    """The request left, or may have left, and what comes back is no answer."""

    def check(self, script, *words, requests=1):
        for call, code in [(calls.READ, 5), (calls.CHANGE, 10), (calls.BARE_CHANGE, 10)]:
            with self.subTest(call=call), Peer(script) as peer:
                result = self.run_program(*calls.to(peer.url, *words, *call))
                self.assert_failed(result, code)
                self.assertEqual(result.error["kind"], {5: "server", 10: "unknown"}[code])
                self.assertEqual(peer.connections, 1, "a second connection")
                self.assertLessEqual(len(peer.requests), requests)

    def test_applied_and_dropped(self):
        def script(connection, _):
            connection.read()
        self.check(script)

    def test_applied_and_reset(self):
        def script(connection, _):
            connection.read()
            connection.reset()
        self.check(script)

    def test_never_answered(self):
        def script(connection, _):
            connection.read()
            connection.hold()
        self.check(script, "--timeout", "0.7")

    def test_closed_in_the_header(self):
        def script(connection, _):
            connection.read()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: appl")
        self.check(script)

    def test_closed_in_the_body(self):
        def script(connection, _):
            connection.read()
            connection.send(json_answer()[:-5])
        self.check(script)

    def test_reset_in_the_body(self):
        def script(connection, _):
            connection.read()
            connection.send(json_answer()[:-5])
            connection.reset()
        self.check(script)

    def test_too_slow(self):
        def script(connection, _):
            connection.read()
            connection.dribble(json_answer(), 0.05)
        self.check(script, "--timeout", "0.7")

    def test_closed_before_reading_a_change(self):
        """The bytes may have been read or not: for a change that is unknown, or provably nothing."""
        for reset in (False, True):
            def script(connection, _, reset=reset):
                if reset:
                    connection.reset()
            for call in calls.CHANGES:
                with self.subTest(reset=reset, call=call), Peer(script) as peer:
                    result = self.run_program(*calls.to(peer.url, *call))
                    self.assertIn(result.code, (9, 10), f"\n{result}")
                    self.assertEqual((result.out, peer.connections), ("", 1))

    def test_many_times_over(self):
        """Timing decides what libcurl sees; whatever it is, the change leaves once."""
        def script(connection, number):
            connection.read()
            if number % 2:
                connection.reset()
        with Peer(script) as peer:
            for i in range(20):
                result = self.run_program("-p", "sandbox", "--base-url", peer.url, *calls.CHANGES[i % 2])
                self.assert_failed(result, 10)
                self.assertEqual(len(peer.requests), i + 1)


class Patience(Case):
    def test_one_byte_at_a_time(self):
        def script(connection, _):
            connection.read()
            connection.dribble(json_answer(), 0.001)
        for call in [calls.READ, *calls.CHANGES]:
            with self.subTest(call=call), Peer(script) as peer:
                self.assert_code(self.run_program(*calls.to(peer.url, *call)), 0)

    def test_the_time_limit_holds(self):
        def script(connection, _):
            connection.read()
            connection.hold()
        with Peer(script) as peer:
            result = self.run_program(*calls.to(peer.url, "--timeout", "0.5", *calls.READ))
            self.assertLess(result.seconds, 5)

    def test_answer_before_the_request_was_read(self):
        def script(connection, _):
            connection.send(json_answer({"responseCode": "BAD_REQUEST"}, 400))
            connection.read()
        with Peer(script) as peer:
            self.assertIn(self.run_program(*calls.to(peer.url, *calls.CHANGE)).code, (4, 10))
