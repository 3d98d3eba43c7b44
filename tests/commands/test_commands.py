# SPDX-License-Identifier: GPL-3.0-or-later
"""A loop over the command table: help, examples, samples in every format."""

import json
import re
import socket
import unicodedata

from blackbox import ROOT, Case, Peer, json_answer

FORMATS = ["auto", "table", "wide", "expanded", "json", "yaml", "ndjson", "csv", "tsv", "raw", "none"]
TOPICS = ["exit-codes", "config", "environment", "output", "contract", "options", "sandbox", "bulk"]


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def examples_of(help_text):
    """The commands of the last section, continued lines joined."""
    text = re.split(r"(?m)^Examples?:\n", help_text)[-1]
    text = text.replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.startswith("  bangoctl ")]


class CommandTable(Case):
    def commands(self):
        result = self.run_program("commands", "-o", "json")
        self.assert_code(result, 0)
        return result.json

    def for_each(self, check):
        for command in self.commands():
            with self.subTest(command=command["name"]):
                check(command)

    def test_table_for_other_programs(self):
        keys = {"name", "summary", "operationId", "method", "path", "arguments", "options", "danger", "evidence"}
        def check(command):
            self.assertLessEqual(keys, command.keys())
            if command["method"]:
                holes = set(re.findall(r"{(\w+)}", command["path"]))
                self.assertEqual(holes, {a["wire"] for a in command["arguments"] if a["in"] == "path"})
                self.assertRegex(command["evidence"], "^(documented|inferred): ")
        self.for_each(check)

    def test_help_fits_80_columns_and_has_an_example(self):
        def check(command):
            result = self.run_program(*command["name"].split(), "--help")
            self.assert_code(result, 0)
            self.assertEqual(result.err, "")
            # a word that is longer than the line, such as an address, cannot be broken
            too_long = [line for line in result.out.splitlines() if width(line) > 80 and len(line.split()) > 1]
            self.assertEqual(too_long, [])
            self.assertTrue(examples_of(result.out), result.out)
            self.assertIn(command["summary"], result.out)
        self.for_each(check)

    def test_help_says_the_same_in_three_ways(self):
        def check(command):
            words = command["name"].split()
            texts = {self.run_program(*words, "--help").out, self.run_program("help", *words).out,
                     self.run_program("-h", *words).out}
            self.assertEqual(len(texts), 1)
        self.for_each(check)

    def test_topics_fit_80_columns(self):
        for topic in TOPICS:
            with self.subTest(topic=topic):
                result = self.run_program("help", topic)
                self.assert_code(result, 0)
                self.assertTrue(result.out)
                self.assertEqual([line for line in result.out.splitlines() if width(line) > 80], [])

    def test_help_narrow_and_wide(self):
        for columns in ("1", "20", "40", "200", "100000", "x", "-1"):
            with self.subTest(columns=columns):
                self.assert_code(self.run_program("entitlement", "terminate", "--help", env={"COLUMNS": columns}), 0)


class Topics(Case):
    """Some topics bear the name of a group: `help NAME` shows the topic then too."""

    def test_topics_that_are_groups(self):
        for topic, text in [("config", "Keys of a profile"), ("contract", "OpenAPI document"), ("sandbox", "Faults, for --fault")]:
            with self.subTest(topic=topic):
                self.assertIn(text, self.run_program("help", topic).out)


class Examples(Case):
    """Every example works as it stands; what it takes for granted is made first."""

    def prepare(self):
        self.write("entitlements.json", json.dumps([{"entitlementId": "ENT-1", "status": "ACTIVE"}]))
        document = (ROOT / "src/contract/server-api.yaml").read_bytes()
        self.write("acme.yaml", document)
        self.write("newer.yaml", document)
        self.write("rows.csv", "action,id,reasonCode\nSUSPEND,ENT-1001,OTHER\nRESUME,ENT-1004,\n")
        (self.home / "job.ndjson").unlink(missing_ok=True)
        self.assert_code(self.run_program("-p", "sandbox", "bulk", "actions", "--input", "rows.csv", "--journal", "job.ndjson"), 0)
        self.assert_code(self.run_program("sandbox", "reset"), 0)
        self.write("script", "# two lines\nentitlement get ENT-1001\nentitlement suspend ENT-1002\n")

    def run_example(self, line):
        self.assert_code(self.run_program("sandbox", "reset"), 0)
        self.prepare()
        config = self.home / "config/bangoctl/bangoctl.conf"
        if "config init" in line:
            config.unlink(missing_ok=True)
        elif not config.exists():
            self.assert_code(self.run_program("config", "init"), 0)
        if "sandbox serve" in line:
            return self.run_server(line)
        result = self.shell(line)
        self.assert_code(result, 0)

    def run_server(self, line):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        line = line.replace("8080", str(port))
        result = self.shell(f"{line} > url & sleep 0.2; for i in 1 2 3 4 5 6 7 8 9; do test -s url || sleep 0.2; done; "
                            "kill $!; wait $!")
        self.assert_code(result, 0)
        self.assertRegex((self.home / "url").read_text(), r"^http://127\.0\.0\.1:\d+\n$")

    def test_of_every_command(self):
        for command in self.run_program("commands", "-o", "json").json:
            for line in examples_of(self.run_program(*command["name"].split(), "--help").out):
                with self.subTest(example=line):
                    self.run_example(line)

    def test_of_the_general_help(self):
        lines = re.findall(r"^  (bangoctl .*)$", self.run_program("--help").out.partition("To begin with:")[2], re.M)
        self.assertTrue(lines)
        for line in lines:
            with self.subTest(example=line):
                self.run_example(line)


