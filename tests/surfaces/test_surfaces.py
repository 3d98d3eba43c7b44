# SPDX-License-Identifier: GPL-3.0-or-later
"""
One grammar for argv, scripts and the shell: word lists made at random (the seed is fixed) give the same request, the
same result and the same exit code on all three.
"""

import hashlib
import json
import random
import re
import shlex
from collections import Counter

from blackbox import Case, Peer, json_answer, program
from blackbox.terminal import Typed

SEED = 20261122
THROUGH_RUN = 240
THROUGH_SHELL = 110

# `sandbox serve` does not end, a shell within a shell is refused, and the other two write to places of their own
LEFT_OUT = {"sandbox serve", "run", "config init", "sandbox seed"}
# they tell what was done before, or how long something took
NEVER_ALIKE = {"audit show", "audit verify", "audit export", "reconcile", "doctor"}
# they list the commands there are, and the shell has some more
LISTS = {"commands", "help"}
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-")

ODD = ["", " ", "a b", "it's", 'say "hi"', "a\\b", "back\\", "Zoë ☃ 日本", "-", "--", "-5", "-x", "--help=", "a=b", "=", "x=y=z", "#no comment",
       "a#b", "a;b", ";", "a|b", "|", ">", "a > b", "$HOME", "`id`", "*", "~", "!x", "&", "(x)", "{}", "null", "true", "%41%2f", "a/b",
       "..", "?q=1", "'", '"', "''", "\u00a0", "\U0001f600", "é" * 40, "x" * 300]
PLAIN = ["ENT-1001", "ENT-1002", "VIDEO_PREMIUM", "ord-77", "a", "0", "2026-01-31", "hello"]
TIMES = ["2026-12-31T23:59:59Z", "2026-12-31", "2026-12-31T10:00:00+02:00"]
BAD_TIMES = ["tomorrow", "2026-13-01", "2026-02-30", "2026-12-31T25:00:00Z", "31.12.2026", "", "2026-12-31T10:00"]
BODIES = ["{}", '{"a":1}', '{"reasonCode":"OTHER","x":"it\'s"}', "{", "[]", "nonsense", ""]
PAIRS = ["a=b", "a=", "a=b=c", "tier=very big", "n:=1", "n:=null", "reasonCode=OTHER", 'reasonCode:="X"', "n:={", "=x", "x", "ü=é", "a b=c d"]
PATHS = ["/v1/echo/x", "/v1/entitlement/ENT-1001", "/v1/entitlement/resume/ENT-1004", "/a?b=c", "relative", "", "/a b", "/..", "/%zz", "/ü"]
FORMATS = ["auto", "table", "wide", "expanded", "json", "ndjson", "csv", "tsv", "raw", "none", "xml", ""]
UNKNOWN = [["--nonsense"], ["--reason-cod", "OTHER"], ["--no-such=1"], ["-Z"], ["-qZ"], ["--", "--help"], ["--Output", "json"], ["---"]]

# global options, well and badly used; none that ends in another profile or waits
GLOBALS = [["-o", f] for f in FORMATS] + [[f"--output={f}"] for f in FORMATS] + [
    ["--json"], ["-x"], ["-oraw"], ["-q"], ["-n"], ["--curl"], ["--dry-run"], ["--dry-run=false"], ["--field", "status"],
    ["--field", "entitlementId"], ["--field=a.b[0]"], ["--field", ""], ["--columns", "status,entitlementId"], ["--columns=x y"],
    ["--no-headers"], ["--no-headers=no"], ["--sort", "status"], ["--sort=-status"], ["--limit", "1"], ["--limit", "-1"], ["--limit=x"],
    ["--limit"], ["-v"], ["-vv"], ["--timing"], ["--color", "never"], ["--color=blue"], ["--read-only"], ["--header", "X-A: b c"],
    ["--header", "X-A"], ["--header=X-B:'q'"], ["--timeout", "5"], ["--timeout", "soon"], ["--retries", "0"], ["--error-format", "json"],
    ["--help"], ["-h"], ["--max-reply", "1M"], ["--max-reply", "lots"], ["-y"], ["--confirm", "x"], ["--seed", "4"], ["--fault", "500"],
    ["--base-url", "http://example.com"], ["-o"], ["--cacert", "no such file"]]


