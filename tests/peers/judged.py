# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with peers share: the document, a stricter form of it, and a call of each of its operations."""

import json

from blackbox import ROOT, Case
from blackbox.merchant import resolve

DOCUMENT = ROOT / "src/contract/server-api.yaml"
IDS = [f"ENT-{number}" for number in range(1001, 1013)] + ["NOPE"]
MORE_WORDS = {"updateEntitlement": ["--product-key", "X"]}  # an update without a field is refused
FITTING = {"PENDING": "ENT-1003", "SUSPENDED": "ENT-1004"}  # for calls that do not begin at ACTIVE


def closed_schema(document, schema):
    """The schema in one piece, its objects closed where they say nothing of further members."""
    schema = dict(resolve(document, schema))
    merged = {}
    for part in [closed_schema(document, part) for part in schema.pop("allOf", [])] + [schema]:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = merged.get("required", []) + part.get("required", [])
        merged = {**merged, **part, **({"properties": properties} if properties else {}), **({"required": required} if required else {})}
    if "items" in merged:
        merged["items"] = closed_schema(document, merged["items"])
    if "properties" in merged:
        merged["properties"] = {name: closed_schema(document, value) for name, value in merged["properties"].items()}
        merged.setdefault("additionalProperties", False)
    return merged


def closed(document):
    """The document with all bodies closed: as it stands it allows more members, and a misspelt one would pass for one."""
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] = {status: dict(resolve(document, reply)) for status, reply in operation["responses"].items()}
            for holder in [operation.get("requestBody", {}), *operation["responses"].values()]:
                holder["content"] = {media: {**content, "schema": closed_schema(document, content["schema"])}
                                     for media, content in holder.get("content", {}).items()}
    return document


class Operation:
    """One operation of the document, as the program prints it."""

    def __init__(self, path, value):
        self.id, self.about = value["operationId"], value["x-bangoctl"]
        self.has_id = "{entitlementId}" in path
        self.reads = self.about["effect"] == "read"
        self.statuses = sorted(int(status) for status in value["responses"])

    def words(self, entitlement=None):
        """The command for one entitlement; without one, for one whose status allows the change."""
        entitlement = entitlement or FITTING.get(self.about.get("from", [""])[0], "ENT-1001")
        return [*self.about["command"].split(), *[entitlement] * self.has_id, *MORE_WORDS.get(self.id, [])]


class DocumentCase(Case):
    def operations(self):
        document = self.run_program("contract", "export").json
        return [Operation(path, value) for path, methods in document["paths"].items() for value in methods.values()]

    def closed_document(self):
        return self.write("closed.json", json.dumps(closed(self.run_program("contract", "export").json)))

    def call(self, url, *words, **options):
        """Runs a command of profile sandbox against a server, which is asked once."""
        return self.run_program("-p", "sandbox", "--base-url", url, "--retries", "0", *words, **options)

    def in_every_status(self, url, check):
        """Each operation on each entitlement of the book and on one that there is not; `check` gets the results."""
        codes = set()
        for operation in self.operations():
            self.assert_code(self.run_program("sandbox", "reset"), 0)
            for entitlement in IDS if operation.has_id else [None]:
                with self.subTest(operation=operation.id, entitlement=entitlement):
                    result = self.call(url, *operation.words(entitlement))
                    check(result)
                    codes.add(result.code)
        self.assertEqual(codes, {0, 4, 6}, "done, refused, not found")
