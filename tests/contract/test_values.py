# SPDX-License-Identifier: GPL-3.0-or-later
"""Odd ids and values: what arrives on the wire, and what never leaves."""

import json
import os
import re

from blackbox import Case, Peer, Recorder, json_answer


class Within(Case):
    """Members of the objects that a body has."""

    def body(self, *words):
        result = self.sandbox("entitlement", "update", "ENT-1", *words, "-n", "-o", "json")
        self.assert_code(result, 0)
        return result.json["body"]

    def test_set(self):
        self.assertEqual(self.body("--set", "merchantExtensionData.tier=gold", "--set", "financeData.a.b:=[1]"),
                         {"merchantExtensionData": {"tier": "gold"}, "financeData": {"a": {"b": [1]}}})
        self.assertEqual(self.body("--merchant-extension-data", "a=1", "--set", "merchantExtensionData.b:=2"),
                         {"merchantExtensionData": {"a": "1", "b": 2}})

    def test_pairs(self):
        self.assertEqual(self.body("--merchant-extension-data", "a=1", "--merchant-extension-data", "b:=2"),
                         {"merchantExtensionData": {"a": "1", "b": 2}})
        self.assertEqual(self.body("--body", '{"merchantExtensionData": {"x": 1}}', "--merchant-extension-data", "a=1"),
                         {"merchantExtensionData": {"x": 1, "a": "1"}})

    def test_no_object(self):
        for words in (["--merchant-extension-data", "a=b"], ["--set", "merchantExtensionData.a=b"], ["--set", "merchantExtensionData.a.b=c"]):
            result = self.sandbox("entitlement", "update", "ENT-1", "--body", '{"merchantExtensionData": 3}', *words)
            self.assert_failed(result, 2, 'the field "merchantExtensionData" of the body is no object')
        result = self.sandbox("entitlement", "update", "ENT-1", "--merchant-extension-data", "a:={")
        self.assert_failed(result, 2, "--merchant-extension-data a: not JSON")
        self.assertFalse((self.home / "state/audit.ndjson").exists())

    def test_file_that_cannot_be_read(self):
        result = self.sandbox("entitlement", "update", "ENT-1", "--body", "@/proc/self/mem")
        self.assert_failed(result, 2, "--body: cannot read /proc/self/mem: Input/output error")


