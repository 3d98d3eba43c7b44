# SPDX-License-Identifier: GPL-3.0-or-later
"""`contract export`, `use`, `check` and `show`: the document goes out, comes back, and is the same one."""

import json
import subprocess
import sys
import unittest

from blackbox import ROOT, Case

SYSTEM_PYTHON = "/usr/bin/python3"  # the one whose PyYAML ./dev installs; another may come first in PATH

NASTY = ["no", "Yes", "on", "1.0", "1", "007", "0x10", "0o17", "1e5", "1_000", "1:30", "-", "~", "null", "true", ".inf", "2024-01-01",
         "2024-01-01T00:00:00Z", "", " lead", "trail ", "a: b", "a #b", "# no comment", "it's", '"q"', "- item", "? key", "[x]", "{x}",
         "*a", "&a", "!t", "%d", "@x", "`x`", "|", ">", "<<", "=", "a\nb", "a\n\nb\n", "\na", "a\n ", "a\n\n", " a\nb", "tab\there", "\r", "\r\n",
         "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\xa0", "\u2028", "\ufeffx", "\ufffe", "\uffff", "\U0001f600", "\U0010ffff",
         "---", "...", "a\n---\nb", "a\n...\n", "x" * 5000, "é" * 300, "a,b", "a: ", ":", "key:"]


def document(**more):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1.0"},
            "paths": {"/v1/x/{id}": {"get": {"operationId": "getX", "parameters": [{"name": "id", "in": "path", "required": True,
                                                                                  "schema": {"type": "string"}}], "responses": {}}}}, **more}


def read_elsewhere(text):
    """What PyYAML makes of the text."""
    for python in (sys.executable, SYSTEM_PYTHON):
        if subprocess.run([python, "-c", "import yaml"], stderr=subprocess.DEVNULL).returncode == 0:
            script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read().decode()), sys.stdout)"
            return json.loads(subprocess.run([python, "-c", script], input=text, stdout=subprocess.PIPE, check=True).stdout)
    raise unittest.SkipTest("PyYAML is not installed here (./dev installs it)")


class Export(Case):
    def export(self, path, form):
        result = self.run_program("--contract", path, "contract", "export", "-o", form)
        self.assert_code(result, 0)
        return result.stdout

    def test_built_in_in_both_forms(self):
        as_json = self.write("a.json", self.run_program("contract", "export", "-o", "json").stdout)
        as_yaml = self.write("a.yaml", self.run_program("contract", "export", "-o", "yaml").stdout)
        self.assertEqual(self.export(as_yaml, "json"), as_json.read_bytes())
        self.assertEqual(self.export(as_json, "yaml"), as_yaml.read_bytes())
        self.assertEqual(self.export(ROOT / "src/contract/server-api.yaml", "json"), as_json.read_bytes())

    def test_auto_is_json_when_piped_and_yaml_on_a_terminal(self):
        self.assertEqual(self.run_program("contract", "export").json["openapi"], "3.0.3")
        result = self.run_program("contract", "export", tty=True)
        self.assert_code(result, 0)
        self.assertRegex(result.out, r"^openapi: '3.0.3'\r?\ninfo:\r?\n")

    def test_nasty_texts_as_values_and_keys(self):
        value = document(**{"x-values": NASTY, "x-nested": [[["a", {"b": NASTY}]]],
                            "x-keys": {text.replace("\x00", "0"): i for i, text in enumerate(NASTY)}})
        path = self.write("nasty.json", json.dumps(value))
        text = self.export(path, "yaml")
        back = self.write("nasty.yaml", text)
        self.assertEqual(json.loads(self.export(back, "json")), value)
        self.assertEqual(list(json.loads(self.export(back, "json"))["x-keys"]), list(value["x-keys"]))
        controls = [b for b in text if (b < 32 and b != 10) or b == 127]
        self.assertEqual(controls, [], "control characters are escaped")

    def test_digits_and_order_are_kept(self):
        text = '{"openapi":"3.0.3","x-n":[1.50,-0,1E400,12345678901234567890123,0.10],"info":{"version":"1","title":"t"},"paths":{"/a":{"get":{"responses":{}}}}}'
        path = self.write("n.json", text)
        back = self.write("n.yaml", self.export(path, "yaml"))
        compact = self.export(back, "json").decode().replace("\n", "").replace("  ", "").replace(": ", ":")
        self.assertEqual(compact.replace(", ", ","), text)

    def test_another_reader_of_yaml_reads_the_same(self):
        value = document(**{"x-values": NASTY, "x-keys": {t: 1 for t in NASTY if t not in ("<<", "=")}})
        for name, path in [("built-in", ROOT / "src/contract/server-api.yaml"), ("nasty", self.write("n.json", json.dumps(value)))]:
            with self.subTest(document=name):
                self.assertEqual(read_elsewhere(self.export(path, "yaml")), json.loads(self.export(path, "json")))

    def test_parts_of_it(self):
        self.assertEqual(self.run_program("contract", "export", "--field", "info.version").out, "1.0.0\n")

    def test_yaml_is_a_format_of_every_result(self):
        result = self.sandbox("entitlement", "get", "ENT-1001", "-o", "yaml")
        self.assert_code(result, 0)
        self.assertIn("entitlementId: ENT-1001\n", result.out)
        result = self.sandbox("entitlement", "find", "-o", "yaml", "--columns", "entitlementId,status", "--limit", "1")
        self.assertRegex(result.out, r"^- entitlementId: \S+\n  status: \S+\n$")
        self.assertEqual(self.run_program("contract", "export", env={"BANGOCTL_OUTPUT": "yaml"}).out[:8], "openapi:")


