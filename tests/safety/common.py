# SPDX-License-Identifier: GPL-3.0-or-later
"""What the safety tests share: profiles, the audit log, an origin that counts, and proxies that others wrote."""

import hashlib
import json
import shutil
import socket
import subprocess
import time
import unittest

from blackbox import Case, Peer, Server, json_answer
from blackbox import program

PASSWORD = "s3same"
READ = ["entitlement", "get", "ENT-1001"]
CHANGE = ["entitlement", "suspend", "ENT-1001", "--reason-code", "OTHER"]
BARE = ["entitlement", "resume", "ENT-1004"]  # without a body


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise unittest.SkipTest(f"{tool} is not installed here (./dev installs it)")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def header(request, name):
    """The values of a header in a request's bytes."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [line.partition(b":")[2].strip().decode() for line in lines if line.lower().startswith(name.lower().encode() + b":")]


def request_id(request):
    return (header(request, "X-RequestIdentifier") or [None])[0]


class Origin(Peer):
    """Applies every change that reaches it whole, and tells which it has applied; the script says how it answers."""

    def __init__(self, script=None):
        self.seen = 0  # connections on which something of a request came
        super().__init__(script or self.answer_all)

    @staticmethod
    def answer_all(connection, _number):
        while connection.read():
            connection.send(json_answer())

    def whole(self):
        return [request for request in self.requests if self.is_whole(request)]

    @staticmethod
    def is_whole(request):
        head, blank, body = request.partition(b"\r\n\r\n")
        return bool(blank) and len(body) >= int((header(request, "Content-Length") or ["0"])[0])

    def applied(self):
        """One for each identifier: who trusts in idempotency has a server that keeps the promise."""
        return len({request_id(r) for r in self.whole() if not r.startswith((b"GET", b"HEAD"))})


class SafetyCase(Case):
    def profiles(self, url="http://127.0.0.1:1", live="", test="", more=""):
        """Profiles t (test) and live on one server, with the password of the sandbox's server where that is meant."""
        self.config(f"""
            {more or "defaults = { timeout = 3; };"}
            profiles = {{
              t = {{ environment = "test"; base_url = "{url}"; username = "sandbox"; password = "sandbox"; {test} }};
              live = {{ environment = "live"; base_url = "{url}"; username = "sandbox"; password = "sandbox"; {live} }};
            }};""")

    @property
    def log(self):
        return self.home / "state" / "audit.ndjson"

    def lines(self):
        """The whole lines of the audit log as objects; a crash may have left half of one at the end."""
        whole = self.log.read_bytes().split(b"\n")[:-1] if self.log.exists() else []
        return [json.loads(line) for line in whole]

    def types(self):
        """What the log holds, in short: intent, outcome:ok, refused, settled:applied."""
        return [line["type"] + (f":{line['outcome']}" if "outcome" in line else "") for line in self.lines()]

    def assert_verifies(self, count=None):
        result = self.run_program("audit", "verify", "-o", "json")
        self.assert_code(result, 0)
        if count is not None:
            self.assertEqual(result.json["lines"], count)
        self.assertEqual((result.json["lines"], result.json["head"]), check_chain(self.log.read_bytes()))
        return result.json


def entitlement(number):
    """Odd ones are suspended."""
    status = "SUSPENDED" if number % 2 else "ACTIVE"
    return {"entitlementId": f"ENT-{number}", "status": status, "customerIdentifier": f"c{number}", "productKey": "MUSIC_MONTHLY",
            "resellerKey": "BANGOTEL", "dateCreated": "2026-01-01T00:00:00Z", "dateLastUpdated": "2026-01-01T00:00:00Z"}


class WithServer(SafetyCase):
    def setUp(self):
        super().setUp()
        self.server_state = {"BANGOCTL_STATE_DIR": str(self.home / "server")}

    def seed(self, count):
        book = self.write("book.json", json.dumps([entitlement(number) for number in range(2000, 2000 + count)]))
        self.assert_code(self.run_program("sandbox", "seed", book, env=self.server_state), 0)

    def serve_here(self, *args):
        """A server whose book is not in the folder of the program that is tested, and whose clock is the real one."""
        server = Server(self.home, self.environment(self.server_state), *args, seed=None)
        self.addCleanup(server.stop)
        return server

    def book(self, url):
        result = self.run_program("-p", "t", "--base-url", url, "entitlement", "find", "-o", "json")
        self.assert_code(result, 0)
        return {row["entitlementId"]: row for row in result.json["entitlements"]}


