# SPDX-License-Identifier: GPL-3.0-or-later
"""`contract diff`: exactly what differs, operation by operation."""

import copy
import json
import re
import time

from blackbox import Case

SUSPEND = "/v1/entitlement/suspend/{entitlementId}"
GET = "/v1/entitlement/{entitlementId}"


def schema_of(document, path, method="post"):
    """The body's schema of an operation, made its own."""
    media = document["paths"][path][method]["requestBody"]["content"]["application/json"]
    while "$ref" in media["schema"]:
        target = document
        for step in media["schema"]["$ref"].split("/")[1:]:
            target = target[step]
        media["schema"] = copy.deepcopy(target)
    return media["schema"]


def stripped(value):
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items() if key != "x-bangoctl"}
    return [stripped(item) for item in value] if isinstance(value, list) else value


class Diff(Case):
    def setUp(self):
        super().setUp()
        self.built_in = self.run_program("contract", "export", "-o", "json").json

    def diff(self, document, *words):
        self.write("other.json", json.dumps(document))
        result = self.run_program("contract", "diff", "other.json", "-o", "json", *words)
        self.assert_code(result, 0)
        return result.json

    def only(self, change):
        """The one row that a change of the built-in document leads to, without what says where."""
        document = copy.deepcopy(self.built_in)
        change(document)
        rows = self.diff(document)
        self.assertEqual(len(rows), 1, rows)
        where = {key: rows[0].pop(key) for key in ("operation", "command", "method", "path")}
        return where, rows[0]

    def test_a_reply_whose_properties_are_none(self):
        document = copy.deepcopy(self.built_in)
        document["paths"][GET]["get"]["responses"]["200"] = {"description": "d", "content": {"application/json": {
            "schema": {"type": "object", "properties": "none"}}}}
        self.diff(document)
        self.assert_code(self.run_program("contract", "diff", "other.json", "other.json"), 0)

    def test_nothing(self):
        self.write("a.yaml", self.run_program("contract", "export", "-o", "yaml").out)
        self.write("a.json", json.dumps(self.built_in))
        for words in (["a.yaml"], ["a.json"], ["a.yaml", "a.json"], ["a.json", "a.yaml"]):
            with self.subTest(words=words):
                result = self.run_program("contract", "diff", *words, "-o", "table", "--exit-code")
                self.assert_code(result, 0)
                self.assertEqual(result.out, "")
                self.assertRegex(result.err, r"^bangoctl: no differences from \S+ to \S+\n$")
                self.assertEqual(self.run_program("contract", "diff", *words, "-o", "json", "-q").json, [])
        self.assertEqual(self.run_program("contract", "diff", "a.json", "-q", tty=True).out, "")

    def test_what_makes_no_difference(self):
        document = copy.deepcopy(self.built_in)
        document["paths"] = dict(reversed(document["paths"].items()))
        document["components"]["schemas"]["Unused"] = {"type": "object"}
        schema_of(document, SUSPEND)
        document["info"]["version"] = "9"
        for operation in document["paths"][SUSPEND].values():
            operation["x-bangoctl"]["evidence"] = {"documented": "elsewhere"}
            operation["x-bangoctl"]["examples"] = []
        self.assertEqual(self.diff(document), [])

    def test_descriptions_are_counted_only(self):
        document = copy.deepcopy(self.built_in)
        document["paths"][SUSPEND]["post"]["summary"] = "Something else"
        self.write("d.json", json.dumps(document))
        result = self.run_program("contract", "diff", "d.json", "--exit-code")
        self.assert_code(result, 0)
        self.assertEqual(result.json, [])
        self.assertIn("1 operation differs in the descriptions", result.err)

    def test_one_renamed_field_and_nothing_else(self):
        def rename(document):
            properties = schema_of(document, SUSPEND)["properties"]
            properties["why"] = properties.pop("reasonDescription")
        where, row = self.only(rename)
        self.assertEqual(where, {"operation": "suspendEntitlement", "command": "entitlement suspend", "method": "POST", "path": SUSPEND})
        self.assertEqual(row, {"change": "renamed", "what": "field", "field": "reasonDescription", "from": "reasonDescription", "to": "why",
                               "note": "body, --reason-description → --why"})
        text = self.run_program("contract", "diff", "other.json", "-o", "table").out
        self.assertEqual(text, "--- built-in\n+++ other.json\n\n"
                               f"entitlement suspend  POST {SUSPEND}\n"
                               "  ~ field       reasonDescription → why (body, --reason-description → --why)\n")

    def test_limits(self):
        def limit(**limits):
            return lambda d: schema_of(d, SUSPEND)["properties"].update(level={"type": "number", **limits})

        texts = {}
        for name, limits in {"both": {"minimum": 1, "maximum": 5}, "open": {"minimum": 1, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": True},
                             "upper": {"maximum": 5}}.items():
            document = copy.deepcopy(self.built_in)
            limit()(document)
            self.write("old.json", json.dumps(document))
            limit(**limits)(document)
            self.write("new.json", json.dumps(document))
            rows = self.run_program("contract", "diff", "old.json", "new.json", "-o", "json").json
            self.assertEqual([(row["what"], row["field"]) for row in rows], [("rules", "level")])
            texts[name] = rows[0]["to"]
        self.assertEqual(texts, {"both": "at least 1, at most 5", "open": "more than 1, less than 5", "upper": "at most 5"})

    def test_renamed_hole_is_a_renamed_field(self):
        def rename(document):
            operation = document["paths"][SUSPEND]["post"]
            parameter = document["components"]["parameters"]["EntitlementId"]
            operation["parameters"] = [{**parameter, "name": "id"}]
            document["paths"] = {path.replace("suspend/{entitlementId}", "suspend/{id}"): item for path, item in document["paths"].items()}
        where, row = self.only(rename)
        self.assertEqual((row["change"], row["what"], row["from"], row["to"]), ("renamed", "field", "entitlementId", "id"))

    def test_holes_in_another_order_are_another_path(self):
        for name, path in [("a.json", "/x/{a}/{b}"), ("b.json", "/x/{b}/{a}")]:
            self.write(name, json.dumps({"openapi": "3.0.3", "paths": {path: {"get": {"operationId": "x", "responses": {}}}}}))
        rows = self.run_program("contract", "diff", "a.json", "b.json").json
        self.assertEqual([(r["change"], r["what"], r["from"], r["to"]) for r in rows], [("moved", "path", "/x/{a}/{b}", "/x/{b}/{a}")])

    def test_each_kind(self):
        def post(document):
            return document["paths"][SUSPEND]["post"]

        def field(document, name="reasonDescription"):
            return schema_of(document, SUSPEND)["properties"][name]

        def put(target, **members):
            target.update(members)

        def place(document):
            del schema_of(document, SUSPEND)["properties"]["reasonDescription"]
            post(document)["parameters"].append({"name": "reasonDescription", "in": "query", "schema": {"type": "string"}})

        cases = [
            (lambda d: put(post(d), operationId="haltEntitlement"), ("renamed", "operationId", None, "suspendEntitlement", "haltEntitlement")),
            (lambda d: put(post(d)["x-bangoctl"], command="entitlement halt"), ("renamed", "command", None, "entitlement suspend", "entitlement halt")),
            (lambda d: put(d["paths"][SUSPEND], put=d["paths"][SUSPEND].pop("post")), ("moved", "method", None, "POST", "PUT")),
            (lambda d: put(d["paths"], **{"/v2/s/{entitlementId}": d["paths"].pop(SUSPEND)}), ("moved", "path", None, SUSPEND, "/v2/s/{entitlementId}")),
            (lambda d: put(post(d)["x-bangoctl"], danger="none"), ("changed", "danger", None, "moderate", "none")),
            (lambda d: put(post(d)["x-bangoctl"], effect="read", danger="moderate"), ("changed", "effect", None, "change", "read")),
            (lambda d: put(post(d)["x-bangoctl"], **{"from": ["ACTIVE", "PENDING"]}), ("changed", "from", None, ["ACTIVE"], ["ACTIVE", "PENDING"])),
            (lambda d: post(d)["x-bangoctl"].pop("to"), ("removed", "to", None, ["SUSPENDED"], None)),
            (lambda d: post(d)["x-bangoctl"].pop("from"), ("removed", "from", None, ["ACTIVE"], None)),
            (lambda d: put(post(d)["x-bangoctl"], columns=["status"]), ("changed", "columns", None,
                                                                       self.built_in["paths"][SUSPEND]["post"]["x-bangoctl"]["columns"], ["status"])),
            (lambda d: put(post(d)["requestBody"], required=True), ("changed", "body", None, "optional", "required")),
            (lambda d: put(field(d), type="integer"), ("changed", "type", "reasonDescription", "text", "integer")),
            (lambda d: put(schema_of(d, SUSPEND), required=["reasonDescription"]), ("changed", "required", "reasonDescription", "optional", "required")),
            (lambda d: put(field(d), default="none"), ("added", "default", "reasonDescription", None, "none")),
            (lambda d: put(field(d), nullable=True), ("added", "null", "reasonDescription", None, "allowed")),
            (lambda d: put(post(d), security=[{"k": []}]) or put(d["components"]["securitySchemes"], k={"type": "apiKey", "in": "header", "name": "X-K"}),
             ("changed", "auth", None, "basic", "header X-K")),
            (lambda d: put(post(d), security=[]), ("changed", "auth", None, "basic", "none")),
            (lambda d: schema_of(d, SUSPEND)["properties"].pop("reasonDescription"), ("removed", "field", "reasonDescription", "reasonDescription", None)),
            (lambda d: put(schema_of(d, SUSPEND)["properties"], more={"type": "integer"}), ("added", "field", "more", None, "more")),
            (place, ("moved", "place", "reasonDescription", "body", "query")),
            (lambda d: put(field(d), **{"x-bangoctl": {"name": "reason-text", "evidence": {"inferred": "x"}}}),
             ("renamed", "option", "reasonDescription", "--reason-description", "--reason-text")),
            (lambda d: d["paths"].pop(SUSPEND), ("removed", "operation", None, "POST " + SUSPEND, None)),
            (lambda d: put(d["paths"], **{"/v1/new": {"put": {"operationId": "n", "responses": {}}}}), ("added", "operation", None, None, "PUT /v1/new")),
            (lambda d: put(d, servers=[{"url": "https://x.example"}]), ("changed", "server", None, "https://resale.api.sandbox.bango.com", "https://x.example")),
        ]
        for change, expected in cases:
            with self.subTest(expected=expected):
                where, row = self.only(change)
                self.assertEqual((row["change"], row["what"], row["field"], row["from"], row["to"]), expected)
                text = self.run_program("contract", "diff", "other.json", "-o", "table").out
                sign = {"added": "+", "removed": "-"}.get(expected[0], "~")
                self.assertEqual(len(re.findall(rf"(?m)^  [-+~] ", text)), 1, text)
                self.assertRegex(text, rf"(?m)^  \{sign} ")

    def test_credentials_of_the_document_are_one_row(self):
        document = copy.deepcopy(self.built_in)
        for methods in document["paths"].values():
            for operation in methods.values():
                operation.pop("security", None)
        document["security"] = [{"t": []}]
        document["components"]["securitySchemes"] = {"t": {"type": "openIdConnect", "openIdConnectUrl": "https://x.example"}}
        self.assertEqual([(row["operation"], row["what"], row["from"], row["to"]) for row in self.diff(document)], [(None, "auth", "basic", "bearer")])

    def test_what_goes_out_otherwise(self):
        """The same names and types, and yet another request: lists, objects, forms, numbers, credentials."""
        def document(parameter=None, media="application/json", schema=None, **more):
            operation = {"operationId": "x", "responses": {}, "parameters": [parameter] if parameter else []}
            operation["requestBody"] = {"content": {media: {"schema": {"type": "object", "properties": {"n": schema or {"type": "string"}}}}}}
            return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"post": operation}},
                    "components": {"securitySchemes": {"k": {"type": "http", "scheme": "bearer"}}}, **more}
        items = {"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
        deep = {"name": "q", "in": "query", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
        cases = [(document(items), document({**items, "explode": False}), {"type"}),
                 (document(deep), document({**deep, "style": "deepObject"}), None),
                 (document(), document(media="application/x-www-form-urlencoded"), {"body"}),
                 (document(schema={"type": "string", "pattern": "^a$"}), document(schema={"type": "string", "pattern": "^b$"}), {"rules"}),
                 (document(schema={"type": "number", "minimum": 0.5}), document(schema={"type": "number", "minimum": 5.5}), {"rules"}),
                 (document(schema={"enum": [1, 2]}), document(schema={"enum": ["1", "2"]}), None),
                 (document(), document(security=[{"k": []}]), {"auth"})]
        for number, (first, second, what) in enumerate(cases):
            with self.subTest(number=number):
                a, b = self.write("a.json", json.dumps(first)), self.write("b.json", json.dumps(second))
                result = self.run_program("contract", "diff", a, b, "-o", "json", "--exit-code", "--error-format", "text")
                self.assert_code(result, 13)
                self.assertTrue(what is None or what <= {row["what"] for row in result.json}, result.json)
                self.assert_code(self.run_program("contract", "diff", a, a, "--exit-code"), 0)

    def test_values_and_limits(self):
        def document(**schema):
            return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {"operationId": "x", "responses": {}, "parameters": [
                {"name": "q", "in": "query", "schema": schema}]}}}}
        cases = [
            (document(type="string", enum=["A", "B", "C"]), document(type="string", enum=["C", "A", "D", "E"]),
             [("removed", "values", ["B"], None), ("added", "values", None, ["D", "E"])]),
            (document(type="string", enum=["A", "B"]), document(type="string", enum=["B", "A"]), []),
            (document(type="string"), document(type="string", enum=["A"]), [("changed", "type", "text", "choice"), ("added", "values", None, ["A"])]),
            (document(type="integer", minimum=1, maximum=9), document(type="integer", minimum=1, maximum=10), [("changed", "limits", "1..9", "1..10")]),
            (document(type="string", maxLength=5), document(type="string"), [("removed", "limits", "..5", None)]),
            (document(type="string", format="date"), document(type="string", format="date-time"), [("changed", "type", "date", "date-time")]),
            (document(type="array", items={"type": "string"}, minItems=2), document(type="array", items={"type": "string"}, maxItems=5),
             [("changed", "count", "2..", "..5")]),
            (document(type="array", items={"type": "string"}, maxItems=2), document(type="array", items={"type": "string"}), [("removed", "count", "..2", None)]),
            (document(type="integer"), document(type="array", items={"type": "integer"}), [("changed", "type", "integer", "integer list")]),
        ]
        for a, b, expected in cases:
            with self.subTest(expected=expected):
                self.write("a.json", json.dumps(a))
                self.write("b.json", json.dumps(b))
                rows = self.run_program("contract", "diff", "a.json", "b.json").json
                self.assertEqual([(r["change"], r["what"], r["from"], r["to"]) for r in rows], expected)

    def test_reply_fields(self):
        def change(document):
            properties = document["components"]["schemas"]["Entitlement"]["properties"]
            del properties["offerKey"]
            properties["fresh"] = {"type": "string"}
            properties["productKey"] = {"type": "integer"}
        document = copy.deepcopy(self.built_in)
        change(document)
        rows = [r for r in self.diff(document) if r["operation"] == "findEntitlements"]
        self.assertEqual([(r["change"], r["what"], r["field"], r["from"], r["to"]) for r in rows],
                         [("changed", "reply", "productKey", "string", "integer"), ("removed", "reply", None, ["offerKey"], None),
                          ("added", "reply", None, None, ["fresh"])])

    def test_lowered_danger_is_marked(self):
        where, row = self.only(lambda d: d["paths"]["/v1/entitlement/revoke/{entitlementId}"]["post"]["x-bangoctl"].update(danger="moderate"))
        self.assertEqual((row["from"], row["to"], row["note"]), ("severe", "moderate", "lowered"))
        self.assertIn("  ~ danger      severe → moderate (lowered)\n", self.run_program("contract", "diff", "other.json", "-o", "table").out)

    def test_all_that_is_lost_without_our_extension(self):
        lost = {(row["path"], row["what"]) for row in self.diff(stripped(self.built_in))}
        for path, methods in self.built_in["paths"].items():
            for operation in methods.values():
                extension = operation["x-bangoctl"]
                for key in ("from", "to", "columns", "rows", "command"):
                    if key in extension:
                        self.assertIn((path, key), lost)
        self.assertIn(("/v1/entitlement/report", "effect"), lost)
        self.assertIn(("/v1/entitlement/report", "danger"), lost)
        self.assertIn(("/v1/entitlement/cancel/{entitlementId}", "option"), lost)

    def test_two_that_could_be_meant_are_not_guessed(self):
        document = copy.deepcopy(self.built_in)
        properties = schema_of(document, SUSPEND)["properties"]
        properties["a"] = properties.pop("reasonDescription")
        properties["b"] = dict(properties["a"])
        rows = self.diff(document)
        self.assertEqual(sorted((row["change"], row["field"]) for row in rows), [("added", "a"), ("added", "b"), ("removed", "reasonDescription")])

    def test_two_files_have_a_direction(self):
        document = copy.deepcopy(self.built_in)
        del document["paths"][SUSPEND]
        self.write("a.json", json.dumps(self.built_in))
        self.write("b.json", json.dumps(document))
        for words, change in [(["a.json", "b.json"], "removed"), (["b.json", "a.json"], "added")]:
            rows = self.run_program("contract", "diff", *words).json
            self.assertEqual([(row["operation"], row["change"]) for row in rows], [("suspendEntitlement", change)])
        result = self.run_program("contract", "diff", "-", "b.json", stdin=json.dumps(self.built_in).encode())
        self.assertEqual(len(result.json), 1)
        self.config(f'profiles = {{ t = {{ environment = "test"; contract = "{self.home}/b.json"; }}; }};')
        rows = self.run_program("-p", "t", "contract", "diff", "a.json").json
        self.assertEqual([(row["operation"], row["change"]) for row in rows], [("suspendEntitlement", "added")])

    def test_formats_and_exit_code(self):
        document = copy.deepcopy(self.built_in)
        del document["paths"][SUSPEND]
        document["paths"][GET]["get"]["operationId"] = "readEntitlement"
        self.write("d.json", json.dumps(document))
        result = self.run_program("contract", "diff", "d.json", "--exit-code")
        self.assert_code(result, 13)
        self.assertEqual(len(result.json), 2)
        self.assertIn("2 differences from built-in to d.json", result.err)
        self.assertEqual(self.run_program("contract", "diff", "d.json", "--field", "what").out, "operationId\noperation\n")
        self.assertEqual(self.run_program("contract", "diff", "d.json", "-o", "csv", "--columns", "command,change").stdout,
                         b"command,change\r\nentitlement get,renamed\r\nentitlement suspend,removed\r\n")
        self.assertEqual(len(self.run_program("contract", "diff", "d.json", "-o", "ndjson").out.splitlines()), 2)
        text = self.run_program("contract", "diff", "d.json", tty=True, env={"COLUMNS": "80", "NO_COLOR": "1"}).out.replace("\r", "")
        self.assertIn(f"\nentitlement suspend  POST {SUSPEND}\n  - removed\n", text)

    def test_hostile_texts_do_not_reach_the_terminal(self):
        document = copy.deepcopy(self.built_in)
        document["paths"][SUSPEND]["post"]["operationId"] = "x\x1b[31m\n\u202e"
        schema_of(document, SUSPEND)["properties"]["\x1b]0;x\x07"] = {"type": "string"}
        self.write("d.json", json.dumps(document))
        out = self.run_program("contract", "diff", "d.json", tty=True, env={"NO_COLOR": "1"}).out
        self.assertNotRegex(out, "[\x1b\x07\u202e]")

    def test_refused(self):
        self.write("d.json", "{}")
        for words, code in [([], 2), (["nowhere"], 3), (["d.json"], 3), (["a", "b", "c"], 2)]:
            with self.subTest(words=words):
                self.assert_failed(self.run_program("contract", "diff", *words), code)

    def test_5000_operations(self):
        def big(prefix, shift):
            return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {
                f"/v1/{prefix}/{i}": {"post": {"operationId": f"op{i + shift}", "responses": {}, "requestBody": {"content": {"application/json": {
                    "schema": {"properties": {f"field{k}": {"type": "string"} for k in range(5)}}}}}}} for i in range(5000)}}
        self.write("a.json", json.dumps(big("a", 0)))
        self.write("b.json", json.dumps(big("b", 1)))
        start = time.monotonic()
        result = self.run_program("contract", "diff", "a.json", "b.json")
        self.assert_code(result, 0)
        # op0 is gone, op5000 is new, the others moved
        self.assertEqual(len(result.json), 5001)
        self.assertLess(time.monotonic() - start, 30)
