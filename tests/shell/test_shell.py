# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell in a real terminal: keys, prompts, history, signals, the pager."""

import json
import os
import re
import signal
import stat
import threading

from blackbox import Case, Peer, json_answer, program
from blackbox.terminal import Screen, Typed, need, wait_until

PASTE_ON, PASTE_OFF = b"\x1b[200~", b"\x1b[201~"


class Shell(Case):
    def setUp(self):
        super().setUp()
        need("tmux")

    def open(self, *words, prompt="sandbox> ", **options):
        screen = Screen(self, program.command_line(words or ["-p", "sandbox"]), **options)
        screen.wait_last(prompt)
        return screen

    def profiles(self, **urls):
        self.config("profiles = { " + " ".join(
            f'{name.replace("_", "-")} = {{ environment = "{"live" if name.startswith("acme") else "test"}"; base_url = "{url}"; '
            'username = "u"; password = "p"; };' for name, url in urls.items()) + " };")

    def status(self, screen, number):
        """What `status` says, in a file of its own."""
        path = self.home / f"status{number}"
        screen.line(f"status -o json > {path}")
        wait_until(lambda: path.exists() and path.read_text().endswith("}\n"), lambda: f"status\n{screen.text()}")
        return json.loads(path.read_text())


class Completion(Shell):
    def test_command_word(self):
        screen = self.open()
        screen.type("ent")
        screen.keys("Tab")
        screen.wait_last("sandbox> entitlement")
        screen.type("su")
        screen.keys("Tab")
        screen.wait_last("sandbox> entitlement suspend")

    def test_list_with_help(self):
        screen = self.open(size=(40, 100))
        screen.type("entitlement ")
        screen.keys("Tab", "Tab")
        text = screen.wait("notify")
        for word, help_text in (("activate", "Activate a pending entitlement"), ("suspend", "Suspend an entitlement"),
                                ("terminate", "Terminate an entitlement, now or at a later date")):
            self.assertRegex(text, rf"(?m)^ *{word} +{help_text}$")
        screen.wait_last("sandbox> entitlement")

    def test_list_fits_a_narrow_screen(self):
        screen = self.open(size=(60, 40))
        screen.type("entitlement ")
        screen.keys("Tab", "Tab")
        screen.wait("notify")
        screen.wait_last("sandbox> entitlement")
        self.assertRegex(screen.text(), r"(?m)^ +terminate +Terminate an entitle")

    def test_choices(self):
        screen = self.open(size=(50, 120))
        screen.type("entitlement cancel X --reason-code ")
        screen.keys("Tab", "Tab")
        text = screen.wait("CUSTOMER_RETURN")
        self.assertRegex(text, r"NOT_RENEWED +the customer did not renew")
        screen.type("NOT_")
        screen.keys("Tab")
        screen.wait("--reason-code NOT_RENEWED")

    def test_value_behind_equals(self):
        screen = self.open()
        screen.type("echo --output=ndj")
        screen.keys("Tab")
        screen.wait("--output=ndjson")

    def test_ids_seen(self):
        screen = self.open()
        screen.type("entitlement get ENT-10")
        screen.keys("Tab")
        screen.keys("C-c")
        screen.wait("^C")
        screen.line("entitlement find --status PENDING --field entitlementId")
        seen = re.findall(r"(?m)^(ENT-\d+)$", screen.wait("ENT-1003"))
        self.assertTrue(seen)
        screen.type("entitlement get ENT-")
        screen.keys("Tab")
        screen.wait_last("sandbox> entitlement get " + os.path.commonprefix(seen))
        screen.keys("Tab", "Tab")
        for word in seen:
            screen.wait(word, times=2)

    def test_profiles(self):
        self.profiles(acme_eu="http://127.0.0.1:9", mine="http://127.0.0.1:9")
        screen = self.open()
        screen.type("use ac")
        screen.keys("Tab")
        screen.wait("use acme-eu")

    def test_files(self):
        self.write("my script.txt", "echo a\n")
        self.write("plain.txt", "echo from-plain --field echo\n")
        screen = self.open()
        screen.type("source pl")
        screen.keys("Tab")
        screen.wait("source plain.txt")
        screen.keys("Enter")
        screen.wait("\nfrom-plain\n")

    def test_after_expect_and_semicolon(self):
        screen = self.open()
        screen.type("expect 0 ent")
        screen.keys("Tab")
        screen.wait_last("sandbox> expect 0 entitlement")
        screen.keys("C-u")
        screen.type("echo a; prof")
        screen.keys("Tab")
        screen.wait("echo a; profile")

    def test_never_the_network(self):
        with Peer(json_answer()) as peer:
            self.profiles(t=peer.url)
            screen = self.open("-p", "t", prompt="test:t> ")
            screen.type("entitlement get ")
            screen.keys("Tab", "Tab")
            screen.type("X")
            screen.wait_last("test:t> entitlement get X")
            self.assertEqual(peer.connections, 0)


