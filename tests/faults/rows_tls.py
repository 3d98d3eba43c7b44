# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as others speak it: certificates of every wrong kind, versions, client certificates, and what is no TLS."""

import os
import select
import socket
import ssl
import subprocess
from pathlib import Path

from blackbox import json_answer, program
from blackbox.peers import need_node, started
from safety.common import Origin, free_port, haproxy, need, nginx, wait_until

from matrix import BROKEN, CONFIG, FINE, NOTHING, Place, row

SAN = "subjectAltName=IP:127.0.0.1,IP:0.0.0.0,IP:::1,DNS:localhost"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A root, an intermediate, and what they sign, as files of a folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name, kind="crt"):
        return self.folder / f"{name}.{kind}"

    def make(self, name, issuer=None, ca=False, san=SAN, at=None, key=KEY):
        """A certificate and its key; `at`: the day on which it is made. Returns the certificate's path."""
        if self.path(name).exists():
            return self.path(name)
        need("openssl", *(["faketime"] if at else []))
        words = ["openssl", "req", "-x509", *key, "-days", "30", "-subj", f"/CN={name}", "-keyout", self.path(name, "key"),
                 "-out", self.path(name)]
        words += ["-addext", "basicConstraints=critical,CA:TRUE"] if ca else ["-addext", san, "-addext", "basicConstraints=CA:FALSE"]
        if issuer:
            words += ["-CA", self.path(issuer), "-CAkey", self.path(issuer, "key")]
        subprocess.run((["faketime", at] if at else []) + words, check=True, capture_output=True)
        return self.path(name)


def authority(case, name):
    """Of one row: root → intermediate."""
    own = Authority(case.home / f"ca {name}".replace(" ", "-"))
    own.make("root", ca=True)
    return own


def serving(case, own, name, chain=(), more="", listen="ssl", directives="return 200 '{}';", host="127.0.0.1", words=None):
    """nginx with that certificate and those of its chain; the call trusts the root."""
    bundle = own.path(f"{name}-chain", "pem")
    bundle.write_bytes(b"".join(own.path(each).read_bytes() for each in [name, *chain]))
    server = nginx(case, f"ssl_certificate {bundle}; ssl_certificate_key {own.path(name, 'key')}; {more} default_type application/json; "
                         f"location / {{ {directives} }}", listen)
    words = ("--cacert", str(own.path("root"))) if words is None else words
    return Place(f"https://{host}:{server.port}", words, seen=lambda: server.seen)


TRUST = "Certificates"


@row(TRUST, "all is well", "nginx", FINE)
def good(case):
    own = authority(case, "good")
    own.make("leaf", "root")
    return serving(case, own, "leaf")


@row(TRUST, "an intermediate, sent along", "nginx", FINE)
def intermediate(case):
    own = authority(case, "with")
    own.make("middle", "root", ca=True)
    own.make("leaf", "middle")
    return serving(case, own, "leaf", ["middle"])


@row(TRUST, "an intermediate, left out", "nginx", NOTHING)
def incomplete(case):
    own = authority(case, "without")
    own.make("middle", "root", ca=True)
    own.make("leaf", "middle")
    return serving(case, own, "leaf")


@row(TRUST, "a CA that nobody knows", "nginx", NOTHING)
def unknown_ca(case):
    own = authority(case, "unknown")
    own.make("leaf", "root")
    return serving(case, own, "leaf", words=())


@row(TRUST, "signed by itself", "openssl s_server", NOTHING)
def self_signed(case):
    own = authority(case, "self")
    own.make("leaf")
    return s_server(case, own, "leaf")


@row(TRUST, "signed by itself, and trusted", "nginx", FINE)
def self_signed_trusted(case):
    own = authority(case, "selftrusted")
    own.make("leaf")
    return serving(case, own, "leaf", words=("--cacert", str(own.path("leaf"))))


@row(TRUST, "expired", "nginx", NOTHING)
def expired(case):
    own = authority(case, "expired")
    own.make("leaf", "root", at="2020-01-01 00:00:00")
    return serving(case, own, "leaf")


@row(TRUST, "not valid yet", "nginx", NOTHING)
def not_yet(case):
    own = authority(case, "future")
    own.make("leaf", "root", at="2040-01-01 00:00:00")
    return serving(case, own, "leaf")


@row(TRUST, "the CA's own has expired", "nginx", NOTHING)
def expired_root(case):
    own = Authority(case.home / "ca-old")
    own.make("root", ca=True, at="2020-01-01 00:00:00")
    own.make("leaf", "root")
    return serving(case, own, "leaf")


