# SPDX-License-Identifier: GPL-3.0-or-later
"""
Where an exchange breaks, and what is said of it: the table that README.md shows. REGEN=1 rewrites README.md.

A cell is (exit code, times applied, requests that were seen) with one retry allowed; the break happens each time.
"""

import concurrent.futures
import json
import os
import socket
import time
from pathlib import Path

from blackbox import json_answer, raw_answer

import common
from common import BARE, CHANGE, READ, Origin, SafetyCase, certificate, free_port, haproxy, nginx, request_id

README = Path(__file__).with_name("README.md")
LARGE = ["request", "POST", "/v1/entitlement/suspend/ENT-1001", "--data", "@large.json"]
LARGE_BYTES = 8_000_000  # more than the kernel takes at once
CALLS = {"read": READ, "change": CHANGE, "bare": BARE, "large": LARGE}
COLUMNS = [("read", "untrusted"), ("read", "trusted"), ("change", "untrusted"), ("change", "trusted"),
           ("bare", "untrusted"), ("bare", "trusted")]
HEADINGS = ["read", "read, trusted", "change with a body", "the same, trusted", "change without a body", "the same, trusted"]

NOTHING = [(9, 0, 0)] * 6
# nothing came back: a change is sent once, and again only where the server promises to know it by its identifier
UNAPPLIED = [(5, 0, 2), (5, 0, 2), (10, 0, 1), (10, 0, 2), (10, 0, 1), (10, 0, 2)]
APPLIED = [(5, 0, 2), (5, 0, 2), (10, 1, 1), (10, 1, 2), (10, 1, 1), (10, 1, 2)]
# on a kept connection haproxy leaves a failure behind it to its client; libcurl then repeats a read by itself
APPLIED_KEPT = [(5, 0, 3), (5, 0, 3), *APPLIED[2:]]
DONE = [(0, 0, 1), (0, 0, 1), (0, 1, 1), (0, 1, 1), (0, 1, 1), (0, 1, 1)]
LIMITED = [(8, 0, 2)] * 6
REFUSED = [None, None, (4, 0, 1), (4, 0, 1), None, None]
IN_THE_BODY = [None, None, (10, 0, 1), (10, 0, 2), None, None]

# what a read is told; a change is told the same behind "the outcome is unknown"
NO_ANSWER = "HOST closed the connection without an answer"
BROKE = "the connection to HOST broke before the whole answer came"
IN_HEADER = "HOST closed the connection in the middle of the reply's header"
IN_BODY = "HOST closed the connection in the middle of the reply's body"
PAGE = 'HTTP {0}: the reply is a web page, not JSON: "{0} {1}"'
BAD_GATEWAY, TIMED_OUT = PAGE.format(502, "Bad Gateway"), PAGE.format(504, "Gateway Time-out")

