# SPDX-License-Identifier: GPL-3.0-or-later
"""
The table that README.md shows: each row a fault, with what a read and a change make of it, and the sentence for people.

The codes and the numbers of requests are promises: they stand in the row. The sentences are recorded: REGEN=1 rewrites
them, and the review is the diff.
"""

import concurrent.futures
import fcntl
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from safety.common import CHANGE, READ, Origin, SafetyCase, wait_until

README = Path(__file__).with_name("README.md")
CALLS = {"read": READ, "change": CHANGE}
DOUBT = "the outcome is unknown, the change is perhaps applied: "
HEAD = ["| what happens | by | read | change | what is said | what to do |", "|---|---|---|---|---|---|"]

# what becomes of it, with one retry allowed and no trust in idempotency: (exit code, requests seen) of a read, of a change
FINE = (0, 1), (0, 1)
NOTHING = (9, 0), (9, 0)  # not sent
CONFIG = (3, 0), (3, 0)
BROKEN = (5, 2), (10, 1)  # no whole reply
UNUSABLE = (5, 1), (10, 1)  # a whole reply: asking again would give the same


@dataclass
class Place:
    """Where a call goes: the URL, more words, more of the environment, and how many requests came there."""
    url: str
    words: tuple = ()
    env: dict = field(default_factory=dict)
    seen: object = None
    check: object = None  # (result): what else has to be so


@dataclass
class Row:
    section: str
    how: str
    who: str
    cells: tuple
    make: object


ROWS = []


def row(section, how, who, cells):
    """Makes a row of a function that builds its server for a test: (case) → Place."""
    def add(make):
        ROWS.append(Row(section, how, who, cells, make))
        return make
    return add


def raw(case, script, *words):
    """A socket of ours that does what the script says; the request is read first."""
    origin = Origin(script)
    case.addCleanup(origin.__exit__)
    return Place(origin.url, words, seen=lambda: len(origin.requests))


def saying(section, how, cells, data, *words):
    """A row whose server says these bytes, whatever the request, and closes."""
    def script(connection, _number):
        connection.read()
        connection.send(data)
    row(section, how, "raw socket", cells)(lambda case: raw(case, script, *words))


def neutral(text, case):
    """Without what is different in each run."""
    text = (text or "").replace(str(case.home), "~")
    text = re.sub(r"(?<=[0-9a-z\]]:)\d{4,5}\b", "PORT", text)
    return re.sub(r"/v1/entitlement/(suspend/)?ENT-1001", "/PATH", text).replace("|", "\\|")


class MatrixCase(SafetyCase):
    def setUp(self):
        super().setUp()
        self.profiles(test="retries = 1;", more="defaults = { timeout = 20; };")  # what waits for a time-out names its own

    def cell(self, each, call):
        place = each.make(self)
        state = self.home / f"state {each.section} {each.how} {each.who} {call}".replace("/", " ")
        result = self.run_program("-p", "t", "--base-url", place.url, "--error-format", "json", "--trace", f"{state} trace",
                                  *place.words, *CALLS[call], env={"BANGOCTL_STATE_DIR": str(state), **place.env})
        return place, result

    def check_cell(self, each, call, code, requests):
        """Returns the cell, what is said, and what to do."""
        place, result = self.cell(each, call)
        name = f"{each.section}: {each.how} ({each.who}), {call}\n{result}"
        self.assertEqual(result.code, code, name)
        if place.seen and requests is not None:
            wait_until(lambda: place.seen() >= requests, 20)
            self.assertEqual(place.seen(), requests, f"requests seen: {name}")
        if place.check:
            place.check(result)
        cell = f"{code} · {'–' if requests is None or not place.seen else requests}"
        if not code:
            return cell, "", ""
        self.assertEqual(result.stdout, b"", name)
        error = [line for line in result.err.splitlines() if line.startswith('{"error"')][0]
        message, hint = json.loads(error)["error"]["message"], json.loads(error)["error"]["hint"]
        self.assertFalse(re.search(r"[^ -~]", message), name)
        said = message.partition(": ")[2] if message.startswith("entitlement ") else message
        if code == 10:
            self.assertTrue(said.startswith(DOUBT), name)
            self.assertIn("reconcile --request-id", hint, name)
            return cell, neutral(said.removeprefix(DOUBT), self), None
        return cell, neutral(said, self), neutral(hint, self)

    def check_row(self, each):
        (read, said, advice), (change, said_too, advice_too) = (self.check_cell(each, call, *cell) for call, cell in zip(CALLS, each.cells))
        self.assertEqual(said, said_too, f"{each.how}: a change is told another reason")
        if advice_too is not None:
            self.assertEqual(advice, advice_too, each.how)
        return "| " + " | ".join([each.how, each.who, read, change, said or "–", advice or "–"]) + " |"

    def check_section(self, section):
        rows = [each for each in ROWS if each.section == section]
        lines = []
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for each, future in [(each, pool.submit(self.check_row, each)) for each in rows]:
                with self.subTest(fault=(each.section, each.how, each.who)):
                    lines.append(future.result())
        if os.environ.get("REGEN"):
            write_section(section, lines)
        recorded = sections(README.read_text()).get(section, [])
        for line in lines:
            self.assertIn(line, recorded, "REGEN=1 tests/run faults -k matrix records it")
        if len(lines) == len(rows):
            self.assertEqual(lines, recorded)


def sections(text):
    """The rows of each section."""
    found = {}
    for part in text.split("\n## ")[1:]:
        title, _, rest = part.partition("\n")
        found[title] = [line for line in rest.splitlines() if line.startswith("| ")][1:]
    return found


def write_section(section, lines):
    """Rewrites one section; other processes may be at the others."""
    with open(README, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        found = {**sections(text), section: lines}
        order = list(dict.fromkeys(each.section for each in ROWS))
        file.seek(0)
        file.truncate()
        file.write("\n".join([text.partition("\n## ")[0].rstrip("\n"), *(
            "\n".join(["", f"## {title}", "", *HEAD, *found[title]]) for title in order if title in found)]) + "\n")
