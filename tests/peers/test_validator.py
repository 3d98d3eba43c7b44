# SPDX-License-Identifier: GPL-3.0-or-later
"""
express-openapi-validator between the program and the sandbox: a reading of the document by yet another author. Where
Prism is content with any credentials of the right kind, this one knows the password, and it refuses a query parameter
that the document does not have.
"""

import json

from blackbox import Peer, json_answer
from blackbox.peers import validator

from judged import DOCUMENT, DocumentCase

TOKEN = "t0ken/with+signs="
BEARER = {"type": "http", "scheme": "bearer"}
API_KEY = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}


class Validated(DocumentCase):
    def test_every_call_in_every_status(self):
        with validator(DOCUMENT, self.serve().url) as url:
            self.in_every_status(url, lambda result: self.assertNotIn("validator:", result.err))

    def test_what_is_wrong_is_seen(self):
        reply = {"responseCode": "OK", "responseMessage": "Success"}
        requests = [(["suspend", "ENT-1001", "--set", "reasonCode:=7"], "request/body/reasonCode must be string"),
                    (["update", "ENT-1001", "--set", "productKey:=null"], "request/body/productKey must be string")]
        replies = [(json_answer({**reply, "dateCreated": "yesterday"}), "/response/dateCreated must match format"),
                   (json_answer({**reply, "productKey": None}), "/response/productKey must be string"),
                   (json_answer({"responseCode": "OK"}), "/response must have required property 'responseMessage'"),
                   (json_answer(reply, 409), "no schema defined for status code '409'")]
        with validator(DOCUMENT, self.serve().url) as url:
            for words, text in requests:
                with self.subTest(words=words):
                    self.assert_failed(self.call(url, "entitlement", *words), 4, f"validator: {text}")
        with Peer([answer for answer, _ in replies]) as peer, validator(DOCUMENT, peer.url) as url:
            for answer, text in replies:
                with self.subTest(answer=answer):
                    self.assert_failed(self.call(url, "entitlement", "get", "ENT-1001"), 5, f"validator: {text}")


class Credentials(DocumentCase):
    """The right secret opens every call; a wrong one is 401 and exit 7, and nothing reaches the sandbox."""

    def profile(self, url, secret, more):
        self.config(f'default_profile = "t"; profiles = {{ t = {{ environment = "test"; base_url = "{url}"; retries = 0; '
                    f'password = "{secret}"; {more} }}; }};')

    def document(self, scheme):
        """The built-in document with another security scheme."""
        document = self.run_program("contract", "export").json
        document["components"]["securitySchemes"] = {"own": scheme}
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["security"] = [{"own": []}]
        return self.write("document.json", json.dumps(document))

    def check(self, document, more):
        more += f' contract = "{document}";'
        with validator(document, self.serve().url, TOKEN) as url:
            for operation in self.operations():
                with self.subTest(operation=operation.id):
                    self.assert_code(self.run_program("-p", "sandbox", "sandbox", "reset"), 0)
                    self.profile(url, TOKEN[:-1], more)
                    result = self.run_program(*operation.words(), "--error-format", "json")
                    self.assert_failed(result, 7)
                    self.assertEqual(result.error["http_status"], 401)
                    self.profile(url, TOKEN, more)
                    # the one before would be in the way of this one if it had come through
                    self.assert_code(self.run_program(*operation.words()), 0)

    def test_basic(self):
        self.check(DOCUMENT, 'username = "sandbox";')

    def test_basic_wrong_user(self):
        with validator(DOCUMENT, self.serve().url, TOKEN) as url:
            self.profile(url, TOKEN, 'username = "sandbo";')
            self.assert_failed(self.run_program("echo"), 7)

    def test_bearer(self):
        self.check(self.document(BEARER), 'auth = "bearer";')

    def test_api_key_in_a_header(self):
        self.check(self.document(API_KEY), 'auth = "header"; auth_header = "X-Api-Key";')
