# SPDX-License-Identifier: GPL-3.0-or-later
"""
Programs that we did not write, installed in tests/peers: each is started on a port that the kernel chose, is ready
when its block begins, and has ended when the block has. Where one is not installed the test is skipped, with the reason.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from . import program

FOLDER = program.ROOT / "tests" / "peers"
MODULES = FOLDER / "node_modules"
PRISM = MODULES / "@stoplight/prism-cli/dist/index.js"
WIREMOCK = MODULES / "wiremock/build"
OLDEST_NODE = (18, 20)
START = 60  # seconds; a machine with other work takes ten times what an idle one does


# ---- what is installed

@functools.cache
def node_version():
    if not shutil.which("node"):
        return None
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])


def need_node(*packages):
    """Skips the test unless node and these npm packages are here."""
    version = node_version()
    if not version:
        raise unittest.SkipTest("node is not installed here (./dev test installs it)")
    if version < OLDEST_NODE:
        raise unittest.SkipTest(f"node {version[0]}.{version[1]} is here, and {OLDEST_NODE[0]}.{OLDEST_NODE[1]} is needed")
    for package in packages:
        if not (MODULES / package).is_dir():
            raise unittest.SkipTest(f"the npm package {package} is not installed here (npm --prefix tests/peers ci)")


def have_prism():
    need_node("@stoplight/prism-cli")


def have_wiremock():
    if not shutil.which("java"):
        raise unittest.SkipTest("java is not installed here (./dev test installs it)")
    if not WIREMOCK.is_dir():
        raise unittest.SkipTest("the npm package wiremock is not installed here (npm --prefix tests/peers ci)")


# ---- starting and ending

@contextlib.contextmanager
def started(argv, ready):
    """Runs a server; `ready` finds its address or its port in what it writes. Gives the match and the log's path."""
    with tempfile.TemporaryDirectory(prefix="bangoctl-peer-") as folder:
        log = Path(folder) / "log"
        env = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "TZ": "UTC"}
        with open(log, "wb") as output:
            process = program.start([str(word) for word in argv], folder, env, stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=subprocess.STDOUT)
            try:
                yield wait_for(process, log, ready), log
            finally:
                program.end_group(process)


def wait_for(process, log, ready):
    end = time.monotonic() + START
    while time.monotonic() < end:
        ended = process.poll() is not None
        text = log.read_text(errors="replace")
        match = re.search(ready, text)
        if match and not ended:
            return match
        if ended:
            raise AssertionError(f"it ended with {process.returncode}: {process.args}\n{text}")
        time.sleep(0.02)
    raise AssertionError(f"not ready within {START} s: {process.args}\n{log.read_text(errors='replace')}")


# ---- Prism, which reads an OpenAPI document with eyes of its own

@contextlib.contextmanager
def prism_mock(document, *options):
    """Answers by the examples of the document; a request that does not fit it is 4xx. Gives the URL."""
    with prism("mock", document, *options) as url:
        yield url


@contextlib.contextmanager
def prism_proxy(document, upstream, *options):
    """
    Passes everything on to the server `upstream`, and says in the header `sl-violations` of the reply what of request
    or reply does not fit the document (with `--errors` it refuses instead). Gives the URL.
    """
    with prism("proxy", document, upstream, *options) as url:
        yield url


@contextlib.contextmanager
def prism(*words):
    have_prism()
    with started(["node", PRISM, words[0], "-h", "127.0.0.1", "-p", "0", *words[1:]],
                 r"Prism is listening on (http://127\.0\.0\.1:\d+)") as (match, _):
        yield match.group(1)


# ---- express-openapi-validator, a second opinion that also knows the password

@contextlib.contextmanager
def validator(document, upstream, secret="sandbox"):
    """
    Stands before a sandbox: a request that does not fit the document is refused with the validator's words, a reply
    that does not fit becomes 500. By the document's security scheme the secret is user sandbox's password, a bearer
    token, or an API key. Gives the URL.
    """
    need_node("express-openapi-validator", "express")
    with started(["node", FOLDER / "validator.js", document, upstream, secret], r"listening on (http://127\.0\.0\.1:\d+)") as (match, _):
        yield match.group(1)


# ---- WireMock, which breaks connections

class WireMock:
    """`stub` says what it does, `requests` what has come; `clear` forgets both."""

    def __init__(self, url):
        self.url = url

    def admin(self, method, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(f"{self.url}/__admin/{path}", body, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as reply:
            return json.loads(reply.read() or b"{}")

    def clear(self):
        self.admin("POST", "reset")

    def stub(self, *responses, path="/v1/.*"):
        """Answers as WireMock's response definitions say, the first time by the first, from the last one on by the last."""
        for number, response in enumerate(responses):
            mapping = {"request": {"urlPathPattern": path}, "response": response, "scenarioName": f"replies to {path}",
                       "requiredScenarioState": str(number) if number else "Started"}
            if number + 1 < len(responses):
                mapping["newScenarioState"] = str(number + 1)
            self.admin("POST", "mappings", mapping)

    def requests(self):
        """What its journal holds, the oldest first: objects with `method`, `url`, `headers`, `body`."""
        return [event["request"] for event in reversed(self.admin("GET", "requests")["requests"])]


@contextlib.contextmanager
def wiremock():
    have_wiremock()
    jar = next(WIREMOCK.glob("wiremock-standalone-*.jar"))
    with started(["java", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-jar", jar, "--bind-address", "127.0.0.1", "--port", "0", "--disable-banner",
                  "--root-dir", "."], r"(?m)^port: +(\d+)") as (match, _):
        yield WireMock(f"http://127.0.0.1:{match.group(1)}")
