# SPDX-License-Identifier: GPL-3.0-or-later
"""
What the tests of bulk share: rows, jobs, journals read without the program, a server and what it did.

The server's deeds are read over HTTP by a client of our own, or come from the log of a relay before it; none of it is
what bangoctl says of them.
"""

import base64
import collections
import email.utils
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from blackbox import Peer, json_answer, program
from safety.common import WithServer, entitlement, free_port, request_id, wait_until

__all__ = ["FIRST", "BulkCase", "Journal", "Relay", "Shop", "entitlement", "free_port", "wait_until"]
FIRST = 2000  # the number of the first entitlement; see safety.common.entitlement: even ones are active


class Journal:
    """A journal, read line by line."""

    def __init__(self, path):
        self.path = Path(path)
        self.lines = [json.loads(line) for line in self.path.read_bytes().split(b"\n")[:-1]]
        self.header = self.lines[0]
        self.intents, self.results = collections.defaultdict(list), collections.defaultdict(list)
        self.open = {}
        for line in self.lines[1:]:
            row = line["row"]
            if "outcome" in line:
                self.results[row].append(line)
                self.open.pop(row, None)
            elif "again" in line:
                self.open.pop(row, None)
            else:
                self.intents[row].append(line)
                self.open[row] = line

    def outcomes(self):
        """Row → its outcome, where it has one."""
        return {row: lines[-1]["outcome"] for row, lines in self.results.items()}

    def counts(self):
        return collections.Counter(self.outcomes().values())


