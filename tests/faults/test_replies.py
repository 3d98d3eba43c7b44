# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that cannot be trusted: a read is 5, a change 10; nothing of them reaches stdout, nothing hangs."""

from blackbox import Case, Peer, json_answer, raw_answer

import calls

OK = '{"responseCode":"OK","x":%s}'

BROKEN = {
    "empty": b"",
    "blank": b"  \n",
    "html": b"<!DOCTYPE html><html></html>",
    "text": b"all is well",
    "half": b'{"responseCode":"OK",',
    "two": b'{"responseCode":"OK"}{"responseCode":"OK"}',
    "trailing": b'{"responseCode":"OK"} x',
    "comment": b'{"responseCode":"OK" /* well */}',
    "single quotes": b"{'responseCode':'OK'}",
    "NaN": (OK % "NaN").encode(),
    "leading zero": (OK % "01").encode(),
    "trailing comma": b'{"responseCode":"OK",}',
    "nul": b'{"responseCode":"OK","x":"a\0b"}',
    "nul after": b'{"responseCode":"OK"}\0',
    "raw newline in text": b'{"responseCode":"OK","x":"a\nb"}',
    "overlong": b'{"responseCode":"OK","x":"\xc0\xaf"}',
    "surrogate": b'{"responseCode":"OK","x":"\xed\xa0\x80"}',
    "beyond unicode": b'{"responseCode":"OK","x":"\xf4\x90\x80\x80"}',
    "lone byte": b'{"responseCode":"OK","x":"\xff"}',
    "cut sequence": b'{"responseCode":"OK","x":"\xe2\x82"}',
    "latin-1": '{"responseCode":"OK","x":"ü"}'.encode("latin-1"),
    "utf-16": '{"responseCode":"OK"}'.encode("utf-16"),
    "deep arrays": (OK % ("[" * 100 + "]" * 100)).encode(),
    "deep objects": (OK % ('{"a":' * 100 + "1" + "}" * 100)).encode(),
    "very deep": b"[" * 1000000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV\xca,.",
}


class Broken(Case):
    def check(self, name, call, code):
        with Peer(json_answer(BROKEN[name])) as peer:
            result = self.run_program(*calls.to(peer.url, *call))
            self.assert_failed(result, code)
            self.assertEqual(len(peer.requests), 1)
            self.assertEqual(result.error["kind"], {5: "server", 10: "unknown"}[code])


def add_test(name):
    def test(self):
        for call, code in [(calls.READ, 5), (calls.SEARCH, 5), (calls.CHANGE, 10), (calls.BARE_CHANGE, 10)]:
            with self.subTest(call=call):
                self.check(name, call, code)
    setattr(Broken, f"test_{name.replace(' ', '_').replace('-', '_')}", test)


for each in BROKEN:
    add_test(each)


class Transport(Case):
    """Answers that are wrong below the body."""

    def check(self, answer, read=5, change=10):
        def script(connection, _):
            connection.read()
            connection.send(answer)
        for call, code in [(calls.READ, read), (calls.CHANGE, change), (calls.BARE_CHANGE, change)]:
            with self.subTest(call=call), Peer(script) as peer:
                self.assert_failed(self.run_program(*calls.to(peer.url, *call)), code)
                self.assertEqual(peer.connections, 1)

    def test_length_too_long(self):
        self.check(raw_answer(200, '{"responseCode":"OK"}', ["Content-Length: 5000"]))

    def test_length_too_short(self):
        self.check(raw_answer(200, '{"responseCode":"OK"}', ["Content-Length: 9"]))

    def test_length_is_no_number(self):
        self.check(raw_answer(200, '{"responseCode":"OK"}', ["Content-Length: many"]))

    def test_chunks_are_garbage(self):
        self.check(raw_answer(200, "zz\r\n{}\r\n0\r\n\r\n", ["Transfer-Encoding: chunked"]))

    def test_chunks_end_early(self):
        self.check(raw_answer(200, 'F\r\n{"responseCode"', ["Transfer-Encoding: chunked"]))

    def test_last_chunk_is_missing(self):
        self.check(raw_answer(200, '15\r\n{"responseCode":"OK"}\r\n', ["Transfer-Encoding: chunked"]))

    def test_no_http_at_all(self):
        self.check(b"SSH-2.0-OpenSSH_9.2\r\n")

    def test_http_0_9(self):
        self.check(b'{"responseCode":"OK"}')

    def test_endless_header(self):
        self.check(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2000000)

    def test_many_headers(self):
        self.check(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200000 + b"\r\n{}")

    def test_unknown_transfer_coding(self):
        self.check(raw_answer(200, '{"responseCode":"OK"}', ["Transfer-Encoding: rot13"]))

    def test_chunks_are_fine(self):
        answer = raw_answer(200, '15\r\n{"responseCode":"OK"}\r\n0\r\n\r\n', ["Transfer-Encoding: chunked"])
        with Peer(answer) as peer:
            self.assert_code(self.run_program(*calls.to(peer.url, *calls.CHANGE)), 0)


