# SPDX-License-Identifier: GPL-3.0-or-later
"""`sandbox serve` for programs that are not ours: what it says to requests that our client never sends."""

import base64
import json
import socket

from blackbox import Case

BASIC = "Authorization: Basic " + base64.b64encode(b"sandbox:sandbox").decode()
UPDATE = "PATCH /v1/entitlement/ENT-1001"
SUSPEND = "POST /v1/entitlement/suspend/ENT-1001"
LARGEST = 1 << 20


class Serve(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve(*self.options())

    def options(self):
        return []

    def send(self, data):
        """The whole answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as sock:
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has said all it has to say already
            answer = b""
            try:
                while piece := sock.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
        return answer

    def ask(self, line, *headers, body=b"", host="Host: x", credentials=BASIC):
        """(status, reply) of a request; its last header says how long it is, unless one of these does."""
        body = body.encode() if isinstance(body, str) else body
        lines = [f"{line} HTTP/1.1", host, credentials, "Connection: close", *headers]
        if not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
            lines.append(f"Content-Length: {len(body)}")
        answer = self.send("\r\n".join(filter(None, lines)).encode("latin-1") + b"\r\n\r\n" + body)
        head, _, rest = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(rest)

    def assert_bad(self, message, line, *headers, status=400, **more):
        found, reply = self.ask(line, *headers, **more)
        self.assertEqual((found, reply["responseMessage"]), (status, message))
        return reply


class Requests(Serve):
    def test_framing(self):
        """RFC 9112, 3.2 and 6.3: what two readers could read in two ways is refused."""
        get = "GET /v1/echo/x"
        self.assert_bad("Host is missing", get, host=None)
        self.assert_bad("Host is repeated", get, "Host: y")
        self.assert_bad("Content-Length is repeated", SUSPEND, "Content-Length: 2", "Content-Length: 3", body=b"{}")
        self.assert_bad("Transfer-Encoding together with Content-Length", SUSPEND, "Content-Length: 2", "Transfer-Encoding: chunked",
                        body=b"2\r\n{}\r\n0\r\n\r\n")
        self.assertEqual(self.ask(get)[0], 200)
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_header_that_hides_something(self):
        answer = self.send(b"GET /v1/echo/x HTTP/1.1\r\nHost: x\r\n" + BASIC.encode() + b"\r\nX-A: 1\0\r\nConnection: close\r\n\r\n")
        self.assertIn(b" 400 ", answer.partition(b"\r\n")[0])

    def test_too_large(self):
        self.assert_bad("the body is too large", SUSPEND, f"Content-Length: {LARGEST + 1}", status=413)
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        self.assert_bad("the body is too large", SUSPEND, "Transfer-Encoding: chunked", status=413,
                        body=chunk * (LARGEST // 0x10000 + 1) + b"0\r\n\r\n")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_bodies(self):
        for body, message in (("{", None), ("[1]", "the body is not a JSON object"), ('"x"', "the body is not a JSON object"),
                              ("{" + '"merchantExtensionData":' + '{"a":' * 62 + "1" + "}" * 63, "the body is nested too deep"),
                              ("{}", "the body has fewer than 1 member"), ('{"colour":"red"}', None)):
            with self.subTest(body=body[:40]):
                status, reply = self.ask(UPDATE, "Content-Type: application/json", body=body)
                self.assertEqual((status, reply["responseCode"]), (400, "BAD_REQUEST"))
                if message:
                    self.assertEqual(reply["responseMessage"], message)
        self.assertIn("colour", reply["responseMessage"])

    def test_queries(self):
        self.assertEqual(self.ask("GET /v1/entitlement/ENT-1001?colour=red")[0], 400)
        self.assert_bad("the query is not valid", "GET /v1/entitlement/ENT-1001?%zz=1")

    def test_identifier(self):
        for identifier in ("a b", "x" * 300, "\xe4"):
            self.assert_bad("parameter is invalid: X-RequestIdentifier", SUSPEND, f"X-RequestIdentifier: {identifier}")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_credentials(self):
        for header in (None, "Authorization: Basic ###", "Authorization: Basic c2FuZGJveA==", "Authorization: Digest x", "Authorization: Bearer wrong"):
            with self.subTest(header=header):
                self.assertEqual(self.ask("GET /v1/echo/x", credentials=header)[0], 401)
        for header in ("Authorization: Bearer sandbox", BASIC.replace("Basic ", "basic  ")):
            with self.subTest(header=header):
                self.assertEqual(self.ask("GET /v1/echo/x", credentials=header)[0], 200)

    def test_methods_and_paths(self):
        for line, status in (("PUT /v1/echo/x", 405), ("GET /v1/nowhere", 404), ("GET /v1/echo/%zz", 404), ("GET /v1/echo/", 404),
                             ("GET /v1/echo/%ff", 404), ("GET /v1/echo/x/y", 404)):
            with self.subTest(line=line):
                self.assertEqual(self.ask(line)[0], status)


class Log(Serve):
    def options(self):
        return ["-v", "--fault", "503@2"]

    def test_lines(self):
        """With -v a line for each request, and no byte of it steers the terminal."""
        self.ask("GET /v1/echo/x")
        self.ask("GET /v1/echo/x")
        self.ask("GET /v1/nowhere\x9b1m")
        self.server.process.terminate()
        lines = self.server.process.stderr.read().decode("utf-8", "backslashreplace").splitlines()
        lines = [line for line in lines if not line.startswith("bangoctl: serving")]
        self.assertEqual(self.server.process.wait(10), 0)
        self.assertEqual(lines[:2], ["GET /v1/echo/x → 200", "GET /v1/echo/x → 503 (503)"])
        self.assertRegex(lines[2], r"^GET /v1/nowhere\\[xu]\w+1m → 404$")


class AnotherDocument(Serve):
    """Rules that the built-in contract has no use for."""

    def options(self):
        text = {"type": "string"}
        self.write("shop.json", json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {
            "/order/{id}": {"get": {"operationId": "getOrder", "responses": {"200": {"description": "d", "content": {"application/json": {
                "example": {"id": "o1", "status": "OPEN"}}}}}}},
            "/order/newest": {"get": {"operationId": "newest", "responses": {"200": {"description": "d", "content": {"application/json": {
                "example": {"number": 7}}}}}}},
            "/order": {"post": {"operationId": "addOrder", "requestBody": {"required": True, "content": {"application/json": {"schema": {
                "type": "object", "properties": {"id": text, "to": {"type": "object", "properties": {"city": text}},
                                                 "lines": {"type": "array", "items": {"type": "integer"}}}}}}},
                "responses": {"201": {"description": "d", "content": {"application/json": {"example": {"id": "o1", "status": "OPEN"}}}}}}}}}))
        return ["--contract", "shop.json"]

    def test_the_more_literal_path_wins(self):
        self.assertEqual(self.ask("GET /order/newest")[1]["number"], 7)
        self.assertEqual(self.ask("GET /order/o1")[1]["id"], "o1")

    def test_bodies(self):
        self.assert_bad("parameter is required: the body", "POST /order")
        for body, name in (('{"to": 1}', "to"), ('{"to": {"city": 1}}', "to.city"), ('{"to": {"street": "x"}}', "to.street"),
                           ('{"lines": ["x"]}', "lines"), ('{"lines": 1}', "lines"), ('{"id\\u0000": 1}', "id")):
            with self.subTest(body=body):
                status, reply = self.ask("POST /order", body=body)
                self.assertEqual((status, reply["responseMessage"].rpartition(" ")[2]), (400, name))
        self.assertEqual(self.ask("POST /order", body='{"to": null, "lines": [1, 2]}')[0], 201)

    def test_id_of_the_caller(self):
        self.assertEqual(self.ask("POST /order", body='{"id": "mine"}')[1]["id"], "mine")
        status, reply = self.ask("POST /order", body='{"id": "mine"}')
        self.assertEqual((status, reply["responseMessage"]), (409, "it is there already: mine"))
