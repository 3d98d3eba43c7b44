# SPDX-License-Identifier: GPL-3.0-or-later
"""
A change, ended or broken at every single call that writes, syncs or sends: the log verifies, the next run goes on, and
what the exit code or reconcile says of the change is what the server did.
"""

from blackbox import Shim

from common import WithServer

APPLIED, NOT_APPLIED = "SUSPENDED", "ACTIVE"
# what an exit code promises of the change
PROMISES = {0: {APPLIED}, 14: {APPLIED}, 10: {APPLIED, NOT_APPLIED}, -9: {APPLIED, NOT_APPLIED}, 9: {NOT_APPLIED}, 11: {NOT_APPLIED}}


class EveryCall(WithServer):
    def setUp(self):
        super().setUp()
        self.profiles(more="defaults = { timeout = 0.5; retries = 0; };")
        self.seed(120)
        self.server = self.serve_here()
        self.shim = Shim(self)
        self.next = 2000
        self.verdicts = set()

    def suspend(self, *words):
        """The words that suspend one that is active, and which one it is."""
        self.next += 2
        return f"ENT-{self.next}", ["--base-url", self.server.url, *words, "entitlement", "suspend", f"ENT-{self.next}", "-o", "none"]

    def status(self, name):
        result = self.run_program("-p", "t", "--base-url", self.server.url, "entitlement", "get", name, "--field", "status")
        self.assert_code(result, 0)
        return result.out.strip()

    def settle(self, profile, name, code):
        """What the program says in the end, and what is so."""
        self.assert_verifies()
        result = self.run_program("-p", profile, "--base-url", self.server.url, "reconcile", "-o", "json")
        verdict = {row["target"]: row["verdict"] for row in result.json}.get(name)
        status = self.status(name)
        self.assertIn(status, PROMISES[code])
        self.assertIn((verdict, status), {("applied", APPLIED), ("not_applied", NOT_APPLIED), (None, APPLIED), (None, NOT_APPLIED)})
        if verdict is None and code in (10, -9):
            # not open: either its outcome is on record, or nothing of it is and nothing was sent
            outcomes = [line["outcome"] for line in self.lines() if line.get("target") == name and line["type"] == "outcome"]
            self.assertEqual(outcomes, ["ok"] if status == APPLIED else [])
        self.verdicts.add(verdict)
        self.assert_verifies()

    def every(self, profile, deeds, *words):
        name, args = self.suspend("-p", profile, *words)
        result, calls = self.shim.calls(*args)
        self.assert_code(result, 0)
        self.assertEqual(calls, ["write audit.ndjson", "fdatasync audit.ndjson", "send socket", "write audit.ndjson",
                                 "fdatasync audit.ndjson"])
        for deed in deeds:
            for number, call in enumerate(calls, 1):
                name, args = self.suspend("-p", profile, *words)
                with self.subTest(deed=deed, call=f"{number}: {call}"):
                    result = self.shim.run_with(number, deed, *args)
                    self.assert_ended(result, deed, call)
                    self.settle(profile, name, result.code)

    def assert_ended(self, result, deed, call):
        if deed in ("kill", "kill-after", "torn"):
            self.assert_code(result, -9)
        elif deed == "short" or (deed == "enospc" and call == "send socket"):
            self.assert_code(result, 0)
        else:
            self.assertIn(result.code, PROMISES, f"\n{result}")

    def test_killed(self):
        self.every("t", ["kill", "kill-after", "torn"])
        self.assertEqual(self.verdicts, {"applied", "not_applied", None}, "the test has not seen all that can come")

    def test_broken(self):
        self.every("t", ["short", "enospc", "eio", "full"])

    def test_broken_in_live(self):
        """Where the log is a condition: what cannot be logged is not sent."""
        self.every("live", ["enospc", "eio", "full"], "--yes")


class EveryCallOfTheSandbox(WithServer):
    """The sandbox in the program keeps its book through whatever ends it or fails."""

    def every(self, deeds):
        shim = Shim(self)
        words = ["-p", "sandbox", "-q", "-o", "none", "--retries", "0", "--timeout", "3", "entitlement"]
        _, first = shim.calls(*words, "suspend", "ENT-1001")
        self.assertIn("rename sandbox/snapshot.json", first)
        for deed in deeds:
            for number, call in enumerate(first, 1):
                with self.subTest(deed=deed, call=f"{number}: {call}"):
                    self.assert_code(self.run_program("sandbox", "reset", "--yes"), 0)
                    result = shim.run_with(number, deed, *words, "suspend", "ENT-1001")
                    status = self.status_of("ENT-1001")
                    self.assertIn(status, (APPLIED, NOT_APPLIED))
                    if result.code == 0:
                        self.assertEqual(status, APPLIED)
                    if result.code in (4, 9, 11):
                        self.assertEqual(status, NOT_APPLIED)
                    back = "resume" if status == APPLIED else "suspend"
                    self.assert_code(self.run_program(*words, back, "ENT-1001"), 0)
                    self.assertEqual(self.status_of("ENT-1001"), NOT_APPLIED if back == "resume" else APPLIED)
                    self.assert_verifies()

    def test_killed(self):
        self.every(["kill", "kill-after", "torn"])

    def test_broken(self):
        self.every(["short", "enospc", "eio", "full"])