@row(TRUST, "another host's", "nginx", NOTHING)
def another_host(case):
    own = authority(case, "other")
    own.make("leaf", "root", san="subjectAltName=DNS:elsewhere.example")
    return serving(case, own, "leaf")


@row(TRUST, "of no CA, but used as one", "nginx", NOTHING)
def no_ca(case):
    own = authority(case, "noca")
    own.make("middle", "root")
    own.make("leaf", "middle")
    return serving(case, own, "leaf", ["middle"])


@row(TRUST, "RSA with 1024 bits", "nginx", NOTHING)
def short_key(case):
    own = authority(case, "short")
    own.make("leaf", "root", key=["-newkey", "rsa:1024", "-nodes"])
    return serving(case, own, "leaf", more="ssl_ciphers DEFAULT:@SECLEVEL=0;")


VERSIONS = "TLS versions, names and ciphers"


@row(VERSIONS, "TLS 1.2 only", "nginx", FINE)
def tls12(case):
    own = authority(case, "tls12")
    own.make("leaf", "root")
    return serving(case, own, "leaf", more="ssl_protocols TLSv1.2;")


@row(VERSIONS, "TLS 1.3 only", "nginx", FINE)
def tls13(case):
    own = authority(case, "tls13")
    own.make("leaf", "root")
    return serving(case, own, "leaf", more="ssl_protocols TLSv1.3;")


@row(VERSIONS, "TLS 1.1 only", "nginx", NOTHING)
def tls11(case):
    own = authority(case, "tls11")
    own.make("leaf", "root")
    return serving(case, own, "leaf", more="ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;")


@row(VERSIONS, "a cipher without encryption only", "openssl s_server", NOTHING)
def null_cipher(case):
    own = authority(case, "null")
    own.make("leaf", "root", key=["-newkey", "rsa:2048", "-nodes"])
    return s_server(case, own, "leaf", "-cipher", "NULL-SHA256:@SECLEVEL=0", "-tls1_2")


@row(VERSIONS, "HTTP/2 and HTTP/1.1", "nginx", FINE)
def h2(case):
    own = authority(case, "h2")
    own.make("leaf", "root")
    return serving(case, own, "leaf", listen="ssl http2")


@row(VERSIONS, "HTTP/2 only", "node", NOTHING)
def h2_only(case):
    need_node()
    own = authority(case, "h2only")
    own.make("leaf", "root")
    context = started(["node", Path(__file__).with_name("http2.js"), own.path("leaf", "key"), own.path("leaf")], r"listening on (\d+)")
    match, log = context.__enter__()
    case.addCleanup(context.__exit__, None, None, None)
    return Place(f"https://127.0.0.1:{match.group(1)}", ("--cacert", str(own.path("root"))), seen=lambda: log.read_text().count("REQUEST"))


@row(VERSIONS, "a name that has to be asked for, and is", "nginx", FINE)
def sni(case):
    own = authority(case, "sni")
    own.make("leaf", "root", san="subjectAltName=DNS:localhost")
    own.make("other", "root", san="subjectAltName=DNS:elsewhere.example")
    port = free_port()  # of both: nginx chooses by the name that was asked for
    default = (f"; listen 127.0.0.1:{port} ssl default_server; ssl_certificate {own.path('other')}; "
               f"ssl_certificate_key {own.path('other', 'key')}; }} server {{ server_name localhost; listen 127.0.0.1:")
    place = serving(case, own, "leaf", listen=f"{default}{port} ssl")
    place.url = f"https://localhost:{port}"
    return place


@row(VERSIONS, "a name that the server does not know", "haproxy", NOTHING)
def strict_sni(case):
    own = authority(case, "strict")
    own.make("leaf", "root", san="subjectAltName=DNS:elsewhere.example")
    both = own.path("both", "pem")
    both.write_bytes(own.path("leaf").read_bytes() + own.path("leaf", "key").read_bytes())
    server = haproxy(case, "http-request return status 200 content-type application/json string {}", tls=f"ssl crt {both} strict-sni")
    return Place(f"https://localhost:{server.port}", ("--cacert", str(own.path("root"))))


@row(VERSIONS, "a name that the server refuses", "nginx", NOTHING)
def rejected_sni(case):
    own = authority(case, "rejected")
    own.make("leaf", "root")
    return serving(case, own, "leaf", more="ssl_reject_handshake on;", host="localhost")


CLIENT = "Client certificates, and the files of TLS"


