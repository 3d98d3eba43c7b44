# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked before a change, what the question shows, and that no answer but the right one lets it out."""

import fcntl
import json
import os
import pty
import re
import select
import subprocess
import time

from blackbox import Recorder
from blackbox import program
from blackbox.terminal import Screen, Typed

from common import WithServer

SUSPEND = ["entitlement", "suspend", "ENT-1001"]
MODERATE = [SUSPEND, ["entitlement", "resume", "ENT-1004"], ["entitlement", "activate", "ENT-1003"],
            ["entitlement", "update", "ENT-1001", "--product-key", "X"], ["entitlement", "notify", "ENT-1001", "--event", "X"]]
SEVERE = [["entitlement", "cancel", "ENT-1001"], ["entitlement", "revoke", "ENT-1001"], ["entitlement", "terminate", "ENT-1001"]]
UNKNOWN = [["request", "DELETE", "/x"], ["request", "POST", "/v1/nothing/like/it", "--data", "{}"], ["request", "PUT", "/v1/a"]]


class Confirm(WithServer):
    def setUp(self):
        super().setUp()
        self.server = self.serve_here("--quiet")
        self.recorder = Recorder(self.server.port)
        self.addCleanup(self.recorder.stop)
        self.profiles(self.recorder.url)

    @property
    def changes(self):
        return [r for r in self.recorder.requests if not r.startswith(b"GET")]

    def typed(self, *words, env=None):
        argv = program.command_line(["-p", "live", "--color", "never", *words])
        return Typed(self, argv, env)

    def ask(self, typed, *words, end=None):
        """Waits for the question, types, and returns (exit code, what was seen)."""
        with_terminal = self.typed(*words)
        with_terminal.wait("[y/N] " if end is None else end)
        with_terminal.send(typed)
        return with_terminal.end(), with_terminal.seen.decode()

    def assert_refused(self, code, before=None):
        """Exit 11, nothing sent, recorded as refused."""
        self.assertEqual(code, 11)
        self.assertEqual(self.changes, [])
        self.assertEqual(self.types()[-1], "refused")
        self.assertFalse([t for t in self.types() if t != "refused"], "an intent without a yes")


