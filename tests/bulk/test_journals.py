# SPDX-License-Identifier: GPL-3.0-or-later
"""Journals that are held by another runner, torn, damaged, finished, or of something else: what resume makes of them."""

import csv
import json
import signal
import time

from blackbox import json_answer
from bulk.common import BulkCase, Shop, wait_until

TARGETS = [f"ENT-{i}" for i in range(1, 21)]


class Journals(BulkCase):
    def setUp(self):
        super().setUp()
        self.profiles(more="defaults = { timeout = 0.5; };")
        self.shop = Shop()
        self.addCleanup(self.shop.__exit__)
        self.path = self.home / "job.ndjson"
        self.rows = self.csv(TARGETS)

    def test_long_lists_are_written_in_parts(self):
        """More rows than a part has: the same in every format, one header, and the failures too."""
        count = 2500
        rows = self.csv([f"ENT-{i}" for i in range(count)], "many.csv")
        self.shop.hook = lambda _shop, _method, target, _number: json_answer({}, 409) if target == "ENT-7" else None
        self.job("t", self.shop.url, rows, "-o", "none", "--jobs", "8")
        for words, found in [(["bulk", "results", "job.ndjson"], count), (["audit", "show"], count)]:
            whole = self.run_program(*words, "-o", "json").json
            self.assertEqual(len(whole), found)
            self.assertEqual([json.loads(line) for line in self.run_program(*words, "-o", "ndjson").out.splitlines()], whole)
            lines = list(csv.DictReader(self.run_program(*words, "-o", "csv").out.splitlines()))
            self.assertEqual([row["request_id"] for row in lines], [row["request_id"] for row in whole])
            self.assertEqual(len(self.run_program(*words, "-o", "tsv", "--no-headers").out.splitlines()), found)
            self.assertEqual(len(self.run_program(*words, "-o", "ndjson", "--limit", "1500").out.splitlines()), 1500)
        self.assertEqual(self.run_program("bulk", "failures", "job.ndjson", "-o", "csv").out.count("\n"), 2)

    def half(self):
        """A job that was killed with rows left; what its journal holds."""
        self.shop.hook = lambda _shop, _method, _target, number: "hang" if number > 8 else None
        process = self.start(self.job_words("t", self.shop.url, self.rows, "--jobs", "2"))
        self.assertTrue(wait_until(lambda: len(self.shop.seen) == 10))
        process.kill()
        process.wait()
        self.shop.hook = lambda *_: None
        del self.shop.seen[:]
        return self.path.read_bytes()

    def go_on(self, *args):
        return self.resume("t", self.shop.url, "-o", "none", *args)

    def assert_refused(self, code, *texts, args=()):
        """Nothing is sent, and the journal is left as it is."""
        before = self.path.read_bytes()
        self.assert_failed(self.go_on(*args), code, *texts)
        self.assertEqual(self.shop.times(), [])
        self.assertEqual(self.path.read_bytes(), before)

    def assert_completes(self):
        self.assert_code(self.go_on(), 0)
        self.assertEqual(dict(self.shop.applied), {target: 1 for target in TARGETS})
        self.check_job({target: True for target in TARGETS}, unknown=0)

    def change_header(self, **values):
        lines = self.path.read_bytes().split(b"\n")
        header = {**json.loads(lines[0]), **values}
        self.path.write_bytes(b"\n".join([json.dumps(header).encode(), *lines[1:]]))

    # ---- another runner

    def test_second_runner(self):
        self.shop.hook = lambda *_: time.sleep(0.1)
        process = self.start(self.job_words("t", self.shop.url, self.rows, "--jobs", "1", "-q"))
        self.assertTrue(wait_until(self.path.exists))
        self.assert_failed(self.go_on(), 11, "another process runs the job")
        # who looks is not held up
        self.assert_code(self.run_program("bulk", "status", self.path), 0)
        # a second job with this journal is none
        self.assert_failed(self.job("t", self.shop.url, self.rows), 2, "exists already", "bulk resume")
        self.assertEqual(process.wait(20), 0)
        self.assert_completes()

    def test_lock_ends_with_the_runner(self):
        self.half()
        first = self.start(self.resume_words("t", self.shop.url, "-q"))
        first.send_signal(signal.SIGKILL)
        first.wait()
        self.assert_completes()

    # ---- a torn end

    def test_torn(self):
        """At every byte of what stands behind the last synced intents."""
        whole = self.half()
        lines = whole.splitlines(keepends=True)
        for cut in (1, 2, 20, len(lines[-1]) - 1):
            with self.subTest(cut=cut):
                self.path.write_bytes(whole[:-cut])
                result = self.run_program("bulk", "status", self.path, "-o", "json")
                self.assertEqual(result.json[0]["left"], 12)
                self.assertEqual(self.path.read_bytes(), whole[:-cut], "who looks changes nothing")
        self.path.write_bytes(whole + lines[-1][:40])
        result = self.go_on()
        self.assert_code(result, 0)
        self.assertIn("40 bytes that a crash left", result.err)
        self.check_job({target: True for target in TARGETS}, unknown=0)
        self.assertEqual(dict(self.shop.applied), {target: 1 for target in TARGETS})

    def test_nul_tail(self):
        """Where a machine lost power: the file had grown, and its last pages were never written."""
        for tail in (b"\0" * 4096, b'{"row":9,"outc' + b"\0" * 100, b"\0" * 50 + b"\n" + b"\0" * 50):
            with self.subTest(tail=tail[:20]):
                self.shop.applied.clear()
                self.shop.statuses.clear()
                self.shop.updated.clear()
                del self.shop.seen[:]
                self.path.unlink(missing_ok=True)
                whole = self.half()
                self.path.write_bytes(whole + tail)
                self.assert_completes()
                self.assertNotIn(b"\0", self.path.read_bytes())

    def test_power_lost(self):
        """What was written after the last synced intents is gone, whole or in part: the server knows more than the journal."""
        self.assert_code(self.job("t", self.shop.url, self.rows, "--jobs", "4", "-q", "-o", "none"), 0)
        whole = self.path.read_bytes()
        lines = whole.splitlines(keepends=True)
        synced = max(number for number, line in enumerate(lines) if b'"sent"' in line) + 1
        least = sum(map(len, lines[:synced]))
        self.assertGreater(len(lines), synced)
        for size in {least, least + 1, (least + len(whole)) // 2, len(whole) - 1, len(whole)}:
            with self.subTest(size=size):
                del self.shop.seen[:]
                self.path.write_bytes(whole[:size])
                self.assert_completes()
                self.assertEqual(self.shop.times(), [])

    def test_from_standard_input(self):
        """What came through a pipe is kept with the job, for a later run."""
        self.shop.hook = lambda _shop, _method, _target, number: "hang" if number > 8 else None
        with open(self.rows, "rb") as rows:
            process = self.start(self.job_words("t", self.shop.url, "-", "--jobs", "2"), stdin=rows)
            self.assertTrue(wait_until(lambda: len(self.shop.seen) == 10))
        process.kill()
        process.wait()
        self.rows.unlink()
        self.shop.hook = lambda *_: None
        self.assert_completes()

    # ---- damage

    def test_bad_line_in_the_middle(self):
        whole = self.half()
        lines = whole.splitlines(keepends=True)
        for bad in (b"{\n", b"\0\0\0\n", b"[1]\n", b'{"row":3,"outcome":"ok"\n'):
            with self.subTest(bad=bad):
                self.path.write_bytes(b"".join(lines[:4] + [bad] + lines[4:]))
                self.assert_refused(3, "damaged", "line 5")
        for line, why in ((b'{"row":21,"outcome":"ok"}', "names no row"), (b'{"row":0,"outcome":"ok"}', "names no row"),
                          (b'{"outcome":"ok"}', "names no row"), (b'{"row":20,"outcome":"fine"}', "unknown outcome"),
                          (b'{"row":"20","outcome":"ok"}', "names no row"), (b'{"row":20}', "neither")):
            with self.subTest(line=line):
                self.path.write_bytes(b"".join(lines[:4] + [line + b"\n"] + lines[4:]))
                self.assert_refused(3, "damaged", "line 5", why)

    def test_result_twice(self):
        whole = self.half()
        result = next(line for line in whole.splitlines(keepends=True) if b'"outcome"' in line)
        self.path.write_bytes(whole + result)
        self.assert_refused(3, "damaged", "has a result already")

    def test_row_of_another_shard(self):
        self.half()
        self.change_header(shard=0, of=2)
        self.assert_refused(3, "damaged", "shard")

    def test_header_that_lacks_what_is_needed(self):
        self.half()
        for member in ("profile", "input"):
            whole = self.path.read_bytes()
            head, _, rest = whole.partition(b"\n")
            header = json.loads(head)
            if member == "input":
                del header["input"]["path"]
            else:
                del header[member]
            self.path.write_bytes(json.dumps(header).encode() + b"\n" + rest)
            with self.subTest(member=member):
                self.assert_refused(3, f"names no {member}")
            self.path.write_bytes(whole)

    def test_of_the_future(self):
        self.half()
        self.change_header(journal=2)
        self.assert_refused(3, "use the bangoctl that wrote it, or a later one")

    def test_no_journal(self):
        for text in (b"", b"\n", b"{}\n", b'{"journal":1}\n', b"entitlementId\nENT-1\n", b'{"journal":1,"job":"x"'):
            with self.subTest(text=text):
                self.path.write_bytes(text)
                self.assert_refused(3, "no journal of a bulk job")
        self.path.unlink()
        self.assert_failed(self.go_on(), 3, "cannot open the journal")
        self.path.mkdir()
        self.assert_failed(self.go_on(), 3)

    # ---- of something else

    def test_another_profile(self):
        self.half()
        before = self.path.read_bytes()
        result = self.run_program("-p", "trusted", "--base-url", self.shop.url, "bulk", "resume", self.path)
        self.assert_failed(result, 3, "of profile t, not trusted")
        with Shop() as other:
            result = self.run_program("-p", "t", "--base-url", other.url, "bulk", "resume", self.path)
            self.assert_failed(result, 3, self.shop.url, other.url)
            self.assertEqual(other.seen, [])
        self.assertEqual((self.shop.seen, self.path.read_bytes()), ([], before))

    def test_input(self):
        self.half()
        text = self.rows.read_bytes()
        # so many rows as before, and more, and one of them no longer good
        for changed in (text.replace(b"ENT-20", b"ENT-21"), text + b"ENT-99\n", text[:-7], text.replace(b"ENT-20", b"")):
            self.rows.write_bytes(changed)
            self.assert_refused(3, "not what it was when the job began")
        self.rows.write_bytes(text.replace(b"ENT-20", b'"ENT'))
        self.assert_refused(3)
        self.rows.unlink()
        self.assert_refused(3, "rows.csv")
        self.rows.write_bytes(text)
        self.assert_completes()

    def test_command_gone(self):
        self.half()
        self.change_header(command="entitlement vanish")
        self.assert_refused(3, "entitlement vanish", "not there now")
        self.change_header(command="entitlement suspend", defaults=[["colour", "red"]])
        self.assert_refused(3, 'no argument "colour"')

    # ---- finished

    def test_finished(self):
        """It sends nothing and returns its code, for all three."""
        answers = {"ENT-3": b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n", "ENT-4": b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n"}
        for code, names in ((0, ()), (12, ("ENT-3",)), (10, ("ENT-3", "ENT-4"))):
            with self.subTest(code=code):
                self.path.unlink(missing_ok=True)
                self.shop.hook = lambda _shop, _method, target, _number, names=names: answers[target] if target in names else None
                self.assert_code(self.job("t", self.shop.url, self.rows, "-q"), code)
                del self.shop.seen[:]
                before = self.path.read_bytes()
                result = self.go_on()
                self.assert_code(result, code)
                self.assertIn("finished", result.err)
                self.assertEqual((self.shop.seen, self.path.read_bytes()), ([], before))
                self.rows.rename(self.home / "moved.csv")
                self.assert_code(self.go_on(), code)
                (self.home / "moved.csv").rename(self.rows)
