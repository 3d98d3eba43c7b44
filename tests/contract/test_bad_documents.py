# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that are wrong, hostile or too much: an exit code, one line, no crash, in bounded time."""

import json
import os
import resource
import unittest

from blackbox import Case
from blackbox import program

SLOW = 30 if "ASAN_OPTIONS" in os.environ or program.WRAP else int(os.environ.get("BANGOCTL_TEST_SLOW", "1"))


def document(paths, **more):
    """An OpenAPI 3.0 document in JSON."""
    return json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **more})


def get(**operation):
    return {"get": {"operationId": "o", "summary": "s", "responses": {"200": {"description": "d"}}, **operation}}


def post(schema, **operation):
    body = {"content": {"application/json": {"schema": schema}}}
    return {"post": {"operationId": "o", "summary": "s", "requestBody": body, "responses": {"200": {"description": "d"}}, **operation}}


class Documents(Case):
    def check(self, text, name="doc.yaml"):
        path = self.write(name, text)
        return self.run_program("contract", "check", path, "-o", "json")

    def problems(self, text):
        """{(pointer, message)} of a document that can be used."""
        result = self.check(text)
        self.assert_code(result, 0)
        return {(row["pointer"], row["problem"]) for row in (result.json if result.stdout else [])}

    def assert_problem(self, text, pointer, part):
        found = self.problems(text)
        self.assertTrue(any(p == pointer and part in m for p, m in found), f"no {part!r} at {pointer}:\n{found}")

    def assert_refused(self, text, part, seconds=5):
        """A document that cannot be used: exit 3, one line that says why, at most one of advice."""
        path = self.write("doc.yaml", text)
        result = self.run_program("contract", "check", path)
        self.assert_failed(result, 3, part)
        lines = result.err.splitlines()
        self.assertTrue(lines[0].startswith("bangoctl: ") and len(lines) <= 2, result.err)
        self.assertLess(result.cpu, seconds * SLOW)
        return result


