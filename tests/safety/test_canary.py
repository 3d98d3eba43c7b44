# SPDX-License-Identifier: GPL-3.0-or-later
"""
The canary: a password that is looked for in everything that the program writes, shows, starts or leaves behind, in
clear and in Base64, alone and with the user's name, whatever the command and however it ends.
"""

import base64
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from blackbox import Peer, json_answer, raw_answer
from blackbox import program
from blackbox.terminal import Typed

from common import SafetyCase, certificate, haproxy

CANARY = "canary-XYZ7q9Zk42"
USER = "acme"
SOURCES = ["inline", "file", "command", "fd", "variable", "variable file"]
CHANGE = ["entitlement", "suspend", "ENT-1001", "--reason-code", "OTHER"]
CALLS = [["echo", "hello"], ["entitlement", "get", "ENT-1001"], ["entitlement", "update", "ENT-1001", "--product-key", "X"],
         ["entitlement", "find"], ["entitlement", "activate", "ENT-1003"], CHANGE, ["entitlement", "resume", "ENT-1004"],
         ["entitlement", "cancel", "ENT-1001"], ["entitlement", "revoke", "ENT-1001"], ["entitlement", "terminate", "ENT-1001"],
         ["entitlement", "notify", "ENT-1001", "--event", "X"], ["request", "GET", "/v1/entitlement/ENT-1001"],
         ["request", "POST", "/v1/anything", "--data", "{}"], ["request", "DELETE", "/x"]]
OTHERS = [["whoami"], ["doctor"], ["reconcile"], ["audit", "show"], ["audit", "export"], ["audit", "verify"], ["config", "show", "--origin"],
          ["config", "show"], ["config", "check"], ["config", "path"], ["profile", "list"], ["profile", "show", "p"], ["commands", "-o", "json"],
          ["help", "config"], ["contract", "show"], ["version", "-v"], ["__complete", "--", "entitlement", ""], ["__complete", "--", "-p", ""]]