class ControlC(Shell):
    def test_clears_the_line(self):
        screen = self.open()
        screen.type("entitlement suspend ENT-1001 --reason-code OTHER")
        screen.wait("OTHER")
        screen.keys("C-c")
        screen.wait("^C")
        screen.wait_last("sandbox> ")
        screen.line("echo still --field echo")
        screen.wait("\nstill\n")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_clears_open_quotes(self):
        screen = self.open()
        screen.line("echo 'a")
        screen.wait_last("> ")
        screen.keys("C-c")
        screen.wait_last("sandbox> ")
        screen.line("echo still --field echo")
        screen.wait("\nstill\n")

    def test_during_a_read(self):
        screen = self.open()
        screen.line("echo a --fault slow:15; echo b")
        screen.wait("slow:15")
        # the key may come before the request is on its way; then it is pressed again
        wait_until(lambda: screen.keys("C-c") or "interrupted" in screen.text(), screen.text)
        screen.wait_last("sandbox> ")
        self.assertNotIn('"b"', screen.text())
        self.assertEqual(self.status(screen, 1)["exit_code"], 130)
        screen.line("echo still --field echo")
        screen.wait("\nstill\n")

    def hold(self, connection, _number):
        connection.read()
        connection.hold()

    def test_during_a_change_twice(self):
        with Peer(self.hold) as peer:
            self.profiles(t=peer.url)
            screen = self.open("-p", "t", prompt="test:t> ")
            screen.line("entitlement resume ENT-1")
            wait_until(lambda: peer.requests, "the request")
            screen.keys("C-c")
            screen.wait("waiting for its answer")
            screen.keys("C-c")
            screen.wait("the outcome is unknown")
            screen.wait_last("test:t> ")
            self.assertEqual(self.status(screen, 1)["exit_code"], 10)
            self.assertEqual(len(peer.requests), 1)

    def test_during_a_change_once(self):
        asked = threading.Event()

        def answer_late(connection, _number):
            connection.read()
            asked.wait(30)
            connection.send(json_answer())

        with Peer(answer_late) as peer:
            self.profiles(t=peer.url)
            screen = self.open("-p", "t", prompt="test:t> ")
            screen.line("entitlement resume ENT-1 -o none")
            wait_until(lambda: peer.requests, "the request")
            screen.keys("C-c")
            screen.wait("waiting for its answer")
            asked.set()
            screen.wait("resumed ENT-1")
            self.assertEqual(self.status(screen, 1)["exit_code"], 0)

    def test_in_front_of_a_pipe(self):
        """The command behind the pipe ends too, and the session goes on."""
        screen = self.open()
        screen.line("echo a | cat; sleep 20")
        screen.wait('"a"}')
        screen.keys("C-c")
        screen.line("echo still --field echo")
        screen.wait("\nstill\n")


