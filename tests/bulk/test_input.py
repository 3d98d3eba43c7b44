# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of bad input is refused before anything is sent, with file, row, line and column; good input arrives."""

import json
import os
import subprocess
import time

from blackbox import program

from rows import IDS, SUSPEND, RowsCase


class Refused(RowsCase):
    """(rows, what the message says)"""

    TABLE = {
        "no column": ("reasonCode\nOTHER\n", 'rows.csv: the header: there is no column "entitlementId"', "--id gives it"),
        "no column, but one like it": ("entitlementID\nE\n", 'is it "entitlementID"?'),
        "unknown column": ("entitlementId,reasonCod\nE,OTHER\nF,OTHER\n",
                           'row 1 (line 2): column "reasonCod" is no argument', 'did you mean "reasonCode"?'),
        "column twice": ("entitlementId,reasonCode,reasonCode\nE,OTHER,OTHER\n", 'line 1: the column "reasonCode" stands twice'),
        "column by two names": ("entitlementId,reasonCode,reason-code\nE,OTHER,OTHER\n", '"reasonCode" and "reason-code" are the same'),
        "column without a name": ("entitlementId,\nE,x\n", "column 2 of the header has no name"),
        "semicolons": ("entitlementId;reasonCode\nE;OTHER\n", "the header is one column", "separated by commas"),
        "nothing": ("", "rows.csv is empty"),
        "a header alone": ("entitlementId\n", "rows.csv: there are no rows"),
        "a header without line end": ("entitlementId", "rows.csv: there are no rows"),
        "blank lines": ("\n\n\n", "there is no header and no row"),
        "too many fields": ("entitlementId\nE,x\n", "row 1 (line 2): 2 fields, the header has 1"),
        "too few fields": ("entitlementId,reasonCode\nE,OTHER\nE\n", "row 2 (line 3): 1 field, the header has 2"),
        "a quote not closed": ('entitlementId,reasonDescription\nE,"x\nF,y\n', "row 1 (line 2): the quote that begins field 2 is not closed"),
        "a quote within": ('entitlementId,reasonDescription\nE,x"y\n', "row 1 (line 2): a quote stands within field 2", '"so: ""quoted"""'),
        "text behind a quote": ('entitlementId,reasonDescription\nE,"x"y\n', "behind the closing quote of field 2"),
        "a field of 10 MB": ("entitlementId,reasonDescription\nE," + "x" * 10_000_000 + "\n", "row 1 (line 2): longer than 1 MiB"),
        "NUL": ("entitlementId\nE\0\n", "line 2: a NUL byte"),
        "UTF-8, then Windows-1252": (b"entitlementId,reasonDescription\nE,\xc3\xa9\nF,\xe9\n", "line 3: byte 0xe9", "--encoding"),
        "Windows-1252, then UTF-8": (b"entitlementId,reasonDescription\nE,\xe9\nF,\xc3\xa9\n", "line 3: this is UTF-8"),
        "UTF-16": (IDS.encode("utf-16"), "rows.csv is UTF-16", "save the file as UTF-8"),
        "UTF-16 without a mark": (IDS.encode("utf-16-le"), "line 1: a NUL byte"),
        "an id twice": ("entitlementId\nE\nF\nE\n", "row 3 (line 4): E is on line 2 already", "--allow-duplicates"),
        "an empty id": ("entitlementId,reasonCode\n,OTHER\n", 'row 1 (line 2): column "entitlementId" is empty: id of'),
        "an id with a slash": ("entitlementId\n../echo\n", "row 1 (line 2): ID:", "would change the path"),
        "a value that is none": ("entitlementId,reasonCode\nE,OTHR\n", 'row 1 (line 2): reasonCode: "OTHR"', "did you mean OTHER?"),
        "rows that a spreadsheet left": ("entitlementId,reasonCode\r\nE,OTHER\r\n,\r\n", "row 2 (line 3): all cells are empty", "delete the line"),
    }

    def test_table(self):
        for name, (rows, *texts) in self.TABLE.items():
            with self.subTest(name):
                self.assert_refused(self.bulk(rows), *texts)

    def test_same_through_standard_input(self):
        for name, (rows, *texts) in self.TABLE.items():
            with self.subTest(name):
                result = self.bulk(None, name="-", stdin=rows)
                self.assert_refused(result, *(text.replace("rows.csv", "standard input") for text in texts))

    def test_types(self):
        rows = "entitlementId,immediate,terminationDate\nA,maybe,2026-01-01\nB,true,yesterday\n,x,y\n"
        result = self.bulk(rows, command=["entitlement", "terminate"])
        self.assert_refused(result, 'row 1 (line 2): immediate: "maybe" is neither true nor false', 'row 2 (line 3): terminationDate: "yesterday"',
                            "3 faults, so nothing was sent")
        third = next(line for line in result.err.splitlines() if "row 3 (line 4)" in line)
        for column in ("immediate", "terminationDate", "entitlementId"):
            self.assertIn(column, third, "all faults of one row")

    def test_twenty_are_listed_and_all_are_counted(self):
        rows = "entitlementId,reasonCode\n" + "".join(f"E{i},NOPE\n" for i in range(1, 101))
        result = self.bulk(rows)
        self.assert_refused(result, "row 1 (line 2)", "row 20 (line 21)", "and 80 more", "100 faults")
        self.assertEqual(len(result.err.splitlines()), 22)

    def test_one_fault_is_the_error_itself(self):
        result = self.bulk("entitlementId,reasonCode\nE,NOPE\n", "--error-format", "json")
        self.assert_code(result, 2, "usage")
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("row 1 (line 2)", result.error["message"])

    def test_many_duplicates_are_found_in_no_time(self):
        ids = "".join(f"ENT-{i}\n" for i in range(20000))
        begun = time.monotonic()
        self.assert_refused(self.bulk("entitlementId\n" + ids + ids), "row 20001 (line 20002): ENT-0 is on line 2 already", "20000 faults")
        self.assertLess(time.monotonic() - begun, 20 * (10 if program.WRAP else 1))

    def test_lines_within_quotes_count(self):
        rows = 'entitlementId,reasonDescription,reasonCode\nA,"one\ntwo\r\nthree",OTHER\nB,,NOPE\n'
        self.assert_refused(self.bulk(rows), "row 2 (line 5)")

    def test_files(self):
        (self.home / "folder").mkdir()
        for name, texts in {"folder": ["it is a folder"], "nowhere.csv": ["cannot open nowhere.csv: No such file"],
                            "/proc/nothing": ["cannot open"]}.items():
            with self.subTest(name):
                self.assert_refused(self.bulk(None, name=name), *texts)
        if os.getuid():
            self.write("secret.csv", IDS, 0)
            self.assert_refused(self.bulk(None, name="secret.csv"), "secret.csv: Permission denied")


