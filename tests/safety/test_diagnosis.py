# SPDX-License-Identifier: GPL-3.0-or-later
"""doctor and whoami: the verdict of each step, for what is well and for what is not."""

import time

from blackbox import Peer, json_answer

from common import SafetyCase, WithServer, certificate, haproxy

OK = {"responseCode": "OK", "responseMessage": "Success"}


def dated(seconds):
    return json_answer(OK, headers=["Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))])


class Doctor(WithServer):
    def doctor(self, *words, code=0, profile="t", env=None):
        """The verdicts by step, the remedies by step."""
        result = self.run_program("-p", profile, "--retries", "0", "doctor", "-o", "json", "--error-format", "text", *words, env=env)
        self.assertEqual(result.code, code, f"\n{result}")
        self.assertTrue(all(set(row) == {"step", "verdict", "detail", "remedy"} for row in result.json))
        self.assertTrue(all(row["remedy"] for row in result.json if row["verdict"] in ("failed", "warning")), f"\n{result}")
        return {row["step"]: row["verdict"] for row in result.json}, {row["step"]: row["remedy"] for row in result.json}

    def test_all_well(self):
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        verdicts, _ = self.doctor()
        self.assertEqual(set(verdicts.values()), {"good"})
        for step in ("config", "state folder", "host name", "connection", "clock", "credentials"):
            self.assertIn(step, verdicts)
        table = self.run_program("-p", "t", "doctor", "-o", "table").out
        self.assertIn("credentials", table)
        self.assertEqual(self.lines(), [], "nothing is changed")

    def test_sandbox(self):
        verdicts, _ = self.doctor(profile="sandbox")
        self.assertNotIn("failed", verdicts.values())

    def test_nothing_listens(self):
        self.profiles("http://127.0.0.1:1")
        verdicts, _ = self.doctor(code=9)
        self.assertEqual((verdicts["host name"], verdicts["connection"]), ("good", "failed"))
        self.assertNotIn("credentials", verdicts)

    def test_no_such_name(self):
        self.profiles("https://name.invalid")
        verdicts, _ = self.doctor(code=9)
        self.assertEqual(verdicts["host name"], "failed")
        self.assertNotIn("connection", verdicts)

    def test_wrong_password(self):
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        path = self.home / "config/bangoctl/bangoctl.conf"
        path.write_text(path.read_text().replace('password = "sandbox"', 'password = "wrong"'))
        verdicts, _ = self.doctor(code=7)
        self.assertEqual((verdicts["connection"], verdicts["credentials"]), ("good", "failed"))

    def test_no_password(self):
        self.config('profiles = { t = { environment = "test"; base_url = "http://127.0.0.1:1"; username = "a"; }; };')
        verdicts, _ = self.doctor(code=3)
        self.assertEqual(verdicts["credentials"], "failed")

    def tls(self, **options):
        cert, _, both = certificate(self.home, "own", **options)
        with_tls = haproxy(self, "http-request return status 200 content-type application/json string '{\"responseCode\":\"OK\"}'", tls=f"ssl crt {both}")
        self.profiles(with_tls.url.replace("http:", "https:"))
        return cert

    def test_certificate_is_not_trusted(self):
        self.tls()
        verdicts, remedies = self.doctor(code=9)
        self.assertEqual(verdicts["connection"], "failed")
        self.assertIn("--cacert", remedies["connection"])

    def test_certificate_is_good(self):
        verdicts, _ = self.doctor("--cacert", self.tls(days=300))
        self.assertEqual((verdicts["certificate"], verdicts["credentials"]), ("good", "good"))

    def test_certificate_ends_soon(self):
        for days in (1, 5, 20):
            with self.subTest(days=days):
                verdicts, _ = self.doctor("--cacert", self.tls(days=days))
                self.assertEqual(verdicts["certificate"], "warning")

    def test_certificate_of_another_host(self):
        cert = self.tls(subject="elsewhere.example")
        verdicts, _ = self.doctor("--cacert", cert, code=9)
        self.assertEqual(verdicts["connection"], "failed")

    def test_clock(self):
        for seconds, verdict in [(0, "good"), (10, "good"), (-10, "good"), (3600, "warning"), (-3600, "warning"), (86400 * 400, "warning")]:
            with self.subTest(seconds=seconds), Peer(dated(seconds)) as peer:
                self.profiles(peer.url)
                self.assertEqual(self.doctor()[0]["clock"], verdict)

    def test_no_date_or_a_bad_one(self):
        for answer in (json_answer(OK), json_answer(OK, headers=["Date: today"]), json_answer(OK, headers=["Date: "])):
            with Peer(answer) as peer:
                self.profiles(peer.url)
                self.assertNotIn("failed", self.doctor()[0].values())

    def test_modes(self):
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        path = self.home / "config/bangoctl/bangoctl.conf"
        path.chmod(0o644)
        self.assertEqual(self.doctor("-y", profile="live", code=3)[0]["config"], "failed")
        self.doctor(profile="t")
        path.chmod(0o600)
        self.assertEqual(self.doctor(profile="live")[0]["config"], "good")
        (self.home / "state").chmod(0o755)
        verdicts, remedies = self.doctor()
        self.assertEqual(verdicts["state folder"], "warning")
        self.assertIn("chmod 700", remedies["state folder"])

    def test_state_folder(self):
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        self.write("file", "")
        for folder in ("/proc/nothing", str(self.home / "file")):
            with self.subTest(folder=folder):
                result = self.run_program("-p", "t", "doctor", "-o", "json", env={"BANGOCTL_STATE_DIR": folder})
                verdicts = {row["step"]: row["verdict"] for row in result.json}
                self.assertEqual(verdicts["state folder"], "failed")

    def test_audit_log_that_cannot_be_written(self):
        """A folder that is well does not help where the log in it is not."""
        server = self.serve_here("--quiet")
        self.profiles(server.url)
        self.log.mkdir(parents=True)
        self.log.parent.chmod(0o700)
        result = self.run_program("-p", "live", "doctor", "-o", "json")
        self.assertIn("failed", [row["verdict"] for row in result.json], f"\n{result}")

    def test_bad_config_and_no_profile(self):
        self.config("profiles = {")
        self.assert_failed(self.run_program("-p", "t", "doctor"), 3)
        self.profiles()
        self.assert_failed(self.run_program("doctor"), 3, "no profile")


class WhoAmI(SafetyCase):
    def who(self, *words, env=None):
        result = self.run_program(*words, "whoami", "-o", "json", env=env)
        self.assert_code(result, 0)
        return result.json

    def test_profile(self):
        self.profiles("http://127.0.0.1:1")
        facts = self.who("-p", "live")
        self.assertEqual((facts["profile"], facts["environment"], facts["base_url"], facts["username"]), ("live", "live", "http://127.0.0.1:1", "sandbox"))
        self.assertIn("password of profile live", facts["password"])

    def test_nothing_is_sent_or_asked(self):
        with Peer(json_answer(OK)) as peer:
            self.profiles(peer.url)
            self.who("-p", "live")
            self.assertEqual(peer.connections, 0)

    def test_variables(self):
        self.config('profiles = { t = { environment = "test"; base_url = "http://127.0.0.1:1"; }; };')
        env = {"BANGOCTL_USERNAME": "eve", "BANGOCTL_PASSWORD": "x", "BANGOCTL_PROFILE": "t"}
        facts = self.who(env=env)
        self.assertEqual((facts["username"], facts["password"]), ("eve", "BANGOCTL_PASSWORD"))

    def test_none(self):
        self.assert_failed(self.run_program("whoami"), 3, "no profile")
