# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows become requests: actions, defaults, duplicates; and who is asked before."""

import json

from blackbox import Peer, json_answer, program
from blackbox.terminal import Typed

from rows import IDS, SUSPEND, RowsCase

HEADER = "action,entitlementId,reasonCategory,reasonCode,reasonDescription\r\n"


class Actions(RowsCase):
    def actions(self, text, *options, **more):
        return self.bulk(text, *options, command=["actions"], **more)

    def calls(self):
        """"suspend E" for each request, in their order."""
        return sorted(request.split(b" ")[1].decode().removeprefix("/v1/entitlement/").replace("/", " ") for request in self.peer.requests)

    def test_batch_file(self):
        """As Bango's batch processor takes it: Windows-1252, every heading there, empty where nothing is meant."""
        rows = (HEADER + "CANCEL,A,CUSTOMER_CANCELLED,NOT_RENEWED,n’aime plus\r\nREVOKE,B,REVOKED,FRAUD,\r\n"
                "SUSPEND,C,,,\r\nRESUME,D,,,\r\n").encode("windows-1252")
        self.assert_code(self.actions(rows, name="Acme-CANCELLATIONS-20261201120000.csv"), 0)
        self.assertEqual(self.calls(), ["cancel A", "resume D", "revoke B", "suspend C"])
        self.assertEqual(self.sent(), {
            "A": {"cancelReasonCategory": "CUSTOMER_CANCELLED", "cancelReasonCode": "NOT_RENEWED", "cancelReasonDescription": "n’aime plus"},
            "B": {"cancelReasonCategory": "REVOKED", "cancelReasonCode": "FRAUD"}, "C": None, "D": None})

    def test_update_file(self):
        rows = ("action,entitlementId,productKey,notificationUrl,dateExpiry,customerIdentifier,extensionData\r\n"
                "UPDATE,A,GOLD,,,,\r\nUPDATE,B,,,2027-01-31,,\r\n")
        self.assert_code(self.actions(rows), 0)
        self.assertEqual(self.sent(), {"A": {"productKey": "GOLD"}, "B": {"dateExpiry": "2027-01-31T00:00:00Z"}})

    def test_update_file_with_more_than_the_merchant_may(self):
        rows = "action,entitlementId,productKey,notificationUrl,customerIdentifier\nUPDATE,A,X,https://x.example,\nUPDATE,B,X,,c1\n"
        self.assert_refused(self.actions(rows), 'row 1 (line 2): column "notificationUrl" is no argument of "entitlement update", and has a value',
                            'row 2 (line 3): column "customerIdentifier" is no argument', "2 faults")

    def test_update_of_nothing(self):
        self.assert_refused(self.actions("action,entitlementId,productKey\nUPDATE,A,\n"), "row 1 (line 2)", "needs at least 1 field")

    def test_ways_to_name_an_action(self):
        rows = "action,id\nsuspend,A\nEntitlement Suspend,B\nsuspendEntitlement,C\nSUSPEND,D\n"
        self.assert_code(self.actions(rows), 0)
        self.assertEqual(self.calls(), ["suspend A", "suspend B", "suspend C", "suspend D"])

    def test_a_value_that_the_action_does_not_take(self):
        self.assert_refused(self.actions(HEADER + "RESUME,A,,,\nRESUME,B,,OTHER,\nRESUME,C,,OTHER,\n"),
                            'row 2 (line 3): column "reasonCode" is no argument of "entitlement resume"', "row 3 (line 4)", "2 faults")

    def test_refused(self):
        for rows, text in {
            "action,id\nSUSPND,A\n": 'row 1 (line 2): action "SUSPND" is no command of the contract (did you mean suspend?)',
            "action,id\n,A\n": 'row 1 (line 2): column "action" is empty', "id\nA\n": 'there is no column "action"',
            "action,id\n,\n": "all cells are empty", "action,id\nsandbox reset,A\n": "no command of the contract",
        }.items():
            with self.subTest(rows):
                self.assert_refused(self.actions(rows), text)
        self.assert_refused(self.actions('{"id":"A"}\n', name="rows.ndjson"), 'row 1 (line 1): column "action" is empty')

    def test_word_of_two_commands(self):
        def post(name):
            return {"post": {"operationId": name, "responses": {"200": {"description": "d"}}, "x-bangoctl": {"command": name.replace("_", " ")}}}
        path = self.write("two.json", json.dumps({"openapi": "3.0.3", "paths": {"/a/{id}": post("plan_stop"), "/b/{id}": post("order_stop")}}))
        self.profiles(test=f'contract = "{path}";')
        self.assert_refused(self.actions("action,id\nSTOP,A\n"),
                            'row 1 (line 2): action "STOP" may be "plan stop" or "order stop": write the whole name')
        self.assert_code(self.actions("action,id\nplan stop,A\norder_stop,B\n"), 0)
        self.assertEqual(sorted(request.split(b" ")[1] for request in self.peer.requests), [b"/a/A", b"/b/B"])

    def test_an_action_agrees_with_the_job(self):
        self.assert_refused(self.bulk("action,id\nSUSPEND,A\nRESUME,B\n"),
                            'row 2 (line 3): action "RESUME" is "entitlement resume", and the job is "entitlement suspend"')
        self.assert_code(self.bulk("action,id\nSUSPEND,A\n,B\n"), 0)

    def test_two_actions_on_one_record(self):
        rows = "action,id\nSUSPEND,A\nRESUME,A\nSUSPEND,B\n"
        self.assert_refused(self.actions(rows), "row 2 (line 3): A is on line 2 already")
        self.assert_code(self.actions(rows, "--allow-duplicates"), 0)
        calls = [r.split(b" ")[1].decode() for r in self.peer.requests if b"/A " in r]
        self.assertEqual(calls, ["/v1/entitlement/suspend/A", "/v1/entitlement/resume/A"])

    def test_counts_are_told(self):
        result = self.actions("action,id\nSUSPEND,A\nRESUME,B\nSUSPEND,C\n")
        self.assertIn("3 rows (1 entitlement resume, 2 entitlement suspend), up to 8 at a time", self.sorted_counts(result.err))

    @staticmethod
    def sorted_counts(text):
        before, _, rest = text.partition("(")
        inner, _, after = rest.partition(")")
        return f"{before}({', '.join(sorted(inner.split(', ')))}){after}"


