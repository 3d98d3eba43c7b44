# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package: lintian finds nothing, the files are those that belong into it, the version has one source."""

import os
import re
import tempfile
import unittest
from pathlib import Path

from blackbox import ROOT, program
from blackbox.terminal import need

import release

FILES = """
usr/bin/bangoctl
usr/share/bash-completion/completions/bangoctl
usr/share/doc/bangoctl/README.md.gz
usr/share/doc/bangoctl/changelog.Debian.gz
usr/share/doc/bangoctl/changelog.gz
usr/share/doc/bangoctl/copyright
usr/share/doc/bangoctl/examples/bangoctl.conf
usr/share/fish/vendor_completions.d/bangoctl.fish
usr/share/lintian/overrides/bangoctl
usr/share/man/man1/bangoctl.1.gz
usr/share/man/man5/bangoctl.conf.5.gz
usr/share/zsh/vendor-completions/_bangoctl
""".split()


class Package(unittest.TestCase):
    maxDiff = None

    def field(self, name):
        return release.run("dpkg-deb", "-f", release.package(".deb"), name).stdout.strip()

    def test_lintian_finds_nothing(self):
        need("lintian")
        result = release.run("lintian", "--allow-root", "--info", "--display-info", release.package(".changes"))
        self.assertEqual((result.stdout, result.returncode), ("", 0), result.stderr)

    def test_any_name_can_be_the_maintainers(self):
        """With a dpkg-buildpackage that only shows what it was given."""
        with tempfile.TemporaryDirectory(prefix="bangoctl-release-") as folder:
            tool = Path(folder, "dpkg-buildpackage")
            tool.write_text("#!/bin/sh\ncat debian/control debian/changelog\n")
            tool.chmod(0o755)
            name = "A/B & \\1 $(C) Ltd"
            result = release.run(ROOT / ".ci/package", f"{folder}/out", PATH=f"{folder}:{os.environ['PATH']}",
                                 DEBFULLNAME=name, DEBEMAIL="a&b@example.com")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            lines = Path(folder, "out/bangoctl-build.log").read_text().splitlines()
        self.assertIn(f"Maintainer: {name} <a&b@example.com>", lines)
        self.assertTrue(lines[-1].startswith(f" -- {name} <a&b@example.com>  "), lines[-1])

    def test_its_files(self):
        with tempfile.TemporaryDirectory(prefix="bangoctl-release-") as folder:
            below = release.unpacked(Path(folder))
            self.assertEqual(sorted(str(path.relative_to(below)) for path in below.rglob("*") if not path.is_dir()), FILES)
        listed = release.run("dpkg-deb", "-c", release.package(".deb")).stdout.splitlines()
        self.assertEqual([line for line in listed if " root/root " not in line], [])

    def test_nothing_runs_when_it_is_installed(self):
        """No script of a maintainer: what is unpacked is all that it does."""
        said = release.run("dpkg-deb", "-I", release.package(".deb")).stdout
        self.assertEqual(re.findall(r"\d lines +(?:\* +)?(\S+)", said), ["control", "md5sums"])

    def test_it_depends_on_every_library(self):
        """Those too that the program opens by name when it needs them."""
        wanted = set(re.findall(r"[a-z0-9.+-]+(?= \(|,|$)", self.field("Depends")))
        with tempfile.TemporaryDirectory(prefix="bangoctl-release-") as folder:
            content = (release.unpacked(Path(folder)) / "usr/bin/bangoctl").read_bytes()
        names = {name.decode() for name in re.findall(rb"\b(?:lib[a-z0-9-]+)\.so\.\d+(?=\0)", content)}
        self.assertGreaterEqual(len(names), 10, names)
        for name in sorted(names):
            found = release.run("dpkg-query", "-S", f"*/{name}").stdout
            owners = {line.split(":")[0] for line in found.splitlines() if line.endswith(f"/{name}")}
            self.assertTrue(owners & wanted, f"{name} is in {owners}, and the package depends on {wanted}")

    def test_the_version_is_that_of_the_program(self):
        told = program.run([program.BIN, "--version"], ROOT, program.environment("/nonexistent")).out.split()[1]
        self.assertEqual(re.search(r"^  version: '(.*)',$", (ROOT / "meson.build").read_text(), re.M)[1], told)
        self.assertRegex(self.field("Version"), rf"^{re.escape(told)}(~git\d{{14}}\.[0-9a-f]+)?-1$")

    def test_the_description_fits_a_screen(self):
        lines = self.field("Description").splitlines()
        self.assertEqual([line for line in lines if len(line) > 80], [])
        self.assertLessEqual(len(lines[0]), 60)
