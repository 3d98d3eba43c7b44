# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit log: what it shows, what verify finds, and what happens where it cannot be written."""

import csv
import io
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import unittest

from blackbox import Peer, json_answer
from blackbox import program

from common import BARE, CHANGE, READ, PASSWORD, Origin, SafetyCase, WithServer, check_chain, need

CYCLE = [["entitlement", "suspend", "ENT-1001", "--reason-code", "OTHER"], ["entitlement", "resume", "ENT-1001"]]


class Filled(WithServer):
    """A log with an outcome of each kind."""

    def setUp(self):
        super().setUp()
        self.server = self.serve_here("--quiet", "--fault", "reset-after/change@3", "--fault", "accepted:0/change@4")
        self.profiles(self.server.url)
        for words, code in [(["-p", "t", *CYCLE[0]], 0), (["-p", "t", *CYCLE[0]], 4), (["-p", "t", *BARE], 10),
                            (["-p", "t", "entitlement", "suspend", "ENT-1002"], 0), (["-p", "live", *CYCLE[1]], 11),
                            (["-p", "t", "entitlement", "get", "ENT-1001"], 0), (["-p", "live", "-y", *CYCLE[1]], 0)]:
            self.assert_code(self.run_program(*words), code)

    outcomes = ["ok", "rejected", "unknown", "accepted", "refused", "ok"]

    def show(self, *words):
        result = self.run_program("audit", "show", "-o", "json", *words)
        self.assert_code(result, 0)
        return result.json


class Show(Filled):
    def test_all(self):
        rows = self.show()
        self.assertEqual([row["outcome"] for row in rows], self.outcomes)
        self.assertEqual(list(rows[0]), ["at", "profile", "environment", "command", "target", "outcome", "status", "request_id"])
        self.assertEqual(self.run_program("audit", "show").json, rows)

    def test_filters(self):
        times = [row["at"] for row in self.show()]
        for words, expected in [(["--outcome", "unknown"], [2]), (["--outcome", "ok"], [0, 5]), (["--outcome", "refused"], [4]),
                                (["--outcome", "none"], []), (["--entitlement", "ENT-1001"], [0, 1, 4, 5]), (["--entitlement", "ENT-100"], []),
                                (["--command", "entitlement resume"], [2, 4, 5]), (["-p", "live"], [4, 5]), (["-p", "t"], [0, 1, 2, 3]),
                                (["-p", "live", "--outcome", "ok"], [5]), (["--since", times[3]], [3, 4, 5]), (["--until", times[3]], [0, 1, 2]),
                                (["--since", times[1], "--until", times[3]], [1, 2]), (["--since", "2999-01-01"], []),
                                (["--limit", "2"], [0, 1])]:
            with self.subTest(words=words):
                self.assertEqual(self.show(*words), [self.show()[i] for i in expected])

    def test_formats(self):
        text = self.run_program("audit", "show", "-o", "csv").out
        self.assertEqual([row["outcome"] for row in csv.DictReader(io.StringIO(text))], self.outcomes)
        self.assertIn("unknown", self.run_program("audit", "show", "-o", "table").out)
        self.assertEqual(self.run_program("audit", "show", "--field", "outcome").out.split(), self.outcomes)

    def test_bad_filters(self):
        for words in (["--since", "yesterdayish"], ["--until", ""], ["--outcomes", "ok"]):
            with self.subTest(words=words):
                self.assert_failed(self.run_program("audit", "show", *words), 2)

    def test_needs_no_profile_and_no_good_config(self):
        self.assertEqual(len(self.show()), 6)
        (self.home / "config/bangoctl/bangoctl.conf").unlink()
        self.assertEqual(len(self.show()), 6)

    def test_a_line_has_what_is_promised(self):
        intent, outcome = self.lines()[:2]
        for key in ("at", "user", "uid", "pid", "profile", "environment", "argv", "method", "path", "base_url", "body_sha256", "request_id", "prev", "n"):
            self.assertIn(key, intent)
        self.assertEqual((intent["method"], intent["path"]), ("POST", "/v1/entitlement/suspend/ENT-1001"))
        self.assertEqual(intent["argv"], ["-p", "t", *CYCLE[0]])
        self.assertEqual((outcome["outcome"], outcome["status"]), ("ok", "SUSPENDED"))
        rejected = self.lines()[3]
        self.assertEqual((rejected["http_status"], rejected["response_code"]), (409, "CONFLICT"))

    def test_modes(self):
        self.assertEqual(stat.S_IMODE(self.log.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.log.parent.stat().st_mode), 0o700)

    def test_export(self):
        whole = self.run_program("audit", "export")
        self.assertEqual(whole.stdout, self.log.read_bytes())
        refused = self.run_program("audit", "export", "--outcome", "refused")
        self.assertEqual([json.loads(line)["type"] for line in refused.out.splitlines()], [])  # that line has no outcome, its type says it
        one = self.run_program("audit", "export", "--entitlement", "ENT-1004")
        self.assertEqual([json.loads(line)["type"] for line in one.out.splitlines()], ["intent", "outcome"])

    def test_export_of_a_damaged_log(self):
        with self.log.open("ab") as log:
            log.write(b'\0{"a":\0\0}\n' + b"x" * 300 + b"\0\n")
        self.assertEqual(self.run_program("audit", "export").stdout, self.log.read_bytes())