def check_chain(data):
    """Our own reading of the chain, written without looking at the program's: (lines, hash of the last)."""
    head, count = "0" * 64, 0
    for line in data.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break  # torn by a crash
        value = json.loads(line)
        count += 1
        if value["prev"] != head or value["n"] != count:
            raise AssertionError(f"line {count} does not follow the one before: {line!r}")
        head = hashlib.sha256(line[:-1]).hexdigest()
    return count, head


def chained(objects, head="0" * 64, number=0):
    """Lines of an audit log, as bytes."""
    data = b""
    for item in objects:
        number += 1
        line = json.dumps({**item, "n": number, "prev": head}, separators=(",", ":")).encode()
        head = hashlib.sha256(line).hexdigest()
        data += line + b"\n"
    return data


# ---- servers that others wrote

def certificate(folder, name, days=365, subject="127.0.0.1"):
    """A certificate that signs itself, and its key; also both in one file, as haproxy wants them."""
    need("openssl")
    cert, key, both = folder / f"{name}.crt", folder / f"{name}.key", folder / f"{name}.pem"
    alternative = f"IP:{subject}" if subject[0].isdigit() else f"DNS:{subject}"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", f"/CN={subject}", "-addext", f"subjectAltName={alternative}", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return cert, key, both


class Proxy:
    """A foreign server: started with a config, ended with the test. `seen` counts the requests of its log."""

    def __init__(self, case, name, config, port, argv):
        self.port, self.log = port, case.home / f"{name}-{port}.log"
        self.url = f"http://127.0.0.1:{port}"
        path = case.write(f"{name}-{port}.conf", config)
        self.output = open(self.log, "ab")
        self.process = program.start([word.format(config=path) for word in argv], case.home, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                                     stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT)
        case.addCleanup(self.stop)
        if not wait_until(self.listens) or self.process.poll() is not None:
            raise AssertionError(f"{name} did not start: {self.log.read_text()}")

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it ended: {self.log.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        program.end_group(self.process)
        self.output.close()

    @property
    def seen(self):
        lines = self.log.read_text(errors="replace").splitlines()
        return sum(line.startswith("REQUEST") and "BADREQ" not in line for line in lines)


def on_free_port(make):
    """Another process may take the port that was free a moment ago: then another one."""
    for _ in range(4):
        try:
            return make(free_port())
        except AssertionError:
            pass
    return make(free_port())


def haproxy(case, *words, **options):
    need("haproxy")
    return on_free_port(lambda port: haproxy_at(port, case, *words, **options))


def haproxy_at(port, case, front, back="", mode="http", tls=""):
    # what is no HTTP at all, such as our own look whether it listens, is none of the requests
    line = 'log-format "REQUEST %ts"' if mode == "tcp" else 'log-format "REQUEST %HM %ST %ts"'
    config = f"""
global
  log stdout format raw local0
  maxconn 100
  noreuseport
defaults
  mode {mode}
  timeout connect 2s
  timeout client 1s
  timeout server 1s
  retries 0
frontend f
  bind 127.0.0.1:{port} {tls}
  log global
  option dontlognull
  {line}
  {front}
  default_backend b
backend b
  {back}
"""
    return Proxy(case, "haproxy", config, port, ["haproxy", "-db", "-f", "{config}"])


def nginx(case, server, listen=""):
    need("nginx")
    return on_free_port(lambda port: nginx_at(port, case, server, listen))


def nginx_at(port, case, server, listen):
    folder = case.home / f"nginx-{port}"
    folder.mkdir()
    paths = "".join(f"  {what}_temp_path {folder};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = f"""
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 100; }}
http {{
{paths}
  log_format seen 'REQUEST $request_method $status';
  access_log /dev/stdout seen;
  server {{
    listen 127.0.0.1:{port} {listen};
    {server}
  }}
}}
"""
    return Proxy(case, "nginx", config, port, ["nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", "{config}"])
