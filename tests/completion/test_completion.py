# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion in real shells: bash with and without bash-completion, zsh and fish offer what `__complete` offers."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

from blackbox import Case, Peer, json_answer, program
from blackbox.terminal import Screen, need, wait_until

BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
LINES = ["bangoctl ent", "bangoctl entitlement ", "bangoctl entitlement cancel X --reason-code ", "bangoctl entitlement cancel X --reason-code=",
         "bangoctl -p ", "bangoctl --profile=", "bangoctl --output=", "bangoctl --output=t", "bangoctl -o ", "bangoctl completion ",
         "bangoctl entitlement get --out", "bangoctl -p acme-eu entitlement su", "bangoctl help ", "bangoctl nothing-like-it "]
FILE_LINES = {"bangoctl run scr": "script.txt", "bangoctl --cacert ca-f": "ca-file.pem", "bangoctl --cacert=ca-f": "--cacert=ca-file.pem"}


def words_of(line):
    return line.split(" ")[1:]


class Shells(Case):
    def setUp(self):
        super().setUp()
        self.config('profiles = { acme-eu = { environment = "live"; base_url = "https://x.example"; username = "u"; }; '
                    'acme-us = { environment = "live"; base_url = "https://y.example"; username = "u"; }; };')
        for name in ("script.txt", "ca-file.pem", "with blank.txt"):
            self.write(f"files/{name}", "")
        folder = self.home / "bin"
        folder.mkdir()
        (folder / "bangoctl").symlink_to(program.BIN)
        self.variables["PATH"] = f"{folder}:/usr/local/bin:/usr/bin:/bin"
        for shell in ("bash", "zsh", "fish"):
            result = self.run_program("completion", shell)
            self.assert_code(result, 0)
            self.write(f"completion.{shell}", result.stdout)

    def offered(self, line):
        """What the program itself offers: candidate → help."""
        result = self.run_program("__complete", "--", *words_of(line))
        self.assert_code(result, 0)
        pairs = [text.partition("\t")[::2] for text in result.out.splitlines()]
        return {word: text for word, text in pairs if word != ":file"}