class Moderate(Confirm):
    def test_question_shows_what_would_happen(self):
        code, seen = self.ask("y\r", *SUSPEND)
        self.assertEqual(code, 0, seen)
        for text in ("LIVE", "live", self.recorder.url, "entitlement suspend", "ENT-1001", "ACTIVE → SUSPENDED"):
            self.assertIn(text, seen)
        self.assertEqual(len(self.changes), 1)
        self.assertEqual(self.types(), ["intent", "outcome:ok"])
        self.assertIn("suspended ENT-1001 (was ACTIVE) · live", seen)

    def test_window_is_resized_at_the_question(self):
        """In the shell a resized window interrupts the wait for the answer, and is none."""
        shell = Screen(self, program.command_line(["-p", "live", "--color", "never"]))
        shell.line(" ".join(SUSPEND))
        shell.wait("[y/N]")
        shell.resize(30, 100)
        shell.line("y")
        shell.wait("suspended ENT-1001")
        self.assertEqual(len(self.changes), 1)

    def test_question_shows_the_body(self):
        _, seen = self.ask("n\r", *SUSPEND, "--reason-code", "OTHER")
        self.assertIn('"reasonCode":"OTHER"', seen)

    def test_question_names_what_is_not_possible(self):
        code, seen = self.ask("\r", "entitlement", "suspend", "ENT-1004")
        self.assertIn("not possible from SUSPENDED", seen)
        self.assert_refused(code)

    def test_question_where_the_status_cannot_be_read(self):
        """Not knowing is no yes: it is said, and asked all the same."""
        code, seen = self.ask("n\r", "entitlement", "suspend", "ENT-NONE")
        self.assertIn("its status cannot be read: ", seen)
        self.assertIn("ENT-NONE", seen)
        self.assert_refused(code)

    def test_yes(self):
        for answer in ("y\r", "Y\r", "yes\r", "YES\r"):
            with self.subTest(answer=answer):
                before = len(self.changes)
                self.ask(answer, *SUSPEND)
                self.assertEqual(len(self.changes), before + 1)

    def test_everything_else_is_no(self):
        for answer in ("\r", "n\r", "no\r", "N\r", " \r", "yy\r", "j\r", "live\r", "y n\r", "\x04", "ye\r", "1\r", "true\r"):
            with self.subTest(answer=answer):
                code, _ = self.ask(answer, *SUSPEND)
                self.assert_refused(code)

    def test_what_was_typed_ahead_is_no_answer(self):
        terminal = self.typed(*SUSPEND)
        terminal.send("y\r")
        terminal.wait("[y/N] ")
        terminal.send("\r")
        code = terminal.end()
        self.assertIn(code, (0, 11))
        # the pseudo terminal may have got the bytes before or after the flush; no flush may turn "no" into a change
        self.assertEqual(len(self.changes), 0 if code == 11 else 1)

    def test_a_megabyte(self):
        terminal = self.typed(*SUSPEND)
        terminal.wait("[y/N] ")
        for _ in range(256):
            terminal.send("y" * 4000 + "\x16\x16")
        terminal.send("\r")
        self.assert_refused(terminal.end())

    def test_a_megabyte_without_the_terminal_s_lines(self):
        """In raw mode the terminal has no line limit of its own."""
        script = self.write("raw.sh", f"stty raw -echo; exec {' '.join(program.command_line(['-p', 'live', *SUSPEND]))}\n")
        terminal = Typed(self, ["/bin/sh", str(script)])
        terminal.wait("[y/N] ")
        terminal.send("y" * 1_000_000 + "\n")
        self.assert_refused(terminal.end())

    def test_control_c(self):
        code, seen = self.ask("\x03", *SUSPEND)
        self.assertIn(code, (11, 130), seen)
        self.assertEqual((self.changes, self.types()), ([], ["refused"]))

    def test_terminal_goes_away(self):
        terminal = self.typed(*SUSPEND)
        terminal.wait("[y/N] ")
        os.close(terminal.master)
        process, terminal.master = terminal.process, -1
        try:
            process.wait(10)
        finally:
            program.end_group(process)
        self.assertNotEqual(process.returncode, 0)
        self.assertEqual((self.changes, [t for t in self.types() if t != "refused"]), ([], []))

    def test_all_moderate_ones_ask(self):
        for words in MODERATE:
            with self.subTest(words=words):
                code, seen = self.ask("\r", *words)
                self.assert_refused(code)
                self.assertIn(words[2], seen)

    def test_yes_option(self):
        result = self.run_program("-p", "live", "--yes", *SUSPEND)
        self.assert_code(result, 0)
        self.assertEqual(len(self.changes), 1)

    def test_data_on_standard_input_stays_data(self):
        """The question goes to the terminal itself, so a body can be piped in."""
        terminal_master, slave = pty.openpty()

        def own_terminal():
            os.setsid()
            fcntl.ioctl(slave, 0x540E, 0)
        argv = program.command_line(["-p", "live", *SUSPEND, "--body", "@-"])
        process = subprocess.Popen(argv, cwd=self.home, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave,
                                   preexec_fn=own_terminal)
        os.close(slave)
        seen = b""
        try:
            process.stdin.write(b'{"reasonCode":"OTHER"}')
            process.stdin.close()
            end = time.monotonic() + 10
            while b"[y/N] " not in seen and time.monotonic() < end:
                if select.select([terminal_master], [], [], 0.1)[0]:
                    seen += os.read(terminal_master, 4096)
            os.write(terminal_master, b"y\n")
            out = process.stdout.read()
            self.assertEqual(process.wait(10), 0, seen)
            self.assertIn(b"SUSPENDED", out)
            self.assertIn(b'"OTHER"', self.changes[0])
        finally:
            process.stdout.close()
            process.kill()
            process.wait()
            os.close(terminal_master)


