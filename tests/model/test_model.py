# SPDX-License-Identifier: GPL-3.0-or-later
"""
The protocol of bulk, checked by spin over every interleaving: it keeps its promises, and without any one of its rules
it does not. A broken variant is compiled with the one property that must catch it.
"""

import re
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

MODEL = Path(__file__).with_name("bulk.pml")
PROPERTIES = {"doubled": 1, "denied": 2, "claimed": 3, "lost": 4, "twice": 5, "order": 6}
MEMORY = 2000  # MiB


def explore(*defines, progress=False):
    """Explores all states of a variant: (how many, what spin found fault with or None)."""
    for tool in ("spin", "gcc"):
        if not shutil.which(tool):
            raise unittest.SkipTest(f"{tool} is not installed here (./dev test installs it)")
    with tempfile.TemporaryDirectory(prefix="bangoctl-model-") as folder:
        flags = [f"-D{word}" for word in defines]
        subprocess.run(["spin", "-a", *flags, MODEL], cwd=folder, check=True, capture_output=True)
        kind = "-DNP" if progress else "-DSAFETY"
        speed = "-O0" if any("BREAK" in word for word in defines) else "-O1"  # those end soon
        subprocess.run(["gcc", speed, "-w", kind, f"-DMEMLIM={MEMORY}", "-o", "pan", "pan.c"], cwd=folder, check=True)
        words = ["./pan", "-m100000", *(["-l"] if progress else [])]
        done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True, timeout=100, preexec_fn=bound)
    fault = re.search(r"^pan:1: (.*?) \(at depth", done.stdout, re.M)
    states = re.search(r"^ *(\d+) states, stored", done.stdout, re.M)
    errors = re.search(r"errors: (\d+)", done.stdout)
    if not states or not errors or (errors[1] != "0") != bool(fault) or (not fault and "not completed" in done.stdout) \
            or "too small" in done.stdout:
        raise AssertionError(f"{defines}: the search is not whole\n{done.stdout}{done.stderr}")
    return int(states[1]), fault[1] if fault else None


def bound():
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY << 20, 2 * MEMORY << 20))


class Holds(unittest.TestCase):
    def holds(self, *defines, **options):
        states, fault = explore(*defines, **options)
        print(f"model {' '.join(defines)}{' progress' if options else ''}: {states} states", flush=True)
        self.assertIsNone(fault)
        self.assertGreater(states, 1000)

    def test_trusted(self):
        self.holds("TRUSTED", "CRASHES=2")

    def test_untrusted(self):
        self.holds("CRASHES=3")

    def test_rows_of_one_target(self):
        self.holds("SAME_TARGET", "CRASHES=3")

    def test_rows_of_one_target_trusted(self):
        self.holds("SAME_TARGET", "TRUSTED", "CRASHES=2")

    def test_every_run_ends(self):
        """No run goes round in a circle; that none gets stuck, all of these tests see."""
        self.holds("CRASHES=1", progress=True)

    def test_every_run_ends_trusted(self):
        self.holds("TRUSTED", "CRASHES=0", progress=True)


class Broken(unittest.TestCase):
    def breaks(self, name, violated, *more):
        states, fault = explore(f"BREAK_{name}", f"ONLY={PROPERTIES[violated]}", *more)
        print(f"model without {name}: {violated} after {states} states", flush=True)
        self.assertIn("assertion violated", fault or "it holds")

    def test_sent_before_the_intent_is_synced(self):
        self.breaks("SENT_UNSYNCED", "doubled")

    def test_intent_written_with_the_result(self):
        self.breaks("INTENT_LATE", "doubled")

    def test_result_written_before_the_answer(self):
        self.breaks("RESULT_EARLY", "claimed")

    def test_tried_again_under_the_old_intent(self):
        self.breaks("OLD_INTENT", "doubled")

    def test_read_back_believed_at_once(self):
        self.breaks("NO_WINDOW", "doubled")

    def test_window_counted_from_the_intent(self):
        self.breaks("WINDOW_FROM_INTENT=1", "doubled")

    def test_twice_the_window_counted_from_the_intent(self):
        self.breaks("WINDOW_FROM_INTENT=2", "doubled")

    def test_sent_again_without_reading_back(self):
        self.breaks("NO_READ_BACK", "doubled")

    def test_another_identifier_after_a_crash(self):
        self.breaks("FRESH_ID", "doubled", "TRUSTED")

    def test_a_later_refusal_believed_of_an_earlier_try(self):
        self.breaks("DENIAL_BELIEVED", "denied", "TRUSTED")

    def test_opened_again_though_an_earlier_try_is_in_doubt(self):
        self.breaks("AGAIN_IN_DOUBT", "denied", "TRUSTED")

    def test_401_is_final(self):
        self.breaks("AUTH_FINAL", "lost")

    def test_half_a_line_kept(self):
        self.breaks("TORN_KEPT", "doubled")

    def test_results_not_synced_at_the_end(self):
        self.breaks("NO_LAST_SYNC", "lost")

    def test_results_ignored_by_resume(self):
        self.breaks("RESULT_IGNORED", "twice")

    def test_next_row_of_a_target_while_one_is_unknown(self):
        self.breaks("NO_HOLD", "order", "SAME_TARGET")


if __name__ == "__main__":
    unittest.main()
