# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of input, plan and output share: a server that says yes to everything, and a file of rows before it."""

import json

from blackbox import Case, Peer, json_answer

SUSPEND = ["entitlement", "suspend"]
IDS = "entitlementId\nENT-1\nENT-2\nENT-3\n"


class RowsCase(Case):
    def setUp(self):
        super().setUp()
        self.peer = Peer(json_answer())
        self.peer.__enter__()
        self.addCleanup(self.peer.__exit__)
        self.profiles()

    def profiles(self, live="", test="", url=None):
        self.config(f"""profiles = {{
            t = {{ environment = "test"; base_url = "{url or self.peer.url}"; username = "u"; password = "p"; {test} }};
            live = {{ environment = "live"; base_url = "{url or self.peer.url}"; username = "u"; password = "p"; {live} }};
        }};""")

    def bulk(self, text, *options, command=SUSPEND, name="rows.csv", profile="t", **more):
        """Writes the rows to a file, and runs `bulk COMMAND` with it."""
        if text is not None:
            self.write(name, text)
        return self.run_program("-p", profile, "bulk", *command, "--input", name, *options, **more)

    # ---- what happened

    @property
    def jobs(self):
        """The files in the folder of jobs."""
        return sorted(self.home.glob("state/jobs/*"))

    @property
    def audit(self):
        path = self.home / "state/audit.ndjson"
        return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    def sent(self):
        """Target → body of what the server was sent."""
        found = {}
        for request in self.peer.requests:
            head, _, body = request.partition(b"\r\n\r\n")
            found[head.split(b" ")[1].decode().rpartition("/")[2]] = json.loads(body) if body else None
        return found

    def results(self, result):
        return [json.loads(line) for line in result.out.splitlines()]

    def assert_nothing(self):
        self.assertEqual(self.peer.requests, [])
        self.assertEqual(self.jobs, [])

    def assert_refused(self, result, *texts, code=2):
        """Exit 2 before anything: no request, no journal, no copy of the input, and what to do is said."""
        self.assert_failed(result, code, *texts)
        self.assert_nothing()
