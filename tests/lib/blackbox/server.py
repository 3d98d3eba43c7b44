# SPDX-License-Identifier: GPL-3.0-or-later
"""`bangoctl sandbox serve` as a fixture, and a proxy that records what a client sends to it, byte by byte."""

import select
import signal
import socket
import subprocess
import threading

from . import program


class Server:
    """A sandbox server on a free port, with a fixed clock unless `seed` is None."""

    def __init__(self, home, env, *args, seed=1):
        fixed = [] if seed is None else ["--seed", seed]
        argv = program.command_line(["sandbox", "serve", *fixed, *args])
        self.process = program.start(argv, home, env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
        ready, _, _ = select.select([self.process.stdout], [], [], program.TIMEOUT)
        self.url = self.process.stdout.readline().decode().strip() if ready else ""
        if not self.url.startswith("http://127.0.0.1:"):
            program.end_group(self.process)
            raise AssertionError(f"the server did not start: {self.process.stderr.read()!r}")
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Ends it and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        program.end_group(self.process)
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode


class Recorder:
    """Passes bytes on to a port of this machine, and keeps those of both sides, a bytearray a connection."""

    def __init__(self, port):
        self.target = port
        self.connections, self.answers = [], []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.stopped = False
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopped = True
        self.listener.close()
        for thread in list(self.threads):
            thread.join(5)

    @property
    def requests(self):
        """Every request, in the order of connections, as bytes."""
        return [request for data in self.connections for request in split_messages(bytes(data))]

    @property
    def replies(self):
        """Every reply that says how long it is, in the order of connections, as bytes."""
        return [reply for data in self.answers for reply in split_messages(bytes(data))]

    def _accept(self):
        while not self.stopped:
            try:
                ready, _, _ = select.select([self.listener], [], [], 0.05)
                if not ready:
                    continue
                client, _ = self.listener.accept()
            except (OSError, ValueError):
                return
            sent, answered = bytearray(), bytearray()
            self.connections.append(sent)
            self.answers.append(answered)
            thread = threading.Thread(target=self._pass_on, args=(client, sent, answered), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _pass_on(self, client, sent, answered):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            while not self.stopped:
                ready, _, _ = select.select([client, server], [], [], 0.05)
                for source in ready:
                    try:
                        piece = source.recv(65536)
                        kept = sent if source is client else answered
                        kept += piece
                        if piece:
                            (server if source is client else client).sendall(piece)
                    except OSError:
                        return
                    if not piece:
                        return


def split_messages(data):
    """Cuts what one side sent on a connection into requests or replies; what is left over is the last one."""
    messages = []
    while data:
        head, blank, rest = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not blank or len(rest) < length:
            return messages + [data]
        messages.append(head + blank + rest[:length])
        data = rest[length:]
    return messages
