# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that does to a connection whatever a test wants: half an answer, none, a reset, one byte at a time."""

import json
import select
import socket
import struct
import threading
import time


def raw_answer(status=200, body=b"", headers=(), reason="X"):
    """An answer's bytes; the caller's headers stand before Content-Length."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {reason}", *headers]
    if not any(h.lower().startswith(("content-length", "transfer-encoding")) for h in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def json_answer(value=None, status=200, headers=()):
    value = {"responseCode": "OK", "responseMessage": "Success", "entitlementId": "ENT-1", "status": "ACTIVE"} if value is None else value
    body = value if isinstance(value, (bytes, str)) else json.dumps(value)
    return raw_answer(status, body, ["Content-Type: application/json", *headers])


class Connection:
    """One accepted connection, as a script sees it."""

    def __init__(self, sock, peer):
        self.sock, self.peer = sock, peer
        sock.settimeout(30)

    def read(self):
        """Reads one request and returns its bytes; empty at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.sock.recv(65536)
            if not piece:
                return data
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        while len(body) < length:
            piece = self.sock.recv(65536)
            if not piece:
                break
            body += piece
        self.peer.requests.append(head + b"\r\n\r\n" + body)
        return self.peer.requests[-1]

    def send(self, data):
        self.sock.sendall(data)

    def dribble(self, data, pause=0.01):
        for i in range(len(data)):
            self.sock.sendall(data[i:i + 1])
            time.sleep(pause)

    def hold(self, seconds=30):
        """Says nothing until the client or the test ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.peer.stopped:
            ready, _, _ = select.select([self.sock], [], [], 0.05)
            if ready and not self.sock.recv(65536):
                return

    def reset(self):
        """The next close is a reset instead of an orderly end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Peer:
    """
    Serves each connection by `script(connection, number)`, numbered from 1, then closes it. Bytes instead of a
    function are the answer to every request; a list of them the answers to the first, second, …, last one onwards.
    """

    def __init__(self, script):
        self.script = script if callable(script) else self._answers(script if isinstance(script, list) else [script])
        self.requests, self.faults = [], []
        self.connections = 0
        self.stopped = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped = True
        self.listener.close()
        for thread in list(self.threads):
            thread.join(5)

    def _answers(self, answers):
        def script(connection, _number):
            while connection.read():
                connection.send(answers[min(len(self.requests), len(answers)) - 1])
        return script

    def _accept(self):
        while not self.stopped:
            try:
                ready, _, _ = select.select([self.listener], [], [], 0.05)
                if not ready:
                    continue
                sock, _ = self.listener.accept()
            except (OSError, ValueError):
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, sock, number):
        with sock:
            try:
                self.script(Connection(sock, self), number)
            except OSError as fault:  # the client went away: the test says whether that is right
                self.faults.append(fault)
