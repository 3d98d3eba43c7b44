# SPDX-License-Identifier: GPL-3.0-or-later
"""`bangoctl run`: the syntax of lines, checking ahead, how a script ends, what commands share."""

import json
import os
import signal
import subprocess
import threading

from blackbox import Case, Peer, Recorder, json_answer, program
from blackbox.terminal import wait_until

CHANGE = "entitlement suspend ENT-1001 --reason-code OTHER"
LIVE = ('profiles = { acme-eu = { environment = "live"; base_url = "http://127.0.0.1:9"; username = "u"; password = "p"; }; '
        'test = { environment = "test"; base_url = "http://127.0.0.1:9"; username = "u"; password = "p"; }; };')


class Scripts(Case):
    def script(self, text, *options, name="s", words=(), env=None, stdin=b""):
        self.write(name, text)
        return self.run_program("-p", "sandbox", *options, "run", *words, name, env=env, stdin=stdin)

    def lines(self, text, *options, words=(), code=0):
        """Runs the script and returns the lines of its result."""
        result = self.script(text, *options, words=words)
        self.assert_code(result, code)
        return result.out.splitlines()

    def echoes(self, text):
        """What `echo WORD --field echo` printed in a script whose lines have only the word."""
        return self.lines(text, "--field", "echo")

    def heard(self, words):
        """What a server hears of each of these words, typed as they are."""
        def script(connection, _number):
            while connection.read():
                connection.send(json_answer())
        with Peer(script) as peer:
            self.write("s", "".join(f"entitlement notify X -q -o none --message {word}\n" for word in words))
            self.assert_code(self.run_program("-p", "sandbox", "--base-url", peer.url, "run", "s"), 0)
            return [json.loads(request.partition(b"\r\n\r\n")[2])["message"] for request in peer.requests]


