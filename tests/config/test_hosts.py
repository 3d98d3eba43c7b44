# SPDX-License-Identifier: GPL-3.0-or-later
"""Which base URL may be used: https, no user or query in it, and no live host under a test profile."""

from blackbox import Case, Peer, json_answer

PROFILE = 'profiles = {{ t = {{ environment = "{}"; base_url = "{}"; username = "u"; password = "p"; connect_timeout = 0.01; }}; }};'


class Hosts(Case):
    def check(self, environment, url):
        """The exit code of a read, and what was said."""
        self.config(PROFILE.format(environment, url))
        return self.run_program("-p", "t", "--retries", "0", "--proxy", "http://127.0.0.1:1", "echo", "x")

    def test_refused(self):
        cases = [
            ("test", "http://x.example", "https"),
            ("live", "http://eu.resale.api.bango.com", "https"),
            ("test", "https://us.resale.api.bango.com", "live host"),
            ("test", "https://ap.resale.api.bango.com", "live host"),
            ("test", "https://eu.resale.api.bango.com", "live host"),
            ("test", "https://EU.Resale.API.Bango.com", "live host"),
            ("test", "https://eu.resale.api.bango.com:443/v2", "live host"),
            ("test", "https://eu.resale.api.bango.com.", "live host"),
            ("live", "https://resale.api.sandbox.bango.com", "test host"),
            ("live", "https://Resale.API.Sandbox.Bango.com/", "test host"),
            ("live", "https://resale.api.sandbox.bango.com.", "test host"),
            ("test", "https://user@x.example", "user name"),
            ("test", "https://user:canary-2@x.example", "user name"),
            ("test", "https://x.example/?a=b", "query"),
            ("test", "https://x.example/#a", "fragment"),
            ("test", "https://x.example?", "query"),
            ("test", "ftp://x.example", "https"),
            ("test", "file:///etc/passwd", ""),
            ("test", "x.example", ""),
            ("test", "https://", ""),
            ("test", "https:///v1", ""),
            ("test", "https://x.example:99999", ""),
            ("test", "https://a b", ""),
            ("test", "", ""),
        ]
        for environment, url, message in cases:
            with self.subTest(environment=environment, url=url):
                result = self.check(environment, url)
                self.assert_failed(result, 3, message)
                self.assertNotIn("canary-2", result.err)

    def test_allowed(self):
        for environment, url in [("test", "https://x.example"), ("live", "https://x.example/v9/"), ("live", "https://us.resale.api.bango.com"),
                                 ("test", "https://resale.api.sandbox.bango.com"), ("test", "https://resale.api.bango.net"),
                                 ("live", "https://resale.api.bango.net"), ("test", "https://x.example:8443")]:
            with self.subTest(environment=environment, url=url):
                self.assert_failed(self.check(environment, url), 9)

    def test_http_to_loopback(self):
        with Peer(json_answer()) as peer:
            for host in ("127.0.0.1", "localhost"):
                self.config(PROFILE.format("test", f"http://{host}:{peer.port}").replace("0.01", "5"))
                self.assert_code(self.run_program("-p", "t", "echo", "x"), 0)

    def test_option_is_checked_too(self):
        self.config(PROFILE.format("test", "https://x.example"))
        self.assert_failed(self.run_program("-p", "t", "--base-url", "https://eu.resale.api.bango.com", "echo", "x"), 3, "live host")
        self.assert_failed(self.run_program("-p", "t", "echo", "x", env={"BANGOCTL_BASE_URL": "http://x.example"}), 3, "https")

    def test_sandbox_credentials_do_not_go_to_a_live_host(self):
        self.assert_failed(self.run_program("-p", "sandbox", "--base-url", "https://eu.resale.api.bango.com", "echo", "x"), 3)


