# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of an invented merchant's document against Prism, which reads the same document with its own eyes."""

import http.client
import json

from blackbox import Case, Recorder, merchant, peers

# Optional fields by hand: the command, and what Prism has to be sent.
BY_HAND = [
    (["subscription", "list", "--state", "paused", "--state", "ended", "--page-size", "5", "--x-tenant", "north",
      "--started-after", "2025-01-01"],
     "GET /subscriptions?state=paused&state=ended&pageSize=5&startedAfter=2025-01-01T00%3A00%3A00Z", None),
    (["subscription", "list", "--plan-code", "FAM-4"], "GET /subscriptions?planCode=FAM-4", None),
    (["subscription", "order", "--customer.msisdn", "+4915112345678", "--customer.country", "JP", "--customer.mail", "a@b.example",
      "--plan-code", "SOLO-1", "--start-on", "2026-01-31", "--discount", "12.5", "--labels", "new", "--labels", "größer"],
     "POST /subscriptions", {"customer": {"msisdn": "+4915112345678", "country": "JP", "mail": "a@b.example"}, "planCode": "SOLO-1",
                             "startOn": "2026-01-31", "discount": 12.5, "labels": ["new", "größer"]}),
    (["subscription", "amend", "sub_70002", "--auto-renew=false", "--labels", "x"],
     "PATCH /subscriptions/sub_70002", {"autoRenew": False, "labels": ["x"]}),
    (["subscription", "pause", "sub_70001", "--cause", "payment", "--until", "2026-02-01T00:00:00+01:00", "--fee", "9.99", "--days", "90"],
     "PUT /subscriptions/sub_70001/pause", {"cause": "payment", "until": "2026-01-31T23:00:00Z", "fee": 9.99, "days": 90}),
    (["subscription", "pause", "sub 7+1", "--body", '{"days": 3}', "--set", "cause=fraud-check"],
     "PUT /subscriptions/sub%207%2B1/pause", {"days": 3, "cause": "fraud-check"}),
    (["subscriptions", "replace-payment-method", "sub_70001", "--method.kind", "card", "--method.account", "4000"],
     "PUT /subscriptions/sub_70001/payment-method", {"method": {"kind": "card", "account": "4000"}}),
    (["catalogue", "list-plans", "--currency", "JPY"], "GET /catalogue/plans?currency=JPY", None),
]


class Prism(Case):
    def test_every_command(self):
        with peers.prism_mock(merchant.DOCUMENT) as url:
            self.config(merchant.config(url))
            for operation in merchant.operations(self):
                with self.subTest(command=operation.name):
                    self.one(operation)

    def one(self, operation):
        status, example = operation.success
        result = self.run_program("-p", "acme", *operation.words(), "-o", "json")
        self.assert_code(result, 0)
        self.assertEqual(json.loads(result.out) if result.out else None, example, f"\n{result}")
        self.assertEqual("accepted, not done yet" in result.err, status == 202)
        self.assertEqual(" · request " in result.err, operation.row["effect"] == "change")
        if example is None:
            return
        table = self.run_program("-p", "acme", *operation.words(), "-o", "table")
        self.assert_code(table, 0)
        self.assertNotIn("\x1b", table.out)
        self.assertGreater(len(table.out.splitlines()), 1, table.out)

    def test_optional_fields(self):
        with peers.prism_mock(merchant.DOCUMENT) as url, Recorder(int(url.rsplit(":", 1)[1])) as recorder:
            self.config(merchant.config(recorder.url))
            for words, line, body in BY_HAND:
                with self.subTest(words=words):
                    self.assert_code(self.run_program("-p", "acme", *words), 0)
                    head, _, sent = recorder.requests[-1].partition(b"\r\n\r\n")
                    self.assertEqual(head.split(b"\r\n")[0].decode(), line + " HTTP/1.1")
                    self.assertEqual(json.loads(sent) if sent else None, body)

    def test_what_prism_refuses_is_told(self):
        with peers.prism_mock(merchant.DOCUMENT) as url:
            self.config(merchant.config(url))
            for words in (["subscription", "pause", "sub_70001", "--cause", "payment", "--set", "days:=900"],
                          ["subscription", "pause", "sub_70001", "--body", "{}", "--set", "cause:=null"]):
                with self.subTest(words=words):
                    self.assert_failed(self.run_program("-p", "acme", *words), 4, "HTTP 400: a field is not right")
            self.config(merchant.config(url).replace("X-Partner-Key", "X-Other-Key"))
            self.assert_failed(self.run_program("-p", "acme", "catalogue", "list-plans"), 7, "401")

    def test_the_sandbox_answers_as_the_document_says(self):
        """Prism stands before our sandbox of the document, and judges its replies too."""
        server = self.serve("--contract", merchant.DOCUMENT)
        with peers.prism_proxy(merchant.DOCUMENT, server.url) as url:
            self.config(merchant.config(url))
            for operation in merchant.operations(self):
                self.assert_code(self.run_program("sandbox", "reset", "--contract", merchant.DOCUMENT), 0)
                with self.subTest(command=operation.name):
                    self.assertEqual(self.violations(url, operation), [])

    def violations(self, url, operation):
        shown = self.run_program("-p", "acme", *operation.words({"restartSubscription": "sub_70002"}.get(operation.id)), "--dry-run", "-o", "json").json
        connection = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=20)
        self.addCleanup(connection.close)
        body = None if shown.get("body") is None else json.dumps(shown["body"])
        path = shown["url"].partition("//")[2].partition("/")[2]
        connection.request(shown["method"], "/" + path, body, {**shown["headers"], "X-Partner-Key": merchant.KEY})
        reply = connection.getresponse()
        self.assertIn(str(reply.status), operation.replies)
        return json.loads(reply.headers.get("sl-violations", "[]"))
