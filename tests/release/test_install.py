# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev install and ./dev uninstall: what the one puts, and nothing else, the other takes away."""

import fcntl
import os
import shutil
import stat
import tempfile
import unittest
from hashlib import sha256
from pathlib import Path

from blackbox import ROOT
from blackbox.terminal import need

import release

FILES = {
    "bin/bangoctl": 0o755,
    "share/bash-completion/completions/bangoctl": 0o644,
    "share/doc/bangoctl/CHANGELOG.md": 0o644,
    "share/doc/bangoctl/LICENSE": 0o644,
    "share/doc/bangoctl/README.md": 0o644,
    "share/doc/bangoctl/examples/bangoctl.conf": 0o644,
    "share/doc/bangoctl/installed": 0o644,
    "share/fish/vendor_completions.d/bangoctl.fish": 0o644,
    "share/man/man1/bangoctl.1": 0o644,
    "share/man/man5/bangoctl.conf.5": 0o644,
    "share/zsh/site-functions/_bangoctl": 0o644,
}


def tree(folder):
    """Every path below it, with its mode and the sum of its content."""
    return {str(path.relative_to(folder)): (oct(path.lstat().st_mode), sha256(path.read_bytes()).hexdigest() if path.is_file() else None)
            for path in sorted(folder.rglob("*"))}


class Install(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        release.need_build()
        folder = tempfile.TemporaryDirectory(prefix="bangoctl-release-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        # there is one build folder, and its prefix changes
        lock = os.open(release.BUILD, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)

    def dev(self, command, code=0, **variables):
        result = release.run(ROOT / "dev", command, **{"DESTDIR": str(self.root), **variables})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def files(self, prefix):
        below = self.root / prefix
        return {str(path.relative_to(below)): stat.S_IMODE(path.stat().st_mode) for path in below.rglob("*") if not path.is_dir()}

    def test_all_comes_and_all_goes(self):
        self.dev("install")
        self.assertEqual(self.files("usr/local"), FILES)
        program = release.run(self.root / "usr/local/bin/bangoctl", "--version")
        self.assertEqual((program.returncode, program.stderr), (0, ""))
        self.dev("uninstall")
        self.assertEqual(tree(self.root), {})

    def test_what_was_there_stays(self):
        """Files of others beside ours, empty folders, and what users have of their own."""
        for name in ("opt/x/share/man/man1/other.1", "opt/x/bin/other", "home/u/.config/bangoctl/bangoctl.conf",
                     "home/u/.local/state/bangoctl/audit/x", "opt/x/share/doc/other/LICENSE"):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        (self.root / "opt/x/share/zsh/site-functions").mkdir(parents=True)
        before = tree(self.root)
        self.dev("install", PREFIX="/opt/x")
        self.dev("uninstall", PREFIX="/opt/x")
        self.assertEqual(tree(self.root), before)

    def test_twice_and_with_what_came_in_between(self):
        self.dev("install", PREFIX="/usr/", DESTDIR=f"{self.root}/")
        old = self.root / "usr/share/doc/bangoctl/of-an-older-version"
        old.write_text("")
        listed = self.root / "usr/share/doc/bangoctl/installed"
        listed.write_text(listed.read_text() + "/usr/share/doc/bangoctl/of-an-older-version\n")
        own = self.root / "usr/share/doc/bangoctl/notes"
        own.write_text("mine")
        self.dev("install", PREFIX="/usr")
        self.assertEqual(self.files("usr"), {**FILES, "share/doc/bangoctl/notes": own.stat().st_mode & 0o777})
        self.dev("uninstall", PREFIX="/usr")
        self.assertEqual([name for name, (_, content) in tree(self.root).items() if content is not None],
                         ["usr/share/doc/bangoctl/notes"])

    def failing(self, tool, pattern):
        """A PATH on which that tool fails when the pattern of the shell fits its words."""
        folder = tempfile.TemporaryDirectory(prefix="bangoctl-release-")
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, tool)
        path.write_text(f'#!/bin/sh\ncase "$*" in {pattern}) exit 1 ;; esac\nexec {shutil.which(tool)} "$@"\n')
        path.chmod(0o755)
        return f"{folder.name}:{os.environ['PATH']}"

    def test_what_fails_takes_nothing_away(self):
        self.dev("install")
        before = tree(self.root)
        self.dev("install", 1, PATH=self.failing("meson", "install*"))
        self.assertEqual(tree(self.root), before)

    def test_what_fails_half_way_can_be_undone(self):
        self.dev("install", 1, PATH=self.failing("install", "*/LICENSE"))
        self.assertNotEqual(tree(self.root), {})
        self.dev("uninstall")
        self.assertEqual(tree(self.root), {})
        self.dev("install", 1, PATH=self.failing("install", "*/LICENSE"))
        self.dev("install")
        self.assertEqual(self.files("usr/local"), FILES)
        self.dev("uninstall")
        self.assertEqual(tree(self.root), {})

    def test_a_log_that_another_wrote(self):
        """As after an install of the whole by root: it is not to be written again."""
        log = release.BUILD / "meson-logs/install-log.txt"
        target = self.root.parent / f"{self.root.name}.log"
        self.addCleanup(target.unlink, missing_ok=True)
        target.write_text("another's\n")
        log.unlink(missing_ok=True)
        log.symlink_to(target)
        self.dev("install")
        self.assertEqual(target.read_text(), "another's\n")

    def test_the_callers_umask_is_not_theirs(self):
        self.addCleanup(os.umask, os.umask(0o077))
        self.dev("install")
        self.assertEqual(self.files("usr/local"), FILES)
        self.assertEqual({oct(path.stat().st_mode & 0o777) for path in self.root.rglob("*") if path.is_dir()}, {"0o755"})

    def test_the_page_is_found(self):
        need("man")
        self.dev("install")
        page = release.run("man", "-M", self.root / "usr/local/share/man", "bangoctl", MANPAGER="cat", MANWIDTH="80")
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertIn("entitlement suspend", page.stdout)

    def test_what_cannot_be_done_is_told(self):
        self.assertIn(f"nothing to remove: there is no {self.root}/usr/local/share/", self.dev("uninstall", 1))
        self.assertIn('"local" does not', self.dev("install", 2, PREFIX="local"))
        self.assertIn('"image" does not', self.dev("uninstall", 2, DESTDIR="image"))
        self.assertEqual(tree(self.root), {})
