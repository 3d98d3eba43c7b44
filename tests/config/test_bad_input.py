# SPDX-License-Identifier: GPL-3.0-or-later
"""A config file that is wrong is exit 3 with file, line and, where there is one, a suggestion; nothing is sent."""

import os
import pwd

from blackbox import Case

GOOD = """
default_profile = "t";
defaults = { timeout = 30; };
profiles = {
    t = { environment = "test"; base_url = "https://name.invalid"; username = "u"; password = "canary-1"; };
};
"""

# what stands in the file, and what the message must say beside FILE:LINE
PROFILE = 'profiles = {{\n  t = {{ environment = "test"; base_url = "https://x.example";\n  {} }}; }};\n'
BAD = {
    "syntax": ('profiles = {\n  t = { environment = "test\n', None, ""),
    "brace missing": ('profiles = {\n  t = { environment = "test";\n', None, ""),
    "garbage": ("\0\1\2", None, ""),
    "not utf-8": (b'default_profile = "\xff\xfe";\n', None, ""),
    "unknown key": (PROFILE.format("timeot = 3;"), 3, "did you mean timeout?"),
    "unknown top key": ("\nprofils = { };\n", 2, 'unknown key "profils"'),
    "unknown key in defaults": ("defaults = {\n  retrys = 3; };\n", 2, "did you mean retries?"),
    "profile key in defaults": ('defaults = {\n  username = "x"; };\n', 2, "username"),
    "text for number": (PROFILE.format('timeout = "3";'), 3, "timeout must be a number"),
    "number for text": (PROFILE.format("username = 3;"), 3, "username must be a text"),
    "number for truth": (PROFILE.format("read_only = 1;"), 3, "read_only must be true or false"),
    "decimal for whole": (PROFILE.format("retries = 1.5;"), 3, "retries"),
    "negative": (PROFILE.format("retries = -1;"), 3, "from 0 to 100"),
    "too large": (PROFILE.format("retries = 101;"), 3, "from 0 to 100"),
    "far too large": (PROFILE.format("retries = 99999999999999999999;"), 3, ""),
    "zero time": (PROFILE.format("timeout = 0;"), 3, "timeout"),
    "size": (PROFILE.format('max_reply = "64X";'), 3, "max_reply"),
    "choice": (PROFILE.format('idempotency = "trustd";'), 3, "untrusted, trusted"),
    "environment": ('profiles = { t = {\n environment = "prod"; base_url = "https://x.example"; }; };', 2, "test, live"),
    "empty text": (PROFILE.format('username = "";'), 3, "username"),
    "group for value": (PROFILE.format("timeout = { };"), 3, "timeout"),
    "value for group": ("profiles = 3;\n", 1, "profiles must be a group"),
    "value for profile": ("profiles = {\n  t = 3; };\n", 2, "must be a group"),
    "list for group": ("profiles = ( );\n", 1, "profiles must be a group"),
    "command as text": (PROFILE.format('password_command = "pass show x";'), 3, "password_command must be a list"),
    "command empty": (PROFILE.format("password_command = [ ];"), 3, "password_command must be a list"),
    "command of numbers": (PROFILE.format("password_command = [ 1 ];"), 3, "password_command must be a list"),
    "operations as text": (PROFILE.format('operations = "x";'), 3, "operations must be a group"),
    "operation as text": (PROFILE.format('operations = { echo = "x"; };'), 3, "operations.echo"),
    "unknown key of an operation": (PROFILE.format('operations = { echo = { pth = "/x"; }; };'), 3, "use method and path"),
    "unknown operation": (PROFILE.format('operations = { ech = { path = "/x"; }; };'), 3, "ech"),
    "operation without its hole": (PROFILE.format('operations = { getEntitlement = { path = "/x"; }; };'), 3, "entitlementId"),
    "operation with a bad method": (PROFILE.format('operations = { echo = { method = "FETCH"; }; };'), 3, "FETCH"),
    "include": ('@include "other.conf"\n', 1, "@include"),
    "default profile": ('default_profile = "x";\n' + PROFILE.format(""), 1, "x"),
    "default profile is a number": ("default_profile = 3;\n", 1, "default_profile"),
    "key twice": (PROFILE.format("retries = 1; retries = 2;"), 3, ""),
    "profile twice": ('profiles = { t = { environment = "test"; }; t = { environment = "live"; }; };', 1, ""),
    "no environment": ('profiles = { t = { base_url = "https://x.example"; username = "u"; }; };', None, "environment"),
}


class Bad(Case):
    def check(self, name):
        text, line, message = BAD[name]
        path = self.config(text)
        for words in (["-p", "t", "echo", "x"], ["config", "check"]):
            with self.subTest(words=words):
                result = self.run_program(*words)
                self.assert_failed(result, 3, message, str(path))
                if line:
                    self.assertIn(f"{path}:{line}: ", result.err)
                self.assertNotIn("\n\n", result.err)


def add_test(name):
    def test(self):
        self.check(name)
    setattr(Bad, f"test_{name.replace(' ', '_').replace('-', '_')}", test)


for each in BAD:
    add_test(each)