class Moved(Case):
    """What the profile moves stands at its new place."""

    def test_exported_where_it_was_moved(self):
        self.config('profiles = { t = { environment = "test"; base_url = "https://x.example"; operations = {'
                    ' suspendEntitlement = { method = "PUT"; path = "/v2/s/{entitlementId}"; };'
                    ' getEntitlement = { path = "/v9/e/{entitlementId}"; }; resumeEntitlement = { method = "PATCH"; }; }; }; };')
        result = self.run_program("-p", "t", "contract", "export")
        self.assert_code(result, 0)
        before, after = self.run_program("contract", "export").json, result.json
        paths, old = after["paths"], before["paths"]
        self.assertEqual(paths["/v2/s/{entitlementId}"], {"put": old["/v1/entitlement/suspend/{entitlementId}"]["post"]})
        self.assertNotIn("/v1/entitlement/suspend/{entitlementId}", paths)
        self.assertEqual(list(paths["/v1/entitlement/{entitlementId}"]), ["patch"])
        self.assertEqual(list(paths["/v1/entitlement/resume/{entitlementId}"]), ["patch"])
        self.write("moved.json", result.out)
        self.assertEqual(self.run_program("-p", "t", "contract", "diff", "moved.json").json, [])
        rows = self.run_program("contract", "diff", "moved.json").json
        self.assertEqual([(r["operation"], r["change"], r["what"]) for r in rows],
                         [("getEntitlement", "moved", "path"), ("suspendEntitlement", "moved", "method"),
                          ("suspendEntitlement", "moved", "path"), ("resumeEntitlement", "moved", "method")])

    def test_takes_along_what_its_path_item_gave_it(self):
        value = document()
        get = value["paths"]["/v1/x/{id}"]["get"]
        value["paths"]["/v1/x/{id}"] = {"parameters": [*get["parameters"], {"name": "q", "in": "query", "schema": {"type": "string"}}],
                                        "get": {"operationId": "getX", "responses": {}, "parameters": [
                                            {"name": "q", "in": "query", "schema": {"type": "integer"}}]},
                                        "post": {"operationId": "postX", "responses": {}}}
        self.write("config/bangoctl/d.json", json.dumps(value))
        self.config('profiles = { t = { environment = "test"; contract = "d.json"; operations = { getX = { path = "/n/{id}"; }; }; }; };')
        after = self.run_program("-p", "t", "contract", "export").json["paths"]
        self.assertEqual([(p["name"], p["schema"]["type"]) for p in after["/n/{id}"]["get"]["parameters"]], [("id", "string"), ("q", "integer")])
        self.assertEqual(list(after["/v1/x/{id}"]), ["parameters", "post"])

    def test_behind_a_reference(self):
        """A path item may be a reference, to a component or to another path, which keeps what is its own."""
        value = document()
        item = {"parameters": value["paths"].pop("/v1/x/{id}")["get"]["parameters"], "get": {"operationId": "getX", "responses": {}},
                "post": {"operationId": "postX", "responses": {}}}
        for where, paths in [("#/components/pathItems/X", {}), ("#/paths/~1y~1{id}", {"/y/{id}": item})]:
            value = {**value, "openapi": "3.1.0", "components": {"pathItems": {"X": item}}, "paths": {**paths, "/x/{id}": {"$ref": where}}}
            self.write("config/bangoctl/d.json", json.dumps(value))
            self.config('profiles = { t = { environment = "test"; contract = "d.json"; operations = { getX = { path = "/n/{id}"; }; }; }; };')
            after = self.run_program("-p", "t", "contract", "export")
            self.assert_code(after, 0)
            shown = [(row["operationId"], row["method"], row["path"]) for row in self.run_program("-p", "t", "commands", "-o", "json").json if row["path"]]
            self.write("after.json", after.out)
            self.assertCountEqual([(row["operationId"], row["method"], row["path"]) for row in
                              self.run_program("--contract", "after.json", "commands", "-o", "json").json if row["path"]], shown)
            self.assertEqual(after.json["paths"]["/n/{id}"]["get"]["operationId"], "getX")
            self.assertEqual([p["name"] for p in after.json["paths"]["/n/{id}"]["get"]["parameters"]], ["id"])
            self.assertIn("post", after.json["paths"]["/x/{id}"])
            self.assertEqual("get" in after.json["paths"]["/x/{id}"], bool(paths))  # of two with one id the first is moved

    def by_reference(self, operations):
        """Paths that are references to a path item of the components, which two of them share."""
        value = document()
        item = {"get": {"operationId": "getX", "responses": {}}, "post": {"operationId": "postX", "responses": {}}}
        value["paths"] = {"/a": {"$ref": "#/components/pathItems/X"}, "/b": {"$ref": "#/components/pathItems/X"},
                          "/c": {"get": {"operationId": "getC", "responses": {}}}}
        value["components"] = {"pathItems": {"X": item}}
        self.write("config/bangoctl/d.json", json.dumps(value))
        self.config('profiles = { t = { environment = "test"; contract = "d.json"; operations = { %s }; }; };' % operations)
        return value["paths"], item, self.run_program("-p", "t", "contract", "export").json["paths"]

    def test_a_path_item_that_is_a_reference_stays_where_it_is(self):
        before, _, after = self.by_reference('')
        self.assertEqual(after, before)

    def test_an_operation_of_a_path_item_that_is_a_reference_is_moved(self):
        before, item, after = self.by_reference('getX = { path = "/n"; };')
        self.assertEqual(after, {"/a": {"post": item["post"]}, "/b": before["/b"], "/c": before["/c"], "/n": {"get": item["get"]}})

    def test_moved_to_a_path_whose_item_is_a_reference(self):
        before, item, after = self.by_reference('getC = { path = "/b"; method = "PUT"; };')
        self.assertEqual(after, {"/a": before["/a"], "/b": {**item, "put": before["/c"]["get"]}})

    def test_two_operations_cannot_stand_in_one_place(self):
        self.config('profiles = { t = { environment = "test"; operations = { suspendEntitlement = '
                    '{ path = "/v1/entitlement/resume/{entitlementId}"; }; }; }; };')
        result = self.run_program("-p", "t", "contract", "export")
        self.assert_failed(result, 3, "suspendEntitlement", "POST /v1/entitlement/resume/{entitlementId}")


