# SPDX-License-Identifier: GPL-3.0-or-later
"""Option > environment > profile > defaults > built-in, for every setting that has those; and what `config` shows."""

from blackbox import Case, Recorder

CONFIG = """
default_profile = "p";
defaults = { %s = %s; };
profiles = {
    p = { environment = "test"; base_url = "https://x.example"; username = "u"; %s = %s; };
    bare = { environment = "test"; base_url = "https://x.example"; username = "u"; };
};
"""


class Precedence(Case):
    # setting: defaults, profile, (variable, value) or None, (option, value) or None, built-in
    TABLE = {
        "output": ("csv", "tsv", ("BANGOCTL_OUTPUT", "ndjson"), ("--output", "json"), "auto"),
        "read_only": (True, True, ("BANGOCTL_READ_ONLY", "false"), ("--read-only", "true"), "false"),
        "timeout": (31, 32, None, ("--timeout", "33"), "60"),
        "connect_timeout": (1, 2, None, ("--connect-timeout", "3"), "10"),
        "retries": (1, 2, None, ("--retries", "4"), "3"),
        "retry_max_wait": (1, 2, None, ("--retry-max-wait", "3"), "300"),
        "max_reply": ("1K", "2K", None, ("--max-reply", "3K"), "64M"),
        "proxy": ("http://a", "http://b", None, ("--proxy", "http://c"), None),
        "cacert": ("/a", "/b", None, ("--cacert", "/c"), None),
        "idempotency": ("trusted", "untrusted", None, None, "untrusted"),
        "rate": (1.5, 2.5, None, None, None),
        "max_changes": (1, 2, None, None, None),
    }

    def shown(self, name, *words, env=None):
        result = self.run_program(*words, "config", "show", "--origin", "--error-format", "text", env=env)
        self.assert_code(result, 0)
        # the format is one of the settings on trial
        again = self.run_program(*words, *([] if "--output" in words else ["-o", "json"]), "config", "show", "--origin", env=env)
        rows = {row["setting"]: row for row in again.json}
        return (rows[name]["value"], rows[name]["origin"]) if name in rows else (None, None)

    def test_every_setting(self):
        def literal(value):
            return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)

        for name, (default, profile, variable, option, builtin) in self.TABLE.items():
            with self.subTest(setting=name):
                path = self.config(CONFIG % (name, literal(default), name, literal(profile)))
                words = ["-p", "p"]
                if name != "output":
                    self.assertEqual(self.shown(name, "-p", "bare"), (literal(default).strip('"'), f"defaults ({path}:3)"))
                    self.assertEqual(self.shown(name, *words), (literal(profile).strip('"'), f"profile p ({path}:5)"))
                if variable and name != "output":
                    self.assertEqual(self.shown(name, *words, env=dict([variable])), (variable[1], variable[0]))
                if option:
                    given = [option[0]] if option[1] == "true" else list(option)
                    self.assertEqual(self.shown(name, *words, *given, env=dict([variable] if variable else [])), (option[1], option[0]))
                self.config(CONFIG % ("rate", "7.0", "rate", "7.0"))
                if builtin and name != "output":
                    self.assertEqual(self.shown(name, *words), (builtin, "built-in"))

    def test_output_format(self):
        def form(*words, **env):
            out = self.run_program(*words, "profile", "list", env=env).out
            return "json" if out.startswith("[{") else "csv" if "," in out.split("\r\n")[0] else "tsv" if "\t" in out else "?"
        self.config(CONFIG % ("output", '"csv"', "output", '"tsv"'))
        self.assertEqual(form("-p", "bare"), "csv")
        self.assertEqual(form("-p", "p"), "tsv")
        self.assertEqual(form("-p", "p", BANGOCTL_OUTPUT="csv"), "csv")
        self.assertEqual(form("-p", "p", "-o", "json", BANGOCTL_OUTPUT="csv"), "json")

    def test_profile(self):
        self.config('default_profile = "a"; profiles = { '
                    + " ".join(f'{n} = {{ environment = "test"; base_url = "https://{n}.example"; username = "u"; }};' for n in "abc") + " };")

        def host(*words, **env):
            rows = self.run_program(*words, "config", "show", env=env).json
            return next(row["value"] for row in rows if row["setting"] == "base_url")
        self.assertEqual(host(), "https://a.example")
        self.assertEqual(host(BANGOCTL_PROFILE="b"), "https://b.example")
        self.assertEqual(host("-p", "c", BANGOCTL_PROFILE="b"), "https://c.example")
        self.assertEqual(host(BANGOCTL_BASE_URL="https://v.example"), "https://v.example")
        self.assertEqual(host("--base-url", "https://o.example", BANGOCTL_BASE_URL="https://v.example"), "https://o.example")

    def test_where_the_profile_was_named(self):
        self.config('default_profile = "p"; profiles = { p = { environment = "test"; }; };')
        for words, env, origin in ((["-p", "p"], {}, "--profile"), ([], {"BANGOCTL_PROFILE": "p"}, "BANGOCTL_PROFILE"), ([], {}, "default_profile")):
            self.assertEqual(self.shown("profile", *words, env=env), ("p", origin))

    def test_bad_values_of_variables(self):
        for name, value in [("BANGOCTL_OUTPUT", "xml"), ("BANGOCTL_READ_ONLY", "maybe"), ("BANGOCTL_PROFILE", "nope")]:
            with self.subTest(name=name):
                self.assert_failed(self.run_program("entitlement", "get", "X", env={"BANGOCTL_PROFILE": "sandbox", name: value}), 3)

    def test_empty_variables_are_as_if_unset(self):
        names = ["CONFIG", "PROFILE", "OUTPUT", "BASE_URL", "USERNAME", "PASSWORD", "PASSWORD_FILE", "NO_INPUT", "READ_ONLY"]
        env = {f"BANGOCTL_{name}": "" for name in names}
        self.assert_code(self.run_program("-p", "sandbox", "echo", env=env), 0)

    def test_secret_is_masked_and_its_place_named(self):
        path = self.config('profiles = { p = { environment = "test"; base_url = "https://x.example"; username = "u";\n password = "canary-9"; }; };')
        result = self.run_program("-p", "p", "config", "show", "--origin")
        row = next(row for row in result.json if row["setting"] == "password")
        self.assertEqual((row["value"], row["origin"]), ("***", f"password of profile p ({path}:2)"))
        self.assertNotIn("canary-9", result.out + result.err)