class Syntax(Scripts):
    def test_quotes(self):
        cases = [("'a b'", "a b"), ('"a b"', "a b"), ("a\\ b", "a b"), ("'a\\b'", "a\\b"), ('"a\\b"', "a\\b"), ('"a\\"b"', 'a"b'),
                 ('"a\\\\b"', "a\\b"), ('"\\$x\\`"', "$x`"), ("$x", "$x"), ("\"it's\"", "it's"), ("'say \"hi\"'", 'say "hi"'),
                 ("a'b'\"c\"d", "abcd"), ("'#no'", "#no"), ("a#b", "a#b"), ("';|>'", ";|>"), ("\\;", ";"), ("'Zoë ☃'", "Zoë ☃"),
                 ("a\\'b", "a'b"), ("*", "*"), ("~", "~"), ("'a'\\''b'", "a'b")]
        self.assertEqual(self.heard(typed for typed, _ in cases), [wanted for _, wanted in cases])

    def test_as_sh_reads_it(self):
        """Where both know the syntax, the words are those of sh."""
        typed = [r"""'a'"b"\c""", r'''"a\qb"''', r"""a\\b""", r'''"x 'y' z"''', r"""'x "y" z'""", "a''b", r"""\"x\"""", "a\\\nb", '"a\\\nb"']
        wanted = subprocess.run(["sh", "-c", "\n".join(f"printf '%s\\n' {word}" for word in typed)], capture_output=True, check=True)
        self.assertEqual(self.heard(typed), wanted.stdout.decode().splitlines())

    def test_newline_in_quotes(self):
        result = self.script("entitlement notify ENT-1001 --message 'a\nb' --curl\necho c --field echo\n")
        self.assert_code(result, 0)
        self.assertIn('{"message":"a\\nb"}', result.out)
        self.assertEqual(result.out.splitlines()[-1], "c")

    def test_comments_and_blank_lines(self):
        self.assertEqual(self.echoes("# a\n\n   \t\necho a # b\n\t# c\necho b;# d\n#"), ["a", "b"])

    def test_semicolon(self):
        self.assertEqual(self.echoes("echo a; echo b;echo c;\n;;\n ; echo d"), ["a", "b", "c", "d"])

    def test_continuation(self):
        self.assertEqual(self.echoes("echo \\\n  a\necho b\\\nc\necho d \\\n\necho e"), ["a", "bc", "d", "e"])

    def test_line_numbers_count_continued_lines(self):
        result = self.script("echo a \\\n\n\nhelp 'b\nc'\nnonsense\n")
        self.assert_failed(result, 2, "s:6: unknown command")

    def test_crlf(self):
        self.assertEqual(self.echoes("echo a\r\n# b\r\n\r\necho 'c'\r\necho \\\r\n d\r\necho e | cat\r\n"), ["a", "c", "d", "e"])

    def test_crlf_ends_a_file_name(self):
        self.assert_code(self.script("echo a --field echo > f\r\n"), 0)
        self.assertEqual((self.home / "f").read_text(), "a\n")

    def test_byte_order_mark(self):
        self.assertEqual(self.echoes("\ufeffecho a\n"), ["a"])

    def test_last_line_without_end(self):
        self.assertEqual(self.echoes("echo a"), ["a"])

    def test_empty(self):
        for text in ("", "\n", "# nothing", "\ufeff", " "):
            self.assertEqual(self.lines(text), [])

    def test_faults_of_syntax(self):
        cases = [("echo a\necho 'b\n", "s:2: the quotes that begin here"), ('echo a\n\necho "b', "s:3: the quotes"),
                 ("echo a\\", "s:1: "), ("echo a |\n", "s:1: no command after |"), ("echo a >\n", "s:1: no file name after >"),
                 ("echo a > f g\n", "s:1: more words after > f"), ("| cat\n", "s:1: no command before |"), ("> f\n", "s:1: no command before >"),
                 ("echo a\n;| cat", "s:2: no command before |")]
        for text, message in cases:
            with self.subTest(script=text):
                self.assert_failed(self.script(text), 2, message)
                self.assertFalse((self.home / "f").exists())

    def test_nul_and_bad_utf8(self):
        for text, message in ((b"echo a\0b\n", "NUL"), (b"echo \xff\n", "not valid UTF-8"), (b"echo \xed\xa0\x80\n", "not valid UTF-8")):
            with self.subTest(script=text):
                self.assert_failed(self.script(text), 2, message)

    def test_a_line_of_a_megabyte(self):
        result = self.script("echo 'a' # " + "x" * 1_000_000 + "\necho b\n", "--field", "echo")
        self.assert_code(result, 0)
        self.assertEqual(result.out, "a\nb\n")

    def test_a_word_of_a_megabyte(self):
        result = self.script(f"entitlement update ENT-1001 --curl --product-key {'x' * 1_000_000}\n")
        self.assert_code(result, 0)
        self.assertIn("x" * 1_000_000, result.out)


class Redirects(Scripts):
    def test_pipe(self):
        self.assertEqual(self.echoes("echo abc | tr a-c x-z\necho b | cat | cat\necho c|cat\n"), ["xyz", "b", "c"])

    def test_pipe_takes_the_rest_of_the_line(self):
        self.assertEqual(self.echoes("echo a | sed 's/a/x;y/'; echo '>b'\necho c"), ["x;y", ">b", "c"])

    def test_status_is_that_of_the_command(self):
        self.assert_code(self.script("echo a | false\n"), 0)
        self.assert_code(self.script("entitlement get NOPE | cat\n"), 6)

    def test_pipe_that_reads_nothing(self):
        self.assert_code(self.script("commands -o json | true\necho a\n"), 0)

    def test_file(self):
        result = self.script("echo a --field echo > f\necho b --field echo > f\necho c --field echo >> f\necho d --field echo>>'g h'; echo e\n")
        self.assert_code(result, 0)
        self.assertEqual((self.home / "f").read_text(), "b\nc\n")
        self.assertEqual((self.home / "g h").read_text(), "d\n")
        self.assertEqual(json.loads(result.out)["echo"], "e")

    def test_file_that_cannot_be_written(self):
        (self.home / "folder").mkdir()
        for name in ("folder", "no/such/file"):
            with self.subTest(name=name):
                result = self.script(f"{CHANGE} > {name}\n")
                self.assert_failed(result, 2, f"cannot write {name}")
                self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_result_that_gets_lost_after_a_change(self):
        self.assert_failed(self.script(f"{CHANGE} > /dev/full\n"), 14)
        self.assertEqual(self.status_of("ENT-1001"), "SUSPENDED")

    def test_stdout_comes_back(self):
        self.assertEqual(self.echoes("echo a > f\nexpect 2 echo --nonsense > f\necho b\necho c | cat\necho d"), ["b", "c", "d"])


