# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bulk job takes as its input grows. The largest runs once, between the rounds of the others."""
import os
import statistics

from report import thousands

SIZES, ROUNDS, MIB = (1000, 10000, 100000, 1000000), 3, 1024
HASHES = SIZES[-1] * 8 / 1024 / MIB  # 8 bytes a row find what is there twice


def bytes_under(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


def run(bench, report):
    found, disk = {count: [] for count in SIZES}, {}
    for turn in range(ROUNDS):
        for count in SIZES if turn == ROUNDS // 2 else SIZES[:-1]:
            bench.state(bench.disk)
            found[count].append(bench.take(bench.bulk("http", count), items=count))
            disk[count] = bytes_under(bench.disk) / count
    bench.state(bench.disk)
    for count in SIZES:
        os.unlink(bench.rows(count))

    def median(count, of):
        return statistics.median(getattr(took, of) for took in found[count])
    report.table(("rows", "peak", "CPU time a row", "clock a row", "journal and audit log a row"),
                [(thousands(count), f"{median(count, 'peak') / MIB:.1f} MiB", f"{median(count, 'cpu') * 1e6:.1f} µs",
                  f"{median(count, 'wall') * 1e6:.1f} µs", f"{disk[count]:.0f} B") for count in SIZES])
    peak = found[SIZES[-1]][0].peak / MIB
    more = peak - median(SIZES[0], "peak") / MIB
    few, many = f"{thousands(SIZES[0])} rows", f"{thousands(SIZES[-1])} rows"
    report.check(f"peak of memory, {many}", "", "< 32 MiB", f"{peak:.1f} MiB", peak < 32)
    report.check(f"peak of memory, {many}", few, f"≤ {HASHES:.1f} MiB more", f"{more:.1f} MiB more", more <= HASHES)
    report.compare(f"time a row, {many}", f"{thousands(SIZES[1])} rows", "≤ 1.2", found[SIZES[-1]] * ROUNDS, found[SIZES[1]])
