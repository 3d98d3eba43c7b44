# SPDX-License-Identifier: GPL-3.0-or-later
"""Start-up, one call, and many calls on one connection, beside curl."""
import json
import os
import shutil
import statistics
import subprocess

from common import Contender

ROUNDS, RUNS, CALLS, LARGE = 20, 8, 1000, 1000000
WHY = "why-one-get-takes-as-long-as-curl"
VERSION = "`curl --version`"


def large_documents(bench):
    """The built-in document, with copies of its operations until it has a megabyte, as JSON and as YAML."""
    def export(form, *options):
        return subprocess.run([bench.bin, *options, "contract", "export", "-o", form], check=True, capture_output=True).stdout
    document = json.loads(export("json"))
    paths, size = dict(document["paths"]), 0
    for number in range(1, 1000):
        if size >= LARGE:
            break
        copies = json.dumps(paths).replace("/v1/entitlement/", f"/v1/entitlement{number}/").replace(
            '"command": "entitlement ', f'"command": "entitlement{number} ')
        for path, item in json.loads(copies).items():
            if path not in document["paths"]:
                document["paths"][path] = item
                for operation in item.values():
                    if isinstance(operation, dict) and "operationId" in operation:
                        operation["operationId"] += str(number)
        size = len(json.dumps(document, indent=2))
    files = f"{bench.dir}/large-contract.json", f"{bench.dir}/large-contract.yaml"
    with open(files[0], "w") as f:
        json.dump(document, f, indent=2)
    with open(files[1], "wb") as f:
        f.write(export("yaml", "--contract", files[0]))
    return files


def many_calls(bench):
    """A script for us and a list of URLs for curl: as many calls, which each side makes on one connection."""
    script = f"{bench.dir}/calls.bango"
    with open(script, "w") as f:
        f.writelines("entitlement find --status ACTIVE -o raw\n" for _ in range(CALLS))
    for scheme, port in (("http", bench.http), ("https", bench.tls)):
        with open(f"{bench.dir}/{scheme}.urls", "w") as f:
            f.writelines(f'url = "{scheme}://127.0.0.1:{port}/v1/entitlement/report"\n' for _ in range(CALLS))
    return script


def contenders(bench):
    call = [bench.bin, "-c", f"{bench.dir}/conf", "-p"]
    curl = ["curl", "-s", "-u", "u:secret", "--cacert", f"{bench.dir}/ca.pem"]
    post = [*curl, "-d", '{"status":"ACTIVE"}', "-H", "Content-Type: application/json", "-K"]
    get, path = ["entitlement", "get", "ENT-1001"], "v1/entitlement/ENT-1001"
    as_json, as_yaml = large_documents(bench)
    script = many_calls(bench)
    for name, args in (
            (VERSION, ["curl", "--version"]),
            ("`--version`", [bench.bin, "--version"]),
            ("`--help`", [bench.bin, "--help"]),
            ("`entitlement suspend --help`", [bench.bin, "entitlement", "suspend", "--help"]),
            ("completion of `entitlement su`", [bench.bin, "__complete", "--", "entitlement", "su"]),
            ("a dry run", [*call, "http", "-n", *get]),
            ("the same, a document of 1 MB, JSON", [*call, "http", "--contract", as_json, "-n", *get]),
            ("the same, a document of 1 MB, YAML", [*call, "http", "--contract", as_yaml, "-n", *get]),
            ("one GET over HTTP", [*call, "http", *get, "-o", "raw"]),
            ("one GET over HTTP, `curl`", [*curl, f"http://127.0.0.1:{bench.http}/{path}"]),
            ("one GET over TLS", [*call, "tls", *get, "-o", "raw"]),
            ("one GET over TLS, `curl`", [*curl, f"https://127.0.0.1:{bench.tls}/{path}"])):
        yield Contender(name, args, RUNS)
    for what, profile, scheme in (("HTTP", "http", "http"), ("TLS", "tls", "https")):
        yield Contender(f"a find of {CALLS} on one connection, {what}", [*call, profile, "run", script], 1, CALLS)
        yield Contender(f"a find of {CALLS} on one connection, {what}, `curl`", [*post, f"{bench.dir}/{scheme}.urls"], 1, CALLS)


def system_calls(bench, args):
    """How many system calls it makes and how many files it opens; information only, where strace is and may trace."""
    path = f"{bench.dir}/strace"
    if not shutil.which("strace") or subprocess.run(["strace", "-f", "-o", path, *args], check=False, stdin=subprocess.DEVNULL,
                                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        return "", ""
    with open(path, errors="replace") as f:
        made = [line for line in f if "(" in line and "resumed>" not in line]
    os.unlink(path)
    return str(len(made)), str(sum("openat(" in line and " = -1 " not in line for line in made))


def run(bench, report):
    plan = list(contenders(bench))
    bench.turns(plan, 1)
    found = bench.turns(plan, ROUNDS)

    def time_of(name, of):
        milliseconds = statistics.median(getattr(took, of) for took in found[name]) * 1e3
        return f"{milliseconds:.2f} ms" if milliseconds >= 1 else f"{milliseconds * 1e3:.0f} µs"
    report.table(("what", "CPU time", "clock", "peak", "system calls", "files opened"),
                [(one.name, time_of(one.name, "cpu"), time_of(one.name, "wall"),
                  f"{found[one.name][0].peak / 1024:.1f} MiB", *(system_calls(bench, one.args) if one.items == 1 else ("", "")))
                 for one in plan])
    for what in ("`--version`", "`--help`", "`entitlement suspend --help`", "completion of `entitlement su`"):
        report.compare(what, VERSION, "≤ 1.0", found[what], found[VERSION])
    for what in ("a dry run", "the same, a document of 1 MB, JSON", "the same, a document of 1 MB, YAML"):
        report.compare(what, VERSION, "≤", found[what], found[VERSION])
    for what in ("one GET over HTTP", "one GET over TLS"):
        report.compare(what, "`curl`", "≤ 1.0", found[what], found[f"{what}, `curl`"], reason=WHY)
    for what in (name for name in found if name.startswith("a find of") and f"{name}, `curl`" in found):
        report.compare(what, "`curl`", "≤", found[what], found[f"{what}, `curl`"])
