# SPDX-License-Identifier: GPL-3.0-or-later
"""A document is parsed once and kept: what is kept never stands for another text, and never does harm."""

import os

from blackbox import Case

DOCUMENT = """openapi: 3.0.3
info: {title: Made up, version: "1"}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}, description: which}]
      responses: {'200': {description: the thing}}
"""


class Cache(Case):
    def setUp(self):
        super().setUp()
        self.document = self.write("api.yaml", DOCUMENT)

    def ask(self, code=0, document="api.yaml"):
        """The request line of a call that is not sent."""
        result = self.sandbox("--contract", document, "get-thing", "7", "-n")
        self.assert_code(result, code)
        return result.out.splitlines()[0] if not code else result

    @property
    def kept(self):
        return sorted((self.home / "state/cache").glob("*"))

    def test_kept_once_for_each_path(self):
        first = self.ask()
        (kept,) = self.kept
        self.assertEqual((kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777), (0o600, 0o700))
        before = kept.stat().st_ino
        self.assertEqual(self.ask(), first)
        self.assertEqual(kept.stat().st_ino, before, "it was written again")
        self.assertEqual(self.ask(document="../" + self.home.name + "/api.yaml"), first)
        self.assertEqual(len(self.kept), 1)

    def test_edited_with_the_same_size_and_time(self):
        facts = self.document.stat()
        self.assertIn("/things/7", self.ask())
        self.document.write_text(DOCUMENT.replace("/things/", "/whatso/"))
        os.utime(self.document, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        self.assertIn("/whatso/7", self.ask())
        self.assertEqual(len(self.kept), 1)

    def test_damaged(self):
        """Cut off anywhere, or another's: the document is read instead, and kept anew."""
        wanted = self.ask()
        (kept,) = self.kept
        whole = kept.read_bytes()
        for damaged in (b"", whole[:40], whole[:-1], whole[:len(whole) // 2], whole + b"x", b"0" + whole[1:]):
            kept.write_bytes(damaged)
            self.assertEqual(self.ask(), wanted)
            self.assertEqual(kept.read_bytes(), whole)

    def test_altered(self):
        """A copy of this document that says anything else: one bit, or another's method, is enough."""
        wanted = self.ask()
        (kept,) = self.kept
        whole = kept.read_bytes()
        mark = whole.index(b"\n")
        for altered in (whole.replace(b"/things/", b"/evilly/"), whole[:mark + 1] + whole[mark + 66:], whole.replace(b"which", b"whicH"),
                        whole.replace(whole[mark - 1:mark], b"1", 1), whole.replace(b"\n", b"0\n", 1)):
            self.assertNotEqual(altered, whole)
            kept.write_bytes(altered)
            self.assertEqual(self.ask(), wanted)
            self.assertEqual(kept.read_bytes(), whole)

    def test_writable_by_others(self):
        wanted = self.ask()
        (kept,) = self.kept
        kept.write_bytes(kept.read_bytes().replace(b"/things/", b"/evilly/"))
        kept.chmod(0o666)
        self.assertEqual(self.ask(), wanted)

    def test_no_place_to_keep_it(self):
        self.write("state/cache", "a file in the folder's place")
        self.assertIn("/things/7", self.ask())

    def test_faults_are_not_kept(self):
        self.document.write_text("openapi: 3.0.3\npaths: {}\n")
        self.ask(3)
        self.assertEqual(self.kept, [])
