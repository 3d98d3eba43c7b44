# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown outcomes: what reconcile says of them, and that it never calls a change undone that was done."""

import shlex
import signal
import socket
import subprocess
import threading
import time

from blackbox import Peer, json_answer
from blackbox import program

from common import BARE, CHANGE, Origin, WithServer, chained

RESUME = ["entitlement", "resume", "ENT-1001"]


class Reconciling(WithServer):
    def drops_then(self, answer):
        """A server that drops the first request, and answers all others so."""
        def script(connection, number):
            while connection.read() and number > 1:
                connection.send(answer)
        peer = Peer(script)
        self.addCleanup(peer.__exit__)
        self.profiles(peer.url)
        return peer

    def faulty(self, *faults):
        """A server with faults, and the profiles that speak to it."""
        server = self.serve_here("--quiet", *(word for fault in faults for word in ("--fault", fault)))
        self.profiles(server.url)
        return server

    def change(self, *words, code=10):
        result = self.run_program("-p", "t", *words)
        self.assert_code(result, code)
        return result

    def reconcile(self, *words, code=0, count=None):
        result = self.run_program(*words, "reconcile", "-o", "json", "--error-format", "text")
        self.assert_code(result, code)
        rows = result.json
        if count is not None:
            self.assertEqual(len(rows), count, f"\n{result}")
        return rows

    def verdicts(self, *words, code=0):
        return {row["target"]: row["verdict"] for row in self.reconcile(*words, code=code)}


class Verdicts(Reconciling):
    def test_by_hand(self):
        """What reading back cannot tell is settled with what Bango says, once, and on record."""
        self.faulty("reset-after/change@1")
        self.change("entitlement", "notify", "ENT-1001", "--event", "X", "--request-id", "r1")
        self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})
        self.assert_code(self.run_program("reconcile", "--as", "applied"), 2)
        self.assert_code(self.run_program("reconcile", "--as", "perhaps", "--request-id", "r1"), 2)
        self.assert_code(self.run_program("reconcile", "--as", "applied", "--request-id", "r2"), 2)
        result = self.run_program("reconcile", "--as", "applied", "--request-id", "r1", "-o", "json")
        self.assertEqual([row["verdict"] for row in result.json], ["applied"])
        self.assertEqual(self.reconcile(), [])
        self.assert_code(self.run_program("audit", "verify"), 0)

    def test_empty(self):
        self.faulty()
        self.assertEqual(self.reconcile(), [])
        self.change(*CHANGE, code=0)
        self.assertEqual(self.reconcile(), [])
        self.assertFalse([t for t in self.types() if t.startswith("settled")])

    def test_applied_and_not_applied(self):
        self.faulty("reset-after/change@1", "reset-before/change@2", "hang/change@3", "500/change@4")
        self.change(*CHANGE)
        self.change(*BARE)
        self.change("entitlement", "activate", "ENT-1003", "--timeout", "0.5")
        self.change("entitlement", "suspend", "ENT-1002")
        self.assertEqual(self.verdicts(), {"ENT-1001": "applied", "ENT-1004": "not_applied", "ENT-1003": "applied", "ENT-1002": "not_applied"})
        self.assertEqual([t for t in self.types() if t.startswith("settled")],
                         ["settled:applied", "settled:not_applied", "settled:applied", "settled:not_applied"])
        self.assertEqual(self.reconcile(), [], "each is settled once")
        self.assert_verifies(12)
        shown = self.run_program("audit", "show", "-o", "json").json
        self.assertEqual([row["outcome"] for row in shown], ["applied", "not_applied", "applied", "not_applied"])

    def test_server_is_gone(self):
        server = self.faulty("reset-after/change@1")
        self.change(*CHANGE)
        server.stop()
        result = self.run_program("reconcile", "-o", "json", "--retries", "0")
        self.assert_code(result, 10)
        self.assertEqual(self.types()[-1], "outcome:unknown", "what could not be read is not settled")
        self.assertIn("still unknown", result.err)

    def test_unknown_then_settled_later(self):
        server = self.faulty("reset-after/change@1", "500/read@1")
        self.change(*CHANGE)
        self.run_program("-p", "t", "--retries", "0", "reconcile")
        self.assertEqual(self.verdicts(), {"ENT-1001": "applied"})
        self.assertIsNotNone(server)

    def test_by_request_id(self):
        self.faulty("reset-after/change")
        first, second = (self.change(*words, "--error-format", "json").error["request_id"] for words in (CHANGE, BARE))
        rows = self.reconcile("--request-id", second, count=1)
        self.assertEqual((rows[0]["request_id"], rows[0]["target"]), (second, "ENT-1004"))
        self.assertEqual([row["request_id"] for row in self.reconcile()], [first])
        self.assertEqual(self.reconcile("--request-id", first), [], "it is settled")
        self.assert_failed(self.run_program("reconcile", "--request-id", "nobody"), 2, "nobody")

    def test_by_profile(self):
        self.faulty("reset-after/change")
        self.change(*CHANGE)
        self.assertEqual(self.run_program("-p", "live", "--yes", *BARE).code, 10)
        self.assertEqual(self.verdicts("-p", "live"), {"ENT-1004": "applied"})
        self.assertEqual(self.verdicts("-p", "sandbox"), {})
        self.assertEqual(self.verdicts(), {"ENT-1001": "applied"})

    def test_killed_in_flight(self):
        server = self.faulty("slow:2/change")
        process = program.start(program.command_line(["-p", "t", *CHANGE]), self.home, self.environment())
        end = time.monotonic() + 10
        while self.types() != ["intent"] and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        program.end_group(process)
        self.assertEqual(self.types(), ["intent"])
        self.assertIn(self.verdicts(), ({"ENT-1001": "applied"}, {"ENT-1001": "not_applied"}))
        status = self.run_program("-p", "t", "entitlement", "get", "ENT-1001", "--field", "status").out.strip()
        self.assertEqual(self.lines()[-1]["outcome"], {"SUSPENDED": "applied", "ACTIVE": "not_applied"}[status])
        self.assertIsNotNone(server)

    def test_sends_nothing_but_reads(self):
        with Origin(lambda connection, _: connection.read()) as origin:
            self.profiles(origin.url)
            self.change(*CHANGE, "--retries", "0")
            before = len(origin.requests)
            self.run_program("reconcile", "--retries", "0")
            self.assertTrue(len(origin.requests) > before)
            self.assertTrue(all(request.startswith(b"GET ") for request in origin.requests[before:]))

    def test_read_only_profile_reconciles(self):
        server = self.faulty("reset-after/change@1")
        self.change(*CHANGE)
        self.profiles(server.url, test="read_only = true;")
        self.assertEqual(self.verdicts(), {"ENT-1001": "applied"})


