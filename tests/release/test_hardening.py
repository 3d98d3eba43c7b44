# SPDX-License-Identifier: GPL-3.0-or-later
"""
How the program that users get is compiled: checksec and the disassembly say it of the binary, blhc of every command in
the package's log. Each check is shown to fail on something that was built without.
"""

import json
import platform
import re
import tempfile
import unittest
from pathlib import Path

from blackbox import ROOT
from blackbox.terminal import need

import release

WANTED = {"relro": "full", "canary": "yes", "nx": "yes", "pie": "yes", "rpath": "no", "runpath": "no", "fortify_source": "yes"}
PAGE = 0x1000

# Enough that each of the protections would have something to do.
PROGRAM = """
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    char text[3 * 4096];
    strcpy(text, argv[argc - 1]);
    return puts(text) < 0;
}
"""
WITHOUT = {
    "relro": ["-Wl,-z,norelro"],
    "canary": ["-fno-stack-protector"],
    "nx": ["-Wl,-z,execstack"],
    "pie": ["-no-pie", "-fno-pie"],
    "rpath": ["-Wl,--disable-new-dtags,-rpath,/opt/lib"],
    "runpath": ["-Wl,--enable-new-dtags,-rpath,/opt/lib"],
    "fortify_source": ["-U_FORTIFY_SOURCE"],
    "probes": ["-fno-stack-clash-protection"],
    "branches": ["-fcf-protection=none"],
}


def protections(binary):
    """What the binary has, with the words of checksec; what that does not know is read in the disassembly."""
    need("checksec", "objdump")
    said = json.loads(release.run("checksec", "--format=json", f"--file={binary}").stdout)
    found = {name: value for name, value in next(iter(said.values())).items() if name in WANTED}
    if platform.machine() == "x86_64":
        code = release.run("objdump", "-d", "--no-show-raw-insn", binary).stdout
        frames = [int(size, 16) for size in re.findall(r"\bsub +\$0x([0-9a-f]{4,8}),%rsp", code)]
        # who takes more of the stack than a page at once can step over the guard
        found["probes"] = "no" if any(size > PAGE for size in frames) else "yes"
        # linked from Debian's start files the binary is not marked for it, but main can be the target of a jump
        found["branches"] = "yes" if len(re.findall(r"\bendbr64\b", code)) > 2 else "no"
    return found


def wanted():
    return {**WANTED, "probes": "yes", "branches": "yes"} if platform.machine() == "x86_64" else WANTED


class Hardening(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bangoctl-release-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_what_install_puts(self):
        release.need_build()
        self.assertEqual(protections(release.BUILD / "bangoctl"), wanted())

    def test_what_the_package_has(self):
        self.assertEqual(protections(release.unpacked(self.folder) / "usr/bin/bangoctl"), wanted())

    def test_what_is_missing_is_found(self):
        """One program, built with all of it and then each time without one."""
        need("gcc")
        source, binary = self.folder / "program.c", self.folder / "program"
        source.write_text(PROGRAM)
        flags = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-fstack-clash-protection",
                 "-Wl,-z,relro,-z,now"] + (["-fcf-protection"] if platform.machine() == "x86_64" else [])
        for name in [None, *(name for name in WITHOUT if name in wanted())]:
            with self.subTest(without=name):
                done = release.run("gcc", *flags, *WITHOUT.get(name, []), source, "-o", binary)
                self.assertEqual(done.returncode, 0, done.stderr)
                found = protections(binary)
                self.assertEqual([key for key in wanted() if found[key] != wanted()[key]], [name] if name else [])

    def blhc(self, text):
        need("blhc")
        path = self.folder / "build.log"
        path.write_text(text)
        # meson compiles with -fPIE and links with -pie; that the result is one says checksec
        return release.run("blhc", "--bindnow", "--ignore-flag", "-fPIE", path)

    def test_every_command_of_the_package_has_the_flags(self):
        log = release.package("build.log").read_text()
        done = self.blhc(log)
        self.assertEqual((done.stdout, done.returncode), ("", 0))
        for flag in ("-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-Wl,-z,now", "-Wformat"):
            with self.subTest(without=flag):
                self.assertIn(flag, log)
                self.assertNotEqual(self.blhc(log.replace(f" {flag}", "")).returncode, 0)

    def test_the_package_is_compiled_without_warnings(self):
        log = release.package("build.log").read_text()
        # of the libraries that are opened by name dpkg-shlibdeps cannot know that they are used
        self.assertEqual(re.findall(r"^(?!dpkg-shlibdeps: ).*\bwarning: .*$", log, re.M), [])

    def test_no_folder_of_the_build_is_in_it(self):
        release.need_build()
        for binary in (release.BUILD / "bangoctl", release.unpacked(self.folder) / "usr/bin/bangoctl"):
            with self.subTest(binary=binary.name):
                content = binary.read_bytes()
                for text in (f"{ROOT}/src", "/tmp/tmp."):
                    self.assertFalse(text.encode() in content, text)