class Use(Case):
    def use(self, *words, code=0):
        result = self.run_program(*words)
        self.assert_code(result, code)
        return result

    def test_printed_lines_work(self):
        for name in ("acme.yaml", "a b.yaml", 'q"uo\\te.yaml', "ü.yaml", "tab\there.yaml", "$HOME;#x.yaml"):
            for word in (name, "./" + name, self.home / name):
                with self.subTest(word=word):
                    (self.home / "config/bangoctl/bangoctl.conf").unlink(missing_ok=True)
                    self.write(name, self.run_program("contract", "export", "-o", "yaml").stdout.replace(b"/v1/echo", b"/v8/echo"))
                    result = self.use("-p", "acme", "contract", "use", word)
                    self.assertIn("11 operations: put this into", result.err)
                    self.config(result.stdout.decode())
                    self.assert_code(self.run_program("config", "check"), 0)
                    shown = self.run_program("-p", "acme", "contract", "show", "echo")
                    self.assertIn("/v8/echo", shown.out)
                    self.assertEqual(self.run_program("-p", "acme", "profile", "show", "-o", "json", "acme").code, 0)

    def test_server_and_credentials_of_the_document(self):
        cases = [
            ({"servers": [{"url": "https://{r}.x.example/base/", "variables": {"r": {"default": "eu"}}}]}, 'base_url = "https://eu.x.example/base";'),
            ({"servers": [{"url": "https://eu.resale.api.bango.com"}]}, 'environment = "live";'),
            ({"servers": [{"url": "https://api.unheard-of.example"}]}, 'environment = "live";'),
            ({"servers": [{"url": "https://resale.api.sandbox.bango.com"}]}, 'environment = "test";'),
            ({"servers": [{"url": "/relative"}]}, "# the document names no server"),
            ({"servers": [{"url": "http://plain.example"}]}, "# the document names no server"),
            ({"components": {"securitySchemes": {"b": {"type": "http", "scheme": "Bearer"}}}}, 'auth = "bearer";'),
            ({"components": {"securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}}}}, 'auth_header = "X-Key";'),
            ({"components": {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "k"}}}}, '# the document asks for "k"'),
            ({"components": {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "k"}, "b": {"type": "http", "scheme": "basic"}}},
              "security": [{"b": []}]}, 'auth = "basic";'),
        ]
        for more, line in cases:
            with self.subTest(more=more):
                (self.home / "config/bangoctl/bangoctl.conf").unlink(missing_ok=True)
                path = self.write("d.json", json.dumps(document(**more)))
                result = self.use("-p", "new", "contract", "use", path)
                self.assertIn(line, result.out)
                self.config(result.out)
                self.assert_code(self.run_program("-p", "new", "contract", "show"), 0)

    def test_swagger_2(self):
        path = self.write("d.json", json.dumps({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "h.example", "basePath": "/api",
                                                "schemes": ["http", "https"], "securityDefinitions": {"b": {"type": "basic"}},
                                                "paths": {"/x": {"delete": {"operationId": "dropX", "responses": {}}}}}))
        result = self.use("contract", "use", path)
        self.assertIn('base_url = "https://h.example/api";', result.out)
        self.assertIn('auth = "basic";', result.out)
        self.assertRegex(result.out, r"(?s)^# For 1 change the document does not say.*severe.*drop-x")

    def test_profile_that_is_there_gets_only_what_it_lacks(self):
        self.config('profiles = { mine = { environment = "test"; base_url = "https://own.example"; username = "u"; }; };')
        path = self.write("d.json", json.dumps(document(servers=[{"url": "https://other.example"}])))
        result = self.use("-p", "mine", "contract", "use", path)
        self.assertEqual(result.out, f'profiles = {{\n  mine = {{\n    contract = "{path}";\n  }};\n}};\n')
        self.assertIn("that group of", result.err)
        result = self.use("-p", "sandbox", "contract", "use", path)
        self.config(result.out)
        self.assert_code(self.run_program("-p", "sandbox", "contract", "show", "get-x"), 0)

    def test_works_with_a_broken_config(self):
        self.config("profiles = {")
        self.use("contract", "use", self.write("d.json", json.dumps(document())))

    def test_refused(self):
        self.write("page.html", "<html>")
        self.write("empty.json", '{"openapi":"3.0.3","paths":{}}')
        good = self.write("d.json", json.dumps(document()))
        for words, code in [(["contract", "use", "nowhere"], 3), (["contract", "use", "page.html"], 3), (["contract", "use", "empty.json"], 3),
                            (["-p", "1x", "contract", "use", good], 2), (["-p", "a b", "contract", "use", good], 2),
                            (["contract", "use", "-"], 2), (["contract", "use"], 2)]:
            with self.subTest(words=words):
                self.assert_failed(self.run_program(*words), code)