class Bash(Shells):
    """Driven through readline in a terminal, and asked directly for what it would offer."""

    def asked(self, line, before=""):
        """COMPREPLY after completing the line as bash does, with words broken at its COMP_WORDBREAKS."""
        need("bash")
        script = f'''{before}
source "$HOME/completion.bash"
cd files
# as bash does it; the tests in a terminal show that it is so
COMP_LINE=$1 COMP_POINT=${{#1}}
mapfile -t COMP_WORDS < <(printf '%s' "$1" | sed -E 's/ +/\\n/g; s/([=:]+)/\\n\\1\\n/g')
[[ $1 == *\\  ]] && COMP_WORDS+=('')
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_bangoctl 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
'''
        result = program.run(["bash", "--norc", "--noprofile", "-c", script, "bash", line], self.home, self.environment())
        return [word.rstrip() for word in result.out.splitlines() if word]

    def terminal(self, extra="", env=None, size=(60, 160)):
        need("bash", "tmux")
        self.write("rc", f"PS1='$ '; {extra}\nsource ~/completion.bash\ncd files\n"
                         "bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'\n"
                         "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; unset HISTFILE\n")
        screen = Screen(self, ["bash", "--noprofile", "--rcfile", str(self.home / "rc"), "-i"], size=size, env=env)
        screen.wait_last("$ ")
        return screen

    def check_lines(self, before):
        for line in LINES:
            with self.subTest(line=line):
                wanted = list(self.offered(line))
                prefix = re.match(r"--[a-z-]+=", words_of(line)[-1])
                if prefix:  # what stands before `=` is on the line already
                    wanted = [word[prefix.end():] for word in wanted]
                self.assertEqual(self.asked(line, before), wanted)
        for line, wanted in FILE_LINES.items():
            with self.subTest(line=line):
                self.assertEqual(self.asked(line, before), [wanted.rpartition("=")[2]])

    def test_alone(self):
        self.check_lines("")

    def test_with_bash_completion(self):
        if not BASH_COMPLETION.exists():
            self.skipTest("bash-completion is not installed here (./dev installs it)")
        self.check_lines(f"source {BASH_COMPLETION}")

    def check_terminal(self, extra):
        screen = self.terminal(extra)
        for typed, wanted in (("bangoctl ent", "bangoctl entitlement"), ("bangoctl -p acme-e", "bangoctl -p acme-eu"),
                              ("bangoctl --output=ta", "bangoctl --output=table"), ("bangoctl -p sandbox entitlement su", "entitlement suspend"),
                              ("bangoctl run scr", "bangoctl run script.txt"), ("bangoctl --cacert=ca-f", "bangoctl --cacert=ca-file.pem"),
                              ("bangoctl run with", r"bangoctl run with\ blank.txt"), ("bangoctl --profile=acme-e", "bangoctl --profile=acme-eu")):
            screen.type(typed)
            screen.keys("Tab")
            try:
                screen.wait("$ " + wanted if wanted.startswith("bangoctl") else wanted)
            finally:
                screen.keys("C-u")
        for line in ("bangoctl entitlement ", "bangoctl --output=", "bangoctl entitlement cancel X --reason-code "):
            screen.tmux("clear-history")
            screen.keys("C-u", "C-l")
            screen.type(line)
            screen.keys("Tab", "Tab")
            wanted = {word.rpartition("=")[2] for word in self.offered(line)}
            wait_until(lambda wanted=wanted: wanted <= set(screen.text().split()), screen.text)
        screen.keys("C-u")

    def test_in_a_terminal_alone(self):
        self.check_terminal("")

    def test_in_a_terminal_with_bash_completion(self):
        if not BASH_COMPLETION.exists():
            self.skipTest("bash-completion is not installed here (./dev installs it)")
        self.check_terminal(f"source {BASH_COMPLETION}")


class Zsh(Shells):
    def terminal(self, size=(60, 160)):
        need("zsh", "tmux")
        (self.home / "fpath").mkdir()
        (self.home / "fpath/_bangoctl").write_bytes((self.home / "completion.zsh").read_bytes())
        self.write(".zshrc", "PROMPT='$ '\nfpath=(~/fpath $fpath)\nautoload -Uz compinit && compinit -u -d ~/zcompdump\n"
                             "unsetopt list_ambiguous beep\nLISTMAX=0\nzstyle ':completion:*' list-prompt ''\nunset HISTFILE\ncd ~/files\n")
        screen = Screen(self, ["zsh", "-o", "no_global_rcs", "-i"], size=size, env={"ZDOTDIR": str(self.home)})
        screen.wait_last("$ ")
        return screen

    def listed(self, screen, line):
        """Candidate → help, as the list on the screen has them."""
        screen.keys("C-u", "C-l")
        screen.type(line)
        screen.wait(line.rstrip())
        screen.keys("Tab")
        wanted = self.offered(line)
        bare = {word.rpartition("=")[2] if "--" in word and "=" in word else word for word in wanted}
        wait_until(lambda: len({w for w in wanted if w in screen.text()} | {w for w in bare if w in screen.text()}) >= len(bare), screen.text)
        found = {}
        for text in screen.text().splitlines():
            word, mark, help_text = text.partition(" -- ")
            if mark:
                found[word.strip()] = help_text.strip()
        return found

    def test_unique(self):
        screen = self.terminal()
        for typed, wanted in (("bangoctl ent", "bangoctl entitlement"), ("bangoctl -p acme-e", "bangoctl -p acme-eu"),
                              ("bangoctl --output=ta", "bangoctl --output=table"), ("bangoctl -p sandbox entitlement su", "entitlement suspend"),
                              ("bangoctl run scr", "bangoctl run script.txt"), ("bangoctl --cacert=ca-f", "bangoctl --cacert=ca-file.pem"),
                              ("bangoctl --cacert ca-f", "bangoctl --cacert ca-file.pem"),
                              ("bangoctl run with", r"bangoctl run with\ blank.txt")):
            screen.keys("C-u")
            screen.type(typed)
            screen.keys("Tab")
            screen.wait(wanted)

    def test_lists_with_descriptions(self):
        screen = self.terminal()
        for line in ("bangoctl entitlement ", "bangoctl entitlement cancel X --reason-code ", "bangoctl --output=", "bangoctl -p "):
            with self.subTest(line=line):
                found, wanted = self.listed(screen, line), self.offered(line)
                for word, text in wanted.items():
                    if text:
                        self.assertTrue(any(re.search(rf"(^|\s){re.escape(word)}(\s|$)", have) for have in found), (word, found))
                        self.assertIn(text, found.values())

    def test_sourced(self):
        """`source <(bangoctl completion zsh)` works too."""
        need("zsh", "tmux")
        self.write(".zshrc", "PROMPT='$ '\nautoload -Uz compinit && compinit -u -d ~/zcompdump\nunset HISTFILE\nsource <(bangoctl completion zsh)\n")
        screen = Screen(self, ["zsh", "-o", "no_global_rcs", "-i"], env={"ZDOTDIR": str(self.home)})
        screen.wait_last("$ ")
        screen.type("bangoctl entitlement su")
        screen.keys("Tab")
        screen.wait("bangoctl entitlement suspend")


