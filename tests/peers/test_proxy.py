# SPDX-License-Identifier: GPL-3.0-or-later
"""
Prism's validating proxy between the program and the sandbox. It reads the document with eyes of its own, and says of
every request and of every reply what does not fit. Whatever the recorded cases, the examples of the document and every
call in every status send and get is judged, with all objects closed; nothing may be found but what EXCEPTIONS names.
"""

import contextlib
import fnmatch
import http.client
import json
import sys

from blackbox import ROOT, Peer, Recorder, Server, json_answer
from blackbox.peers import prism_proxy

from judged import DocumentCase

sys.path.append(str(ROOT / "tests/cases"))
import test_cases  # the module and not its class, whose tests would run here too

NO_ROUTE = "request: Selected route not found"
LEAST_CASES = 95  # that make a call: fewer of them means that they no longer come by here

# cases, what Prism finds, what of the result is not compared, why
EXCEPTIONS = [
    ("errors/rejected-field", "request.body.reasonCode: ", "", "a wrong type on purpose"),
    ("operations/base-url-path", NO_ROUTE, "", "a path that the sandbox does not have, on purpose"),
    ("request/delete", NO_ROUTE, "", "a method that the document does not have, on purpose"),
    ("request/put-unknown", NO_ROUTE, "", "a path that the document does not have, on purpose"),
    ("operations/body-text", "request.body: ", "", "a field that the document does not have, on purpose"),
    ("formats/columns-index", "response.body.entitlements.", "", "the case's own book holds what the document does not have"),
    ("formats/odd-values-*", "response.body.entitlements.", "out", "the same, and numbers whose digits Prism does not keep"),
    ("operations/activate-every-option", None, "out", "Prism writes 9.990 as 9.99"),
]
NOT_THROUGH_PRISM = {"request/head": "Prism reads the empty reply to HEAD as JSON and answers 500"}

NOTHING_SENT = {2, 3, 11}  # by the promise of the exit code

# the fault, exit codes of reads and of changes
FAULTS = [("accepted:0", 0, 0), ("429:0", 8, 8), ("500", 5, 10), ("503:0", 5, 10)]
SENT_BY_HAND = {"Authorization": "Basic c2FuZGJveDpzYW5kYm94", "Content-Type": "application/json"}


def spelt(header):
    """What Prism says of an exchange: `where: what`, each."""
    return [f"{'.'.join(map(str, found['location']))}: {found['message']}" for found in json.loads(header)]


def violations(reply):
    for line in reply.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"sl-violations":
            return spelt(value)
    return []


class Switch(Recorder):
    """Leads to a server that changes from case to case, since Prism is told its server once."""

    def lead_to(self, port):
        for thread in self.threads[1:]:
            thread.join(5)  # what Prism kept open to the server before has ended
        del self.threads[1:]
        self.target = port


class Proxied:
    """The program → `front`, which keeps both sides → Prism → `switch` → a sandbox of a case."""

    def __init__(self, switch, front):
        self.switch, self.front = switch, front
        self.url = front.url
        self.seen = 0

    @contextlib.contextmanager
    def sandbox(self, case, *options):
        server = Server(case.home, case.environment(), *options)
        try:
            self.switch.lead_to(server.port)
            yield
        finally:
            server.stop()

    def exchanges(self):
        """Requests and replies since it was last asked."""
        requests, replies = self.front.requests, self.front.replies
        found = list(zip(requests, replies, strict=True))[self.seen:]
        self.seen = len(requests)
        return found


class Through(DocumentCase):
    @contextlib.contextmanager
    def proxied(self):
        with Switch(0) as switch, prism_proxy(self.closed_document(), switch.url) as url:
            with Recorder(int(url.rsplit(":", 1)[1])) as front:
                yield Proxied(switch, front)

    def assert_no_violation(self, proxied, result):
        exchanges = proxied.exchanges()
        found = [violation for _, reply in exchanges for violation in violations(reply)]
        self.assertEqual(found, [], f"\n{result}\n{exchanges}")
        return len(exchanges)


