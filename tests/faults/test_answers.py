# SPDX-License-Identifier: GPL-3.0-or-later
"""What statuses and responseCodes mean, for a read and for a change. Nothing is retried or followed here."""

from blackbox import Case, Peer, json_answer, raw_answer

import calls

# status, responseCode (None: none), exit code of a read, of a change
MEANINGS = [
    (200, "OK", 0, 0),
    (200, None, 0, 0),
    (201, "CREATED", 0, 0),
    (202, "ACCEPTED", 0, 0),
    (202, "CLIENT_ACTION_REQUIRED", 0, 0),
    (200, "BAD_REQUEST", 4, 4),
    (200, "CONFLICT", 4, 4),
    (200, "ALREADY_EXISTS", 4, 4),
    (200, "NOT_AVAILABLE", 4, 4),
    (200, "SOMETHING_NEW", 4, 10),
    (200, "NOT_FOUND", 6, 6),
    (200, "UNAUTHORIZED", 7, 7),
    (200, "TOO_MANY_REQUESTS", 8, 8),
    (200, "INTERNAL_ERROR", 5, 10),
    (200, "SERVICE_UNAVAILABLE", 5, 10),
    (301, None, 5, 10),
    (302, "OK", 5, 10),
    (304, None, 5, 10),
    (307, None, 5, 10),
    (308, None, 5, 10),
    (400, "BAD_REQUEST", 4, 4),
    (400, None, 4, 4),
    (400, "OK", 4, 4),
    (400, "NOT_FOUND", 6, 6),
    (400, "INTERNAL_ERROR", 4, 4),
    (401, None, 7, 7),
    (401, "OK", 7, 7),
    (403, None, 7, 7),
    (404, None, 6, 6),
    (404, "OK", 6, 6),
    (405, None, 4, 4),
    (408, None, 5, 10),
    (409, "CONFLICT", 4, 4),
    (410, None, 4, 4),
    (413, None, 4, 4),
    (418, None, 4, 4),
    (422, "OK", 4, 4),
    (429, None, 8, 8),
    (499, None, 4, 4),
    (500, "OK", 5, 10),
    (500, "NOT_FOUND", 5, 10),
    (500, "BAD_REQUEST", 5, 10),
    (501, None, 5, 10),
    (502, None, 5, 10),
    (503, "CONFLICT", 5, 10),
    (504, None, 5, 10),
    (599, None, 5, 10),
    (600, None, 5, 10),
    (999, None, 5, 10),
]

KINDS = {4: "rejected", 5: "server", 6: "not_found", 7: "auth", 8: "rate_limited", 10: "unknown"}


class Meanings(Case):
    def check(self, call, column):
        for row in MEANINGS:
            status, word, code = row[0], row[1], row[column]
            body = {"status": "ACTIVE"} if word is None else {"responseCode": word, "responseMessage": "so it is"}
            with self.subTest(status=status, responseCode=word), \
                    Peer(json_answer(body, status, ["Location: /v1/elsewhere"])) as peer:
                result = self.run_program(*calls.to(peer.url, *call))
                self.assert_code(result, code)
                self.assertEqual(len(peer.requests), 1)
                if code:
                    self.assert_failed(result, code)
                    error = result.error
                    self.assertEqual((error["kind"], error["http_status"], error["exit_code"]), (KINDS[code], status, code))
                    self.assertEqual(error["response_code"], None if status == 304 else word)
                else:
                    self.assertEqual(result.json, body)

    def test_read(self):
        self.check(calls.READ, 2)

    def test_search(self):
        self.check(calls.SEARCH, 2)

    def test_change(self):
        self.check(calls.CHANGE, 3)

    def test_change_without_body(self):
        self.check(calls.BARE_CHANGE, 3)