class Severe(Confirm):
    end = "Type the profile's name to go on: "

    def test_profile_s_name(self):
        code, seen = self.ask("live\r", *SEVERE[1], end=self.end)
        self.assertEqual(code, 0, seen)
        self.assertEqual(len(self.changes), 1)
        self.assertIn("ACTIVE → REVOKED", seen)

    def test_other_answers(self):
        for words in (*SEVERE, *UNKNOWN):
            for answer in ("y\r", "yes\r", "\r", "Live\r", "live \r", "liv\r", "t\r", "\x04"):
                if words in UNKNOWN and answer not in ("y\r", "\r"):
                    continue
                with self.subTest(words=words, answer=answer):
                    code, _ = self.ask(answer, *words, end=self.end)
                    self.assert_refused(code)

    def test_options(self):
        for words in (*SEVERE, *UNKNOWN):
            for options, hint in [([], "--yes --confirm=live"), (["--yes"], "--yes --confirm=live"), (["--confirm", "live"], "--yes"),
                                  (["--yes", "--confirm", "other"], "--confirm"), (["--yes", "--confirm", "LIVE"], "--confirm"),
                                  (["--yes", "--confirm="], "--confirm")]:
                with self.subTest(words=words, options=options):
                    result = self.run_program("-p", "live", *options, *words)
                    self.assert_failed(result, 11, hint)
                    self.assert_refused(result.code)
        result = self.run_program("-p", "live", "--yes", "--confirm", "live", *SEVERE[0])
        self.assert_code(result, 0)
        self.assertEqual(len(self.changes), 1)

    def test_request_has_the_danger_of_what_it_matches(self):
        cancel = self.run_program("entitlement", "cancel", "ENT-1001", "-p", "live", "--dry-run").out.split()[:2]
        result = self.run_program("-p", "live", "--yes", "request", *cancel, "--data", "{}")
        self.assert_failed(result, 11, "--confirm=live")
        moderate = self.run_program(*SUSPEND, "-p", "live", "--dry-run").out.split()[:2]
        self.assert_failed(self.run_program("-p", "live", "request", *moderate), 11, "add --yes")
        # no other spelling of a path is milder
        for path in (cancel[1] + "/", cancel[1] + "?x=1", cancel[1].replace("entitlement", "%65ntitlement"), "//v1" + cancel[1][3:],
                     cancel[1].replace("/v1", "/v1/x/..")):
            with self.subTest(path=path):
                result = self.run_program("-p", "live", "--yes", "request", cancel[0], path, "--data", "{}")
                self.assertIn(result.code, (2, 11), f"\n{result}")
                self.assertEqual(self.changes, [])

    def test_letter_case_is_no_way_round(self):
        """A path that the contract knows under a milder name, and a server may take for a grave one."""
        def call(effect, danger):
            return {"operationId": f"o{danger}{effect}", "summary": "s", "responses": {"200": {"description": "d"}},
                    "x-bangoctl": {"effect": effect, "danger": danger}}
        paths = {"/x/{id}": {"post": call("change", "moderate"), "get": call("read", "none")}, "/x/cancel": {"post": call("change", "severe")},
                 "/x/purge": {"get": call("change", "severe")}, "/y/purge": {"get": {**call("change", "severe"), "operationId": "y"}}}
        document = self.write("doc.json", json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}))
        self.profiles(self.recorder.url, live=f'contract = "{document}";')
        for words in (["POST", "/x/CANCEL"], ["POST", "/X/cancel?a=b"], ["GET", "/x/Purge"], ["GET", "/Y/purge"]):
            with self.subTest(words=words):
                self.assert_failed(self.run_program("-p", "live", "--yes", "request", *words), 11, "--confirm=live")
        self.assertEqual(self.recorder.requests, [])
        self.run_program("-p", "live", "--yes", "request", "POST", "/x/cancelled")
        self.run_program("-p", "live", "request", "GET", "/x/1")
        self.assertEqual(len(self.recorder.requests), 2)

    def test_spelling_is_no_way_round(self):
        """What a server may take for a GET that changes something is one, however it is spelled."""
        def call(name, effect, danger):
            return {"operationId": name, "summary": "s", "responses": {"200": {"description": "d"}}, "x-bangoctl": {"effect": effect, "danger": danger}}
        paths = {"/things/{id}": {"get": call("show", "read", "none")}, "/things/{id}/cancel": {"get": call("cancel", "change", "severe")},
                 "/purge/": {"get": call("purge", "change", "severe")}, "/touch": {"get": call("touch", "change", "moderate"),
                                                                                  "head": call("probe", "read", "none")}}
        document = self.write("doc.json", json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}))
        self.profiles(self.recorder.url, live=f'contract = "{document}";')
        for path in ("/things/1/cancel", "/things/1/CANCEL", "/things/%31/cancel", "//things/1/cancel", "/things/1/./cancel", "/things/1/cancel/",
                     "/things/1/Cancel/?a=b", "/things/2/../1/cancel", "/things/1/%63ancel", "/things/1/cancel;a=b", "/things/1/cancel%3Ba", "/purge"):
            for method in ("GET", "HEAD"):
                with self.subTest(method=method, path=path):
                    self.assert_failed(self.run_program("-p", "live", "--read-only", "request", method, path), 11, "read-only")
                    self.assert_failed(self.run_program("-p", "live", "--yes", "request", method, path), 11, "--confirm=live")
        self.assertEqual(self.recorder.requests, [])
        for words in (["GET", "/things/1"], ["GET", "/things/1/"], ["GET", "/things/cancel"], ["HEAD", "/things/1"], ["HEAD", "/touch"]):
            with self.subTest(words=words):
                self.assertNotEqual(self.run_program("-p", "live", "--read-only", "request", *words).code, 11)
        self.assertEqual(len(self.recorder.requests), 5)

    def test_reads_are_not_asked_about(self):
        self.assert_code(self.run_program("-p", "live", "request", "GET", "/v1/entitlement/ENT-1001"), 0)
        self.assertEqual(self.run_program("-p", "live", "request", "HEAD", "/v1/entitlement/ENT-1001").code in (0, 4), True)
        self.assertEqual(self.lines(), [])


