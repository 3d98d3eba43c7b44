# SPDX-License-Identifier: GPL-3.0-or-later
"""A document cannot take question and record from a change by calling it a read."""

import json

from blackbox import Case


class Effect(Case):
    def check(self, method, path, effect, change):
        document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {path: {method: {
            "operationId": "do", "summary": "s", "x-bangoctl": {"command": "do it", "effect": effect, "danger": "none"},
            "parameters": [{"name": "id", "in": "path", "required": True, "description": "d", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}}}}}}
        path = self.write("d.json", json.dumps(document))
        self.config('profiles = { live = { environment = "live"; base_url = "https://127.0.0.1:1"; username = "u"; password = "p";'
                    f' read_only = true; contract = "{path}"; }}; }};')
        result = self.run_program("-p", "live", "--retries", "0", "do", "it", "X")
        self.assert_code(result, 11 if change else 9)
        named = "taken for a change" in self.run_program("contract", "check", "d.json").out
        self.assertEqual(named, change and effect == "read")

    def test_methods_and_words(self):
        for method, path, effect, change in (("delete", "/things/{id}", "read", True), ("put", "/things/{id}", "read", True),
                                             ("post", "/things/cancel/{id}", "read", True), ("post", "/things/report/{id}", "read", False),
                                             ("get", "/things/{id}", "change", True), ("get", "/things/{id}", "read", False)):
            with self.subTest(method=method, path=path, effect=effect):
                self.check(method, path, effect, change)

    def test_encoded_letters_match_no_operation(self):
        """%63 is a c to every server: what is written so has the danger of what is not known."""
        self.config('profiles = { live = { environment = "live"; base_url = "https://127.0.0.1:1"; username = "u"; password = "p"; }; };')
        for path in ("/v1/entitlement/%73uspend/ENT-1", "/v1/entitlement/suspend/%45NT-1"):
            result = self.run_program("-p", "live", "--yes", "request", "POST", path)
            self.assert_failed(result, 11, "--confirm=live")
