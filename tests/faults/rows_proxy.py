# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies on the way to the server, and the server's name."""

import base64
import select
import socket
import unittest

from blackbox import Recorder
from safety.common import Origin, Proxy, free_port, haproxy, need, nginx

from matrix import BROKEN, FINE, NOTHING, Place, raw, row
from rows_tls import authority, serving

CREDENTIALS = b"c2FuZGJveDpzYW5kYm94"  # of the profile, as Basic sends them
EVERYWHERE = "0.0.0.0"  # this machine, and no loopback address: the proxies of the environment are for it


def tinyproxy(case, *lines):
    need("tinyproxy")
    port = free_port()
    config = "\n".join([f"Port {port}", "Listen 127.0.0.1", "Timeout 5", "LogLevel Connect", *lines, ""])
    return Proxy(case, "tinyproxy", config, port, ["tinyproxy", "-d", "-c", "{config}"])


def server_of(case, name):
    own = authority(case, name)
    own.make("leaf", "root")
    return serving(case, own, "leaf", listen="ssl")


def through(case, name, proxy, environment=None, secret=None):
    """A call by the proxy; what went to it is recorded, and the profile's credentials are not among it."""
    recorder = Recorder(proxy.port)
    case.addCleanup(recorder.stop)
    place = server_of(case, name)

    def check(result):
        sent = b"".join(bytes(data) for data in recorder.connections)
        case.assertNotIn(CREDENTIALS, sent)
        case.assertNotIn(b"sandbox", sent)
        case.assertNotIn(b"X-RequestIdentifier", sent)
        case.assertTrue(sent.startswith(b"CONNECT "), sent)
        for text in secret and (secret.partition(":")[2], base64.b64encode(secret.encode()).decode()) or ():
            case.assertNotIn(text, result.out + result.err)
            for path in [*case.home.glob("state *"), *case.home.glob("state */**/*")]:
                case.assertNotIn(text.encode(), path.read_bytes() if path.is_file() else b"")
    url = f"http://{secret + '@' if secret else ''}127.0.0.1:{recorder.port}"
    if environment:
        place.env[environment] = url
        place.words += ("-vv",)
        place.url = place.url.replace("127.0.0.1", EVERYWHERE)
    else:
        place.words += ("--proxy", url)
    place.check = check
    return place


PROXY = "Proxies"
for how, environment, lines, secret, cells in [
        ("--proxy", None, [], None, FINE),
        ("HTTPS_PROXY", "HTTPS_PROXY", [], None, FINE),
        ("https_proxy", "https_proxy", [], None, FINE),
        ("ALL_PROXY", "ALL_PROXY", [], None, FINE),
        ("HTTPS_PROXY with the right password", "HTTPS_PROXY", ["BasicAuth eve swordfish"], "eve:swordfish", FINE),
        ("HTTPS_PROXY with a wrong password", "HTTPS_PROXY", ["BasicAuth eve swordfish"], "eve:wrongfish", NOTHING),
        ("it asks for a password: 407", None, ["BasicAuth eve swordfish"], None, NOTHING),
        ("it does not let through to this port: 403", None, ["ConnectPort 443"], None, NOTHING),
        ("it does not serve this client: 403", None, ["Allow 192.0.2.1"], None, NOTHING),
]:
    @row(PROXY, how, "tinyproxy", cells)
    def by_tinyproxy(case, how=how, environment=environment, lines=lines, secret=secret):
        return through(case, "p " + "".join(c for c in how if c.isalnum()), tinyproxy(case, *lines), environment, secret)


