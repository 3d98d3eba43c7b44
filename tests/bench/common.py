# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the bench share: a folder with nginx in it, over HTTP and over TLS with a CA of our own, and what a
program took."""
import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

REPLY = ('{"responseCode":"OK","responseMessage":"Success","entitlementId":"ENT-1001","status":"ACTIVE",'
         '"productKey":"MUSIC_MONTHLY","dateActivated":"2026-01-12T09:34:10Z"}')
FOUND = '{"responseCode":"OK","responseMessage":"Success","entitlements":[' + ",".join(
    '{"entitlementId":"ENT-%d","status":"ACTIVE","productKey":"MUSIC_MONTHLY"}' % i for i in range(1001, 1011)) + "]}"
# One process, so that its end is the end of all; nginx refuses to answer POST with a file, hence the 405.
NGINX = """
daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; keepalive_requests 100000000; sendfile on;
  server {{
    listen 127.0.0.1:{http}; listen 127.0.0.1:{tls} ssl; default_type application/json;
    ssl_certificate {dir}/server.pem; ssl_certificate_key {dir}/server.key;
    location / {{ return 200 '{reply}'; }}
    location = /v1/entitlement/report {{ return 200 '{found}'; }}
    location = /large/v1/entitlement/report {{ alias {dir}/large.json; error_page 405 =200 $uri; }}
  }}
}}
"""
CONFIG = """
profiles = {{
  http = {{ environment = "test"; base_url = "http://127.0.0.1:{http}"; username = "u"; }};
  tls = {{ environment = "test"; base_url = "https://127.0.0.1:{tls}"; username = "u"; cacert = "{dir}/ca.pem"; }};
}};
"""
# What a user's surroundings would change of either side.
FOREIGN = ("BANGOCTL_", "XDG_", "CURL_", "SSL_CERT_", "MLR", "JQ_")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def quietly(*args, **kw):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)


class Took:
    """Median wall and CPU seconds an item of some runs of a command, and its peak in KiB."""

    def __init__(self, runs, items):
        walls, cpus, peaks = zip(*runs)
        self.wall = statistics.median(walls) / items
        self.cpu = statistics.median(cpus) / items
        self.peak = max(peaks)


class Contender:
    """A command that takes its turn: how often in each turn, how many items one run handles, and the folder for the
    journals and the audit log of bangoctl, which each run finds empty."""

    def __init__(self, name, args, runs=1, items=1, state=None):
        self.name, self.args, self.runs, self.items, self.state = name, args, runs, items, state


class Bench:
    """The server, the certificates, the profiles; a folder for all files of the run."""

    def __init__(self, binary):
        self.bin = os.path.abspath(binary)
        self.build = os.path.dirname(self.bin)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.dir = self.folder(stack)
            for name in list(os.environ):
                if name.startswith(FOREIGN) or name.upper().endswith("_PROXY"):
                    del os.environ[name]
            os.environ.update(HOME=self.dir, LC_ALL="C.UTF-8", BANGOCTL_PASSWORD_FILE=f"{self.dir}/password",
                              BENCH_CACERT=f"{self.dir}/ca.pem")
            self.disk = f"{self.dir}/state"
            self.memory = os.access("/dev/shm", os.W_OK) and self.folder(stack, dir="/dev/shm")
            self.state(self.disk)
            with open(f"{self.dir}/password", "w") as f:
                os.fchmod(f.fileno(), 0o600)
                f.write("secret\n")
            self.make_certificates()
            self.start_nginx(stack)
            with open(f"{self.dir}/conf", "w") as f:
                f.write(CONFIG.format(dir=self.dir, http=self.http, tls=self.tls))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *unused):
        self.stack.close()

    @staticmethod
    def folder(stack, **where):
        path = tempfile.mkdtemp(prefix="bangoctl-bench-", **where)
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        return path

    def state(self, folder):
        """Where bangoctl keeps its journals and its audit log; emptied."""
        shutil.rmtree(folder, ignore_errors=True)
        os.environ["BANGOCTL_STATE_DIR"] = folder

    def make_certificates(self):
        def make(*args):
            quietly("openssl", *args, cwd=self.dir)
        make("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench CA",
             "-days", "2")
        make("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        with open(f"{self.dir}/ext", "w") as f:
            f.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        make("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
             "server.pem", "-days", "2", "-extfile", "ext")

    def start_nginx(self, stack):
        """On ports that were free just now; if another took one meanwhile, on others. It dies with us, however we end."""
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        for _ in range(5):
            self.http, self.tls = free_port(), free_port()
            with open(f"{self.dir}/nginx.conf", "w") as f:
                f.write(NGINX.format(dir=self.dir, http=self.http, tls=self.tls, reply=REPLY, found=FOUND))
            server = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", nginx, "-c", f"{self.dir}/nginx.conf", "-p", self.dir],
                                      stderr=subprocess.DEVNULL, start_new_session=True)
            end = stack.enter_context(contextlib.ExitStack())
            end.callback(server.wait)
            end.callback(server.terminate)
            deadline = time.monotonic() + 10
            while server.poll() is None and time.monotonic() < deadline:
                if answers(self.http) and answers(self.tls):
                    return
                time.sleep(0.02)
            end.close()
        raise SystemExit("nginx did not start")

    def take(self, args, runs=1, items=1, output="/dev/null"):
        """Runs it, with whatever it starts in a group of its own, which ends with us."""
        process = subprocess.Popen([f"{self.build}/bench-took", str(runs), output, *args], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            figures, said = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            with contextlib.suppress(ProcessLookupError):
                while True:  # until the last of its group is gone, and writes no more into what is removed next
                    os.killpg(process.pid, 0)
                    time.sleep(0.01)
            raise
        if process.returncode:
            raise SystemExit(f"{' '.join(args[:8])} … ended with {process.returncode}:\n{said[-2000:]}")
        return Took([tuple(map(float, line.split())) for line in figures.splitlines()], items)

    def turns(self, contenders, rounds):
        """What each took in rounds in which all of them take turns, by name."""
        found = {}
        for _ in range(rounds):
            for one in contenders:
                self.state(one.state or self.disk)
                found.setdefault(one.name, []).append(self.take(one.args, one.runs, one.items))
        self.state(self.disk)
        return found

    def rows(self, count):
        """A CSV file of that many rows."""
        path = f"{self.dir}/{count}.csv"
        if not os.path.exists(path):
            with open(path, "w") as f:
                f.write("entitlementId,reasonCategory,reasonCode\n")
                f.writelines(f"ENT-{i:07d},CUSTOMER_CANCELLED,NOT_RENEWED\n" for i in range(1, count + 1))
        return path

    def bulk(self, profile, count, *more):
        return [self.bin, "-c", f"{self.dir}/conf", "-p", profile, "bulk", "entitlement", "cancel", "--input",
                self.rows(count), "--jobs", "64", "--quiet", *more]
