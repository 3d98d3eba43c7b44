# SPDX-License-Identifier: GPL-3.0-or-later
"""What the black-box tests share: the program, a server to talk to, a recorder between them, a peer that misbehaves."""

from .case import Case, slow
from .peer import Peer, json_answer, raw_answer
from .program import BIN, ROOT, Result
from .server import Recorder, Server
from .shim import Shim

__all__ = ["BIN", "ROOT", "Case", "Peer", "Recorder", "Result", "Server", "Shim", "json_answer", "raw_answer", "slow"]
