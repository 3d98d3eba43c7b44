# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal gets to see: tables in its width, and never a control byte that came from a server."""

from blackbox import Case, Peer, json_answer

import calls

EVIL = "A\x1b]0;owned\x07\x1b[2J\x1b[31m\r\n\x7f\x9b1m\u202e"
FORMATS = ["auto", "table", "wide", "expanded", "json", "ndjson", "csv", "tsv", "raw"]
# a table, a word of colour, what the terminal makes of a line end: these are ours
ALLOWED = {0x0a, 0x0d, 0x09}


class Escapes(Case):
    def assert_harmless(self, result):
        text = result.stdout.decode("utf-8", "replace")
        bad = {hex(ord(c)) for c in text if (ord(c) < 0x20 and ord(c) not in ALLOWED) or 0x7f <= ord(c) < 0xa0}
        self.assertEqual(bad, set(), f"\n{result.stdout!r}")

    def test_fault_control_in_every_format(self):
        for form in FORMATS:
            for words in (calls.READ, calls.SEARCH):
                with self.subTest(format=form, call=words):
                    result = self.sandbox("--fault", "control", *words, "-o", form, "--color", "never", tty=True)
                    self.assert_code(result, 0)
                    self.assertIn("owned", result.out)
                    self.assert_harmless(result)

    def test_field(self):
        result = self.sandbox("--fault", "control", *calls.READ, "--field", "status", tty=True)
        self.assert_harmless(result)

    def test_report_of_a_change(self):
        result = self.sandbox("--fault", "control", *calls.CHANGE, "-o", "none", "--color", "never", tty=True)
        self.assert_code(result, 0)
        self.assertIn("suspended ENT-1001", result.out)
        self.assert_harmless(result)

    def test_error_message(self):
        for code in ("BAD_REQUEST", EVIL):
            with self.subTest(code=code), Peer(json_answer({"responseCode": code, "responseMessage": EVIL}, 400)) as peer:
                for more in ([], ["--error-format", "json"], ["-v"], ["-vv"]):
                    result = self.run_program("-p", "sandbox", "--base-url", peer.url, "--color", "never", *more, *calls.CHANGE,
                                              tty=True)
                    self.assert_code(result, 4)
                    self.assert_harmless(result)

    def test_names_of_fields(self):
        with Peer(json_answer({EVIL: EVIL, "a": {EVIL: [EVIL]}})) as peer:
            for form in FORMATS:
                with self.subTest(format=form):
                    result = self.run_program("-p", "sandbox", "--base-url", peer.url, *calls.READ, "-o", form, "--color", "never",
                                              tty=True)
                    self.assert_code(result, 0)
                    self.assert_harmless(result)

    def test_headers_in_the_trace(self):
        with Peer(json_answer(headers=["X-Evil: \x1b[31m\x07"])) as peer:
            for flag in ("-v", "-vv"):
                result = self.run_program("-p", "sandbox", "--base-url", peer.url, flag, *calls.READ, "-o", "none", tty=True)
                self.assertIn("X-Evil", result.out)
                self.assert_harmless(result)

    def test_own_words_in_an_error(self):
        for words in (["entitlement", EVIL], ["entitlement", "get", "--" + EVIL], ["entitlement", "find", "--status", EVIL],
                      ["-p", EVIL, "echo"], ["-c", EVIL, "echo"]):
            with self.subTest(words=words):
                result = self.run_program(*words, "--color", "never", tty=True)
                self.assertNotEqual(result.code, 0)
                self.assert_harmless(result)

    def test_piped_tables_are_escaped_too(self):
        for form in ("table", "wide", "expanded"):
            result = self.sandbox("--fault", "control", *calls.READ, "-o", form)
            self.assert_harmless(result)


class Looks(Case):
    def test_auto_is_a_table_on_a_terminal(self):
        result = self.sandbox(*calls.SEARCH, "--status", "ACTIVE", "--color", "never", tty=True)
        self.assertTrue(result.out.startswith("entitlementId  status"), result.out)

    def test_auto_is_expanded_when_too_wide(self):
        result = self.sandbox(*calls.READ, "--color", "never", tty=True)
        self.assertRegex(result.out, r"(?m)^status +ACTIVE\r$")

    def test_json_is_pretty_on_a_terminal(self):
        self.assertIn('\r\n  "status": "ACTIVE"', self.sandbox(*calls.READ, "-o", "json", tty=True).out)

    def test_colour(self):
        cases = [([], {}, True), (["--color", "never"], {}, False), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False),
                 (["--color", "always"], {"NO_COLOR": "1"}, True)]
        for options, env, wanted in cases:
            with self.subTest(options=options, env=env):
                result = self.run_program(*options, "entitlement", "suspnd", env={"TERM": "xterm", **env}, tty=True) \
                    if env.get("TERM") != "dumb" else self.shell("TERM=dumb script -qec 'TERM=dumb bangoctl entitlement suspnd' /dev/null")
                self.assertEqual("\x1b[" in result.out, wanted, repr(result.out))

    def test_colour_when_piped(self):
        cases = [([], {}, False), (["--color", "always"], {}, True), ([], {"CLICOLOR_FORCE": "1"}, True),
                 ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False)]
        for options, env, wanted in cases:
            with self.subTest(options=options, env=env):
                self.assertEqual("\x1b[" in self.run_program(*options, "entitlement", "suspnd", env=env).err, wanted)

    def test_nothing_found_is_said_on_the_terminal_only(self):
        result = self.sandbox(*calls.SEARCH, "--product-key", "none", "-o", "table")
        self.assertEqual((result.out, result.err), ("", ""))
        result = self.sandbox(*calls.SEARCH, "--product-key", "none", "-o", "table", tty=True)
        self.assertEqual(result.out, "bangoctl: nothing found\r\n")
        self.assertEqual(self.sandbox("-q", *calls.SEARCH, "--product-key", "none", "-o", "table", tty=True).out, "")

    def test_wide_characters_line_up(self):
        result = self.sandbox(*calls.SEARCH, "--columns", "entitlementDisplayName,entitlementId", "-o", "table", "--color", "never",
                              tty=True)
        wide = next(line for line in result.out.splitlines() if "ENT-1009" in line)
        narrow = next(line for line in result.out.splitlines() if "ENT-1001" in line)
        before = wide.partition("ENT-")[0]
        self.assertEqual(len(before) + sum(ord(c) > 0x2e80 for c in before), len(narrow.partition("ENT-")[0]))

    def test_locale_without_utf_8(self):
        """Widths are those of UTF-8 whatever the locale says: the server's text is UTF-8."""
        words = [*calls.SEARCH, "--columns", "entitlementDisplayName,entitlementId", "-o", "table"]
        expected = self.sandbox(*words)
        self.assertTrue(any(ord(c) > 0x2e80 for c in expected.out))
        for env in ({"LANG": "C"}, {"LANG": None, "LC_ALL": "POSIX"}, {"LANG": "no_SUCH.locale"}):
            with self.subTest(env=env):
                self.assertEqual(self.sandbox(*words, env=env).out, expected.out)

    def test_columns_that_are_not_there(self):
        result = self.sandbox(*calls.SEARCH, "--columns", "entitlementId,colour", "-o", "tsv", "--limit", "1")
        self.assertEqual((result.code, result.err), (0, 'bangoctl: warning: no row has a column "colour"\n'))
        result = self.sandbox(*calls.SEARCH, "--field", "colour", "--limit", "1")
        self.assertIn('warning: no row has a field "colour"', result.err)
