# SPDX-License-Identifier: GPL-3.0-or-later
"""Start-up and one call, beside curl."""
import json

from common import quietly, table


def medians(folder, commands):
    """Median seconds of each command, all measured in one hyperfine run, twice in turn against drift."""
    times = {}
    for turn in range(2):
        out = f"{folder}/times{turn}.json"
        quietly("hyperfine", "-N", "--warmup", "20", "--runs", "200", "--export-json", out, *commands)
        with open(out) as f:
            for command, result in zip(commands, json.load(f)["results"]):
                times.setdefault(command, []).extend(result["times"])
    return [sorted(times[c])[len(times[c]) // 2] for c in commands]


def run(bench):
    call = f"{bench.bin} -c {bench.dir}/conf -p %s entitlement get ENT-1001 -o raw"
    url = "127.0.0.1:%d/v1/entitlement/ENT-1001"
    ours = [f"{bench.bin} --version", f"{bench.bin} --help", call % "http", call % "tls"]
    curls = ["curl --version", f"curl -s -u u:secret http://{url % bench.http}",
             f"curl -s -u u:secret --cacert {bench.dir}/ca.pem https://{url % bench.tls}"]
    quietly(*ours[2].split())
    quietly(*ours[3].split())
    times = medians(bench.dir, ours + curls)
    version, curl_http, curl_tls = times[len(ours):]
    rows, missed = [], 0
    for what, own, peer, other in (("`--version`", times[0], "`curl --version`", version),
                                   ("`--help`", times[1], "`curl --version`", version),
                                   ("one GET over HTTP", times[2], "`curl`", curl_http),
                                   ("one GET over TLS", times[3], "`curl`", curl_tls)):
        ratio = own / other
        missed += ratio > 1.0
        rows.append((what, f"{own * 1e3:.2f} ms", peer, f"{other * 1e3:.2f} ms", f"{ratio:.2f}", "≤ 1.00",
                     "met" if ratio <= 1.0 else "missed"))
    table(("what", "bangoctl", "peer", "its time", "ratio", "budget", "verdict"), rows)
    print("Medians of 400 runs each.\n")
    return missed
