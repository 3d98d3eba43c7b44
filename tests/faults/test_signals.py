# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGINT and SIGTERM: a read ends at once; a change in flight is waited for, and given up at the second signal."""

import signal
import subprocess
import time

from blackbox import Case, Peer, json_answer, raw_answer
from blackbox import program

import calls

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Signals(Case):
    def signalled(self, script, words, numbers, pause=0.3):
        """Starts the call, sends the signals once its request has arrived, and returns its result."""
        with Peer(script) as peer:
            argv = program.command_line(["-p", "sandbox", "--base-url", peer.url, "-o", "json", *words])
            process = program.start(argv, self.home, self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
            begun = time.monotonic()
            try:
                while not peer.requests and time.monotonic() < begun + 10:
                    time.sleep(0.01)
                for number in numbers:
                    time.sleep(pause)
                    process.send_signal(number)
                out, err = process.communicate(timeout=15)
            finally:
                program.end_group(process)
            return program.Result(argv, process.returncode, out, err, time.monotonic() - begun), len(peer.requests)

    def hold(self, connection, _):
        connection.read()
        connection.hold()

    def test_read(self):
        for number, code in CODES.items():
            for words in calls.READS:
                with self.subTest(signal=number, call=words):
                    result, _ = self.signalled(self.hold, words, [number])
                    self.assert_failed(result, code)
                    self.assertLess(result.seconds, 5)

    def test_change_twice(self):
        for number in CODES:
            for words in calls.CHANGES:
                with self.subTest(signal=number, call=words):
                    result, requests = self.signalled(self.hold, words, [number, number])
                    self.assert_failed(result, 10)
                    self.assertEqual(requests, 1)
                    self.assertLess(result.seconds, 5)

    def test_change_once_then_the_answer_comes(self):
        def script(connection, _):
            connection.read()
            connection.hold(1)
            connection.send(json_answer())
        for number in CODES:
            for words in calls.CHANGES:
                with self.subTest(signal=number, call=words):
                    result, _ = self.signalled(script, words, [number])
                    self.assert_code(result, 0)
                    self.assertIn("waiting for its answer", result.err)

    def test_change_once_then_silence(self):
        result, requests = self.signalled(self.hold, [*calls.CHANGE, "--timeout", "1.5"], [signal.SIGINT])
        self.assert_failed(result, 10)
        self.assertEqual(requests, 1)

    def test_while_waiting_to_try_again(self):
        answer = raw_answer(429, "", ["Retry-After: 60"])
        for number, code in CODES.items():
            for words in (calls.READ, calls.CHANGE):
                with self.subTest(signal=number, call=words):
                    result, requests = self.signalled(answer, words, [number])
                    self.assert_failed(result, code)
                    self.assertEqual(requests, 1)
                    self.assertLess(result.seconds, 5)

    def test_server_ends_in_order(self):
        for number in CODES:
            with self.subTest(signal=number):
                server = self.serve()
                server.process.send_signal(number)
                self.assertEqual(server.process.wait(10), 0)