class Ahead(Scripts):
    """Every line is parsed before the first one runs."""

    def check(self, text, code, *messages, words=()):
        server = self.serve()
        with Recorder(server.port) as recorder:
            self.write("s", text)
            result = self.run_program("-p", "sandbox", "--base-url", recorder.url, "run", *words, "s")
            self.assert_failed(result, code, *messages)
            self.assertEqual(recorder.requests, [])

    def test_unknown_command(self):
        self.check(f"{CHANGE}\nentitlement suspnd ENT-1002\n", 2, "s:2: unknown command", "did you mean \"entitlement suspend\"?")

    def test_unknown_option(self):
        self.check(f"{CHANGE}\n\n# x\n{CHANGE} --reason-cod X\n", 2, "s:4: unknown option --reason-cod", "did you mean --reason-code?")

    def test_bad_choice_date_and_missing_argument(self):
        for line in ("entitlement find --status NOPE", "entitlement terminate ENT-1 --termination-date soon", "entitlement get",
                     "entitlement get a b", "entitlement", "echo a --limit x", "echo -o xml"):
            with self.subTest(line=line):
                self.check(f"{CHANGE}\n{line}\n", 2, "s:2: ")

    def test_keep_going_changes_nothing_of_that(self):
        self.check(f"{CHANGE}\nnonsense\n", 2, "s:2: unknown command", words=["--keep-going"])

    def test_unterminated(self):
        self.check(f"{CHANGE}\necho 'a\n", 2, "s:2: ")

    def test_profile_options(self):
        for option in ("-p sandbox", "--profile=sandbox", "-c x", "--config x", "--contract x"):
            with self.subTest(option=option):
                self.check(f"{CHANGE}\necho {option}\n", 2, "s:2: --", "hint: write \"use PROFILE\"")

    def test_run_in_a_script(self):
        self.write("t", "echo a\n")
        self.assert_failed(self.script("run t\n"), 2, "source t")

    def test_one_identifier_for_many_changes(self):
        result = self.script(CHANGE + "\n", "--request-id", "x")
        self.assert_failed(result, 2, "--request-id names one change, but a script may make many", "write it in the line of the change")
        self.assertFalse((self.home / "state/audit.ndjson").exists())

    def test_expect_itself(self):
        for line, message in (("expect", "needs an exit code"), ("expect 4", "needs an exit code"), ("expect nope echo a", "neither an exit code"),
                              ("expect 256 echo a", "neither"), ("expect 4 nonsense", "unknown command")):
            with self.subTest(line=line):
                self.check(f"{CHANGE}\n{line}\n", 2, "s:2: ", message)

    def test_expect_behind_an_option(self):
        self.assert_failed(self.script("-q expect 0 echo x\n"), 2, 's:1: "expect" must be the first word of its line')

    def test_in_a_sourced_file(self):
        self.write("t", "echo a\nnonsense\n")
        self.check(f"{CHANGE}\nsource t\n", 2, " t:2: unknown command")

    def test_sourced_file_is_missing(self):
        self.check(f"{CHANGE}\nsource nowhere\n", 2, "s:2: ", "nowhere")

    def test_sources_itself(self):
        self.write("t", "source s\n")
        self.check(f"{CHANGE}\nsource s\n", 2, "source itself?")
        self.check(f"{CHANGE}\nsource t\n", 2, "source itself?")

    def test_use_with_options_or_expected(self):
        self.config(LIVE)
        for line in ("use test -q", "expect 0 use test", "expect 3 use nope", "use --help", "source --help"):
            with self.subTest(line=line):
                self.assert_code(self.script(line + "\necho a --curl\n"), 0)

    def test_unknown_profile(self):
        self.check(f"{CHANGE}\nuse nope\n", 3, "s:2: there is no profile \"nope\"")

    def test_use_changes_the_table_of_the_lines_behind_it(self):
        document = json.loads(self.run_program("contract", "export").stdout)
        document["paths"]["/v1/ping"] = {"get": {"operationId": "ping", "summary": "Ping", "responses": {"200": {"description": "ok"}},
                                                 "x-bangoctl": {"command": "ping", "evidence": {"source": "documented", "url": "x"}}}}
        self.write("own.json", json.dumps(document))
        self.config(f'profiles = {{ own = {{ environment = "test"; base_url = "http://127.0.0.1:9"; contract = "{self.home}/own.json"; '
                    'username = "u"; password = "p"; }; };')
        self.assert_code(self.script("use own\nping --curl\nuse sandbox\necho a\n"), 0)
        self.check(f"{CHANGE}\nping\nuse own\n", 2, "s:2: unknown command \"ping\"")
        self.check(f"{CHANGE}\nuse own\nping\nuse sandbox\nping\n", 2, "s:5: unknown command \"ping\"")

    def test_a_faulty_line_that_is_expected(self):
        self.assertEqual(self.echoes("expect 2 nonsense\nexpect usage echo --nonsense\necho a"), ["a"])

    def test_files_that_are_none(self):
        (self.home / "folder").mkdir()
        for name in ("nowhere", "folder"):
            with self.subTest(name=name):
                self.assert_failed(self.sandbox("run", name), 2, name)
        if os.geteuid():
            self.write("secret", "echo a\n", 0o000)
            self.assert_failed(self.sandbox("run", "secret"), 2, "secret")


