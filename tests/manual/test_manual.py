# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages: fresh, without a complaint of mandoc, complete, and with no line wider than the screen."""

import re

from blackbox import ROOT, Case, program
from blackbox.terminal import need

PAGES = {"1": ROOT / "man/bangoctl.1", "5": ROOT / "man/bangoctl.conf.5"}


class Manual(Case):
    def rendered(self, section, width=80):
        """The page as plain text, in the width of the screen."""
        need("mandoc")
        result = program.run(["mandoc", "-T", "utf8", "-O", f"width={width - 2}", PAGES[section]], self.home, self.environment())
        self.assert_code(result, 0)
        return re.sub(".\b", "", result.out)

    def flat(self, section="1"):
        """All of the page in one line, in a width in which nothing is broken."""
        return re.sub(r"\s+", " ", self.rendered(section, 1000))

    def test_pages_are_fresh(self):
        for section, path in PAGES.items():
            with self.subTest(page=path.name):
                result = self.run_program("__manual", section)
                self.assert_code(result, 0)
                self.assertEqual(path.read_text(), result.out, f"{path.name} is out of date: ./dev regen")

    def test_example_of_the_config_is_fresh(self):
        self.assert_code(self.run_program("--quiet", "--config", "c", "config", "init"), 0)
        self.assertEqual((ROOT / "config.example").read_text(), (self.home / "c").read_text(), "config.example is out of date: ./dev regen")

    def test_completion_scripts_are_fresh(self):
        for shell, name in (("bash", "bangoctl.bash"), ("zsh", "_bangoctl"), ("fish", "bangoctl.fish")):
            self.assertEqual((ROOT / "completions" / name).read_text(), self.run_program("completion", shell).out, name)

    def test_mandoc_has_no_complaint(self):
        need("mandoc")
        for path in PAGES.values():
            with self.subTest(page=path.name):
                result = program.run(["mandoc", "-T", "lint", "-W", "warning", path], self.home, self.environment())
                self.assertEqual((result.out, result.err), ("", ""))

    def check_width(self, path):
        need("man")
        result = program.run(["man", "-l", path], self.home, self.environment({"MANWIDTH": "80", "MANPAGER": "cat"}))
        self.assert_code(result, 0)
        lines = re.sub(r".\x08|\x1b\[[0-9;]*m", "", result.out).splitlines()
        self.assertGreater(len(lines), 50)
        self.assertEqual([line for line in lines if len(line) > 80], [])

    def test_no_line_is_wider_than_the_screen(self):
        self.check_width(PAGES["1"])

    def test_no_line_of_the_second_page_is_wider(self):
        self.check_width(PAGES["5"])

    def test_every_command_and_option(self):
        page = self.flat()
        for command in self.run_program("commands", "-o", "json").json:
            with self.subTest(command=command["name"]):
                self.assertIn(f" bangoctl {command['name']} ", page)
                self.assertIn(command["summary"], page)
                for option in command["options"]:
                    self.assertIn(f"--{option['name']}", page)
                    for choice in option.get("choices", []):
                        self.assertIn(choice, page)

    def test_every_global_option(self):
        page = self.flat()
        options = re.findall(r"(?m)^ +(?:-\w, )?(--[a-z-]+)", self.run_program("help", "options").out)
        self.assertGreater(len(options), 30)
        for option in options:
            self.assertRegex(page, rf"{option}[ \[=]")

    def test_every_exit_code(self):
        page = self.rendered("1")
        codes = re.findall(r"(?m)^ +(\d+) +([a-z_]+) ", self.run_program("help", "exit-codes").out)
        self.assertEqual([int(code) for code, _ in codes], [*range(16), 130, 143])
        for code, name in codes:
            self.assertRegex(page, rf"(?m)^ +{code} +{name}")

    def test_every_variable(self):
        page = self.flat()
        own = {f"BANGOCTL_{name}" for name in ("CONFIG", "PROFILE", "OUTPUT", "BASE_URL", "USERNAME", "PASSWORD", "PASSWORD_FILE", "NO_INPUT",
                                               "READ_ONLY", "STATE_DIR", "PAGER")}
        others = {"NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "PAGER", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "XDG_CONFIG_HOME",
                  "XDG_STATE_HOME"}
        for name in sorted(own | others):
            with self.subTest(variable=name):
                self.assertRegex(page, rf"\b{name}\b")

    def test_every_variable_that_the_source_reads(self):
        names = set()
        for path in (ROOT / "src").rglob("*.c"):
            names |= set(re.findall(r'"(BANGOCTL_[A-Z_]+)"', path.read_text()))
            names |= set(re.findall(r'getenv\("([A-Z_]+)"\)', path.read_text()))
        page = self.flat()
        # the desktop's and sh's own: what they are for is said where a path is
        for name in sorted(names - {"HOME", "PATH"}):
            with self.subTest(variable=name):
                self.assertRegex(page, rf"\b{name}\b")

    def test_every_key_of_the_config(self):
        page = self.flat("5")
        for key in re.findall(r"(?m)^ +#? *([a-z_]+) = ", (ROOT / "config.example").read_text()):
            self.assertRegex(page, rf"\b{key}\b")

    def test_examples_are_those_of_the_help(self):
        """Those of the help are run elsewhere: the page has the same and no others."""
        page = self.rendered("1", 400)
        have = {re.sub(r"\s+", " ", line).strip() for line in re.findall(r"(?m)^ +(bangoctl .*)$", page)}
        wanted = set()
        for command in self.run_program("commands", "-o", "json").json:
            examples = self.run_program(*command["name"].split(), "--help", env={"COLUMNS": "400"}).out.partition("Examples:\n")[2]
            for line in examples.replace("\\\n", " ").splitlines():
                if line.startswith("  bangoctl "):
                    wanted.add(re.sub(r"\s+", " ", line).strip())
        self.assertGreater(len(wanted), 30)
        self.assertEqual({example for example in wanted if not any(example in line or line.rstrip("\\ ") in example for line in have)}, set())

    def test_sections_are_two(self):
        for words in ([], ["2"], ["1", "5"]):
            self.assert_failed(self.run_program("__manual", *words), 2)