class Json(RowsCase):
    def test_refused(self):
        for rows, text in {
            "[1]\n": "JSON of type array, not an object", '{"entitlementId":"E"\n': "row 1 (line 1)", "null\n": "not an object",
            '{"entitlementId":"E","entitlementId":"F"}\n': "the same key twice", '{"entitlementId":"E"} x\n': "row 1 (line 1)",
            '\n{"entitlementId":"E"}\n\n{"id":5,"x":{"y":1}}\n': 'row 2 (line 4): column "x.y" is no argument',
            '{"reasonCode":"OTHER"}\n': '"entitlement suspend" needs "entitlementId"', "{}\n": '"entitlement suspend" needs "entitlementId"',
            '{"entitlementId":["A","B"]}\n': "entitlementId: it takes one value", '{"entitlementId":[[1]]}\n': "an array is no value",
            '{"id":"E","entitlementId":"F"}\n': "it takes one value", '{"entitlementId":"a\\u0000b"}\n': "NUL", "\n\n": "there are no rows",
            '{"a":' * 100 + "1" + "}" * 100: "row 1 (line 1)", '{"entitlementId":"' + "x" * 2_000_000 + '"}\n': "longer than 1 MiB",
        }.items():
            with self.subTest(rows[:60]):
                self.assert_refused(self.bulk(rows, name="rows.ndjson"), text)

    def test_taken(self):
        rows = ('{"entitlementId":"A","reason-code":"OTHER"}\n\n'
                '{"id":"B","reasonCode":null,"reasonDescription":"caf\\u00e9"}\r\n{"entitlementId":7,"reasonDescription":""}')
        self.assert_code(self.bulk(rows, name="rows.ndjson"), 0)
        self.assertEqual(self.sent(), {"A": {"reasonCode": "OTHER"}, "B": {"reasonDescription": "café"}, "7": {"reasonDescription": ""}})

    def test_objects_become_pairs(self):
        rows = '{"entitlementId":"A","merchantExtensionData":{"tier":"gold","level":5,"on":true}}\n'
        self.assert_code(self.bulk(rows, name="rows.jsonl", command=["entitlement", "update"]), 0)
        self.assertEqual(self.sent(), {"A": {"merchantExtensionData": {"tier": "gold", "level": 5, "on": True}}})

    def test_format(self):
        """By the name, else by the first byte, else as it is told."""
        for name, options in {"rows.jsonl": [], "rows.txt": [], "rows.csv": ["--input-format", "ndjson"], "-": []}.items():
            with self.subTest(name):
                rows = '{"entitlementId":"A"}\n'
                result = self.bulk(None if name == "-" else rows, *options, name=name, stdin=rows)
                self.assert_code(result, 0)