class Ends(Scripts):
    def test_first_failing_command(self):
        result = self.script("echo a --field echo\nentitlement get NOPE\necho b\n")
        self.assert_code(result, 6)
        self.assertEqual(result.out, "a\n")
        self.assertRegex(result.err, r"^bangoctl: s:2: entitlement get NOPE: .*\n")

    def test_error_as_json(self):
        result = self.script("echo a\n\nentitlement get NOPE\n", "--error-format", "json")
        self.assert_code(result, 6, "not_found")
        self.assertEqual(result.err.count("\n"), 1)
        self.assertEqual(result.error["at"], "s:3")
        self.assertEqual(result.error["command"], "entitlement get")
        self.assertNotIn("s:3", result.error["message"])

    def test_error_as_json_by_the_line(self):
        """The line's own options are gone when its error is reported, so it says how by the script's."""
        result = self.script("entitlement get NOPE\n", "-o", "json")
        self.assertEqual((result.code, result.error["at"]), (6, "s:1"))

    def test_syntax_fault_as_json(self):
        result = self.script("echo a\nnonsense\n", "--error-format", "json")
        self.assert_code(result, 2, "usage")
        self.assertEqual(result.error["at"], "s:2")
        self.assertNotIn("s:2", result.error["message"])

    def test_at_of_a_sourced_file(self):
        self.write("t", "echo a\nentitlement get NOPE\n")
        result = self.script("echo b\nsource t\n", "--error-format", "json")
        self.assertEqual((result.code, result.error["at"]), (6, "t:2"))

    def test_rest_of_the_line(self):
        result = self.script("entitlement get NOPE; echo a\necho b\n")
        self.assert_failed(result, 6)

    def test_keep_going(self):
        result = self.script("entitlement get NOPE\necho a --field echo\nentitlement resume ENT-1001\n", words=["--keep-going"])
        self.assert_code(result, 12)
        self.assertEqual(result.out, "a\n")
        for text in ("s:1: entitlement get", "s:3: entitlement resume", "2 commands of s failed"):
            self.assertIn(text, result.err)

    def test_keep_going_without_a_failure(self):
        self.assert_code(self.script("echo a\n", words=["--keep-going"]), 0)

    def test_keep_going_with_an_unknown(self):
        result = self.script(f"entitlement get NOPE\n{CHANGE} --fault reset-after\necho a --field echo\n", words=["--keep-going"])
        self.assert_code(result, 10)
        self.assertEqual(result.out, "a\n")

    def test_keep_going_says_each_error_as_json(self):
        result = self.script("entitlement get NOPE\nentitlement get NOPE2\n", "--error-format", "json", words=["--keep-going"])
        self.assert_code(result, 12, "partial")
        self.assertEqual([json.loads(line)["error"]["kind"] for line in result.err.splitlines()], ["not_found", "not_found", "partial"])

    def test_expect(self):
        for line in ("expect 6 entitlement get NOPE", "expect not_found entitlement get NOPE", "expect 0 echo a", "expect ok echo a",
                     "expect 2 echo a --nonsense", "expect unknown entitlement resume ENT-1004 --fault reset-after",
                     "expect network echo --base-url http://127.0.0.1:1 --retries 0", "expect 4 entitlement resume ENT-1001",
                     "expect rejected entitlement resume ENT-1001", "expect refused entitlement resume ENT-1004 --read-only",
                     "expect server echo --fault 500 --retries 0", "expect 8 echo --fault 429 --retries 0"):
            with self.subTest(line=line):
                self.assert_code(self.sandbox("sandbox", "reset"), 0)
                result = self.script(line + "\n")
                self.assert_code(result, 0)
                self.assertNotIn("bangoctl: s:", result.err)

    def test_expect_unmet(self):
        for line, texts in (("expect 0 entitlement get NOPE", ["expected exit code 0, but it was 6", "NOPE"]),
                            ("expect 6 echo a", ["expected exit code 6, but it was 0"]),
                            ("expect 4 entitlement get NOPE", ["but it was 6"])):
            with self.subTest(line=line):
                result = self.script(line + "\necho b\n")
                self.assert_code(result, 13)
                self.assertNotIn('"b"', result.out)
                for text in ["s:1: ", *texts]:
                    self.assertIn(text, result.err)

    def test_expect_unmet_and_keep_going(self):
        self.assert_code(self.script("expect 6 echo a\necho b\n", words=["--keep-going"]), 12)

    def test_expect_and_the_outcome_is_unknown(self):
        """10 is never less than 10, whatever was expected."""
        result = self.script(f"expect ok {CHANGE} --fault reset-after\necho a\n")
        self.assert_failed(result, 10, "s:1: expected exit code 0, but it was 10: ", "the outcome is unknown")

    def test_signal_during_a_change(self):
        """The change in flight ends in order, what stands behind it does not begin; what is unknown stays so."""
        for before, code in ((None, 130), ("entitlement suspend LOST --retries 0", 10)):
            with self.subTest(before=before):
                answered = threading.Event()

                def late(connection, _number):
                    while request := connection.read():
                        if b"LOST" in request.partition(b"\r\n")[0]:
                            return
                        answered.wait(20)
                        connection.send(json_answer())

                with Peer(late) as peer:
                    self.write("s", f"{before or 'help'} > /dev/null\nentitlement suspend ENT-1 -o none\nentitlement resume ENT-1\n")
                    argv = program.command_line(["-p", "sandbox", "--base-url", peer.url, "run", "--keep-going", "s"])
                    process = program.start(argv, self.home, self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE)
                    self.addCleanup(program.end_group, process)
                    wait_until(lambda: any(b"ENT-1" in request for request in peer.requests), "the request")
                    process.send_signal(signal.SIGINT)
                    while b"waiting for its answer" not in (line := process.stderr.readline()):
                        self.assertTrue(line, "it ended")
                    answered.set()
                    out, err = process.communicate(timeout=20)
                    self.assertEqual((process.returncode, out), (code, b""), err)
                    self.assertIn(b"s:3: interrupted: this line and the ones after it were not run", err)
                    self.assertFalse(any(b"/resume/" in request for request in peer.requests))

    def test_quit(self):
        result = self.script("echo a --field echo\nquit\nentitlement get NOPE\n")
        self.assert_code(result, 0)
        self.assertEqual(result.out, "a\n")

    def test_quit_after_failures_kept_going(self):
        self.assert_code(self.script("entitlement get NOPE\nquit\n", words=["--keep-going"]), 12)

    def test_quit_in_a_sourced_file(self):
        self.write("t", "quit\n")
        self.assertEqual(self.echoes("source t\necho a"), [])

    def test_status(self):
        result = self.script("expect 6 entitlement get NOPE\nstatus -o json\necho a --request-id R1 -o none\nstatus -o json\n")
        self.assert_code(result, 0)
        first, second = (json.loads(line) for line in result.out.splitlines())
        self.assertEqual((first["exit_code"], second["exit_code"], second["request_id"]), (0, 0, "R1"))

    def test_standard_input(self):
        result = self.sandbox("run", "-", stdin="echo a --field echo\nentitlement get NOPE\n")
        self.assert_code(result, 6)
        self.assertEqual(result.out, "a\n")
        self.assertIn("standard input:2: ", result.err)

    def test_help_in_a_script(self):
        self.assert_code(self.script("help exit-codes\nentitlement get --help\n--version\nuse --help\n"), 0)