class Prompts(Shell):
    def test_none_sandbox_test_live(self):
        self.profiles(acme_eu="http://127.0.0.1:9", mine="http://127.0.0.1:9")
        screen = Screen(self, program.command_line([]))
        screen.wait_last("bangoctl> ")
        self.assertIn('begin with "use sandbox"', screen.text())
        for profile, prompt in (("sandbox", "sandbox> "), ("mine", "test:mine> "), ("acme-eu", "LIVE:acme-eu!> "), ("sandbox", "sandbox> ")):
            screen.line(f"use {profile}")
            screen.wait_last(prompt)
        self.assertRegex(screen.text("-e"), r"\x1b\[1m\x1b\[31mLIVE:acme-eu!>\x1b\[|\x1b\[(0;)?1;31mLIVE:acme-eu!>\x1b\[")
        screen.line("use nope")
        screen.wait('no profile "nope"')
        screen.wait_last("sandbox> ")

    def test_live_prompt_without_colour(self):
        self.profiles(acme_eu="http://127.0.0.1:9")
        screen = self.open("-p", "acme-eu", prompt="LIVE:acme-eu!> ", env={"NO_COLOR": "1"})
        self.assertNotIn("\x1b[31m", screen.text("-e"))

    def test_live_prompt_keeps_its_place(self):
        """readline knows which bytes take no room: a long line wraps where the screen ends."""
        self.profiles(acme_eu="http://127.0.0.1:9")
        screen = self.open("-p", "acme-eu", prompt="LIVE:acme-eu!> ", size=(24, 60))
        typed = "echo " + "0123456789" * 6
        screen.type(typed)
        wanted = "LIVE:acme-eu!> " + typed
        screen.wait(wanted[:60] + "\n" + wanted[60:])
        screen.keys("C-a")
        screen.type("X")
        screen.wait("LIVE:acme-eu!> Xecho")

    def test_continuation(self):
        screen = self.open()
        screen.line("echo 'a")
        screen.wait_last("> ")
        screen.line("b' --curl | cat; echo done-here")
        screen.wait("\ndone-here")
        screen.line("echo \\")
        screen.wait_last("> ")
        screen.line("joined --field echo")
        screen.wait("\njoined\n")

    def test_end_within_quotes(self):
        screen = self.open()
        screen.line("entitlement suspend ENT-1001 --reason-description 'a")
        screen.wait_last("> ")
        screen.keys("C-d")
        screen.wait("never ended: it was not run")
        screen.wait("[exit 0]")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_control_d(self):
        screen = self.open()
        screen.keys("C-d")
        screen.wait("[exit 0]")

    def test_control_d_after_a_failure(self):
        screen = self.open()
        screen.line("entitlement get NOPE")
        screen.wait("NOT_FOUND")
        screen.wait_last("sandbox> ")
        screen.keys("C-d")
        screen.wait("[exit 0]")

    def test_quit(self):
        screen = self.open()
        screen.line("quit; echo never")
        screen.wait("[exit 0]")
        self.assertNotIn('"never"', screen.text())

    def test_exit(self):
        screen = self.open()
        screen.line("exit; echo never")
        screen.wait("[exit 0]")
        self.assertNotIn('"never"', screen.text())

    def test_unknown_command(self):
        screen = self.open()
        for line, hint in (("nonsense", '"help" lists the commands'), ("entitlement nonsense", '"help entitlement" lists the commands')):
            screen.line(line)
            screen.wait(hint)
            self.assertNotIn("--help", screen.text())

    def test_quiet(self):
        screen = self.open("-p", "sandbox", "-q")
        self.assertEqual(screen.text().strip(), "sandbox>")


