# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that asks for the client's certificate: --cert and --key."""

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