class Operations(Case):
    """`operations` moves a single call; a path in the base URL goes before it."""

    def test_on_the_wire(self):
        server = self.serve()
        with Recorder(server.port) as recorder:
            self.config('profiles = { t = { environment = "test"; username = "sandbox"; password = "sandbox"; '
                        f'base_url = "{recorder.url}/pre"; '
                        'operations = { activateEntitlement = { method = "PUT"; path = "/v2/entitlement/{entitlementId}/activation"; };'
                        ' findEntitlements = { path = "/v2/find"; }; resumeEntitlement = { method = "PATCH"; }; }; }; };')
            self.run_program("-p", "t", "entitlement", "activate", "a b", "--activation-code", "c")
            self.run_program("-p", "t", "entitlement", "find")
            self.run_program("-p", "t", "entitlement", "resume", "X")
            self.run_program("-p", "t", "entitlement", "get", "X")
            lines = [request.split(b" HTTP/")[0].decode() for request in recorder.requests]
        self.assertEqual(lines, ["PUT /pre/v2/entitlement/a%20b/activation", "POST /pre/v2/find",
                                 "PATCH /pre/v1/entitlement/resume/X", "GET /pre/v1/entitlement/X"])

    def test_in_help_and_table(self):
        self.config('profiles = { t = { environment = "test"; operations = { echo = { path = "/v7/{echoRequestId}"; }; }; }; };')
        self.assertIn("GET /v7/{echoRequestId}", self.run_program("-p", "t", "echo", "--help").out)
        table = self.run_program("-p", "t", "commands", "-o", "json").json
        self.assertEqual(table[0]["path"], "/v7/{echoRequestId}")


class Init(Case):
    def test_file_is_good_private_and_complete(self):
        result = self.run_program("config", "init")
        self.assert_code(result, 0)
        path = self.home / "config/bangoctl/bangoctl.conf"
        self.assertEqual(result.out, f"{path}\n")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assert_code(self.run_program("config", "check"), 0)
        self.assertEqual(self.run_program("config", "path").out, f"{path}\n")

    def test_what_is_commented_out_is_good_too(self):
        self.run_program("config", "init")
        path = self.home / "config/bangoctl/bangoctl.conf"
        text = path.read_text()
        for line in text.splitlines():
            bare = line.strip()
            if line.startswith("        # ") and bare.endswith(";") and " = " in bare and "{" not in bare and "password" not in bare:
                with self.subTest(line=bare):
                    indent = line[:len(line) - len(line.lstrip())]
                    path.write_text(text.replace(line, indent + bare[2:], 1).replace("acme-server-api.yaml", "/dev/null"))
                    result = self.run_program("config", "check")
                    self.assertFalse(result.code and "contract" not in bare, f"\n{result}")
        path.write_text(text)

    def test_never_over_a_file(self):
        path = self.config("mine")
        self.assert_failed(self.run_program("config", "init"), 3)
        self.assertEqual(path.read_text(), "mine")

    def test_never_over_a_dangling_link(self):
        target = self.home / "elsewhere"
        folder = self.home / "config/bangoctl"
        folder.mkdir(parents=True)
        (folder / "bangoctl.conf").symlink_to(target)
        self.assertNotEqual(self.run_program("config", "init").code, 0)
        self.assertFalse(target.exists())

    def test_folder_cannot_be_made(self):
        self.write("file", "")
        self.assertNotEqual(self.run_program("-c", "file/x/a.conf", "config", "init").code, 0)


class Contract(Case):
    def test_path_is_seen_from_the_config_folder(self):
        document = self.run_program("contract", "export").out.replace("/v1/echo/", "/v8/echo/")
        self.write("config/bangoctl/sub/mine.json", document)
        self.config('profiles = { t = { environment = "test"; contract = "sub/mine.json"; }; };')
        self.assertIn("/v8/echo/", self.run_program("-p", "t", "echo", "--help").out)

    def test_missing(self):
        self.config('profiles = { t = { environment = "test"; base_url = "https://x.example"; contract = "nowhere.yaml"; }; };')
        self.assert_failed(self.run_program("-p", "t", "echo"), 3, "nowhere.yaml")
        self.assert_failed(self.run_program("config", "check"), 3, "nowhere.yaml")