class Commands(Shell):
    def test_set_and_status(self):
        screen = self.open(size=(40, 100))
        screen.line("echo a")
        screen.wait("responseCode")
        screen.line("set output json; set timing on")
        screen.line("echo b --request-id R77")
        screen.wait('"echo": "b"')
        screen.wait("bangoctl: timing: ")
        screen.line("status")
        screen.wait('"request_id": "R77"')
        screen.line("set")
        screen.wait('"option": "timing"')
        screen.line("set nonsense on")
        screen.wait("no option that can be set")

    def test_status_is_of_the_last_command(self):
        screen = self.open()
        screen.line("entitlement get NOPE")
        screen.wait_last("sandbox> ")
        self.assertEqual(self.status(screen, 1)["exit_code"], 6)
        self.assertEqual(self.status(screen, 2)["exit_code"], 6)
        screen.line("nonsense")
        screen.wait("unknown command")
        self.assertEqual(self.status(screen, 3)["exit_code"], 2)

    def test_status_after_a_fault_of_syntax(self):
        screen = self.open()
        screen.line("| cat")
        screen.wait("no command before |")
        self.assertEqual(self.status(screen, 1)["exit_code"], 2)

    def test_source(self):
        self.write("s", "echo one --field echo\nentitlement get NOPE\necho two --field echo\n")
        screen = self.open()
        screen.line("source s")
        screen.wait("\none\n")
        screen.wait("s:2: entitlement get NOPE")
        screen.wait_last("sandbox> ")
        self.assertNotIn("\ntwo\n", screen.text())
        self.assertEqual(self.status(screen, 1)["exit_code"], 6)
        screen.line("source nowhere")
        screen.wait("nowhere: ")
        self.write("s", "echo three --field echo\nquit\n")
        screen.line("source s")
        screen.wait("\nthree\n")
        screen.wait("[exit 0]")

    def test_source_checks_ahead(self):
        self.write("s", "entitlement suspend ENT-1001 --reason-code OTHER\nnonsense\n")
        screen = self.open()
        screen.line("source s")
        screen.wait("s:2: unknown command")
        self.assertEqual(self.status_of("ENT-1001"), "ACTIVE")

    def test_rest_of_the_line(self):
        screen = self.open()
        screen.line("entitlement get NOPE; echo never-here")
        screen.wait("the rest of the line was not run")
        self.assertNotIn("\nnever", screen.text())

    def test_pipe_and_file(self):
        screen = self.open()
        screen.line("echo abc --field echo | tr a-c x-z")
        screen.wait("\nxyz\n")
        screen.line("echo abc --field echo > f; echo d --field echo >> f")
        screen.wait_last("sandbox> ")
        wait_until(lambda: (self.home / "f").exists() and (self.home / "f").read_text() == "abc\nd\n", screen.text)

    def test_profile_option_is_refused_with_a_hint(self):
        screen = self.open()
        screen.line("-p sandbox echo a")
        screen.wait('hint: write "use PROFILE"')


class History(Shell):
    def path(self):
        return self.home / "state/history"

    def test_file(self):
        screen = self.open()
        screen.line("echo first")
        screen.wait('first', times=2)
        screen.line(" echo secret")
        screen.wait('secret', times=2)
        screen.line("echo second")
        screen.wait('second', times=2)
        self.assertEqual(self.path().read_text(), "echo first\necho second\n")
        self.assertEqual(stat.S_IMODE(self.path().stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.path().parent.stat().st_mode), 0o700)
        screen.keys("C-d")
        screen.wait("[exit 0]")
        self.assertEqual(self.path().read_text(), "echo first\necho second\n")

    def test_survives_and_is_searched(self):
        self.write("state/history", "echo older-one --field echo\necho other --field echo\n", 0o644)
        (self.home / "state").chmod(0o700)
        screen = self.open()
        self.assertEqual(stat.S_IMODE(self.path().stat().st_mode), 0o600)
        screen.keys("C-r")
        screen.wait("reverse-i-search")
        screen.type("older")
        screen.wait("echo older-one")
        screen.keys("Enter")
        screen.wait("\nolder-one\n")
        screen.keys("Up")
        screen.wait_last("sandbox> echo older-one --field echo")

    def test_a_session_killed_keeps_what_was_typed(self):
        screen = self.open()
        screen.line("echo first")
        screen.wait('first', times=2)
        screen.close()
        self.assertEqual(self.path().read_text(), "echo first\n")

    def test_many_lines(self):
        self.write("state/history", "".join(f"echo {i}\n" for i in range(10_500)))
        (self.home / "state").chmod(0o700)
        screen = self.open()
        screen.line("quit")
        screen.wait("[exit 0]")
        lines = self.path().read_text().splitlines()
        self.assertEqual((len(lines), lines[-1]), (10_000, "quit"))

    def check_without(self):
        screen = self.open(size=(24, 160))
        screen.wait("no history is kept")
        screen.line("echo still --field echo")
        screen.wait("\nstill\n")
        screen.keys("C-d")
        screen.wait("[exit 0]")

    def test_path_is_a_folder(self):
        (self.home / "state/history").mkdir(parents=True)
        (self.home / "state").chmod(0o700)
        self.check_without()

    def test_path_is_a_link(self):
        """A link could lead to a file of somebody else's choice."""
        (self.home / "state").mkdir(mode=0o700)
        target = self.write("target", "keep me\n")
        self.path().symlink_to(target)
        self.check_without()
        self.assertEqual(target.read_text(), "keep me\n")

    def test_folder_cannot_be_made(self):
        self.write("state", "a file")
        self.profiles(test="http://127.0.0.1:9")
        screen = self.open("-p", "test", prompt="test:test> ", size=(24, 160))
        screen.wait("no history is kept")
        screen.line("whoami -o none; echo a --curl")
        screen.wait("curl")

    def test_not_writable(self):
        if os.geteuid() == 0:
            self.skipTest("the superuser may write everywhere")
        (self.home / "state").mkdir(mode=0o700)
        self.write("state/history", "echo a\n", 0o400)
        (self.home / "state").chmod(0o500)
        self.check_without()