# (where it breaks, how, by whom, the cells, what is said)
TABLE = [
    ("DNS", "no such name", "resolver", NOTHING, "the host name of HOST leads to no address"),
    ("connect", "nothing listens", "kernel", NOTHING, "no connection to HOST: Connection refused"),
    ("TLS", "unknown CA", "nginx", NOTHING, "the certificate of HOST is signed by itself"),
    ("TLS", "unknown CA", "haproxy", NOTHING, "the certificate of HOST is signed by itself"),
    ("TLS", "another host's certificate", "nginx", NOTHING, "the certificate of HOST is for another host"),
    ("TLS", "no TLS there", "nginx", NOTHING, "HOST does not speak TLS at this port"),
    ("TLS", "closed in the handshake", "raw socket", NOTHING, "HOST closed the connection in the TLS handshake"),
    ("TLS", "no answer in the handshake", "raw socket", NOTHING, "no TLS handshake with HOST within 0.3 s"),
    ("request's body", "closed after its first bytes", "raw socket", IN_THE_BODY, BROKE),
    ("request's body", "reset after its first bytes", "raw socket", IN_THE_BODY, BROKE),
    ("request's body", "dropped before it is read", "haproxy", IN_THE_BODY, BROKE),
    ("request's body", "too large: 413", "nginx", REFUSED, PAGE.format(413, "Request Entity Too Large")),
    ("before the status line", "dropped, not passed on", "nginx", UNAPPLIED, NO_ANSWER),
    ("before the status line", "dropped, not passed on", "haproxy", UNAPPLIED, NO_ANSWER),
    ("before the status line", "passed on, the answer dropped", "haproxy, TCP", APPLIED, NO_ANSWER),
    ("before the status line", "passed on, the answer dropped, TLS", "haproxy, TCP", APPLIED, NO_ANSWER),
    ("before the status line", "passed on, the answer unusable", "haproxy, HTTP", APPLIED, IN_BODY),
    ("before the status line", "closed", "raw socket", APPLIED, NO_ANSWER),
    ("before the status line", "reset", "raw socket", APPLIED, BROKE),
    ("before the status line", "silence until the time-out", "raw socket", APPLIED, "HOST gave no whole answer within 0.4 s"),
    ("before the status line", "silence behind it: 504", "nginx", APPLIED, TIMED_OUT),
    ("before the status line", "silence behind it: 504", "haproxy", APPLIED, TIMED_OUT),
    ("before the status line", "closed behind it: 502", "nginx", APPLIED, BAD_GATEWAY),
    ("before the status line", "closed behind it: 502", "haproxy", APPLIED_KEPT, BAD_GATEWAY),
    ("before the status line", "nothing behind it: 502", "nginx", UNAPPLIED, BAD_GATEWAY),
    ("before the status line", "nothing behind it: 503", "haproxy", UNAPPLIED, PAGE.format(503, "Service Unavailable")),
    ("before the status line", "too many requests: 429", "nginx", LIMITED, "HTTP 429"),
    ("before the status line", "too many requests: 429", "haproxy", LIMITED, "HTTP 429"),
    ("header", "closed", "raw socket", APPLIED, IN_HEADER),
    ("header", "reset", "raw socket", APPLIED, BROKE),
    ("header", "closed behind it: 502", "nginx", APPLIED, BAD_GATEWAY),
    ("header", "closed behind it: 502", "haproxy", APPLIED_KEPT, BAD_GATEWAY),
    ("body", "closed", "raw socket", APPLIED, IN_BODY),
    ("body", "reset", "raw socket", APPLIED, BROKE),
    ("body", "closed before the last chunk", "raw socket", APPLIED, IN_BODY),
    ("body", "closed behind it", "nginx", APPLIED, IN_BODY),
    ("body", "closed behind it", "haproxy", APPLIED, IN_BODY),
    ("body", "closed behind it, TLS", "nginx", APPLIED, IN_BODY),
    ("after a complete reply", "closed", "raw socket", DONE, ""),
    ("after a complete reply", "reset", "raw socket", DONE, ""),
    ("after a complete reply", "closed", "nginx", DONE, ""),
    ("after a complete reply", "closed", "haproxy", DONE, ""),
]

ANSWER = json_answer()
HEAD = ANSWER.index(b"\r\n\r\n")


# ---- what a raw socket does after it has read the request

def closes(connection, _number):
    connection.read()


def resets(connection, _number):
    connection.read()
    connection.reset()


def holds(connection, _number):
    connection.read()
    connection.hold()


def sends(data, reset=False):
    def script(connection, _number):
        connection.read()
        connection.send(data)
        if reset:
            time.sleep(0.02)
            connection.reset()
    return script


def breaks_in_request(reset):
    def script(connection, _number):
        if connection.sock.recv(4096):
            connection.peer.seen += 1
        if reset:
            connection.reset()
    return script


