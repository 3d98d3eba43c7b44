# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bulk job takes as its input grows."""
import os

from common import Took, table

SIZES = (1000, 10000, 100000, 1000000)


def run(bench):
    lines, peaks = [], []
    for count in SIZES:
        bench.state(f"{bench.dir}/state")
        took = Took(bench.bulk("http", count), watched=True)
        peaks.append(took.peak / 1024)
        disk = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(f"{bench.dir}/state")
                   for name in names)
        lines.append((f"{count:,}".replace(",", " "), f"{peaks[-1]:.1f} MiB", f"{took.wall / count * 1e6:.1f} µs",
                      f"{took.cpu / count * 1e6:.1f} µs", f"{disk / count:.0f} B",
                      "met" if peaks[-1] < 32 else "missed"))
        bench.state(f"{bench.dir}/state")
        os.unlink(bench.rows(count))
    table(("rows", "peak", "time a row", "CPU a row", "journal and audit log a row", "< 32 MiB"), lines)
    print(f"From the smallest to the largest the peak grows by {peaks[-1] - peaks[0]:.1f} MiB; 8 bytes a row are for "
          f"finding duplicates: {SIZES[-1] * 8 / 1024 / 1024:.1f} MiB.\n")
    return sum(peak >= 32 for peak in peaks)