class Ids(Case):
    def path_of(self, identifier):
        with Peer(json_answer()) as peer:
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "get", "--", identifier)
            self.assert_code(result, 0)
            return peer.requests[0].split(b" ")[1].decode()

    def test_encoded(self):
        cases = [("a b", "a%20b"), ("100%", "100%25"), ("%2e%2e", "%252e%252e"), ("a?b=c&d", "a%3Fb%3Dc%26d"), ("a#b", "a%23b"),
                 ("a;b", "a%3Bb"), ("a+b", "a%2Bb"), ("ü", "%C3%BC"), ("😀", "%F0%9F%98%80"), ("-1", "-1"), ("--x", "--x"),
                 ("a..b", "a..b"), ("...", "..."), ("{entitlementId}", "%7BentitlementId%7D"), ("'\"<>", "%27%22%3C%3E"),
                 ("~._-", "~._-"), ("a@b:c", "a%40b%3Ac"), ("report", "report"), ("a*b", "a%2Ab"), ("[a]", "%5Ba%5D")]
        for identifier, encoded in cases:
            with self.subTest(identifier=identifier):
                self.assertEqual(self.path_of(identifier), f"/v1/entitlement/{encoded}")

    def test_arrives_unchanged(self):
        server = self.serve()
        with Recorder(server.port) as recorder:
            for identifier in ("a-b c%?#ü", "'; DROP"):
                with self.subTest(identifier=identifier):
                    result = self.run_program("-p", "sandbox", "--base-url", recorder.url, "echo", identifier)
                    self.assert_code(result, 0)
                    self.assertEqual(result.json["echo"], identifier)

    def test_refused_before_anything_is_sent(self):
        for identifier in ("", ".", "..", "a/b", "../x", "a\\b", "x" * 256, "x" * 10000, "a\nb", "a\tb", "a\x7f", b"\xff\xfe", b"a\xc0\xafb", b"\xed\xa0\x80"):
            with self.subTest(identifier=identifier[:20]), Peer(json_answer()) as peer:
                for verb in ("get", "suspend"):
                    result = self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", verb, identifier)
                    self.assert_failed(result, 2)
                self.assertEqual(peer.connections, 0)

    def test_longest(self):
        self.assertEqual(self.path_of("x" * 255), "/v1/entitlement/" + "x" * 255)

    def test_echo_without_text_is_a_uuid(self):
        with Peer(json_answer()) as peer:
            self.run_program("-p", "sandbox", "--base-url", peer.url, "echo")
            self.run_program("-p", "sandbox", "--base-url", peer.url, "echo")
            paths = [request.split(b" ")[1].decode() for request in peer.requests]
        for path in paths:
            self.assertRegex(path, r"^/v1/echo/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertNotEqual(*paths)


class Bodies(Case):
    def sent(self, *words, **options):
        """The JSON that goes out."""
        with Peer(json_answer()) as peer:
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, *words, **options)
            self.assert_code(result, 0)
            return peer.requests[0].partition(b"\r\n\r\n")[2].decode()

    def refused(self, *words, **options):
        with Peer(json_answer()) as peer:
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, *words, **options)
            self.assert_failed(result, 2)
            self.assertEqual(peer.connections, 0)
            return result

    SUSPEND = ["entitlement", "suspend", "X"]
    UPDATE = ["entitlement", "update", "X"]

    def test_dates(self):
        for given, sent in [("2030-01-31T23:59:59Z", "2030-01-31T23:59:59Z"), ("2028-02-29", "2028-02-29T00:00:00Z")]:
            with self.subTest(given=given):
                self.assertEqual(json.loads(self.sent(*self.UPDATE, "--date-expiry", given)), {"dateExpiry": sent})

    def test_date_with_offset_names_the_same_instant(self):
        sent = json.loads(self.sent(*self.UPDATE, "--date-expiry", "2030-01-31T23:59:59+01:00"))["dateExpiry"]
        self.assertIn(sent, ("2030-01-31T22:59:59Z", "2030-01-31T23:59:59+01:00"))

    def test_dates_do_not_depend_on_the_time_zone(self):
        for zone in ("America/New_York", "Asia/Tokyo", "nonsense"):
            self.assertEqual(self.sent(*self.UPDATE, "--date-expiry", "2030-06-01", env={"TZ": zone}), '{"dateExpiry":"2030-06-01T00:00:00Z"}')

    def test_dates_that_are_none(self):
        for text in ("2030-02-30", "2029-02-29", "2030-13-01", "2030-00-01", "2030-01-00", "2030-01-32", "2030-1-1", "30-01-01", "01/02/2030", "",
                     "tomorrow", "2030-01-01T24:00:00Z", "2030-01-01T00:60:00Z", "2030-01-01T00:00:00", "2030-01-01T00:00:00+25:00",
                     "2030-01-01Z", " 2030-01-01", "2030-01-01 ", "2030-01-01T00:00:00Zx", "99999-01-01"):
            with self.subTest(text=text):
                self.refused(*self.UPDATE, f"--date-expiry={text}")

    def test_set(self):
        cases = [
            (["--set", "reasonCode=OTHER"], {"reasonCode": "OTHER"}),
            (["--set", "reasonDescription=a=b"], {"reasonDescription": "a=b"}),
            (["--set", "reasonDescription="], {"reasonDescription": ""}),
            (["--set", "reasonDescription=true"], {"reasonDescription": "true"}),
            (["--set", "reasonDescription:=null"], {"reasonDescription": None}),
            (["--set", 'reasonDescription:="x"'], {"reasonDescription": "x"}),
            (["--set", "reasonDescription:=[1,{}]"], {"reasonDescription": [1, {}]}),
            (["--body", '{"reasonCode":"ERROR","more":1}', "--set", "reasonCode=OTHER"], {"reasonCode": "OTHER", "more": 1}),
            (["--body", '{"reasonCode":"ERROR"}', "--reason-code", "OTHER"], {"reasonCode": "OTHER"}),
        ]
        for words, body in cases:
            with self.subTest(words=words):
                self.assertEqual(json.loads(self.sent(*self.SUSPEND, *words)), body)

    def test_set_boolean(self):
        self.assertEqual(self.sent("entitlement", "terminate", "X", "--set", "immediate=false"), '{"immediate":false}')
        self.refused("entitlement", "terminate", "X", "--set", "immediate=0")

    def test_set_that_is_wrong(self):
        for text in ("reasonCod=OTHER", "entitlementId=Y", "reason-code=OTHER", "=x", "reasonCode", "", "reasonCode=OTHR", "reasonCode:=OTHER", "reasonCode:=",
                     ":=1", "reasonDescription:={"):
            with self.subTest(text=text):
                self.refused(*self.SUSPEND, "--set", text)

    def test_choice_that_is_not_listed_passes_raw(self):
        with Peer(json_answer()) as peer:
            result = self.run_program("-p", "sandbox", "--base-url", peer.url, *self.SUSPEND, "--set", 'reasonCode:="BRAND_NEW"')
            self.assert_code(result, 0)
            self.assertIn("warning", result.err)
            self.assertTrue(peer.requests[0].endswith(b'{"reasonCode":"BRAND_NEW"}'))

    def test_body_that_is_no_json(self):
        for text in ("", "{", "x", "{'a':1}", '{"a":01}', "[" * 100000, '{"a":"\x01"}', '{"a":1}x', b'{"a":"\xff"}', "@nowhere.json", "@", "@."):
            with self.subTest(text=text[:20]):
                self.refused(*self.SUSPEND, "--body", text)

    def test_data_that_is_no_json(self):
        for text in ("", "{", "x", "@nowhere.json"):
            with self.subTest(text=text):
                self.refused("request", "POST", "/v1/x", "--data", text)

    def test_digits_survive(self):
        text = '{"financeData":{"a":12345678901234567890,"b":1.10,"c":1e400}}'
        self.assertEqual(self.sent(*self.UPDATE, "--body", text), text)

    def test_text_is_escaped_as_json(self):
        text = 'a"b\\c\n\t\x01ü😀'
        self.assertEqual(json.loads(self.sent(*self.SUSPEND, "--reason-description", text)), {"reasonDescription": text})

    def test_text_that_is_not_utf_8(self):
        self.refused(*self.SUSPEND, "--reason-description", b"\xff")

    def test_large_body(self):
        self.write("body.json", json.dumps({"reasonDescription": "x" * 300000}))
        self.assertEqual(len(json.loads(self.sent(*self.SUSPEND, "--body", "@body.json"))["reasonDescription"]), 300000)

    def test_resume_takes_no_body(self):
        self.refused("entitlement", "resume", "X", "--body", "{}")
        self.assertEqual(self.sent("entitlement", "resume", "X"), "")