class Breaks:
    """Builds the server of a row: (url, more words, requests seen, changes applied)."""

    def __init__(self, case):
        self.case = case

    def origin(self, script=None):
        origin = Origin(script)
        self.case.addCleanup(origin.__exit__)
        return origin

    def raw(self, script, *words):
        origin = self.origin(script)
        return origin.url, words, lambda: len(origin.requests) + origin.seen, origin.applied

    def behind(self, make, script=None, *words, https=False):
        """A proxy in front of an origin; `make` gets the origin's port."""
        origin = self.origin(script)
        proxy = make(origin.port)
        return proxy.url.replace("http:", "https:" if https else "http:"), words, lambda: proxy.seen, origin.applied

    def nginx(self, script=None, more="", listen="", words=(), https=False, port=None):
        def make(origin):
            return nginx(self.case, f"{more} location / {{ proxy_pass http://127.0.0.1:{port or origin}; proxy_next_upstream off; }}", listen)
        return self.behind(make, script, *words, https=https)

    def haproxy(self, script=None, front="", back="", mode="http", tls="", words=(), https=False, port=None):
        def make(origin):
            return haproxy(self.case, front, f"{back}\n  server s 127.0.0.1:{port or origin}", mode, tls)
        return self.behind(make, script, *words, https=https)

    def passing_haproxy(self, script, back=""):
        """Counted at the origin: a request of a kept connection that fails behind it is neither answered nor logged."""
        origin = self.origin(script)
        proxy = haproxy(self.case, "", f"{back}\n  server s 127.0.0.1:{origin.port}")
        return proxy.url, (), lambda: len(origin.requests), origin.applied

    def certificate(self, name, subject="127.0.0.1"):
        return certificate(self.case.home, f"{name}-{free_port()}", subject=subject)

    def server(self, where, how, who):
        return getattr(self, self.name_of(where, how, who))()

    @staticmethod
    def name_of(*words):
        return "_".join("".join(c if c.isalnum() else " " for c in " ".join(words)).lower().split())

    # ---- DNS, connect, TLS

    def dns_no_such_name_resolver(self):
        return "https://name.invalid", (), lambda: 0, lambda: 0

    def connect_nothing_listens_kernel(self):
        return "http://127.0.0.1:1", (), lambda: 0, lambda: 0

    def tls_unknown_ca_nginx(self):
        cert, key, _ = self.certificate("own")
        return self.nginx(more=f"ssl_certificate {cert}; ssl_certificate_key {key};", listen="ssl", https=True)

    def tls_unknown_ca_haproxy(self):
        both = self.certificate("own")[2]
        # its log has the failed handshakes, which are no requests: only what reaches the origin counts
        url, words, _, applied = self.haproxy(tls=f"ssl crt {both}", https=True)
        return url, words, applied, applied

    def tls_another_host_s_certificate_nginx(self):
        cert, key, _ = self.certificate("other", "elsewhere.example")
        return self.nginx(more=f"ssl_certificate {cert}; ssl_certificate_key {key};", listen="ssl", https=True,
                          words=("--cacert", cert))

    def tls_no_tls_there_nginx(self):
        url, words, seen, applied = self.nginx(https=True)
        # it logs the handshake's bytes as a request that it does not understand
        return url, words, applied, applied

    def tls_closed_in_the_handshake_raw_socket(self):
        url, *rest = self.raw(lambda connection, _: connection.sock.recv(100))
        return url.replace("http:", "https:"), *rest

    def tls_no_answer_in_the_handshake_raw_socket(self):
        url, _, *rest = self.raw(lambda connection, _: connection.hold())
        return url.replace("http:", "https:"), ("--connect-timeout", "0.3"), *rest

    # ---- the request's body

    def request_s_body_closed_after_its_first_bytes_raw_socket(self):
        return self.raw(breaks_in_request(False))

    def request_s_body_reset_after_its_first_bytes_raw_socket(self):
        return self.raw(breaks_in_request(True))

    def request_s_body_dropped_before_it_is_read_haproxy(self):
        return self.haproxy(front="http-request reject")

    def request_s_body_too_large_413_nginx(self):
        return self.nginx(more="client_max_body_size 1k;")

    # ---- before the status line

    def before_the_status_line_dropped_not_passed_on_nginx(self):
        return self.nginx(more="return 444;")

    def before_the_status_line_dropped_not_passed_on_haproxy(self):
        return self.haproxy(front="http-request reject")

    drop = "tcp-response inspect-delay 5s\n  tcp-response content reject if { res.len gt 0 }"

    def before_the_status_line_passed_on_the_answer_dropped_haproxy_tcp(self):
        return self.haproxy(mode="tcp", back=self.drop)

    def before_the_status_line_passed_on_the_answer_dropped_tls_haproxy_tcp(self):
        cert, _, both = self.certificate("own")
        url, words, _, applied = self.haproxy(mode="tcp", back=self.drop, tls=f"ssl crt {both}", https=True, words=("--cacert", cert))
        return url, words, None, applied

    def before_the_status_line_passed_on_the_answer_unusable_haproxy_http(self):
        return self.haproxy(back="http-response set-header content-length 5000")

    def before_the_status_line_closed_raw_socket(self):
        return self.raw(closes)

    def before_the_status_line_reset_raw_socket(self):
        return self.raw(resets)

    def before_the_status_line_silence_until_the_time_out_raw_socket(self):
        return self.raw(holds, "--timeout", "0.4")

    def before_the_status_line_silence_behind_it_504_nginx(self):
        return self.nginx(holds, "proxy_read_timeout 200ms;")

    def before_the_status_line_silence_behind_it_504_haproxy(self):
        return self.passing_haproxy(holds, "timeout server 200ms")

    def before_the_status_line_closed_behind_it_502_nginx(self):
        return self.nginx(closes)

    def before_the_status_line_closed_behind_it_502_haproxy(self):
        return self.passing_haproxy(closes)

    def before_the_status_line_nothing_behind_it_502_nginx(self):
        return self.nginx(port=1)

    def before_the_status_line_nothing_behind_it_503_haproxy(self):
        return self.haproxy(port=1)

    def before_the_status_line_too_many_requests_429_nginx(self):
        return self.nginx(more='add_header Retry-After 0 always; return 429 "{}";')

    def before_the_status_line_too_many_requests_429_haproxy(self):
        return self.haproxy(front="http-request return status 429 hdr Retry-After 0 content-type application/json string {}")

    # ---- the reply

    def header_closed_raw_socket(self):
        return self.raw(sends(ANSWER[:HEAD - 20]))

    def header_reset_raw_socket(self):
        return self.raw(sends(ANSWER[:HEAD - 20], reset=True))

    def header_closed_behind_it_502_nginx(self):
        return self.nginx(sends(ANSWER[:HEAD - 20]))

    def header_closed_behind_it_502_haproxy(self):
        return self.passing_haproxy(sends(ANSWER[:HEAD - 20]))

    def body_closed_raw_socket(self):
        return self.raw(sends(ANSWER[:-5]))

    def body_reset_raw_socket(self):
        return self.raw(sends(ANSWER[:-5], reset=True))

    def body_closed_before_the_last_chunk_raw_socket(self):
        body = ANSWER[HEAD + 4:]
        return self.raw(sends(raw_answer(200, f"{len(body):x}\r\n".encode() + body + b"\r\n",
                                         ["Content-Type: application/json", "Transfer-Encoding: chunked"])))

    def body_closed_behind_it_nginx(self):
        return self.nginx(sends(ANSWER[:-5]))

    def body_closed_behind_it_haproxy(self):
        return self.haproxy(sends(ANSWER[:-5]))

    def body_closed_behind_it_tls_nginx(self):
        cert, key, _ = self.certificate("own")
        return self.nginx(sends(ANSWER[:-5]), f"ssl_certificate {cert}; ssl_certificate_key {key};", "ssl", ("--cacert", cert), True)

    def after_a_complete_reply_closed_raw_socket(self):
        return self.raw(sends(ANSWER))

    def after_a_complete_reply_reset_raw_socket(self):
        return self.raw(sends(ANSWER, reset=True))

    def after_a_complete_reply_closed_nginx(self):
        return self.nginx(more="keepalive_timeout 0;")

    def after_a_complete_reply_closed_haproxy(self):
        return self.haproxy(front="option httpclose")


