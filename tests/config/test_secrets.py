# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the password comes from, who may read its file, and that it is never seen again."""

import base64
import os

from blackbox import Case, Peer, json_answer, slow
from blackbox import program

SECRET = "canary-7f3a"
BASIC = base64.b64encode(f"acme:{SECRET}".encode())


class Secrets(Case):
    def setUp(self):
        super().setUp()
        self.peer = Peer(json_answer({"responseCode": "OK", "status": "ACTIVE"}))
        self.addCleanup(self.peer.__exit__)

    def profile(self, lines, environment="test", mode=0o600, user='username = "acme";'):
        return self.config(f'profiles = {{ t = {{ environment = "{environment}"; base_url = "{self.peer.url}"; {user} {lines} }}; }};', mode)

    def call(self, *words, profile=("-p", "t"), **options):
        result = self.run_program(*profile, *words, "echo", "x", **options)
        self.assert_unseen(result)
        return result

    def assert_unseen(self, result):
        """Neither in clear nor in Base64, with any of the three alignments."""
        seen = result.stdout + result.stderr
        needles = [SECRET.encode(), BASIC] + [base64.b64encode(b"x" * i + SECRET.encode())[4:-4] for i in range(3)]
        for needle in needles:
            self.assertNotIn(needle, seen, f"\n{result}")

    def assert_sent(self, result, header=b"Authorization: Basic " + BASIC):
        self.assert_code(result, 0)
        self.assertIn(header, self.peer.requests[-1].split(b"\r\n"))

    # ---- sources

    def test_inline(self):
        self.profile(f'password = "{SECRET}";')
        self.assert_sent(self.call())

    def test_file(self):
        self.write("secret", SECRET + "\n")
        for name in ("../../secret", str(self.home / "secret"), "~/secret"):
            with self.subTest(name=name):
                self.profile(f'password_file = "{name}";')
                self.assert_sent(self.call())

    def test_file_of_another_system(self):
        self.write("secret", SECRET + "\r\n")
        self.profile(f'password_file = "{self.home}/secret";')
        self.assert_sent(self.call())

    def test_file_is_missing_empty_or_a_folder(self):
        self.write("empty", "")
        self.write("lines", "a\nb\n")
        self.write("nul", b"a\0b")
        for name in ("nowhere", "empty", "lines", "nul", "."):
            with self.subTest(name=name):
                self.profile(f'password_file = "{self.home}/{name}";')
                self.assert_failed(self.call(), 3, "password")

    def test_command(self):
        self.profile(f'password_command = [ "printf", "%s\\n", "{SECRET}" ];')
        self.assert_sent(self.call())

    def test_command_is_no_shell(self):
        self.profile(f'password_command = [ "echo", "{SECRET}$(id); echo x > {self.home}/ran" ];')
        self.call("-n")
        self.run_program("-p", "t", "echo", "x")
        self.assertFalse((self.home / "ran").exists())

    def test_command_fails(self):
        for words, message in [('"false"', "exit code 1"), ('"sh", "-c", "exit 77"', "77"), ('"/nowhere/prog"', "/nowhere/prog"),
                               ('"true"', "empty"), ('"sh", "-c", "kill -9 $$"', "signal 9"), ('"yes"', "")]:
            with self.subTest(words=words):
                self.profile(f"password_command = [ {words} ];")
                self.assert_failed(self.call(), 3, message)
                self.assertEqual(self.peer.connections, 0)

    @slow
    def test_command_has_10_seconds(self):
        self.profile('password_command = [ "sh", "-c", "sleep 12; echo late" ];')
        result = self.call()
        self.assert_failed(result, 3, "10 seconds")
        self.assertLess(result.seconds, 12)

    def test_command_does_not_inherit_the_password_variable(self):
        self.profile('password_command = [ "sh", "-c", "env > env.txt; echo x" ];')
        self.call(env={"BANGOCTL_PASSWORD": SECRET, "OTHER": "1"})
        self.assertIn("OTHER=1", (self.home / "env.txt").read_text())
        self.assertNotIn(SECRET, (self.home / "env.txt").read_text())

    def test_descriptor(self):
        self.profile("")
        reader, writer = os.pipe()
        os.write(writer, SECRET.encode() + b"\n")
        os.close(writer)
        argv = program.command_line(["-p", "t", "--password-fd", str(reader), "echo", "x"])
        result = program.run(argv, self.home, self.environment(), pass_fds=[reader])
        os.close(reader)
        self.assert_unseen(result)
        self.assert_sent(result)

    def test_descriptor_is_closed(self):
        self.profile("")
        self.assert_failed(self.call("--password-fd", "77"), 3, "--password-fd")

    def test_descriptor_beats_the_rest(self):
        self.profile('password = "other";')
        self.assert_sent(self.call("--password-fd", "0", stdin=SECRET + "\n"))

    def test_variable(self):
        self.profile("")
        self.assert_sent(self.call(env={"BANGOCTL_PASSWORD": SECRET}))

    def test_variable_names_a_file(self):
        self.profile("")
        self.write("secret", SECRET)
        self.assert_sent(self.call(env={"BANGOCTL_PASSWORD_FILE": str(self.home / "secret")}))

    def test_prompt(self):
        self.profile("")
        result = self.run_program("-p", "t", "echo", "x", tty=True, typed=SECRET.encode() + b"\n")
        self.assert_unseen(result)
        self.assert_sent(result)
        self.assertIn("Password of acme", result.out)

    def test_none_at_all(self):
        self.profile("")
        self.assert_failed(self.call(), 3, "has no password", "BANGOCTL_PASSWORD")
        self.assertEqual(self.peer.connections, 0)

    def test_no_user_name(self):
        self.profile(f'password = "{SECRET}";', user="")
        self.assert_failed(self.call(), 3, "has no user name")
        self.assert_sent(self.call(env={"BANGOCTL_USERNAME": "acme"}))

    def test_two_sources_in_one_profile(self):
        self.profile(f'password = "{SECRET}"; password_file = "x";')
        self.assert_failed(self.call(), 3, "password")

    # ---- who wins

    def test_named_profile_beats_the_environment_with_one_warning(self):
        self.profile(f'password = "{SECRET}";')
        result = self.call(env={"BANGOCTL_PASSWORD": "other"})
        self.assert_sent(result)
        self.assertEqual(result.err.count("warning:"), 1, result)
        self.assertIn("profile t", result.err)

    def test_environment_beats_a_profile_that_was_not_named(self):
        path = self.profile('password = "other";')
        path.write_text('default_profile = "t";\n' + path.read_text())
        result = self.call(profile=(), env={"BANGOCTL_PASSWORD": SECRET})
        self.assert_sent(result)
        self.assertEqual(result.err.count("warning:"), 1, result)

    def test_user_and_password_are_one_conflict(self):
        self.profile(f'password = "{SECRET}";')
        result = self.call(env={"BANGOCTL_PASSWORD": "other", "BANGOCTL_USERNAME": "someone"})
        self.assert_sent(result)
        self.assertEqual(result.err.count("warning:"), 1, result)

    def test_same_value_is_no_conflict(self):
        self.profile(f'password = "{SECRET}";')
        result = self.call(env={"BANGOCTL_USERNAME": "acme"})
        self.assertEqual(result.err, "")

    # ---- modes

    def test_live_inline_in_a_readable_file(self):
        for mode in (0o644, 0o640, 0o604):
            with self.subTest(mode=oct(mode)):
                self.profile(f'password = "{SECRET}";', "live", mode)
                self.assert_failed(self.call(), 3, "chmod 600")
                self.assertEqual(self.peer.connections, 0)

    def test_live_inline_in_an_own_file(self):
        self.profile(f'password = "{SECRET}";', "live")
        self.assert_sent(self.call())

    def test_test_inline_in_a_readable_file(self):
        self.profile(f'password = "{SECRET}";', mode=0o644)
        result = self.call()
        self.assert_sent(result)
        self.assertIn("warning:", result.err)

    def test_live_secret_file_is_readable(self):
        self.write("secret", SECRET, 0o644)
        self.profile(f'password_file = "{self.home}/secret";', "live")
        self.assert_failed(self.call(), 3, "chmod 600")

    def test_readable_file_without_a_secret(self):
        self.write("secret", SECRET)
        self.profile(f'password_file = "{self.home}/secret";', "live", 0o644)
        result = self.call()
        self.assert_sent(result)
        self.assertEqual(result.err, "")

    # ---- unseen

    def test_nowhere_in_what_is_printed(self):
        self.profile(f'password = "{SECRET}";')
        for words in (["-v"], ["-vv"], ["-n"], ["--curl"], ["--timing"], ["-n", "-o", "json"], ["-o", "raw", "-vv"], ["-q"]):
            with self.subTest(words=words):
                self.assert_code(self.call(*words), 0)
        for words in (["config", "show", "--origin"], ["config", "check"], ["profile", "show", "t"], ["profile", "list"],
                      ["-p", "t", "config", "show", "-o", "json"]):
            with self.subTest(words=words):
                result = self.run_program(*words)
                self.assert_unseen(result)

    def test_login_in_a_url_is_masked_in_the_audit_log(self):
        self.profile(f'password = "{SECRET}";')
        result = self.run_program("-p", "t", "entitlement", "notify", "X", "--message", "see https://me:hush@shop.example/a?b=c@d")
        self.assert_code(result, 0)
        log = (self.home / "state/audit.ndjson").read_text()
        self.assertNotIn("hush", log)
        self.assertIn("see https://***@shop.example/a?b=c@d", log)

    def test_nowhere_in_errors(self):
        self.profile(f'password = "{SECRET}";')
        for words in (["echo", "x", "--base-url", "https://name.invalid", "--connect-timeout", "1", "--retries", "0"],
                      ["entitlement", "nope"], ["echo", "x", "--proxy", "http://127.0.0.1:1", "--base-url", "https://name.invalid"]):
            for more in ([], ["-vv"], ["--error-format", "json"]):
                result = self.run_program("-p", "t", *words, *more)
                self.assertNotEqual(result.code, 0)
                self.assert_unseen(result)

    def test_bad_config_does_not_quote_it(self):
        self.config(f'profiles = {{ t = {{ environment = "test"; password = "{SECRET}" password_file = "x"; }}; }};')
        self.assert_failed(self.call(), 3)
        self.config(f'profiles = {{ t = {{ environment = "test"; passwort = "{SECRET}"; }}; }};')
        self.assert_failed(self.call(), 3, "did you mean password?")

    def test_not_in_the_command_line(self):
        self.profile("")
        with Peer(lambda connection, _: (connection.read(), connection.hold())) as silent:
            argv = program.command_line(["-p", "t", "--base-url", silent.url, "--timeout", "20", "echo", "x"])
            process = program.start(argv, self.home, self.environment({"BANGOCTL_PASSWORD": SECRET}))
            try:
                while not silent.requests and process.poll() is None:
                    pass
                with open(f"/proc/{process.pid}/cmdline", "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read())
                with open(f"/proc/{process.pid}/environ", "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read())
            finally:
                program.end_group(process)

    def test_response_headers_are_masked(self):
        with Peer(json_answer(headers=["Set-Cookie: canary-cookie"])) as peer:
            self.profile(f'password = "{SECRET}";')
            result = self.run_program("-p", "t", "--base-url", peer.url, "-vv", "echo", "x")
            self.assertIn("Set-Cookie: ***", result.err)
            self.assertNotIn("canary", result.err)

    # ---- other ways to authenticate

    def test_bearer(self):
        self.profile(f'auth = "bearer"; password = "{SECRET}";', user="")
        self.assert_sent(self.call("-vv"), f"Authorization: Bearer {SECRET}".encode())
        self.call("-n")
        self.call("--curl")

    def test_header(self):
        self.profile(f'auth = "header"; auth_header = "X-Api-Key"; password = "{SECRET}";', user="")
        self.assert_sent(self.call("-vv"), f"X-Api-Key: {SECRET}".encode())
        self.call("-n")
        self.call("--curl")

    def test_header_without_its_name(self):
        self.profile(f'auth = "header"; password = "{SECRET}";', user="")
        self.assert_failed(self.call(), 3, "auth_header")

    def test_non_ascii(self):
        self.profile('password = "pässwörd:mit€";')
        self.assert_sent(self.call(), b"Authorization: Basic " + base64.b64encode("acme:pässwörd:mit€".encode()))

    def test_colon_in_the_user_name(self):
        self.profile(f'password = "{SECRET}";', user='username = "a:b";')
        self.assert_failed(self.call(), 3, "colon")
