# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies that are wrong on the wire: what is no HTTP, headers, lengths, chunks, interim replies, statuses without a body."""

import json
import time

from blackbox import json_answer, raw_answer

from matrix import BROKEN, FINE, UNUSABLE, raw, row, saying

BODY = json.dumps({"responseCode": "OK", "responseMessage": "Success", "entitlementId": "ENT-1001", "status": "ACTIVE"})
JSON = "Content-Type: application/json"
ANSWER = json_answer(BODY)
BIG = ["--max-reply", "1M"]


def answer(*headers, body=BODY, status=200):
    return raw_answer(status, body, [JSON, *headers])


def chunked(*chunks, more=()):
    return raw_answer(200, b"".join(chunks), [JSON, "Transfer-Encoding: chunked", *more])


def chunk(text):
    data = text.encode() if isinstance(text, str) else text
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def endless(begin, again):
    """Says `begin`, and then the same again until the client has enough."""
    def script(connection, _number):
        connection.read()
        connection.send(begin)
        block = again * (1 + 65536 // len(again))
        end = time.monotonic() + 20
        while time.monotonic() < end and not connection.peer.stopped:
            connection.send(block)
    return script


WHAT = "What is no HTTP"
saying(WHAT, "another protocol's greeting", BROKEN, b"SSH-2.0-OpenSSH_9.2\r\n")
saying(WHAT, "the body alone, as in HTTP/0.9", BROKEN, BODY.encode())
saying(WHAT, "HTTP/2 without TLS", BROKEN, bytes.fromhex("000006040000000000000300000064") * 3)
saying(WHAT, "HTTP/3 in the status line", BROKEN, ANSWER.replace(b"HTTP/1.1", b"HTTP/3"))
saying(WHAT, "a status of two digits", BROKEN, ANSWER.replace(b" 200 ", b" 20 "))
saying(WHAT, "a status of four digits", BROKEN, ANSWER.replace(b" 200 ", b" 2000 "))
saying(WHAT, "nothing at all", BROKEN, b"")
saying(WHAT, "TLS, and base_url is http", BROKEN, bytes.fromhex("15030300020246"))

HEADERS = "Headers"
saying(HEADERS, "half a status line", BROKEN, b"HTTP/1.")
saying(HEADERS, "half a header", BROKEN, b"HTTP/1.1 200 OK\r\nContent-Ty")
saying(HEADERS, "a line without a colon", BROKEN, answer("nonsense"))
saying(HEADERS, "a NUL in a header", BROKEN, answer("X-A: a\0b"))
saying(HEADERS, "a header of 2 MB", BROKEN, b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2000000)
row(HEADERS, "a header without end", "raw socket", BROKEN)(lambda case: raw(case, endless(b"HTTP/1.1 200 OK\r\nX: ", b"a")))
row(HEADERS, "headers without end", "raw socket", BROKEN)(lambda case: raw(case, endless(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n")))
saying(HEADERS, "a folded header", FINE, answer("X-A: a\r\n b"))

LENGTHS = "Lengths"
saying(LENGTHS, "Content-Length too long", BROKEN, answer("Content-Length: 5000"))
saying(LENGTHS, "Content-Length too short", UNUSABLE, answer("Content-Length: 9"))
saying(LENGTHS, "Content-Length 0, and a body", UNUSABLE, answer("Content-Length: 0"))
saying(LENGTHS, "two lengths, the first is right", BROKEN, answer(f"Content-Length: {len(BODY)}", "Content-Length: 9"))
saying(LENGTHS, "two lengths, the second is right", BROKEN, answer("Content-Length: 9", f"Content-Length: {len(BODY)}"))
saying(LENGTHS, "a negative length", BROKEN, answer("Content-Length: -1"))
saying(LENGTHS, "a length that is no number", BROKEN, answer("Content-Length: many"))
saying(LENGTHS, "a length beyond 64 bits, and a whole body", FINE, answer("Content-Length: 99999999999999999999999"))
saying(LENGTHS, "a length and chunks", FINE,
       raw_answer(200, chunk(BODY) + chunk(""), [JSON, "Content-Length: 9", "Transfer-Encoding: chunked"]))
saying(LENGTHS, "chunks and a length", FINE,
       raw_answer(200, chunk(BODY) + chunk(""), [JSON, "Transfer-Encoding: chunked", "Content-Length: 9"]))
saying(LENGTHS, "neither: the body ends with the connection", FINE, b"HTTP/1.1 200 OK\r\n" + JSON.encode() + b"\r\n\r\n" + BODY.encode())
saying(LENGTHS, "neither, and the body is cut", UNUSABLE, b"HTTP/1.1 200 OK\r\n" + JSON.encode() + b"\r\n\r\n" + BODY.encode()[:-3])
saying(LENGTHS, "a body larger than max_reply, announced", ((5, 1), (10, 1)), answer(body="[" + "1," * 1000000 + "1]"), *BIG)
row(LENGTHS, "a body without end", "raw socket", ((5, 1), (10, 1)))(
    lambda case: raw(case, endless(b"HTTP/1.1 200 OK\r\n" + JSON.encode() + b"\r\n\r\n[", b"1,"), *BIG))

CHUNKS = "Chunks"
saying(CHUNKS, "as it should be", FINE, chunked(chunk(BODY), chunk("")))
saying(CHUNKS, "a size that is no number", BROKEN, chunked(b"zz\r\n", BODY.encode(), b"\r\n0\r\n\r\n"))
saying(CHUNKS, "a size beyond 64 bits", BROKEN, chunked(b"fffffffffffffffff\r\n", BODY.encode()))
saying(CHUNKS, "a negative size", BROKEN, chunked(b"-5\r\n", BODY.encode(), b"\r\n0\r\n\r\n"))
saying(CHUNKS, "a huge size, and the connection closes", BROKEN, chunked(b"7fffffffffffffff\r\n", BODY.encode()))
saying(CHUNKS, "a size that is too small", BROKEN, chunked(b"5\r\n", BODY.encode(), b"\r\n0\r\n\r\n"))
saying(CHUNKS, "the last chunk is missing", BROKEN, chunked(chunk(BODY)))
saying(CHUNKS, "no line end after a chunk", BROKEN, chunked(chunk(BODY)[:-2], chunk("")))
saying(CHUNKS, "no empty line after the last", BROKEN, chunked(chunk(BODY), b"0\r\n"))
saying(CHUNKS, "one byte a chunk", FINE, chunked(*(chunk(c) for c in BODY), chunk("")))
saying(CHUNKS, "a trailer", FINE, chunked(chunk(BODY), b"0\r\nX-Sum: 1\r\n\r\n"))
row(CHUNKS, "chunks without end", "raw socket", ((5, 1), (10, 1)))(
    lambda case: raw(case, endless(chunked(chunk("[")), chunk("1," * 1000)), *BIG))
row(CHUNKS, "a chunk's extension without end", "raw socket", BROKEN)(
    lambda case: raw(case, endless(chunked(b"5;a="), b"b"), "--timeout", "1"))
row(CHUNKS, "trailers without end", "raw socket", BROKEN)(
    lambda case: raw(case, endless(chunked(chunk(BODY), b"0\r\n"), b"X: y\r\n")))
saying(CHUNKS, "a coding that is not known", BROKEN, raw_answer(200, BODY, [JSON, "Transfer-Encoding: rot13"]))

INTERIM = "Interim replies, and replies without a body"
CONTINUE, HINTS = b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
saying(INTERIM, "100, then the reply", FINE, CONTINUE + ANSWER)
saying(INTERIM, "102, 103, then the reply", FINE, b"HTTP/1.1 102 Processing\r\n\r\n" + HINTS + ANSWER)
saying(INTERIM, "103 a hundred times, then the reply", FINE, HINTS * 100 + ANSWER)
saying(INTERIM, "103, and then nothing", BROKEN, HINTS)
row(INTERIM, "100 without end", "raw socket", BROKEN)(lambda case: raw(case, endless(b"", CONTINUE)))
row(INTERIM, "103 without end", "raw socket", BROKEN)(lambda case: raw(case, endless(b"", HINTS)))
saying(INTERIM, "101 that nobody asked for, and its protocol", UNUSABLE,
       b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello")
saying(INTERIM, "101, then the reply", UNUSABLE, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + ANSWER)
saying(INTERIM, "204", FINE, b"HTTP/1.1 204 No Content\r\n\r\n")
saying(INTERIM, "204 with a body", FINE, raw_answer(204, BODY))
saying(INTERIM, "205", FINE, raw_answer(205))
saying(INTERIM, "205 with a body", FINE, answer(status=205))
saying(INTERIM, "304", UNUSABLE, b"HTTP/1.1 304 Not Modified\r\n\r\n")
saying(INTERIM, "304 with a length, as to HEAD", UNUSABLE, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")
saying(INTERIM, "200 with a length and no body, as to HEAD", BROKEN, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
saying(INTERIM, "200 and an empty body", UNUSABLE, answer(body=""))
saying(INTERIM, "a second reply after the first", FINE, ANSWER + json_answer({"responseCode": "CONFLICT"}, 409))

SLOW = "Slow replies"


def dribbles(pause, *words):
    def script(connection, _number):
        connection.read()
        connection.dribble(ANSWER, pause)
    return lambda case: raw(case, script, *words)


row(SLOW, "one byte at a time", "raw socket", FINE)(dribbles(0.001))
row(SLOW, "one byte at a time, beyond the time-out", "raw socket", BROKEN)(dribbles(0.05, "--timeout", "0.5"))


@row(SLOW, "silence after the header", "raw socket", BROKEN)
def silence_after_the_header(case):
    def script(connection, _number):
        connection.read()
        connection.send(ANSWER[:ANSWER.index(b"\r\n\r\n") + 4])
        connection.hold()
    return raw(case, script, "--timeout", "0.5")


@row(SLOW, "silence in the middle of the body", "raw socket", BROKEN)
def silence_in_the_body(case):
    def script(connection, _number):
        connection.read()
        connection.send(ANSWER[:-5])
        connection.hold()
    return raw(case, script, "--timeout", "0.5")
