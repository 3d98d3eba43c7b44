# SPDX-License-Identifier: GPL-3.0-or-later
"""Terminals to type into: tmux, which draws a real screen, and a bare pseudo terminal for what needs none."""

import fcntl
import os
import pty
import select
import shlex
import shutil
import struct
import subprocess
import termios
import time
import unittest
from pathlib import Path

from . import program


def need(*tools):
    """Skips the test where a tool is missing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        raise unittest.SkipTest(f"not installed here: {', '.join(missing)} (./dev installs it)")


def wait_until(condition, what, timeout=10):
    """Waits until the condition gives something true, and returns that."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {timeout} s: {what() if callable(what) else what}")


class Screen:
    """A program in a tmux window; when it ends the screen says `[exit CODE]`."""

    def __init__(self, case, argv, env=None, size=(24, 80)):
        need("tmux")
        self.socket = case.home / f"tmux{len(list(case.home.glob('tmux*')))}"
        variables = case.environment({"TERM": "tmux-256color", **(env or {})})
        words = " ".join(shlex.quote(os.fsdecode(word)) for word in argv)
        setting = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
        script = case.write("in-tmux.sh", f"cd {shlex.quote(str(case.home))}\nenv -i {setting} {words}\n"
                                          f"echo \"[exit $?]\"\nexec cat\n")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(size[1]), "-y", str(size[0]), f"sh {shlex.quote(str(script))}",
                  ";", "set", "-g", "history-limit", "5000")
        case.addCleanup(self.close)

    def tmux(self, *words):
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm", "HOME": str(self.socket.parent)}
        done = subprocess.run(["tmux", "-u", "-S", self.socket, *words], capture_output=True, env=env, check=False, timeout=20)
        return done.stdout.decode("utf-8", "replace")

    def close(self):
        """Lets a program of ours end by itself first, so that sanitizers and counters have their say."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        path = Path(f"/proc/{shell}/task/{shell}/children")
        for pid in path.read_text().split() if shell and path.exists() else []:
            program.end_gently(int(pid))
        self.tmux("kill-server")

    def type(self, text):
        """Types the text as it is."""
        self.tmux("send-keys", "-l", "--", text)

    def keys(self, *names):
        """Presses keys by tmux's names: Tab, Enter, C-c."""
        self.tmux("send-keys", *names)

    def line(self, text):
        self.type(text)
        self.keys("Enter")

    def paste(self, text):
        """Pastes as a terminal does, in brackets if the program asked for them."""
        self.tmux("set-buffer", text, ";", "paste-buffer", "-p", "-r")

    def text(self, *options):
        """What the screen shows and what went over its edge; -e is with attributes, -J joins lines that were wrapped."""
        return self.tmux("capture-pane", "-p", "-S", "-", *options)

    def wait(self, wanted, times=1, timeout=10):
        """Waits until a text stands on the screen, and returns the screen."""
        def shown():
            text = self.text()
            return text if text.count(wanted) >= times else None
        return wait_until(shown, lambda: f"{wanted!r} × {times} on the screen:\n{self.text()}", timeout)

    def wait_last(self, wanted, timeout=10):
        """Waits until the last line that is not empty is this text, and returns the screen."""
        def shown():
            text = self.text()
            return text if text.rstrip().rpartition("\n")[2].strip() == wanted.strip() else None
        return wait_until(shown, lambda: f"{wanted!r} as the last line of the screen:\n{self.text()}", timeout)

    def resize(self, rows, columns):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))


class Typed:
    """A program on a pseudo terminal that is read all the time."""

    def __init__(self, case, argv, env=None, size=(24, 200)):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        variables = case.environment({"TERM": "dumb", **(env or {})})
        self.process = program.start(argv, case.home, variables, stdin=slave, stdout=slave, stderr=slave,
                                     preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.seen = b""
        case.addCleanup(self.close)

    def close(self):
        if self.master >= 0:
            if self.process.poll() is None:
                program.end_gently(self.process.pid)
            program.end_group(self.process)
            os.close(self.master)
            self.master = -1

    def read(self, seconds=0.0):
        """Takes what the program has written; false at its end."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        while data:
            # the terminal's queue is small: what the program echoes has to be taken meanwhile
            _, ready, _ = select.select([], [self.master], [], 0.01)
            if ready:
                data = data[os.write(self.master, data[:1000]):]
            self.read()

    def wait_until(self, condition, what, timeout=20):
        end = time.monotonic() + timeout
        while not condition():
            if not self.read(0.01) or time.monotonic() > end:
                raise AssertionError(f"{what}: not within {timeout} s\n{self.seen.decode('utf-8', 'replace')[-3000:]}")

    def wait(self, text, times=1, timeout=20):
        text = text.encode() if isinstance(text, str) else text
        self.wait_until(lambda: self.seen.count(text) >= times, f"{text!r}", timeout)

    def end(self, timeout=10):
        """Waits for the end and returns the exit code."""
        end = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.01)
        if self.process.poll() is None:
            raise AssertionError(f"no end within {timeout} s\n{self.seen!r}")
        while self.read(0) and select.select([self.master], [], [], 0)[0]:
            pass
        return self.process.returncode