class Relay:
    """relay.py before a server: a process of its own."""

    def __init__(self, case, port, strip=False):
        self.log = case.home / f"relay-{port}.ndjson"
        words = [sys.executable, str(Path(__file__).with_name("relay.py")), str(port), str(self.log)] + ["strip"] * strip
        self.process = program.start(words, case.home, case.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        case.addCleanup(self.stop)
        self.url = self.process.stdout.readline().decode().strip()

    def stop(self):
        program.end_group(self.process)
        self.process.stdin.close()
        self.process.stdout.close()

    @property
    def changes(self):
        """The changes that came whole, in their order."""
        lines = [json.loads(line) for line in self.log.read_bytes().splitlines()] if self.log.exists() else []
        return [line for line in lines if line["method"] != "GET"]


class Shop(Peer):
    """
    A server of entitlements, all of them active at first, that does what `hook(shop, method, target, number)` says with
    the number-th request: None: as asked, bytes: this answer instead, "hang": no answer, a number: as asked so many
    seconds later. `seen` lists the requests: (monotonic time, method, target).
    """
    AFTER = {"suspend": "SUSPENDED", "resume": "ACTIVE", "cancel": "CANCELLED"}

    def __init__(self, hook=None):
        self.hook, self.seen, self.lock = hook or (lambda *_: None), [], threading.Lock()
        self.late, self.done = [], []  # `done`: (target, identifier) of each change that was applied
        self.statuses = collections.defaultdict(lambda: "ACTIVE")
        self.updated = collections.defaultdict(lambda: "2026-01-01T00:00:00Z")
        self.applied = collections.Counter()
        super().__init__(self.serve)

    def apply(self, verb, target, identifier):
        with self.lock:
            self.done.append((target, identifier))
            self.statuses[target] = self.AFTER[verb]
            self.updated[target] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.applied[target] += 1

    def serve(self, connection, _number):
        while request := connection.read():
            method, path, _ = request.decode().split(" ", 2)
            verb, target = path.split("/")[-2:]
            identifier = request_id(request)
            with self.lock:
                self.seen.append((time.monotonic(), method, target))
                number = len(self.seen)
            answer = self.hook(self, method, target, number)
            if answer == "hang":
                connection.hold()
                return
            if isinstance(answer, (int, float)):
                self.late.append(threading.Timer(answer, self.apply, (verb, target, identifier)))
                self.late[-1].start()
                connection.hold()
                return
            if answer is None and method != "GET":
                self.apply(verb, target, identifier)
            record = {"responseCode": "OK", "responseMessage": "Success", "entitlementId": target, "status": self.statuses[target],
                      "dateLastUpdated": self.updated[target]}
            connection.send(answer or json_answer(record, headers=[f"Date: {email.utils.formatdate(usegmt=True)}"]))

    def __exit__(self, *reason):
        super().__exit__(*reason)
        self.settle()

    def settle(self):
        """Until all that comes late has come."""
        for timer in self.late:
            timer.join()

    def times(self, target=None):
        """When changes came, of that target or of all."""
        return [at for at, method, of in self.seen if method != "GET" and target in (None, of)]


class BulkCase(WithServer):
    """Profiles t and live as in the safety tests, and trusted, where an identifier has one effect only."""

    def profiles(self, url="http://127.0.0.1:1", more="defaults = { timeout = 3; };", extra=""):
        login = f'base_url = "{url}"; username = "sandbox"; password = "sandbox"; {extra}'
        self.config(f"""
            {more}
            profiles = {{
              t = {{ environment = "test"; {login} }};
              trusted = {{ environment = "test"; idempotency = "trusted"; {login} }};
              live = {{ environment = "live"; {login} }};
            }};""")

    @staticmethod
    def tell(text):
        """A figure for whoever asked for them with TIMES=1."""
        if os.environ.get("TIMES"):
            print(text, flush=True)

    # ---- input

    def actives(self, count):
        """So many of those that `seed(2 * count)` makes active."""
        return [f"ENT-{FIRST + 2 * i}" for i in range(count)]

    def csv(self, targets, name="rows.csv"):
        return self.write(name, "entitlementId\n" + "".join(f"{target}\n" for target in targets))

    # ---- jobs

    def job_words(self, profile, url, rows, *args, command="suspend", journal="job.ndjson"):
        """The words of a job that changes the rows; its journal is a file in the test's folder."""
        reason = ["--reason-code", "OTHER"] if command == "suspend" else []
        return ["-p", profile, "--base-url", url, "bulk", "entitlement", command, "--input", rows, "--journal", self.home / journal,
                *reason, *args]

    def resume_words(self, profile, url, *args, journal="job.ndjson"):
        return ["-p", profile, "--base-url", url, "bulk", "resume", self.home / journal, *args]

    def job(self, *args, **more):
        options = {name: more.pop(name) for name in ("env", "timeout", "tty", "stdin") if name in more}
        return self.run_program(*self.job_words(*args, **more), **options)

    def resume(self, *args, **more):
        options = {name: more.pop(name) for name in ("env", "timeout", "tty", "stdin") if name in more}
        return self.run_program(*self.resume_words(*args, **more), **options)

    def start(self, words, **more):
        """Begins a run that the test ends or awaits itself."""
        process = program.start(program.command_line(words), self.home, self.environment(more.pop("env", None)),
                                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **more})
        self.addCleanup(self.close, process)
        return process

    @staticmethod
    def close(process):
        program.end_group(process)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def journal(self, name="job.ndjson"):
        return Journal(self.home / name)

    # ---- the server's side

    def statuses(self, port, targets):
        """What the server says of these entitlements, read by a client of our own."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        login = {"Authorization": "Basic " + base64.b64encode(b"sandbox:sandbox").decode()}
        found = {}
        for target in targets:
            connection.request("GET", f"/v1/entitlement/{target}", headers=login)
            reply = connection.getresponse()
            found[target] = json.loads(reply.read())["status"]
        connection.close()
        return found

    def stored(self):
        """Entitlement → status, from the files of the server's store, whose last line for each counts."""
        folder = self.home / "server" / "sandbox"
        snapshot = json.loads((folder / "snapshot.json").read_bytes())
        lines = [*snapshot["state"], *(json.loads(line) for line in (folder / "log.ndjson").read_bytes().split(b"\n")[:-1])]
        records = [line["record"] for line in lines if line["generation"] == snapshot["generation"] and "record" in line]
        return {record["entitlementId"]: record["status"] for record in records}

    # ---- what must be so

    def check_job(self, applied, name="job.ndjson", rows=None, unknown=None):
        """
        Each row has one result, and none says what the server's book denies. `applied`: target → whether the server did
        it. `unknown`: how many rows may be unknown; None: any number.
        """
        journal = self.journal(name)
        rows = journal.header["input"]["rows"] if rows is None else rows
        self.assertEqual(len(journal.results), rows, "rows without a result")
        self.assertEqual({row: lines for row, lines in journal.results.items() if len(lines) != 1}, {}, "more than one result")
        for row, (line,) in journal.results.items():
            done, outcome = applied[line["target"]], line["outcome"]
            if outcome in ("ok", "accepted"):
                self.assertTrue(done, f"said to be done, and is not: {line} {journal.intents[row]}")
            elif outcome != "unknown":
                self.assertFalse(done, f"said not to be done, and is: {line} {journal.intents[row]}")
        if unknown is not None:
            self.assertLessEqual(journal.counts()["unknown"], unknown, journal.counts())
        return journal

    def check_reconcile(self, profile, url, applied):
        """Reading back all that is unknown in the log never contradicts the server. The verdicts, counted."""
        result = self.run_program("-p", profile, "--base-url", url, "--timeout", "0.2", "reconcile", "-o", "json", timeout=100)
        self.assertIn(result.code, (0, 10), result)
        verdicts = {row["target"]: row["verdict"] for row in result.json}
        for target, verdict in verdicts.items():
            if verdict != "unknown":
                self.assertEqual(verdict == "applied", applied[target], f"{target}: {verdict}")
        return collections.Counter(verdicts.values())

    @staticmethod
    def target_of(change):
        return re.search(r"ENT-\d+", change["path"]).group()