class Words:
    """Makes word lists."""

    def __init__(self, rng, table):
        self.rng = rng
        self.table = [c for c in table if c["name"] not in LEFT_OUT | NEVER_ALIKE]

    def pick(self, items):
        return self.rng.choice(items)

    def text(self):
        return self.pick(PLAIN if self.rng.random() < 0.6 else ODD)

    def value(self, arg):
        odd = self.rng.random()
        if arg["name"] == "path" and arg["in"] == "client":
            return self.pick(PATHS)
        if arg["name"] == "data":
            return self.pick(BODIES)
        if arg.get("choices"):
            return self.pick(arg["choices"]) if odd < 0.8 else self.pick([*ODD, "NOPE", self.pick(arg["choices"]).lower()])
        kinds = {"time": TIMES if odd < 0.7 else BAD_TIMES, "date": TIMES if odd < 0.7 else BAD_TIMES, "key=value": PAIRS, "json": BODIES,
                 "flag": ["true", "false"] if odd < 0.8 else ODD, "int": ["0", "7", "-1", "x", "1e3"], "file": ["no such file", "file.json"]}
        return self.pick(kinds[arg["type"]]) if arg["type"] in kinds else self.text()

    def option(self, arg):
        name = f"--{arg['name']}"
        if arg["type"] == "flag" and self.rng.random() < 0.6:
            return [name]
        value = self.value(arg)
        return [f"{name}={value}"] if self.rng.random() < 0.6 else [name, value]

    def make(self):
        rng = self.rng
        calls = [c for c in self.table if c["operationId"]]
        command = self.pick(calls if rng.random() < 0.75 else self.table)
        options = [self.option(arg) for arg in command["options"] if rng.random() < 0.4]
        arguments = [[self.value(arg)] for arg in command["arguments"] if rng.random() < 0.93]
        if command["arguments"] and rng.random() < 0.07:
            arguments.append([self.text()])
        if rng.random() < 0.08:
            options.append(self.pick(UNKNOWN))
        options += [self.pick(GLOBALS) for _ in range(self.pick([0, 0, 1, 1, 2]))]
        rng.shuffle(options)
        # options before the command, between its words, and behind
        parts = [[word] for word in command["name"].split()] + arguments
        if rng.random() < 0.04:
            parts = parts[:1] + [[self.text()]] + parts[1:]
        if rng.random() < 0.04:
            parts = parts[:-1]
        last = [] if rng.random() < 0.9 else [["--"]]
        for option in options:
            parts.insert(rng.randint(0, len(parts)) if rng.random() < 0.4 else len(parts), option)
        return [word for part in parts + last for word in part]


def quote(rng, word):
    """The word as a line has it, quoted in one of the ways there are."""
    way = rng.randint(0, 3)
    if way == 0:
        return "'" + word.replace("'", "'\\''") + "'"
    if way == 1:
        return '"' + "".join("\\" + c if c in '\\"$`' else c for c in word) + '"'
    if way == 2 and word:
        return "".join("\\" + c if not (c.isalnum() or c in "-_=.,/:") else c for c in word)
    return shlex.quote(word)


def answer(request):
    """An answer that depends on every byte of the request, without anything that time or chance may change."""
    head, _, body = request.partition(b"\r\n\r\n")
    mark = hashlib.sha256(request).hexdigest()
    target = head.split(b" ")[1].decode("ascii", "replace")
    row = {"entitlementId": "ENT-" + mark[:6], "status": ["ACTIVE", "SUSPENDED"][int(mark[0], 16) % 2], "mark": mark, "target": target,
           "number": int(mark[:8], 16) / 1000, "text": "a \"b\"\tü,;"}
    if int(mark[1], 16) < 2:
        return json_answer({"responseCode": "NOT_FOUND", "responseMessage": mark}, 404)
    if int(mark[1], 16) == 2:
        return json_answer({"responseCode": "BAD_REQUEST", "responseMessage": mark}, 400)
    if int(mark[1], 16) == 3:
        return json_answer("no json", 500)
    value = {"responseCode": "OK", "responseMessage": "Success", "length": len(body), **row}
    if target.endswith("/report"):
        value["entitlements"] = [row, {**row, "entitlementId": "ENT-2", "status": "PENDING"}]
    return json_answer(value)


def serve(connection, _number):
    request = connection.read()
    while request:
        connection.send(answer(request))
        request = connection.read()


