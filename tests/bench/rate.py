# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether --rate is kept to, also after a 429, by a peer that notes when each request arrives."""
import http.server
import threading
import time

from common import REPLY

RATE, SECONDS, PAUSE, AT = 50, 20, 3, 300


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        arrivals = self.server.arrivals
        arrivals.append(time.monotonic())
        late = len(arrivals) == self.server.limit_at
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(429 if late else 200)
        if late:
            self.send_header("Retry-After", str(PAUSE))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(REPLY)))
        self.end_headers()
        self.wfile.write(REPLY.encode())

    def log_message(self, *unused):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *unused):
        pass


def arrivals_of(bench, rows, limit_at):
    server = Server(("127.0.0.1", 0), Handler)
    server.arrivals, server.limit_at = [], limit_at
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bench.state(bench.disk)
    bench.take(bench.bulk("http", rows, "--rate", str(RATE), "--base-url", f"http://127.0.0.1:{server.server_port}"))
    server.shutdown()
    server.server_close()
    return sorted(server.arrivals)


def check(report, what, arrivals):
    """The arrivals of that many seconds after the first one."""
    got = sum(t - arrivals[0] < SECONDS for t in arrivals) / SECONDS
    report.check(what, "", f"{RATE} a second ± 2 %", f"{got:.2f}", abs(got / RATE - 1) <= 0.02)


def run(bench, report):
    plain = arrivals_of(bench, RATE * (SECONDS + 1), None)
    limited = arrivals_of(bench, AT + RATE * (SECONDS + 1), AT)
    told = limited[AT - 1]
    # what was on its way when the answer came
    later = [t for t in limited if t > told + 0.5]
    quiet = later[0] - told
    check(report, f"`--rate {RATE}` over {SECONDS} s", plain)
    check(report, f"the same after a 429 with `Retry-After: {PAUSE}`", later)
    report.check("what follows that 429", "", f"≥ {PAUSE} s later", f"{quiet:.2f} s", quiet >= PAUSE)