def expected_code(folder):
    return int((folder / "code").read_text()) if (folder / "code").exists() else 0


def may_call(folder):
    return "-p sandbox" in (folder / "cmd").read_text() and expected_code(folder) not in NOTHING_SENT


class RecordedCases(Through):
    def replay(self, proxied, folder):
        """As the group `cases` does it, but always against a server: what it is not given has the seed."""
        self.home = self.top / f"{folder.parent.name}-{folder.name}"
        self.home.mkdir()
        command = (folder / "cmd").read_text().replace("-p sandbox --seed 1", "-p sandbox")
        with proxied.sandbox(self):
            return self.shell(command, env={"BANGOCTL_BASE_URL": proxied.url})

    def judge(self, name, result, exchanges):
        _, wrong, differs, _ = next((row for row in EXCEPTIONS if fnmatch.fnmatch(name, row[0])), (None, None, "", None))
        found = [violation for _, reply in exchanges for violation in violations(reply)]
        if not wrong:
            self.assertEqual(found, [], f"\n{result}")
        else:
            self.assertTrue(found, "Prism finds nothing: take it out of EXCEPTIONS")
            self.assertEqual([violation for violation in found if not violation.startswith(wrong)], [])
        if wrong and wrong.startswith("request"):
            self.assertIn(result.code, (4, 6), f"what is wrong has to be refused\n{result}")
        return differs

    def compare(self, folder, result, exchanges, differs):
        found = {"out": result.stdout, "err": result.stderr, "req": b"".join(request + b"\n" for request, _ in exchanges)}
        for name in found:
            if (folder / name).exists() and name != differs:
                self.assertEqual(test_cases.Cases.neutral(self, found[name]), (folder / name).read_bytes(), f"{name}\n{result}")
        self.assertEqual(result.code, expected_code(folder), f"\n{result}")

    def test_every_case_fits_the_document_and_ends_as_recorded(self):
        self.top, calls = self.home, 0
        with self.proxied() as proxied:
            for folder in sorted(cmd.parent for cmd in (ROOT / "tests/cases").glob("*/*/cmd")):
                name = f"{folder.parent.name}/{folder.name}"
                with self.subTest(case=name):
                    if name in NOT_THROUGH_PRISM or not may_call(folder):
                        continue
                    result = self.replay(proxied, folder)
                    exchanges = proxied.exchanges()
                    if exchanges:  # a dry run is no business of a proxy
                        calls += 1
                        self.compare(folder, result, exchanges, self.judge(name, result, exchanges))
        self.assertGreaterEqual(calls, LEAST_CASES)


class Calls(Through):
    def test_examples_of_the_document(self):
        with self.proxied() as proxied:
            for line in [line for operation in self.operations() for line in operation.about["examples"]]:
                with self.subTest(example=line), proxied.sandbox(self):
                    self.assert_code(self.run_program("sandbox", "reset"), 0)
                    result = self.shell(line, env={"BANGOCTL_BASE_URL": proxied.url})
                    self.assertEqual(self.assert_no_violation(proxied, result), 0 if "--dry-run" in line else 1)
                    self.assert_code(result, 0)

    def test_every_call_in_every_status(self):
        with self.proxied() as proxied, proxied.sandbox(self):
            self.in_every_status(proxied.url, lambda result: self.assertEqual(self.assert_no_violation(proxied, result), 1))

    def test_faults_that_the_document_has(self):
        with self.proxied() as proxied:
            for fault, read, change in FAULTS:
                with proxied.sandbox(self, "--fault", fault):
                    for operation in self.operations():
                        with self.subTest(fault=fault, operation=operation.id):
                            self.assert_code(self.run_program("sandbox", "reset"), 0)
                            result = self.call(proxied.url, *operation.words())
                            self.assertEqual(self.assert_no_violation(proxied, result), 1)
                            self.assert_code(result, read if operation.reads else change)