class WithoutTarget(RowsCase):
    def test_rows_that_name_no_record(self):
        """What makes a record names none: equal rows are no duplicates, and nothing tells what became of an unknown one."""
        path = self.write("add.json", json.dumps({"openapi": "3.0.3", "paths": {"/order": {"post": {
            "operationId": "addOrder", "responses": {"200": {"description": "d"}}, "requestBody": {"content": {"application/json": {
                "schema": {"type": "object", "properties": {"city": {"type": "string"}}}}}}}}}}))
        self.profiles(test=f'contract = "{path}";')
        self.assert_code(self.bulk("city\nB\nB\nC\n", command=["add-order"]), 0)
        self.assertEqual(sorted(json.loads(request.partition(b"\r\n\r\n")[2])["city"] for request in self.peer.requests), ["B", "B", "C"])


class Duplicates(RowsCase):
    def test_in_order_and_never_in_flight_together(self):
        def script(connection, _number):
            while connection.read():
                self.assertEqual(self.flying, 0)
                self.flying += 1
                connection.dribble(json_answer(), 0.0005)
                self.flying -= 1
        self.flying = 0
        with Peer(script) as peer:
            self.profiles(url=peer.url)
            rows = "id,reasonDescription\n" + "".join(f"A,{i}\n" for i in range(5))
            self.assert_code(self.bulk(rows, "--allow-duplicates", "--jobs", "5"), 0)
            self.assertEqual([json.loads(r.partition(b"\r\n\r\n")[2])["reasonDescription"] for r in peer.requests], list("01234"))