def needles():
    """The canary as it could show up: Base64 at its three alignments, in both alphabets, and percent-encoded."""
    found = {CANARY.encode(), CANARY[::-1].encode(), CANARY.encode().hex().encode(), CANARY[7:].encode()}
    for prefix in ("", f"{USER}:", "x", "xx", "xxx"):
        data = base64.b64encode(f"{prefix}{CANARY}".encode())
        found |= {data.rstrip(b"=")[:-2], data[4 * ((len(prefix) + 2) // 3):].rstrip(b"=")[:-2]}
    return found | {data.translate(bytes.maketrans(b"+/", b"-_")) for data in found}


NEEDLES = needles()


class CanaryCase(SafetyCase):
    def setUp(self):
        super().setUp()
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        self.sources = set()  # the files where it may be
        self.trace = self.home / "trace.ndjson"

    def give(self, source, url, environment="test", more=""):
        """Sets up the password; returns (variables, words, descriptors) for the run."""
        self.sources.clear()
        (self.home / "secret").unlink(missing_ok=True)
        env, words, fds, line = {}, [], [], ""
        if source == "inline":
            line = f'password = "{CANARY}";'
        elif source == "file":
            line = f'password_file = "{self.secret_file()}";'
        elif source == "command":
            script = self.write("helper.sh", f"""cat /proc/self/environ /proc/self/cmdline /proc/$PPID/cmdline > {self.home}/helper-saw
                tr '\\0' '\\n' < /proc/$PPID/environ > {self.home}/parent-environ
                cat {self.secret_file()}\n""")
            line = f'password_command = [ "sh", "{script}" ];'
        elif source == "fd":
            reader, writer = os.pipe()
            os.write(writer, CANARY.encode() + b"\n")
            os.close(writer)
            self.addCleanup(os.close, reader)
            words, fds = ["--password-fd", str(reader)], [reader]
        elif source == "variable":
            env = {"BANGOCTL_PASSWORD": CANARY}
        elif source == "variable file":
            env = {"BANGOCTL_PASSWORD_FILE": str(self.secret_file())}
        path = self.config(f'profiles = {{ p = {{ environment = "{environment}"; base_url = "{url}"; username = "{USER}"; {line} {more} }}; }};')
        if source == "inline":
            self.sources.add(path)
        return env, ["-p", "p", *words], fds

    def secret_file(self):
        path = self.write("secret", CANARY + "\n")
        self.sources.add(path)
        return path

    def call(self, given, *words, stdin=b"", timeout=None):
        env, globals_, fds = given
        argv = program.command_line([*globals_, *words])
        result = program.run(argv, self.home, self.environment(env), stdin, pass_fds=fds, timeout=timeout)
        self.assert_unseen(result.stdout + result.stderr, result)
        return result

    def assert_unseen(self, data, what):
        for needle in NEEDLES:
            self.assertNotIn(needle, data, f"the canary is in {what}")

    def assert_no_file(self):
        """No file below the home has it, other than its own; returns how many were looked at."""
        looked = 0
        for path in self.home.rglob("*"):
            if path.is_file() and not path.is_symlink() and path not in self.sources:
                self.assert_unseen(path.read_bytes(), path)
                self.assert_unseen(str(path).encode(), path)
                looked += 1
        return looked

    def peer(self, answer=None):
        peer = Peer(answer or json_answer({"responseCode": "OK", "status": "ACTIVE"}))
        self.addCleanup(peer.__exit__)
        return peer

    def assert_was_used(self, peer):
        basic = base64.b64encode(f"{USER}:{CANARY}".encode())
        self.assertTrue(any(basic in request for request in peer.requests), "the canary never left: the test shows nothing")


class Commands(CanaryCase):
    def test_needles_are_found(self):
        for data in (CANARY, f"Basic {base64.b64encode(f'{USER}:{CANARY}'.encode()).decode()}", base64.b64encode(f"xy{CANARY}zz".encode()).decode(),
                     base64.urlsafe_b64encode(f"x{CANARY}".encode()).decode()):
            with self.assertRaises(AssertionError):
                self.assert_unseen(data.encode(), "this")

    def test_every_call_from_every_source(self):
        peer = self.peer()
        for source in SOURCES:
            for i, words in enumerate(CALLS):
                with self.subTest(source=source, words=words):
                    more = [["-vv", "--trace", str(self.trace)], ["-v", "--timing"], ["-o", "json", "-vv"]][i % 3]
                    self.assert_code(self.call(self.give(source, peer.url), *more, *words), 0)
            self.assert_was_used(peer)
            peer.requests.clear()
            self.assertGreater(self.assert_no_file(), 1)
        self.assertTrue(self.trace.exists() and self.log.exists())

    def test_every_other_command(self):
        peer = self.peer()
        for source in SOURCES:
            for words in OTHERS:
                with self.subTest(source=source, words=words):
                    self.call(self.give(source, peer.url), *words)
                    self.call(self.give(source, peer.url), *words, "-o", "json", "-vv", "--trace", str(self.trace))
            self.assert_no_file()

    def test_dry_runs(self):
        peer = self.peer()
        for source in SOURCES:
            for words in CALLS:
                for more in (["-n"], ["--curl"], ["--dry-run=diff", "-vv"], ["-n", "-o", "json"]):
                    if source not in ("inline", "variable") and words not in (CHANGE, CALLS[0]):
                        continue
                    with self.subTest(source=source, words=words, more=more):
                        self.assert_code(self.call(self.give(source, peer.url), *more, *words), 0)
        self.assert_no_file()

    def test_other_ways_to_authenticate(self):
        for more in ('auth = "bearer";', 'auth = "header"; auth_header = "X-Api-Key";'):
            peer = self.peer()
            for words in (CALLS[0], CHANGE):
                for option in (["-vv", "--trace", str(self.trace)], ["-n"], ["--curl"]):
                    with self.subTest(more=more, option=option):
                        self.call(self.give("inline", peer.url, more=more), *option, *words)
            self.assertTrue(any(CANARY.encode() in request for request in peer.requests))
        self.assert_no_file()

    def test_secret_in_a_header_option(self):
        peer = self.peer()
        # any header may be one: the trace tells that it went out, --dry-run what
        result = self.call(self.give("fd", peer.url), "-vv", "--trace", str(self.trace), "--header", f"X-Acme: {CANARY}", "--header", "accept: text/x", *CHANGE)
        self.assert_code(result, 0)
        self.assertIn("> X-Acme: ***\n", result.err)
        self.assertIn("> accept: text/x\n", result.err)
        self.assertIn(f"X-Acme: {CANARY}".encode(), peer.requests[0])
        self.assert_no_file()
        self.log.unlink()
        for word in (["--header", f"X-Secret: {CANARY}"], [f"--header=X-Secret:{CANARY}"]):
            self.call(self.give("fd", peer.url), *word, *CHANGE, "-q")
        self.assertEqual(len(self.lines()), 4)
        self.assert_no_file()

    def test_secret_in_a_header_option_without_a_colon(self):
        rows = self.write("rows.csv", "id\nENT-1001\n")
        for word in (["--header", f"X-Key {CANARY}"], [f"--header=X-Key {CANARY}"], ["--header", CANARY]):
            with self.subTest(word=word):
                given = self.give("fd", "http://127.0.0.1:1", environment="live")
                self.call(given, *word, "bulk", "entitlement", "suspend", "--input", rows, "--reason-code", "OTHER", "--no-input")
                self.assertGreater(self.assert_no_file(), 0)


class Failures(CanaryCase):
    def check(self, answer, *words, code=None, url=None, more=(), source="variable"):
        """A failing call, told in each form."""
        for form in ([], ["--error-format", "json"], ["-vv", "--trace", str(self.trace)]):
            peer = self.peer(answer) if answer is not None else None
            with self.subTest(words=words, form=form):
                result = self.call(self.give(source, url or peer.url), "--retries", "0", *form, *more, *words)
                self.assertNotEqual(result.code, 0)
                if code:
                    self.assertEqual(result.code, code, f"\n{result}")
                if peer:
                    self.assert_was_used(peer)
        self.assert_no_file()

    def test_each_status(self):
        for status, code in [(400, 4), (401, 7), (403, 7), (404, 6), (409, 4), (429, 8), (500, 10), (503, 10), (302, 10)]:
            self.check(json_answer({"responseCode": "X"}, status, ["WWW-Authenticate: Basic realm=x", "Location: /x"]), *CHANGE, code=code)

    def test_no_answer(self):
        self.check(lambda connection, _: connection.read(), *CHANGE, code=10)
        self.check(lambda connection, _: (connection.read(), connection.hold()), *CHANGE, code=10, more=["--timeout", "0.3"])
        self.check(raw_answer(200, "<html>"), "echo", "x", code=5)

    def test_no_connection(self):
        for url in ("http://127.0.0.1:1", "https://name.invalid", self.peer(b"no TLS").url.replace("http:", "https:")):
            self.check(None, *CHANGE, code=9, url=url, more=["--connect-timeout", "2"])

    def test_proxy(self):
        for proxy in ("http://127.0.0.1:1", f"http://{USER}:{CANARY}@127.0.0.1:1", self.peer(raw_answer(407, "")).url):
            self.check(None, *CHANGE, url="https://name.invalid", more=["--proxy", proxy])

    def test_certificate(self):
        both = certificate(self.home, "own")[2]
        proxy = haproxy(self, "", "server s 127.0.0.1:1", tls=f"ssl crt {both}")
        self.check(None, *CHANGE, code=9, url=proxy.url.replace("http:", "https:"))

    def test_refused(self):
        for more in (["--no-input"], ["--read-only"]):
            given = self.give("variable", "http://127.0.0.1:1", "live")
            for form in ([], ["-o", "json"]):
                self.assertEqual(self.call(given, *more, *form, *CHANGE).code, 11)
        self.assert_no_file()

    def test_bad_config(self):
        for text in (f'password = "{CANARY}', f'password = "{CANARY}"; x = 1;', f'password = "{CANARY}" }}', f'password = [ "{CANARY}" ];',
                     f'passwort = "{CANARY}";', f'password = "{CANARY}"; timeout = "{CANARY}";', f'password_command = "{CANARY}";',
                     f'auth = "{CANARY}";', f'password_file = "a"; password = "{CANARY}";', f'password = "{CANARY}\\n2";'):
            path = self.config(f'profiles = {{ p = {{ environment = "test"; base_url = "http://127.0.0.1:1"; username = "a"; {text} }}; }};')
            self.sources.add(path)
            for words in (["echo", "x"], ["config", "check"], ["config", "show"], ["doctor"], ["-o", "json", "whoami"]):
                with self.subTest(text=text, words=words):
                    result = program.run(program.command_line(["-p", "p", *words]), self.home, self.environment())
                    if "timeout" in text or 'auth = "' in text:
                        continue  # a value that stands where no secret does may be quoted
                    self.assert_unseen(result.stdout + result.stderr, result)
        self.assert_no_file()

    def test_readable_by_others(self):
        given = self.give("inline", "http://127.0.0.1:1", "live")
        (self.home / "config/bangoctl/bangoctl.conf").chmod(0o644)
        for words in (["echo", "x"], ["doctor"], ["whoami"], ["config", "check"]):
            self.call(given, *words)

    def test_unknown_then_reconciled(self):
        answers = [json_answer({}, 500), json_answer({"responseCode": "OK", "status": "SUSPENDED"})]
        peer = self.peer(answers)
        self.assertEqual(self.call(self.give("variable", peer.url), "--retries", "0", *CHANGE).code, 10)
        self.assertEqual(self.call(self.give("variable", peer.url), "reconcile", "-vv", "--trace", str(self.trace)).code, 0)
        self.assert_no_file()


class Processes(CanaryCase):
    """What others on the machine can see, and what a crash leaves."""

    def flying(self, source="variable", words=(), peer=None):
        """A change that waits for its answer."""
        peer = peer or self.peer(lambda connection, _: (connection.read(), connection.hold()))
        env, globals_, fds = self.give(source, peer.url)
        argv = program.command_line([*globals_, "--timeout", "30", "--trace", str(self.trace), "-vv", *words, *CHANGE])
        # a sanitizer would turn the signal into a report of its own
        env = {**env, "ASAN_OPTIONS": "handle_segv=0"}
        process = program.start(argv, self.home, self.environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, pass_fds=fds)
        end = time.monotonic() + 10
        while not peer.requests and time.monotonic() < end:
            time.sleep(0.01)
        self.assert_was_used(peer)
        return process

    def test_command_line_and_environment(self):
        for source in SOURCES:
            process = self.flying(source)
            try:
                for name in ("cmdline", "environ", "comm", "status"):
                    self.assert_unseen(Path(f"/proc/{process.pid}/{name}").read_bytes(), f"/proc/PID/{name}, {source}")
            finally:
                program.end_group(process)
                process.stdout.close()
                process.stderr.close()

    def test_killed(self):
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            for source in ("inline", "file", "variable"):
                with self.subTest(signal=number, source=source):
                    process = self.flying(source)
                    process.send_signal(number)
                    if number == signal.SIGTERM:
                        time.sleep(0.1)
                        process.send_signal(number)
                    out, err = process.communicate(timeout=10)
                    program.end_group(process)
                    self.assertEqual(process.returncode, 10 if number == signal.SIGTERM else -number)
                    self.assert_unseen(out + err, "the outputs")
                    self.assert_no_file()
        self.assertFalse(list(self.home.glob("core*")))

    def test_what_the_helper_sees(self):
        """password_command's child, with the variable set as well."""
        peer = self.peer()
        env, globals_, fds = self.give("command", peer.url)
        result = self.call(({**env, "BANGOCTL_PASSWORD": CANARY}, globals_, fds), "-v", *CHANGE)
        self.assert_code(result, 0)
        self.assert_was_used(peer)
        self.assertTrue((self.home / "helper-saw").read_bytes())
        self.assertTrue((self.home / "parent-environ").read_bytes())
        self.assert_no_file()

    def test_pipe_commands(self):
        peer = self.peer()
        script = "echo hello | cat /proc/self/environ /proc/self/cmdline -\necho hello | sh -c 'cat /proc/$PPID/environ /proc/$PPID/cmdline'\n" \
                 "echo hello > out.json\n"
        for source in SOURCES:
            given = self.give(source, peer.url)
            result = self.call(given, "run", "-", stdin=script) if source != "fd" else self.call(given, "run", self.write("script", script))
            self.assert_code(result, 0)
            self.assertIn(b"PATH=", result.stdout)
        self.assert_no_file()

    def test_pager_and_shell_history(self):
        peer = self.peer()
        for source in ("inline", "command", "variable"):
            env, globals_, _ = self.give(source, peer.url)
            pager = self.write("pager.sh", f"cat /proc/self/environ /proc/$PPID/environ >> {self.home}/pager-saw; cat\n")
            terminal = Typed(self, program.command_line(globals_), {**env, "BANGOCTL_PAGER": f"sh {pager}", "TERM": "xterm"}, size=(5, 100))
            terminal.wait(">")
            for line in ("echo hello", "config show", "entitlement get ENT-1001 -vv", "whoami", "commands"):
                before = terminal.seen.count(b"\n")
                terminal.send(line + "\r")
                terminal.wait_until(lambda before=before: terminal.seen.count(b"\n") > before + 1, line)
            terminal.send("quit\r")
            terminal.end()
            self.assert_unseen(terminal.seen, "the terminal")
            terminal.close()
            self.assertTrue(list((self.home / "state").glob("history*")))
            self.assert_no_file()
        self.assert_was_used(peer)

    def test_prompt(self):
        for words, code in [((), 0), (("--base-url", "http://127.0.0.1:1", "--retries", "0"), 9)]:
            peer = self.peer()
            self.give("none", peer.url)
            terminal = Typed(self, program.command_line(["-p", "p", "-vv", "--trace", str(self.trace), *words, *CHANGE]))
            terminal.wait("Password of acme for profile p: ")
            terminal.send(CANARY + "\r")
            self.assertEqual(terminal.end(), code)
            self.assert_unseen(terminal.seen, "the terminal")
            if not words:
                self.assert_was_used(peer)
            self.assert_no_file()
