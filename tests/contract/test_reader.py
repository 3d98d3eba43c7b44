# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document says, and what of it arrives on the wire: values, lists, credentials, servers, names."""

import json

from blackbox import Case, Peer, json_answer


def operation(**more):
    return {"operationId": "o", "summary": "s", "responses": {"200": {"description": "d"}}, **more}


def document(paths, version="3.0.3", **more):
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def query(schema, **more):
    return document({"/a": {"get": operation(parameters=[{"name": "q", "in": "query", "description": "d", "schema": schema, **more}])}})


def body(schema, version="3.0.3", **more):
    return document({"/a": {"post": operation(requestBody={"content": {"application/json": {"schema": schema}}}, **more)}}, version)


class ReaderCase(Case):
    def use(self, doc, profile="", name="doc.json"):
        """A profile `p` with this document as its contract."""
        text = doc if isinstance(doc, str) else json.dumps(doc)
        path = self.write(f"config/bangoctl/{name}", text)
        self.config(f'profiles = {{ p = {{ environment = "test"; username = "u"; password = "pw"; contract = "{path}"; {profile} }}; }};')
        return path

    def run_p(self, *words):
        return self.run_program("-p", "p", *words)

    def dry(self, *words):
        """The request that would be sent."""
        result = self.run_p(*words, "-n", "-o", "json")
        self.assert_code(result, 0)
        return result.json

    def problems(self, doc):
        path = self.write("check.json", doc if isinstance(doc, str) else json.dumps(doc))
        result = self.run_program("contract", "check", path, "-o", "json")
        self.assert_code(result, 0)
        return {row["pointer"]: row["problem"] for row in (result.json if result.stdout else [])}


HERE = 'base_url = "http://127.0.0.1:1";'


