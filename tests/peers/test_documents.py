# SPDX-License-Identifier: GPL-3.0-or-later
"""
Documents that companies publish in packages of npm: the reader makes commands of them all, loses no operation, makes
the same of YAML and of JSON, and the requests are those that the document asks for. The table in README.md is checked;
REGEN=1 writes it anew.
"""

import collections
import functools
import json
import os
import random
import re
import subprocess
import unicodedata
from pathlib import Path
from urllib.parse import parse_qsl

from blackbox import Case
from blackbox.peers import MODULES, need_node

import oracle

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
BASE = "/base"
SAMPLE = 60  # calls of each document

DOCUMENTS = {
    "GitHub": ("@octokit/openapi", "generated/api.github.com.json"),
    "Okta": ("@okta/openapi", "dist/spec.yaml"),
    "ShipEngine": ("shipengine-openapi", "openapi.yaml"),
    "ShipEngine, without references": ("shipengine-openapi", "openapi.json"),
    "Figma": ("@figma/rest-api-spec", "openapi/openapi.yaml"),
    "Rclone": ("rclone-openapi", "openapi.yaml"),
    "Decentraland": ("@dcl/catalyst-api-specs", "lib/api.yaml"),
    "Digdir": ("@digdir/dialogporten-schema", "swagger.verified.json"),
}


def convert(form, path):
    """The document in the other form, by a library that is not ours."""
    return subprocess.run(["node", HERE / "convert.js", form, path], capture_output=True, check=True).stdout


@functools.cache
def read(path):
    return oracle.Document(json.loads(convert("json", path)))


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


def kind_of(message):
    """A problem without the names that differ from place to place."""
    message = re.sub(r"^[a-z0-9. -]+: ", "", message)
    message = re.sub(r"\b(description of|example reply has no array|without values:) \S+", r"\1 …", message)
    return re.sub(r'"[^"]*"|\{[^}]*\}', "…", message)


class Published:
    """What holds for each of the documents; the classes below are made of it."""

    company = None

    def setUp(self):
        super().setUp()
        package, name = DOCUMENTS[self.company]
        self.folder = MODULES / package
        self.path = self.folder / name
        need_node(package, "yaml")
        self.document = read(self.path)
        self.operations = list(self.document.operations())

    def with_document(self, *words):
        result = self.run_program("--contract", self.path, *words)
        self.assert_code(result, 0)
        return result

    def problems(self):
        result = self.run_program("contract", "check", self.path, "-o", "json")
        self.assert_code(result, 0)
        self.assertIn(f": {len(self.table())} operations, ", result.err)
        return result.json if result.out else []

    def table(self):
        return [row for row in self.with_document("commands", "-o", "json").json if row["method"]]

    def calls(self):
        """The operations that are commands, each with its row of the table."""
        rows = {(row["method"], row["path"]): row for row in self.table()}
        return [(operation, rows[operation.method, operation.path]) for operation in self.operations
                if (operation.method, operation.path) in rows]

    # ---- the tests

    def test_every_operation_is_one_command(self):
        table = self.table()
        made = [(row["method"], row["path"]) for row in table]
        wanted = [(operation.method, operation.path) for operation in self.operations]
        self.assertEqual([call for call in made if call not in wanted or made.count(call) > 1], [])
        pointers = [problem["pointer"] for problem in self.problems()]
        for method, path in set(wanted) - set(made):  # what is left out is named, and is odd: a query in the path
            self.assertIn("?", path)
            self.assertIn("/paths/" + path.replace("~", "~0").replace("/", "~1"), " ".join(pointers))
        names = collections.Counter(row["name"] for row in table)
        self.assertEqual([name for name, count in names.items() if count > 1], [])

    def test_what_is_required_can_be_given(self):
        for operation, row in self.calls():
            given = {(arg["in"], arg["wire"]): arg["required"] for arg in row["arguments"] + row["options"]}
            with self.subTest(command=row["name"]):
                for required in operation.required():
                    self.assertIs(given.get(required), True, required)
                for place in ("path", "query", "header"):
                    for parameter in operation.of(place):
                        self.assertIn((place, parameter["name"]), given)

    def test_help(self):
        """Of all commands in one process: it opens, fits where it can be broken, and steers no terminal."""
        table = self.table()
        script = self.write("script", "".join(f"{row['name']} --help\n" for row in table))
        text = self.with_document("run", script).stdout.decode("utf-8")
        self.assertEqual(text.count('\nOptions for every command: "bangoctl help options".\n'), len(table))
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        wide = [line for line in text.splitlines() if width(line) > 80 and len(line.split()) > 1]
        self.assertEqual([line for line in wide if not re.match(r"      --\S+ \S+$", line)], [], "an option's name cannot be broken")

    def test_yaml_and_json_are_one(self):
        seen = set()
        for text in (self.path.read_bytes(), convert("json", self.path), convert("yaml", self.path)):
            path = self.write("document", text)
            for _ in range(2):  # the second reading is one of the copy that is kept
                table = self.run_program("--contract", path, "commands", "-o", "json")
                self.assert_code(table, 0)
                check = self.run_program("contract", "check", path, "-o", "json")
                problems = json.loads(check.out or "[]")  # the lines differ, and JSON has none
                seen.add((table.stdout, json.dumps([{**problem, "line": None} for problem in problems])))
        self.assertEqual(len(seen), 1)

    def test_requests(self):
        calls = self.calls()
        chosen = random.Random(1).sample(calls, min(SAMPLE, len(calls)))
        tried = 0
        for operation, row in chosen:
            try:
                words, wanted = call(operation, row)
            except oracle.NoSample:
                continue
            tried += 1
            with self.subTest(command=row["name"], words=words):
                result = self.run_program("-q", "-n", "-p", "sandbox", "--base-url", f"https://x.example{BASE}", "--contract", self.path,
                                          *row["name"].split(), *words)
                self.assert_code(result, 0)
                self.assertEqual(parse(result.out), wanted)
        self.assertGreater(tried, len(chosen) * 0.6, "too few calls could be made up")

    def test_readme(self):
        """The row of the table, so far as it can be counted again."""
        package, name = DOCUMENTS[self.company]
        version = json.loads((self.folder / "package.json").read_text())["version"]
        kinds = collections.Counter(kind_of(problem["problem"]) for problem in self.problems())
        problems = "; ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0])))
        form = "JSON" if name.endswith(".json") else "YAML"
        row = (f"| {self.company} | `{package}` {version}: `{name}` | {form}, {self.path.stat().st_size / 1e6:.2f} MB "
               f"| {self.document.version} | {len(self.calls())} | {problems or 'none'} |")
        lines = README.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith(f"| {self.company} | `"))
        if os.environ.get("REGEN"):
            lines[at] = row
            README.write_text("\n".join(lines) + "\n")
        self.assertEqual(lines[at], row, "REGEN=1 tests/run -j 1 peers writes it anew")