class Table(SafetyCase):
    def setUp(self):
        super().setUp()
        self.profiles(test='retries = 1; idempotency = "untrusted";', more="defaults = { timeout = 20; };")
        text = (self.home / "config/bangoctl/bangoctl.conf").read_text()
        trusting = text.replace("profiles = {", """profiles = { trusting = { environment = "test"; base_url = "http://127.0.0.1:1";
            username = "sandbox"; password = "sandbox"; retries = 1; idempotency = "trusted"; };""")
        self.config(trusting)
        self.write("large.json", json.dumps({"reasonCode": "OTHER", "filler": "x" * LARGE_BYTES}))

    def cell(self, row, column):
        """One run against a server of its own: what came of it."""
        where, how, who, *_ = row
        call, trust = column
        url, words, seen, applied = Breaks(self).server(where, how, who)
        call = "large" if where == "request's body" and call == "change" else call
        state = {"BANGOCTL_STATE_DIR": str(self.home / f"state-{url.rsplit(':', 1)[1].replace('/', '')}-{call}-{trust}")}
        result = self.run_program("-p", {"untrusted": "t", "trusted": "trusting"}[trust], "--base-url", url, "--error-format", "json",
                                  *words, *CALLS[call], env=state)
        return result, url, applied, seen, Path(state["BANGOCTL_STATE_DIR"])

    def check(self, row, column, expected):
        where, how, who, *_ = row
        result, url, applied, seen, state = self.cell(row, column)
        exit_code, times, requests = expected
        name = f"{where}, {how} ({who}), {' '.join(column)}"
        self.assertEqual(result.code, exit_code, f"{name}\n{result}")
        if seen:
            common.wait_until(lambda: seen() >= requests, 20)
            self.assertEqual(seen(), requests, f"{name}: requests seen\n{result}")
        if result.code and "trusted" not in column:
            self.assertIn(row[4].replace("HOST", url.partition("//")[2]), result.error["message"], name)
        if column[0] == "read":
            return
        common.wait_until(lambda: applied() >= times, 20)
        self.assertEqual(applied(), times, f"{name}: times applied\n{result}")
        self.check_log(name, state, result)

    def check_log(self, name, state, result):
        """Whatever came of it, the change's intent and its outcome are in the log."""
        lines = [json.loads(line) for line in (state / "audit.ndjson").read_text().splitlines()]
        kind = result.error["kind"] if result.code else "ok"
        self.assertEqual([(line["type"], line.get("outcome")) for line in lines], [("intent", None), ("outcome", kind)], name)
        if result.code:
            self.assertEqual({line["request_id"] for line in lines}, {result.error["request_id"]}, name)

    def check_rows(self, place, who=""):
        rows = [row for row in TABLE if row[0] == place and row[2].startswith(who)]
        self.assertTrue(rows)
        tasks = [(row, column, cell) for row in rows for column, cell in zip(COLUMNS, row[3]) if cell]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for task, future in [(task, pool.submit(self.check, *task)) for task in tasks]:
                with self.subTest(where=task[0][:3], call=task[1]):
                    future.result()

    def test_dns(self):
        self.check_rows("DNS")

    def test_connect(self):
        self.check_rows("connect")

    def test_tls(self):
        self.check_rows("TLS")

    def test_in_the_request_body(self):
        self.check_rows("request's body")

    def test_before_the_status_line_raw(self):
        self.check_rows("before the status line", "raw socket")

    def test_before_the_status_line_nginx(self):
        self.check_rows("before the status line", "nginx")

    def test_before_the_status_line_haproxy(self):
        self.check_rows("before the status line", "haproxy")

    def test_in_the_header(self):
        self.check_rows("header")

    def test_in_the_body(self):
        self.check_rows("body")

    def test_after_a_complete_reply(self):
        self.check_rows("after a complete reply")

    def test_readme_holds_the_table(self):
        if os.environ.get("REGEN"):
            README.write_text(markdown())
        self.assertEqual(README.read_text(), markdown(), "REGEN=1 tests/run safety -k readme rewrites it")

    def test_table_says_what_is_promised(self):
        """By the table's own rules: what is called not applied was not, and no change is sent twice without trust."""
        for row in TABLE:
            for (call, trust), cell in zip(COLUMNS, row[3]):
                if not cell or call == "read":
                    continue
                code, times, requests = cell
                with self.subTest(row=row[:3], call=call, trust=trust):
                    self.assertLessEqual(times, 1)
                    self.assertFalse(times and code not in (0, 10, 14, 15), "called not applied when it was")
                    self.assertFalse(requests > 1 and trust == "untrusted" and code != 8)


