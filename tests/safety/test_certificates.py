# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that asks for the client's certificate: --cert and --key."""

import os
import socket
import ssl
import threading

from common import SafetyCase, certificate, haproxy

OK = "http-request return status 200 content-type application/json string '{\"responseCode\":\"OK\",\"echo\":\"x\"}'"
CHANGE = ["entitlement", "suspend", "ENT-1", "--reason-code", "OTHER"]


class ClientCertificate(SafetyCase):
    def setUp(self):
        super().setUp()
        self.ca, _, both = certificate(self.home, "server")
        self.cert, self.key, self.both = certificate(self.home, "client", subject="acme.example")
        self.proxy = haproxy(self, OK, tls=f"ssl crt {both} ca-file {self.cert} verify required")
        self.use("")

    def use(self, more):
        self.profiles(f"https://127.0.0.1:{self.proxy.port}", test=f'cacert = "{self.ca}"; {more}')

    def call(self, *words):
        return self.run_program("-p", "t", "--retries", "0", *(words or ["echo", "x"]))

    def test_shown(self):
        for words in (["--cert", self.cert, "--key", self.key], ["--cert", self.both]):
            with self.subTest(words=words):
                self.assertEqual(self.call(*words, "echo", "x", "--field", "echo").out, "x\n")
        self.use(f'cert = "{self.cert}"; key = "{self.key}";')
        self.assert_code(self.call(), 0)

    def test_not_shown(self):
        """In TLS 1.3 the server says no after the handshake, so what was sent by then is perhaps read."""
        self.assert_failed(self.call(), 5, "hint: name it and its key with cert and key (--cert, --key)")
        self.assert_failed(self.call(*CHANGE), 10, "the outcome is unknown")
        self.assertEqual(self.proxy.seen, 0)

    def test_files_that_will_not_do(self):
        other = certificate(self.home, "other")[1]
        self.write("empty", "")
        for cert, key, said in (("nowhere", self.key, 'cert "nowhere"'), (self.cert, "nowhere", 'key "nowhere"'), (self.cert, other, f'key "{other}"'),
                                ("empty", self.key, 'cert "empty"'), (self.cert, "empty", 'key "empty"')):
            for words in (["echo", "x"], CHANGE):
                with self.subTest(cert=cert, key=key, words=words):
                    result = self.call("--cert", cert, "--key", key, *words)
                    self.assert_failed(result, 3, said)
                    self.assertLessEqual(len(result.err.splitlines()), 2)
        self.assertEqual(self.proxy.seen, 0)


class FileGone(SafetyCase):
    """A kept connection dies with a change in it, and libcurl makes another, for which it reads our certificate again."""

    def setUp(self):
        super().setUp()
        self.ca, key, _ = certificate(self.home, "server")
        self.cert, self.key, _ = certificate(self.home, "client", subject="acme.example")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, key)
        self.applied = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        threading.Thread(target=self.serve, daemon=True).start()
        self.profiles(f"https://127.0.0.1:{self.listener.getsockname()[1]}", test=f'cacert = "{self.ca}"; cert = "{self.cert}"; key = "{self.key}";')

    def serve(self):
        """Applies each change it gets; instead of an answer to the second the client's certificate is gone, and the connection."""
        while True:
            try:
                connection = self.context.wrap_socket(self.listener.accept()[0], server_side=True)
                self.talk(connection)
                connection.close()
            except ssl.SSLError:
                pass
            except OSError:
                return

    def talk(self, connection):
        text = connection.makefile("rb")
        while head := b"".join(iter(text.readline, b"\r\n")):
            lengths = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            text.read(int(lengths[0]) if lengths else 0)
            self.applied.append(head.split()[1])
            if len(self.applied) == 2:
                os.rename(self.cert, f"{self.cert}.gone")
                break
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"responseCode":"OK"}')
        text.close()

    def test_one_by_one(self):
        self.write("two.bango", "".join(f"entitlement suspend ENT-{i} --reason-code OTHER\n" for i in (1, 2)))
        result = self.run_program("-p", "t", "run", "two.bango")
        self.assert_code(result, 10)
        self.assertIn("the outcome is unknown", result.err)
        self.assertEqual(len(self.applied), 2)
        listed = self.run_program("-p", "t", "reconcile", "-o", "json").json
        self.assertEqual([row["target"] for row in listed], ["ENT-2"])

    def test_bulk_sends_nothing_twice(self):
        self.write("rows.csv", "entitlementId,reasonCode\n" + "".join(f"ENT-{i},OTHER\n" for i in range(1, 4)))
        first = self.run_program("-p", "t", "bulk", "entitlement", "suspend", "--input", "rows.csv", "--journal", "j", "--jobs", "1", "--retries", "0")
        self.assertNotEqual(first.code, 0, first)
        os.rename(f"{self.cert}.gone", self.cert)
        self.run_program("-p", "t", "bulk", "resume", "j")
        self.assertEqual(len(self.applied), len(set(self.applied)), self.applied)
        self.assertEqual(self.run_program("bulk", "status", "j", "-o", "json").json[0]["unknown"], 1)