class Files(Case):
    def test_good(self):
        path = self.config(GOOD)
        result = self.run_program("config", "check")
        self.assert_code(result, 0)
        self.assertIn(f"{path} is good: 1 profile", result.err)

    def test_missing_by_option(self):
        self.assert_failed(self.run_program("-c", "nowhere.conf", "-p", "sandbox", "echo"), 3, "nowhere.conf")

    def test_missing_by_variable(self):
        self.assert_failed(self.run_program("-p", "sandbox", "echo", env={"BANGOCTL_CONFIG": "/nowhere.conf"}), 3, "/nowhere.conf")

    def test_missing_by_default(self):
        self.assert_code(self.run_program("-p", "sandbox", "echo"), 0)

    def test_nothing_to_check(self):
        result = self.run_program("config", "check")
        self.assert_failed(result, 3, f"there is no config file at {self.home}/config/bangoctl/bangoctl.conf", '"bangoctl config init" writes one')

    def test_folder(self):
        self.assert_failed(self.run_program("-c", "/", "-p", "sandbox", "echo"), 3)

    def test_too_large(self):
        self.config("# " + "x" * 3000000 + "\n")
        self.assert_failed(self.run_program("-p", "sandbox", "echo"), 3)

    def test_device_and_pipe_do_not_hang(self):
        for name in ("/dev/zero", "/dev/tty"):
            with self.subTest(name=name):
                self.assert_failed(self.run_program("-c", name, "-p", "sandbox", "echo"), 3)

    def test_empty_file(self):
        self.config("")
        self.assert_failed(self.run_program("echo"), 3, "no profile is named")
        self.assert_code(self.run_program("-p", "sandbox", "echo"), 0)

    def test_working_directory_is_not_read(self):
        for name in ("bangoctl.conf", ".bangoctl.conf", "config"):
            self.write(name if name != "config" else "x/config", "{{{")
        self.assert_code(self.run_program("-p", "sandbox", "echo"), 0)

    def test_order_of_places(self):
        self.config('default_profile = "sandbox"; defaults = { retries = 1; };')
        self.write("b.conf", 'default_profile = "sandbox"; defaults = { retries = 2; };')
        self.write("c.conf", 'default_profile = "sandbox"; defaults = { retries = 3; };')

        def retries(*words, **env):
            rows = self.run_program(*words, "config", "show", env=env).json
            return next(row["value"] for row in rows if row["setting"] == "retries")
        self.assertEqual(retries(), "1")
        self.assertEqual(retries(BANGOCTL_CONFIG=f"{self.home}/b.conf"), "2")
        self.assertEqual(retries("-c", "c.conf", BANGOCTL_CONFIG=f"{self.home}/b.conf"), "3")
        self.write(".config/bangoctl/bangoctl.conf", 'default_profile = "sandbox"; defaults = { retries = 4; };')
        self.assertEqual(retries(XDG_CONFIG_HOME=None), "4")

    def test_home_that_is_not_in_the_environment(self):
        """A service of systemd may have none: the root of the file system is no place for its state."""
        own = f"{pwd.getpwuid(os.geteuid()).pw_dir}/.config/bangoctl/bangoctl.conf"
        places = (own, "/etc/bangoctl/bangoctl.conf")
        for home in (None, "", "relative"):
            with self.subTest(home=home):
                result = self.run_program("config", "path", env={"HOME": home, "XDG_CONFIG_HOME": None})
                self.assertIn(result.out.strip(), places if os.path.exists(places[1]) else places[:1])

    def test_folders_of_the_state(self):
        """$BANGOCTL_STATE_DIR, $XDG_STATE_HOME if it is absolute, ~/.local/state."""
        for number, (env, place) in enumerate([({"BANGOCTL_STATE_DIR": "own"}, "own"), ({"BANGOCTL_STATE_DIR": ""}, "xdg-state/bangoctl"),
                                               ({"BANGOCTL_STATE_DIR": None}, "xdg-state/bangoctl"),
                                               ({"BANGOCTL_STATE_DIR": None, "XDG_STATE_HOME": "relative"}, ".local/state/bangoctl"),
                                               ({"BANGOCTL_STATE_DIR": None, "XDG_STATE_HOME": None}, ".local/state/bangoctl")]):
            with self.subTest(env=env):
                (self.home / place).mkdir(parents=True, exist_ok=True)
                log = self.home / place / "audit.ndjson"
                before = len(log.read_bytes().splitlines()) if log.exists() else 0
                change = ["suspend", "ENT-1001", "--reason-code", "OTHER"] if number != 2 and number != 4 else ["resume", "ENT-1001"]
                self.assert_code(self.sandbox("entitlement", *change, env=env), 0)
                self.assertEqual(len(log.read_bytes().splitlines()), before + 2)
        self.assertFalse((self.home / "relative").exists())

    def test_deep_and_long(self):
        for text in ("a = " + "{ a = " * 20000, "a = " + "[" * 100000, "x" * 500000, 'a = "' + "y" * 500000 + '";'):
            with self.subTest(text=text[:20]):
                self.config(text)
                self.assert_failed(self.run_program("-p", "sandbox", "echo"), 3)
