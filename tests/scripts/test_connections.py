# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection for the commands of a script; and a kept connection that breaks does not double a change."""

import ssl
import subprocess
import threading

from blackbox import Case, Peer, json_answer, slow
from blackbox.peer import Connection
from blackbox.terminal import need

CHANGES = {"with a body": "entitlement suspend ENT-1 --reason-code OTHER", "without a body": "entitlement resume ENT-1"}


def answer_all(connection, _number):
    while connection.read():
        connection.send(json_answer())


class SecurePeer(Peer):
    """A Peer behind TLS."""

    def __init__(self, script, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        super().__init__(script)
        self.url = f"https://127.0.0.1:{self.port}"

    def _serve(self, sock, number):
        try:
            with self.context.wrap_socket(sock, server_side=True) as secured:
                self.script(Connection(secured, self), number)
        except OSError as fault:
            self.faults.append(fault)


class Connections(Case):
    def run_lines(self, peer, text, *options):
        self.write("s", text)
        return self.run_program("-p", "sandbox", "--base-url", peer.url, "--retries", "0", "--timing", *options, "run", "s")

    def test_kept(self):
        with Peer(answer_all) as peer:
            result = self.run_lines(peer, "echo a\nentitlement get ENT-1\nentitlement resume ENT-1\necho b\n")
            self.assert_code(result, 0)
            self.assertEqual((peer.connections, len(peer.requests)), (1, 4))
            self.assertEqual((result.err.count("new connection"), result.err.count("kept connection")), (1, 3))

    def test_kept_through_use(self):
        with Peer(answer_all) as peer:
            self.config('profiles = { ' + " ".join(f'{name} = {{ environment = "test"; base_url = "{peer.url}"; username = "{name}"; '
                                                   'password = "p"; };' for name in "ab") + " };")
            self.write("s", "use a\necho a\nuse b\necho b\nuse a\necho c\n")
            result = self.run_program("run", "s")
            self.assert_code(result, 0)
            self.assertEqual(peer.connections, 1)
            users = [line for request in peer.requests for line in request.split(b"\r\n") if line.startswith(b"Authorization")]
            self.assertEqual([users[0] == users[1], users[0] == users[2]], [False, True])

    def test_kept_over_tls(self):
        need("openssl")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "ca.pem"],
                       cwd=self.home, check=True, capture_output=True, timeout=20)
        with SecurePeer(answer_all, self.home / "ca.pem", self.home / "key.pem") as peer:
            result = self.run_lines(peer, "echo a\nentitlement resume ENT-1\necho b\n", "--cacert", "ca.pem")
            self.assert_code(result, 0)
            self.assertEqual((peer.connections, len(peer.requests)), (1, 3))
            self.assertEqual((result.err.count("new connection"), result.err.count("kept connection")), (1, 2))
            self.assert_code(self.run_lines(peer, "echo a\n"), 9)  # without the CA
            self.assertEqual(len(peer.requests), 3)

    def test_applied_and_dropped(self):
        """The server applies a change on a kept connection and then drops it: unknown, and seen exactly once."""
        for reset in (False, True):
            for name, line in CHANGES.items():
                with self.subTest(change=name, reset=reset):
                    def script(connection, number, reset=reset):
                        connection.read()
                        if number == 1:
                            connection.send(json_answer())
                            connection.read()
                            if reset:
                                connection.reset()
                    with Peer(script) as peer:
                        result = self.run_lines(peer, f"echo a -o none\n{line}\n")
                        self.assert_failed(result, 10, "s:2: ")
                        self.assertEqual(len(peer.requests), 2, result)

    def test_half_an_answer_on_a_kept_connection(self):
        for name, line in CHANGES.items():
            with self.subTest(change=name):
                def script(connection, number):
                    connection.read()
                    connection.send(json_answer())
                    connection.read()
                    connection.send(json_answer()[:60])
                with Peer(script) as peer:
                    self.assert_failed(self.run_lines(peer, f"echo a -o none\n{line}\n"), 10)
                    self.assertEqual(len(peer.requests), 2)

    def test_closed_while_idle(self):
        """A kept connection that was closed between two commands is replaced; the change goes out once."""
        for name, line in CHANGES.items():
            with self.subTest(change=name):
                closed, mark = threading.Event(), self.home / f"closed {name}"

                def script(connection, number, closed=closed, mark=mark):
                    connection.read()
                    connection.send(json_answer())
                    if number == 1:
                        connection.sock.close()
                        mark.write_text("")
                        closed.set()
                with Peer(script) as peer:
                    wait = f"while ! test -e '{mark}'; do sleep 0.01; done"
                    result = self.run_lines(peer, f"echo a | cat >/dev/null; {wait}\n{line} -o none\n")
                    self.assert_code(result, 0)
                    self.assertEqual((peer.connections, len(peer.requests)), (2, 2), result)

    @slow
    def test_idle_for_long(self):
        """Servers begin to close idle connections after five seconds: a change does not run into that, a read may."""
        pause = "echo a | sleep 4.2\n"
        with Peer(answer_all) as peer:
            result = self.run_lines(peer, f"{pause}entitlement get ENT-1 -o none\n{pause}entitlement resume ENT-1 -o none\n")
            self.assert_code(result, 0)
            self.assertEqual((peer.connections, len(peer.requests)), (2, 4), result)
            self.assertEqual([line for line in result.err.splitlines() if " connection" in line][3].split(",")[0],
                             "bangoctl: timing: new connection")

    def test_read_on_a_dropped_connection_is_tried_again(self):
        def script(connection, number):
            connection.read()
            connection.send(json_answer())
            if number == 1:
                connection.read()
        with Peer(script) as peer:
            self.write("s", "echo a -o none\nentitlement get ENT-1 --field status\n")
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, "--retries", "2", "run", "s")
            self.assert_code(result, 0)
            self.assertEqual(result.out, "ACTIVE\n")