class NobodyToAsk(Confirm):
    def assert_named(self, result):
        self.assert_failed(result, 11, "was not confirmed", "--yes")
        self.assert_refused(result.code)

    def test_no_terminal(self):
        for words in MODERATE:
            with self.subTest(words=words):
                result = self.run_program("-p", "live", *words)
                self.assert_named(result)

    def test_no_input(self):
        for env, words in [({}, ["--no-input"]), ({"BANGOCTL_NO_INPUT": "1"}, []), ({"CI": "1"}, []), ({"CI": "true"}, [])]:
            with self.subTest(env=env, words=words):
                terminal = self.typed(*words, *SUSPEND, env=env)
                code = terminal.end()
                self.assertNotIn(b"y/N", terminal.seen)
                self.assert_refused(code)

    def test_stderr_is_no_terminal(self):
        result = self.run_program("-p", "live", *SUSPEND, tty=True, stdout_only=True)
        self.assert_refused(result.code)
        self.assertNotIn("y/N", result.out)

    def test_answers_on_standard_input_are_none(self):
        self.assert_named(self.run_program("-p", "live", *SUSPEND, stdin="y\ny\nlive\n"))

    def test_refusal_as_json(self):
        result = self.run_program("-p", "live", "-o", "json", *SUSPEND)
        self.assertEqual((result.error["kind"], result.error["retryable"], result.error["exit_code"]), ("refused", False, 11))

    def test_test_profile_and_sandbox_are_not_asked(self):
        self.assert_code(self.run_program("-p", "t", "entitlement", "suspend", "ENT-1001"), 0)
        self.assert_code(self.run_program("-p", "t", "entitlement", "revoke", "ENT-1001"), 0)
        self.assert_code(self.sandbox("entitlement", "cancel", "ENT-1001"), 0)