class Taken(RowsCase):
    def check(self, rows, expected, **more):
        result = self.bulk(rows, **more)
        self.assert_code(result, 0)
        self.assertEqual(self.sent(), expected)
        return result

    def test_names_of_columns(self):
        for names in ("entitlementId,reasonCode", "id,reason-code", "id,reasonCode"):
            with self.subTest(names):
                self.peer.requests.clear()
                self.check(f"{names}\nA,OTHER\n", {"A": {"reasonCode": "OTHER"}})

    def test_windows_1252_arrives_as_utf_8(self):
        rows = "entitlementId,reasonDescription\r\nA,café – 5 €\r\nB,“Ŷ”\r\n".replace("Ŷ", "Ÿ").encode("windows-1252")
        self.check(rows, {"A": {"reasonDescription": "café – 5 €"}, "B": {"reasonDescription": "“Ÿ”"}})

    def test_told_encoding(self):
        result = self.bulk("entitlementId,reasonDescription\nA,é\n".encode(), "--encoding", "windows-1252")
        self.assert_code(result, 0)
        self.assertEqual(self.sent(), {"A": {"reasonDescription": "Ã©"}})

    def test_mark_line_ends_and_quotes(self):
        rows = b'\xef\xbb\xbfentitlementId,reasonDescription\r\nA,"one\r\ntwo, ""three"""\r\n\r\n"B",""\r\n'
        self.check(rows, {"A": {"reasonDescription": 'one\r\ntwo, "three"'}, "B": None})

    def test_row_and_line_are_right(self):
        result = self.check('entitlementId,reasonDescription\nA,"x\ny"\n\nB,\n', {"A": {"reasonDescription": "x\ny"}, "B": None})
        self.assertEqual({(r["target"], r["row"], r["line"]) for r in self.results(result)}, {("A", 1, 2), ("B", 2, 5)})

    def test_an_empty_unknown_column_is_no_fault(self):
        self.check("entitlementId,notificationUrl\nA,\nB,\n", {"A": None, "B": None})

    def test_pairs(self):
        result = self.bulk("entitlementId,merchantExtensionData.tier,financeData\nA,gold,x=1\n", command=["entitlement", "update"])
        self.assert_code(result, 0)
        self.assertEqual(self.sent(), {"A": {"merchantExtensionData": {"tier": "gold"}, "financeData": {"x": "1"}}})

    def test_a_row_reads_no_file(self):
        self.write("secret.json", '"secret"')
        self.assert_refused(self.bulk("entitlementId,financeData\nA,x:=@secret.json\n", command=["entitlement", "update"]),
                            "row 1 (line 2): financeData: a row cannot name a file")

    def test_duplicates_of_reads_are_no_fault(self):
        self.assert_code(self.bulk("entitlementId\nA\nA\n", command=["entitlement", "get"]), 0)
        self.assertEqual(len(self.peer.requests), 2)


class StandardInput(RowsCase):
    def test_the_copy_is_private_and_goes_at_the_end(self):
        self.profiles(url="http://127.0.0.1:1")
        result = self.bulk(None, "--retry-max-wait", "0", name="-", stdin=IDS)
        self.assert_code(result, 9)
        copy = next(path for path in self.jobs if path.suffix == ".input")
        journal = next(path for path in self.jobs if path.suffix == ".ndjson")
        self.assertEqual((copy.stat().st_mode & 0o777, copy.read_text()), (0o600, IDS))
        self.assertEqual(journal.stat().st_mode & 0o777, 0o600)
        text = journal.read_text().replace("http://127.0.0.1:1", self.peer.url)
        journal.write_text(text)
        self.profiles()
        self.assert_code(self.run_program("bulk", "resume", journal), 0)
        self.assertEqual(set(self.sent()), {"ENT-1", "ENT-2", "ENT-3"})
        self.assertFalse(copy.exists(), "all rows have a result, so nobody needs it any more")

    def test_a_pipe_by_name(self):
        os.mkfifo(self.home / "pipe")
        writer = subprocess.Popen(["sh", "-c", f"printf '{IDS}' > pipe".replace("\n", "\\n")], cwd=self.home)
        self.assert_code(self.bulk(None, name="pipe"), 0)
        writer.wait(10)
        self.assertEqual(len(self.peer.requests), 3)

    def test_a_dry_run_leaves_no_copy(self):
        self.assert_code(self.bulk(None, "-n", name="-", stdin=IDS), 0)
        self.assert_nothing()


