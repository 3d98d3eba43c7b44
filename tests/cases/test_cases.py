# SPDX-License-Identifier: GPL-3.0-or-later
"""
Recorded cases: AREA/NAME/{cmd,out,err,code,req}. `cmd` is run by sh. The others hold what is expected, to the byte:
no `err` means that stderr does not matter, no `code` that it is 0. With `req` the command speaks to a server through a
recorder, and the requests must be these. REGEN=1 rewrites the files that are there.
"""

import os
import re
from pathlib import Path

from blackbox import Case, Recorder

HERE = Path(__file__).resolve().parent


class Cases(Case):
    def replay(self, folder):
        expected = {path.name: path for path in folder.iterdir()}
        command = expected["cmd"].read_text()
        if "req" not in expected:
            return self.compare(expected, self.shell(command), [])
        server = self.serve()
        with Recorder(server.port) as recorder:
            result = self.shell(command, env={"BANGOCTL_BASE_URL": recorder.url})
        self.compare(expected, result, recorder.requests)

    def compare(self, expected, result, requests):
        found = {
            "out": self.neutral(result.stdout),
            "err": self.neutral(result.stderr),
            "code": b"%d\n" % result.code,
            # a line end after each, so that the next request begins a line
            "req": b"".join(self.neutral(request) + b"\n" for request in requests),
        }
        if os.environ.get("REGEN"):
            for name in found.keys() & expected.keys():
                expected[name].write_bytes(found[name])
            if result.code and "code" not in expected:
                (expected["cmd"].parent / "code").write_bytes(found["code"])
            return
        self.assertEqual(found["code"].decode(), expected["code"].read_text() if "code" in expected else "0\n", f"\n{result}")
        for name in ("out", "err", "req"):
            if name in expected:
                self.assertEqual(found[name].decode("utf-8", "backslashreplace"),
                                 expected[name].read_bytes().decode("utf-8", "backslashreplace"), f"{name}\n{result}")

    def neutral(self, data):
        """What differs from run to run."""
        data = data.replace(str(self.home).encode(), b"HOME")
        data = re.sub(rb"(127\.0\.0\.1|localhost):\d+", rb"\1:PORT", data)
        return re.sub(rb"bangoctl([/ ])\d+\.\d+\.\d+", rb"bangoctl\1VERSION", data)


def add_case(folder):
    def test(self):
        self.replay(folder)
    name = f"test_{folder.parent.name}_{folder.name}".replace("-", "_")
    test.__name__ = name
    setattr(Cases, name, test)


for cmd in sorted(HERE.glob("*/*/cmd")):
    add_case(cmd.parent)
