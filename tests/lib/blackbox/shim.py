# SPDX-License-Identifier: GPL-3.0-or-later
"""
Ends the program, or lets a call fail, at the n-th call that changes a file or sends: tests/shim/crash.c, preloaded.
A test asks first how many calls there are (`calls`), then runs once for each (`run_with`).
"""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from . import program

SOURCE = program.ROOT / "tests" / "shim" / "crash.c"
DEEDS = ["kill", "kill-after", "torn", "short", "enospc", "eio", "full"]


def library():
    """The shim, compiled by the first that needs it, so that it fits any build and any copy of the program."""
    path = Path(os.environ["BANGOCTL_TEST_SHARED"], "crash.so")
    if not path.exists():
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if not compiler:
            raise unittest.SkipTest("no C compiler is installed here, and the shim needs one")
        own = path.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, "-std=c11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", own,
                        SOURCE, "-ldl"], check=True)
        own.rename(path)
    return str(path)


class Shim:
    """The shim for the runs of one test case: counts what they do below `under`, by default the program's own state."""

    def __init__(self, case, under=None):
        if program.WRAP:
            raise unittest.SkipTest("under another program the shim does not know ours")
        self.case, self.under = case, Path(under or case.home / "state").resolve()
        self.log = case.home / "shim.log"

    def _run(self, args, options, **more):
        env = {"LD_PRELOAD": library(), "BANGO_SHIM_PROGRAM": os.path.realpath(program.BIN), "BANGO_SHIM_UNDER": str(self.under),
               **more, **options.pop("env", {})}
        return self.case.run_program(*args, env=env, **options)

    def calls(self, *args, **options):
        """Runs undisturbed: (the result, the counted calls, such as "write audit.ndjson" and "send socket")."""
        self.log.unlink(missing_ok=True)
        result = self._run(args, options, BANGO_SHIM_LOG=str(self.log))
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return result, [line.replace(f"{self.under}/", "") for line in lines]

    def run_with(self, number, deed, *args, **options):
        """Runs, and at the call of that number, from 1, does one of DEEDS."""
        assert deed in DEEDS, deed
        return self._run(args, options, BANGO_SHIM_AT=str(number), BANGO_SHIM_DO=deed)