class Check(Case):
    def test_exit_codes(self):
        value = document()
        good = self.write("good.yaml", self.run_program("contract", "export", "-o", "yaml").out)
        value["paths"]["x"] = {}
        warned = self.write("warned.json", json.dumps(value))
        for path, plain, strict in [(good, 0, 0), (warned, 0, 13), (self.write("bad.json", "{}"), 3, 3)]:
            with self.subTest(path=path.name):
                self.assert_code(self.run_program("contract", "check", path), plain)
                self.assert_code(self.run_program("contract", "check", path, "--exit-code"), strict)
        self.assertEqual(self.run_program("contract", "check", good).json, [])

    def test_pointer_and_line(self):
        path = self.write("d.yaml", "openapi: 3.0.3\npaths:\n  x: {}\n  /a~b/{c}:\n    get:\n      summary: s\n      responses: {}\n")
        rows = self.run_program("contract", "check", path).json
        self.assertIn(("/paths/x", 3, False), [(r["pointer"], r["line"], r["fatal"]) for r in rows])
        self.assertIn("/paths/~1a~0b~1{c}/get", {r["pointer"] for r in rows if r["line"] in (5, 6)})
        text = self.run_program("contract", "check", path, "-o", "table").out
        self.assertIn("a path must begin with a slash: the path is left out\n    /paths/x (line 3)\n", text)
        self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])

    def test_as_a_person_reads_it(self):
        """Problem first; those of one kind stand together; descriptions are counted; nothing is wider than the terminal."""
        odd = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
        paths = {f"/a-rather-long-name-of-a-path/and-another-one/{i}": {"post": {"operationId": f"o{i}", "responses": {}, "requestBody": {
            "content": {"application/json": {"schema": {"type": "object", "properties": {"field": odd}}}}}}} for i in range(9)}
        path = self.write("d.json", json.dumps(document(paths=paths)))
        lines = self.run_program("contract", "check", path, "-o", "table").out.splitlines()
        self.assertEqual([line for line in lines if len(line) > 80], [])
        self.assertEqual([line for line in lines if not line.startswith(" ")],
                         ["several alternatives: the value is taken for JSON", "9 fields have no description: -o json lists them"])
        self.assertIn("    and 4 more: -o json lists them", lines)
        self.assertEqual(len(self.run_program("contract", "check", path).json), 18)

    def test_all_problems_of_what_cannot_be_used(self):
        path = self.write("d.json", json.dumps({"openapi": "3.0.3", "paths": {"a": {"get": {}}, "/{": {"get": {}}}}))
        result = self.run_program("contract", "check", path)
        self.assert_code(result, 3)
        self.assertEqual([(row["pointer"], row["fatal"]) for row in result.json], [("/paths/a", False), ("/paths/~1{", False), ("/paths", True)])

    def test_pages_saved_from_a_browser(self):
        redoc, swagger = "it is a Redoc page", "it is a Swagger UI page"
        pages = [
            ("<!DOCTYPE html><html><body><redoc spec-url='x.yaml'></redoc>", redoc),
            ("\ufeff<!doctype HTML>\n<script src=redoc.standalone.js></script>", redoc),
            ("<!-- saved from url=(0031)https://x.example/ -->\n<html><script>const __redoc_state = {\"spec\":{\"data\":{\"openapi\":\"3.0.3\"}}}", "spec.data"),
            ("<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><div id=\"swagger-ui\">", swagger),
            ("\n\n   <HTML><script>window.ui = SwaggerUIBundle({url: '/v3/api-docs'})", swagger),
            ("From: <Saved by Blink>\nSnapshot-Content-Location: https://x.example/swagger-ui/index.html\n\n<!DOCTYPE html><html>", swagger),
            ("some words before\r\n<html>", "it is an HTML page"),
        ]
        for text, said in pages:
            with self.subTest(text=text):
                result = self.run_program("contract", "check", self.write("page", text))
                self.assert_failed(result, 3, said, "hint: ")

    def test_document_that_quotes_a_page_is_none(self):
        text = "openapi: 3.0.3\ninfo:\n  description: |\n    <html>\n    <!doctype html>\npaths:\n  /x:\n    get: {operationId: x, responses: {}}\n"
        self.assert_code(self.run_program("contract", "check", self.write("d.yaml", text)), 0)
        self.assert_code(self.run_program("contract", "check", self.write("m.yaml", "<<: {}\n" + text)), 0)