class Values(ReaderCase):
    def assert_rules(self, doc, option, good, bad):
        """Good values are taken; bad ones are exit 2, in one line that names option and value."""
        self.use(doc, HERE)
        for value in good:
            with self.subTest(good=value):
                self.dry("o", f"--{option}={value}")
        for value in bad:
            with self.subTest(bad=value):
                result = self.run_p("o", f"--{option}={value}", "-n")
                self.assert_failed(result, 2, f"--{option}: ")
                self.assertLessEqual(len(result.err.splitlines()), 2)

    def test_whole_numbers(self):
        self.assert_rules(query({"type": "integer", "minimum": 2, "maximum": 5}), "q", [2, 5], [1, 6, "2.5", "x", ""])
        self.assert_rules(query({"type": "integer", "minimum": 2, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": True}), "q", [3, 4], [2, 5])
        self.assert_rules({**query({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 5}), "openapi": "3.1.0"}, "q", [3, 4], [2, 5])
        self.assert_rules(query({"type": "integer", "minimum": 1.5, "maximum": -1.5e-3 + 4}), "q", [2, 3], [1, 4])
        self.assert_rules(query({"type": "integer", "minimum": -1.5}), "q", [-1, 0], [-2])
        self.assert_rules(query({"type": "integer", "minimum": 0, "maximum": 0}), "q", [0], [1, -1])
        self.assert_rules(query({"type": "integer", "enum": [1, 2]}), "q", [1, 2], [3, "1.0"])

    def test_numbers(self):
        self.assert_rules(query({"type": "number", "minimum": 0.5, "maximum": 1.5}), "q", ["0.5", "1.5", "1e0"], ["0.4", "1.6", "x"])
        self.assert_rules(query({"type": "number", "minimum": 0, "exclusiveMinimum": True}), "q", ["0.001"], ["0", "-1"])
        self.assert_rules({**query({"type": "number", "exclusiveMaximum": 1, "maximum": 7}), "openapi": "3.1.0"}, "q", ["0.9"], ["1", "2"])

    def test_texts(self):
        self.assert_rules(query({"type": "string", "minLength": 2, "maxLength": 3}), "q", ["äö", "äöü", "日本語"], ["ä", "äöüß"])
        self.assert_rules(query({"type": "string", "format": "date"}), "q", ["2030-01-31"], ["2030-02-31", "2030-01-31T00:00:00Z", "x"])
        self.assert_rules(query({"type": "string", "format": "date-time"}), "q", ["2030-01-31T00:00:00Z"], ["x", "2030-13-01T00:00:00Z"])
        self.assert_rules(query({"type": "string", "format": "no-such-format"}), "q", ["anything"], [])
        self.assert_rules(query({"type": "string", "enum": ["A", "B b"]}), "q", ["A", "B b"], ["a", "C"])

    def test_patterns(self):
        """As ECMA-262 has them: not anchored, Unicode, \\uXXXX, a dollar that is the very end."""
        for pattern, good, bad in [("^[A-Z]{2}$", ["AB"], ["ABC", "ab", "AB\n"]), ("b", ["abc"], ["ac"]), ("^.$", ["ä", "😀"], ["ab"]),
                                   ("^\\u00e4$", ["ä"], ["a"]), ("^\\d+$", ["12"], ["١٢", "x"]), ("^(?:a|b)*$", ["", "abab"], ["c"]),
                                   ("^[^]$", ["x"], ["xy"])]:
            with self.subTest(pattern=pattern):
                self.assert_rules(query({"type": "string", "pattern": pattern}), "q", good, bad)

    def test_lists(self):
        self.use(query({"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "integer", "maximum": 5}}), HERE)
        for values, code in [([1, 2], 0), ([1, 2, 3], 0), ([1], 2), ([1, 2, 3, 4], 2), ([1, 6], 2), ([], 0)]:
            with self.subTest(values=values):
                self.assert_code(self.run_p("o", *[f"--q={value}" for value in values], "-n"), code)

    def test_required(self):
        self.use(query({"type": "string"}, required=True), HERE)
        self.assert_failed(self.run_p("o", "-n"), 2, 'needs --q')

    def test_bodies(self):
        schema = {"type": "object", "properties": {
            "n": {"type": "integer", "enum": [1, 2]}, "s": {"type": "string", "enum": ["1", "2", None], "nullable": True}, "b": {"type": "boolean"},
            "d": {"type": "number"}, "o": {"properties": {"x": {"type": "string"}}}, "l": {"type": "array", "items": {"type": "integer", "enum": [7]}},
            "r": {"type": "string", "readOnly": True}, "p": {"type": "string", "default": "P"}, "j": {"oneOf": [{"type": "string"}, {"type": "object"}]}}}
        self.use(body(schema), HERE)
        sent = self.dry("o", "--n", "2", "--s", "1", "--b", "--d", "1.50", "--o.x", "y", "--l", "7", "--j", '{"a": 1}')["body"]
        self.assertEqual(sent, {"n": 2, "s": "1", "b": True, "d": 1.5, "o": {"x": "y"}, "l": [7], "j": {"a": 1}})
        self.assertEqual(self.dry("o", "--s", "null")["body"], {"s": None})
        self.assertIsNone(self.dry("o")["body"])
        self.assert_failed(self.run_p("o", "--r", "x", "-n"), 2, "unknown option")
        self.assertIn("default P", self.run_p("o", "--help").out)

    def test_of_3_1(self):
        schema = {"type": "object", "properties": {
            "c": {"const": 7}, "k": {"type": "string", "const": "K"}, "t": {"type": ["string", "null"]},
            "u": {"anyOf": [{"type": "integer", "maximum": 3}, {"type": "null"}]}, "m": {"type": ["string", "integer"]}}}
        self.use(body(schema, "3.1.0"), HERE)
        self.assertEqual(self.dry("o", "--c", "7", "--k", "K", "--t", "x", "--u", "3", "--m", '"z"')["body"], {"c": 7, "k": "K", "t": "x", "u": 3, "m": "z"})
        for words in (["--c", "8"], ["--k", "k"], ["--u", "4"], ["--u", "x"]):
            self.assert_failed(self.run_p("o", *words, "-n"), 2, words[0])
        self.assertEqual([p for p in self.problems(body(schema, "3.1.0")) if p.endswith(("anyOf", "type"))],
                         ["/paths/~1a/post/requestBody/content/application~1json/schema/properties/m/type"])

    def test_set_raw_warns(self):
        schema = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 3}, "s": {"type": "string", "pattern": "^a"},
                                                   "l": {"type": "array", "maxItems": 1, "items": {"type": "string"}}, "e": {"enum": ["A"]}}}
        self.use(body(schema), HERE)
        for pair in ("n:=4", 'n:="x"', 's:="b"', 'l:=["a","b"]', "l:=3", 'e:="B"', "n:={}"):
            with self.subTest(pair=pair):
                result = self.run_p("o", "--set", pair, "-n")
                self.assert_code(result, 0)
                self.assertIn(f"warning: --set {pair[0]}", result.err)
        for pair in ("n:=3", "n:=null", 's:="ab"', 'l:=["a"]', 'e:="A"'):
            with self.subTest(pair=pair):
                self.assertNotIn("warning", self.run_p("o", "--set", pair, "-n").err)
        self.assert_failed(self.run_p("o", "--set", "n=4", "-n"), 2)

    def test_open_bodies(self):
        for schema, code in [({"properties": {"a": {"type": "string"}}}, 2), ({"properties": {"a": {}}, "additionalProperties": False}, 2),
                             ({"properties": {"a": {}}, "additionalProperties": True}, 0), ({"type": "object", "additionalProperties": {"type": "string"}}, 0),
                             ({"type": "object"}, 0), ({"oneOf": [{"type": "object"}, {"type": "array"}]}, 0)]:
            with self.subTest(schema=schema):
                self.use(body(schema), HERE)
                self.assert_code(self.run_p("o", "--set", "other=1", "-n"), code)

    def test_help(self):
        doc = query({"type": "integer", "default": 5, "example": 3}, deprecated=True)
        doc["paths"]["/a"]["get"]["deprecated"] = True
        path = self.use(doc, HERE)
        text = self.run_p("o", "--help").out
        for part in ("s (deprecated)", "d (deprecated) (default 5) (such as 3)"):
            self.assertIn(part, text)
        self.assertIn("deprecated", self.run_program("--contract", path, "--help").out)


class Lists(ReaderCase):
    def url(self, schema, *words, swagger=None, **more):
        doc = query(schema, **more)
        if swagger is not None:
            doc = {"swagger": "2.0", "paths": {"/a": {"get": operation(parameters=[{"name": "q", "in": "query", **schema, **swagger}])}}}
        self.use(doc, HERE)
        return self.dry("o", *words)["url"].partition("?")[2]

    def test_query(self):
        strings, words = {"type": "array", "items": {"type": "string"}}, ["--q", "a,b", "--q", "c d"]
        for more, wanted in [({}, "q=a%2Cb&q=c%20d"), ({"explode": True}, "q=a%2Cb&q=c%20d"), ({"explode": False}, "q=a%2Cb,c%20d"),
                             ({"style": "spaceDelimited"}, "q=a%2Cb%20c%20d"), ({"style": "pipeDelimited", "explode": False}, "q=a%2Cb%7Cc%20d")]:
            with self.subTest(more=more):
                self.assertEqual(self.url(strings, *words, **more), wanted)
        for form, wanted in [(None, "q=a%2Cb,c%20d"), ("csv", "q=a%2Cb,c%20d"), ("multi", "q=a%2Cb&q=c%20d"), ("pipes", "q=a%2Cb%7Cc%20d"),
                             ("ssv", "q=a%2Cb%20c%20d"), ("tsv", "q=a%2Cb%09c%20d")]:
            with self.subTest(form=form):
                self.assertEqual(self.url(strings, *words, swagger={"collectionFormat": form} if form else {}), wanted)

    def test_objects(self):
        self.assertEqual(self.url({"type": "object"}, "--q", "a=1", "--q", "b=2 3"), "a=1&b=2%203")
        self.assertEqual(self.url({"type": "object"}, "--q", "a=1", "--q", "b=2", style="deepObject"), "q%5Ba%5D=1&q%5Bb%5D=2")

    def test_nested_in_an_object(self):
        nested = {"type": "object", "properties": {"x": {"type": "string"}}}
        schema = {"type": "object", "properties": {"a": {"type": "string"}, "o": nested, "l": {"type": "array", "items": {"type": "string"}}, "r": {"$ref": "#/x-o"}}}
        for style in ("deepObject", "form"):
            doc = {**query(schema, style=style, explode=True), "x-o": {"allOf": [nested]}}
            problems = self.problems(doc)
            told = {pointer.rsplit("/", 1)[1] for pointer, problem in problems.items() if "nested in an object" in problem}
            self.assertEqual(told, {"o", "l", "r"}, problems)

    def test_headers(self):
        doc = query({"type": "string"})
        doc["paths"]["/a"]["get"]["parameters"] = [{"name": "X-L", "in": "header", "description": "d", "schema": {"type": "array", "items": {"type": "string"}}}]
        self.use(doc, HERE)
        self.assertEqual(self.dry("o", "--x-l", "a", "--x-l", "b")["headers"]["X-L"], "a,b")


class Fallbacks(ReaderCase):
    def test_uuid_in_the_path_is_the_only_one(self):
        """What x-bangoctl.default cannot be is told, and the parameter stays required."""
        for place, value, good in [("path", "uuid", True), ("path", "x", False), ("query", "uuid", False), ("header", "x", False), ("query", 3, False)]:
            path = "/a/{q}" if place == "path" else "/a"
            doc = document({path: {"get": operation(parameters=[{"name": "q", "in": place, "required": True, "description": "d", "schema": {"type": "string"},
                                                                 "x-bangoctl": {"default": value}}])}})
            with self.subTest(place=place, value=value):
                self.use(doc, HERE)
                result = self.run_p("o", "-n", "-o", "json")
                pointer = f"/paths/{path.replace('/', '~1')}/get/parameters/0/x-bangoctl/default"
                if good:
                    self.assert_code(result, 0)
                    self.assertRegex(result.json["url"], "/a/[0-9a-f]{8}-")
                else:
                    self.assert_failed(result, 2)
                self.assertEqual(pointer in self.problems(doc), not good)

    def test_in_a_body_neither(self):
        doc = body({"type": "object", "properties": {"a": {"type": "string", "x-bangoctl": {"default": "uuid"}}}})
        self.assertIn("/paths/~1a/post/requestBody/content/application~1json/schema/properties/a/x-bangoctl/default", self.problems(doc))


SCHEMES = {"b": {"type": "http", "scheme": "Basic"}, "t": {"type": "http", "scheme": "bearer"}, "k": {"type": "apiKey", "in": "header", "name": "X-Key"},
           "o": {"type": "oauth2", "flows": {}}}


class Security(ReaderCase):
    def doc(self, own=None, whole=None):
        doc = document({"/a": {"get": operation(parameters=[{"name": "X-Key", "in": "header", "schema": {"type": "string"}}])},
                        "/b": {"post": {**operation(), "operationId": "open", "security": []}}}, components={"securitySchemes": SCHEMES})
        if own is not None:
            doc["paths"]["/a"]["get"]["security"] = own
        if whole is not None:
            doc["security"] = whole
        return doc

    def credentials(self, *words):
        headers = self.dry(*words)["headers"]
        return {name: headers[name] for name in ("Authorization", "X-Key") if name in headers}

    def test_who_decides(self):
        basic, bearer, key = {"Authorization": "Basic ***"}, {"Authorization": "Bearer ***"}, {"X-Key": "***"}
        for own, whole, profile, wanted in [
                (None, None, "", basic), (None, [{"t": []}], "", bearer), ([{"k": []}], [{"t": []}], "", key), ([{"b": []}], [{"t": []}], "", basic),
                ([], [{"t": []}], "", {}), ([{}], None, "", {}), ([{}, {"t": []}], None, "", bearer), ([{"o": []}, {"k": []}], None, "", key),
                ([{"o": []}], None, "", bearer), ([{"k": [], "t": []}], None, "", basic),
                ([{"k": []}], None, 'auth = "bearer";', bearer), ([], None, 'auth = "basic";', basic),
                ([{"k": []}], None, 'auth_header = "X-Other";', {}), (None, [{"k": []}], 'auth = "header"; auth_header = "X-Key";', key)]:
            with self.subTest(own=own, whole=whole, profile=profile):
                self.use(self.doc(own, whole), HERE + profile)
                self.assertEqual(self.credentials("o"), wanted)

    def test_on_the_wire(self):
        for own, line in [([{"b": []}], b"Authorization: Basic dTpwdw=="), ([{"t": []}], b"Authorization: Bearer pw"), ([{"k": []}], b"X-Key: pw")]:
            with self.subTest(own=own), Peer(json_answer()) as peer:
                self.use(self.doc(own), f'base_url = "{peer.url}";')
                result = self.run_p("o", "-vv", "--trace", "trace")
                self.assert_code(result, 0)
                self.assertIn(line, peer.requests[0].split(b"\r\n"))
                seen = result.stdout + result.stderr + (self.home / "trace").read_bytes()
                self.assertNotIn(line.split()[-1] if line[0:1] == b"A" else b": pw", seen)
                self.assert_code(self.run_p("open"), 0)
                self.assertNotIn(b"uthorization", peer.requests[1])
                self.assertNotIn(b"X-Key", peer.requests[1])
                audit = b"".join(path.read_bytes() for path in self.home.rglob("audit*"))
                self.assertNotIn(b"dTpwdw", audit)

    def heads(self, request):
        """The header lines as (name in small letters, value)."""
        return [tuple(part.strip() for part in line.decode().lower().split(":", 1)) for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]

    def test_no_header_beside_the_secret(self):
        for own, profile, name in [([{"k": []}], "", "X-Key"), ([{"k": []}], 'auth_header = "X-Other";', "X-Other"),
                                   (None, 'auth = "header"; auth_header = "X-Key";', "X-Key"), ([{"b": []}], "", "Authorization")]:
            with self.subTest(own=own, profile=profile), Peer(json_answer()) as peer:
                self.use(self.doc(own), f'base_url = "{peer.url}"; {profile}')
                for words in (["o"], ["request", "GET", "/a"]):
                    result = self.run_p(*words, "--header", f"{name.swapcase()}: mine")
                    self.assert_failed(result, 2)
                    self.assertIn(name.lower(), result.err.lower())
                self.assertEqual(peer.connections, 0)
        self.assert_code(self.run_p("open", "--header", "X-Key: mine", "-n"), 0)

    def test_the_documents_parameter_gives_way_to_the_profiles_secret(self):
        doc = self.doc()
        doc["paths"]["/a"]["get"]["parameters"][0]["required"] = True
        with Peer(json_answer()) as peer:
            self.use(doc, f'base_url = "{peer.url}"; auth = "header"; auth_header = "X-Key";')
            self.assert_code(self.run_p("o"), 0)
            self.assertEqual([value for name, value in self.heads(peer.requests[0]) if name == "x-key"], ["pw"])
            rows = self.run_p("contract", "check", "-o", "json").json
        self.assertIn({"pointer": "/paths/~1a/get/parameters/0", "problem": 'the credentials go out in the header "X-Key": the parameter is left out'},
                      [{key: row[key] for key in ("pointer", "problem")} for row in rows])

    def test_headers_that_we_set_are_no_parameters(self):
        named = ["Host", "Content-Length", "user-agent", "Transfer-Encoding", "Connection", "Expect", "Proxy-Authorization", "Proxy-Connection", "Upgrade", "te",
                 "Trailer", "Keep-Alive"]
        names = [*named, "Accept", "Content-Type", "Authorization", "X-RequestIdentifier"]
        doc = document({"/a": {"get": operation(parameters=[{"name": name, "in": "header", "required": True, "description": "d", "schema": {"type": "string"}}
                                                            for name in names])}})
        self.use(doc, HERE)
        self.dry("o")
        problems = self.problems(doc)
        for number, name in enumerate(names):
            self.assertEqual(problems.get(f"/paths/~1a/get/parameters/{number}"),
                             f'the client itself sets the header "{name}": the parameter is left out' if number < len(named) else None)

    def test_header_replaces_what_may_be_replaced(self):
        doc = document({"/a": {"post": operation(parameters=[{"name": "X-Tenant", "in": "header", "schema": {"type": "string"}}],
                                                 requestBody={"content": {"application/json": {"schema": {"type": "object"}}}})}})
        with Peer(json_answer()) as peer:
            self.use(doc, f'base_url = "{peer.url}";')
            own = {"User-Agent": "x", "accept": "text/x", "CONTENT-TYPE": "application/merge-patch+json", "X-Tenant": "b"}
            words = [word for name, value in own.items() for word in ("--header", f"{name}: {value}")]
            for call in (["o", "--x-tenant", "a"], ["request", "POST", "/a"]):
                self.assert_code(self.run_p(*call, "--body" if call[0] == "o" else "--data", "{}", *words, "--header", "X-Tenant: c", "-y"), 0)
        for request in peer.requests:
            heads = self.heads(request)
            for name, value in own.items():
                values = [found for head, found in heads if head == name.lower()]
                self.assertEqual(values, [value, "c"] if name == "X-Tenant" else [value])

    def test_auth_header_that_frames_the_request_is_refused(self):
        for name in ("Content-Length", "host", "User-Agent", "X-RequestIdentifier", "X Y", "X-A: b"):
            self.use(self.doc(), HERE + f'auth = "header"; auth_header = "{name}";')
            self.assert_failed(self.run_p("o", "-n"), 3, f'"{name}"')
        self.use(self.doc(), HERE + 'auth = "header"; auth_header = "Authorization";')
        self.assert_code(self.run_p("o", "-n"), 0)

    def test_without_credentials_none_are_asked_for(self):
        path = self.use(self.doc())
        with Peer(json_answer()) as peer:
            self.config(f'profiles = {{ p = {{ environment = "test"; base_url = "{peer.url}"; contract = "{path}"; }}; }};')
            self.assert_code(self.run_p("open"), 0)
            self.assert_failed(self.run_p("o"), 3, "no user name")

    def test_no_user_name_but_for_basic(self):
        path = self.use(self.doc([{"k": []}], [{"b": []}]))
        with Peer(json_answer()) as peer:
            self.config(f'profiles = {{ p = {{ environment = "test"; base_url = "{peer.url}"; password = "pw"; contract = "{path}"; }}; }};')
            self.assert_code(self.run_p("o"), 0)

    def test_curl(self):
        for own, part in [([{"b": []}], "-u 'u:'"), ([{"t": []}], "Bearer $BANGOCTL_PASSWORD"), ([{"k": []}], "X-Key: $BANGOCTL_PASSWORD"), ([], None)]:
            self.use(self.doc(own), HERE)
            out = self.run_p("o", "--curl").out
            self.assertIn(part or "X-RequestIdentifier", out)
            self.assertEqual("$BANGOCTL_PASSWORD" in out, part is not None)

    def test_origin(self):
        path = self.use(self.doc(None, [{"k": []}]), HERE)
        rows = {row["setting"]: row for row in self.run_p("config", "show", "--origin", "-o", "json").json}
        self.assertEqual((rows["auth"]["value"], rows["auth"]["origin"]), ("header", f"contract {path}"))
        self.assertEqual((rows["auth_header"]["value"], rows["auth_header"]["origin"]), ("X-Key", f"contract {path}"))

    def test_swagger_2(self):
        doc = {"swagger": "2.0", "paths": {"/a": {"get": operation(security=[{"k": []}])}}, "security": [{"b": []}],
               "securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}, "b": {"type": "basic"}}}
        self.use(doc, HERE)
        self.assertEqual(self.credentials("o"), {"X-Key": "***"})
        self.assertEqual(self.problems(doc), {})


class Servers(ReaderCase):
    def url(self, profile="", **more):
        self.use(document({"/a": {"get": operation()}}, **more), profile)
        return self.dry("o")["url"]

    def test_openapi_3(self):
        for servers, wanted in [([{"url": "https://x.example/v1"}], "https://x.example/v1/a"), ([{"url": "https://x.example/"}], "https://x.example/a"),
                                ([{"url": "/v1"}, {"url": "https://y.example"}], "https://y.example/a"),
                                ([{"url": "http://x.example"}, {"url": "https://y.example"}], "https://y.example/a"),
                                ([{"url": "http://127.0.0.1:9/v1"}], "http://127.0.0.1:9/v1/a"),
                                ([{"url": "https://{e}.x.example:{p}", "variables": {"e": {"default": "test"}, "p": {"default": 8443}}}],
                                 "https://test.x.example:8443/a")]:
            with self.subTest(servers=servers):
                self.assertEqual(self.url(servers=servers), wanted)
        self.assertEqual(self.url(HERE, servers=[{"url": "https://x.example/v1"}]), "http://127.0.0.1:1/a")

    def test_unusable(self):
        for servers, part in [(None, "no base_url"), ([], "no base_url"), ([{"url": "/v1"}], "no base_url"), ([{"url": "https://{e}.example"}], "no base_url"),
                              ([{"url": "ftp://x.example"}], "no base_url"), ([{"url": "https://u:p@x.example"}], "no base_url"),
                              ([{"url": "http://x.example"}], "is not https"), ([{"url": "https://us.resale.api.bango.com"}], "is a live host"), ([3], "no base_url")]:
            with self.subTest(servers=servers):
                self.use(document({"/a": {"get": operation()}}, **({} if servers is None else {"servers": servers})))
                self.assert_failed(self.run_p("o", "-n"), 3, part)

    def test_live_host_of_a_test_profile(self):
        path = self.use(document({"/a": {"get": operation()}}, servers=[{"url": "https://x.sandbox.bango.com"}]))
        self.config(f'profiles = {{ p = {{ environment = "live"; username = "u"; contract = "{path}"; }}; }};')
        self.assert_failed(self.run_p("o", "-n"), 3, "is a test host")

    def test_swagger_2(self):
        for more, wanted in [({"host": "x.example", "basePath": "/v1", "schemes": ["http", "https"]}, "https://x.example/v1/a"),
                             ({"host": "x.example:99"}, "https://x.example:99/a"), ({"host": "x.example", "basePath": "v1"}, "https://x.example/v1/a"),
                             ({"host": "127.0.0.1:9", "schemes": ["http"]}, "http://127.0.0.1:9/a"), ({"host": "x.example", "basePath": "/"}, "https://x.example/a")]:
            with self.subTest(more=more):
                self.use({"swagger": "2.0", "paths": {"/a": {"get": operation()}}, **more})
                self.assertEqual(self.dry("o")["url"], wanted)

    def test_built_in_has_none(self):
        self.config('profiles = { p = { environment = "test"; username = "u"; password = "p"; }; };')
        self.assert_failed(self.run_p("echo", "-n"), 3, "no base_url")

    def test_sandbox_stays_within(self):
        path = self.use(document({"/a": {"get": operation()}}, servers=[{"url": "https://x.example"}]))
        self.assertIn("127.0.0.1", self.run_program("-p", "sandbox", "--contract", path, "o", "-n").out)

    def test_shell_and_script(self):
        self.use(document({"/a": {"get": operation()}}, servers=[{"url": "https://x.example/v1"}], security=[{"t": []}],
                          components={"securitySchemes": SCHEMES}))
        result = self.run_program("-p", "p", "run", "-", stdin="o -n --timeout 3\nset output json\no -n\n")
        self.assert_code(result, 0)
        self.assertEqual(result.out.count("x.example"), 2)
        self.assertEqual(result.out.count("Bearer ***"), 2)

    def test_config_says_it(self):
        path = self.use(document({"/a": {"get": operation()}}, servers=[{"url": "https://x.example/v1"}]))
        rows = {row["setting"]: row for row in self.run_p("config", "show", "--origin", "-o", "json").json}
        self.assertEqual((rows["base_url"]["value"], rows["base_url"]["origin"]), ("https://x.example/v1", f"contract {path}"))
        self.assert_code(self.run_program("config", "check"), 0)


class References(ReaderCase):
    def test_all_kinds(self):
        doc = document({"/a/{id}": {"$ref": "#/components/pathItems/A"}}, "3.1.0", components={
            "pathItems": {"A": {"parameters": [{"$ref": "#/components/parameters/Id"}], "post": {
                "operationId": "o", "summary": "s", "parameters": [{"$ref": "#/components/parameters/Q"}],
                "requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": {"200": {"$ref": "#/components/responses/R"}},
                "x-bangoctl": {"columns": ["k"], "effect": "read"}}}},
            "parameters": {"Id": {"name": "id", "in": "path", "required": True, "description": "d", "schema": {"type": "string"}},
                           "Q": {"name": "q", "in": "query", "description": "d", "schema": {"$ref": "#/components/schemas/S"},
                                 "examples": {"e": {"$ref": "#/components/examples/E"}}}},
            "requestBodies": {"B": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/T"}}}}},
            "responses": {"R": {"description": "d", "headers": {"X": {"$ref": "#/components/headers/H"}}, "content": {"application/json": {
                "examples": {"e": {"$ref": "#/components/examples/Reply"}}}}}},
            "examples": {"E": {"value": "three"}, "Reply": {"value": {"k": 1}}}, "headers": {"H": {"schema": {"type": "string"}}},
            "schemas": {"S": {"type": "string", "maxLength": 5}, "T": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/S", "description": "d"}}}}})
        self.use(doc, HERE)
        self.assertEqual(self.problems(doc), {})
        self.assertIn("such as three", self.run_p("o", "--help").out)
        request = self.dry("o", "1", "--q", "abcde", "--x", "y")
        self.assertEqual((request["url"], request["body"]), ("http://127.0.0.1:1/a/1?q=abcde", {"x": "y"}))
        self.assertEqual(self.dry("o", "1")["body"], {})
        self.assert_failed(self.run_p("o", "1", "--x", "abcdef", "-n"), 2)
        result = self.run_program("-p", "sandbox", "--contract", self.home / "config/bangoctl/doc.json", "o", "1")
        self.assertEqual(result.json, {"k": 1}, f"\n{result}")

    def test_swagger_2(self):
        doc = {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "consumes": ["application/json"], "produces": ["application/json"],
               "parameters": {"Id": {"name": "id", "in": "path", "required": True, "type": "string", "description": "d"},
                              "B": {"name": "b", "in": "body", "required": True, "schema": {"$ref": "#/definitions/D"}}},
               "definitions": {"D": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 3, "description": "d"}}}},
               "responses": {"R": {"description": "d", "schema": {"type": "object"}}},
               "paths": {"/a/{id}": {"parameters": [{"$ref": "#/parameters/Id"}], "post": {
                   "operationId": "o", "summary": "s", "parameters": [{"$ref": "#/parameters/B"}], "responses": {"200": {"$ref": "#/responses/R"}}}}}}
        self.use(doc, HERE)
        self.assertEqual(self.problems(doc), {})
        self.assertEqual(self.dry("o", "1", "--n", "3")["body"], {"n": 3})
        self.assert_failed(self.run_p("o", "1", "-n"), 2, "needs --n")
        self.assert_failed(self.run_p("o", "1", "--n", "4", "-n"), 2)
        doc["paths"]["/a/{id}"]["parameters"].append({"$ref": "#/parameters/B"})
        doc["paths"]["/a/{id}"]["post"]["parameters"] = []
        self.use(doc, HERE)
        self.assertEqual(self.dry("o", "1", "--n", "3")["body"], {"n": 3})

    def test_yaml_and_json_are_one(self):
        text = "openapi: 3.0\npaths:\n  /a:\n    get:\n      operationId: o\n      parameters:\n        - {name: q, in: query, schema: {type: integer, maximum: 3}}\n"
        self.use(text, HERE, "doc.yaml")
        self.assertTrue(self.dry("o", "--q", "3")["url"].endswith("?q=3"))
        self.assert_failed(self.run_p("o", "--q", "4", "-n"), 2)


class Names(ReaderCase):
    def test_names(self):
        paths = {"/a": {"get": {"tags": ["User Accounts"], "operationId": "listUsers", "summary": "s"}}, "/b/{x}/c": {"put": {"summary": "s"}},
                 "/d": {"get": {"x-bangoctl": {"command": "Do  It now"}, "summary": "s"}}, "/e": {"get": {"tags": [""], "operationId": "", "summary": "s"}},
                 "/f": {"get": {"tags": ["config"], "operationId": "show", "summary": "s"}}, "/": {"get": {"summary": "s"}}}
        path = self.write("doc.json", json.dumps(document(paths)))
        table = {row["path"]: row["name"] for row in self.run_program("--contract", path, "commands", "-o", "json").json if row["path"]}
        self.assertEqual(table, {"/a": "user-accounts list-users", "/b/{x}/c": "put-b-x-c", "/d": "do it now", "/e": "get-e", "/f": "api config show",
                                 "/": "get"})

    def test_odd_wire_names(self):
        wires = ["page[size]", "$.xgafv", "sort[]", "日本", "*", "x5t#S256", "_links", "a--b", "filter[0].x"]
        doc = document({"/a": {"get": operation(parameters=[{"name": wire, "in": "query", "schema": {"type": "string"}} for wire in wires])}})
        path = self.use(doc, HERE)
        rows = {row["name"]: row for row in self.run_program("--contract", path, "commands", "-o", "json").json}
        names = [option["name"] for option in rows["o"]["options"]]
        self.assertEqual(names, ["page-size", "xgafv", "field-sort", "field-4", "field-5", "x5t-s256", "links", "a-b", "filter-0-x"])
        self.assertEqual(self.dry("o", "--field-4", "x")["url"].partition("?")[2], "%E6%97%A5%E6%9C%AC=x")

    def test_properties_with_a_dot(self):
        doc = body({"type": "object", "properties": {"a.b": {"type": "string"}, "a": {"type": "object", "properties": {"b": {"type": "string"}}}}})
        self.use(doc, HERE)
        self.assertEqual(self.dry("o", "--a.b", "1", "--body", '{"a.b": "2"}')["body"], {"a": {"b": "1"}, "a.b": "2"})
        self.assertIn("--body takes it", self.problems(doc)["/paths/~1a/post/requestBody/content/application~1json/schema/properties/a.b"])


FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data"
FIELDS = {"type": "object", "required": ["a"], "properties": {
    "a": {"type": "string"}, "n": {"type": "integer"}, "f": {"type": "boolean"}, "l": {"type": "array", "items": {"type": "string"}},
    "o": {"type": "object", "properties": {"x": {"type": "string"}}}}}


class Forms(ReaderCase):
    WORDS = ["--a", "ä&=b c", "--n", "3", "--f", "--l", "x", "--l", "y,z"]

    def doc(self, *types, schema=None):
        return document({"/a": {"post": operation(requestBody={"required": True, "content": {name: {"schema": schema or FIELDS} for name in types}})}})

    def swagger(self, *consumes, kind="string"):
        parameters = [{"in": "formData", "name": "a", "type": kind, "required": True}, {"in": "formData", "name": "n", "type": "integer"},
                      {"in": "formData", "name": "l", "type": "array", "items": {"type": "string"}}]
        return {"swagger": "2.0", "consumes": list(consumes), "paths": {"/a": {"post": operation(parameters=parameters)}}}

    def wire(self, *words):
        result = self.run_program("-q", "-p", "p", *words, "-n", "-o", "table")
        self.assert_code(result, 0)
        head, _, text = result.out.partition("\n\n")
        return head, text.strip()

    def test_on_the_wire(self):
        for doc, wanted in [(self.doc(FORM), "a=%C3%A4%26%3Db%20c&n=3&f=true&l=x&l=y%2Cz"),
                            (self.doc(FILES, FORM + "; charset=utf-8"), "a=%C3%A4%26%3Db%20c&n=3&f=true&l=x&l=y%2Cz"),
                            (self.doc(FORM, "application/json"), '{"a":"ä&=b c","n":3,"f":true,"l":["x","y,z"]}')]:
            with self.subTest(doc=doc), Peer(json_answer()) as peer:
                self.use(doc, f'base_url = "{peer.url}";')
                self.assert_code(self.run_p("o", *self.WORDS), 0)
                head, _, sent = peer.requests[0].partition(b"\r\n\r\n")
                self.assertEqual(sent.decode(), wanted)
                self.assertIn(b"Content-Type: " + (FORM if wanted[0] == "a" else "application/json").encode(), head)
                self.assertEqual(self.wire("o", *self.WORDS)[1], wanted)
        self.use(self.swagger(), HERE)
        self.assertEqual(self.wire("o", "--a", "1", "--n", "2", "--l", "x", "--l", "y,z")[1], "a=1&n=2&l=x,y%2Cz")

    def test_ways_to_say_it(self):
        self.use(self.doc(FORM), HERE)
        for words in (["--body", '{"a": true}'], ["--set", "a:=true"], ["--body", '{"a": 1}', "--set", "a:=true"]):
            self.assertEqual(self.wire("o", *words)[1], "a=true")
        self.assertEqual(self.dry("o", "--a", "1")["body"], "a=1")
        self.assertIn(f"body        a form ({FORM})", self.run_p("o", "--help").out)
        self.assertEqual(self.wire("request", "POST", "/a", "--data", '{"a": 1.50}')[1], "a=1.50")
        for words, text in [(["--set", "a:={}"], "no place for an object"), (["--set", "a:=null"], "no place for null"), (["--body", "[]"], "object"),
                            ([], "needs --a"), (["--body", '{"a": [[1]]}'], "no place for an array")]:
            with self.subTest(words=words):
                self.assert_failed(self.run_p("o", *words, "-n"), 2, text)
        self.assertIn("no place for an object", self.problems(self.doc(FORM))[f"/paths/~1a/post/requestBody/content/{FORM.replace('/', '~1')}/schema/properties/o"])

    def test_what_cannot_be_written_is_not_sent(self):
        for doc in (self.doc(FILES), self.doc("text/plain"), self.doc("application/octet-stream", FILES), self.swagger(FILES), self.swagger(kind="file"),
                    {"swagger": "2.0", "consumes": ["application/xml"], "paths": {"/a": {"post": operation(parameters=[{"in": "body", "name": "b", "schema": {}}])}}}):
            with self.subTest(doc=doc), Peer(json_answer()) as peer:
                self.use(doc, f'base_url = "{peer.url}";')
                self.assert_failed(self.run_p("o"), 2, "takes a body that is neither JSON nor a form", "request POST /a")
                self.assert_failed(self.run_p("request", "POST", "/a", "--data", "{}"), 2, "takes a body that is neither JSON nor a form")
                self.assertEqual(peer.requests, [])
                self.assert_code(self.run_p("request", "POST", "/a"), 0)
                self.assertTrue(any("refused" in problem for problem in self.problems(doc).values()))


class Odd(ReaderCase):
    """What is wrong in a document that can be used all the same is told, with its place, and has a meaning."""

    def test_types(self):
        schema = {"type": "object", "properties": {"a": {"type": "strng"}, "b": {"type": 5}, "c": {"type": ["string", "nul"]}}}
        found = self.problems(body(schema, "3.1.0"))
        place = "/paths/~1a/post/requestBody/content/application~1json/schema/properties"
        self.assertEqual(found[f"{place}/a/type"], '"strng" is no type')
        self.assertIn("type", found[f"{place}/b/type"])
        self.assertEqual(found[f"{place}/c/type/1"], '"nul" is no type')

    def test_form_of_a_list(self):
        doc = {"swagger": "2.0", "paths": {"/a": {"get": operation(parameters=[
            {"name": "q", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "tabs"}])}}}
        found = self.problems(doc)
        self.assertIn("is not supported: its values are joined by commas", found["/paths/~1a/get/parameters/0/collectionFormat"])
        self.use(doc, HERE)
        self.assertIn("/a?q=x,y", self.dry("o", "--q", "x", "--q", "y")["url"])

    def test_host_that_is_none(self):
        found = self.problems({"swagger": "2.0", "host": "a b", "basePath": "v1", "paths": {"/a": {"get": operation()}}})
        self.assertEqual(found["/host"], '"https://a b/v1" is no base URL')

    def test_names_that_are_taken(self):
        """A global option keeps its name, and so does what the document says first."""
        names = ["field-output", "output", "Field.Output", "fieldOutput"]
        self.use(document({"/a": {"get": operation(parameters=[{"name": name, "in": "query", "schema": {"type": "string"}} for name in names])}}), HERE)
        options = [row["name"] for row in next(c for c in self.run_p("commands", "-o", "json").json if c["name"] == "o")["options"]]
        self.assertEqual(len(options), len(set(options)), options)
        self.assertIn("field-output-2", options)
        self.assertEqual(self.dry("o", "--field-output", "a", "--field-output-2", "b")["url"].rpartition("?")[2], "field-output=a&output=b")

    def test_words_of_a_command(self):
        doc = document({"/a": {"get": {**operation(), "x-bangoctl": {"command": "thing !!! get"}}}})
        self.use(doc, HERE)
        self.assert_code(self.run_p("thing", "get", "-n"), 0)

    def test_replies_with_two_lists_have_no_rows(self):
        item = {"type": "array", "items": {"properties": {"x": {"type": "string"}}}}
        schema = {"type": "object", "properties": {"a": item, "b": item}}
        doc = document({"/a": {"get": operation(responses={"200": {"description": "d", "content": {"application/json": {"schema": schema}}}})}})
        with Peer(json_answer({"a": [{"x": "1"}], "b": [{"x": "2"}]})) as peer:
            self.use(doc, f'base_url = "{peer.url}";')
            result = self.run_p("o", "-o", "ndjson")
            self.assert_code(result, 0)
            self.assertEqual([json.loads(line) for line in result.out.splitlines()], [{"a": [{"x": "1"}], "b": [{"x": "2"}]}])

    def test_a_form_of_no_fields_is_made_of_an_object(self):
        doc = document({"/a": {"post": operation(requestBody={"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}})}})
        self.use(doc, HERE)
        self.assert_failed(self.run_p("o", "--body", "[1]", "-n"), 2, "the body is no object, and only that makes a form")

    def test_message_within_an_object(self):
        doc = document({"/a": {"get": operation()}})
        for value, text in (({"error": {"message": "no such shop"}}, "no such shop"), ({"detail": "closed", "title": "Gone"}, "closed")):
            with self.subTest(value=value), Peer(json_answer(value, 404)) as peer:
                self.use(doc, f'base_url = "{peer.url}";')
                self.assert_failed(self.run_p("o"), 6, text)

    def test_unknown_change_that_nothing_reads_back(self):
        with Peer(lambda connection, _: connection.read()) as peer:
            self.use(document({"/a/{id}": {"post": operation()}}), f'base_url = "{peer.url}";')
            self.assert_failed(self.run_p("o", "x"), 10,
                               "hint: find out whether it was applied before you send it again")

    def test_deprecated(self):
        self.use(document({"/a": {"get": operation(parameters=[{"name": "old", "in": "query", "deprecated": True, "schema": {"type": "string"}},
                                                               {"name": "new", "in": "query", "schema": {"type": "string"}}])}}), HERE)
        command = next(row for row in self.run_p("commands", "-o", "json").json if row["name"] == "o")
        self.assertEqual({option["name"]: option.get("deprecated") for option in command["options"]}, {"old": True, "new": None})

    def test_holes_and_headers(self):
        self.use(document({"/a/{id}": {"get": operation(parameters=[{"name": "X-Tag", "in": "header", "schema": {"type": "string"}}])}}), HERE)
        self.assert_failed(self.run_p("o", "", "-n"), 2, "is empty")
        self.assert_failed(self.run_p("o", "x", "--x-tag", "a\nInjected: b", "-n"), 2, "--x-tag: the value holds a control character")

    def test_doctor_without_a_server(self):
        self.use(document({"/a": {"get": operation()}}))
        result = self.run_p("doctor", "-o", "json")
        self.assert_code(result, 3)
        rows = json.loads(result.stdout)
        self.assertEqual([row["verdict"] for row in rows if row["step"] == "server"], ["failed"])

    def test_no_words_about_it(self):
        found = self.problems(document({"/a": {"get": {"operationId": "", "responses": {}}}}))
        self.assertEqual(found["/paths/~1a/get"], "get-a: no summary")

    def test_many_that_may_be_severe(self):
        paths = {f"/a{i}/{{id}}": {"delete": {**operation(), "operationId": f"drop{i}"}} for i in range(23)}
        path = self.write("many.json", json.dumps(document(paths)))
        result = self.run_program("contract", "use", path)
        self.assert_code(result, 0)
        self.assertIn("drop19 and 3 more", " ".join(result.out.replace("#", " ").split()))
        quiet = self.run_program("-q", "contract", "use", path)
        self.assertEqual((quiet.code, quiet.err, quiet.out), (0, "", result.out))

    def test_doctor_of_a_contract_without_echo(self):
        with Peer(json_answer()) as peer:
            self.use(document({"/a": {"get": operation()}}), f'base_url = "{peer.url}";')
            result = self.run_p("doctor", "-o", "json")
            self.assert_code(result, 0)
            verdicts = {row["step"]: (row["verdict"], row["detail"]) for row in result.json}
            self.assertEqual(verdicts["credentials"], ("not tried", "the contract has no echo"))
            self.assertEqual(peer.requests, [])


class OwnSandbox(ReaderCase):
    """What the client writes by the document the sandbox of the document reads by it."""

    def sandbox(self, doc, *words):
        return self.run_program("-p", "sandbox", "--contract", self.write("doc.json", json.dumps(doc)), *words)

    def assert_taken(self, doc, *words):
        self.assert_code(self.sandbox(doc, "o", *words), 0)

    def test_queries(self):
        numbers = {"type": "array", "items": {"type": "integer"}}
        for style in ({}, {"explode": False}, {"style": "pipeDelimited"}, {"style": "spaceDelimited"}):
            with self.subTest(style=style):
                self.assert_taken(query(numbers, **style), "--q", "1", "--q", "2")
                self.assert_taken(query({"type": "array", "items": {"type": "string"}}, **style), "--q", "a,b", "--q", "c d")
                doc = query(numbers, **style)
                joint = {"explode": ",", "style": "%7C" if "pipe" in str(style) else "%20"}.get(next(iter(style), None), "&q=")
                self.assert_failed(self.sandbox(doc, "request", "GET", f"/a?q=1{joint}x"), 4, "q")
        for doc in ({"swagger": "2.0", "paths": {"/a": {"get": operation(parameters=[{"name": "q", "in": "query", **numbers, "collectionFormat": form}])}}}
                    for form in ("csv", "ssv", "tsv", "pipes", "multi")):
            self.assert_taken(doc, "--q", "1", "--q", "2")
        for style in ({}, {"style": "deepObject"}):
            self.assert_taken(query({"type": "object", "properties": {"from": {"type": "integer"}}}, required=True, **style), "--q", "from=1")
        self.assert_failed(self.sandbox(query({"type": "object"}, style="deepObject"), "request", "GET", "/a?q=1"), 4, "q")

    def test_bodies(self):
        for schema, words in [({"type": "object", "additionalProperties": True, "properties": {"a": {"type": "string"}}}, ["--set", "b=1"]),
                              ({"type": "object", "properties": {"a": {"enum": [True, None, 3, "x"]}}}, ["--set", "a:=true"]),
                              ({"type": "object", "properties": {"a": {"enum": [True, None, 3, "x"]}}}, ["--set", "a:=null"]),
                              ({"type": "object", "properties": {"a": {"enum": [True, None, 3, "x"]}}}, ["--a", "3"]),
                              ({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}}, ["--set", "a:=null"]),
                              ({"type": "object", "properties": {"a": {}}}, ["--set", "a:=null"]),
                              ({"type": "object", "properties": {"a.b": {"type": "string"}}}, ["--body", '{"a.b": "x"}']),
                              ({"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True, "properties": {"b": {}}}}},
                               ["--body", '{"a": {"c": 1}}']),
                              ({"type": "array", "items": {"type": "object"}}, ["--body", '[{"a": 1}]'])]:
            with self.subTest(schema=schema, words=words):
                self.assert_taken(body(schema), *words)
        for schema in ({"type": ["string", "null"]}, {"anyOf": [{"type": "integer"}, {"type": "null"}]}):
            self.assert_taken(body({"type": "object", "properties": {"a": schema}}, "3.1.0"), "--set", "a:=null")

    def test_null_where_there_is_none(self):
        for schema in ({"type": "string"}, {"enum": ["x"]}, {"type": "array", "items": {"type": "string"}}):
            with self.subTest(schema=schema):
                self.assert_failed(self.sandbox(body({"type": "object", "properties": {"a": schema}}), "o", "--set", "a:=null"), 4, "invalid: a")

    def test_forms(self):
        forms = Forms.doc(self, FORM)
        self.assert_taken(forms, *Forms.WORDS)
        self.assert_failed(self.sandbox(forms, "request", "POST", "/a", "--data", '{"a": "x", "n": "y"}'), 4, "n")
        self.assert_failed(self.sandbox(forms, "request", "POST", "/a", "--data", '{"n": 1}'), 4, "required: a")
        self.assert_taken(Forms.swagger(self), "--a", "1", "--n", "2", "--l", "x", "--l", "y,z")
