# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the table in README.md, and what has to hold for all of them."""

import re
import unittest

import all_rows
from matrix import README, ROWS, MatrixCase, sections


class Rows(MatrixCase):
    modules = all_rows.__all__


def add_test(section):
    name = re.sub(r"\W+", "_", section.lower())
    setattr(Rows, f"test_{name}", lambda self: self.check_section(section))


for each in dict.fromkeys(row.section for row in ROWS):
    add_test(each)


class Promises(unittest.TestCase):
    def test_readme_has_every_row_once(self):
        recorded = [tuple(line.split(" | ")[:2]) for lines in sections(README.read_text()).values() for line in lines]
        self.assertEqual(recorded, [(f"| {row.how}", row.who) for row in ROWS])
        self.assertEqual(len(set((row.section, row.how, row.who) for row in ROWS)), len(ROWS))

    def test_codes(self):
        """9 means that nothing came, 10 is for changes alone, and a change is sent once."""
        for row in ROWS:
            (read, reads), (change, changes) = row.cells
            with self.subTest(fault=(row.section, row.how)):
                self.assertIn(read, (0, 2, 3, 4, 5, 9))
                self.assertEqual(change, 10 if read == 5 else read)
                self.assertLessEqual(changes or 0, 1)
                if read in (2, 3, 9):
                    self.assertEqual((reads or 0, changes or 0), (0, 0))
