# SPDX-License-Identifier: GPL-3.0-or-later
"""
An invented merchant's document, with other paths, ids, verbs and names than the built-in one: all that works for the
built-in contract works for it.
"""

import json
import shutil

from blackbox import Case, Peer, Recorder, json_answer, merchant
from blackbox.terminal import Typed
from blackbox import program

PAUSE = ["subscription", "pause", "sub_70001", "--cause", "payment"]


class Merchant(Case):
    def acme(self, *words, **options):
        """In the sandbox of the document."""
        return self.run_program("-p", "sandbox", "--contract", merchant.DOCUMENT, *words, **options)

    def state(self, ref="sub_70001"):
        result = self.acme("subscription", "show", ref, "--field", "state")
        self.assert_code(result, 0)
        return result.out.strip()

    def use(self, url, environment="test", more=""):
        self.config(merchant.config(url, environment, more=more))

    def live(self, more=""):
        """A live profile that speaks to the sandbox of the document."""
        self.server = self.serve("--contract", merchant.DOCUMENT)
        self.use(self.server.url, "live", more)


class Sandbox(Merchant):
    def test_check(self):
        for document, count in ((merchant.DOCUMENT, 16), (merchant.SWAGGER, 5)):
            result = self.run_program("contract", "check", document)
            self.assert_code(result, 0)
            self.assertIn(f"{count} operations, 0 problems", result.err)

    def test_every_command(self):
        """In the process and from a server; a change that is asked for twice with one identifier is done once."""
        server = self.serve("--contract", merchant.DOCUMENT)
        self.use(server.url)
        for operation in merchant.operations(self):
            words = operation.words({"restartSubscription": "sub_70002"}.get(operation.id))
            self.assert_code(self.run_program("sandbox", "reset", "--contract", merchant.DOCUMENT), 0)
            with self.subTest(command=operation.name):
                inside = self.acme(*words, "-o", "json", "--request-id", f"a-{operation.id}")
                self.assert_code(inside, 0)
                again = self.acme(*words, "-o", "json", "--request-id", f"a-{operation.id}")
                self.assert_code(again, 0)
                self.assertEqual(again.out, inside.out)
                self.assert_code(self.run_program("sandbox", "reset", "--contract", merchant.DOCUMENT), 0)
                served = self.run_program("-p", "acme", *words, "-o", "json", "--request-id", f"b-{operation.id}")
                self.assert_code(served, 0)
                self.assertEqual(served.out, inside.out)

    def test_first_records_are_the_examples(self):
        rows = self.acme("subscription", "list", "-o", "ndjson").out.splitlines()
        self.assertEqual([json.loads(row)["state"] for row in rows], ["running", "paused", "ordered"])
        self.assertEqual(self.acme("devices", "list-devices", "sub_70001", "--field", "id").out, "31\n32\n")
        self.assertEqual(self.acme("catalogue", "read-plan", "SOLO-1").json, {"plan": {"id": "SOLO-1", "title": "Solo", "price": 5.00,
                                                                                       "currency": "EUR"}})

    def test_transitions(self):
        result = self.acme(*PAUSE)
        self.assert_code(result, 0)
        self.assertIn("paused sub_70001 (now paused)", result.err)
        self.assertEqual(self.state(), "paused")
        self.assert_failed(self.acme(*PAUSE), 4, "409", "not possible while the subscription is paused")
        self.assert_failed(self.acme("subscription", "restart", "sub_70003"), 4, "not possible while the subscription is ordered")

    def test_fields_are_kept(self):
        self.assert_code(self.acme("subscription", "amend", "sub_70002", "--plan-code", "FAM-4", "--labels", "a", "--labels", "b"), 0)
        record = self.acme("subscription", "show", "sub_70002").json
        self.assertEqual((record["planCode"], record["labels"], record["state"]), ("FAM-4", ["a", "b"], "paused"))

    def test_a_record_is_made_and_removed(self):
        order = ["subscription", "order", "--customer.msisdn", "+4915112345678", "--customer.country", "DE", "--plan-code", "SOLO-1"]
        result = self.acme(*order)
        self.assert_code(result, 0)
        self.assertEqual((result.json["subscriptionRef"], result.json["planCode"]), ("sub_70004", "SOLO-1"))
        self.assertIn("ordered sub_70004 (now ordered)", result.err)
        self.assertEqual(self.acme(*order, "--field", "subscriptionRef").out, "sub_70005\n")
        result = self.acme("subscription", "erase", "sub_70004")
        self.assert_code(result, 0)
        self.assertEqual(result.out, "")
        self.assert_failed(self.acme("subscription", "show", "sub_70004"), 6, "subscription not found: sub_70004")
        self.assert_failed(self.acme("subscription", "erase", "sub_70004"), 6)
        self.assertEqual(self.acme("subscription", "list", "--field", "subscriptionRef").out.split(),
                         ["sub_70001", "sub_70002", "sub_70003", "sub_70005"])

    def test_kinds_with_one_name_for_their_ids_do_not_mix(self):
        self.assert_failed(self.acme("catalogue", "read-plan", "31"), 6)
        self.assert_failed(self.acme("devices", "read-device", "sub_70001", "99"), 6)
        self.assert_code(self.acme("devices", "remove-device", "sub_70001", "31"), 0)
        self.assert_failed(self.acme("devices", "read-device", "sub_70001", "31"), 6)
        self.assert_code(self.acme("catalogue", "read-plan", "FAM-4"), 0)

    def test_unknown_ids(self):
        for words in (["subscription", "show"], ["subscription", "erase"], ["subscriptions", "send-reminder", "--x-channel", "sms"],
                      ["subscriptions", "read-usage", "--month", "2025-10"], ["subscriptions", "replace-payment-method", "--method.kind", "card"]):
            with self.subTest(words=words):
                self.assert_failed(self.acme(*words, "sub_none"), 6, "subscription not found: sub_none")

    def test_list_is_filtered(self):
        for words, wanted in [(["--state", "paused", "--state", "ordered"], ["sub_70002", "sub_70003"]), (["--plan-code", "FAM-4"], ["sub_70001"]),
                              (["--page-size", "2"], ["sub_70001", "sub_70002", "sub_70003"]), (["--state", "ended"], [])]:
            with self.subTest(words=words):
                self.assertEqual(self.acme("subscription", "list", *words, "--field", "subscriptionRef").out.split(), wanted)

    def test_refused_before_anything_is_sent(self):
        for words, text in [(["subscription", "pause", "sub_70001"], "cause"), (PAUSE[:-1] + ["boredom"], "boredom"),
                            (PAUSE + ["--until", "soon"], "until"), (PAUSE + ["--days", "two"], "days"), (PAUSE + ["--fee", "much"], "fee"),
                            (["subscription", "list", "--state", "asleep"], "asleep"), (["subscription", "list", "--page-size", "101"], "page-size"),
                            (["subscription", "show"], "SUBSCRIPTION-REF"), (["devices", "read-device", "sub_70001", "x"], "x"),
                            (["subscriptions", "send-reminder", "sub_70001"], "x-channel"), (PAUSE + ["--set", "couse=x"], "did you mean cause?"),
                            (["subscription", "order", "--customer.country", "DE", "--plan-code", "X-1"], "customer.msisdn")]:
            with self.subTest(words=words):
                self.assert_failed(self.acme(*words), 2, text)

    def test_refused_by_the_server(self):
        pause = ["subscription", "pause", "sub_70001", "--set"]
        order = ["subscription", "order", "--plan-code", "X-1", "--body"]
        for words, text in [(pause + ["cause:=3"], "cause"), (pause + ['cause:="boredom"'], "boredom"), (pause + ["cause:=null"], "required: cause"),
                            (PAUSE + ["--set", "days:=900"], "days"), (PAUSE + ["--set", "days:=\"9\""], "days"),
                            (PAUSE + ["--body", '{"more":1}', "--set", "days:=1"], "more"), (PAUSE + ["--set", 'until:="2026-01-31"'], "until"),
                            (["subscription", "amend", "sub_70001", "--set", "labels:=1"], "labels"),
                            (["subscription", "amend", "sub_70001", "--set", "autoRenew:=\"yes\""], "autoRenew"),
                            (order + ['{"customer":{"country":"FR","msisdn":"+4912345678"}}'], "customer.country"),
                            (order + ['{"customer":{"country":"DE"}}', "--set", "customer.msisdn:=null"], "customer.msisdn")]:
            with self.subTest(words=words):
                result = self.acme(*words)
                self.assert_failed(result, 4 if ":=" in " ".join(words) or "FR" in words[-1] else 2, text)
        server = self.serve("--contract", merchant.DOCUMENT)
        self.use(server.url)
        for path, text in [("/subscriptions?state=asleep", "state"), ("/subscriptions?nonsense=1", "nonsense"), ("/subscriptions?pageSize=x", "pageSize"),
                           ("/subscriptions/sub_70001/usage", "required: month"), ("/subscriptions/sub_70001/devices/x", None)]:
            with self.subTest(path=path):
                result = self.run_program("-p", "acme", "request", "GET", path)
                self.assert_failed(result, 4 if text else 6, *([text] if text else []))

    def test_documents_do_not_mix(self):
        self.assert_code(self.acme(*PAUSE), 0)
        other = self.write("other.yaml", merchant.DOCUMENT.read_text().replace("version: '2.4'", "version: '2.5'"))
        result = self.run_program("-p", "sandbox", "--contract", other, "subscription", "show", "sub_70001", "--field", "state")
        self.assertEqual(result.out, "running\n")
        copy = self.write("copy.yaml", "# the same\n" + merchant.DOCUMENT.read_text())
        result = self.run_program("-p", "sandbox", "--contract", copy, "subscription", "show", "sub_70001", "--field", "state")
        self.assertEqual(result.out, "paused\n")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")
        self.assertEqual(self.run_program("sandbox", "status").json["entitlements"], 12)

    def test_status_reset_and_seed(self):
        self.assert_code(self.acme(*PAUSE), 0)
        status = self.acme("sandbox", "status").json
        self.assertEqual(status["records"], 7)
        self.assertEqual(status["byStatus"], {"paused": 2, "ordered": 1})
        self.assert_code(self.acme("sandbox", "reset"), 0)
        self.assertEqual(self.state(), "running")
        records = self.write("r.json", '[{"subscriptionRef": "s-1", "state": "running"}, {"id": 7, "name": "n", "kind": "tv"}]')
        self.assert_code(self.acme("sandbox", "seed", records), 0)
        self.assertEqual(self.acme("subscription", "list", "--field", "subscriptionRef").out, "s-1\n")
        for text, why in (("[{}]", 'no "subscriptionRef"'), ('[{"subscriptionRef":"a"},{"subscriptionRef":"a"}]', "twice"), ("{}", "array")):
            self.assert_failed(self.acme("sandbox", "seed", self.write("bad.json", text)), 2, why)

    def test_credentials(self):
        server = self.serve("--contract", merchant.DOCUMENT)
        for line, code in [('auth = "header"; auth_header = "X-Partner-Key"; password = "sandbox";', 0), ('auth = "bearer"; password = "sandbox";', 0),
                           ('username = "sandbox"; password = "sandbox";', 0), ('auth = "bearer"; password = "x";', 7),
                           ('auth = "header"; auth_header = "X-Partner-Key"; password = "x";', 7),
                           ('auth = "header"; auth_header = "X-Other"; password = "sandbox";', 7)]:
            with self.subTest(line=line):
                self.config(f'profiles = {{ a = {{ environment = "test"; base_url = "{server.url}"; contract = "{merchant.DOCUMENT}"; {line} }}; }};')
                self.assert_code(self.run_program("-p", "a", "catalogue", "list-plans"), code)

    def test_swagger(self):
        def plans(*words):
            return self.run_program("-p", "sandbox", "--contract", merchant.SWAGGER, "plans", *words)
        self.assertEqual([row["id"] for row in plans("list-plans").json], [1, 2])
        self.assertEqual([row["id"] for row in plans("list-plans", "--currency", "GBP").json], [2])
        self.assertEqual(plans("create-plan", "--title", "Trio", "--price", "9.5").json["id"], 3)
        self.assertEqual(plans("replace-plan", "2", "--title", "Solo", "--price", "6").json, {"title": "Solo", "price": 6, "currency": "GBP", "id": 2}
                         | plans("get-plan", "2").json)
        self.assert_code(plans("delete-plan", "2"), 0)
        self.assert_failed(plans("get-plan", "2"), 6)
        self.assert_failed(plans("create-plan", "--title", "T"), 2, "price")
        self.assert_failed(plans("create-plan", "--title", "T", "--price", "1", "--set", "price:=\"much\""), 4, "price")

    def test_without_any_example(self):
        """Any id names a record then; what is done to it is kept."""
        schema = {"type": "object", "properties": {"id": {"type": "string"}, "phase": {"type": "string", "enum": ["open", "shut"]},
                                                   "note": {"type": "string"}}}
        reply = {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
        hole = [{"name": "doorKey", "in": "path", "required": True, "schema": {"type": "string"}}]
        path = self.write("doors.json", json.dumps({"openapi": "3.0.3", "info": {"title": "Doors", "version": "1"}, "paths": {
            "/doors/{doorKey}": {"parameters": hole, "get": {"operationId": "readDoor", "responses": reply}},
            "/doors/{doorKey}/shut": {"parameters": hole, "post": {
                "operationId": "shutDoor", "responses": reply, "x-bangoctl": {"from": ["open"], "to": "shut"}}}}}))
        def doors(*words):
            return self.run_program("-p", "sandbox", "--contract", path, *words)
        self.assertEqual(doors("read-door", "d1").json, {"phase": "open", "id": "d1"})
        self.assertEqual(doors("shut-door", "d1").json["phase"], "shut")
        self.assert_failed(doors("shut-door", "d1"), 4, "not possible while the door is shut")
        self.assertEqual(doors("read-door", "d2").json["phase"], "open")
        self.write("doors.json", path.read_text().replace('"schema": {"type": "string"}', '"schema": {"type": "integer"}'))
        self.assertEqual(doors("shut-door", "7").json, {"phase": "shut", "id": 7})


class Words(Merchant):
    def test_help(self):
        for operation in merchant.operations(self):
            with self.subTest(command=operation.name):
                result = self.acme(*operation.name.split(), "--help", env={"COLUMNS": "80"})
                self.assert_code(result, 0)
                self.assertLessEqual(max(len(line) for line in result.out.splitlines()), 80, result.out)
                self.assertIn(f"{operation.row['method']} {operation.row['path']}", " ".join(result.out.split()))
                self.assertIn("evidence    documented:", result.out)
                for option in operation.row["options"]:
                    start = result.out.index(f"--{option['name']} ", result.out.index("Options:"))
                    entry = result.out[start:].split("\n      --")[0]
                    self.assertEqual("(required)" in entry, option["required"], entry)
                    for choice in option.get("choices", []):
                        self.assertIn(choice, entry)

    def test_overview_lists_the_groups(self):
        text = self.acme("--help").out
        for name in (operation.name for operation in merchant.operations(self)):
            self.assertIn(f"  {name} ", text.replace("\n", " \n"))
        self.assertNotIn(" entitlement ", text)  # nor as an example to begin with
        self.assertIn("send-reminder", self.acme("help", "subscriptions").out)

    def offered(self, *words):
        result = self.run_program("--contract", merchant.DOCUMENT, "__complete", "--", "--contract", merchant.DOCUMENT, *words)
        self.assert_code(result, 0)
        return [line.partition("\t")[0] for line in result.out.splitlines()]

    def test_completion(self):
        self.assertIn("subscription", self.offered("sub"))
        self.assertIn("pause", self.offered("subscription", ""))
        self.assertIn("--cause", self.offered("subscription", "pause", "x", "--c"))
        self.assertEqual(self.offered("subscription", "pause", "x", "--cause", ""), ["customer-request", "payment", "fraud-check"])
        self.assertEqual(self.offered("subscription", "list", "--x-tenant", "n"), ["north"])
        self.assertEqual(self.offered("entitlement", ""), [])

    def test_completion_in_bash(self):
        if not shutil.which("bash"):
            self.skipTest("bash is not installed here")
        folder = self.home / "bin"
        folder.mkdir()
        (folder / "bangoctl").symlink_to(program.BIN)
        self.variables["PATH"] = f"{folder}:/usr/local/bin:/usr/bin:/bin"
        self.use("https://x.example", more="")
        self.write("c.bash", self.run_program("completion", "bash").stdout)
        screen = Typed(self, ["bash", "--norc", "--noprofile", "-i"], {"PS1": "$ "})
        screen.send("bind 'set bell-style none'; source ./c.bash; echo re''ady\n")
        screen.wait("ready")
        screen.send("bangoctl -p acme subscription pau\t")
        screen.wait("subscription pause ")
        screen.send("sub_70001 --cause fr\t")
        screen.wait("--cause fraud-check")
        screen.send("\x15exit\n")
        screen.end()


class Surfaces(Merchant):
    LINES = [["subscription", "list", "-o", "csv"], ["subscription", "show", "sub_70001", "--field", "plan.code"], ["subscription", "show", "nope!"],
             ["subscription", "pause", "sub_70001"], ["subscription", "pause", "sub_70001", "--cause", "payment", "-q", "-o", "csv"],
             ["subscription", "list", "--state", "paused", "--columns", "subscriptionRef,state", "-o", "tsv"], ["entitlement", "find"],
             ["subscription", "amend", "sub_70002", "--labels", "two words", "-q", "-o", "ndjson"], ["devices", "list-devices", "sub_70001", "-o", "ndjson"]]

    def one_by_one(self):
        results = [self.acme("-q", *words) for words in self.LINES]
        return "".join(result.out for result in results), [result.code for result in results]

    def test_one_shot_and_script(self):
        wanted, codes = self.one_by_one()
        self.assertEqual(codes, [0, 0, 6, 2, 0, 0, 2, 0, 0])
        self.assert_code(self.acme("sandbox", "reset"), 0)
        good = [" ".join(f"'{word}'" for word in words) for words, code in zip(self.LINES, codes, strict=True) if code != 2]
        result = self.acme("-q", "run", "-", "--keep-going", stdin="\n".join(good).encode())
        self.assertEqual(result.out, wanted)
        self.assert_code(result, 12)
        result = self.acme("run", "-", stdin=b"subscription pause sub_70001\n")
        self.assert_failed(result, 2, "cause")

    def test_shell(self):
        results = [self.acme("-q", *words) for words in self.LINES]
        self.assert_code(self.acme("sandbox", "reset"), 0)
        shell = Typed(self, program.command_line(["-q", "-p", "sandbox", "--contract", merchant.DOCUMENT]), {"PS1": ""})
        for words, result in zip(self.LINES, results, strict=True):
            shell.send(" ".join(f"'{word}'" for word in words) + "\nstatus -o json\n")
            shell.wait(f'"exit_code": {result.code},')
            seen, shell.seen = shell.seen.decode().replace("\r\n", "\n"), b""
            self.assertIn(result.out.replace("\r\n", "\n"), seen)
        shell.send("quit\n")
        self.assertEqual(shell.end(), 0)

    def test_use_switches_the_table(self):
        server = self.serve("--contract", merchant.DOCUMENT)
        self.use(server.url)
        shell = Typed(self, program.command_line(["-p", "sandbox"]), {"PS1": ""})
        shell.wait("sandbox>")
        shell.send("entitlement get ENT-1001 --field status\n")
        shell.wait("ACTIVE")
        shell.send("subscription show sub_70001\n")
        shell.wait("unknown command")
        shell.send("use acme\n")
        shell.wait("test:acme>")
        shell.send("subscription list --columns subscriptionRef -o csv\n")
        shell.wait("sub_70003")
        shell.send("subscription show sub_7000\t\t")
        shell.wait("sub_70002", times=2)  # ids that were seen are offered
        shell.send("1 --field planCode\n")
        shell.wait("FAM-4")
        shell.send("entitlement find\n")
        shell.wait("unknown command", times=2)
        shell.send("use sandbox\nentitlement get ENT-1002 --field productKey\nquit\n")
        shell.wait("MUSIC_FAMILY")
        self.assertEqual(shell.end(), 0)


class Live(Merchant):
    def test_dry_run_and_curl(self):
        self.use("https://api.streamly.example/partner", "live")
        result = self.run_program("-p", "acme", *PAUSE, "-n")
        self.assert_code(result, 0)
        self.assertIn("PUT /partner/subscriptions/sub_70001/pause HTTP/1.1", result.out)
        self.assertNotIn(f": {merchant.KEY}", result.out)
        result = self.run_program("-p", "acme", *PAUSE, "--curl")
        self.assertIn("https://api.streamly.example/partner/subscriptions/sub_70001/pause", result.out)
        self.assertIn('{"cause":"payment"}', result.out)

    def test_confirmation(self):
        self.live()
        self.assert_failed(self.run_program("-p", "acme", *PAUSE), 11, "--yes")
        self.assert_failed(self.run_program("-p", "acme", "subscription", "erase", "sub_70003", "--yes"), 11, "--confirm=acme")
        self.assert_failed(self.run_program("-p", "acme", "devices", "remove-device", "sub_70001", "31", "-y"), 11, "--confirm=acme")
        self.assert_failed(self.run_program("-p", "acme", "request", "DELETE", "/subscriptions/sub_70003", "-y"), 11, "--confirm=acme")
        self.assertEqual(self.state("sub_70003"), "ordered")
        result = self.run_program("-p", "acme", *PAUSE, "--yes")
        self.assert_code(result, 0)
        self.assertIn("paused sub_70001 (now paused)", result.err)
        self.assert_code(self.run_program("-p", "acme", "subscription", "erase", "sub_70003", "--yes", "--confirm=acme"), 0)
        self.assert_code(self.run_program("-p", "acme", "audit", "verify"), 0)
        rows = self.run_program("audit", "show", "-o", "json").json
        self.assertEqual([(row["command"], row["target"], row["outcome"]) for row in rows][-2:],
                         [("subscription pause", "sub_70001", "ok"), ("subscription erase", "sub_70003", "ok")])

    def test_the_question_shows_the_state(self):
        self.live()
        question = Typed(self, program.command_line(["-p", "acme", *PAUSE]))
        question.wait("running → paused")
        question.send("n\n")
        self.assertEqual(question.end(), 11)
        question = Typed(self, program.command_line(["-p", "acme", "devices", "remove-device", "sub_70001", "31"]))
        question.wait("devices remove-device  31")
        question.send("acme\n")
        self.assertEqual(question.end(), 0)

    def test_preview(self):
        self.live()
        result = self.run_program("-p", "acme", *PAUSE, "--dry-run=diff", "-o", "json")
        self.assertEqual(result.json, [{"field": "state", "now": "running", "next": "paused"}])
        self.assertIn("running → paused", result.err)
        result = self.run_program("-p", "acme", "subscription", "amend", "sub_70001", "--plan-code", "SOLO-1", "--dry-run=diff", "-o", "json")
        self.assertEqual(result.json, [{"field": "planCode", "now": "FAM-4", "next": "SOLO-1"}])
        result = self.run_program("-p", "acme", "subscription", "pause", "sub_70002", "--cause", "payment", "--dry-run=diff", "-o", "json")
        self.assertIn("not possible from paused", result.err)
        result = self.run_program("-p", "acme", "devices", "remove-device", "sub_70001", "31", "--dry-run=diff")
        self.assert_code(result, 0)
        self.assertIn("the record would be removed", result.err)

    def test_wait(self):
        result = self.acme("subscription", "restart", "sub_70002", "--wait", "-o", "json")
        self.assert_code(result, 0)
        self.assertEqual(result.json["state"], "running")
        self.assertIn("restarted sub_70002", result.err)
        self.assert_failed(self.acme("subscription", "restart", "sub_70001", "--wait"), 4, "409")
        self.assert_code(self.acme("sandbox", "reset"), 0)
        self.assert_failed(self.acme("subscription", "restart", "sub_70002", "--wait=0.3"), 15, "still paused, not running")
        result = self.acme("subscriptions", "replace-payment-method", "sub_70001", "--method.kind", "card", "--wait", "--fault", "accepted:0.2")
        self.assert_failed(result, 15, "the contract does not say for which status to wait", "x-bangoctl.to")
        result = self.acme("subscription", "erase", "sub_70001", "--wait", "--fault", "accepted:0.2/change")
        self.assert_code(result, 0)
        self.assert_failed(self.acme("subscription", "show", "sub_70001"), 6)


class Reconciling(Merchant):
    def lost(self, words, then):
        """The change's connection is lost; what is asked afterwards is answered so."""
        def script(connection, number):
            while connection.read() and number > 1:
                connection.send(then)
        peer = Peer(script)
        self.addCleanup(peer.__exit__)
        self.use(peer.url)
        self.assert_failed(self.run_program("-p", "acme", *words), 10, "unknown", "reconcile --request-id")
        return self.run_program("--timeout", "2", "reconcile", "-o", "json", "--error-format", "text")

    def check(self, words, then, verdict, code=0):
        result = self.lost(words, then)
        self.assert_code(result, code)
        self.assertEqual([row["verdict"] for row in result.json], [verdict], f"\n{result}")

    def test_a_put_that_was_applied(self):
        self.check(PAUSE, json_answer({"subscriptionRef": "sub_70001", "state": "paused"}), "applied")

    def test_a_put_that_was_not(self):
        self.check(PAUSE, json_answer({"subscriptionRef": "sub_70001", "state": "running"}), "not_applied")

    def test_a_put_that_nothing_tells_of(self):
        words = ["subscriptions", "replace-payment-method", "sub_70001", "--method.kind", "card"]
        self.check(words, json_answer({"subscriptionRef": "sub_70001", "state": "running"}), "unknown", 10)

    def test_a_delete(self):
        gone = json_answer({"code": "missing", "message": "there is no such thing"}, status=404)
        self.check(["subscription", "erase", "sub_70003"], gone, "applied")

    def test_a_nested_record(self):
        """The path of the read has two holes: both are known from the change's."""
        server = self.serve("--contract", merchant.DOCUMENT, "--fault", "reset-after/change@1")
        with Recorder(server.port) as recorder:
            self.use(recorder.url)
            self.assert_code(self.run_program("-p", "acme", "devices", "remove-device", "sub_70001", "31"), 10)
            result = self.run_program("reconcile", "-o", "json")
            self.assert_code(result, 0)
            self.assertEqual([(row["target"], row["verdict"]) for row in result.json], [("31", "applied")])
            self.assertIn(b"GET /subscriptions/sub_70001/devices/31 HTTP/1.1", recorder.requests[-1])