class NeverFalse(Reconciling):
    """What looks undone and was not."""

    def test_undone_again_at_once(self):
        """Applied, and a later change of ours leads back: the status is the one from before, and proves nothing."""
        self.faulty("reset-after/change@1")
        self.change(*CHANGE)
        self.change(*RESUME, code=0)
        self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})

    def test_undone_again_by_one_that_is_unknown_too(self):
        self.faulty("reset-after/change")
        self.change(*CHANGE)
        self.change(*RESUME)
        verdicts = [row["verdict"] for row in self.reconcile(code=10)]
        self.assertNotIn("not_applied", verdicts)

    def test_another_server_is_not_asked(self):
        """With --base-url it went elsewhere: what the profile's own server says would be a lie."""
        elsewhere = self.serve_here("--quiet", "--fault", "reset-after/change@1")
        with Origin() as origin:
            self.profiles(origin.url)
            self.change("--base-url", elsewhere.url, *CHANGE)
            result = self.run_program("reconcile")
            self.assert_code(result, 10)
            self.assertIn(elsewhere.url, result.err)
            self.assertEqual(origin.requests, [])
        self.assertEqual(self.verdicts("--base-url", elsewhere.url), {"ENT-1001": "applied"})

    def test_sandbox_by_url_is_not_the_one_inside(self):
        elsewhere = self.serve_here("--quiet", "--fault", "reset-after/change@1")
        self.assert_code(self.run_program("-p", "sandbox", "--base-url", elsewhere.url, *CHANGE), 10)
        self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})

    def test_sandbox_inside_is_not_the_one_by_url(self):
        self.assert_code(self.run_program("-p", "sandbox", "--fault", "reset-after/change@1", *CHANGE), 10)
        elsewhere = self.serve_here("--quiet")
        result = self.run_program("-p", "sandbox", "--base-url", elsewhere.url, "reconcile")
        self.assert_code(result, 10)
        self.assertIn(f"it went to the sandbox in the program, and profile sandbox now speaks to {elsewhere.url}", result.err)
        self.assertEqual(self.verdicts("-p", "sandbox"), {"ENT-1001": "applied"})

    def test_still_in_flight(self):
        """A process that still waits for its answer has not failed: its change may be applied any moment."""
        server = self.serve_here("--quiet")

        def late(connection, _number):
            request = connection.read()
            if request.startswith(b"POST"):
                connection.hold(4.5)
            with socket.create_connection(("127.0.0.1", server.port)) as other:
                other.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                answer = b""
                while piece := other.recv(65536):
                    answer += piece
            connection.send(answer)
        with Origin(late) as origin:
            self.profiles(origin.url, test="timeout = 20;")
            process = program.start(program.command_line(["-p", "t", "-q", "-o", "none", *CHANGE]), self.home, self.environment())
            try:
                end = time.monotonic() + 10
                while self.types() != ["intent"] and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})
                self.assertEqual(process.wait(20), 0)
            finally:
                program.end_group(process)
        self.assertEqual(self.types(), ["intent", "outcome:ok"])
        self.assertEqual(self.reconcile(), [])

    def test_killed_in_a_late_try(self):
        """Between the intent and the try that counts may lie minutes: the time runs from when the process is gone."""
        sent, applied = threading.Event(), threading.Event()
        posts = []

        def late(connection, _number):
            while request := connection.read():
                if not request.startswith(b"POST"):
                    connection.send(json_answer({"responseCode": "OK", "status": "SUSPENDED" if applied.is_set() else "ACTIVE"}))
                elif not posts:
                    posts.append(request)
                    connection.send(json_answer({"responseCode": "TOO_MANY_REQUESTS"}, 429, ["Retry-After: 4"]))
                else:
                    sent.set()
                    applied.wait()
        with Peer(late) as peer:
            self.profiles(peer.url, test="timeout = 1.5;")
            process = program.start(program.command_line(["-p", "t", "-q", *CHANGE]), self.home, self.environment(), stderr=subprocess.DEVNULL)
            self.assertTrue(sent.wait(20), "it was not tried again")
            program.end_group(process)
            threading.Timer(0.7, applied.set).start()
            self.assertEqual(self.verdicts(), {"ENT-1001": "applied"})

    def test_applied_after_the_client_gave_up(self):
        """The client's patience ends, the server goes on: until it must have ended nothing is called not applied."""
        applied = threading.Event()

        def late(connection, _number):
            while request := connection.read():
                if request.startswith(b"POST"):
                    threading.Timer(4, applied.set).start()
                    return
                connection.send(json_answer({"responseCode": "OK", "status": "SUSPENDED" if applied.is_set() else "ACTIVE"}))
        with Peer(late) as peer:
            self.profiles(peer.url, test="timeout = 9;")
            self.change(*CHANGE, "--timeout", "0.5")
            self.assertFalse(applied.is_set())
            self.assertEqual(self.verdicts(), {"ENT-1001": "applied"})

    def test_interrupted_while_it_waits(self):
        """Nobody waited long enough: it stays unknown, and can be asked for again."""
        self.faulty("reset-before/change")
        self.change(*CHANGE)
        process = program.start(program.command_line(["reconcile", "--timeout", "60"]), self.home, self.environment(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(program.end_group, process)
        while b"not applied yet" not in (line := process.stderr.readline()):
            self.assertTrue(line, "it ended")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertIn(process.returncode, (10, 130), err)
        self.assertIn(b"ENT-1001 stays unknown: interrupted while it may still be applied", err)
        self.assertNotIn("settled:not_applied", self.types())

    def test_not_applied_is_said_when_the_time_is_over(self):
        """Once the server must have ended, the verdict stands; how long that takes is announced, and --timeout shortens it."""
        self.faulty("reset-before/change")
        self.change(*CHANGE)
        result = self.run_program("reconcile", "--timeout", "1")
        self.assert_code(result, 0)
        self.assertIn("not applied yet", result.err)
        self.assertIn('"not_applied"', result.out)
        self.change(*BARE)
        time.sleep(1.1)
        self.assertNotIn("not applied yet", self.run_program("reconcile", "--timeout", "1").err)

    def test_one_identifier_twice(self):
        """Sent again by hand with the same --request-id: each is settled for itself."""
        self.faulty("reset-after/change@1")
        self.change(*CHANGE, "--request-id", "SAME")
        self.change(*BARE, "--request-id", "SAME", code=4)
        rows = self.reconcile(count=1)
        self.assertEqual((rows[0]["target"], rows[0]["verdict"]), ("ENT-1001", "applied"))
        self.assertEqual(self.reconcile(), [])
        shown = {row["target"]: row["outcome"] for row in self.run_program("audit", "show", "-o", "json").json}
        self.assertEqual(shown, {"ENT-1001": "applied", "ENT-1004": "rejected"})

    def test_same_change_with_one_identifier_twice(self):
        self.faulty("reset-after/change")
        for _ in range(2):
            self.change(*CHANGE, "--request-id", "SAME")
        self.assertEqual(len(self.lines()), 4)
        self.reconcile(count=2)
        self.assertEqual(self.reconcile(), [])

    def test_record_that_is_not_found(self):
        """404 may mean that it is gone because of the change."""
        self.drops_then(json_answer({}, 404))
        self.change(*CHANGE)
        self.assert_code(self.run_program("reconcile"), 10)

    def test_status_that_the_contract_does_not_know(self):
        for record in ({"status": "PAUSED"}, {}, {"status": 7}, {"status": None}, {"status": "active"}):
            with self.subTest(record=record):
                self.drops_then(json_answer({"responseCode": "OK", **record}))
                self.log.unlink(missing_ok=True)
                self.change(*CHANGE)
                self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})

    def test_updated_by_somebody_since(self):
        """Active, as before, but touched since: perhaps suspended and resumed."""
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        self.drops_then(self.dated("ACTIVE", later))
        self.change(*CHANGE)
        self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})

    @staticmethod
    def dated(status, updated):
        now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        return json_answer({"responseCode": "OK", "status": status, "dateLastUpdated": updated}, headers=[f"Date: {now}"])

    def test_server_that_does_not_keep_its_date(self):
        """Suspended, as the change leads to, by a date that is older: they contradict each other."""
        self.drops_then(self.dated("SUSPENDED", "2020-01-01T00:00:00Z"))
        self.change(*CHANGE)
        self.assertEqual(self.verdicts(code=10), {"ENT-1001": "unknown"})