def mutual(case, name, *words, optional=False):
    own = authority(case, name)
    own.make("leaf", "root")
    own.make("client", "root")
    own.make("stranger")
    more = f"ssl_client_certificate {own.path('root')}; ssl_verify_client {'optional' if optional else 'on'};"
    place = serving(case, own, "leaf", more=more)
    place.words += tuple(word.format(folder=own.folder) for word in words)
    return place


@row(CLIENT, "asked for and given", "nginx", FINE)
def given(case):
    return mutual(case, "given", "--cert", "{folder}/client.crt", "--key", "{folder}/client.key")


@row(CLIENT, "asked for, and there is none", "nginx", ((4, 1), (4, 1)))
def none(case):
    return mutual(case, "none")


@row(CLIENT, "asked for in the handshake, and there is none", "openssl s_server", ((5, None), (10, None)))
def none_handshake(case):
    own = authority(case, "nonehs")
    own.make("leaf", "root")
    return s_server(case, own, "leaf", "-Verify", "1", "-CAfile", str(own.path("root")))


@row(CLIENT, "asked for in the handshake of TLS 1.2, and there is none", "openssl s_server", NOTHING)
def none_handshake12(case):
    own = authority(case, "nonehs12")
    own.make("leaf", "root")
    return s_server(case, own, "leaf", "-Verify", "1", "-CAfile", str(own.path("root")), "-tls1_2")


@row(CLIENT, "one of another CA", "nginx", ((4, 1), (4, 1)))
def stranger(case):
    return mutual(case, "stranger", "--cert", "{folder}/stranger.crt", "--key", "{folder}/stranger.key")


for how, words in {
        "cert: no such file": ("--cert", "{folder}/nothing"),
        "cert: garbage": ("--cert", "{folder}/garbage", "--key", "{folder}/client.key"),
        "cert without key": ("--cert", "{folder}/client.crt"),
        "key: no such file": ("--cert", "{folder}/client.crt", "--key", "{folder}/nothing"),
        "key: garbage": ("--cert", "{folder}/client.crt", "--key", "{folder}/garbage"),
        "key of another certificate": ("--cert", "{folder}/client.crt", "--key", "{folder}/stranger.key"),
        "key that needs a passphrase": ("--cert", "{folder}/client.crt", "--key", "{folder}/locked.key"),
        "cacert: no such file": ("--cacert", "{folder}/nothing"),
        "cacert: garbage": ("--cacert", "{folder}/garbage"),
        "cacert: empty": ("--cacert", "{folder}/empty"),
        "cacert: a folder": ("--cacert", "{folder}"),
        "cacert: a key": ("--cacert", "{folder}/client.key"),
}.items():
    def bad_file(case, how=how, words=words):
        place = mutual(case, "file" + "".join(c for c in how if c.isalnum()), *words)
        folder = Path(place.words[1]).parent
        (folder / "garbage").write_text("all is well\n")
        (folder / "empty").write_text("")
        subprocess.run(["openssl", "ec", "-in", folder / "client.key", "-aes128", "-passout", "pass:x", "-out", folder / "locked.key"],
                       check=True, capture_output=True)
        if how.startswith("cacert"):
            place.words = place.words[2:]
        return place
    row(CLIENT, how, "nginx", CONFIG)(bad_file)


@row(CLIENT, "SSL_CERT_FILE: no such file", "nginx", CONFIG)
def variable(case):
    place = mutual(case, "variable")
    return Place(place.url, (), {"SSL_CERT_FILE": str(case.home / "nothing")}, place.seen)


@row(CLIENT, "SSL_CERT_FILE: the right one", "nginx", FINE)
def right_variable(case):
    place = good(case)
    return Place(place.url, (), {"SSL_CERT_FILE": place.words[1]}, place.seen)


BROKEN_TLS = "TLS that breaks, and what is no TLS"


@row(BROKEN_TLS, "plain HTTP at the port of base_url https", "nginx", NOTHING)
def plain(case):
    server = nginx(case, "location / { return 200 '{}'; }")
    return Place(f"https://127.0.0.1:{server.port}")


@row(BROKEN_TLS, "TLS at the port of base_url http", "nginx", ((4, 1), (4, 1)))
def tls_at_plain(case):
    place = good(case)
    return Place(place.url.replace("https", "http"), (), seen=place.seen)