class Verify(Filled):
    def verify(self, data, *words):
        self.log.write_bytes(data)
        return self.run_program("audit", "verify", *words)

    def test_clean(self):
        facts = self.assert_verifies(len(self.lines()))
        self.assert_code(self.run_program("audit", "verify", "--expect", facts["head"]), 0)
        self.assert_code(self.run_program("audit", "verify", "--expect", "0" * 64), 13)

    def test_each_line_edited(self):
        whole = self.log.read_bytes().splitlines(keepends=True)
        head = check_chain(self.log.read_bytes())[1]
        for i, line in enumerate(whole):
            data = b"".join(whole[:i] + [line.replace(b'"at":"2', b'"at":"3', 1)] + whole[i + 1:])
            last = i + 1 == len(whole)
            with self.subTest(line=i + 1):
                result = self.verify(data, *(["--expect", head] if last else []))
                self.assert_failed(result, 13, "" if last else f"line {i + 1} was edited")

    def test_each_line_removed(self):
        whole = self.log.read_bytes().splitlines(keepends=True)
        for i in range(len(whole) - 1):
            with self.subTest(line=i + 1):
                self.assert_failed(self.verify(b"".join(whole[:i] + whole[i + 1:])), 13, f"line {i + 1} was removed")

    def test_lines_swapped_doubled_added(self):
        whole = self.log.read_bytes().splitlines(keepends=True)
        for what, lines, line in [("swapped", [whole[0], whole[2], whole[1], *whole[3:]], 2), ("doubled", [*whole[:3], *whole[2:]], 4),
                                  ("added", [*whole[:3], b"{}\n", *whole[3:]], 4), ("empty", [*whole[:3], b"\n", *whole[3:]], 4),
                                  ("text", [*whole[:3], b"hello\n", *whole[3:]], 4), ("array", [b"[]\n", *whole], 1),
                                  ("nul", [b"\0\n", *whole], 1), ("deep", [b"[" * 10000 + b"\n", *whole], 1),
                                  ("bad bytes", [b"\xff\xfe\n", *whole], 1)]:
            with self.subTest(what=what):
                result = self.verify(b"".join(lines))
                self.assert_failed(result, 13, f"line {line} was ")
                self.assert_code(self.run_program("audit", "show", "-o", "none"), 0)

    def test_tail_cut(self):
        whole = self.log.read_bytes().splitlines(keepends=True)
        head = check_chain(self.log.read_bytes())[1]
        for keep in (0, 1, len(whole) - 1):
            data = b"".join(whole[:keep])
            with self.subTest(keep=keep):
                self.assert_code(self.verify(data), 0)
                self.assert_failed(self.verify(data, "--expect", head), 13, "cut off")

    def test_torn_tail(self):
        """A crash in the middle of a line: tolerated, and cut by the next one, which says so."""
        whole = self.log.read_bytes()
        lines = whole.splitlines(keepends=True)
        for cut in (1, 10, len(lines[-1]) - 1):
            with self.subTest(cut=cut):
                self.assert_code(self.verify(whole[:len(whole) - len(lines[-1]) + cut]), 0)
                self.run_program("-p", "t", *CYCLE[0])
                facts = self.assert_verifies(len(lines) + 1)
                self.assertEqual(self.lines()[len(lines) - 1]["torn"], cut)
                self.assertIsNotNone(facts)

    def test_not_ours(self):
        for data in (b"", b"\n", b"some text\nmore\n", b"\x7fELF" + b"\0" * 5000, b"[1,2]\n", b"x" * 100000):
            with self.subTest(data=data[:10]):
                result = self.verify(data)
                self.assertIn(result.code, (0, 13), f"\n{result}")
                self.assertEqual(self.run_program("audit", "show", "-o", "json").json, [])
                self.assertIn(self.run_program("-p", "t", *CYCLE[0]).code, (0, 4))

    def test_missing(self):
        self.log.unlink()
        self.assertEqual(self.run_program("audit", "verify", "-o", "json").json["lines"], 0)
        self.assertEqual(self.show(), [])

    def test_huge_line(self):
        self.assert_failed(self.verify(b'{"a":"' + b"x" * 20_000_000 + b'"}\n' + self.log.read_bytes()), 13, "line 1")