class CutHeaders(SafetyCase):
    """A header that ends early is no reply, whatever its first line says."""

    def check(self, answer, code, *call):
        self.profiles(test="retries = 0;")
        with Origin(sends(answer)) as origin:
            result = self.run_program("-p", "t", "--base-url", origin.url, "--error-format", "json", *call)
            self.assertEqual(result.code, code, f"{answer}\n{result}")

    def test_cut_after_the_status_line(self):
        for status in (200, 202, 204, 400, 404, 409, 500):
            for rest in (b"", b"Content-Ty", b"Content-Type: application/json\r\n"):
                answer = f"HTTP/1.1 {status} X\r\n".encode() + rest
                with self.subTest(answer=answer):
                    self.check(answer, 10, *CHANGE)
                    self.check(answer, 5, *READ)

    def test_cut_after_a_first_reply(self):
        self.check(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n", 10, *CHANGE)

    def test_early_hints_and_trailers_are_not_cut(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n"
        self.check(chunked, 0, *CHANGE)
        self.check(b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + ANSWER, 0, *CHANGE)
        self.check(b"HTTP/1.1 204 No Content\r\n\r\n", 0, *CHANGE)


class Trusted(SafetyCase):
    """The break happens once, and the second try is good."""

    def check(self, script, call, code, requests, trust):
        self.profiles(test=f'retries = 2; idempotency = "{trust}";')

        def once(connection, number):
            (script if number == 1 else Origin.answer_all)(connection, number)
        with Origin(once) as origin:
            result = self.run_program("-p", "t", "--base-url", origin.url, *call)
            self.assertEqual((result.code, origin.applied(), len(origin.whole())), (code, 1, requests), f"\n{result}")
            self.assertEqual(len({request_id(r) for r in origin.requests}), 1, "a retry is the same change")
            self.assertEqual(len({r.partition(b"\r\n\r\n")[2] for r in origin.whole()}), 1, "with the same body")

    def test_each_break(self):
        for script in (closes, resets, sends(ANSWER[:30]), sends(ANSWER[:-5]), sends(json_answer({}, 500)), sends(json_answer("<p>"))):
            for call in (CHANGE, BARE):
                with self.subTest(call=call):
                    self.check(script, call, 0, 2, "trusted")
                with self.subTest(call=call, trust="untrusted"):
                    self.check(script, call, 10, 1, "untrusted")

    def test_later_refusal_does_not_make_it_unapplied(self):
        """The first try was perhaps applied; that the second is refused says nothing about it."""
        self.profiles(test='retries = 2; idempotency = "trusted";')
        for status, body in [(409, {"responseCode": "CONFLICT"}), (404, {}), (401, {}), (400, {}), (200, {"responseCode": "CONFLICT"})]:
            def script(connection, number, status=status, body=body):
                connection.read()
                if number > 1:
                    connection.send(json_answer(body, status))
            with self.subTest(status=status), Origin(script) as origin:
                result = self.run_program("-p", "t", "--base-url", origin.url, "--error-format", "json", *CHANGE)
                self.assert_failed(result, 10)
                self.assertEqual(result.error["kind"], "unknown")
                self.assertEqual(self.types()[-1], "outcome:unknown")

    def test_limited_after_unknown(self):
        self.profiles(test='retries = 1; idempotency = "trusted";')

        def script(connection, number):
            connection.read()
            if number > 1:
                connection.send(raw_answer(429, "{}", ["Retry-After: 0"]))
        with Origin(script) as origin:
            self.assert_failed(self.run_program("-p", "t", "--base-url", origin.url, *CHANGE), 10)

    def test_nothing_listens_after_unknown(self):
        """The server goes away between the tries: exit 9 would say that nothing was sent."""
        self.profiles(test='retries = 3; idempotency = "trusted";')

        def script(connection, _number):
            connection.peer.listener.shutdown(socket.SHUT_RDWR)
            connection.read()
        with Origin(script) as origin:
            self.assert_failed(self.run_program("-p", "t", "--base-url", origin.url, *CHANGE), 10)


class KeptConnections(SafetyCase):
    """libcurl sends a request again by itself when a connection that it kept turns out to be dead; not a change."""

    def run_two(self, script, second, *words, trust="untrusted", retries=2):
        self.profiles(test=f'retries = {retries}; idempotency = "{trust}";')
        with Origin(script) as origin:
            lines = "entitlement get ENT-1001\n" + " ".join(second) + "\n"
            result = self.run_program("-p", "t", "--base-url", origin.url, "-q", *words, "run", "-", stdin=lines)
            changes = [r for r in origin.whole() if not r.startswith(b"GET")]
            return result, changes

    def test_applied_and_dropped(self):
        for reset in (False, True):
            def script(connection, number, reset=reset):
                connection.read()
                connection.send(ANSWER)
                connection.read()
                if reset:
                    connection.reset()
            for call in (CHANGE, BARE):
                with self.subTest(reset=reset, call=call):
                    result, changes = self.run_two(script, call)
                    self.assert_code(result, 10)
                    self.assertEqual(len(changes), 1)
                    self.assertEqual(self.types()[-2:], ["intent", "outcome:unknown"])

    def test_many_times_over(self):
        """What libcurl makes of it is a matter of timing."""
        for i in range(15):
            def script(connection, number, i=i):
                connection.read()
                connection.send(ANSWER)
                connection.read()
                time.sleep(i * 0.0005)
                if i % 2:
                    connection.reset()
            result, changes = self.run_two(script, CHANGE if i % 3 else BARE)
            self.assertEqual((result.code, len(changes)), (10, 1), f"\n{result}")

    def test_dead_before_the_change(self):
        """Closed by the server while it was kept: whether sent again or unknown, it is not applied twice."""
        def script(connection, _number):
            connection.read()
            connection.send(ANSWER)
        for call in (CHANGE, BARE):
            with self.subTest(call=call):
                result, changes = self.run_two(script, call)
                self.assertEqual((result.code, len(changes)), (0, 1) if result.code == 0 else (10, 0), f"\n{result}")

    def test_dead_at_the_same_moment(self):
        """nginx closes a kept connection just when the change arrives: once, or unknown, never twice."""
        self.profiles(test="retries = 2;")
        with Origin() as origin:
            proxy = nginx(self, f"keepalive_requests 1; location / {{ proxy_pass http://127.0.0.1:{origin.port}; }}")
            for call in (CHANGE, BARE):
                before = origin.applied()
                result = self.run_program("-p", "t", "--base-url", proxy.url, "-q", "run", "-", stdin=f"{' '.join(READ)}\n{' '.join(call)}\n")
                self.assert_code(result, 0)
                self.assertEqual(origin.applied(), before + 1)

    def test_kept_by_haproxy_then_dropped(self):
        """haproxy keeps the connection for the second request and drops its answer."""
        self.profiles(test="retries = 2;")
        rule = "http-response set-header content-length 5000 if { res.hdr(X-Which) SECOND }"

        def script(connection, _number):
            while request := connection.read():
                first = request.startswith(b"GET")
                connection.send(json_answer(headers=[] if first else ["X-Which: SECOND"]))
                if not first:
                    return  # else haproxy keeps this connection, and the origin waits for its end
        for call in (CHANGE, BARE):
            with self.subTest(call=call), Origin(script) as origin:
                proxy = haproxy(self, "", f"{rule}\n  server s 127.0.0.1:{origin.port}")
                result = self.run_program("-p", "t", "--base-url", proxy.url, "-q", "run", "-", stdin=f"{' '.join(READ)}\n{' '.join(call)}\n")
                changes = [r for r in origin.whole() if not r.startswith(b"GET")]
                self.assertEqual((result.code, len(changes)), (10, 1), f"\n{result}")

    def test_limited_then_dropped(self):
        """429 is tried again on the kept connection; what happens to that try is what counts."""
        for reset in (False, True):
            def script(connection, number, reset=reset):
                connection.read()
                connection.send(raw_answer(429, "{}", ["Retry-After: 0", "Content-Type: application/json"]))
                connection.read()
                if reset:
                    connection.reset()
            for call in (CHANGE, BARE):
                self.profiles(test="retries = 3;")
                with self.subTest(reset=reset, call=call), Origin(script) as origin:
                    result = self.run_program("-p", "t", "--base-url", origin.url, *call)
                    self.assert_failed(result, 10)
                    self.assertEqual(len(origin.whole()), 2)
                    self.assertEqual(len({request_id(r) for r in origin.requests}), 1)

    def test_trusted(self):
        def script(connection, number):
            while connection.read():
                if number == 1 and len(connection.peer.requests) == 2:
                    return
                connection.send(ANSWER)
        for call in (CHANGE, BARE):
            with self.subTest(call=call):
                result, changes = self.run_two(script, call, trust="trusted")
                self.assert_code(result, 0)
                self.assertEqual((len(changes), len({request_id(r) for r in changes})), (2, 1))


def markdown():
    lines = ["# What is said when an exchange breaks", "",
             "Made by `REGEN=1 tests/run safety -k readme` from the table in `test_breaks.py`, each cell of which is a test: exit code · times",
             "that the change was applied · requests that the server saw, with one retry allowed and the break repeated on each try.",
             "*Trusted* is a profile with `idempotency = \"trusted\"`: its server applies an identifier once. Exit code 9 promises that nothing",
             "was sent, 10 that nobody knows, 4 and 8 that nothing was applied. Faults of other kinds, and what to do: `../faults/README.md`.", "",
             "| where it breaks | how | by | " + " | ".join(HEADINGS) + " | what is said |",
             "|---" * (4 + len(HEADINGS)) + "|"]
    for where, how, who, cells, said in TABLE:
        texts = ["–" if not cell else f"{cell[0]} · {cell[1] if call != 'read' else '–'} · {cell[2]}"
                 for (call, _), cell in zip(COLUMNS, cells)]
        lines.append(f"| {where} | {how} | {who} | " + " | ".join(texts) + f" | {said or '–'} |")
    return "\n".join(lines) + "\n"
