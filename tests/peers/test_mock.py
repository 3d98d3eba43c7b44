# SPDX-License-Identifier: GPL-3.0-or-later
"""Prism in the server's place: it knows the built-in document only, and answers by its examples."""

from blackbox.peers import prism_mock

from judged import DOCUMENT, DocumentCase

# status, exit codes of reads and of changes
CODES = {200: (0, 0), 202: (0, 0), 400: (4, 4), 401: (7, 7), 404: (6, 6), 409: (4, 4), 429: (8, 8), 500: (5, 10), 503: (5, 10)}


class Mock(DocumentCase):
    def test_examples_are_read(self):
        with prism_mock(DOCUMENT) as url:
            for operation in self.operations():
                for form in ("table", "json", "csv", "expanded"):
                    with self.subTest(operation=operation.id, form=form):
                        result = self.call(url, *operation.words(), "-o", form)
                        self.assert_code(result, 0)
                        self.assertIn("a25100b8" if operation.id == "echo" else "ENT-1001", result.out)

    def test_every_status_of_the_document_has_its_exit_code(self):
        seen = set()
        with prism_mock(DOCUMENT) as url:
            for operation in self.operations():
                for status in operation.statuses:
                    with self.subTest(operation=operation.id, status=status):
                        result = self.call(url, *operation.words(), "--header", f"Prefer: code={status}", "--error-format", "json")
                        self.assert_code(result, CODES[status][0 if operation.reads else 1])
                        if result.code:
                            self.assertEqual(result.error["http_status"], status, result)
                        seen.add(status)
        self.assertEqual(seen, set(CODES))

    def test_what_does_not_fit_the_document_is_rejected(self):
        with prism_mock(DOCUMENT) as url:
            for words in (["entitlement", "suspend", "ENT-1001", "--set", "reasonCode:=7"],
                          ["entitlement", "notify", "ENT-1001", "--set", "event:=[]"],
                          ["request", "PATCH", "/v1/entitlement/ENT-1001", "--data", '{"dateExpiry":"tomorrow"}']):
                with self.subTest(words=words):
                    result = self.call(url, *words, "--error-format", "json")
                    self.assert_failed(result, 4)
                    self.assertEqual(result.error["http_status"], 400)
