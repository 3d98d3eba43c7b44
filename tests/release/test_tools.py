# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev and tests/run themselves: what they refuse, and that they leave nothing behind."""

import tempfile
import unittest
from pathlib import Path

from blackbox import ROOT

import release


class Words(unittest.TestCase):
    def test_words_that_nobody_asked_for(self):
        """Before anything is done: with no tool in the PATH but those that say so, it cannot be."""
        with tempfile.TemporaryDirectory(prefix="bangoctl-release-") as folder:
            for name in ("cat", "dirname", "readlink", "bash"):
                Path(folder, name).symlink_to(f"/usr/bin/{name}")
            for words in (["demo", "x"], ["build", "--help"], ["lint", "x"], ["regen", "x"], ["install", "/opt"], ["install", "--help"],
                          ["uninstall", "--help"], ["uninstall", ""], ["package", "--chek"], ["package", "--check", "x"],
                          ["test", "--coverage", "x"], ["tset"]):
                with self.subTest(words=words):
                    done = release.run(ROOT / "dev", *words, PATH=folder, DESTDIR=f"{folder}/root")
                    self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                    self.assertIn("./dev package", done.stderr)

    def test_no_test_of_that_name(self):
        done = release.run(ROOT / "tests/run", "-k", "no_such_test", "rules")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no test in rules has no_such_test in its name", done.stderr)

    def test_every_group_is_told(self):
        done = release.run(ROOT / "tests/run", "no_such_group")
        self.assertEqual(done.returncode, 1)
        folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
        self.assertEqual(set(done.stderr.strip().partition(": use ")[2].split(", ")), folders)


class Leftovers(unittest.TestCase):
    def test_the_shim_goes_with_the_run(self):
        release.need_build()
        with tempfile.TemporaryDirectory(prefix="bangoctl-release-") as folder:
            done = release.run(ROOT / "tests/run", "--bin", release.BUILD / "bangoctl", "-k", "Sandbox.test_killed", "safety", TMPDIR=folder)
            self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "1 passed, 0 failed, 0 skipped"), done.stdout)
            self.assertEqual(list(Path(folder).iterdir()), [])