class Defaults(RowsCase):
    def test_options_fill_what_rows_lack(self):
        rows = "id,reasonCode\nA,FRAUD\nB,\n"
        self.assert_code(self.bulk(rows, "--reason-code", "OTHER", "--reason-description", "d"), 0)
        self.assertEqual(self.sent(), {"A": {"reasonCode": "FRAUD", "reasonDescription": "d"}, "B": {"reasonCode": "OTHER", "reasonDescription": "d"}})

    def test_set_and_body(self):
        rows = "id,reasonCode,reasonDescription\nA,FRAUD,own\nB,,\n"
        self.assert_code(self.bulk(rows, "--set", "reasonCode=OTHER", "--body", '{"reasonDescription":"all","x":[1.50]}'), 0)
        self.assertEqual(self.sent(), {"A": {"reasonCode": "FRAUD", "reasonDescription": "own", "x": [1.5]},
                                       "B": {"reasonCode": "OTHER", "reasonDescription": "all", "x": [1.5]}})

    def test_a_column_may_be_missing_when_the_option_is_there(self):
        self.assert_code(self.bulk("reasonCode\nOTHER\n", "--id", "A"), 0)
        self.assertEqual(self.sent(), {"A": {"reasonCode": "OTHER"}})

    def test_pairs(self):
        rows = "id,merchantExtensionData.tier\nA,gold\nB,\n"
        self.assert_code(self.bulk(rows, "--merchant-extension-data", "source=batch", command=["entitlement", "update"]), 0)
        self.assertEqual(self.sent(), {"A": {"merchantExtensionData": {"tier": "gold"}}, "B": {"merchantExtensionData": {"source": "batch"}}})

    def test_a_bad_option_is_refused_before_the_rows(self):
        self.assert_refused(self.bulk(IDS, "--reason-code", "OTHR"), "--reason-code", "did you mean OTHER?")
        self.assert_refused(self.bulk(IDS, "--body", "{"), "bangoctl: --body: not JSON")
        self.assert_refused(self.bulk(IDS, "--set", "x:={"), "bangoctl: --set: not JSON")

    def test_the_contents_of_a_file_are_pinned(self):
        """A job that goes on sends what it was begun with."""
        self.write("body.json", '{"reasonDescription":"first"}')
        self.profiles(url="http://127.0.0.1:1")
        self.assert_code(self.bulk(IDS, "--body", "@body.json", "--set", "x:=@body.json", "--journal", "j", "--retry-max-wait", "0"), 2)
        self.assert_code(self.bulk(IDS, "--body", "@body.json", "--journal", "j", "--retry-max-wait", "0"), 9)
        self.write("body.json", '{"reasonDescription":"second"}')
        journal = self.home / "j"
        journal.write_text(journal.read_text().replace("http://127.0.0.1:1", self.peer.url))
        self.profiles()
        self.assert_code(self.run_program("bulk", "resume", "j"), 0)
        self.assertEqual(self.sent(), {id: {"reasonDescription": "first"} for id in ("ENT-1", "ENT-2", "ENT-3")})