def call(operation, row):
    """Words for a command, and the request that they must become."""
    names = {(arg["in"], arg["wire"]): arg["name"] for arg in row["arguments"] + row["options"]}
    if operation.has_other_body():
        raise oracle.NoSample("a body that is not JSON")
    holes = {parameter["name"]: text_of(operation, parameter) for parameter in operation.of("path")}
    words, query, headers = [], [], {}
    for place in ("query", "header"):
        for parameter in operation.of(place):
            if not parameter.get("required") and not simple(operation, parameter):
                continue
            values = texts_of(operation, parameter)
            words += [f"--{names[place, parameter['name']]}={value}" for value in values]
            if place == "query":
                query += operation.pairs(parameter, values)
            else:
                headers[parameter["name"].lower()] = values[0]
    body = None
    if operation.json_body() is not None:
        body = oracle.sample(operation.document, operation.json_body())
        words += body_words(operation, names, body)
    words += ["--", *(holes[name] for name in re.findall(r"\{([^}]*)\}", operation.path))]
    path, _, more = operation.target(holes).partition("?")  # some have a query in the path
    return words, (operation.method, BASE + path, sorted(query + parse_qsl(more)), body)


def body_words(operation, names, body):
    """Plain members as options, the others by --body."""
    rest = body
    words = []
    if isinstance(body, dict):
        schema = operation.json_body()
        plain = {name: value for name, value in body.items() if isinstance(value, (str, int)) and ("body", name) in names and "." not in name
                 and oracle.type_of(operation.document.schema(schema["properties"].get(name, {}))) in ("string", "integer", "number", "boolean")}
        words = [f"--{names['body', name]}={oracle.as_word(value)}" for name, value in plain.items()]
        rest = {name: value for name, value in body.items() if name not in plain}
    return words + ([f"--body={json.dumps(rest)}"] if rest or not words else [])


def simple(operation, parameter):
    """An optional parameter that every program could be asked for."""
    schema = operation.schema_of(parameter)
    return parameter["in"] == "query" and oracle.type_of(schema) in ("string", "integer", "boolean", "array", "number") and not set(schema) & {"pattern", "oneOf", "anyOf"}


def texts_of(operation, parameter):
    value = oracle.sample(operation.document, operation.schema_of(parameter))
    if isinstance(value, dict) or "content" in parameter:
        raise oracle.NoSample("an object")
    return [oracle.as_word(item) for item in value * (2 if parameter["in"] == "query" else 1)] if isinstance(value, list) else [oracle.as_word(value)]


def text_of(operation, parameter):
    if oracle.type_of(operation.schema_of(parameter)) == "array":
        raise oracle.NoSample("an array in the path")
    text = texts_of(operation, parameter)[0]
    if "/" in text:
        raise oracle.NoSample("a slash in the path")
    return text


def parse(text):
    head, _, body = text.partition("\n\n")
    method, target, _ = head.split("\n")[0].split(" ")
    path, _, query = target.partition("?")
    return method, path, sorted(parse_qsl(query, keep_blank_values=True)), json.loads(body) if body.strip() else None


for COMPANY in DOCUMENTS:
    NAME = re.sub(r"\W+", " ", COMPANY).title().replace(" ", "")
    globals()[NAME] = type(NAME, (Published, Case), {"company": COMPANY, "__module__": __name__})