class Refused(Documents):
    def test_versions(self):
        for line in ('openapi: 4.0.0', 'openapi: 2', 'openapi: "2.0"', 'swagger: "1.2"', 'swagger: 3.0', 'openapi: 30.0', 'openapi: null',
                     'openapi: [3]', 'openapi: 3'):
            with self.subTest(line=line):
                self.assert_refused(f"{line}\npaths: {{/a: {{get: {{}}}}}}\n", " is not supported, only OpenAPI 3.0 and 3.1 and Swagger 2.0 are")

    def test_versions_that_are_known(self):
        for line in ("openapi: 3.0", "openapi: 3.0.4", "openapi: '3.1.0'", "openapi: 3.2.0", "swagger: 2.0", "swagger: '2.0'"):
            with self.subTest(line=line):
                self.assert_code(self.check(f"{line}\npaths: {{/a: {{get: {{}}}}}}\n"), 0)

    def test_no_document(self):
        for text, part in [("", "the document is empty"), (b"\x00\x01\x02\x7fELF" + bytes(range(256)), ""), ("[]", "neither"), ("null", "neither"),
                           ("hello: world", "neither"), ("<html>", "HTML page"), ("{", "not JSON"), ('{"openapi":"3.0.3"', "not JSON"),
                           (b'{"openapi":"3.0.3\x00"}', "not JSON"), (b'{"openapi":"\xff"}', ""), (b"openapi: \xff\xfe\xfd\n", ""),
                           ("openapi: 3.0.3\n\tpaths: {}\n", ""), ("openapi: 3.0.3\n---\nopenapi: 3.0.3\n", "second document"),
                           ("openapi: 3.0.3\nopenapi: 3.0.3\n", "twice"), ('{"openapi":"3.0.3","openapi":"3.0.3"}', ""),
                           ("openapi: !!python/object:os.system x\n", "")]:
            with self.subTest(text=text[:40]):
                self.assert_refused(text, part)

    def test_unreadable(self):
        result = self.run_program("contract", "check", "/proc/self/mem")
        self.assert_failed(result, 3, "cannot read /proc/self/mem: Input/output error")

    def test_no_file(self):
        (self.home / "folder").mkdir()
        for path in ("folder", "missing.yaml", "/dev/null"):
            with self.subTest(path=path):
                self.assert_failed(self.run_program("contract", "check", path), 3)

    def test_no_paths(self):
        for paths in ("{}", "[]", "null", "3", '"x"'):
            with self.subTest(paths=paths):
                self.assert_refused(f'{{"openapi":"3.0.3","paths":{paths}}}', "it has no paths")
        self.assert_refused('{"openapi":"3.1.0","webhooks":{"a":{"post":{}}}}', "it has no paths")
        result = self.check(document({"/a": {"$ref": "#/paths/~1a"}}))
        self.assert_code(result, 3)
        self.assertIn("no operation in it can be used", result.err)
        self.assertIn("references lead in a circle", result.out)

    def test_depth(self):
        deep = '{"a":' * 10000 + "1" + "}" * 10000
        self.assert_refused('{"openapi":"3.0.3","x":' + deep + "}", "")
        self.assert_refused("openapi: 3.0.3\nx: " + "[" * 10000 + "]" * 10000 + "\n", "")

    def test_billion_laughs(self):
        lines = ["openapi: 3.0.3", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
        self.assert_refused("\n".join(lines) + "\n", "", seconds=20)


class Named(Documents):
    """What is wrong in one place leaves the rest usable, and is named at its place."""

    def test_references(self):
        everywhere = {
            "/paths/~1a/get/parameters/0": document({"/a": get(parameters=[{"$ref": "REF"}])}),
            "/paths/~1a/get/responses/200": document({"/a": get(responses={"200": {"$ref": "REF"}})}),
            "/paths/~1a/post/requestBody": document({"/a": {"post": {"operationId": "o", "requestBody": {"$ref": "REF"}}}}),
            "/paths/~1a/post/requestBody/content/application~1json/schema": document({"/a": post({"$ref": "REF"})}),
            "/paths/~1a": document({"/a": {"$ref": "REF"}, "/b": get()}),
            "/paths/~1a/post/requestBody/content/application~1json/schema/allOf/1":
                document({"/a": post({"allOf": [{"type": "object"}, {"$ref": "REF"}]})}),
            "/paths/~1a/post/requestBody/content/application~1json/schema/properties/x":
                document({"/a": post({"properties": {"x": {"$ref": "REF"}}})}),
        }
        for pointer, text in everywhere.items():
            for reference, part in [("other.yaml#/x", "not fetched"), ("https://x.example/y.yaml", "not fetched"), ("/etc/passwd", "not fetched"),
                                    ("file:///etc/passwd", "not fetched"), ("#/nowhere", "leads nowhere"), ("#plain", "leads nowhere")]:
                with self.subTest(pointer=pointer, reference=reference):
                    self.assert_problem(text.replace("REF", reference), pointer, part)

    def test_circles(self):
        circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
        schemas = {"components": {"schemas": circle}}
        self.assert_problem(document({"/a": post({"$ref": "#/components/schemas/A"})}, **schemas),
                            "/paths/~1a/post/requestBody/content/application~1json/schema", "circle")
        self.assert_problem(document({"/a": get(parameters=[{"$ref": "#/components/parameters/P"}])},
                                     components={"parameters": {"P": {"$ref": "#/components/parameters/P"}}}),
                            "/paths/~1a/get/parameters/0", "circle")
        self.assert_problem(document({"/a": post({"$ref": "#/components/schemas/A"})},
                                     components={"schemas": {"A": {"allOf": [{"type": "object"}, {"$ref": "#/components/schemas/A"}]}}}),
                            "/components/schemas/A/allOf/1", "circle")
        self.assert_problem(document({"/a": {"$ref": "#/paths/~1a"}, "/b": get()}), "/paths/~1a", "circle")
        self.assert_problem(document({"/a": get(responses={"200": {"$ref": "#/components/responses/R"}})},
                                     components={"responses": {"R": {"$ref": "#/components/responses/R"}}}),
                            "/paths/~1a/get/responses/200", "circle")

    def test_schema_within_itself_ends(self):
        text = document({"/a": post({"$ref": "#/components/schemas/A"})}, components={"schemas": {"A": {
            "properties": {f"p{i}": {"$ref": "#/components/schemas/A"} for i in range(30)}}}})
        result = self.check(text)
        self.assert_code(result, 0)
        self.assertIn("more than 500 fields", result.out)
        self.assertLess(result.cpu, 5 * SLOW)

    def test_properties_that_make_no_options_end(self):
        def level(below):
            return {"properties": {f"p{i}": {"$ref": "#/components/schemas/" + below} for i in range(300)}}
        text = document({"/a": post({"$ref": "#/components/schemas/A"})},
                        components={"schemas": {"A": level("B"), "B": level("C"), "C": level("D"), "D": {"readOnly": True}}})
        result = self.check(text)
        self.assert_code(result, 0)
        self.assertIn("more than 500 fields", result.out)
        self.assertLess(result.cpu, 5 * SLOW)

    def test_what_stands_beside_a_reference(self):
        self.assert_problem(document({"/a": get(parameters=[{"$ref": "#/components/parameters/P", "required": True}])},
                                     components={"parameters": {"P": {"name": "q", "in": "query", "schema": {"type": "string"}}}}),
                            "/paths/~1a/get/parameters/0/required", "beside a $ref")

    def test_shared_trouble_is_listed_once(self):
        paths = {f"/a{i}": post({"$ref": "#/components/schemas/S"}, operationId=f"o{i}") for i in range(50)}
        text = document(paths, components={"schemas": {"S": {"properties": {"x": {"type": "string", "not": {}, "description": "d"}}}}})
        self.assertEqual(self.problems(text), {("/components/schemas/S/properties/x/not", "this condition is not checked")})

    def test_paths(self):
        for path, part in [("a", "begin with a slash"), ("/a b", "percent-encoded"), ("/a?b", "percent-encoded"), ("/a#b", "percent-encoded"),
                           ("/ä", "percent-encoded"), ("/a\nb", "control"), ("/a\x1b[31m", "control"), ("/a\u202eb", "control"), ("/{x", "braces"),
                           ("/x}", "braces"), ("/{{x}}", "braces"), ("/{}", "without a name"), ("", "begin with a slash")]:
            with self.subTest(path=path):
                pointer = "/paths/" + path.replace("~", "~0").replace("/", "~1")
                self.assert_problem(document({path: get(), "/good": get(operationId="p")}), pointer, part)

    def test_moved_path_is_checked_alike(self):
        for path in ("/v2/{x}/{", "/v2/{x}}", "/v2 /{x}", "/v2/{x}?y", "/{x}\\u001b"):
            with self.subTest(path=path):
                path_doc = self.write("config/bangoctl/doc.json", document({"/a/{x}": get()}))
                self.config('profiles = { p = { environment = "test"; base_url = "http://127.0.0.1:1"; username = "u"; password = "p"; '
                            f'contract = "{path_doc}"; operations = {{ o = {{ path = "{path}"; }}; }}; }}; }};')
                self.assert_failed(self.run_program("-p", "p", "o", "1", "-n"), 3)

    def test_path_parameters(self):
        self.assert_problem(document({"/a/{x}": get()}), "/paths/~1a~1{x}/get", "{x} is not declared")
        self.assert_problem(document({"/a": get(parameters=[{"name": "x", "in": "path", "schema": {"type": "string"}}])}),
                            "/paths/~1a/get/parameters/0", "the path has no {x}")
        for kind in ("array", "object"):
            self.assert_problem(document({"/a/{x}": get(parameters=[{"name": "x", "in": "path", "schema": {"type": kind}}])}),
                                "/paths/~1a~1{x}/get/parameters/0", "no single value")

    def test_duplicates(self):
        text = document({"/a": get(), "/b": get()})
        self.assert_problem(text, "/paths/~1b/get/operationId", 'another operation has the operationId "o" too')
        path = self.write("doc.json", text)
        for name, where in (("o", "/a"), ("o-2", "/b")):
            self.assertIn(f"GET {where} HTTP", self.run_program("-p", "sandbox", "--contract", path, name, "-n").out)
        parameter = {"name": "q", "in": "query", "description": "d", "schema": {"type": "string"}}
        self.assert_problem(document({"/a": get(parameters=[parameter, parameter])}), "/paths/~1a/get/parameters/1", "declared twice")

    def test_wrong_types(self):
        operation = {"operationId": "o", "summary": "s", "responses": {}}
        cases = {
            "/paths/~1a/get/parameters": {"/a": {"get": {**operation, "parameters": {}}}},
            "/paths/~1a/get/deprecated": {"/a": {"get": {**operation, "deprecated": "yes"}}},
            "/paths/~1a/get/tags": {"/a": {"get": {**operation, "tags": "x"}}},
            "/paths/~1a/get/summary": {"/a": {"get": {**operation, "summary": 3}}},
            "/paths/~1a/get/responses": {"/a": {"get": {**operation, "responses": []}}},
            "/paths/~1a/get": {"/a": {"get": 3}, "/b": get()},
            "/paths/~1a": {"/a": [], "/b": get()},
            "/paths/~1a/get/parameters/0": {"/a": {"get": {**operation, "parameters": [3]}}},
            "/paths/~1a/get/parameters/0/required": {"/a": get(parameters=[{"name": "q", "in": "query", "required": "yes", "schema": {}}])},
            "/paths/~1a/get/parameters/0/schema/required":
                {"/a": get(parameters=[{"name": "q", "in": "query", "schema": {"type": "string", "required": True}}])},
            "/paths/~1a/get/parameters/0/schema/enum":
                {"/a": get(parameters=[{"name": "q", "in": "query", "schema": {"type": "string", "enum": "A"}}])},
            "/paths/~1a/get/parameters/0/schema/maxLength":
                {"/a": get(parameters=[{"name": "q", "in": "query", "schema": {"type": "string", "maxLength": "5"}}])},
            "/paths/~1a/get/x-bangoctl": {"/a": {"get": {**operation, "x-bangoctl": 3}}},
            "/paths/~1a/get/x-bangoctl/columns": {"/a": {"get": {**operation, "x-bangoctl": {"columns": 3}}}},
            "/paths/~1a/post/requestBody/content/application~1json/schema/properties": {"/a": post({"properties": []})},
        }
        for pointer, paths in cases.items():
            with self.subTest(pointer=pointer):
                self.assert_problem(document(paths), pointer, "must be ")
        self.assert_problem(document({"/a": post({"properties": {"x": {"type": "strnig"}}})}),
                            "/paths/~1a/post/requestBody/content/application~1json/schema/properties/x/type", '"strnig" is no type')

    def test_misspelled(self):
        cases = [
            ("/paths/~1a/get/x-bangoctl/colums", {"/a": get(**{"x-bangoctl": {"colums": ["a"]}})}, "did you mean columns?"),
            ("/paths/~1a/get/x-bangoctl/effect", {"/a": get(**{"x-bangoctl": {"effect": "reed"}})}, "neither read nor change"),
            ("/paths/~1a/get/x-bangoctl/danger", {"/a": get(**{"x-bangoctl": {"danger": "huge"}})}, "none of none, moderate, severe"),
            ("/paths/~1a/get/x-bangctl", {"/a": get(**{"x-bangctl": {}})}, "did you mean x-bangoctl?"),
            ("/paths/~1a/get/operationID", {"/a": get(operationID="x")}, "did you mean operationId?"),
            ("/paths/~1a/get/nonsense", {"/a": get(nonsense="x")}, "not known here"),
            ("/paths/~1a/gett", {"/a": {**get(), "gett": {}}}, "did you mean get?"),
        ]
        for pointer, paths, part in cases:
            with self.subTest(pointer=pointer):
                self.assert_problem(document(paths), pointer, part)
        self.assert_problem(document({"/a": get()}, pathes={}), "/pathes", "did you mean paths?")
        self.assertEqual(self.problems(document({"/a": get(**{"x-amazon-x": 1})}, **{"x-logo": {}})), set())

    def test_what_is_not_supported(self):
        def query(schema, **more):
            return {"/a": get(parameters=[{"name": "q", "in": "query", "description": "d", "schema": schema, **more}])}
        parameter, body = "/paths/~1a/get/parameters/0", "/paths/~1a/post/requestBody/content/application~1json/schema"
        string = {"type": "string"}
        cases = [
            (parameter, {"/a": get(parameters=[{"name": "q", "in": "cookie", "schema": string}])}, "cookie"),
            (parameter + "/content", {"/a": get(parameters=[{"name": "q", "in": "query", "content": {"application/json": {}}}])}, "content"),
            (parameter + "/style", query({"type": "array", "items": string}, style="tabs"), "way to write a list"),
            (parameter + "/allowReserved", query(string, allowReserved=True), "percent-encoded"),
            (parameter, query({}), "taken for a text"),
            ("/paths/~1a~1{q}/get/parameters/0/style",
             {"/a/{q}": get(parameters=[{"name": "q", "in": "path", "style": "matrix", "schema": string}])}, "style"),
            ("/paths/~1a/get/parameters/0/style",
             {"/a": get(parameters=[{"name": "X-Q", "in": "header", "style": "simple", "schema": {"type": "object"}}])}, "object"),
            ("/paths/~1a/get/servers", {"/a": get(servers=[])}, "base URL"),
            ("/paths/~1a/servers", {"/a": {**get(), "servers": []}}, "base URL"),
            ("/paths/~1a/get/callbacks", {"/a": get(callbacks={})}, "callbacks"),
            ("/paths/~1a/trace", {"/a": {**get(), "trace": {}}}, "method"),
            ("/paths/~1a/get/responses/200/links", {"/a": get(responses={"200": {"description": "d", "links": {}}})}, "links"),
            ("/paths/~1a/get/responses/200/content", {"/a": get(responses={"200": {"description": "d", "content": {"image/png": {}}}})}, "no JSON"),
            ("/paths/~1a/post/requestBody/content",
             {"/a": {"post": {"operationId": "o", "requestBody": {"content": {"multipart/form-data": {}}}}}}, "neither JSON nor a form"),
            ("/paths/~1a/post/requestBody/content",
             {"/a": {"post": {"operationId": "o", "requestBody": {"content": {"application/json": {}, "text/xml": {}}}}}}, "only application/json"),
        ]
        for word in ("oneOf", "anyOf"):
            cases.append((f"{body}/properties/x/{word}", {"/a": post({"properties": {"x": {word: [string, {"type": "integer"}]}}})}, "JSON"))
        for word, value in [("not", {}), ("if", {}), ("multipleOf", 2), ("uniqueItems", True), ("discriminator", {"propertyName": "x"})]:
            cases.append((f"{body}/properties/x/{word}", {"/a": post({"properties": {"x": {"type": "string", word: value}}})}, "not"))
        for pointer, paths, part in cases:
            with self.subTest(pointer=pointer, part=part):
                self.assert_problem(document(paths), pointer, part)

    def test_what_is_not_supported_of_3_1(self):
        body = "/paths/~1a/post/requestBody/content/application~1json/schema"
        for word, value in [("prefixItems", []), ("patternProperties", {}), ("$dynamicRef", "#x"), ("$anchor", "x"), ("$id", "x"),
                            ("unevaluatedProperties", False), ("type", ["string", "integer"])]:
            with self.subTest(word=word):
                text = document({"/a": post({"properties": {"x": {word: value}}})}).replace("3.0.3", "3.1.0")
                if value is False:
                    self.assertEqual({p for p, _ in self.problems(text)}, {body + "/properties/x"})
                else:
                    self.assert_problem(text, f"{body}/properties/x/{word}", "")
        self.assert_problem(document({"/a": get()}, webhooks={"w": {}}).replace("3.0.3", "3.1.0"), "/webhooks", "webhooks")

    def test_swagger_2(self):
        text = json.dumps({"swagger": "2.0", "consumes": ["application/xml"], "produces": ["text/csv"], "paths": {"/a": {"post": {
            "operationId": "o", "summary": "s", "parameters": [{"name": "f", "in": "formData", "type": "file"}, {"name": "b", "in": "body", "schema": {}}],
            "responses": {}}}}})
        found = self.problems(text)
        for pointer, part in [("/paths/~1a/post/parameters/0", "a file cannot be sent"), ("/produces", "reply")]:
            self.assertTrue(any(p == pointer and part in m for p, m in found), f"{pointer}: {found}")
        for kind in ("body", "formData"):
            text = json.dumps({"swagger": "2.0", "consumes": ["application/xml"], "paths": {"/a": {"post": {
                "operationId": "o", "parameters": [{"name": "b", "in": kind, "schema": {}, "type": "string"}], "responses": {}}}}})
            self.assert_problem(text, "/consumes", "neither JSON nor a form")

    def test_patterns(self):
        for pattern in ("([", "(?<n>a)(?<n>b)", "a" * 5000, "\\C"):
            with self.subTest(pattern=pattern[:10]):
                self.assert_problem(document({"/a": get(parameters=[{"name": "q", "in": "query", "schema": {"type": "string", "pattern": pattern}}])}),
                                    "/paths/~1a/get/parameters/0/schema/pattern", "not checked")
                path = self.write("doc.json", document({"/a": get(parameters=[
                    {"name": "q", "in": "query", "schema": {"type": "string", "pattern": pattern}}])}))
                self.assert_code(self.run_program("-p", "sandbox", "--contract", path, "o", "--q", "x", "-n"), 0)

    def test_pattern_that_never_ends(self):
        path = self.write("doc.json", document({"/a": get(parameters=[
            {"name": "q", "in": "query", "schema": {"type": "string", "pattern": "^(a+)+$"}}])}))
        result = self.run_program("-p", "sandbox", "--contract", path, "o", "--q", "a" * 60 + "!", "-n")
        self.assertLess(result.cpu, 5 * SLOW)

    def test_security(self):
        schemes = {"o": {"type": "oauth2", "flows": {}}, "i": {"type": "openIdConnect"}, "m": {"type": "mutualTLS"},
                   "q": {"type": "apiKey", "in": "query", "name": "k"}, "c": {"type": "apiKey", "in": "cookie", "name": "k"},
                   "h": {"type": "apiKey", "in": "header", "name": "Host"}, "n": {"type": "apiKey", "in": "header", "name": "a\r\nb"},
                   "d": {"type": "http", "scheme": "digest"}, "b": {"type": "http", "scheme": "basic"}}
        for requirement in ([{"m": []}], [{"q": []}], [{"c": []}], [{"h": []}], [{"n": []}], [{"d": []}], [{"b": [], "o": []}],
                            [{"missing": []}], [3]):
            with self.subTest(requirement=requirement):
                self.assert_problem(document({"/a": get(security=requirement)}, components={"securitySchemes": schemes}),
                                    "/paths/~1a/get/security", "none of these security schemes")
        for requirement in ([{"o": []}, {"b": []}], [{"o": []}], [{"i": []}]):
            self.assertEqual(self.problems(document({"/a": get(security=requirement)}, components={"securitySchemes": schemes})), set())


class Hostile(Documents):
    NAMES = ["a b", "a/b", "a\x1b[31mb", "a\nb", "$(reboot)", "`x`;rm -rf *", "ünïcödé", "漢字", "", " ", "-", "--", "x" * 300, "\u202egnp", "a=b", "\u009bm",
             "%s%n", "."]

    def assert_clean(self, result):
        """No control character; no bidirectional override either, but in JSON, which leaves them as they are."""
        for stream in (result.stdout, result.stderr):
            text = stream.decode()
            self.assertFalse([c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f"], repr(text[:2000]))
            self.assertFalse(text[:1] not in "[{" and "\u202e" in text, repr(text[:2000]))

    def test_names(self):
        paths = {f"/p{i}": {"post": {"operationId": name, "tags": [name], "summary": "s", "responses": {}, "parameters": [
            {"name": name, "in": "query", "description": "d", "schema": {"type": "string"}}], "requestBody": {"content": {"application/json": {
                "schema": {"properties": {name: {"type": "string", "description": "d"}}}}}}}} for i, name in enumerate(self.NAMES)}
        path = self.write("doc.json", document(paths))
        table = self.run_program("--contract", path, "commands", "-o", "json").json
        ours = [row for row in table if row["path"]]
        self.assertEqual(len(ours), len(self.NAMES))
        self.assertEqual(len({row["name"] for row in table}), len(table))
        for row in ours:
            with self.subTest(name=row["name"]):
                self.assertRegex(row["name"], r"^[a-z0-9-]{1,64}( [a-z0-9-]{1,64})?$")
                names = [option["name"] for option in row["options"]]
                self.assertEqual(len(names), len(set(names)))
                for name in names:
                    self.assertRegex(name, r"^[a-z0-9][a-z0-9.-]*$")
                result = self.run_program("-p", "sandbox", "--contract", path, *row["name"].split(), "-n")
                self.assert_code(result, 0)
                self.assertIn(f"POST {row['path']} HTTP", result.out)
                self.assert_clean(self.run_program("--contract", path, *row["name"].split(), "--help"))
        again = self.run_program("--contract", path, "commands", "-o", "json").json
        self.assertEqual(table, again)

    def test_escapes(self):
        bad = "\x1b]0;title\x07\x1b[2Jx\x9b31m\u202e\x7f"
        text = document({"/a/{id}": {"post": {
            "operationId": "o" + bad, "tags": ["t" + bad], "summary": "s" + bad, "description": "d" + bad + "\r\nmore",
            "parameters": [{"name": "id", "in": "path", "required": True, "description": bad, "example": bad, "schema": {"type": "string"}},
                           {"name": "q" + bad, "in": "query", "description": bad, "schema": {"type": "string", "default": bad}},
                           {"name": "e", "in": "query", "description": "d", "schema": {"type": "string", "enum": ["A", "B" + bad]}}],
            "responses": {"200": {"description": bad}}, "nonsense" + bad: 1,
            "x-bangoctl": {"command": "t o", "done": bad, "examples": ["bangoctl t o" + bad], "columns": ["c" + bad],
                           "evidence": {"documented": bad}}}}})
        path = self.write("doc.json", text)
        for words in (["t", "o", "--help"], ["--help"], ["t", "--help"], ["contract", "check", path], ["contract", "show"], ["contract", "show", "t", "o"],
                      ["contract", "check", path, "-o", "json"], ["contract", "show", "t", "o", "-o", "json"], ["commands"], ["commands", "-o", "json"],
                      ["__complete", "--", "t", ""], ["__complete", "--", "t", "o", "--"], ["__complete", "--", "t", "o", "--e", ""],
                      ["t", "o", "x", "--e", "C"], ["t", "p"], ["-p", "sandbox", "t", "o", "x", "-n"], ["__manual", "1"]):
            with self.subTest(words=words):
                self.assert_clean(self.run_program("--contract", path, *words))
        found = self.problems(text)
        self.assertTrue(any("cannot be chosen" in message for _, message in found), found)

    def test_nul(self):
        text = json.dumps({"openapi": "3.0.3", "paths": {"/a\0b": get(), "/c": post({"properties": {"x\0y": {"type": "string"}}}, summary="s\0t")}})
        found = self.problems(text)
        self.assertTrue(any("no option can be made" in message for _, message in found), found)
        self.assertTrue(any("path is left out" in message for _, message in found), found)

    def test_reserved(self):
        names = ["profile", "output", "config", "set", "body", "help", "yes", "field-set"]
        path = self.write("doc.json", document({"/a": post({"properties": {name: {"type": "string"} for name in names}})}))
        table = {row["name"]: row for row in self.run_program("--contract", path, "commands", "-o", "json").json}
        options = [option["name"] for option in table["o"]["options"] if option["in"] == "body"]
        self.assertEqual(options, ["field-" + name for name in names[:7]] + ["field-field-set"])


class Large(Documents):
    def test_operations(self):
        """Alike or not, five thousand are read in a moment: nothing here is quadratic."""
        for name in ("o{}", "same"):
            paths = {f"/a{i}/{{id}}": post({"$ref": "#/components/schemas/S"}, operationId=name.format(i), tags=["t"],
                                           parameters=[{"$ref": "#/components/parameters/P"}]) for i in range(5000)}
            text = document(paths, components={
                "parameters": {"P": {"name": "id", "in": "path", "required": True, "description": "d", "schema": {"type": "string"}}},
                "schemas": {"S": {"allOf": [{"properties": {f"p{i}": {"type": "string", "description": "d"} for i in range(10)}}, {"type": "object"}]}}})
            with self.subTest(name=name):
                result = self.check(text)
                self.assert_code(result, 0)
                self.assertIn("5000 operations", result.err)
                self.assertLess(result.cpu, 6 * SLOW)
        self.assertEqual(len(result.json), 4999)

    def test_properties(self):
        parts = [{"properties": {f"{c}{i}": {"type": "string"} for i in range(20000)}} for c in "ab"]
        result = self.check(document({"/a": post({"allOf": parts})}))
        self.assert_code(result, 0)
        self.assertLess(result.cpu, 6 * SLOW)

    def test_all_of(self):
        """Parts that are the same, many parts, and large ones that many schemas have."""
        long = {"type": "object", "required": [f"f{i}" for i in range(3000)]}
        link = {"$ref": "#/components/schemas/L"}
        for schema, ways in [([link] * 3000, 1), ([{"properties": {f"p{i}": {"type": "string"}}} for i in range(9000)], 1), ([link], 500)]:
            long["required"] *= 7 if ways > 1 else 1
            result = self.check(document({f"/a{i}": post({"allOf": schema}, operationId=f"o{i}") for i in range(ways)}, components={"schemas": {"L": long}}))
            self.assert_code(result, 0)
            self.assertLess(result.cpu, 3 * SLOW)
        self.assertTrue(any(row["problem"] == "allOf has too many parts" for row in result.json))

    def test_lists_in_the_sandbox(self):
        """Lists that are perhaps the home of the records that others name."""
        record = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
        def reply(schema, example):
            return {"200": {"description": "d", "content": {"application/json": {"schema": schema, "example": example}}}}
        paths = {}
        for i in range(1000):
            rows = reply({"type": "object", "properties": {"items": {"type": "array", "items": record}}}, {"items": [{"id": f"r{i}", "name": "n"}]})
            paths[f"/r{i}"] = {"get": {"operationId": f"list{i}", "summary": "s", "responses": rows, "x-bangoctl": {"rows": "items"}}}
            paths[f"/r{i}/{{id}}/act"] = {"post": {"operationId": f"act{i}", "summary": "s", "responses": reply(record, {"id": f"r{i}", "name": "n"}),
                                                   "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}}
        path = self.write("doc.json", document(paths))
        result = self.run_program("-p", "sandbox", "--contract", path, "request", "GET", "/r7")
        self.assert_code(result, 0)
        self.assertEqual(result.json, {"items": [{"id": "r7", "name": "n"}]})
        self.assertLess(result.cpu, 3 * SLOW)

    def test_parameters_and_holes(self):
        parameters = [{"name": f"p{i}", "in": "query", "schema": {"type": "string"}} for i in range(20000)]
        for text in (document({"/a": {"parameters": parameters, **get(parameters=parameters)}}),
                     document({"/" + "/".join(f"{{h{i}}}" for i in range(3000)): get()})):
            result = self.check(text)
            self.assert_code(result, 0)
            self.assertLess(result.cpu, 6 * SLOW)

    @unittest.skipIf(program.WRAP, "fifty megabytes under valgrind take minutes")
    def test_fifty_megabytes(self):
        schema = {"type": "object", "properties": {f"p{i}": {"type": "string", "description": "x" * 40} for i in range(10)}}
        text = document({"/a": get()}, components={"schemas": {f"S{i}": schema for i in range(58000)}})
        self.assertGreater(len(text), 50_000_000)
        result = self.check(text)
        self.assert_code(result, 0)
        self.assertLess(result.cpu, 20 * SLOW)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1_500_000)

    def test_more_than_is_read(self):
        path = self.home / "huge.json"
        with path.open("wb") as file:
            file.truncate(65 * 1024 * 1024)
        self.assert_failed(self.run_program("contract", "check", path), 3)
