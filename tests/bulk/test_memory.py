# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory does not grow with the input, but for eight bytes and two bits a row; ./dev bench does a million rows."""

import re
import time
from pathlib import Path

from blackbox import program
from bulk.common import BulkCase
from safety.common import nginx

FEW, MANY = 20000, 200000
A_ROW, SLACK = 8.25, 1 << 20
MOST = 32 << 20
ANSWER = '{"responseCode":"OK","responseMessage":"Success","entitlementId":"ENT-1","status":"SUSPENDED"}'


def peak_of(process):
    """The largest resident size that the program had, in bytes, read while it ran."""
    peak = 0
    while process.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        peak = max(peak, int(found.group(1)) << 10 if found else 0)
        time.sleep(0.005)
    return peak


class Memory(BulkCase):
    def setUp(self):
        super().setUp()
        if program.WRAP or "ASAN_OPTIONS" in program.os.environ or "__asan" in Path(program.BIN).read_bytes().decode("latin-1"):
            self.skipTest("under sanitizers and other programs memory is not the program's own")
        self.profiles()
        self.server = nginx(self, f"keepalive_requests 100000000; access_log off; location / {{ default_type application/json; return 200 '{ANSWER}'; }}")

    def peak(self, command, count):
        rows = self.csv((f"ENT-{i}" for i in range(count)), f"{count}.csv")
        name = f"{command}-{count}"
        process = self.start(self.job_words("t", self.server.url, rows, "-q", "-o", "none", "--jobs", "16", command=command, journal=name))
        begun = time.monotonic()
        peak = peak_of(process)
        seconds = time.monotonic() - begun
        self.assertEqual(process.returncode, 0, process.stderr.read())
        # a finished job is read as cheaply, and one that is gone on with too
        (self.home / name).write_bytes(b"".join((self.home / name).read_bytes().splitlines(keepends=True)[:-100]))
        process = self.start(self.resume_words("t", self.server.url, "-q", "-o", "none", journal=name))
        again = peak_of(process)
        self.tell(f"{command}, {count} rows: {peak >> 10} KiB, {seconds:.1f} s; resumed: {again >> 10} KiB")
        return max(peak, again)

    def check(self, command, few, many):
        small, large = self.peak(command, few), self.peak(command, many)
        self.assertLess(large, MOST)
        self.assertLess(large - small, (many - few) * A_ROW + SLACK)

    def test_reads(self):
        self.check("get", FEW, MANY)

    def test_changes(self):
        self.check("suspend", FEW // 4, MANY // 8)