class Hints(Reconciling):
    def hint(self, *words):
        result = self.run_program(*words)
        self.assert_code(result, 10)
        command = result.err.split("hint: ")[1].strip()
        self.assertEqual(shlex.split(command)[0], "bangoctl")
        return self.shell(command)

    def assert_settles(self, result):
        self.assert_code(result, 0)
        self.assertEqual([row["verdict"] for row in result.json], ["applied"])

    def test_plain(self):
        self.faulty("reset-after/change@1")
        self.assert_settles(self.hint("-p", "t", *CHANGE))

    def test_live(self):
        self.faulty("reset-after/change@1")
        self.assert_settles(self.hint("-p", "live", "-y", *CHANGE))

    def test_sandbox(self):
        self.assert_settles(self.hint("-p", "sandbox", "--fault", "reset-after/change@1", *CHANGE))

    def test_with_the_options_that_it_takes(self):
        server = self.faulty("reset-after/change@1")
        (self.home / "config/bangoctl/bangoctl.conf").rename(self.home / "it's mine.conf")
        self.assert_settles(self.hint("-c", "it's mine.conf", "-p", "t", "--base-url", server.url, *CHANGE))

    def test_in_a_script(self):
        self.faulty("reset-after/change@1")
        script = self.write("script", " ".join(CHANGE) + "\n")
        self.assert_settles(self.hint("-p", "t", "run", script))

    def test_in_json(self):
        self.faulty("reset-after/change@1")
        result = self.run_program("-p", "t", "-o", "json", *CHANGE)
        self.assert_code(result, 10)
        self.assertIn(result.error["request_id"], result.error["hint"])
        self.assertFalse(result.error["retryable"])
        self.assert_settles(self.shell(result.error["hint"]))


