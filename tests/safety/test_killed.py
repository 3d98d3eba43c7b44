# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left when the program is killed in the middle of a change, and when many of them write one log."""

import collections
import json
import random
import signal
import subprocess
import threading
import time

from blackbox import Recorder, Server
from blackbox import program

from common import WithServer, request_id

ROUNDS, ENTITLEMENTS, WORKERS = 2, 100, 6
PROCESSES, CHANGES = 8, 500


class Killed(WithServer):
    """200 runs, killed at random moments before, while and after a change is in flight."""

    def one(self, number, command, delay, url):
        argv = program.command_line(["-p", "t", "--base-url", url, "entitlement", command, f"ENT-{number}"])
        process = program.start(argv, self.home, self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        err = process.communicate()[1].decode()
        return process.returncode, err

    def round(self, statuses, url, chance):
        """One change for each entitlement: what the runs ended with."""
        work = [(number, "resume" if statuses[f"ENT-{number}"] == "SUSPENDED" else "suspend", chance.uniform(0.0, 0.11))
                for number in range(2000, 2000 + ENTITLEMENTS)]
        codes, lock = collections.Counter(), threading.Lock()

        def worker():
            while True:
                with lock:
                    if not work:
                        return
                    number, command, delay = work.pop()
                code, err = self.one(number, command, delay, url)
                with lock:
                    codes[code] += 1
                self.assertIn(code, (0, -9), err)
        threads = [threading.Thread(target=worker) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return codes

    def check_round(self, before, url, since, requests):
        """The log verifies, holds an intent for all that was sent, and reconciling tells what the server did."""
        self.assert_verifies()
        lines = self.lines()
        intents = {line["request_id"]: line for line in lines if line["type"] == "intent"}
        for request in requests:
            self.assertIn(request_id(request), intents, "sent without an intent")
        sent = collections.Counter(request_id(request) for request in requests)
        self.assertEqual([i for i, times in sent.items() if times > 1], [], "sent twice")
        after = {name: row["status"] for name, row in self.book(url).items()}
        changed = {name for name in after if after[name] != before[name]}
        fresh = {i: line for i, line in intents.items() if line["n"] > since}
        self.assertLessEqual(changed, {line["target"] for line in fresh.values()}, "applied without an intent")
        settled = {line["request_id"]: line["outcome"] for line in lines if line["type"] == "outcome"}
        open_ones = {i for i in fresh if i not in settled}
        result = self.run_program("-p", "t", "--base-url", url, "reconcile", "-o", "json", timeout=60)
        self.assert_code(result, 0)
        verdicts = {row["request_id"]: row["verdict"] for row in result.json}
        self.assertEqual(set(verdicts), open_ones)
        for identifier, verdict in verdicts.items():
            applied = fresh[identifier]["target"] in changed
            self.assertEqual(verdict, "applied" if applied else "not_applied", fresh[identifier])
        for identifier in set(fresh) & set(settled):
            self.assertEqual((settled[identifier], fresh[identifier]["target"] in changed), ("ok", True))
        self.assert_verifies()
        self.assertEqual(self.run_program("-p", "t", "--base-url", url, "reconcile", "-o", "json").json, [], "all are settled")
        return len(open_ones), len([v for v in verdicts.values() if v == "applied"])

    def test_two_hundred(self):
        self.profiles()
        self.seed(ENTITLEMENTS)
        chance = random.Random(20260101)
        server = self.serve_here("--fault", "slow:0.05/change@50%")
        torn = 0
        with Recorder(server.port) as recorder:
            for number in range(ROUNDS):
                before = {name: row["status"] for name, row in self.book(server.url).items()}
                since, taken = len(self.lines()), len(recorder.requests)
                if number:
                    # a crash of the machine may leave half a line, which the next one cuts off
                    with open(self.log, "ab") as log:
                        log.write(b'{"v":1,"at":"2026-')
                    self.assert_verifies(since)
                    torn = 1
                codes = self.round(before, recorder.url, chance)
                time.sleep(0.3)  # for what the killed ones still had under way
                # one that was killed while it wrote may have sent half a request, which the server ignores
                whole = [r for r in recorder.requests[taken:] if b"\r\n\r\n" in r and r.startswith(b"POST")]
                open_ones, applied = self.check_round(before, recorder.url, since, whole)
                with self.subTest(round=number, codes=codes):
                    self.assertGreater(codes[-9], ENTITLEMENTS * 0.3, "too few died")
                    self.assertGreater(open_ones, 5, "too few died in flight")
                    self.assertGreater(applied, 3, "too few died after the server had applied them")
        self.assertEqual(sum("torn" in line for line in self.lines()), torn)


class Together(WithServer):
    def test_eight_processes(self):
        """Each with 500 changes: every line is there, and they are one chain."""
        self.profiles(more="", test="timeout = 60;")
        self.seed(PROCESSES * 2)
        server = self.serve_here()
        processes = []
        begun = time.monotonic()
        for i in range(PROCESSES):
            lines = []
            for j in range(CHANGES):
                number = 2000 + 2 * i + (j // 2) % 2  # an active one and a suspended one in turn, there and back
                there = "suspend" if number % 2 == 0 else "resume"
                back = "resume" if number % 2 == 0 else "suspend"
                lines.append(f"entitlement {there if j % 2 == 0 else back} ENT-{number} -q -o none")
            script = self.write(f"script-{i}", "\n".join(lines) + "\n")
            processes.append(program.start(program.command_line(["-p", "t", "--base-url", server.url, "run", str(script)]), self.home,
                                           self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        for process in processes:
            out, err = process.communicate(timeout=100)
            self.assertEqual((process.returncode, out, err), (0, b"", b""))
        seconds = time.monotonic() - begun
        self.assert_verifies(PROCESSES * CHANGES * 2)
        lines = self.lines()
        self.assertEqual(collections.Counter(line["type"] for line in lines), {"intent": PROCESSES * CHANGES, "outcome": PROCESSES * CHANGES})
        self.assertEqual({line["outcome"] for line in lines if line["type"] == "outcome"}, {"ok"})
        self.assertEqual(len({line["request_id"] for line in lines}), PROCESSES * CHANGES)
        by_process = collections.Counter(line["pid"] for line in lines if line["type"] == "intent")
        self.assertEqual(set(by_process.values()), {CHANGES})
        order = {}
        for line in lines:
            order.setdefault(line["request_id"], []).append(line["type"])
        self.assertEqual({tuple(types) for types in order.values()}, {("intent", "outcome")})
        self.assertLess(seconds, 60 * (10 if program.WRAP else 1), "8 x 500 changes took too long")

    def test_one_log_under_readers(self):
        """Who reads while others write sees whole lines only."""
        self.profiles()
        self.seed(4)
        server = self.serve_here()
        script = self.write("script", "entitlement suspend ENT-2000 -q -o none\nentitlement resume ENT-2000 -q -o none\n" * 60)
        writer = program.start(program.command_line(["-p", "t", "--base-url", server.url, "run", str(script)]), self.home,
                               self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        reads = 0
        while writer.poll() is None:
            self.assert_code(self.run_program("audit", "verify"), 0)
            self.assert_code(self.run_program("audit", "show", "-o", "none"), 0)
            reads += 1
        self.assertEqual(writer.communicate(), (b"", b""))
        self.assertGreater(reads, 1)
        self.assert_verifies(240)
