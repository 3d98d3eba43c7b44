# SPDX-License-Identifier: GPL-3.0-or-later
"""Codings of the body, and redirects."""

import gzip
import zlib

from blackbox import raw_answer
from safety.common import Origin, nginx

from matrix import BROKEN, FINE, UNUSABLE, Place, row, saying
from rows_wire import BIG, BODY, JSON, answer, chunk

ZIPPED = gzip.compress(BODY.encode(), mtime=0)
BOMB = gzip.compress(b"[" + b"1," * 20_000_000 + b"1]", mtime=0)
NESTED = gzip.compress(gzip.compress(BOMB, mtime=0), mtime=0)

CODINGS = "Codings, which no request asks for"


def coded(coding, body, name="Content-Encoding"):
    return answer(f"{name}: {coding}", f"Content-Length: {len(body)}", body=body)


def transferred(coding, body):
    return raw_answer(200, chunk(body) + chunk(""), [JSON, f"Transfer-Encoding: {coding}chunked"])


saying(CODINGS, "gzip", UNUSABLE, coded("gzip", ZIPPED))
saying(CODINGS, "deflate", UNUSABLE, coded("deflate", zlib.compress(BODY.encode())))
saying(CODINGS, "brotli", UNUSABLE, coded("br", b"\x0b\x02\x80{}\x03"))
saying(CODINGS, "one that is not known", UNUSABLE, coded("rot13", b"{\"erfcbafr\": BX}"))
saying(CODINGS, "gzip, cut", UNUSABLE, coded("gzip", ZIPPED[:-9]))
saying(CODINGS, "gzip, as it says, but it is plain", FINE, coded("gzip", BODY.encode()))
saying(CODINGS, "plain, as it says, but it is gzip", UNUSABLE, answer(f"Content-Length: {len(ZIPPED)}", body=ZIPPED))
saying(CODINGS, "identity", FINE, coded("identity", BODY.encode()))
saying(CODINGS, "a gzip bomb", UNUSABLE, coded("gzip", BOMB))
saying(CODINGS, "Transfer-Encoding: gzip", FINE, transferred("gzip, ", ZIPPED))
saying(CODINGS, "Transfer-Encoding: gzip, cut", UNUSABLE, transferred("gzip, ", ZIPPED[:-20]))
saying(CODINGS, "Transfer-Encoding: gzip, and it is plain", BROKEN, transferred("gzip, ", BODY))
saying(CODINGS, "Transfer-Encoding: gzip, a bomb", UNUSABLE, transferred("gzip, ", BOMB), *BIG)
saying(CODINGS, "Transfer-Encoding: gzip three times, a bomb", UNUSABLE, transferred("gzip, gzip, gzip, ", NESTED), *BIG)
saying(CODINGS, "Transfer-Encoding: gzip a hundred times", BROKEN, transferred("gzip, " * 100, NESTED), *BIG)
saying(CODINGS, "another charset: Latin-1", UNUSABLE,
       raw_answer(200, BODY.replace("Success", "Übung").encode("latin-1"), ["Content-Type: application/json; charset=iso-8859-1"]))
saying(CODINGS, "another charset: UTF-16", UNUSABLE,
       raw_answer(200, BODY.encode("utf-16"), ["Content-Type: application/json; charset=utf-16"]))
saying(CODINGS, "a byte order mark", FINE, answer(body=b"\xef\xbb\xbf" + BODY.encode()))
saying(CODINGS, "no Content-Type", FINE, raw_answer(200, BODY))
saying(CODINGS, "HTML", UNUSABLE, raw_answer(200, "<!DOCTYPE html><html><title>Welcome</title></html>", ["Content-Type: text/html; charset=utf-8"]))


@row(CODINGS, "gzip of a stored file", "nginx", UNUSABLE)
def stored(case):
    path = case.home / f"www-{len(list(case.home.iterdir()))}"
    path.mkdir(exist_ok=True)
    (path / "body.gz").write_bytes(ZIPPED)
    server = nginx(case, f"location / {{ root {path}; rewrite ^ /body.gz break; error_page 405 =200 /body.gz; "
                         "default_type application/json; add_header Content-Encoding gzip; }")
    return Place(server.url, seen=lambda: server.seen)


REDIRECTS = "Redirects"
for status in (301, 302, 303, 307, 308):
    @row(REDIRECTS, f"{status} to another port", "nginx", UNUSABLE)
    def other_port(case, status=status):
        other = Origin()
        case.addCleanup(other.__exit__)
        server = nginx(case, f"location / {{ return {status} http://127.0.0.1:{other.port}$request_uri; }}")
        return Place(server.url, seen=lambda: server.seen, check=lambda _: case.assertEqual(other.connections, 0))

TARGETS = {
    "to the same place, a loop": "$request_uri",
    "to another host": "https://elsewhere.example/v1/x",
    "with credentials in it": "https://eve:secret@elsewhere.example/",
    "to a file": "file:///etc/passwd",
    "to a relative path": "../login",
    "to a login page": "/login?next=/v1/entitlement",
}
for how, target in TARGETS.items():
    @row(REDIRECTS, f"302 {how}", "nginx", UNUSABLE)
    def redirect(case, target=target):
        # nginx makes whole URLs of paths, unless told not to
        server = nginx(case, f"absolute_redirect off; location / {{ add_header Location {target} always; return 302; }}"
                       if not target.startswith("/") else f"location / {{ return 302 {target}; }}")
        return Place(server.url, seen=lambda: server.seen)
saying(REDIRECTS, "302 without Location", UNUSABLE, raw_answer(302))
saying(REDIRECTS, "302 with two Locations", UNUSABLE, raw_answer(302, "", ["Location: /a", "Location: /b"]))
saying(REDIRECTS, "302 with control characters", UNUSABLE, raw_answer(302, "", ["Location: /a\x1b[2J\x07"]))
saying(REDIRECTS, "302 and a body that says OK", UNUSABLE, answer("Location: /b", status=302))
saying(REDIRECTS, "300, to choose from", UNUSABLE, raw_answer(300))


@row(REDIRECTS, "302 from https to http", "nginx", UNUSABLE)
def downgrade(case):
    from rows_tls import authority, serving
    own = authority(case, "downgrade")
    own.make("leaf", "root")
    return serving(case, own, "leaf", directives="return 302 http://127.0.0.1:1/;")