@row(BROKEN_TLS, "TLS at the port of base_url http", "haproxy", BROKEN)
def tls_at_plain_haproxy(case):
    own = authority(case, "tlsplain")
    own.make("leaf", "root")
    both = own.path("both", "pem")
    both.write_bytes(own.path("leaf").read_bytes() + own.path("leaf", "key").read_bytes())
    server = haproxy(case, "http-request return status 200 content-type application/json string {}", tls=f"ssl crt {both}")
    return Place(server.url)


def relayed(case, name, at, instead):
    """nginx with a long reply, behind a relay: the bytes from the one at `at` become `instead(them)`, and after that it closes."""
    own = authority(case, name)
    own.make("leaf", "root")
    origin = Origin(lambda connection, _: connection.read() and connection.send(json_answer([1] * 50000)))
    case.addCleanup(origin.__exit__)
    place = serving(case, own, "leaf", directives=f"proxy_pass http://127.0.0.1:{origin.port};")
    port = int(place.url.rpartition(":")[2])

    def script(connection, _number):
        passed = 0
        with socket.create_connection(("127.0.0.1", port)) as behind:
            while passed < at and not connection.peer.stopped:
                ready, _, _ = select.select([connection.sock, behind], [], [], 0.05)
                for source in ready:
                    piece = source.recv(min(4096, at - passed) if source is behind else 4096)
                    if not piece:
                        return
                    passed += len(piece) if source is behind else 0
                    (behind if source is connection.sock else connection.sock).sendall(piece)
            connection.send(instead(behind.recv(4096)))
    relay = Origin(script)
    case.addCleanup(relay.__exit__)
    return Place(relay.url.replace("http:", "https:"), place.words, seen=lambda: len(origin.requests))


FAR = 40000  # bytes: in the middle of the reply
for how, at, instead, cells in [
        ("cut in the handshake", 100, lambda _: b"", NOTHING),
        ("garbage in the handshake", 100, lambda _: b"all is well" * 100, NOTHING),
        ("cut in the reply", FAR, lambda _: b"", BROKEN),
        ("a byte of the reply is changed on the way", FAR, lambda piece: bytes([piece[0] ^ 1]) + piece[1:] * 10, BROKEN),
]:
    @row(BROKEN_TLS, how, "nginx, relayed", cells)
    def on_the_way(case, how=how, at=at, instead=instead):
        return relayed(case, how, at, instead)


def python_server(case, name, answer):
    """OpenSSL as Python speaks it: says the answer, and goes without close_notify."""
    own = authority(case, name)
    own.make("leaf", "root")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.path("leaf"), own.path("leaf", "key"))

    def script(connection, _number):
        with context.wrap_socket(connection.sock.dup(), server_side=True) as secured:
            secured.settimeout(10)
            connection.sock.close()
            connection.sock = secured
            connection.read()
            secured.sendall(answer)
            os.close(secured.detach())
    place = Origin(script)
    case.addCleanup(place.__exit__)
    return Place(place.url.replace("http:", "https:"), ("--cacert", str(own.path("root"))), seen=lambda: len(place.requests))


ANSWER = json_answer()
HEAD = ANSWER.index(b"\r\n\r\n")
for how, answer, cells in [
        ("no close_notify after a whole reply", ANSWER, FINE),
        ("no close_notify, in the header", ANSWER[:HEAD - 9], BROKEN),
        ("no close_notify, in the body", ANSWER[:-5], BROKEN),
        ("no close_notify, no length either, and the JSON is whole", b"HTTP/1.1 200 OK\r\n\r\n" + ANSWER[HEAD + 4:], FINE),
        ("no close_notify, no length either, and the JSON is cut", b"HTTP/1.1 200 OK\r\n\r\n" + ANSWER[HEAD + 4:-1], ((5, 1), (10, 1))),
        ("no close_notify, without a reply", b"", BROKEN),
]:
    @row(BROKEN_TLS, how, "Python's ssl", cells)
    def unfinished(case, how=how, answer=answer):
        return python_server(case, "".join(c for c in how if c.isalpha()), answer)


def s_server(case, own, name, *options):
    """openssl's own server: good for handshakes, since it answers only GET."""
    port = free_port()
    log = open(own.folder / "log", "wb")
    argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(own.path(name)), "-key", str(own.path(name, "key")), "-www"]
    process = program.start([*argv, *options], own.folder, {"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL, stdout=log,
                            stderr=subprocess.STDOUT)
    case.addCleanup(lambda: (program.end_group(process), log.close()))
    wait_until(lambda: b"ACCEPT" in (own.folder / "log").read_bytes())
    return Place(f"https://127.0.0.1:{port}", ("--cacert", str(own.path("root"))))
