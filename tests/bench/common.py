# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the bench share: a folder with nginx in it, over HTTP and over TLS with a CA of our own, and what
a program took."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

REPLY = ('{"responseCode":"OK","responseMessage":"Success","entitlementId":"ENT-1001","status":"ACTIVE",'
         '"productKey":"MUSIC_MONTHLY","dateActivated":"2026-01-12T09:34:10Z"}')
NGINX = """
daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{http}; listen 127.0.0.1:{tls} ssl;
    ssl_certificate {dir}/server.pem; ssl_certificate_key {dir}/server.key;
    location / {{ default_type application/json; return 200 '{reply}'; }}
  }}
}}
"""
CONFIG = """
profiles = {{
  http = {{ environment = "test"; base_url = "http://127.0.0.1:{http}"; username = "u"; }};
  tls = {{ environment = "test"; base_url = "https://127.0.0.1:{tls}"; username = "u"; cacert = "{dir}/ca.pem"; }};
  peer = {{ environment = "test"; base_url = "http://127.0.0.1:{peer}"; username = "u"; }};
}};
"""
OF_CURL = ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def quietly(*args, **kw):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)


def median(numbers):
    return sorted(numbers)[len(numbers) // 2]


def table(columns, rows):
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def peak_of(pid):
    """The peak of its resident memory so far, in KiB; what wait tells would begin with our own."""
    with open(f"/proc/{pid}/status") as f:
        return max((int(line.split()[1]) for line in f if line.startswith("VmHWM:")), default=0)


class Took:
    """Wall and CPU seconds of one run; with `watched`, its peak KiB."""

    def __init__(self, args, watched=False):
        start = time.monotonic()
        self.peak = 0
        process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while watched and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self.peak = max(self.peak, peak_of(process.pid))
            time.sleep(0.01)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        if process.returncode:
            raise SystemExit(f"{' '.join(args[:8])} … ended with {process.returncode}:\n{said[-2000:]}")


class Bench:
    """The server, the certificates, the profiles; a folder for all files of the run."""

    def __init__(self, binary):
        self.bin = os.path.abspath(binary)
        self.build = os.path.dirname(self.bin)

    def __enter__(self):
        self.dir = tempfile.mkdtemp()
        self.http, self.tls, self.peer = free_port(), free_port(), free_port()
        for name in OF_CURL:
            os.environ.pop(name, None)
        os.environ.update(HOME=self.dir, BANGOCTL_PASSWORD_FILE=f"{self.dir}/password", BENCH_CACERT=f"{self.dir}/ca.pem")
        self.state(f"{self.dir}/state")
        with open(f"{self.dir}/password", "w") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write("secret\n")
        with open(f"{self.dir}/conf", "w") as f:
            f.write(CONFIG.format(dir=self.dir, http=self.http, tls=self.tls, peer=self.peer))
        self.make_certificates()
        self.server = self.start_nginx()
        return self

    def __exit__(self, *unused):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.dir)

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

    def start_nginx(self):
        with open(f"{self.dir}/nginx.conf", "w") as f:
            f.write(NGINX.format(dir=self.dir, http=self.http, tls=self.tls, reply=REPLY))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        server = subprocess.Popen([nginx, "-c", f"{self.dir}/nginx.conf", "-p", self.dir], stderr=subprocess.DEVNULL)
        for _ in range(500):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.http)) == 0:
                    return server
            time.sleep(0.02)
        server.terminate()
        raise SystemExit("nginx did not start")

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