class Size(Case):
    BODY = '{"responseCode":"OK","x":"' + "a" * 2000 + '"}'

    def run_with(self, limit, call, body=None):
        with Peer(json_answer(body or self.BODY)) as peer:
            return self.run_program(*calls.to(peer.url, "--max-reply", str(limit), *call))

    def test_cap(self):
        size = len(self.BODY)
        self.assert_code(self.run_with(size, calls.READ), 0)
        self.assert_failed(self.run_with(size - 1, calls.READ), 5, "larger than")
        self.assert_failed(self.run_with(size - 1, calls.CHANGE), 10, "larger than")
        self.assert_failed(self.run_with("1K", calls.READ), 5, "larger than 1024 bytes")

    def test_cap_is_64_mib(self):
        body = '{"x":"' + "a" * (64 * 1024 * 1024) + '"}'
        with Peer(json_answer(body)) as peer:
            self.assert_failed(self.run_program(*calls.to(peer.url, *calls.READ)), 5, "larger than")

    def test_large_reply_is_read(self):
        body = '{"entitlements":[' + ",".join('{"entitlementId":"E-%d"}' % i for i in range(200000)) + "]}"
        with Peer(json_answer(body)) as peer:
            result = self.run_program(*calls.to(peer.url, *calls.SEARCH, "--field", "entitlementId"))
            self.assert_code(result, 0)
            self.assertEqual(len(result.out.splitlines()), 200000)


class Kept(Case):
    """What a good reply must not lose on its way to stdout."""

    def check(self, body):
        with Peer(json_answer(body)) as peer:
            result = self.run_program(*calls.to(peer.url, *calls.READ, "-o", "json"))
            self.assert_code(result, 0)
            self.assertEqual(result.out, body + "\n")
            self.assertEqual(self.run_program(*calls.to(peer.url, *calls.READ, "-o", "raw")).out, body)

    def test_digits_of_numbers(self):
        self.check('{"a":12345678901234567890,"b":1.10,"c":1e400,"d":-0,"e":0.1000000000000000055511151231257827,"f":1E+2}')

    def test_order_and_unknown_fields(self):
        self.check('{"z":1,"a":{"y":[],"x":{}},"m":null,"":true}')

    def test_texts(self):
        self.check('{"a":"ü€😀","b":"\\"\\\\\\n\\t"}')

    def test_escaped_nul_and_lone_surrogate(self):
        for text in (r'{"a":"x\u0000y"}', r'{"a":"x\ud800y"}'):
            with self.subTest(text=text), Peer(json_answer(text)) as peer:
                for form in ("json", "ndjson", "table", "expanded"):
                    result = self.run_program(*calls.to(peer.url, *calls.READ, "-o", form))
                    self.assertIn(result.code, (0, 5), result)
                    self.assertNotIn(b"\0", result.stdout)

    def test_depth_of_60_is_read(self):
        self.check('{"a":' + "[" * 60 + "]" * 60 + "}")
