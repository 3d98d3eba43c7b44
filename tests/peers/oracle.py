# SPDX-License-Identifier: GPL-3.0-or-later
"""
OpenAPI 3 and Swagger 2 read with other eyes than the program's: which operations a document has, what they need, and
which request comes of which values. Knows only what the tests ask.
"""

import json
import re
from urllib.parse import quote

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
OWN_HEADERS = ("accept", "content-type", "authorization", "x-requestidentifier", "content-length", "host", "user-agent")


class NoSample(Exception):
    """A value of such a schema cannot be made here."""


class Document:
    def __init__(self, root):
        self.root = root
        self.version = root.get("openapi") or root.get("swagger")
        self.old = self.version.startswith("2")

    def resolve(self, node):
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            target = self.root
            for token in node["$ref"].removeprefix("#/").split("/"):
                target = target[token.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def schema(self, schema):
        """The schema as one object: what stands outside wins over what it is made of."""
        schema = self.resolve(schema) or {}
        if "allOf" not in schema:
            return schema
        whole = {"properties": {}, "required": []}
        for part in [schema, *map(self.schema, schema["allOf"])]:
            for key, value in part.items():
                if key == "properties":
                    whole["properties"] = {**value, **whole["properties"]}
                elif key == "required":
                    whole["required"] = whole["required"] + value
                elif key != "allOf":
                    whole.setdefault(key, value)
        return whole

    def operations(self):
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield Operation(self, method.upper(), path, item, item[method])


class Operation:
    def __init__(self, document, method, path, item, operation):
        self.document, self.method, self.path, self.operation = document, method, path, operation
        own = [document.resolve(parameter) for parameter in operation.get("parameters", [])]
        names = {(parameter["in"], parameter["name"]) for parameter in own}
        shared = [document.resolve(parameter) for parameter in item.get("parameters", [])]
        self.parameters = [parameter for parameter in shared if (parameter["in"], parameter["name"]) not in names] + own

    def of(self, place):
        return [parameter for parameter in self.parameters if parameter["in"] == place and
                not (place == "header" and parameter["name"].lower() in OWN_HEADERS)]

    def required(self):
        """(place, wire name) of the parameters without which there is no request."""
        return {(place, parameter["name"]) for place in ("path", "query", "header") for parameter in self.of(place)
                if place == "path" or parameter.get("required")}

    def bodies(self):
        """Content type → schema of the request's body."""
        if self.document.old:
            types = self.operation.get("consumes", self.document.root.get("consumes", ["application/json"]))
            return {name: self.document.schema(body["schema"]) for body in self.of("body") for name in types}
        content = self.document.resolve(self.operation.get("requestBody", {})).get("content", {})
        return {name: self.document.schema(media.get("schema", {})) for name, media in content.items()}

    def json_body(self):
        """The schema of the body's JSON form, or None."""
        return next((schema for name, schema in self.bodies().items() if re.search(r"[/+]json\b", name)), None)

    def has_other_body(self):
        """Whether there is a body, and no JSON form of it."""
        return bool(self.of("formData") or (self.bodies() and self.json_body() is None))

    def schema_of(self, parameter):
        schema = self.document.schema(parameter["schema"]) if "schema" in parameter else parameter
        return {**schema, "items": self.document.schema(schema.get("items"))} if type_of(schema) == "array" else schema

    def pairs(self, parameter, values):
        """The pairs of the query that these values of an array, or this one value, become."""
        name = parameter["name"]
        if type_of(self.schema_of(parameter)) != "array":
            return [(name, values[0])]
        if self.document.old:
            separator = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|"}.get(parameter.get("collectionFormat", "csv"))
        else:
            style = parameter.get("style", "form")
            joined = not parameter.get("explode", style == "form")
            separator = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}[style] if joined else None
        return [(name, separator.join(values))] if separator else [(name, value) for value in values]

    def target(self, values):
        """The path with these values in its holes."""
        return re.sub(r"\{([^}]*)\}", lambda hole: quote(values[hole[1]], safe=""), self.path)


def type_of(schema):
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    return kind or ("object" if "properties" in schema else "string" if "enum" in schema else None)


def sample_text(schema):
    fixed = {"date-time": "2030-01-31T12:00:00Z", "date": "2030-01-31", "uuid": "00000000-0000-4000-8000-000000000001",
             "email": "a@x.example", "uri": "https://x.example/a", "ipv4": "192.0.2.1"}
    text = fixed.get(schema.get("format"), "a b+ü")
    text += "x" * (schema.get("minLength", 0) - len(text))
    if "pattern" in schema or len(text) > schema.get("maxLength", len(text)):
        known = [text for text in (schema.get("example"), schema.get("default")) if isinstance(text, str) and
                 schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)) and re.search(schema.get("pattern", ""), text)]
        if not known:
            raise NoSample("a pattern, or a short text")
        text = known[0]
    return text


def sample_number(schema):
    if "multipleOf" in schema or isinstance(schema.get("exclusiveMaximum"), (int, float)):
        raise NoSample("an odd number")
    least = max(schema.get("minimum", 2), schema.get("exclusiveMinimum", 0) + 1)
    return int(min(least, schema.get("maximum", least)))


def sample(document, schema, depth=0):
    """A value that fits the schema, with no more than what is required."""
    schema = document.schema(schema)
    if depth > 8:
        raise NoSample("a deep schema")
    if any(key in schema for key in ("oneOf", "anyOf", "not", "if")):
        raise NoSample("alternatives")
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return next(value for value in schema["enum"] if value is not None)
    kind = type_of(schema)
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return sample_number(schema)
    if kind == "string":
        return sample_text(schema)
    if kind == "array":
        return [sample(document, schema.get("items", {}), depth + 1)] * max(schema.get("minItems", 1), 1)
    if kind != "object":
        raise NoSample("no type")
    properties = {name: document.schema(part) for name, part in schema.get("properties", {}).items()}
    writable = [name for name, part in properties.items() if not part.get("readOnly")]
    names = [name for name in schema.get("required", []) if name in writable or name not in properties]
    names += [name for name in writable if name not in names][:max(schema.get("minProperties", 0) - len(names), 0)]
    return {name: sample(document, properties.get(name, {"type": "string"}), depth + 1) for name in names}


def as_word(value):
    """A value as it is typed."""
    return value if isinstance(value, str) else json.dumps(value)