class Terminals(Shell):
    def test_resized_while_typing(self):
        screen = self.open(size=(24, 100))
        typed = "echo " + "0123456789" * 7 + " --field echo"
        screen.type(typed)
        screen.wait(typed)
        screen.resize(20, 50)
        screen.type(" ")
        wait_until(lambda: typed in screen.text().replace("\n", ""), screen.text)
        screen.keys("Enter")
        wait_until(lambda: screen.text().replace("\n", "").count("0123456789" * 7) >= 2, screen.text)

    def test_tables_follow_the_width(self):
        screen = self.open(size=(60, 200))
        screen.line("entitlement get ENT-1001 -o auto")
        screen.wait_last("sandbox> ")
        screen.resize(60, 60)
        screen.line("set color never")
        screen.line("echo a | stty size <&2 >&2")
        screen.wait("60 60")
        screen.line("help exit-codes")
        screen.wait("SIGTERM; while")
        screen.wait_last("sandbox> ")
        shown = screen.text("-J").partition("help exit-codes")[2]
        self.assertEqual([line for line in shown.splitlines() if len(line.rstrip()) > 60], [])

    def test_dumb(self):
        screen = self.open(env={"TERM": "dumb"})
        screen.line("echo hello --field echo")
        screen.wait("\nhello\n")
        self.assertNotIn("\x1b[", screen.text("-e"))
        screen.keys("C-d")
        screen.wait("[exit 0]")

    def test_unknown_terminal(self):
        screen = self.open(env={"TERM": "no-such-terminal"})
        screen.line("echo hello --field echo")
        screen.wait("\nhello\n")

    def test_no_terminal(self):
        for words in ([], ["-p", "sandbox"]):
            with self.subTest(words=words):
                result = self.run_program(*words, stdin="echo a\n")
                self.assert_failed(result, 2, "Usage:", "no command")

    def test_terminal_on_one_side_only(self):
        for script in ("bangoctl -p sandbox </dev/null", "bangoctl -p sandbox | cat", "bangoctl -p sandbox >f"):
            shell = Typed(self, ["/bin/sh", "-c", script.replace("bangoctl", program.BIN) + '; echo "[$?]"'])
            shell.end()
            self.assertIn(b"Usage:", shell.seen)
            self.assertEqual(b"[2]" in shell.seen, "|" not in script, shell.seen)

    def test_sigterm_at_the_prompt(self):
        shell = Typed(self, program.command_line(["-p", "sandbox"]))
        shell.wait("sandbox> ")
        shell.process.send_signal(signal.SIGTERM)
        self.assertEqual(shell.end(), 143)

    def test_sigterm_with_a_line_begun(self):
        shell = Typed(self, program.command_line(["-p", "sandbox"]))
        shell.wait("sandbox> ")
        shell.send("entitlement susp")
        shell.wait("entitlement susp")
        shell.process.send_signal(signal.SIGTERM)
        self.assertEqual(shell.end(), 143)

    def test_sigterm_during_a_read(self):
        def hold(connection, _number):
            connection.read()
            connection.hold()
        with Peer(hold) as peer:
            self.profiles(t=peer.url)
            shell = Typed(self, program.command_line(["-p", "t"]))
            shell.wait("test:t> ")
            shell.send("echo a\n")
            wait_until(lambda: peer.requests, "the request")
            shell.process.send_signal(signal.SIGTERM)
            self.assertEqual(shell.end(), 143)

    def test_hang_up(self):
        shell = Typed(self, program.command_line(["-p", "sandbox"]))
        shell.wait("sandbox> ")
        os.close(shell.master)
        shell.master = -1
        self.addCleanup(program.end_group, shell.process)
        self.assertIn(shell.process.wait(10), (0, 1, -signal.SIGHUP))


