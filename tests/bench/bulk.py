# SPDX-License-Identifier: GPL-3.0-or-later
"""A bulk job with 64 requests in flight beside what else sends as many requests, in rounds that take turns."""
import os
import shutil

from common import Took, median, table

ROWS, FEW, ROUNDS, AT_ONCE = 20000, 400, 5, "64"
BODY = '{"reasonCategory":"CUSTOMER_CANCELLED","reasonCode":"NOT_RENEWED"}'


def curl_options(bench):
    return ["-s", "-u", "u:secret", "-d", BODY, "-H", "Content-Type: application/json", "-H",
            "X-RequestIdentifier: 00000000-0000-4000-8000-000000000000", "--cacert", f"{bench.dir}/ca.pem"]


def url_list(bench, base):
    path = f"{bench.dir}/urls"
    with open(path, "w") as f:
        f.writelines(f'url = "{base}/ENT-{i:07d}"\noutput = "/dev/null"\n' for i in range(ROWS))
    return path


def contenders(bench, profile, base):
    """Name, rows, arguments and the folder of the state, if it is ours."""
    multi = [f"{bench.build}/bench-multi", f"{base}/ENT-1", str(ROWS), AT_ONCE]
    memory, disk = f"/dev/shm/bangoctl-bench-{os.getpid()}", f"{bench.dir}/state"
    options = curl_options(bench)
    os.makedirs(f"{bench.dir}/promise", exist_ok=True)
    yield "bulk", ROWS, bench.bulk(profile, ROWS), disk
    if os.access("/dev/shm", os.W_OK):
        yield "bulk, state in memory", ROWS, bench.bulk(profile, ROWS), memory
    yield "bare curl_multi", ROWS, multi, None
    yield "curl_multi that syncs two files", ROWS, [*multi, f"{bench.dir}/promise"], None
    yield "lib/http alone", ROWS, [f"{bench.build}/bench-transfers", *multi[1:]], None
    yield "curl -Z", ROWS, ["curl", "-Z", "--parallel-max", AT_ONCE, *options, "-K", url_list(bench, base)], None
    yield "xargs -P8 curl", FEW, ["sh", "-c", f"seq {FEW} | xargs -P8 -I@ \"$@\" -o /dev/null {base}/ENT-@", "sh", "curl",
                                  *options], None


def measure(bench, profile, base):
    """The runs of each contender, by name."""
    runs = {}
    plan = list(contenders(bench, profile, base))
    for _ in range(ROUNDS):
        for name, rows, args, state in plan:
            if state:
                bench.state(state)
            runs.setdefault(name, []).append((rows, Took(args)))
            if state:
                shutil.rmtree(state)
    return runs


def speed(run):
    rows, took = run
    return rows / took.wall


def frugality(run):
    rows, took = run
    return rows / took.cpu


def verdict(runs, ours, peer, budget, by_cpu):
    """The medians of the rounds' ratios, by the clock and by CPU time; the budget is of one of them."""
    clock, cpu = (median([of(a) / of(b) for a, b in zip(runs[ours], runs[peer])]) for of in (speed, frugality))
    failed = (cpu if by_cpu else clock) < budget
    return f"{clock:.2f}", f"{cpu:.2f}", f"≥ {budget}{' by CPU' if by_cpu else ''}", "missed" if failed else "met", failed


def run(bench):
    missed = 0
    for what, profile, base in (("HTTP", "http", f"http://127.0.0.1:{bench.http}/v1/entitlement/cancel"),
                                ("TLS", "tls", f"https://127.0.0.1:{bench.tls}/v1/entitlement/cancel")):
        runs = measure(bench, profile, base)
        table((f"{what}, {AT_ONCE} in flight", "rows/s", "CPU a row"),
              [(name, f"{median([speed(r) for r in found]):.0f}",
                f"{median([t.cpu / rows for rows, t in found]) * 1e6:.1f} µs") for name, found in runs.items()])
        lines = []
        for ours, peer, budget in (("bulk", "bare curl_multi", 0.8), ("bulk, state in memory", "bare curl_multi", 0.8),
                                   ("bulk", "curl_multi that syncs two files", 0.8), ("bulk", "curl -Z", 1.5),
                                   ("bulk", "xargs -P8 curl", 50), ("lib/http alone", "bare curl_multi", 0.9)):
            if ours in runs:
                *cells, failed = verdict(runs, ours, peer, budget, ours.startswith("lib"))
                missed += failed
                lines.append((f"{ours} over {what}", peer, *cells))
        table(("what", "peer", "ratio", "by CPU time", "budget", "verdict"), lines)
    print(f"Medians of {ROUNDS} rounds of {ROWS} rows, of {FEW} for xargs.\n")
    return missed
