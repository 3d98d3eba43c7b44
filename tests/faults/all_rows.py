# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows of the table, in the order of its sections."""

import rows_wire
import rows_body
import rows_tls
import rows_proxy

__all__ = ["rows_wire", "rows_body", "rows_tls", "rows_proxy"]
