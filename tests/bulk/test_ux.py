# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person and a program see of a job: lines, summary, progress, journals as tables, help, scripts, shell."""

import json
import re
import signal
import subprocess
import time

from blackbox import Peer, json_answer, program, slow
from blackbox.terminal import Screen, Typed, wait_until

from rows import IDS, SUSPEND, RowsCase

FIELDS = ["row", "line", "target", "outcome", "exit_code", "http_status", "status", "response_code", "request_id", "message"]
NOT_FOUND = json_answer({"responseCode": "NOT_FOUND", "responseMessage": "no such thing"}, 404)


def answers(connection, _number):
    """Refuses what is called BAD or GONE, takes its time for SLOW, and does the rest."""
    while request := connection.read():
        target = request.split(b" ")[1].rpartition(b"/")[2]
        if target.startswith(b"SLOW"):
            time.sleep(0.3)
        if target.startswith(b"BAD"):
            connection.send(json_answer({"responseCode": "CONFLICT", "responseMessage": "not\x1b[31m now"}, 409))
        else:
            connection.send(NOT_FOUND if target.startswith(b"GONE") else json_answer())


class WithShop(RowsCase):
    def setUp(self):
        super().setUp()
        self.shop = Peer(answers)
        self.shop.__enter__()
        self.addCleanup(self.shop.__exit__)
        self.profiles(url=self.shop.url)