class Show(Case):
    def test_80_columns(self):
        value = document()
        for i in range(1000):
            value["paths"][f"/v1/some/rather/long/path/of/a/vendor/{i}/{{id}}"] = {"get": {"operationId": f"operationNumber{i}", "responses": {}}}
        path = self.write("big.json", json.dumps(value))
        for words in (["--contract", path, "contract", "show"], ["contract", "show"], ["contract", "show", "entitlement", "terminate"],
                      ["contract", "diff", path]):
            with self.subTest(words=words):
                result = self.run_program(*words, tty=True, env={"COLUMNS": "80"})
                self.assert_code(result, 0)
                self.assertEqual([line for line in result.out.splitlines() if len(line) > 80], [])

    def test_one_operation(self):
        text = self.run_program("contract", "show", "entitlement", "cancel", tty=True, env={"COLUMNS": "80"}).out
        for part in ("entitlement cancel  POST /v1/entitlement/cancel/{entitlementId}", "danger       severe", "effect       change",
                     "ACTIVE-ENDING if status is ACTIVE", "body         optional", "cancelReasonCode  --reason-code (body)"):
            self.assertIn(part, text)
        first, second, *_ = self.run_program("contract", "show", "entitlement", "cancel").json
        self.assertEqual((first["danger"], first["from"][0], first["to"][-1]), ("severe", "PENDING", "CANCELLED"))
        self.assertEqual((second["field"], second["in"], second["required"]), ("entitlementId", "path", True))