class Clock(WithServer):
    def test_backwards(self):
        need("faketime")
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        for i, when in enumerate(["2030-01-01 00:00:00", "2020-01-01 00:00:00", "1970-01-02 00:00:00", "2035-06-01 00:00:00"]):
            argv = ["faketime", when, *program.command_line(["-p", "t", *CYCLE[i % 2]])]
            result = program.run(argv, self.home, self.environment())
            self.assert_code(result, 0)
        self.assert_verifies(8)
        self.assertEqual(len(self.run_program("audit", "show", "-o", "json").json), 4)
        since = self.run_program("audit", "show", "-o", "json", "--since", "2029-01-01T00:00:00Z").json
        self.assertEqual([row["at"][:4] for row in since], ["2030", "2035"])


class Unwritable(SafetyCase):
    """A live change without its record is not sent; a test one is, with a warning."""

    def check(self, env=None, run=None, note="audit log"):
        with Origin() as origin:
            self.profiles(origin.url)
            run = run or (lambda *words: self.run_program(*words, env=env))
            result = run("-p", "live", "-y", *CHANGE)
            self.assert_failed(result, 11, "audit log")
            self.assertEqual(origin.requests, [], "sent without an intent")
            result = run("-p", "t", *CHANGE)
            self.assert_code(result, 0)
            self.assertIn("warning", result.err)
            self.assertIn(note, result.err)
            self.assertEqual(len(origin.requests), 1)
            self.assert_code(run("-p", "live", *READ), 0)

    def test_log_is_a_folder(self):
        (self.home / "state").mkdir(mode=0o700)
        self.log.mkdir()
        self.check()
        for words in (["audit", "show"], ["audit", "verify"], ["audit", "export"], ["reconcile"]):
            with self.subTest(words=words):
                self.assertIn(self.run_program(*words).code, (1, 3), words)

    def test_log_is_a_link(self):
        (self.home / "state").mkdir(mode=0o700)
        self.write("elsewhere", "")
        self.log.symlink_to(self.home / "elsewhere")
        self.check()
        self.assertEqual((self.home / "elsewhere").read_bytes(), b"")

    def test_log_is_a_full_device(self):
        (self.home / "state").mkdir(mode=0o700)
        self.log.symlink_to("/dev/full")
        self.check()

    def test_log_is_a_pipe(self):
        (self.home / "state").mkdir(mode=0o700)
        os.mkfifo(self.log, 0o600)
        self.check()
        for words in (["audit", "show"], ["audit", "verify"], ["reconcile"]):
            with self.subTest(words=words):
                self.assertNotEqual(self.run_program(*words, timeout=5).code, 0)

    def test_state_folder_is_a_file(self):
        self.write("state", "")
        self.check()

    def test_state_folder_cannot_be_made(self):
        for folder in ("/proc/nothing", "/dev/null/x"):
            with self.subTest(folder=folder):
                self.check({"BANGOCTL_STATE_DIR": folder})

    def as_nobody(self, *words):
        for folder in [self.home, *self.home.rglob("*")]:
            if folder.is_dir() and "state" not in folder.parts[len(self.home.parts):]:
                folder.chmod(0o755)
        if not shutil.which(program.BIN) or not os.access(program.BIN, os.X_OK):
            self.skipTest("the program cannot be run")
        binary = self.home / "bangoctl"
        shutil.copy(program.BIN, binary)
        binary.chmod(0o755)
        os.chown(self.home / "config/bangoctl/bangoctl.conf", 65534, 65534)
        process = program.start([str(binary), *words], self.home, self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, user=65534, group=65534, extra_groups=[])
        try:
            out, err = process.communicate(timeout=30)
        finally:
            program.end_group(process)
        return program.Result(words, process.returncode, out, err, 0)

    @unittest.skipIf(os.geteuid(), "needs root, to become another user")
    def test_owned_by_another_user(self):
        state = self.home / "state"
        state.mkdir(mode=0o777)
        state.chmod(0o777)
        self.log.write_bytes(b"")
        self.log.chmod(0o666)
        self.check(run=self.as_nobody)
        self.assertEqual(self.log.read_bytes(), b"")

    @unittest.skipIf(os.geteuid(), "needs root, to become another user")
    def test_folder_owned_by_another_user(self):
        state = self.home / "state"
        state.mkdir()
        state.chmod(0o755)
        self.check(run=self.as_nobody)

    @unittest.skipIf(os.geteuid(), "needs root, to become another user")
    def test_read_only(self):
        state = self.home / "state"
        state.mkdir(mode=0o700)
        self.log.write_bytes(b"")
        self.log.chmod(0o400)
        os.chown(state, 65534, 65534)
        os.chown(self.log, 65534, 65534)
        self.check(run=self.as_nobody)

    def limited(self, size, ignore):
        """Runs with files limited to that size: writing beyond it fails as on a full disk."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignore else signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        def run(*words):
            process = program.start(program.command_line(words), self.home, self.environment(), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit, restore_signals=False)
            try:
                out, err = process.communicate(timeout=30)
            finally:
                program.end_group(process)
            return program.Result(words, process.returncode, out, err, 0)
        return run

    def test_full_disk(self):
        for ignore in (True, False):
            for size in (0, 100):
                with self.subTest(size=size, ignore=ignore):
                    self.check(run=self.limited(size, ignore))
                    self.assertEqual(self.log.read_bytes(), b"", "what was written of a line must not stay")

    def test_full_disk_after_the_intent(self):
        """The intent fits and the outcome does not: the change is applied, says so, and the log knows of it."""
        self.profiles("http://127.0.0.1:1")
        self.run_program("-p", "t", "--retries", "0", *CHANGE)
        length = len(self.log.read_bytes().splitlines()[0])
        self.log.unlink()
        with Origin() as origin:
            self.profiles(origin.url)
            for ignore in (True, False):
                with self.subTest(ignore=ignore):
                    size = (self.log.stat().st_size if self.log.exists() else 0) + length + 40
                    result = self.limited(size, ignore)("-p", "live", "-y", *CHANGE)
                    self.assert_code(result, 0)
                    self.assertIn("warning", result.err)
                    self.assertEqual(self.types()[-1], "intent")
                    self.run_program("audit", "verify")


class Endings(WithServer):
    """What a change ends with when what comes after it fails."""

    def test_output_lost(self):
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        for words, redirection in [(CYCLE[0], ">&-"), (CYCLE[1], "> /dev/full")]:
            result = self.shell(f"bangoctl -p t {' '.join(words)} {redirection}")
            self.assert_code(result, 14)
            self.assertEqual(self.types()[-2:], ["intent", "outcome:ok"])
        self.assertEqual(len(self.lines()), 4)

    def test_answers_that_contradict_themselves(self):
        for status, code, read, change in [(500, "OK", 5, 10), (200, "INTERNAL_ERROR", 5, 10), (200, "CONFLICT", 4, 4), (503, "OK", 5, 10),
                                           (200, "NOT_FOUND", 6, 6), (202, "CONFLICT", 4, 4), (202, "INTERNAL_ERROR", 5, 10)]:
            with self.subTest(status=status, code=code), Peer(json_answer({"responseCode": code}, status)) as peer:
                self.profiles(peer.url)
                for words, exit_code in [(READ, read), (CHANGE, change)]:
                    result = self.run_program("-p", "t", "--retries", "0", *words)
                    self.assert_failed(result, exit_code)
                self.assertEqual(self.types()[-1], {10: "outcome:unknown", 4: "outcome:rejected", 6: "outcome:not_found"}[change])

    def test_signal_in_flight(self):
        for count, code, last in [(1, 10, "outcome:unknown"), (2, 10, "outcome:unknown")]:
            def script(connection, _number):
                connection.read()
                connection.hold()
            with self.subTest(count=count), Origin(script) as origin:
                self.profiles(origin.url)
                process = program.start(program.command_line(["-p", "t", "--timeout", "1.5", *CHANGE]), self.home, self.environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                try:
                    while not origin.requests:
                        pass
                    for _ in range(count):
                        process.send_signal(signal.SIGINT)
                        # a second one at once could be merged with the first
                        signal.sigtimedwait([], 0.1)
                    err = process.communicate(timeout=20)[1]
                finally:
                    program.end_group(process)
                self.assertEqual((process.returncode, self.types()[-1]), (code, last), err)
                self.assertIn(b"reconcile --request-id", err)


class Wait(WithServer):
    def accepted(self, delay):
        server = self.serve_here("--quiet", "--fault", f"accepted:{delay}/change")
        self.profiles(server.url)
        return server

    def test_done(self):
        self.accepted(1)
        result = self.run_program("-p", "t", "--wait", *CHANGE)
        self.assert_code(result, 0)
        self.assertEqual(result.json["status"], "SUSPENDED")
        self.assertIn("accepted, not done yet", result.err)
        self.assertEqual(self.types(), ["intent", "outcome:accepted", "outcome:ok"])
        self.assertEqual(self.run_program("audit", "show", "--field", "outcome").out, "ok\n")

    def test_without_wait(self):
        self.accepted(1)
        result = self.run_program("-p", "t", *CHANGE)
        self.assert_code(result, 0)
        self.assertIn("accepted, not done yet", result.err)

    def test_not_in_time(self):
        self.accepted(3600)
        result = self.run_program("-p", "t", "--wait=1", *CHANGE)
        self.assert_failed(result, 15)
        self.assertLess(result.seconds, 5)
        self.assertIn("suspend", result.err)

    def by_peer(self, *records, words=("--wait=2",), first=None):
        """202, then these records; what the run ended with."""
        first = first or json_answer({"responseCode": "ACCEPTED", "status": "ACTIVE"}, 202)
        answers = [first, *(record if isinstance(record, bytes) else json_answer({"responseCode": "OK", **record}) for record in records)]
        with Peer(answers) as peer:
            self.profiles(peer.url)
            result = self.run_program("-p", "t", "--retries", "0", *words, *CHANGE)
            self.assertEqual(len([r for r in peer.requests if r.startswith(b"POST")]), 1)
            return result

    def test_settles_elsewhere(self):
        result = self.by_peer({"status": "ACTIVE"}, {"status": "FAILED"})
        self.assert_failed(result, 4, "FAILED")

    def test_settles_after_some_polls(self):
        self.assert_code(self.by_peer({"status": "ACTIVE"}, {"status": "ACTIVE"}, {"status": "SUSPENDED"}), 0)

    def test_cannot_be_read(self):
        """The change was accepted: no code that promises the opposite."""
        for record in (json_answer({}, 500), json_answer({}, 404), json_answer({}, 401), json_answer({}, 429), json_answer({}, 400), b"x\r\n\r\n",
                       json_answer("<p>"), {"status": None}, {"status": 5}, {}):
            with self.subTest(record=record):
                result = self.by_peer(record, words=("--wait=0.5", "--retry-max-wait", "0"))
                self.assert_failed(result, 15)

    def test_reply_without_a_status(self):
        """From where it goes is not known, so nor is what to wait for; accepted it is."""
        result = self.by_peer({"status": "ACTIVE"}, first=json_answer({"responseCode": "ACCEPTED"}, 202))
        self.assertIn(result.code, (0, 15), f"\n{result}")

    def test_a_reading_hangs(self):
        """The wait bounds each reading: exchange, pauses and tries."""
        def script(connection, _number):
            request = connection.read()
            if request.startswith(b"POST"):
                connection.send(json_answer({"responseCode": "ACCEPTED", "status": "ACTIVE"}, 202, ["Connection: close"]))
            else:
                connection.hold()
        for more in ("", "retries = 0;"):
            with Origin(script) as origin:
                self.profiles(origin.url, more=f"defaults = {{ timeout = 60; {more} }};")
                result = self.run_program("-p", "t", "--wait=1.5", *CHANGE)
            self.assert_failed(result, 15)
            self.assertLess(result.seconds, 8)

    def test_server_goes_away(self):
        def script(connection, _number):
            connection.read()
            connection.peer.listener.close()
            connection.send(json_answer({"responseCode": "ACCEPTED", "status": "ACTIVE"}, 202, ["Connection: close"]))
        with Origin(script) as origin:
            self.profiles(origin.url)
            result = self.run_program("-p", "t", "--retries", "0", "--wait=1", *CHANGE)
        self.assert_failed(result, 15)

    def test_signal_while_waiting(self):
        self.accepted(3600)
        process = program.start(program.command_line(["-p", "t", "--wait=30", *CHANGE]), self.home, self.environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            while len(self.types()) < 2:
                pass
            signal.sigtimedwait([], 0.3)
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=10)[1]
        finally:
            program.end_group(process)
        self.assertEqual(process.returncode, 15, err)

    def test_reconcile_of_an_accepted_one(self):
        """Accepted is an answer: it is not among the unknown ones."""
        self.accepted(3600)
        self.assert_code(self.run_program("-p", "t", *CHANGE), 0)
        self.assertEqual(self.run_program("reconcile", "-o", "json").json, [])


class Preview(WithServer):
    def setUp(self):
        super().setUp()
        self.server = self.serve_here("--quiet")
        self.profiles(self.server.url)

    def diff(self, *words, code=0):
        result = self.run_program("-p", "t", "--dry-run=diff", *words)
        self.assertEqual(result.code, code, f"\n{result}")
        self.assertEqual(self.lines(), [], "a preview is no change")
        return result

    def test_change(self):
        result = self.diff(*CHANGE)
        self.assertIn("ACTIVE → SUSPENDED", result.err)
        self.assertIn("POST /v1/entitlement/suspend/ENT-1001", result.out)
        self.assertIn("***", result.out)
        self.assertNotIn(PASSWORD, result.out)

    def test_json(self):
        self.assertEqual(self.diff(*CHANGE, "-o", "json").json, [{"field": "status", "now": "ACTIVE", "next": "SUSPENDED"}])

    def test_exit_code(self):
        self.diff(*CHANGE, "--exit-code", code=13)
        self.diff(*CHANGE, "--exit-code", "-o", "json", code=13)
        self.diff("entitlement", "suspend", "ENT-1004", "--exit-code", code=0)

    def test_nothing_and_not_possible(self):
        self.assertIn("not possible from SUSPENDED", self.diff("entitlement", "suspend", "ENT-1004").err)
        self.assertIn("not possible from REVOKED", self.diff("entitlement", "resume", "ENT-1007").err)
        product = self.run_program("-p", "t", "entitlement", "get", "ENT-1001", "--field", "productKey").out.strip()
        result = self.diff("entitlement", "update", "ENT-1001", "--product-key", product, "--exit-code")
        self.assertIn("stays ACTIVE", result.err)
        self.assertEqual(self.diff("entitlement", "update", "ENT-1001", "--product-key", product, "-o", "json").json, [])

    def test_fields(self):
        rows = self.diff("entitlement", "update", "ENT-1001", "--product-key", "OTHER_KEY", "-o", "json").json
        self.assertEqual([(row["field"], row["next"]) for row in rows], [("productKey", "OTHER_KEY")])
        self.assertIn("OTHER_KEY", self.diff("entitlement", "update", "ENT-1001", "--product-key", "OTHER_KEY").out)

    def test_sends_only_the_read(self):
        with Origin() as origin:
            self.profiles(origin.url)
            self.diff(*CHANGE)
            self.assertEqual([r.split(b" ")[0] for r in origin.requests], [b"GET"])

    def test_read_fails(self):
        self.diff("entitlement", "suspend", "ENT-NOBODY", code=6)
        for status, code in [(401, 7), (500, 5), (429, 8)]:
            with self.subTest(status=status), Peer(json_answer({}, status)) as peer:
                self.profiles(peer.url)
                self.diff(*CHANGE, "--retries", "0", code=code)

    def test_hostile_status(self):
        with Peer(json_answer({"responseCode": "OK", "status": "\x1b[2JX"})) as peer:
            self.profiles(peer.url)
            result = self.diff(*CHANGE)
            self.assertNotIn(b"\x1b[2J", result.stderr + result.stdout)