class Confirm(RowsCase):
    def test_live_needs_the_number_of_rows(self):
        for words in ([], ["--yes"], ["--confirm=3"], ["--yes", "--confirm=2"], ["--yes", "--confirm=live"], ["--yes", "--confirm="],
                      ["--yes", "--confirm=03"], ["--yes", "--confirm=3", "--read-only"]):
            with self.subTest(words):
                result = self.bulk(IDS, *words, profile="live")
                self.assert_refused(result, "hint" if "--read-only" not in words else "read-only", code=11)
                last = self.audit[-1]
                self.assertEqual((last["type"], last["command"], last["rows"], last["target"], last["profile"]),
                                 ("refused", "bulk entitlement suspend", 3, "3 rows", "live"))
        self.assertEqual({line["type"] for line in self.audit}, {"refused"})
        self.assertIn("--yes --confirm=3", self.bulk(IDS, profile="live").err)
        self.assert_code(self.run_program("audit", "verify"), 0)
        self.assertIn("bulk entitlement suspend", self.run_program("audit", "show", "-o", "csv").out)
        self.assert_code(self.bulk(IDS, "--yes", "--confirm=3", profile="live"), 0)
        self.assertEqual(len(self.peer.requests), 3)

    def test_read_only_profile(self):
        self.profiles(test="read_only = true;")
        self.assert_refused(self.bulk(IDS), "holds changes", 'profile "t" is read-only', code=11)
        self.assert_code(self.bulk(IDS, command=["entitlement", "get"]), 0)

    def test_reads_test_profiles_and_dry_runs_need_none(self):
        self.assert_code(self.bulk(IDS, command=["entitlement", "get"], profile="live"), 0)
        self.assert_code(self.bulk(IDS, "-n", profile="live"), 0)
        self.assert_code(self.bulk(IDS), 0)

    def test_many_changes_are_confirmed_once(self):
        self.profiles(live="max_changes = 1;")
        self.assert_code(self.bulk(IDS, "--yes", "--confirm=3", profile="live"), 0)

    def test_the_whole_number_in_every_shard(self):
        self.assert_refused(self.bulk(IDS, "--shard=1/3", "--yes", "--confirm=1", profile="live"), "--confirm=3", code=11)
        self.assert_code(self.bulk(IDS, "--shard=1/3", "--yes", "--confirm=3", profile="live"), 0)
        self.assertEqual(list(self.sent()), ["ENT-1"])

    def test_going_on_is_confirmed_too(self):
        self.profiles(url="http://127.0.0.1:1")
        self.assert_code(self.bulk(IDS, "--yes", "--confirm=3", "--journal", "j", "--retry-max-wait", "0", profile="live"), 9)
        before = (self.home / "j").read_bytes()
        self.assert_code(self.run_program("bulk", "resume", "j"), 11)
        self.assertEqual((self.home / "j").read_bytes(), before)
        self.assertEqual(self.audit[-1]["command"], "bulk resume")

    def typed(self, answer, *words):
        self.write("rows.csv", IDS)
        terminal = Typed(self, program.command_line(["-p", "live", "--color", "never", "bulk", *SUSPEND, "--input", "rows.csv", *words]))
        terminal.wait("to go on: ")
        terminal.send(answer)
        return terminal.end(), terminal.seen.decode()

    def test_at_a_terminal(self):
        for answer in ("\r", "y\r", "2\r", "live\r", " 3\r", "\x04", "\x03"):
            with self.subTest(answer):
                code, seen = self.typed(answer)
                self.assertEqual(code, 11, seen)
                self.assert_nothing()
                self.assertEqual(self.audit[-1]["type"], "refused")
        code, seen = self.typed("3\r")
        self.assertEqual(code, 0, seen)
        for text in ("LIVE  profile live", self.peer.url, "bulk entitlement suspend rows.csv", "3 entitlement suspend", "number of rows, 3,"):
            self.assertIn(text, seen)
        self.assertEqual(len(self.peer.requests), 3)

    def test_rows_from_standard_input_and_a_question(self):
        self.write("rows.csv", IDS)
        words = " ".join(program.command_line(["-p", "live", "bulk", *SUSPEND, "--input", "-"]))
        terminal = Typed(self, ["sh", "-c", f"{words} <rows.csv"])
        terminal.wait("to go on: ")
        terminal.send("3\r")
        self.assertEqual(terminal.end(), 0, terminal.seen)


class DryRun(RowsCase):
    def test_first_rows_and_the_number_of_all(self):
        result = self.bulk("id\n" + "".join(f"E{i}\n" for i in range(50)), "-n")
        self.assert_code(result, 0)
        self.assert_nothing()
        self.assertEqual(result.out.count("POST /v1/entitlement/suspend/E"), 3)
        self.assertEqual(result.err.count("evidence"), 1)
        self.assertIn("dry run: 50 rows checked (50 entitlement suspend), nothing was sent", result.err)
        self.assertFalse(self.audit)

    def test_as_json(self):
        result = self.bulk(IDS, "-n", "-q", "-o", "json")
        self.assertEqual([json.loads(line)["method"] for line in result.out.splitlines()], ["POST"] * 3)
        self.assertEqual(result.err, "")

    def test_faults_show_nothing(self):
        self.assert_refused(self.bulk("id\nA\nB\nC\nD/x\n", "-n"), "row 4 (line 5)")

    def test_evidence_of_each_command(self):
        result = self.bulk("action,id\nSUSPEND,A\nRESUME,B\n", "-n", command=["actions"])
        self.assertEqual(result.err.count("evidence"), 2)

    def test_no_dry_run_of_a_job_that_has_begun(self):
        self.assert_code(self.bulk(IDS, "--journal", "j"), 0)
        self.assert_failed(self.run_program("bulk", "resume", "j", "-n"), 2, "bangoctl bulk status")