class Fish(Shells):
    def complete(self, line):
        need("fish")
        result = program.run(["fish", "--no-config", "-c", "source ~/completion.fish; cd ~/files; complete -C $argv[1]", line], self.home,
                             self.environment())
        self.assertEqual(result.err, "")
        return dict(text.partition("\t")[::2] for text in result.out.splitlines())

    def test_lines(self):
        for line in LINES:
            with self.subTest(line=line):
                self.assertEqual(self.complete(line), self.offered(line))

    def test_files(self):
        for line, wanted in FILE_LINES.items():
            with self.subTest(line=line):
                self.assertEqual(list(self.complete(line)), [wanted])

    def test_in_a_terminal(self):
        need("fish", "tmux")
        self.write("config/fish/config.fish", "function fish_prompt; printf '$ '; end\nset -g fish_greeting\nsource ~/completion.fish\ncd ~/files\n")
        screen = Screen(self, ["fish", "-i"], size=(50, 120))
        screen.wait_last("$ ", timeout=20)
        screen.type("bangoctl entitlement ")
        screen.keys("Tab")
        text = screen.wait("Suspend an entitlement")
        self.assertRegex(text, r"suspend +\(Suspend an entitlement\)")
        for typed, wanted in (("bangoctl --output=ta", "bangoctl --output=table"), ("bangoctl run with", r"bangoctl run with\ blank.txt")):
            screen.keys("C-c")
            screen.wait_last("$ ")
            screen.type(typed)
            screen.wait(typed)
            screen.keys("Tab")
            screen.wait(wanted)