class Options(RowsCase):
    TABLE = {
        "--shard": ["", "x", "1", "1/", "/1", "4/4", "-1/4", "1/0", "0/1000001", "0/2x", " 0/2", "0x0/2"],
        "--rate": ["0", "-1", "nan", "inf", "1e9", "", "x", "0.0"],
        "--jobs": ["0", "-1", "1000", "257", "x", "", "1.5"],
        "--max-errors": ["-1", "x", "1e99"],
        "--encoding": ["latin1", ""],
        "--input-format": ["xlsx", ""],
        "--journal": ["", "-", "folder", "old.ndjson", "nowhere/j"],
    }

    def test_bad_values(self):
        (self.home / "folder").mkdir()
        self.write("old.ndjson", "")
        for option, values in self.TABLE.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    self.assert_refused(self.bulk(IDS, f"{option}={value}"), option)
        self.assertEqual((self.home / "old.ndjson").read_bytes(), b"")

    def test_journal_that_exists(self):
        self.write("old one", "x")
        self.assert_refused(self.bulk(IDS, "--journal", "old one"), "\"bangoctl bulk resume 'old one'\" goes on with its job")

    def test_options_for_one_call(self):
        for words in (["--curl"], ["--request-id", "x"], ["--wait"], ["--exit-code"], ["--field", "x"], ["--columns", "row"], ["--sort", "row"],
                      ["--limit", "1"], ["--no-headers"], ["--timing"], ["--dry-run=diff"], ["-x"], ["-o", "table"], ["-o", "csv"], ["-o", "raw"],
                      ["--fault", "500"], ["--seed", "1"]):
            with self.subTest(words):
                self.assert_refused(self.bulk(IDS, *words))

    def test_words(self):
        for words, text in {(): '"bulk" needs a command', ("entitlement",): '"bulk entitlement" needs', ("nonsense",): "unknown command",
                            ("sandbox", "reset"): "unknown command", ("entitlement", "suspend"): "needs --input",
                            ("entitlement", "suspend", "ENT-1", "--input", "x"): "takes no further argument",
                            ("entitlement", "suspend", "--input", "x", "--inptu", "y"): "did you mean --input",
                            ("resume",): "needs JOURNAL", ("status",): "needs JOURNAL"}.items():
            with self.subTest(words):
                self.assert_refused(self.run_program("-p", "t", "bulk", *words), text)

    def test_no_profile(self):
        self.write("rows.csv", IDS)
        self.assert_refused(self.run_program("bulk", *SUSPEND, "--input", "rows.csv"), "no profile is named", code=3)

    def test_no_password(self):
        self.config(f'profiles = {{ t = {{ environment = "test"; base_url = "{self.peer.url}"; username = "u"; }}; }};')
        self.assert_refused(self.bulk(IDS), code=3)

    def test_state_folder_that_cannot_be(self):
        result = self.bulk(IDS, env={"BANGOCTL_STATE_DIR": "/proc/nothing"})
        self.assert_refused(result, "BANGOCTL_STATE_DIR", code=1)

    def test_full_disk(self):
        self.write("rows.csv", IDS)
        result = self.shell("ulimit -f 0; exec bangoctl -p t bulk entitlement suspend --input rows.csv 2>/dev/null")
        self.assertEqual((result.code, result.out), (1, ""))
        self.assert_nothing()

    def test_help_needs_nothing(self):
        for words in (["bulk", "--help"], ["help", "bulk"], ["bulk", *SUSPEND, "--help"], ["help", "bulk", *SUSPEND]):
            self.assert_code(self.run_program(*words, env={"HOME": None}), 0)


class Journals(RowsCase):
    """What bulk status and resume are given."""

    def test_no_journals(self):
        (self.home / "folder").mkdir()
        self.write("empty", "")
        self.write("other", json.dumps({"x": 1}) + "\n")
        self.write("later", json.dumps({"journal": 99, "job": "x", "input": {"rows": 1}, "shard": 0, "of": 1}) + "\n")
        for name in ("folder", "empty", "other", "later", "nowhere", "/dev/null"):
            for words in (["status"], ["failures"], ["results"], ["resume"]):
                with self.subTest(words=words, name=name):
                    result = self.run_program("bulk", *words, name)
                    self.assertIn(result.code, (1, 3), f"\n{result}")
                    self.assertIn(name, result.err)
