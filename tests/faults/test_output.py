# SPDX-License-Identifier: GPL-3.0-or-later
"""stdout that is closed, full or no longer read: 1 after a read, 14 after a change, which was applied."""

import os

from blackbox import Case, Peer, json_answer
from blackbox import program

import calls


class LostOutput(Case):
    def check(self, redirection):
        for words, code in [("get ENT-1001", 1), ("find -o csv", 1), ("suspend ENT-1001", 14), ("resume ENT-1004", 14)]:
            with self.subTest(words=words):
                result = self.shell(f"bangoctl -p sandbox --seed 1 --error-format json entitlement {words} {redirection}")
                self.assert_code(result, code, {1: "internal", 14: "output_lost"}[code])
        self.assertEqual((self.status_of("ENT-1001"), self.status_of("ENT-1004")), ("SUSPENDED", "ACTIVE"))

    def test_closed(self):
        self.check(">&-")

    def test_full(self):
        self.check("> /dev/full")

    def test_closed_and_nothing_to_print(self):
        result = self.shell("bangoctl -p sandbox --seed 1 entitlement suspend ENT-1001 -o none >&-")
        self.assert_code(result, 0)

    def test_help_on_a_full_disk(self):
        for words in ("--help", "--version", "commands -o json", "entitlement get --help", "contract export"):
            with self.subTest(words=words):
                self.assert_code(self.shell(f"bangoctl {words} > /dev/full"), 1)

    def test_all_streams_closed(self):
        result = self.shell("bangoctl -p sandbox --seed 1 entitlement suspend ENT-1001 <&- >&- 2>&-")
        self.assertEqual(result.code, 14)
        self.assertEqual(self.status_of("ENT-1001"), "SUSPENDED")

    def test_stderr_closed(self):
        result = self.shell("bangoctl -p sandbox --seed 1 entitlement suspend ENT-1001 --field status 2>&-")
        self.assert_code(result, 0)
        self.assertEqual(result.out, "SUSPENDED\n")

    def test_stderr_full(self):
        result = self.shell("bangoctl -p sandbox --seed 1 entitlement suspend ENT-1006 2> /dev/full")
        self.assertEqual(result.code, 4)

    def into_closed_pipe(self, *words):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            argv = program.command_line(["-p", "sandbox", "--seed", "1", *words])
            return program.run(argv, self.home, self.environment(), stdout=writer)
        finally:
            os.close(writer)

    def test_reader_is_gone_on_a_read(self):
        result = self.into_closed_pipe(*calls.READ)
        self.assert_code(result, 0)
        self.assertEqual(result.err, "")

    def test_reader_is_gone_on_a_change(self):
        result = self.into_closed_pipe(*calls.CHANGE, "--error-format", "json")
        self.assert_code(result, 14, "output_lost")
        self.assertEqual(self.status_of("ENT-1001"), "SUSPENDED")

    def test_head(self):
        body = '{"entitlements":[' + ",".join('{"entitlementId":"E-%d"}' % i for i in range(200000)) + "]}"
        with Peer(json_answer(body)) as peer:
            result = self.shell(f"bangoctl -p sandbox --base-url {peer.url} entitlement find -o csv --columns entitlementId | head -2")
            self.assertEqual((result.out, result.err), ("entitlementId\r\nE-0\r\n", ""))
