# SPDX-License-Identifier: GPL-3.0-or-later
"""
WireMock breaks exchanges in its own way, and its journal says what has come. The group `safety` has the whole table, of
our sockets, nginx and haproxy; this is what another author thinks of as a fault, and redirects, which need a second host.
"""

import base64
import gzip
import json

from blackbox import Case
from blackbox.peers import wiremock
from blackbox.terminal import wait_until

CALLS = {"read": ["entitlement", "get", "ENT-1001"],
         "change": ["entitlement", "suspend", "ENT-1001", "--reason-code", "OTHER"],
         "bare": ["entitlement", "resume", "ENT-1004"]}  # a change without a body
BODY = {"responseCode": "OK", "responseMessage": "Success", "entitlementId": "ENT-1001", "status": "ACTIVE"}
JSON = {"Content-Type": "application/json"}
DONE = {"status": 200, "jsonBody": BODY, "headers": JSON}
ZIPPED = base64.b64encode(gzip.compress(json.dumps(BODY).encode(), mtime=0)).decode()

# (exit code, requests that came) of a read and of a change, with one retry allowed
FINE = (0, 1), (0, 1)
BROKEN = (5, 2), (10, 1)
UNUSABLE = (5, 1), (10, 1)  # an answer came: asking again would give the same
AGAIN = (0, 2), (10, 1)
LIMITED = (0, 2), (0, 2)  # the first was refused for sure
REFUSED = (7, 1), (7, 1)

# what it does, its replies, more options, what comes of it, a part of the sentence
TABLE = [
    ("as it should be", [DONE], [], FINE, ""),
    ("empty response", [{"fault": "EMPTY_RESPONSE"}], [], BROKEN, "closed the connection without an answer"),
    ("reset", [{"fault": "CONNECTION_RESET_BY_PEER"}], [], BROKEN, "broke before the whole answer came"),
    ("random data", [{"fault": "RANDOM_DATA_THEN_CLOSE"}], [], BROKEN, "is not HTTP"),
    ("malformed chunk", [{"fault": "MALFORMED_RESPONSE_CHUNK"}], [], BROKEN, "malformed chunks"),
    ("less than announced", [{**DONE, "headers": {**JSON, "Content-Length": "5000"}}], [], BROKEN, "in the middle of the reply's body"),
    ("dribble", [{**DONE, "chunkedDribbleDelay": {"numberOfChunks": 5, "totalDuration": 100}}], [], FINE, ""),
    ("dribble beyond the time-out", [{**DONE, "chunkedDribbleDelay": {"numberOfChunks": 5, "totalDuration": 8000}}],
     ["--timeout", "0.5"], BROKEN, "no whole answer within 0.5 s"),
    ("delay", [{**DONE, "fixedDelayMilliseconds": 100}], [], FINE, ""),
    ("delay beyond the time-out", [{**DONE, "fixedDelayMilliseconds": 8000}], ["--timeout", "0.5"], BROKEN, "no whole answer within 0.5 s"),
    ("broken once", [{"fault": "EMPTY_RESPONSE"}, DONE], [], AGAIN, "closed the connection without an answer"),
    ("500 once", [{"status": 500}, DONE], [], AGAIN, "HTTP 500"),
    ("503 once", [{"status": 503}, DONE], [], AGAIN, "HTTP 503"),
    ("503 once, come again", [{"status": 503, "headers": {"Retry-After": "0"}}, DONE], [], AGAIN, "HTTP 503"),
    ("429 once", [{"status": 429, "headers": {"Retry-After": "1"}}, DONE], [], LIMITED, "trying again in 1.0 s"),
    ("429 for a long time", [{"status": 429, "headers": {"Retry-After": "60"}}, DONE], ["--retry-max-wait", "5"], ((8, 1), (8, 1)), "HTTP 429"),
    ("a challenge by Digest", [{"status": 401, "headers": {"WWW-Authenticate": 'Digest realm="a", nonce="b", qop="auth"'}}], [],
     REFUSED, "not accepted"),
    ("gzip that was not asked for", [{"status": 200, "base64Body": ZIPPED, "headers": {**JSON, "Content-Encoding": "gzip"}}], [],
     UNUSABLE, "compressed, which was not asked for: gzip"),
    ("202", [{**DONE, "status": 202}], [], FINE, ""),
    ("204", [{"status": 204}], [], FINE, ""),
]


class Faults(Case):
    def ask(self, mock, call, replies, words):
        """One call: its result and the requests that came."""
        mock.clear()
        mock.stub(*replies)
        return self.run_program("-p", "sandbox", "--base-url", mock.url, "--retries", "1", *words, *CALLS[call])

    def assert_came(self, mock, count, result):
        """Exactly so many requests, all of one identifier."""
        wait_until(lambda: len(mock.requests()) >= count, f"{count} requests in the journal\n{result}")
        requests = mock.requests()
        self.assertEqual(len(requests), count, f"requests that came\n{result}")
        self.assertEqual(len({request["headers"]["X-RequestIdentifier"] for request in requests}), 1)
        return requests

    def test_table(self):
        with wiremock() as mock:
            for name, replies, words, (read, change), text in TABLE:
                for call in CALLS:
                    with self.subTest(fault=name, call=call):
                        code, count = read if call == "read" else change
                        result = self.ask(mock, call, replies, words)
                        self.assert_code(result, code)
                        self.assertIn(text, result.err)
                        self.assertEqual("the outcome is unknown" in result.err, code == 10, result)
                        self.assert_came(mock, count, result)

    def test_redirects_are_not_followed(self):
        """Neither to another host nor to the same one, and the credentials stay where they belong."""
        with wiremock() as mock, wiremock() as other:
            for status in (301, 302, 303, 307, 308):
                for target in (other.url, mock.url, mock.url.replace("127.0.0.1", "localhost")):
                    for call in CALLS:
                        with self.subTest(status=status, target=target, call=call):
                            result = self.ask(mock, call, [{"status": status, "headers": {"Location": f"{target}/v1/elsewhere"}}], [])
                            self.assert_code(result, 5 if call == "read" else 10)
                            self.assertIn(f"HTTP {status}", result.err)
                            self.assertNotIn("elsewhere", self.assert_came(mock, 1, result)[0]["url"])
            self.assertEqual(other.requests(), [])

    def test_what_it_sees_of_a_request(self):
        """Its own parser's view of the headers, so that a test of ours cannot share a mistake with the program."""
        with wiremock() as mock:
            result = self.ask(mock, "change", [DONE], [])
            self.assert_code(result, 0)
            request = self.assert_came(mock, 1, result)[0]
            self.assertEqual((request["method"], request["url"]), ("POST", "/v1/entitlement/suspend/ENT-1001"))
            self.assertEqual(json.loads(request["body"]), {"reasonCode": "OTHER"})
            self.assertEqual(set(request["headers"]), {"Host", "Authorization", "User-Agent", "Accept", "X-RequestIdentifier",
                                                       "Content-Type", "Content-Length"})
            result = self.ask(mock, "bare", [DONE], [])
            request = self.assert_came(mock, 1, result)[0]
            self.assertEqual(request["body"], "")
            self.assertEqual(request["headers"].get("Content-Length"), "0")
            self.assertNotIn("Content-Type", request["headers"])