class Samples(Case):
    """The sample reply that the contract gives is shown in every format."""

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for step in value["$ref"].split("/")[1:]:
                target = target[step]
            value = target
        return value

    def sample(self, operation):
        reply = self.resolve(operation["responses"]["200"])
        return reply["content"]["application/json"]["example"]

    def test_every_operation_in_every_format(self):
        self.document = self.run_program("contract", "export").json
        for path, methods in self.document["paths"].items():
            for operation in methods.values():
                words = operation["x-bangoctl"]["command"].split()
                arguments = ["ENT-1001"] if "{entitlementId}" in path else []
                # an update without a field is refused
                arguments += ["--product-key", "X"] if words[-1] == "update" else []
                with Peer(json_answer(self.sample(operation))) as peer:
                    for form in FORMATS:
                        with self.subTest(command=words, format=form):
                            result = self.run_program("-p", "sandbox", "--base-url", peer.url, *words, *arguments, "-o", form)
                            self.assert_code(result, 0)
                            self.assertEqual(result.out == "", form == "none", result)
                    columns = ",".join(operation["x-bangoctl"].get("columns", ["status"]))
                    result = self.run_program("-p", "sandbox", "--base-url", peer.url, *words, *arguments, "-o", "csv",
                                              "--columns", columns)
                    self.assertNotIn("no row has", result.err)

    def test_wide_characters_on_a_narrow_terminal(self):
        """A column gives way down to the width of its header, and a character may take two."""
        reply = {"a": "日本語", "merchantEntitlementIdentifier": "n" * 90}
        with Peer(json_answer(reply)) as peer:
            for width in ("20", "30", "80"):
                for form in ("wide", "expanded"):
                    with self.subTest(width=width, format=form):
                        result = self.run_program("-p", "sandbox", "--base-url", peer.url, "entitlement", "get", "ENT-1001",
                                                  "-o", form, "--color", "never", tty=True, env={"COLUMNS": width}, timeout=10)
                        self.assert_code(result, 0)
                        self.assertEqual(sorted(c for c in result.out if c in "日本語"), sorted("日本語"), result)


class HelpNeedsNothing(Case):
    """Help, version and path work with a config that is broken, unreadable or missing."""

    WORDS = [["--help"], ["--version"], ["version", "-v"], ["help"], ["help", "exit-codes"], ["help", "config"],
             ["entitlement", "suspend", "--help"], ["config", "path"], ["help", "entitlement", "suspend"]]

    def check(self, *more, env=None):
        for words in self.WORDS:
            with self.subTest(words=words):
                result = self.run_program(*more, *words, env=env)
                self.assert_code(result, 0)
                self.assertTrue(result.out)

    def test_broken(self):
        self.config("profiles = {{{")
        self.check()

    def test_folder(self):
        (self.home / "config/bangoctl/bangoctl.conf").mkdir(parents=True)
        self.check()

    def test_missing_and_named(self):
        self.check("--config", "nowhere.conf")

    def test_unknown_profile(self):
        self.check("-p", "nope")

    def test_broken_contract(self):
        self.write("bad.yaml", "{{{")
        self.check("--contract", "bad.yaml")

    def test_no_home(self):
        self.check(env={"HOME": None, "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None, "BANGOCTL_STATE_DIR": None})

    def test_password_command_is_not_run(self):
        self.config('default_profile = "t"; profiles = { t = { environment = "test"; base_url = "https://x.example"; '
                    f'username = "u"; password_command = [ "touch", "{self.home}/ran" ]; }}; }};')
        self.check()
        self.assertFalse((self.home / "ran").exists())
