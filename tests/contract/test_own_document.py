# SPDX-License-Identifier: GPL-3.0-or-later
"""One more operation in a document is one more command: in help, table, wire and sandbox, with no C changed."""

import json

from blackbox import ROOT, Case, Recorder

BUILT_IN = ROOT / "src/contract/server-api.yaml"

PAUSE = """
  /v1/entitlement/pause/{entitlementId}:
    post:
      operationId: pauseEntitlement
      summary: Pause an entitlement for some days
      security:
        - basicAuth: []
      parameters:
        - $ref: '#/components/parameters/EntitlementId'
        - name: X-Tenant
          in: header
          required: false
          description: the tenant
          schema: {type: string}
        - name: notify
          in: query
          description: whether to tell the customer
          schema: {type: boolean}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [days]
              properties:
                days:
                  type: integer
                  minimum: 1
                  maximum: 30
                  description: how many
                pauseReason:
                  type: string
                  description: why
                  enum: [HOLIDAY, OTHER]
                timeout:
                  type: string
                  description: a name that a global option has too
      responses:
        '200':
          $ref: '#/components/responses/Suspended'
        '409':
          $ref: '#/components/responses/Conflict'
      x-bangoctl:
        command: entitlement pause
        danger: moderate
        effect: change
        done: paused
        from: [ACTIVE]
        to: SUSPENDED
        columns: [entitlementId, status]
        examples:
          - bangoctl -p sandbox entitlement pause ENT-1001 --days 3
        evidence:
          inferred: an operation for the tests
"""


class OneMoreOperation(Case):
    def setUp(self):
        super().setUp()
        text = BUILT_IN.read_text()
        self.write("config/bangoctl/acme.yaml", text.replace("\ncomponents:\n", PAUSE + "\ncomponents:\n", 1))

    def use(self, url):
        self.config('profiles = { acme = { environment = "test"; username = "sandbox"; password = "sandbox"; '
                    f'base_url = "{url}"; contract = "acme.yaml"; }}; }};')

    def test_check(self):
        result = self.run_program("contract", "check", "config/bangoctl/acme.yaml")
        self.assert_code(result, 0)
        self.assertIn("12 operations, 0 problems", result.err)

    def test_help_and_table(self):
        self.use("https://x.example")
        self.assertIn("entitlement pause      Pause an entitlement", self.run_program("-p", "acme", "--help").out)
        text = self.run_program("-p", "acme", "entitlement", "pause", "--help").out
        for part in ("POST /v1/entitlement/pause/{entitlementId}", "--days", "HOLIDAY", "--x-tenant", "--notify", "--field-timeout",
                     "--days 3"):
            self.assertIn(part, text)
        table = {row["name"]: row for row in self.run_program("-p", "acme", "commands", "-o", "json").json}
        self.assertEqual(table["entitlement pause"]["operationId"], "pauseEntitlement")
        self.assertNotIn("entitlement pause", {row["name"] for row in self.run_program("commands", "-o", "json").json})

    def test_on_the_wire_and_in_the_sandbox(self):
        server = self.serve("--contract", "config/bangoctl/acme.yaml")
        with Recorder(server.port) as recorder:
            self.use(recorder.url)
            result = self.run_program("-p", "acme", "entitlement", "pause", "ENT-1001", "--days", "3", "--pause-reason", "HOLIDAY",
                                      "--field-timeout", "x", "--x-tenant", "t 1", "--notify=false", "--request-id", "r-1")
            self.assert_code(result, 0)
            self.assertEqual(result.json["status"], "SUSPENDED")
            self.assertIn("paused ENT-1001", result.err)
            again = self.run_program("-p", "acme", "entitlement", "pause", "ENT-1001", "--days", "3")
            self.assert_failed(again, 4, "409")
            head, _, body = recorder.requests[0].partition(b"\r\n\r\n")
        self.assertEqual(head.split(b"\r\n")[0], b"POST /v1/entitlement/pause/ENT-1001?notify=false HTTP/1.1")
        self.assertIn(b"X-Tenant: t 1", head.split(b"\r\n"))
        self.assertEqual(json.loads(body), {"days": 3, "pauseReason": "HOLIDAY", "timeout": "x"})

    def test_in_process(self):
        result = self.sandbox("--contract", "config/bangoctl/acme.yaml", "entitlement", "pause", "ENT-1001", "--days", "3")
        self.assert_code(result, 0)
        again = self.sandbox("--contract", "config/bangoctl/acme.yaml", "entitlement", "get", "ENT-1001", "--field", "status")
        self.assertEqual(again.out, "SUSPENDED\n")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")  # the built-in contract's records are others

    def test_values_are_checked_before_anything_is_sent(self):
        self.use("http://127.0.0.1:1")
        for words, message in [(["--days", "0"], "days"), (["--days", "31"], "days"), (["--days", "1.5"], "days"), (["--days", "x"], "days"),
                               ([], "days"), (["--days", "3", "--pause-reason", "HOLIDY"], "HOLIDAY"),
                               (["--days", "3", "--set", "day=3"], "did you mean days?"), (["--days", "3", "--notify=no"], "notify")]:
            with self.subTest(words=words):
                self.assert_failed(self.run_program("-p", "acme", "entitlement", "pause", "ENT-1001", *words), 2, message)

    def test_profile_of_another_contract_does_not_have_it(self):
        self.assert_failed(self.sandbox("entitlement", "pause", "ENT-1001"), 2, "unknown command")

    def test_request_knows_its_danger(self):
        self.config('profiles = { l = { environment = "live"; username = "u"; password = "p"; base_url = "http://127.0.0.1:1"; '
                    'contract = "acme.yaml"; retries = 0; }; };')
        self.assert_failed(self.run_program("-p", "l", "request", "POST", "/v1/entitlement/pause/X", "--yes"), 9)
        self.assert_failed(self.run_program("-p", "l", "request", "POST", "/v1/entitlement/pausse/X", "--yes"), 11)