class Limits(Confirm):
    def test_read_only(self):
        for words, env, live in [(["--read-only"], {}, ""), ([], {"BANGOCTL_READ_ONLY": "1"}, ""), ([], {}, "read_only = true;"),
                                 (["--yes", "--confirm", "live"], {}, "read_only = true;")]:
            for call in (SUSPEND, SEVERE[0], UNKNOWN[0]):
                with self.subTest(words=words, env=env, live=live, call=call):
                    self.profiles(self.recorder.url, live=live, test=live)
                    for profile in ("live", "t"):
                        result = self.run_program("-p", profile, "--yes", *words, *call, env=env)
                        self.assert_failed(result, 11, "read-only")
                        self.assert_refused(result.code)
                    self.assert_code(self.run_program("-p", "live", *words, "entitlement", "get", "ENT-1001", env=env), 0)

    def script(self, *lines, words=(), live="max_changes = 2;"):
        self.profiles(self.recorder.url, live=live)
        return self.run_program("-p", "live", *words, "run", "-", stdin="\n".join(lines) + "\n")

    there_and_back = ["entitlement suspend ENT-1001 -q", "entitlement resume ENT-1001 -q"]

    def test_max_changes(self):
        result = self.script(*self.there_and_back, "entitlement get ENT-1001", *self.there_and_back, words=["--yes"])
        self.assert_code(result, 11)
        self.assertIn("standard input:4", result.err)
        self.assertIn("--confirm=live", result.err)
        self.assertEqual(len(self.changes), 2)
        self.assertEqual(self.types(), ["intent", "outcome:ok"] * 2 + ["refused"])

    def test_max_changes_confirmed(self):
        result = self.script(*self.there_and_back * 2, words=["--yes", "--confirm", "live"])
        self.assert_code(result, 0)
        self.assertEqual(len(self.changes), 4)

    def test_max_changes_outlasts_use(self):
        """Another profile and back does not begin the count again."""
        result = self.script(*self.there_and_back, "use t", "use live", "entitlement suspend ENT-1001", words=["--yes"])
        self.assert_code(result, 11)
        self.assertEqual(len(self.changes), 2)

    def test_max_changes_of_none(self):
        result = self.script(self.there_and_back[0], words=["--yes"], live="max_changes = 0;")
        self.assertEqual((result.code, len(self.changes)), (11, 0), f"\n{result}")

    def test_max_changes_counts_unknown_ones(self):
        result = self.script(*["entitlement suspend ENT-1001 --timeout 0.0001 --retries 0"] * 4, words=["--yes"])
        self.assertNotEqual(result.code, 0)
        self.assertLessEqual(len(self.changes), 2)

    def test_require_profile(self):
        more = 'default_profile = "live"; defaults = { require_profile = true; };'
        self.profiles(self.recorder.url, more=more)
        result = self.run_program("--yes", *SUSPEND)
        self.assertIn(result.code, (3, 11), f"\n{result}")
        self.assertIn("-p live", result.err)
        self.assertEqual(self.changes, [])
        self.assert_code(self.run_program("--yes", *SUSPEND, "-p", "live"), 0)
        self.assert_code(self.run_program("--yes", "entitlement", "resume", "ENT-1001", env={"BANGOCTL_PROFILE": "live"}), 0)
        self.profiles(self.recorder.url, more=more.replace('"live"', '"t"'))
        self.assert_code(self.run_program(*SUSPEND), 0)

    def test_require_profile_in_a_script(self):
        self.profiles(self.recorder.url, more='default_profile = "live"; defaults = { require_profile = true; };')
        result = self.run_program("--yes", "run", "-", stdin=" ".join(SUSPEND) + "\n")
        self.assertIn(result.code, (3, 11), f"\n{result}")
        self.assertEqual(self.changes, [])
        result = self.run_program("--yes", "run", "-", stdin="use live\n" + " ".join(SUSPEND) + "\n")
        self.assert_code(result, 0)

    def test_dry_runs_are_not_asked_about(self):
        for words in (["-n"], ["--curl"], ["--dry-run=diff"]):
            for call in (SUSPEND, SEVERE[0], UNKNOWN[0]):
                with self.subTest(words=words, call=call):
                    self.assert_code(self.run_program("-p", "live", "--read-only", *words, *call), 0)
        self.assertEqual((self.changes, self.lines()), ([], []))

    def test_hostile_target_in_the_question(self):
        """What is asked about is shown without its control bytes."""
        with_terminal = self.typed("request", "POST", "/v1/x%1b", "--data", '{"a":"\\u001b[2J"}')
        with_terminal.wait("go on: ")
        with_terminal.send("\r")
        self.assertEqual(with_terminal.end(), 11)
        self.assertFalse(re.search(rb"\x1b\[2J", with_terminal.seen))