class Live(Case):
    """What a live profile asks for; nothing is sent without it."""

    def run_live(self, peer, *words, more=""):
        self.config(f'profiles = {{ l = {{ environment = "live"; base_url = "{peer.url}"; username = "u"; password = "p"; {more} }}; }};')
        return self.run_program("-p", "l", *words)

    def test_needs_confirmation(self):
        cases = [
            (["entitlement", "get", "X"], 0),
            (["entitlement", "find"], 0),
            (["echo", "x"], 0),
            (["entitlement", "suspend", "X"], 11),
            (["entitlement", "suspend", "X", "--yes"], 0),
            (["entitlement", "notify", "X"], 11),
            (["entitlement", "cancel", "X"], 11),
            (["entitlement", "cancel", "X", "--yes"], 11),
            (["entitlement", "cancel", "X", "--yes", "--confirm=other"], 11),
            (["entitlement", "cancel", "X", "--confirm=l"], 11),
            (["entitlement", "cancel", "X", "--yes", "--confirm=l"], 0),
            (["entitlement", "revoke", "X", "--yes"], 11),
            (["entitlement", "terminate", "X", "--yes"], 11),
            (["request", "GET", "/v9/x"], 0),
            (["request", "POST", "/v1/entitlement/suspend/X", "--yes"], 0),
            (["request", "POST", "/v1/entitlement/cancel/X", "--yes"], 11),
            (["request", "POST", "/v9/unknown", "--yes"], 11),
            (["request", "DELETE", "/v9/unknown", "--yes"], 11),
            (["request", "DELETE", "/v9/unknown", "--yes", "--confirm=l"], 0),
            (["entitlement", "suspend", "X", "--dry-run"], 0),
        ]
        for words, code in cases:
            with self.subTest(words=words), Peer(json_answer()) as peer:
                result = self.run_live(peer, *words)
                self.assert_code(result, code)
                self.assertEqual(len(peer.requests), 0 if code or "--dry-run" in words else 1)

    def test_read_only(self):
        with Peer(json_answer()) as peer:
            result = self.run_live(peer, "entitlement", "suspend", "X", "--yes", more="read_only = true;")
            self.assert_failed(result, 11, "read-only")
            self.assertEqual(peer.connections, 0)

    def assert_changes(self, peer, count):
        """Before a question the record is read, so that the question can say what would become of it."""
        self.assertEqual([bytes(r).startswith(b"GET ") for r in peer.requests].count(False), count)

    def test_question(self):
        for typed, code in [(b"y\n", 0), (b"Y\n", 0), (b"n\n", 11), (b"\n", 11), (b"yess\n", 11), (b"\x04", 11)]:
            with self.subTest(typed=typed), Peer(json_answer()) as peer:
                self.config(f'profiles = {{ l = {{ environment = "live"; base_url = "{peer.url}"; username = "u"; password = "p"; }}; }};')
                result = self.run_program("-p", "l", "entitlement", "suspend", "X", "-o", "none", tty=True, typed=typed)
                self.assert_code(result, code)
                self.assert_changes(peer, 0 if code else 1)
                self.assertIn("profile l", result.out)

    def test_name_is_typed_for_a_severe_change(self):
        for typed, code in [(b"l\n", 0), (b"y\n", 11), (b"L\n", 11), (b"\n", 11)]:
            with self.subTest(typed=typed), Peer(json_answer()) as peer:
                self.config(f'profiles = {{ l = {{ environment = "live"; base_url = "{peer.url}"; username = "u"; password = "p"; }}; }};')
                result = self.run_program("-p", "l", "entitlement", "cancel", "X", "-o", "none", tty=True, typed=typed)
                self.assert_code(result, code)
                self.assert_changes(peer, 0 if code else 1)

    def test_no_question_with_no_input_or_ci(self):
        for words, env in [(["--no-input"], {}), ([], {"CI": "true"}), ([], {"BANGOCTL_NO_INPUT": "1"})]:
            with self.subTest(words=words, env=env), Peer(json_answer()) as peer:
                self.config(f'profiles = {{ l = {{ environment = "live"; base_url = "{peer.url}"; username = "u"; password = "p"; }}; }};')
                result = self.run_program("-p", "l", *words, "entitlement", "suspend", "X", env=env, tty=True)
                self.assert_code(result, 11)
                self.assertIn("--yes", result.out)

    def test_require_profile(self):
        with Peer(json_answer()) as peer:
            self.config('default_profile = "l"; defaults = { require_profile = true; }; '
                        f'profiles = {{ l = {{ environment = "live"; base_url = "{peer.url}"; username = "u"; password = "p"; }}; }};')
            self.assert_failed(self.run_program("echo", "x"), 3, "-p l")
            self.assert_code(self.run_program("-p", "l", "echo", "x"), 0)
            self.assert_code(self.run_program("echo", "x", env={"BANGOCTL_PROFILE": "l"}), 0)
