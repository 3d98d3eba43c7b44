# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the release share: where its two forms are."""

import os
import subprocess
import unittest

from blackbox import ROOT

BUILD = ROOT / "build-release"
PACKAGES = ROOT / "build-package"


def need_build():
    if not (BUILD / "bangoctl").exists():
        raise unittest.SkipTest("there is no release build here: ./dev install or ./dev test makes it")


def package(ending):
    """The one file of the package's build that is named so."""
    found = [path for path in PACKAGES.glob("bangoctl[-_]*") if path.name.endswith(ending) and "dbgsym" not in path.name]
    if not found:
        raise unittest.SkipTest("there is no package here: ./dev package makes it")
    return found[0]


def run(*words, **variables):
    """Runs a tool in the language of its messages; the result, whatever it was."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run([str(word) for word in words], env=env, check=False, capture_output=True, text=True)


def unpacked(folder):
    """The package's files, unpacked there."""
    result = run("dpkg-deb", "-x", package(".deb"), folder)
    if result.returncode:
        raise AssertionError(result.stderr)
    return folder