class OldLogs(Reconciling):
    """Logs that this program did not write as it does now."""

    def intent(self, **more):
        return {"v": 1, "at": "2020-01-01T00:00:00.000Z", "type": "intent", "request_id": "a", "profile": "t", "environment": "test",
                "command": "entitlement suspend", "target": "ENT-1001", "next": {"ACTIVE": "SUSPENDED"}, **more}

    def put(self, *objects):
        self.write("state/audit.ndjson", chained(objects)).parent.chmod(0o700)

    def test_odd_lines(self):
        server = self.faulty()
        base = {"base_url": server.url}
        odd = [{}, {"profile": None}, {"profile": "gone"}, {"command": None}, {"command": "no such"}, {"target": None}, {"target": 5},
               {"next": None}, {"next": []}, {"next": {"ACTIVE": 5}}, {"at": None}, {"at": "yesterday"}, {"request_id": None},
               {"target": "../../x"}, {"target": "ENT 1?"}, {"pid": -1}, {"pid": 0}, {"pid": "x"}, {"pid": 1e300}, {"base_url": 5}]
        for more in odd:
            with self.subTest(more=more):
                self.put(self.intent(**{**base, **more}))
                result = self.run_program("reconcile", "-o", "json", "--error-format", "text")
                self.assertIn(result.code, (0, 10), f"\n{result}")
                self.assertNotIn("applied\"", result.out.replace("not_applied", ""), f"\n{result}")
                self.assert_code(self.run_program("audit", "show"), 0)

    def test_future(self):
        """The clock went back after the change was sent."""
        server = self.faulty()
        self.put(self.intent(at="2999-01-01T00:00:00.000Z", base_url=server.url))
        result = self.run_program("reconcile", "-o", "json", "--error-format", "text")
        self.assertLess(result.seconds, 10)
        self.assertIn(result.code, (0, 10))
