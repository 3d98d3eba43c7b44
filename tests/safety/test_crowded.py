# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of one record that follow each other within a second, which is as finely as a server tells times."""

import time

from common import WithServer, chained


class Crowded(WithServer):
    def intent(self, verb, identifier, at, url, after):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at))
        return {"v": 1, "at": stamp, "type": "intent", "request_id": identifier, "profile": "t", "environment": "test",
                "command": f"entitlement {verb}", "target": "ENT-2000", "pid": 999999, "base_url": url, "next": after}

    def verdicts(self, pause):
        """A suspend that was done, and, `pause` seconds later, a resume and a suspend of which nobody knows anything."""
        self.profiles(more="defaults = { timeout = 0.5; };")
        self.seed(2)
        url = self.serve_here().url
        self.assert_code(self.run_program("-p", "t", "--base-url", url, "entitlement", "suspend", "ENT-2000", "--reason-code", "OTHER"), 0)
        lines, now = self.lines(), time.time()
        outcome = dict(lines[1])
        for line in (lines[0], outcome):
            line["at"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
        more = [self.intent("resume", "r", now + pause, url, {"SUSPENDED": "ACTIVE"}),
                self.intent("suspend", "s", now + pause + 1, url, {"ACTIVE": "SUSPENDED"})]
        self.log.write_bytes(chained([lines[0], outcome, *more]))
        result = self.run_program("-p", "t", "--base-url", url, "reconcile", "-o", "json")
        return {row["request_id"]: row["verdict"] for row in result.json}

    def test_within_a_second(self):
        """Neither was sent: that the record is suspended is the first one's doing."""
        self.assertNotIn("applied", self.verdicts(0).values())
