# SPDX-License-Identifier: GPL-3.0-or-later
"""
Every change to every entitlement of the built-in book: the status afterwards, or `-` where it is refused with exit 4 and
the status stays. Written by hand from what is published about the life cycle, not from the contract.
"""

from blackbox import Case

BOOK = {
    "ENT-1001": "ACTIVE", "ENT-1002": "ACTIVE", "ENT-1003": "PENDING", "ENT-1004": "SUSPENDED",
    "ENT-1005": "ACTIVE-ENDING", "ENT-1006": "CANCELLED", "ENT-1007": "REVOKED", "ENT-1008": "FAILED",
    "ENT-1009": "ACTIVE", "ENT-1010": "PENDING", "ENT-1011": "SUSPENDED", "ENT-1012": "ACTIVE",
}

WORDS = {
    "activate": ["activate"],
    "update": ["update", "--product-key=VIDEO_BASIC"],
    "suspend": ["suspend"],
    "resume": ["resume"],
    "cancel": ["cancel"],
    "revoke": ["revoke"],
    "end-now": ["terminate"],
    "end-later": ["terminate", "--immediate=false"],
    "end-hard": ["terminate", "--reason-category=REVOKED"],
    "notify": ["notify", "--event=E"],
}

TABLE = """
          activate  update         suspend    resume  cancel         revoke   end-now    end-later      end-hard  notify
ENT-1001  -         ACTIVE         SUSPENDED  -       ACTIVE-ENDING  REVOKED  CANCELLED  ACTIVE-ENDING  REVOKED   ACTIVE
ENT-1002  -         ACTIVE         SUSPENDED  -       ACTIVE-ENDING  REVOKED  CANCELLED  ACTIVE-ENDING  REVOKED   ACTIVE
ENT-1003  ACTIVE    PENDING        -          -       CANCELLED      REVOKED  CANCELLED  CANCELLED      REVOKED   PENDING
ENT-1004  -         SUSPENDED      -          ACTIVE  CANCELLED      REVOKED  CANCELLED  CANCELLED      REVOKED   SUSPENDED
ENT-1005  -         ACTIVE-ENDING  -          -       CANCELLED      REVOKED  CANCELLED  CANCELLED      REVOKED   ACTIVE-ENDING
ENT-1006  -         -              -          -       -              -        -          -              -         CANCELLED
ENT-1007  -         -              -          -       -              -        -          -              -         REVOKED
ENT-1008  -         -              -          -       -              -        -          -              -         FAILED
ENT-1009  -         ACTIVE         SUSPENDED  -       ACTIVE-ENDING  REVOKED  CANCELLED  ACTIVE-ENDING  REVOKED   ACTIVE
ENT-1010  ACTIVE    PENDING        -          -       CANCELLED      REVOKED  CANCELLED  CANCELLED      REVOKED   PENDING
ENT-1011  -         SUSPENDED      -          ACTIVE  CANCELLED      REVOKED  CANCELLED  CANCELLED      REVOKED   SUSPENDED
ENT-1012  -         ACTIVE         SUSPENDED  -       ACTIVE-ENDING  REVOKED  CANCELLED  ACTIVE-ENDING  REVOKED   ACTIVE
"""


def read_table():
    head, *rows = TABLE.strip("\n").splitlines()
    for row in rows:
        name, *cells = row.split()
        for verb, cell in zip(head.split(), cells, strict=True):
            yield name, verb, cell


class Transitions(Case):
    def check(self, verb):
        for name, wanted in [(row, cell) for row, column, cell in read_table() if column == verb]:
            with self.subTest(entitlement=name):
                self.assert_code(self.run_program("sandbox", "reset"), 0)
                result = self.sandbox("entitlement", WORDS[verb][0], name, *WORDS[verb][1:], "-o", "json")
                if wanted == "-":
                    self.assert_failed(result, 4)
                    self.assertEqual((result.error["http_status"], result.error["response_code"]), (409, "CONFLICT"))
                    self.assertEqual(self.status_of(name), BOOK[name])
                else:
                    self.assert_code(result, 0)
                    self.assertEqual(result.json["status"], wanted)
                    self.assertEqual(self.status_of(name), wanted)

    def test_the_book_is_as_written_here(self):
        result = self.sandbox("entitlement", "find", "--columns", "entitlementId,status", "-o", "tsv", "--no-headers")
        self.assertEqual(dict(line.split("\t") for line in result.out.splitlines()), BOOK)


def add_test(verb):
    def test(self):
        self.check(verb)
    setattr(Transitions, f"test_{verb.replace('-', '_')}", test)


for each in WORDS:
    add_test(each)


class Dates(Case):
    """What changes beside the status. The clock of --seed 1 begins with 2026 and ticks a second a change."""

    NOW = "2026-01-01T00:00:00Z"

    def change(self, *words):
        result = self.sandbox("entitlement", *words)
        self.assert_code(result, 0)
        return result.json

    def test_activate(self):
        record = self.change("activate", "ENT-1003", "--merchant-entitlement-id", "M-1")
        self.assertEqual((record["dateActivated"], record["merchantEntitlementId"]), (self.NOW, "M-1"))

    def test_suspend_then_resume(self):
        self.assertEqual(self.change("suspend", "ENT-1001")["dateSuspended"], self.NOW)
        record = self.change("resume", "ENT-1001")
        self.assertEqual((record["dateSuspended"], record["dateResumed"]), (None, "2026-01-01T00:00:01Z"))

    def test_cancel_ends_in_the_future(self):
        self.assertGreater(self.change("cancel", "ENT-1001")["dateEnded"], self.NOW)

    def test_revoke_ends_now(self):
        self.assertEqual(self.change("revoke", "ENT-1001")["dateEnded"], self.NOW)

    def test_terminate_at_a_date(self):
        record = self.change("terminate", "ENT-1001", "--termination-date", "2030-01-31T23:59:59Z")
        self.assertEqual((record["status"], record["dateEnded"]), ("ACTIVE-ENDING", "2030-01-31T23:59:59Z"))

    def test_update_leaves_the_rest(self):
        before = self.sandbox("entitlement", "get", "ENT-1002").json
        after = self.change("update", "ENT-1002", "--product-key", "X")
        differing = {key for key in before if before[key] != after.get(key)}
        self.assertEqual(differing, {"productKey", "dateLastUpdated"})

    def test_terminal_is_terminal(self):
        self.change("revoke", "ENT-1001")
        self.assert_failed(self.sandbox("entitlement", "cancel", "ENT-1001"), 4, "CONFLICT")

    def test_202_settles_later(self):
        result = self.run_program("-p", "sandbox", "--fault", "accepted:0.3", "entitlement", "suspend", "ENT-1001")
        self.assert_code(result, 0)
        self.assertIn("accepted, not done yet", result.err)
        self.assertEqual(result.json["status"], "ACTIVE")
        self.shell("sleep 0.5")
        self.assertEqual(self.run_program("-p", "sandbox", "entitlement", "get", "ENT-1001").json["status"], "SUSPENDED")