class Pager(Shell):
    def open_with(self, pager, size=(24, 80), **env):
        return self.open(env={"PAGER": pager, **env}, size=size)

    def marker(self, code=0):
        script = self.write("pager", f"#!/bin/sh\ncat > '{self.home}/paged'\necho PAGED-$(wc -l < '{self.home}/paged')-LINES\nexit {code}\n", 0o700)
        return str(script)

    def test_only_when_longer_than_the_screen(self):
        screen = self.open_with(self.marker())
        screen.line("echo short --field echo")
        screen.wait("\nshort\n")
        self.assertFalse((self.home / "paged").exists())
        screen.line("help options")
        screen.wait("PAGED-")
        self.assertIn("--no-headers", (self.home / "paged").read_text())
        screen.wait_last("sandbox> ")

    def test_not_when_piped_or_written(self):
        screen = self.open_with(self.marker())
        screen.line("help options > f; help options | tail -1")
        screen.wait_last("sandbox> ")
        wait_until(lambda: (self.home / "f").exists() and (self.home / "f").stat().st_size, screen.text)
        self.assertFalse((self.home / "paged").exists())

    def test_own_variable_wins(self):
        screen = self.open_with("false", BANGOCTL_PAGER=self.marker())
        screen.line("help options")
        screen.wait("PAGED-")

    def test_missing(self):
        for pager in ("no-such-pager", "/", ""):
            with self.subTest(pager=pager):
                screen = self.open_with(pager)
                screen.line("help options")
                screen.wait("--no-headers")
                screen.wait_last("sandbox> ")
                self.assertEqual(self.status(screen, len(pager))["exit_code"], 0)
                screen.close()

    def test_that_fails_or_ends_early(self):
        for number, pager in enumerate((self.marker(3), "head -1", "true")):
            screen = self.open_with(pager)
            screen.line("help options")
            screen.wait_last("sandbox> ")
            self.assertEqual(self.status(screen, number)["exit_code"], 0)
            screen.close()

    def test_not_outside_the_shell(self):
        result = self.run_program("help", "options", tty=True, env={"PAGER": self.marker()})
        self.assert_code(result, 0)
        self.assertFalse((self.home / "paged").exists())


class Paste(Shell):
    """What is pasted never answers the question that stands before a severe change."""

    LINES = [f"echo line-{i} --field echo" for i in range(19)]
    SEVERE = "entitlement revoke ENT-1 --reason-category REVOKED --reason-code FRAUD"

    def test_severe_change_at_the_end(self):
        with Peer(json_answer()) as peer:
            self.profiles(acme_eu=peer.url)
            screen = self.open("-p", "acme-eu", "-q", prompt="LIVE:acme-eu!> ", size=(60, 120))
            screen.paste("\n".join([*self.LINES, self.SEVERE]) + "\n")
            screen.wait("line-18")
            # in brackets the paste is one text that waits for the key
            self.assertEqual(peer.requests, [])
            screen.keys("Enter")
            screen.wait("Type the profile's name to go on:")
            self.assertEqual([request for request in peer.requests if b"revoke" in request], [])
            screen.line("")
            screen.wait("was not confirmed")
            self.assertEqual(self.status(screen, 1)["exit_code"], 11)
            self.assertEqual([request for request in peer.requests if b"revoke" in request], [])
            screen.line(self.SEVERE)
            screen.wait("Type the profile's name to go on:", times=2)
            screen.line("acme-eu")
            wait_until(lambda: any(b"revoke" in request for request in peer.requests), screen.text)

    def test_answer_within_the_paste(self):
        """Neither in brackets nor without them is the name in the pasted text taken for the answer."""
        for term in ("xterm", "dumb"):
            with self.subTest(term=term), Peer(json_answer()) as peer:
                self.profiles(acme_eu=peer.url)
                shell = Typed(self, program.command_line(["-p", "acme-eu", "-q"]), env={"TERM": term})
                shell.wait("LIVE:acme-eu!>")
                text = "\n".join([*self.LINES[:3], self.SEVERE, "acme-eu", "acme-eu"]) + "\n"
                shell.send(PASTE_ON + text.encode().replace(b"\n", b"\r") + PASTE_OFF + b"\r" if term == "xterm" else text)
                shell.wait("name to go on:")
                shell.send("\n")
                shell.wait("was not confirmed")
                self.assertEqual([request for request in peer.requests if b"revoke" in request], [])
                shell.close()