class OtherForms(Case):
    """Documents as others write them: JSON, Swagger 2, OpenAPI 3.1, without x-bangoctl."""

    OPENAPI = {
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {
            "/things/{thingId}": {
                "parameters": [{"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "getThing", "summary": "Get a thing", "responses": {"200": {"description": "ok"}}},
                "post": {"operationId": "changeThing", "summary": "Change a thing", "responses": {"200": {"description": "ok"}},
                         "requestBody": {"content": {"application/json": {"schema": {
                             "type": "object", "properties": {"howMany": {"type": ["integer", "null"]}}}}}}},
            },
        },
    }
    SWAGGER = {
        "swagger": "2.0", "info": {"title": "T", "version": "1"}, "basePath": "/base",
        "paths": {
            "/things/{thingId}": {
                "post": {"operationId": "changeThing", "summary": "Change a thing", "responses": {"200": {"description": "ok"}},
                         "parameters": [{"name": "thingId", "in": "path", "required": True, "type": "string"},
                                        {"name": "body", "in": "body",
                                         "schema": {"type": "object", "properties": {"howMany": {"type": "integer"}}}}]},
            },
        },
    }

    def table(self, document):
        path = self.write("doc.json", json.dumps(document))
        result = self.run_program("--contract", path, "commands", "-o", "json")
        self.assert_code(result, 0)
        return {row["operationId"]: row for row in result.json if row["operationId"]}

    def test_openapi_3_1(self):
        table = self.table(self.OPENAPI)
        self.assertEqual({(row["method"], row["path"]) for row in table.values()}, {("GET", "/things/{thingId}"), ("POST", "/things/{thingId}")})
        self.assertIn("how-many", [option["name"] for option in table["changeThing"]["options"]])

    def test_swagger_2(self):
        table = self.table(self.SWAGGER)
        self.assertEqual(table["changeThing"]["method"], "POST")
        self.assertIn("how-many", [option["name"] for option in table["changeThing"]["options"]])

    def test_both_can_be_called(self):
        for document in (self.OPENAPI, self.SWAGGER):
            path = self.write("doc.json", json.dumps(document))
            name = self.table(document)["changeThing"]["name"].split()
            result = self.run_program("-p", "sandbox", "--contract", path, *name, "a b", "--how-many", "3", "-n")
            self.assert_code(result, 0)
            self.assertIn("/things/a%20b HTTP/1.1", result.out)
            self.assertTrue(result.out.endswith('{"howMany":3}') or '{"howMany":3}\n' in result.out, result.out)

    def test_empty_texts(self):
        operation = {"operationId": "getThing", "summary": "", "description": "", "responses": {}, "parameters": [
            {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "sure", "in": "query", "required": True, "schema": {"type": "boolean"}}]}
        path = self.write("doc.json", json.dumps({**self.OPENAPI, "paths": {"/things/{thingId}": {"get": operation}}}))
        result = self.run_program("--contract", path, "get-thing", "--help")
        self.assert_code(result, 0)
        self.assertIn("  bangoctl get-thing THING-ID --sure [OPTION...]\n", result.out)
        result = self.run_program("-p", "sandbox", "--contract", path, "get-thing")
        self.assert_failed(result, 2, '"get-thing" needs THING-ID\n')

    def test_a_document_does_not_steer_the_terminal(self):
        nasty = "A\x1b[2J\u009b1m\x07\u202e"
        operation = {"operationId": "getThing", "summary": nasty, "description": nasty + "\r\n\tcode", "responses": {}, "parameters": [
            {"name": "kind", "in": "query", "description": nasty, "schema": {"type": "string", "enum": [nasty]}}],
            "x-bangoctl": {"examples": [nasty]}}
        path = self.write("doc.json", json.dumps({**self.OPENAPI, "paths": {"/things": {"get": operation}}}))
        for words in (["--help"], ["get-thing", "--help"], ["commands", "-o", "table"], ["contract", "show", "get-thing", "-o", "table"],
                      ["get-thing", "--kind", "x"], ["__complete", "--", "get-thing", "--kind", ""], ["__complete", "--", "get"]):
            with self.subTest(words=words):
                result = self.run_program("--contract", path, *words)
                self.assertNotRegex(result.out + result.err, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")

    def test_broken_documents(self):
        texts = ["", "[]", "3", "null", "{}", '{"openapi":"3.0.3"}', '{"openapi":"3.0.3","paths":[]}', '{"openapi":"4.0.0","paths":{}}',
                 '{"openapi":"3.0.3","paths":{"/x":{"get":3}}}', '{"openapi":"3.0.3","paths":{"/x/{y}":{"get":{"responses":{}}}}}',
                 "a: &a [*a]", "a: &a {b: *a}", "? {", "\t- x", "{" * 100000, "- " * 100000, "%YAML 9.9\n---\n{}", "a: !!python/object:os.system x",
                 "x: &a [1]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)),
                 '{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"$ref":"#/paths/~1x"}}}',
                 '{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{"responses":{"200":{"description":""}},'
                 '"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},'
                 '"components":{"schemas":{"A":{"allOf":[{"$ref":"#/components/schemas/A"}]}}}}']
        for text in texts:
            with self.subTest(text=text[:60]):
                path = self.write("doc.yaml", text)
                result = self.run_program("contract", "check", path)
                self.assertIn(result.code, (0, 3), f"\n{result}")
                self.assertLess(result.cpu, 10)
                if result.code:
                    self.assertIn("bangoctl: ", result.err)

    def test_size_costs_no_more_than_size(self):
        head = "openapi: 3.0.3\npaths: {/x: {get: {operationId: x, responses: {}}}}\n"
        count = 60000
        for name, rest in [("keys", "x-a:\n" + "".join(f"  key-{i}: 1\n" for i in range(count))),
                           ("anchors", "x-a:\n" + "".join(f"- &a{i} 1\n" for i in range(count)) + "- *a1\n" * count),
                           ("merges", "x-a:\n  <<: &a\n" + "".join(f"    key-{i}: 1\n" for i in range(count)) + "  <<: *a\n"),
                           ("a list of merges", "".join(f"x-a{i}: &a{i} {{k{i}: 1, k: {i}}}\n" for i in range(9000)) +
                            "x-b:\n  <<: [" + ", ".join(f"*a{i}" for i in range(9000)) + "]\n")]:
            with self.subTest(name=name):
                result = self.run_program("contract", "check", self.write("doc.yaml", head + rest))
                self.assert_code(result, 0)
                self.assertLess(result.cpu, 10)
        result = self.run_program("contract", "check", self.write("doc.yaml", head + "x-a:\n" + "".join(f"  key-{i}: 1\n" for i in range(99)) + "  key-7: 2\n"))
        self.assert_failed(result, 3, 'line 103, column 3: the key "key-7" stands here twice')

    def test_reference_to_itself_is_named(self):
        path = self.write("doc.yaml", '{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{"operationId":"x",'
                          '"responses":{"200":{"description":""}},"requestBody":{"content":{"application/json":{"schema":'
                          '{"$ref":"#/components/schemas/A"}}}}}}},"components":{"schemas":{"A":{"$ref":"#/components/schemas/A"}}}}')
        result = self.run_program("contract", "check", path)
        self.assertIn("references lead in a circle", result.out)