@row(PROXY, "NO_PROXY names the server", "tinyproxy", FINE)
def no_proxy(case):
    place = server_of(case, "noproxy")
    return Place(place.url.replace("127.0.0.1", EVERYWHERE), place.words, {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": EVERYWHERE}, place.seen)


@row(PROXY, "HTTPS_PROXY, and the server is on loopback", "tinyproxy", FINE)
def loopback(case):
    place = server_of(case, "loop")
    return Place(place.url, place.words, {"HTTPS_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}, place.seen)


@row(PROXY, "nothing listens behind it", "tinyproxy", NOTHING)
def behind_nothing(case):
    proxy = tinyproxy(case)
    return Place("https://127.0.0.1:1", ("--proxy", proxy.url))


@row(PROXY, "a name that it does not know", "tinyproxy", NOTHING)
def behind_unknown(case):
    proxy = tinyproxy(case)
    return Place("https://name.invalid", ("--proxy", proxy.url))


@row(PROXY, "nothing listens at the proxy", "kernel", NOTHING)
def gone(_case):
    return Place("https://127.0.0.1:1", ("--proxy", "http://127.0.0.1:1"))


@row(PROXY, "no such proxy", "resolver", NOTHING)
def nameless(_case):
    return Place("https://127.0.0.1:1", ("--proxy", "http://proxy.invalid:3128"))


for how, answer in {
        "407, and only Digest": "status 407 hdr Proxy-Authenticate 'Digest realm=\"x\", qop=\"auth\", nonce=\"abc\"'",
        "407, and only NTLM": "status 407 hdr Proxy-Authenticate NTLM",
        "407, and only Negotiate": "status 407 hdr Proxy-Authenticate Negotiate",
        "429": "status 429 hdr Retry-After 0",
        "500": "status 500",
        "502": "status 502",
        "503": "status 503",
        "302 to a login page": "status 302 hdr Location https://portal.example/",
}.items():
    @row(PROXY, how, "haproxy", NOTHING)
    def refusing(case, answer=answer):
        proxy = haproxy(case, f"http-request return {answer} content-type text/html string no")
        return Place("https://name.invalid", ("--proxy", proxy.url))


@row(PROXY, "drops CONNECT", "haproxy", NOTHING)
def dropping(case):
    proxy = haproxy(case, "http-request reject")
    return Place("https://name.invalid", ("--proxy", proxy.url))


@row(PROXY, "is a web server that knows no CONNECT", "nginx", NOTHING)
def no_connect(case):
    proxy = nginx(case, "location / { return 200 '{}'; }")
    return Place("https://name.invalid", ("--proxy", proxy.url))


@row(PROXY, "no answer to CONNECT", "raw socket", NOTHING)
def silent(case):
    place = raw(case, lambda connection, _: connection.hold(), "--connect-timeout", "0.5")
    return Place("https://name.invalid", ("--proxy", place.url, *place.words))


@row(PROXY, "garbage in answer to CONNECT", "raw socket", NOTHING)
def garbage(case):
    def script(connection, _number):
        connection.read()
        connection.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    return Place("https://name.invalid", ("--proxy", raw(case, script).url))


@row(PROXY, "closes after 200 to CONNECT", "raw socket", NOTHING)
def closing(case):
    def script(connection, _number):
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    return Place("https://name.invalid", ("--proxy", raw(case, script).url))


@row(PROXY, "headers without end in answer to CONNECT", "raw socket", NOTHING)
def endless_connect(case):
    from rows_wire import endless
    return Place("https://name.invalid", ("--proxy", raw(case, endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")).url))


@row(PROXY, "garbage in the tunnel", "raw socket", NOTHING)
def tunnel_garbage(case):
    def script(connection, _number):
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.sock.recv(65536)
        connection.send(b"all is well\r\n" * 10)
    return Place("https://name.invalid", ("--proxy", raw(case, script).url))


def tunnel(case, name, until, reset=False):
    """A tunnel to a server that says nothing, which dies when `until(seen)` is so."""
    own = authority(case, name)
    own.make("leaf", "root")
    origin = Origin(lambda connection, _: (connection.read(), connection.hold()))
    case.addCleanup(origin.__exit__)
    server = serving(case, own, "leaf", directives=f"proxy_pass http://127.0.0.1:{origin.port};")

    def script(connection, _number):
        connection.read()
        before = len(origin.requests)
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as behind:
            connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
            passed = 0
            while not until(passed, len(origin.requests) > before):
                ready, _, _ = select.select([connection.sock, behind], [], [], 0.02)
                for source in ready:
                    piece = source.recv(65536)
                    if not piece:
                        return
                    passed += len(piece)
                    (behind if source is connection.sock else connection.sock).sendall(piece)
        if reset:
            connection.reset()
    proxy = raw(case, script)
    return Place(server.url, (*server.words, "--proxy", proxy.url), seen=lambda: len(origin.requests))


@row(PROXY, "dies in the handshake within the tunnel", "raw socket", NOTHING)
def dies_early(case):
    return tunnel(case, "dies early", lambda passed, _: passed > 100)


@row(PROXY, "dies after the request within the tunnel", "raw socket", BROKEN)
def dies_late(case):
    return tunnel(case, "dies late", lambda _, seen: seen)


@row(PROXY, "resets after the request within the tunnel", "raw socket", BROKEN)
def resets_late(case):
    return tunnel(case, "resets late", lambda _, seen: seen, reset=True)


@row(PROXY, "a server without TLS, by --proxy", "tinyproxy", FINE)
def plain(case):
    proxy = tinyproxy(case)
    server = nginx(case, "default_type application/json; location / { return 200 '{}'; }")
    return Place(server.url, ("--proxy", proxy.url), seen=lambda: server.seen)


def by_tls(case, name, trusted=True, kind="https", **more):
    """haproxy takes TLS off what goes to tinyproxy."""
    own = authority(case, name)
    own.make("leaf", "root")
    own.make("front", "root", **more)
    both = own.path("both", "pem")
    both.write_bytes(own.path("front").read_bytes() + own.path("front", "key").read_bytes())
    front = haproxy(case, "", f"server s 127.0.0.1:{tinyproxy(case).port}", "tcp", f"ssl crt {both}")
    place = serving(case, own, "leaf")
    place.words = (*(place.words if trusted else ()), "--proxy", front.url.replace("http", kind))
    return place


BY = "haproxy, tinyproxy"
row(PROXY, "TLS to the proxy too", BY, FINE)(lambda case: by_tls(case, "double"))
row(PROXY, "TLS to the proxy, by a CA that nobody knows", BY, NOTHING)(lambda case: by_tls(case, "proxy unknown", False))
row(PROXY, "TLS to the proxy, of another host", BY, NOTHING)(
    lambda case: by_tls(case, "proxy other", san="subjectAltName=DNS:elsewhere.example"))
row(PROXY, "TLS to the proxy, expired", BY, NOTHING)(lambda case: by_tls(case, "proxy expired", at="2020-01-01 00:00:00"))
row(PROXY, "it wants TLS, and is named as http", BY, NOTHING)(lambda case: by_tls(case, "proxy plain", kind="http"))


def microsocks(case, *words):
    need("microsocks")
    port = free_port()
    return Proxy(case, "microsocks", "", port, ["microsocks", "-i", "127.0.0.1", "-p", str(port), *words])


for how, scheme, words, secret, cells in [
        ("SOCKS5", "socks5", [], None, FINE),
        ("SOCKS5, which knows the names", "socks5h", [], None, FINE),
        ("SOCKS5 that asks for a password", "socks5", ["-u", "eve", "-P", "swordfish"], None, NOTHING),
        ("ALL_PROXY: SOCKS5 with the right password", "socks5", ["-u", "eve", "-P", "swordfish"], "eve:swordfish", FINE),
        ("ALL_PROXY: SOCKS5 with a wrong password", "socks5", ["-u", "eve", "-P", "swordfish"], "eve:wrongfish", NOTHING),
]:
    @row(PROXY, how, "microsocks", cells)
    def by_socks(case, how=how, scheme=scheme, words=words, secret=secret):
        proxy = microsocks(case, *words)
        place = server_of(case, "s " + "".join(c for c in how if c.isalnum()))
        url = f"{scheme}://{secret + '@' if secret else ''}127.0.0.1:{proxy.port}"
        if not secret:
            return Place(place.url, (*place.words, "--proxy", url), seen=place.seen)
        return Place(place.url.replace("127.0.0.1", EVERYWHERE), place.words, {"ALL_PROXY": url}, place.seen)


@row(PROXY, "SOCKS5, and nothing listens behind it", "microsocks", NOTHING)
def socks_nothing(case):
    return Place("https://127.0.0.1:1", ("--proxy", f"socks5://127.0.0.1:{microsocks(case).port}"))


@row(PROXY, "an HTTP proxy, named as SOCKS5", "tinyproxy", NOTHING)
def socks_http(case):
    return Place("https://127.0.0.1:1", ("--proxy", f"socks5://127.0.0.1:{tinyproxy(case).port}", "--connect-timeout", "0.5"))


@row(PROXY, "a scheme that is not known", "none", ((2, 0), (2, 0)))
def scheme(_case):
    return Place("https://127.0.0.1:1", ("--proxy", "gopher://127.0.0.1:1"))


NAMES = "Names and addresses"


@row(NAMES, "no such name", "resolver", NOTHING)
def no_name(_case):
    return Place("https://name.invalid")


@row(NAMES, "nothing listens", "kernel", NOTHING)
def no_listener(_case):
    return Place("https://127.0.0.1:1")


@row(NAMES, "localhost, and only its second address listens", "raw socket", FINE)
def second(case):
    place = raw(case, Origin.answer_all)
    return Place(place.url.replace("127.0.0.1", "localhost"), seen=place.seen)


def have_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as fault:
        raise unittest.SkipTest(f"there is no ::1 here: {fault}") from fault


def on_ipv6(case, host):
    """nginx at ::1, behind its port of 127.0.0.1's; what is asked on the latter counts too."""
    have_ipv6()
    port = free_port()
    server = nginx(case, "location / { return 500; }", f"; listen [::1]:{port} default_server; default_type application/json; "
                         "location / { return 200 '{}'; } } server { listen 127.0.0.1:" + str(free_port()))
    return Place(f"http://{host}:{port}", seen=lambda: server.seen)


@row(NAMES, "localhost, and only IPv6 listens", "nginx", FINE)
def v6_name(case):
    return on_ipv6(case, "localhost")


@row(NAMES, "an IPv6 address", "nginx", FINE)
def v6(case):
    return on_ipv6(case, "[::1]")


@row(NAMES, "an IPv6 address at which nothing listens", "kernel", NOTHING)
def v6_nothing(_case):
    return Place("https://[::1]:1")
