# SPDX-License-Identifier: GPL-3.0-or-later
"""An invented merchant's document, and a command line for each of its operations, made of its own examples."""

import json

from .program import ROOT

DOCUMENT = ROOT / "tests/contract/streamly/subscriptions.yaml"
SWAGGER = ROOT / "tests/contract/streamly/plans-swagger.yaml"
KEY = "sandbox"


def config(url, environment="test", document=DOCUMENT, more=""):
    """A config file with one profile, `acme`, which speaks to that URL as the document asks for."""
    return (f'profiles = {{ acme = {{ environment = "{environment}"; base_url = "{url}"; contract = "{document}"; '
            f'auth = "header"; auth_header = "X-Partner-Key"; username = "acme"; password = "{KEY}"; retries = 0; {more} }}; }};')


def resolve(document, value):
    while "$ref" in value:
        steps, value = value["$ref"].split("/")[1:], document
        for step in steps:
            value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


class Operation:
    """One operation: its row of `commands -o json`, and its node in the document."""

    def __init__(self, document, row):
        self.row, self.name, self.id = row, row["name"], row["operationId"]
        item = document["paths"][row["path"]]
        self.node = item[row["method"].lower()]
        parameters = [resolve(document, value) for value in item.get("parameters", []) + self.node.get("parameters", [])]
        self.examples = {value["name"]: value["example"] for value in parameters if "example" in value}
        body = self.node.get("requestBody", {}).get("content", {}).get("application/json", {})
        self.body = body.get("example")
        self.replies = {status: resolve(document, reply) for status, reply in self.node["responses"].items()}

    def value(self, argument):
        """The text of the example of an argument."""
        value = self.examples.get(argument["wire"])
        if argument["in"] == "body":
            value = self.body
            for step in argument["wire"].split("."):
                value = value[step]
        return value if isinstance(value, str) else json.dumps(value)

    def words(self, target=None):
        """The command with what it needs, for the record of the example or for this one."""
        words = self.name.split() + [target or self.value(argument) for argument in self.row["arguments"]]
        for option in self.row["options"]:
            if option["required"]:
                words += [f"--{option['name']}", self.value(option)]
        if self.body and not any(option["required"] and option["in"] == "body" for option in self.row["options"]):
            words += ["--body", json.dumps(self.body)]
        return words

    @property
    def success(self):
        """The status of the reply that goes well, and its example."""
        status = min(status for status in self.replies if status[0] == "2")
        return int(status), self.replies[status].get("content", {}).get("application/json", {}).get("example")


def operations(case, document=DOCUMENT):
    """All operations of the document, as the program sees them."""
    exported = case.run_program("--contract", document, "contract", "export", "-o", "json").json
    rows = case.run_program("--contract", document, "commands", "-o", "json").json
    return [Operation(exported, row) for row in rows if row["operationId"]]
