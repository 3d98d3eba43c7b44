# SPDX-License-Identifier: GPL-3.0-or-later
"""A reply of 50 MB in each format, beside curl piped to what else reads JSON; first it is seen that all say the same."""
import csv
import json
import os
import statistics
import subprocess

from common import Contender
from report import thousands

SIZE, ROUNDS, ROUNDS_OF_MILLER = 50000000, 3, 1
OBJECTS = ("extensionData", "merchantExtensionData", "merchantBangoExtensionData", "financeData")
SHOWN = ("entitlementId", "status", "merchantEntitlementId", "productKey")


def make_reply(bench):
    """The sandbox's records over and over, each with an id of its own and an object with numbers. How many."""
    said = subprocess.run([bench.bin, "-c", f"{bench.dir}/conf", "-p", "sandbox", "entitlement", "find", "-o", "json"],
                          check=True, capture_output=True).stdout
    records = json.loads(said)["entitlements"]
    size = count = 0
    with open(f"{bench.dir}/large.json", "wb") as f:
        size += f.write(b'{"responseCode":"OK","responseMessage":"Success","entitlements":[')
        while size < SIZE:
            record = dict(records[count % len(records)], entitlementId=f"ENT-{count:07d}",
                          financeData={"amount": 4.5 + count % 100 / 4, "currency": "EUR", "periods": count % 24})
            size += f.write(b"," * (count > 0) + json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
            count += 1
        f.write(b"]}")
    return count


def contenders(bench, columns):
    """Name, what it prints, arguments. Objects are JSON in a cell of CSV."""
    url = f"http://127.0.0.1:{bench.http}/large/v1/entitlement/report"

    def ours(form):
        return [bench.bin, "-c", f"{bench.dir}/conf", "-p", "http", "--base-url", f"http://127.0.0.1:{bench.http}/large",
                "entitlement", "find", "-o", form]

    def piped(to):
        return ["sh", "-c", f"curl -s -u u:secret -d '{{}}' -H 'Content-Type: application/json' {url} | {to}"]
    names, shown = json.dumps(columns), json.dumps(SHOWN)
    each = "mlr --ijson {} put -q 'for (e in $entitlements) {{ emit1 e }}' {}"
    cells = f'{names} as $k | $k, (.entitlements[] | [.[$k[]] | if type == "object" then tojson else . end]) | @csv'
    rows = f"{shown} as $k | $k, (.entitlements[] | [.[$k[]]]) | @tsv"
    for form in ("json", "csv", "ndjson", "table"):
        yield f"`{form}`", form, ours(form)
    yield "`json`, `jq`", "json", piped("jq -c .")
    yield "`csv`, `jq`", "csv", piped(f"jq -r '{cells}'")
    yield "`ndjson`, `jq`", "ndjson", piped("jq -c '.entitlements[]'")
    yield "`table`, `jq` and `column`", "table", piped(f"jq -r '{rows}' | column -t -s \"$(printf '\\t')\"")
    yield "`json`, `mlr`", "json", piped("mlr --ijson --ojsonl cat")
    yield "`csv`, `mlr`", "csv", piped(each.format(
        "--ocsv", f"then json-stringify -f {','.join(OBJECTS)} then template -f {','.join(columns)}"))
    yield "`ndjson`, `mlr`", "ndjson", piped(each.format("--ojsonl", ""))
    yield "`table`, `mlr`", "table", piped(each.format("--opprint", f"then cut -o -f {','.join(SHOWN)}"))


def records_of(form, path):
    """What the output says, as a list of records; a null and what is absent look alike in CSV and are left
    out, and so is the word that Miller writes for null."""
    with open(path, encoding="utf-8", newline="") as f:
        if form == "json":
            return json.load(f)
        if form == "ndjson":
            return [json.loads(line) for line in f]
        if form == "csv":
            return [{k: json.loads(v) if v[0] == "{" else v for k, v in row.items() if v not in ("", "null")}
                    for row in csv.DictReader(f)]
        return [line.split() for line in f]


def wanted_of(form, reply):
    rows = reply["entitlements"]
    if form == "json":
        return reply
    if form == "ndjson":
        return rows
    if form == "csv":
        return [{k: v for k, v in row.items() if v is not None} for row in rows]
    return [list(SHOWN), *([row[name] for name in SHOWN] for row in rows)]


def check_outputs(bench, plan):
    """Nobody is fast by being wrong. (The values of the four columns of the table have no blanks.)"""
    with open(f"{bench.dir}/large.json", encoding="utf-8") as f:
        reply = json.load(f)
    output = f"{bench.dir}/output"
    for name, form, args in plan:
        bench.take(args, output=output)
        if records_of(form, output) != wanted_of(form, reply):
            raise SystemExit(f"{name}: the output does not say what the reply says")
    os.unlink(output)


def columns_of(bench):
    """The columns that we print, for the others to print."""
    said = subprocess.run([bench.bin, "-c", f"{bench.dir}/conf", "-p", "sandbox", "entitlement", "find", "-o", "csv"],
                          check=True, capture_output=True, text=True).stdout
    return said.splitlines()[0].split(",")


def run(bench, report):
    count = make_reply(bench)
    plan = list(contenders(bench, columns_of(bench)))
    check_outputs(bench, plan)
    found = bench.turns([Contender(name, args) for name, _, args in plan if "mlr" not in name], ROUNDS)
    found.update(bench.turns([Contender(name, args) for name, _, args in plan if "mlr" in name], ROUNDS_OF_MILLER))
    os.unlink(f"{bench.dir}/large.json")

    def median(name, of):
        return statistics.median(getattr(took, of) for took in found[name])
    report.table((f"a reply of 50 MB, {thousands(count)} records", "CPU time", "clock", "peak of the largest process"),
                [(name, f"{median(name, 'cpu'):.2f} s", f"{median(name, 'wall'):.2f} s", f"{median(name, 'peak') / 1024:.0f} MiB")
                 for name in found])
    for form in ("json", "csv", "ndjson", "table"):
        for name in found:
            if name.startswith(f"`{form}`, "):
                tools = name.split(", ")[1]
                budget = "≥" if "mlr" in name else "≥ 1.0" if form == "table" else "≥ 3.0"
                report.compare(f"50 MB of find as {form}", f"`curl` piped to {tools}", budget, found[f"`{form}`"], found[name],
                               peaks=True)
