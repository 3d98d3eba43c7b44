# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile server cannot make grow, what nobody is asked for, and what no proxy is for."""

import gzip
import json
import shutil
import subprocess
import sys
import zlib

from blackbox import Case, Peer, json_answer, program, raw_answer
from safety.common import SafetyCase

import calls
from all_rows import rows_tls
from rows_wire import ANSWER, BODY, CONTINUE, HINTS, JSON, chunk, chunked, endless

GROWTH = 32 * 1024  # kB beyond a plain call's: the cap of 1 MB, what libcurl keeps, what a sanitizer does


# a process of its own: the peak of a child counts what its parent had when it was forked
MEASURE = """import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
print(used.ru_maxrss, os.waitstatus_to_exitcode(status))"""


def zipped(megabytes):
    """So much JSON that begins well, compressed."""
    packer, block = zlib.compressobj(1, zlib.DEFLATED, 31), b"1," * 500_000
    return packer.compress(b"[") + b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


class Memory(Case):
    """The most that a call with max_reply 1M keeps in memory, against one that is answered as usual."""

    def peak(self, script):
        with Peer(script) as peer:
            argv = program.command_line(calls.to(peer.url, "--timeout", "2", "--max-reply", "1M", *calls.SEARCH))
            argv[0] = shutil.which(argv[0])
            result = program.run([sys.executable, "-c", MEASURE, *argv, "-o", "none"], self.home, self.environment())
        return [int(word) for word in result.out.split()[-2:]]

    def test_nothing_makes_it_grow(self):
        plain, code = self.peak(ANSWER)
        self.assertEqual(code, 0)
        bomb = zipped(100)
        nested = gzip.compress(gzip.compress(bomb, mtime=0), mtime=0)
        many = [JSON, "Transfer-Encoding: " + "gzip, " * 4 + "chunked"]
        for name, script in {
                "a header": endless(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
                "headers": endless(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"),
                "interim replies": endless(b"", HINTS),
                "empty interim replies": endless(b"", CONTINUE),
                "a body": endless(b"HTTP/1.1 200 OK\r\n\r\n[", b"1,"),
                "chunks": endless(chunked(chunk("[")), chunk("1," * 1000)),
                "a chunk's extension": endless(chunked(b"5;a="), b"b"),
                "trailers": endless(chunked(chunk(BODY), b"0\r\n"), b"X: y\r\n"),
                "large trailers": endless(chunked(chunk(BODY), b"0\r\n"), b"X: " + b"y" * 1000 + b"\r\n"),
                "a bomb": raw_answer(200, chunk(bomb) + chunk(""), [JSON, "Transfer-Encoding: gzip, chunked"]),
                "a bomb in bombs": raw_answer(200, chunk(gzip.compress(nested, mtime=0)) + chunk(""), many),
                "a bomb that is not unpacked": raw_answer(200, nested, [JSON, "Content-Encoding: gzip, gzip, gzip"])}.items():
            with self.subTest(endless=name):
                peak, code = self.peak(script)
                self.assertEqual(code, 5)
                self.assertLess(peak - plain, GROWTH)


class Asking(SafetyCase):
    def test_key_with_a_passphrase(self):
        """OpenSSL would ask for it at the terminal, also where nobody is to be asked."""
        self.profiles()
        place = rows_tls.mutual(self, "asking", "--cert", "{folder}/client.crt", "--key", "{folder}/locked.key")
        folder = self.home / "ca-asking"
        subprocess.run(["openssl", "ec", "-in", folder / "client.key", "-aes128", "-passout", "pass:x", "-out", folder / "locked.key"],
                       check=True, capture_output=True)
        result = self.run_program("-p", "t", "--base-url", place.url, *place.words, *calls.READ, tty=True)
        self.assert_code(result, 3)
        self.assertNotIn("phrase:", result.out)
        self.assertIn("locked by a passphrase", result.out)


class NotByProxy(SafetyCase):
    """Loopback is this machine: the proxy of the config, which is for what lies outside, is not asked for it."""

    GONE = 'defaults = { proxy = "http://127.0.0.1:1"; };'

    def test_sandbox(self):
        self.profiles(more=self.GONE)
        self.assert_code(self.run_program("-p", "sandbox", *calls.SEARCH), 0)

    def test_profile(self):
        for name in ("127.0.0.1", "localhost"):
            with self.subTest(host=name), Peer(ANSWER) as peer:
                self.profiles(peer.url.replace("127.0.0.1", name), more=self.GONE)
                self.assert_code(self.run_program("-p", "t", *calls.READ), 0)

    def test_bulk(self):
        with Peer(ANSWER) as peer:
            self.profiles(peer.url, more=self.GONE)
            rows = self.write("rows.csv", "entitlementId,reasonCode\nENT-1001,OTHER\n")
            self.assert_code(self.run_program("-p", "t", "bulk", "entitlement", "suspend", "--input", rows), 0)

    def test_option_is_obeyed(self):
        with Peer(ANSWER) as peer:
            self.profiles(peer.url)
            self.assert_failed(self.run_program("-p", "t", "--retries", "0", "--proxy", "http://127.0.0.1:1", *calls.READ), 9, "the proxy")

    def test_kinds_of_proxy(self):
        for text in ("ftp://proxy.example:21", "proxy://proxy.example"):
            with self.subTest(proxy=text):
                self.profiles(more=f'defaults = {{ proxy = "{text}"; }};')
                self.assert_failed(self.run_program("-p", "t", *calls.READ), 3, "no kind of proxy")
        self.profiles(more='defaults = { proxy = "http://eve:swordfish@proxy.example"; };')
        result = self.run_program("-p", "t", *calls.READ)
        self.assert_failed(result, 3, "HTTPS_PROXY in the environment")
        self.assertNotIn("swordfish", result.err)


class Answers(Case):
    def test_byte_order_mark(self):
        """It is no part of the JSON, and the raw bytes keep it."""
        with Peer(json_answer(b"\xef\xbb\xbf" + BODY.encode())) as peer:
            result = self.run_program(*calls.to(peer.url, *calls.READ, "-o", "json"))
            self.assertEqual(result.json, json.loads(BODY))
            self.assertEqual(self.run_program(*calls.to(peer.url, *calls.READ, "-o", "raw")).stdout, b"\xef\xbb\xbf" + BODY.encode())

    def test_only_a_byte_order_mark(self):
        with Peer(json_answer(b"\xef\xbb\xbf")) as peer:
            self.assert_failed(self.run_program(*calls.to(peer.url, *calls.READ)), 5)

    def test_reconcile_goes_by_the_same_proxy(self):
        with Peer(raw_answer(500)) as peer:
            result = self.run_program(*calls.to(peer.url, "--proxy", peer.url, *calls.CHANGE))
            self.assert_failed(result, 10, f"--proxy {peer.url}")