class Shared(Scripts):
    """What the commands of a script share, and what they do not."""

    def test_state_of_the_sandbox(self):
        text = (f"entitlement get ENT-1001 --field status\n{CHANGE} --field status\nentitlement get ENT-1001 --field status\n"
                "entitlement resume ENT-1001 --field status\n")
        self.assertEqual(self.lines(text), ["ACTIVE", "SUSPENDED", "SUSPENDED", "ACTIVE"])
        self.assertEqual(self.lines(CHANGE + " -o none\n"), [])
        self.assertEqual(self.status_of("ENT-1001"), "SUSPENDED")

    def test_options_of_a_line_end_with_it(self):
        """Each of these once stayed, or might have."""
        for option in ("--base-url http://127.0.0.1:1", "--cacert nowhere", "--proxy http://127.0.0.1:1", "--read-only", "--timeout 0.001",
                       "--header 'Authorization: x'", "--max-reply 1", "--fault 500", "-n", "--curl", "-o none", "--field x", "--limit 0"):
            with self.subTest(option=option):
                self.assert_code(self.sandbox("sandbox", "reset"), 0)
                self.write("s", f"echo a {option} --retries 0 > /dev/null\nentitlement resume ENT-1004 -o json\n")
                result = self.sandbox("run", "--keep-going", "s")
                self.assertEqual(result.json["status"], "ACTIVE", result)

    def test_curl_line_after_a_certificate(self):
        first, second = self.lines("echo a --curl --cacert ca.pem | grep -c cacert\necho b --curl | grep -c cacert\n")
        self.assertEqual((first, second), ("1", "0"))

    def test_set(self):
        result = self.script("set output tsv\nset no-headers on\nentitlement get ENT-1001 --columns entitlementId\nset output\nset no-headers\n"
                             "entitlement get ENT-1001 --columns entitlementId\nentitlement get ENT-1001 --columns entitlementId -o csv\n")
        self.assert_code(result, 0)
        self.assertEqual(result.out, 'ENT-1001\n[{"entitlementId":"ENT-1001"}]\nentitlementId\r\nENT-1001\r\n')

    def test_set_refuses(self):
        for line in ("set profile x", "set yes on", "set confirm x", "set request-id x", "set nonsense x", "set output xml", "set timing maybe",
                     "set fault 500"):
            with self.subTest(line=line):
                self.assert_failed(self.script(line + "\n"), 2)

    def test_set_guesses(self):
        self.assert_failed(self.script("set outptu tsv\n"), 2, '"outptu" is no option that can be set', "did you mean output?")

    def test_use(self):
        self.config(LIVE)
        result = self.script("use test\nwhoami -o json\nuse sandbox\necho a --field echo\n", "--retries", "0")
        self.assertIn("a", result.out.splitlines())
        self.assert_code(result, 0)

    def test_live_change_in_a_script_is_confirmed(self):
        self.config(LIVE)
        result = self.script("use acme-eu\nentitlement suspend X --reason-code OTHER\n")
        self.assert_failed(result, 11, "s:2: ", "--yes")

    def test_password_fd_of_a_line(self):
        """A line's own password is for that line: neither the one before nor the one behind it gets it."""
        server = self.serve()
        with Recorder(server.port) as recorder:
            self.config(f'profiles = {{ t = {{ environment = "test"; base_url = "{recorder.url}"; username = "sandbox"; '
                        'password = "sandbox"; }; };')
            reader, writer = os.pipe()
            os.write(writer, b"other\n")
            os.close(writer)
            self.write("s", f"echo a -o none\nexpect auth echo b --password-fd {reader}\necho c -o none\n")
            result = self.run_program("-p", "t", "run", "s", pass_fds=[reader])
            os.close(reader)
            self.assert_code(result, 0)
            self.assertEqual(len(recorder.requests), 3)