class OddAnswers(Case):
    def answer(self, answer, *call):
        with Peer(answer) as peer:
            result = self.run_program(*calls.to(peer.url, *call))
            self.assertEqual(len(peer.requests), 1)
        return result

    def test_204_is_ok_and_prints_nothing(self):
        for call in (calls.READ, calls.CHANGE):
            result = self.answer(b"HTTP/1.1 204 No Content\r\n\r\n", *call)
            self.assert_code(result, 0)
            self.assertEqual(result.out, "")

    def test_205_is_ok(self):
        self.assert_code(self.answer(raw_answer(205), *calls.CHANGE), 0)

    def test_early_hints_and_continue(self):
        for status in (100, 102, 103):
            answer = f"HTTP/1.1 {status} X\r\nLink: </x>\r\n\r\n".encode() + json_answer()
            for call in (calls.READ, calls.CHANGE):
                with self.subTest(status=status, call=call):
                    self.assert_code(self.answer(answer, *call), 0)

    def test_redirect_is_not_followed(self):
        with Peer(json_answer()) as other, Peer(raw_answer(302, "", [f"Location: {other.url}/v1/x"])) as peer:
            result = self.run_program(*calls.to(peer.url, *calls.READ))
            self.assert_failed(result, 5)
            self.assertEqual((len(peer.requests), other.connections), (1, 0))

    def test_array_is_an_answer(self):
        for call in (calls.READ, calls.CHANGE):
            result = self.answer(json_answer([{"a": 1}]), *call)
            self.assert_code(result, 0)
            self.assertEqual(result.json, [{"a": 1}])

    def test_error_without_json(self):
        result = self.answer(raw_answer(404, "<h1>nope</h1>", ["Content-Type: text/html"]), *calls.READ)
        self.assert_failed(result, 6)
        self.assertIsNone(result.error["response"])

    def test_response_message_does_not_decide(self):
        result = self.answer(json_answer({"responseCode": "OK", "responseMessage": "NOT_FOUND"}), *calls.READ)
        self.assert_code(result, 0)

    def test_response_code_that_is_no_text(self):
        """It decides, so one that cannot be read is an unusable answer; null is as if there were none."""
        self.assert_code(self.answer(json_answer({"responseCode": None}), *calls.CHANGE), 0)
        for code in ({"a": 1}, [], True):
            with self.subTest(code=code):
                self.assert_failed(self.answer(json_answer({"responseCode": code}), *calls.READ), 5)
                self.assert_failed(self.answer(json_answer({"responseCode": code}), *calls.CHANGE), 10)

    def test_response_code_that_is_a_number(self):
        self.assert_code(self.answer(json_answer({"responseCode": 200}), *calls.CHANGE), 0)
        self.assert_failed(self.answer(json_answer({"responseCode": 409}), *calls.CHANGE), 4)

    def test_two_response_codes(self):
        """A reply that says both cannot be trusted to say that it is done."""
        for first, second in [("OK", "CONFLICT"), ("CONFLICT", "OK")]:
            with self.subTest(first=first):
                answer = json_answer(f'{{"responseCode":"{first}","responseCode":"{second}"}}')
                self.assertNotEqual(self.answer(answer, *calls.CHANGE).code, 0)

    def test_202_is_accepted(self):
        result = self.answer(json_answer({"responseCode": "ACCEPTED", "status": "ACTIVE"}, 202), *calls.CHANGE)
        self.assert_code(result, 0)
        self.assertIn("accepted, not done yet", result.err)

    def test_trailing_bytes_after_the_answer(self):
        self.assert_code(self.answer(json_answer() + b"garbage", *calls.CHANGE), 0)

    def test_request_id_is_sent_and_printed(self):
        with Peer(json_answer({"responseCode": "CONFLICT"}, 409)) as peer:
            result = self.run_program(*calls.to(peer.url, *calls.CHANGE))
            sent = [line for line in peer.requests[0].split(b"\r\n") if line.startswith(b"X-RequestIdentifier: ")]
            self.assertEqual(sent, [f"X-RequestIdentifier: {result.error['request_id']}".encode()])
            self.assertRegex(result.error["request_id"], "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
