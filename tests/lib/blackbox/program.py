# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program under test, in a clean environment, with a time-out, in a process group of its own."""

import fcntl
import json
import os
import pty
import resource
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = os.environ.get("BANGOCTL_TEST_BIN", str(ROOT / "build" / "bangoctl"))
WRAP = shlex.split(os.environ.get("BANGOCTL_TEST_WRAP", ""))
TIMEOUT = 40 * (10 if WRAP else 1)


class Result:
    """What came of a run: exit code (negative: killed by that signal), both outputs as bytes, seconds by the clock, and
    seconds of processor time, which other work on the machine does not lengthen."""

    def __init__(self, args, code, stdout, stderr, seconds, cpu=None):
        self.args, self.code, self.stdout, self.stderr, self.seconds, self.cpu = args, code, stdout, stderr, seconds, cpu

    @property
    def out(self):
        return self.stdout.decode("utf-8", "backslashreplace")

    @property
    def err(self):
        return self.stderr.decode("utf-8", "backslashreplace")

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def error(self):
        """The error object: the last line on stderr."""
        return json.loads(self.err.splitlines()[-1])["error"]

    def __str__(self):
        return f"$ {' '.join(map(str, self.args))}\n[exit {self.code}]\n--- stdout\n{self.out[:3000]}\n--- stderr\n{self.err[:3000]}"


def environment(home, more=None):
    """Nothing of the caller's: no proxy, no CI, no certificates, no profile."""
    env = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TERM": "dumb",
        "TMPDIR": str(home),
        "TZ": "UTC",
        "XDG_CONFIG_HOME": f"{home}/config",
        "XDG_STATE_HOME": f"{home}/xdg-state",
        "XDG_CACHE_HOME": f"{home}/cache",
        "XDG_DATA_HOME": f"{home}/data",
        "BANGOCTL_STATE_DIR": f"{home}/state",
    }
    if "ASAN_OPTIONS" in os.environ:
        env["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
    for name, value in (more or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def command_line(args):
    return WRAP + [BIN] + [a if isinstance(a, bytes) else str(a) for a in args]


def end_gently(pid, patience=2):
    """Sends SIGTERM to a process of the program under test, and waits a while for its end."""
    try:
        if os.path.realpath(f"/proc/{pid}/exe") != os.path.realpath(BIN):
            return
        end = select.poll()
        handle = os.pidfd_open(pid)
        end.register(handle, select.POLLIN)
        os.kill(pid, signal.SIGTERM)
        end.poll(patience * 1000)
        os.close(handle)
    except ProcessLookupError:
        pass


def end_group(process):
    """Ends whatever is left of the process's group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def start(argv, cwd, env, **options):
    return subprocess.Popen(argv, cwd=cwd, env=env, start_new_session=True, **options)


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(argv, cwd, env, stdin=b"", timeout=None, pass_fds=(), stdout=subprocess.PIPE):
    begun, used = time.monotonic(), processor_time()
    process = start(argv, cwd, env, stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.PIPE, pass_fds=pass_fds)
    try:
        out, err = process.communicate(stdin.encode() if isinstance(stdin, str) else stdin, timeout or TIMEOUT)
    except subprocess.TimeoutExpired:
        end_group(process)
        raise AssertionError(f"no end after {timeout or TIMEOUT} s: {argv}") from None
    finally:
        end_group(process)
    return Result(argv, process.returncode, out or b"", err, time.monotonic() - begun, processor_time() - used)


def run_tty(argv, cwd, env, typed=b"", size=(24, 80), timeout=None, stdout_only=False):
    """Runs on a pseudo terminal: `stdout` of the result is all that the terminal sees."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    begun = time.monotonic()
    env = {**env, "TERM": env.get("TERM", "") if env.get("TERM") != "dumb" else "xterm"}

    def own_terminal():
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    errors = subprocess.DEVNULL if stdout_only else slave
    process = start(argv, cwd, env, stdin=slave, stdout=slave, stderr=errors, preexec_fn=own_terminal)
    os.close(slave)
    seen, pending = b"", typed
    try:
        while time.monotonic() - begun < (timeout or TIMEOUT):
            ready, _, _ = select.select([master], [], [], 0.05)
            if ready:
                try:
                    data = os.read(master, 65536)
                except OSError:
                    break
                if not data:
                    break
                seen += data
                # what is typed is typed when the question stands there
                if pending and seen.rstrip(b" ").endswith((b":", b"]")):
                    os.write(master, pending)
                    pending = b""
            elif process.poll() is not None:
                break
        else:
            raise AssertionError(f"no end after {timeout or TIMEOUT} s: {argv}\n{seen!r}")
        process.wait(5)
    finally:
        end_group(process)
        os.close(master)
    return Result(argv, process.returncode, seen, b"", time.monotonic() - begun)