class Output(WithShop):
    def rows(self, *ids):
        return "entitlementId\n" + "".join(f"{name}\n" for name in ids)

    def test_fields(self):
        result = self.bulk(self.rows("A", "GONE"))
        self.assert_code(result, 12)
        for line in self.results(result):
            self.assertEqual(list(line), FIELDS)
        lines = {line["target"]: line for line in self.results(result)}
        self.assertEqual((lines["A"]["outcome"], lines["A"]["exit_code"], lines["GONE"]["outcome"], lines["GONE"]["exit_code"]),
                         ("ok", 0, "not_found", 6))

    def test_reads_carry_the_response(self):
        line = self.results(self.bulk(self.rows("A"), command=["entitlement", "get"]))[0]
        self.assertEqual(list(line), FIELDS + ["response"])
        self.assertEqual(line["response"]["entitlementId"], "ENT-1")

    def test_words(self):
        result = self.bulk(self.rows("A", "GONE", "B"), "--journal", "j")
        lines = result.err.splitlines()
        self.assertEqual(lines[0], "bangoctl: 3 rows, up to 8 at a time · journal j")
        self.assertRegex(lines[1], r"^bangoctl: 2 ok, 1 not found · 3 rows in \d+\.\d s$")
        self.assertEqual(lines[2:], ["bangoctl: 1 of 3 rows was not done", "  hint: bangoctl bulk failures j"])

    def test_quiet_and_none(self):
        result = self.bulk(self.rows("A"), "-q", "-o", "none")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        result = self.bulk(self.rows("A", "GONE"), "-q", "-o", "none")
        self.assertEqual((result.code, result.out, len(result.err.splitlines())), (12, "", 2))

    def test_tables_elsewhere(self):
        """A config or variable that wants tables of all commands does not stand in the way."""
        result = self.bulk(self.rows("A"), env={"BANGOCTL_OUTPUT": "table"})
        self.assert_code(result, 0)
        self.assertEqual(self.results(result)[0]["target"], "A")

    def test_lines_come_as_they_are_made(self):
        self.write("rows.csv", self.rows("A", "SLOW1", "SLOW2", "SLOW3"))
        words = program.command_line(["-p", "t", "bulk", *SUSPEND, "--input", "rows.csv", "--jobs", "1"])
        process = program.start(words, self.home, self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(program.end_group, process)
        self.assertEqual(json.loads(process.stdout.readline())["target"], "A")
        self.assertIsNone(process.poll(), "the first line is there while the job runs")
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()

    def test_a_reader_that_goes(self):
        """What was sent is in the journal, no new row starts, and the rest can be done."""
        self.write("rows.csv", self.rows(*(f"E{i}" for i in range(400))))
        result = self.shell("{ bangoctl -p t bulk entitlement suspend --input rows.csv --jobs 2 --rate 200 --journal j; echo $? >code; } | head -1")
        self.assertEqual((self.home / "code").read_text(), "14\n", result)
        self.assertIn("stopped with", result.err)
        self.assertIn("hint: bangoctl bulk resume j", result.err)
        status = self.run_program("bulk", "status", "j", "-o", "json").json[0]
        self.assertEqual(status["ok"], len(self.shop.requests))
        self.assertEqual((status["unknown"], status["open"]), (0, 0))
        self.assert_code(self.run_program("bulk", "resume", "j"), 0)
        self.assertEqual(len(self.shop.requests), 400)
        self.assertEqual(len(self.sent_ids()), 400)

    def sent_ids(self):
        return {request.split(b" ")[1] for request in self.shop.requests}

    def test_full_output(self):
        self.write("rows.csv", self.rows("A"))
        result = self.shell("bangoctl -p t bulk entitlement suspend --input rows.csv --journal j >/dev/full")
        self.assert_code(result, 14)
        self.assertIn("bangoctl bulk results j", result.err)

    def test_trace(self):
        """Each request of a job, without the password, however it ended."""
        result = self.bulk(self.rows("A", "GONE"), "--trace", "trace.ndjson", "--jobs", "1")
        self.assert_code(result, 12)
        lines = [json.loads(line) for line in (self.home / "trace.ndjson").read_text().splitlines()]
        self.assertEqual(len(lines), 2)
        self.assertEqual([line["url"].rpartition("/")[2] for line in lines], ["A", "GONE"])
        self.assertNotIn("Basic dTpw", (self.home / "trace.ndjson").read_text())

    def test_trace_that_cannot_be_written(self):
        result = self.bulk(self.rows("A"), "--trace", "/dev/full")
        self.assert_code(result, 0)
        self.assertIn("warning: --trace: cannot write /dev/full: No space left on device", result.err)

    def test_no_escape_reaches_the_terminal(self):
        result = self.bulk(self.rows("BAD"), tty=True)
        self.assertNotIn(b"\x1b[31m", result.stdout)
        self.assertIn(b"line 2  BAD  rejected", result.stdout)

    def test_a_person_sees_what_was_not_done(self):
        result = self.bulk(self.rows("A", "GONE"), "--journal", "j", tty=True)
        self.assertNotIn('"row"', result.out)
        self.assertIn("line 3  GONE  not found  ", result.out)
        self.assertIn("1 ok, 1 not found", result.out)
        self.assertIn('"row":1', self.bulk(self.rows("A"), "-o", "ndjson", tty=True).out)
        self.assertIn('"response"', self.bulk(self.rows("A"), command=["entitlement", "get"], tty=True).out)

    def test_progress(self):
        self.write("rows.csv", self.rows("GONE", *(f"SLOW{i}" for i in range(10))))
        words = program.command_line(["-p", "t", "bulk", *SUSPEND, "--input", "rows.csv", "--jobs", "1", "--journal", "j"])
        screen = Screen(self, words)
        text = screen.wait(" to go, 1 failed")
        self.assertRegex(text, r"\d of 11 rows, \d\.\d/s, \d s to go, 1 failed")
        status = self.run_program("bulk", "status", "j", "-o", "json").json[0]
        self.assertEqual(status["state"], "running")
        text = screen.wait("[exit 12]")
        self.assertNotIn("to go", text, "the line of progress is gone")
        self.assertIn("10 ok, 1 not found", text)
        self.assertEqual(self.run_program("bulk", "status", "j", "-o", "json").json[0]["state"], "finished")

    def test_time_to_go(self):
        for count, text in ((200, r"3 min \d\d s to go"), (20000, r"\d h \d\d min to go")):
            with self.subTest(count=count):
                self.write("rows.csv", self.rows(*(f"E{i}" for i in range(count))))
                typed = Typed(self, program.command_line(["-p", "t", "bulk", *SUSPEND, "--input", "rows.csv", "--rate", "1", "--journal", f"j{count}"]))
                typed.wait_until(lambda: re.search(text.encode(), typed.seen), text)
                typed.process.send_signal(signal.SIGTERM)
                self.assertIn(typed.end(), (143, 12))

    def test_progress_fits_a_narrow_screen(self):
        self.write("rows.csv", self.rows(*(f"SLOW{i}" for i in range(8))))
        words = program.command_line(["-p", "t", "bulk", *SUSPEND, "--input", "rows.csv", "--jobs", "1", "--journal", "j"])
        screen = Screen(self, words, size=(24, 20))
        screen.wait("[exit 0]", timeout=20)
        self.assertNotIn("8 rows,\n", screen.text().replace("up to", ""))

    @slow
    def test_progress_without_a_terminal(self):
        self.write("rows.csv", self.rows(*(f"SLOW{i}" for i in range(40))))
        result = self.bulk(None, "--jobs", "1")
        self.assertRegex(result.err, r"bangoctl: \d+ of 40 rows, 3\.\d/s, \d s to go")


class Journals(WithShop):
    def setUp(self):
        super().setUp()
        self.result = self.bulk("entitlementId\nA\nGONE\nBAD\n", "--journal", "j")
        self.assert_code(self.result, 12)

    def test_status(self):
        result = self.run_program("bulk", "status", "j", "-o", "table")
        self.assert_code(result, 0)
        self.assertEqual([line for line in result.out.splitlines() if len(line) > 80], [])
        self.assertIn("3 of 3 rows have a result: 1 ok, 2 failed, 0 unknown", result.err)
        status = self.run_program("bulk", "status", "j", "-q", "-o", "json").json[0]
        self.assertEqual({k: status[k] for k in ("command", "profile", "shard", "rows", "ok", "failed", "unknown", "open", "left", "state")},
                         {"command": "entitlement suspend", "profile": "t", "shard": "0/1", "rows": 3, "ok": 1, "failed": 2, "unknown": 0,
                          "open": 0, "left": 0, "state": "finished"})

    def test_shards_are_added_up(self):
        for shard in range(3):
            self.bulk("entitlementId\nA\nGONE\nB\nC\n", f"--shard={shard}/3", "--journal", f"j{shard}")
        result = self.run_program("bulk", "status", "j0", "j1", "j2", "-o", "json")
        self.assertEqual([(row["shard"], row["rows"]) for row in result.json], [("0/3", 1), ("1/3", 2), ("2/3", 1)])
        self.assertIn("4 of 4 rows have a result: 3 ok, 1 failed, 0 unknown", result.err)
        self.assertIn("missing: 1/3, 2/3", self.run_program("bulk", "status", "j0").err)
        self.assert_failed(self.run_program("bulk", "status", "j0", "j0"), 3, "shard 0/3, which is there already")
        self.assert_failed(self.run_program("bulk", "status", "j0", "j"), 3, "not of the same job")

    def test_more_shards_than_rows(self):
        result = self.bulk("entitlementId\nA\n", "--shard=5/7", "--journal", "j5")
        self.assertEqual((result.code, result.out), (0, ""))
        self.assertIn("0 of 1 row (shard 5/7)", result.err)

    def test_failures_and_results(self):
        failures = self.run_program("bulk", "failures", "j", "-o", "csv")
        self.assert_code(failures, 0)
        lines = failures.out.splitlines()
        self.assertEqual(lines[0], "row,line,target,outcome,http_status,status,response_code,message,request_id,at")
        self.assertEqual({line.split(",")[2] for line in lines[1:]}, {"GONE", "BAD"})
        results = self.run_program("bulk", "results", "j", "--sort", "row", "-o", "json").json
        self.assertEqual([row["target"] for row in results], ["A", "GONE", "BAD"])

    def test_the_failures_are_an_input_again(self):
        ids = self.run_program("bulk", "failures", "j", "--columns", "target", "--no-headers", "-o", "csv").out
        self.assertEqual(sorted(ids.split()), ["BAD", "GONE"])

    def test_a_finished_job_says_the_same_again(self):
        count = len(self.shop.requests)
        again = self.run_program("bulk", "resume", "j")
        self.assert_failed(again, 12, "the job is finished, nothing was sent: 1 ok, 1 rejected, 1 not found", "2 of 3 rows were not done")
        self.assertEqual(len(self.run_program("bulk", "resume", "j", "-q").err.splitlines()), 2)
        self.assertEqual(len(self.shop.requests), count)


class Lines(RowsCase):
    """bulk in scripts and in the shell."""

    def test_script(self):
        self.write("rows.csv", IDS)
        script = "bulk entitlement suspend --input rows.csv --journal j\nexpect ok bulk resume j\nexpect 2 bulk entitlement suspend --input nowhere\n"
        result = self.run_program("-p", "t", "run", "-", stdin=script)
        self.assert_code(result, 0)
        self.assertEqual(len(self.results(result)), 3)

    def test_script_names_the_line(self):
        result = self.run_program("-p", "t", "run", "-", stdin="echo x\nbulk entitlement suspend --input nowhere.csv\n")
        self.assert_code(result, 2)
        self.assertIn("standard input:2: cannot open nowhere.csv", result.err)

    def test_shell(self):
        self.write("rows.csv", IDS)
        shell = Typed(self, program.command_line(["-p", "t"]))
        shell.wait("> ")
        shell.send("bulk entitlement suspend --input rows.csv\r")
        shell.wait("3 ok")
        shell.send("quit\r")
        self.assertEqual(shell.end(), 0, shell.seen)

    def test_interrupted_in_the_shell(self):
        """Ctrl-C ends the job, not the shell; what was in flight is awaited; the job goes on afterwards."""
        with Peer(answers) as shop:
            self.profiles(url=shop.url)
            self.write("rows.csv", "entitlementId\n" + "".join(f"SLOW{i}\n" for i in range(40)))
            shell = Typed(self, program.command_line(["-p", "t"]))
            shell.wait("> ")
            shell.send("bulk entitlement suspend --input rows.csv --journal j --jobs 2 --rate 10\r")
            wait_until(lambda: len(shop.requests) > 2, "some requests")
            shell.send("\x03")
            shell.wait("hint: bangoctl bulk resume j")
            done = len(shop.requests)
            shell.send("status\r")
            shell.wait("130")
            shell.send("bulk resume j --jobs 20 --rate 1000\r")
            shell.wait("40 ok")
            shell.send("quit\r")
            self.assertEqual(shell.end(), 0, shell.seen)
            self.assertLess(done, 40)
            self.assertEqual(len(shop.requests), 40)

    def test_interrupted(self):
        with Peer(answers) as shop:
            self.profiles(url=shop.url)
            self.write("rows.csv", "entitlementId\n" + "".join(f"SLOW{i}\n" for i in range(40)))
            for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
                words = program.command_line(["-p", "t", "bulk", *SUSPEND, "--input", "rows.csv", "--jobs", "2", "--journal", f"j{code}"])
                process = program.start(words, self.home, self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.addCleanup(program.end_group, process)
                before = len(shop.requests)
                wait_until(lambda: len(shop.requests) > before + 2, "some requests")
                process.send_signal(number)
                out, err = process.communicate(timeout=20)
                self.assertEqual(process.returncode, code, err)
                self.assertIn(f"bangoctl bulk resume j{code}".encode(), err)
                self.assertEqual(len(out.splitlines()), len(shop.requests) - before, "what was in flight is awaited and told")


class HelpAndCompletion(RowsCase):
    def complete(self, *words):
        return [line.partition("\t")[0] for line in self.run_program("__complete", "--", *words).out.splitlines()]

    def test_completion(self):
        self.assertEqual(self.complete("bulk", ""), ["actions", "resume", "status", "failures", "results", "echo", "entitlement"])
        self.assertIn("suspend", self.complete("bulk", "entitlement", ""))
        self.assertEqual(self.complete("bulk", "entitlement", "suspend", "--in"), ["--input", "--input-format"])
        self.assertEqual(self.complete("bulk", "entitlement", "suspend", "--input", ""), [":file"])
        self.assertEqual(self.complete("bulk", "resume", ""), [":file"])
        self.assertEqual(self.complete("bulk", "entitlement", "suspend", "--encoding", "u"), ["utf-8"])
        self.assertIn("OTHER", self.complete("bulk", "entitlement", "suspend", "--reason-code", "O"))

    def test_help_of_every_call(self):
        """Those are not in `commands`, so the loop over the table does not see them. Its example runs."""
        calls = [c for c in self.run_program("commands", "-o", "json").json if c["method"]]
        self.assertTrue(calls)
        for call in calls:
            with self.subTest(call["name"]):
                words = ["bulk", *call["name"].split()]
                result = self.run_program("help", *words)
                self.assert_code(result, 0)
                self.assertEqual([line for line in result.out.splitlines() if len(line) > 80 and len(line.split()) > 1], [])
                own, columns = result.out.index("\nOptions:"), result.out.index("\nColumns, and options")
                self.assertLess(own, result.out.index("      --input"))
                self.assertLess(result.out.index("      --input"), columns)
                example = result.out.partition("Example:\n")[2].splitlines()[0].strip()
                self.assert_code(self.run_program("sandbox", "reset"), 0)
                self.write("rows.csv", "text\nhello\n" if call["name"] == "echo" else "status\nACTIVE\n" if "find" in call["name"]
                           else f"id,productKey\n{self.one_for(call)},X\n" if "update" in call["name"] else f"id\n{self.one_for(call)}\n")
                self.assert_code(self.shell(example), 0)

    @staticmethod
    def one_for(call):
        return {"activate": "ENT-1003", "resume": "ENT-1004"}.get(call["name"].split()[-1], "ENT-1001")

    def test_overview_is_not_flooded(self):
        text = self.run_program("help").out
        self.assertIn("  bulk CALL ", text)
        self.assertNotIn("bulk entitlement", text)
        self.assertLess(len(text.splitlines()), 75)

    def test_topic(self):
        text = self.run_program("help", "bulk").out
        for word in (*FIELDS, "response", "bulk resume JOURNAL", "--shard I/N", "--allow-duplicates", "bulk entitlement suspend"):
            self.assertIn(word, text)