class Headers(Case):
    def test_what_every_request_has(self):
        with Peer(json_answer()) as peer:
            self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "get", "X")
            self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "suspend", "X", "--reason-code", "OTHER")
        for request in peer.requests:
            names = [line.split(b":")[0] for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
            self.assertEqual(names[:5], [b"Host", b"Authorization", b"User-Agent", b"Accept", b"X-RequestIdentifier"])
            self.assertEqual(len(names), len(set(names)))
            self.assertNotIn(b"Expect", names)
            self.assertRegex(request, rb"User-Agent: bangoctl/\d+\.\d+\.\d+\r\n")

    def test_own_headers_that_are_refused(self):
        for text in ("X", ": a", "X Y: a", "X-A: a\nX-B: b", "X-A: a\r\nEvil: 1", "Authorization: Basic x", "authorization: x", "Host: evil", "Content-Length: 3",
                     "X-RequestIdentifier: y", "Transfer-Encoding: chunked", "X-Ü: a", "", "Proxy-Authorization: Basic x", "proxy-connection: keep-alive",
                     "Upgrade: h2c", "TE: trailers", "Trailer: X-A", "Keep-Alive: timeout=9"):
            with self.subTest(text=text), Peer(json_answer()) as peer:
                result = self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "get", "X", "--header", text)
                self.assert_failed(result, 2)
                self.assertEqual(peer.connections, 0)

    def test_own_header_without_a_colon_is_not_told(self):
        """What was meant as a value may be a secret."""
        for text in ("X-Key s3cretvalue", "s3cretvalue", "X Key: s3cretvalue", ": s3cretvalue"):
            for words in (["--header", text], [f"--header={text}"]):
                with self.subTest(words=words):
                    result = self.run_program("-p", "sandbox", "entitlement", "get", "X", *words)
                    self.assert_failed(result, 2, "NAME:VALUE")
                    self.assertNotIn("s3cret", result.err)

    def test_request_id_that_is_refused(self):
        for text in ("", "a\nb", "a\r\nX: y", "a b\0", b"\xff", "x" * 5000):
            if "\0" in os.fsdecode(text):
                continue
            with self.subTest(text=text[:20]), Peer(json_answer()) as peer:
                result = self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "get", "X", f"--request-id={os.fsdecode(text)}")
                self.assert_failed(result, 2)
                self.assertEqual(peer.connections, 0)

    def test_request_paths_that_are_refused(self):
        for path in ("", "x", "//evil.example/x", "/a b", "/a\nb", "/a\r\nX: y", "http://evil.example/", "/ü", "/a#b", "/%zz", "/../x", "/a/../../b", "/%00"):
            with self.subTest(path=path), Peer(json_answer()) as peer:
                result = self.run_program("-p", "sandbox", "--base-url", peer.url + "/base", "request", "GET", path)
                if result.code == 0:  # then it must have stayed on this server, below the base path, to the byte
                    self.assertEqual(peer.requests[0].split(b" ")[1], b"/base" + path.encode())
                    self.assertTrue(re.fullmatch(r"[!-~]*", path))
                else:
                    self.assert_failed(result, 2)
                    self.assertEqual(peer.connections, 0)
