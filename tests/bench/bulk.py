# SPDX-License-Identifier: GPL-3.0-or-later
"""A bulk job with 64 requests in flight beside what else sends as many requests, in rounds that take turns."""
import os
import statistics

from common import Contender

ROWS, FEW, ROUNDS, AT_ONCE = 20000, 400, 5, "64"
BODY = '{"reasonCategory":"CUSTOMER_CANCELLED","reasonCode":"NOT_RENEWED"}'
WHY = "why-08-of-a-bare-loop-is-missed"
BUDGETS = (("bulk", "bare curl_multi", "≥ 0.8", "wall", WHY), ("bulk, state in memory", "bare curl_multi", "≥ 0.8", "wall", WHY),
           ("bulk", "curl_multi that syncs two files", "≥ 0.8", "wall", WHY), ("bulk", "curl -Z", "≥ 1.5", "wall", WHY),
           ("bulk", "xargs -P8 curl", "≥ 50", "wall", WHY), ("lib/http alone", "bare curl_multi", "≥ 0.9", "cpu", None))


def curl_options(bench):
    return ["-s", "-u", "u:secret", "-d", BODY, "-H", "Content-Type: application/json", "-H",
            "X-RequestIdentifier: 00000000-0000-4000-8000-000000000000", "--cacert", f"{bench.dir}/ca.pem"]


def url_list(bench, base):
    path = f"{bench.dir}/urls"
    with open(path, "w") as f:
        f.writelines(f'url = "{base}/ENT-{i:07d}"\noutput = "/dev/null"\n' for i in range(ROWS))
    return path


def contenders(bench, profile, base):
    multi = [f"{bench.build}/bench-multi", f"{base}/ENT-1", str(ROWS), AT_ONCE]
    options = curl_options(bench)
    os.makedirs(f"{bench.dir}/promise", exist_ok=True)
    yield Contender("bulk", bench.bulk(profile, ROWS), 1, ROWS)
    if bench.memory:
        yield Contender("bulk, state in memory", bench.bulk(profile, ROWS), 1, ROWS, f"{bench.memory}/state")
    yield Contender("bare curl_multi", multi, 1, ROWS)
    yield Contender("curl_multi that syncs two files", [*multi, f"{bench.dir}/promise"], 1, ROWS)
    yield Contender("lib/http alone", [f"{bench.build}/bench-transfers", *multi[1:]], 1, ROWS)
    yield Contender("curl -Z", ["curl", "-Z", "--parallel-max", AT_ONCE, *options, "-K", url_list(bench, base)], 1, ROWS)
    yield Contender("xargs -P8 curl", ["sh", "-c", f"seq {FEW} | xargs -P8 -I@ \"$@\" -o /dev/null {base}/ENT-@", "sh", "curl",
                                       *options], 1, FEW)


def run(bench, report):
    for what, profile, base in (("HTTP", "http", f"http://127.0.0.1:{bench.http}/v1/entitlement/cancel"),
                                ("TLS", "tls", f"https://127.0.0.1:{bench.tls}/v1/entitlement/cancel")):
        found = bench.turns(list(contenders(bench, profile, base)), ROUNDS)

        def median(name, of):
            return statistics.median(getattr(took, of) for took in found[name])
        report.table((f"{what}, {AT_ONCE} in flight", "rows/s", "CPU time a row", "clock a row"),
                    [(name, f"{1 / median(name, 'wall'):.0f}", f"{median(name, 'cpu') * 1e6:.1f} µs",
                      f"{median(name, 'wall') * 1e6:.1f} µs") for name in found])
        for ours, peer, budget, by, why in BUDGETS:
            if ours in found:
                report.compare(f"{ours} over {what}", peer, budget, found[ours], found[peer], by, why)
    report.say(f"{ROUNDS} rounds of {ROWS} rows, of {FEW} for xargs.\n")
