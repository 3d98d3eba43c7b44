# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that the simulator knows, on reads and on changes: exit code, requests on the wire, applied or not."""

from blackbox import Case, Recorder

import calls

KINDS = {5: "server", 8: "rate_limited", 10: "unknown"}

# fault: code and requests of a read, code and requests of a change, whether the change was applied
TABLE = {
    "429:0": (8, 2, 8, 2, False),
    "500": (5, 2, 10, 1, False),
    "503:0": (5, 2, 10, 1, False),
    "reset-before": (5, 2, 10, 1, False),
    "slow:0.2": (0, 1, 0, 1, True),
    "hang": (5, 2, 10, 1, True),
    "reset-after": (5, 2, 10, 1, True),
    "truncate": (5, 2, 10, 1, True),
    "not-json": (5, 1, 10, 1, True),
    "html": (5, 1, 10, 1, True),
    "empty": (5, 1, 10, 1, True),
    "huge": (5, 1, 10, 1, True),
    "deep": (5, 1, 10, 1, True),
    "control": (0, 1, 0, 1, True),
    "bad-utf8": (5, 1, 10, 1, True),
    "nul": (5, 1, 10, 1, True),
}


class Faults(Case):
    def call(self, fault, words):
        """One call with one retry; returns its result and the number of requests that the server saw."""
        server = self.serve("--fault", fault)
        with Recorder(server.port) as recorder:
            result = self.run_program("-p", "sandbox", "--base-url", recorder.url, "--retries", "1", "--timeout", "1.5"
                                      if fault == "hang" else "20", "-o", "json", *words)
        self.assertLess(result.seconds, 15)
        server.stop()
        return result, len(recorder.requests)

    def check(self, result, code):
        if code == 0:
            return self.assert_code(result, 0)
        self.assert_failed(result, code)
        self.assertEqual(result.error["kind"], KINDS[code])
        self.assertTrue(result.error["request_id"])

    def check_reads(self, fault, code, count):
        for words in calls.READS:
            with self.subTest(call=words):
                result, requests = self.call(fault, words)
                self.check(result, code)
                self.assertEqual(requests, count)

    def check_changes(self, fault, code, count, applied):
        for words, before, after in [(calls.CHANGE, "ACTIVE", "SUSPENDED"), (calls.BARE_CHANGE, "SUSPENDED", "ACTIVE")]:
            with self.subTest(call=words):
                result, requests = self.call(fault, words)
                self.check(result, code)
                self.assertEqual(requests, count)
                self.assertEqual(self.status_of(words[2]), after if applied else before)


def add_tests(fault, row):
    name = fault.partition(":")[0].replace("-", "_")

    def read(self):
        self.check_reads(fault, *row[:2])

    def change(self):
        self.check_changes(fault, *row[2:])

    setattr(Faults, f"test_{name}_read", read)
    setattr(Faults, f"test_{name}_change", change)


for each, numbers in TABLE.items():
    add_tests(each, numbers)


class InProcess(Case):
    """The same by --fault, without a server of its own."""

    def test_unknown_outcome(self):
        result = self.sandbox("--fault", "reset-after", *calls.CHANGE, "-o", "json")
        self.assert_failed(result, 10)
        self.assertIn("reconcile --request-id", result.error["hint"])
        self.assertEqual(self.status_of("ENT-1001"), "SUSPENDED")

    def test_second_request_only(self):
        result = self.sandbox("--fault", "503:0@1", *calls.READ, "--field", "status")
        self.assert_code(result, 0)
        self.assertEqual(result.out, "ACTIVE\n")
        self.assertIn("trying again", result.err)

    def test_fault_on_changes_only(self):
        self.assert_code(self.sandbox("--fault", "500/change", *calls.READ), 0)
        self.assert_failed(self.sandbox("--fault", "500/change", *calls.CHANGE), 10)

    def test_seed_makes_rates_repeatable(self):
        def codes():
            return [self.run_program("-p", "sandbox", "--seed", str(i), "--fault", "500@50%", "--retries", "0", *calls.READ).code
                    for i in range(8)]
        first = codes()
        self.assertEqual(first, codes())
        self.assertEqual(set(first), {0, 5})

    def test_bad_words(self):
        for word in ["", "slow:x", "slow:-1", "500:3", "429:1.5", "500@", "500@0", "500@2-1", "500@101%", "500@1.5", "500/x", "Slow"]:
            with self.subTest(word=word):
                self.assert_failed(self.sandbox("--fault", word, *calls.READ), 2)
