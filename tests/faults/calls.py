# SPDX-License-Identifier: GPL-3.0-or-later
"""The three kinds of call that faults are tried on."""

READ = ["entitlement", "get", "ENT-1001"]
SEARCH = ["entitlement", "find"]
CHANGE = ["entitlement", "suspend", "ENT-1001", "--reason-code", "OTHER"]
BARE_CHANGE = ["entitlement", "resume", "ENT-1004"]  # POST without a body: libcurl treats it differently

READS = [READ, SEARCH]
CHANGES = [CHANGE, BARE_CHANGE]


def to(url, *words):
    """The words of a call to that server, with errors as JSON and without retries."""
    return ["-p", "sandbox", "--base-url", url, "--retries", "0", "--error-format", "json", *words]
