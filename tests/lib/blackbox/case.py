# SPDX-License-Identifier: GPL-3.0-or-later
"""The test case that all others derive from: an own home, the program, and its books."""

import os
import tempfile
import unittest
from pathlib import Path

from . import program
from .server import Server


def slow(function):
    """Marks a test that waits for real time; TEST_FAST=1 skips it."""
    return unittest.skipIf(os.environ.get("TEST_FAST"), "slow, and TEST_FAST is set")(function)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bangoctl-test-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.variables = {}

    # ---- running

    def environment(self, env=None):
        return program.environment(self.home, {**self.variables, **(env or {})})

    def run_program(self, *args, stdin=b"", env=None, tty=False, **options):
        """Runs bangoctl with these words."""
        argv = program.command_line(args)
        if tty:
            return program.run_tty(argv, self.home, self.environment(env), **options)
        return program.run(argv, self.home, self.environment(env), stdin, **options)

    def sandbox(self, *args, **options):
        """Runs bangoctl against the simulator inside it, with a fixed clock."""
        return self.run_program("-p", "sandbox", "--seed", "1", *args, **options)

    def shell(self, script, env=None, **options):
        """Runs a shell script with `bangoctl` on its PATH."""
        folder = self.home / "bin"
        folder.mkdir(exist_ok=True)
        wrapper = folder / "bangoctl"
        if not wrapper.exists():
            words = " ".join(f"'{w}'" for w in program.WRAP + [program.BIN])
            wrapper.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            wrapper.chmod(0o755)
        variables = self.environment(env)
        variables["PATH"] = f"{folder}:{variables['PATH']}"
        return program.run(["/bin/sh", "-c", script], self.home, variables, **options)

    # ---- a server

    def serve(self, *args):
        """A sandbox server for the length of the test."""
        server = Server(self.home, self.environment(), *args)
        self.addCleanup(server.stop)
        return server

    def status_of(self, entitlement):
        """What the book says, read without faults."""
        result = self.sandbox("entitlement", "get", entitlement, "--field", "status")
        self.assert_code(result, 0)
        return result.out.strip()

    # ---- files

    def write(self, name, text, mode=0o600):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    def config(self, text, mode=0o600):
        """Writes the config file where the program looks first."""
        return self.write("config/bangoctl/bangoctl.conf", text, mode)

    # ---- asserting

    def assert_code(self, result, code, kind=None):
        self.assertEqual(result.code, code, f"\n{result}")
        if kind:
            self.assertEqual(result.error["kind"], kind, f"\n{result}")

    def assert_failed(self, result, code, *texts):
        """A failure: that code, nothing on stdout, and these texts on stderr."""
        self.assert_code(result, code)
        self.assertEqual(result.stdout, b"", f"a failure prints no result\n{result}")
        for text in texts:
            self.assertIn(text, result.err, f"\n{result}")
