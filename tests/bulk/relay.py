#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
relay.py PORT LOG [strip]: passes requests on to a server on this machine, and writes a line for each that has come whole.

With `strip` the server gets another X-RequestIdentifier each time, so that to it a repeat is a request like any other.
It is a process of its own, prints its URL first, and ends with its standard input.
"""

import asyncio
import json
import os
import socket
import sys
import time
import uuid

SERVER, LOG, STRIP = int(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), len(sys.argv) > 3
NAME = b"\r\nX-RequestIdentifier: "


def take_request(data):
    """The first whole request in the buffer, which loses it; None if there is none yet."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end + 4])
    at = head.lower().find(b"\r\ncontent-length:")
    length = int(head[at + 17:head.index(b"\r", at + 17)]) if at >= 0 else 0
    if len(data) < len(head) + length:
        return None
    request = bytes(data[:len(head) + length])
    del data[:len(request)]
    return request


def note(request):
    """Writes the line, and returns the request as the server is to see it."""
    method, path, _ = request.split(b" ", 2)
    at = request.find(NAME)
    identifier = request[at + len(NAME):request.index(b"\r", at + 2)] if at >= 0 else b""
    line = {"at": time.monotonic(), "method": method.decode(), "path": path.decode(), "id": identifier.decode()}
    os.write(LOG, json.dumps(line).encode() + b"\n")
    if STRIP and identifier:
        request = request.replace(identifier, str(uuid.uuid4()).encode(), 1)
    return request


class Behind(asyncio.Protocol):
    """The connection to the server."""

    def __init__(self, front):
        self.front = front

    def data_received(self, data):
        self.front.transport.write(data)

    def connection_lost(self, reason):
        if reason:
            self.front.transport.abort()
        self.front.transport.close()


class Front(asyncio.Protocol):
    """The connection of the client."""

    def __init__(self):
        self.data, self.waiting, self.behind = bytearray(), [], None

    def connection_made(self, transport):
        self.transport = transport
        asyncio.ensure_future(self.connect())

    async def connect(self):
        try:
            self.behind, _ = await asyncio.get_running_loop().create_connection(lambda: Behind(self), "127.0.0.1", SERVER)
        except OSError:
            self.transport.abort()
            return
        for request in self.waiting:
            self.behind.write(note(request))
        if self.transport.is_closing():
            self.behind.close()

    def data_received(self, data):
        self.data += data
        while request := take_request(self.data):
            if self.behind:
                self.behind.write(note(request))
            else:
                self.waiting.append(request)

    def connection_lost(self, _reason):
        if self.behind:
            self.behind.close()


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    await loop.create_server(Front, sock=listener)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