class Surfaces(Case):
    """What came of a word list is (requests, stdout, exit code)."""

    def setUp(self):
        super().setUp()
        self.peer = Peer(serve)
        self.addCleanup(self.peer.__exit__)
        self.config('profiles = { t = { environment = "test"; base_url = "' + self.peer.url + '"; username = "u"; password = "p"; '
                    'retries = 0; timeout = 20; }; };')
        self.write("file.json", "[]")
        self.table = self.run_program("commands", "-o", "json").json

    def lists(self, count, seed, lists_too=True):
        words = Words(random.Random(seed), self.table)
        made = []
        while len(made) < count:
            one = words.make()
            is_list = any(one[:1] == [name] or name in one for name in LISTS)
            if not one or (not lists_too and is_list):
                continue
            # a fixed identifier, or the requests could not be compared
            if "--" not in one:
                one += ["--request-id", f"R{len(made)}"]
            made.append(one)
        return made

    def observe(self, function):
        before = len(self.peer.requests)
        stdout, code = function()
        return self.peer.requests[before:], stdout, code

    def by_argv(self, words):
        result = self.run_program("-p", "t", *words)
        return result.stdout, result.code

    def by_run(self, rng, words):
        line = " ".join(quote(rng, word) for word in words)
        result = self.run_program("-p", "t", "run", "-", stdin=line + "\n")
        return result.stdout, result.code

    def compare(self, number, words, seed, one, other, what):
        with self.subTest(seed=seed, number=number, words=words):
            names = ("requests on the wire", "stdout", "exit code")
            for name, left, right in zip(names, one, other):
                self.assertEqual(left, right, f"{name}: argv, then {what}")

    def assert_varied(self, codes, requests):
        """The lists are no good if they all fail or all pass."""
        self.assertGreater(codes[0], sum(codes.values()) // 6, codes)
        self.assertGreater(codes[2], sum(codes.values()) // 10, codes)
        self.assertGreater(requests, sum(codes.values()) // 6)

    def check_run(self, seed, count):
        rng, codes, requests = random.Random(seed), Counter(), 0
        for number, words in enumerate(self.lists(count, seed, lists_too=False)):
            one = self.observe(lambda w=words: self.by_argv(w))
            if self.is_fixed(one[0]):
                self.compare(number, words, seed, one, self.observe(lambda w=words: self.by_run(rng, w)), "run")
            codes[one[2]] += 1
            requests += len(one[0])
        self.assert_varied(codes, requests)

    def is_fixed(self, requests):
        """Without a UUID made by chance, as `echo` without a text has one."""
        return not any(UUID.search(request) for request in requests)

    def test_argv_and_run(self):
        self.check_run(SEED, THROUGH_RUN // 2)

    def test_argv_and_run_more(self):
        self.check_run(SEED + 1, THROUGH_RUN // 2)

    def test_lines_of_a_script_keep_apart(self):
        """What one line sets is not left over for the next: all of them in one script give what they give alone."""
        lines, wanted = [], b""
        rng = random.Random(SEED + 2)
        for words in self.lists(160, SEED + 2, lists_too=False):
            requests, stdout, code = self.observe(lambda w=words: self.by_argv(w))
            if code == 0 and self.is_fixed(requests):
                lines.append(" ".join(quote(rng, word) for word in words))
                wanted += stdout
        self.assertGreater(len(lines), 20)
        result = self.run_program("-p", "t", "run", "-", stdin="\n".join(lines) + "\n")
        self.assert_code(result, 0)
        self.assertEqual(result.stdout, wanted)

    # ---- the shell

    def by_shell(self, shell, rng, number, words):
        """The line with its stdout in a file, then `status` in another, which is complete when it ends in a brace."""
        out, status = self.home / f"out{number}", self.home / f"status{number}"
        line = " ".join(quote(rng, word) for word in words)
        shell.send(f"{line} > {out}\nstatus -o json > {status}\n")
        shell.wait_until(lambda: status.exists() and status.read_text().endswith("}\n"), f"status of {line}")
        shell.seen = shell.seen[-2000:]
        return out.read_bytes(), json.loads(status.read_text())["exit_code"]

    def test_argv_and_shell(self):
        rng, codes, requests = random.Random(SEED + 3), Counter(), 0
        shell = Typed(self, program.command_line(["-p", "t"]), size=(24, 80))
        shell.wait("test:t> ")
        for number, words in enumerate(self.lists(THROUGH_SHELL, SEED + 3, lists_too=False)):
            one = self.observe(lambda w=words: self.by_argv(w))
            codes[one[2]] += 1
            requests += len(one[0])
            if not self.is_fixed(one[0]):
                continue
            self.compare(number, words, SEED + 3, one,
                         self.observe(lambda w=words, n=number: self.by_shell(shell, rng, n, w)), "shell")
        shell.send("quit\n")
        self.assertEqual(shell.end(), 0)
        self.assert_varied(codes, requests)

    # ---- every command

    def test_every_command_as_its_help_shows_it(self):
        """Not by chance: each command once, with what it needs."""
        needed = {"text": "hi", "id": "ENT-1001", "method": "GET", "path": "/v1/echo/x", "topic": "exit-codes", "name": "t",
                  "shell": "bash", "file": "", "command": "echo"}
        rng = random.Random(SEED)
        for number, command in enumerate(self.table):
            if command["name"] in NEVER_ALIKE | LEFT_OUT | {"commands"}:
                continue
            words = command["name"].split() + [needed.get(a["name"], "x") for a in command["arguments"] if needed.get(a["name"], "x")]
            words += ["--request-id", "R1"]
            words += ["--product-key", "A"] if command["name"] == "entitlement update" else []
            one = self.observe(lambda w=words: self.by_argv(w))
            if self.is_fixed(one[0]):
                self.compare(number, words, SEED, one, self.observe(lambda w=words: self.by_run(rng, w)), "run")

    def test_version_and_help_as_lines(self):
        for words in (["--version"], ["-V"], ["-Vv"], ["-V", "-o", "json"], ["entitlement", "get", "--help"], ["--help", "echo"],
                      ["entitlement"], ["entitlement", "get"]):
            one = self.observe(lambda w=words: self.by_argv(w))
            self.compare(0, words, SEED, one, self.observe(lambda w=words: self.by_run(random.Random(1), w)), "run")