class TheGate(Through):
    """It can fail: what is wrong is seen, in both directions."""

    REQUESTS = [
        ("POST", "/v1/entitlement/suspend/ENT-1001", {"reasonCode": 7}, "request.body.reasonCode"),
        ("POST", "/v1/entitlement/suspend/ENT-1001", {"reasonCode": "NO_SUCH"}, "request.body.reasonCode"),
        ("POST", "/v1/entitlement/suspend/ENT-1001", {"reasoncode": "OTHER"}, "request.body: "),
        ("PATCH", "/v1/entitlement/ENT-1001", {"dateExpiry": "tomorrow"}, "request.body.dateExpiry"),
        ("PATCH", "/v1/entitlement/ENT-1001", {}, "request.body: "),
        ("POST", "/v1/entitlement/terminate/ENT-1001", {"immediate": "no"}, "request.body.immediate"),
        ("POST", "/v1/entitlement/resume/ENT-1004", {"a": 1}, "request: "),  # it has no body
        ("PUT", "/v1/entitlement/ENT-1001", {}, NO_ROUTE),
        ("GET", "/v2/entitlement/ENT-1001", None, NO_ROUTE),
    ]
    REPLIES = [
        ({"responseCode": "OK", "responseMessage": "Success", "dateCreated": 5}, 200, "response.body.dateCreated"),
        ({"responseCode": "OK", "responseMessage": "Success", "dateCreated": "yesterday"}, 200, "response.body.dateCreated"),
        ({"responseCode": "OK", "responseMessage": "Success", "status": "GONE"}, 200, "response.body.status"),
        ({"responseCode": "OK", "responseMessage": "Success", "productKey": None}, 200, "response.body.productKey"),
        ({"responseCode": "OK", "responseMessage": "Success", "productkey": "X"}, 200, "response.body: "),
        ({"responseMessage": "Success"}, 200, "response.body: "),
        ([], 200, "response.body: "),
        ({"responseCode": "CONFLICT", "responseMessage": "no"}, 409, "response: Unable to match"),  # a read has no 409
    ]

    def send(self, url, method, path, body):
        """The status of the reply, and what Prism says."""
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), SENT_BY_HAND)
            reply = connection.getresponse()
            return reply.status, spelt(reply.headers.get("sl-violations", "[]"))

    def assert_seen(self, found, wanted):
        self.assertTrue([violation for violation in found if violation.startswith(wanted)], f"{wanted} not among {found}")

    def test_wrong_requests_are_seen(self):
        with self.proxied() as proxied, proxied.sandbox(self):
            self.assertEqual(self.send(proxied.url, "GET", "/v1/entitlement/ENT-1001", None), (200, []))
            for method, path, body, wanted in self.REQUESTS:
                with self.subTest(method=method, path=path, body=body):
                    status, found = self.send(proxied.url, method, path, body)
                    self.assert_seen(found, wanted)
                    self.assertIn(status, (400, 404, 405), "the sandbox refuses it too")

    def test_null_where_the_document_has_none(self):
        with self.proxied() as proxied, proxied.sandbox(self):
            status, found = self.send(proxied.url, "PATCH", "/v1/entitlement/ENT-1001", {"productKey": None})
            self.assert_seen(found, "request.body.productKey")
            self.assertEqual(status, 400, "the sandbox refuses it too")

    def test_wrong_replies_are_seen(self):
        answers = [json_answer(body if isinstance(body, dict) else json.dumps(body), status) for body, status, _ in self.REPLIES]
        with Peer(answers) as peer, prism_proxy(self.closed_document(), peer.url) as url:
            for body, status, wanted in self.REPLIES:
                with self.subTest(body=body, status=status):
                    self.assert_seen(self.send(url, "GET", "/v1/entitlement/ENT-1001", None)[1], wanted)