class Program(Case):
    """`__complete` itself: silent, without the network, fast."""

    WORDS = [["ent"], ["entitlement", ""], ["entitlement", "cancel", "X", "--reason-code", ""], ["-p", ""], ["--output="], ["run", ""], [""], [],
             ["-p", "nope", "entitlement", ""], ["-c", "nowhere", "ent"], ["--contract", "nowhere", "ent"], ["--limit", "x", "ent"], ["--", ""],
             ["-"], ["--"], ["=", ""], ["a b", "é", ""], ["\x1b[31m", ""], ["entitlement", "get", "--header", "X:", ""]]

    def check_silent(self, *more, words=None, env=None):
        for typed in words or self.WORDS:
            with self.subTest(words=typed, options=more):
                result = self.run_program(*more, "__complete", "--", *typed, env=env)
                self.assert_code(result, 0)
                self.assertEqual(result.err, "")
                for line in result.out.splitlines():
                    self.assertTrue(line == ":file" or line.partition("\t")[0].startswith(typed[-1] if typed else ""), line)
        return self.run_program("__complete", "--", "ent", env=env).out

    def test_no_config(self):
        self.assertEqual(self.check_silent().split("\t")[0].strip(), "entitlement")

    def test_broken_config(self):
        for text in ("profiles = {{{", 'profiles = { t = { base_ulr = "x"; }; };', b"\xff\xfe\0", '@include "x"'):
            self.config(text)
            self.assertEqual(self.check_silent().split("\t")[0].strip(), "entitlement")

    def test_config_that_is_a_folder(self):
        (self.home / "config/bangoctl/bangoctl.conf").mkdir(parents=True)
        self.assertEqual(self.check_silent().strip(), "entitlement")

    def test_broken_contract_and_profile_in_the_environment(self):
        self.write("bad.yaml", "{{{")
        self.config('default_profile = "t"; profiles = { t = { environment = "test"; base_url = "https://x.example"; username = "u"; '
                    f'contract = "{self.home}/bad.yaml"; }}; }};')
        self.assertEqual(self.check_silent().strip(), "entitlement")
        self.assertEqual(self.check_silent(env={"BANGOCTL_PROFILE": "nope"}).strip(), "entitlement")

    def test_nothing_of_the_home(self):
        self.check_silent(env={"HOME": None, "XDG_CONFIG_HOME": None, "BANGOCTL_STATE_DIR": "/proc/nowhere", "TERM": None})
        self.assertFalse((self.home / "state").exists())

    def test_never_the_network_nor_credentials(self):
        with Peer(json_answer()) as peer:
            self.config(f'default_profile = "t"; profiles = {{ t = {{ environment = "test"; base_url = "{peer.url}"; username = "u"; '
                        f'password_command = [ "touch", "{self.home}/ran" ]; }}; }};')
            self.check_silent()
            self.check_silent("-p", "t")
            for typed in (["entitlement", "get", ""], ["entitlement", "get", "ENT-"], ["-p", "t", "entitlement", "suspend", ""]):
                self.check_silent(words=[typed])
            self.assertEqual(peer.connections, 0)
        self.assertFalse((self.home / "ran").exists())

    def test_one_candidate_a_line(self):
        result = self.run_program("__complete", "--", "entitlement", "")
        names = {command["name"].partition(" ")[2] for command in self.run_program("commands", "-o", "json").json
                 if command["name"].startswith("entitlement ")}
        self.assertEqual({line.partition("\t")[0] for line in result.out.splitlines()}, names)

    def test_what_the_table_offers(self):
        """Every command, option and choice of `commands -o json` is offered where it belongs."""
        for command in self.run_program("commands", "-o", "json").json:
            words = command["name"].split()
            with self.subTest(command=command["name"]):
                last = self.run_program("__complete", "--", *words[:-1], words[-1][:2]).out
                self.assertIn(words[-1], [line.partition("\t")[0] for line in last.splitlines()])
                options = [line.partition("\t")[0] for line in self.run_program("__complete", "--", *words, "--").out.splitlines()]
                self.assertLessEqual({f"--{option['name']}" for option in command["options"]}, set(options))
                self.assertIn("--output", options)
                for option in command["options"]:
                    values = self.run_program("__complete", "--", *words, f"--{option['name']}", "").out.splitlines()
                    if "choices" in option:
                        self.assertEqual([value.partition("\t")[0] for value in values], option["choices"])

    def test_hidden_commands_stay_hidden(self):
        self.assertEqual(self.run_program("__complete", "--", "__").out, "")
        self.assertEqual(self.run_program("__complete", "--", "quit").out, "")

    def test_time(self):
        """Under 20 ms of processor time, the best of several runs; a slow machine is told of, no more."""
        best = 1.0
        for _ in range(8):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*program.command_line(["__complete", "--", "entitlement", ""])], env=self.environment(), check=True,
                           stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if best > 0.02 and not os.environ.get("ASAN_OPTIONS"):
            print(f"warning: __complete takes {best * 1000:.0f} ms of processor time, more than 20", file=sys.stderr)
