# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found: the tables of the parts, and the lines with budget and verdict."""
import statistics


def spread(numbers):
    """The median and the middle half: lower quartile, median, upper quartile."""
    if len(numbers) < 2:
        return numbers * 3
    return statistics.quantiles(numbers, n=4, method="inclusive")


def thousands(number):
    return f"{number:,}".replace(",", " ")


class Report:
    def __init__(self):
        self.lines, self.said, self.missed, self.unexplained = [], [], 0, 0

    def say(self, text):
        self.said.append(text)
        print(text, flush=True)

    def table(self, columns, rows):
        self.say("\n".join(["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|",
                            *("| " + " | ".join(row) + " |" for row in rows)]) + "\n")

    def compare(self, what, beside, budget, ours, peer, by="cpu", reason=None, peaks=False):
        """A line of the table at the end. A budget "≤ N" is of time, "≥ N" of speed, without a number it is none; `by`
        decides. A miss whose reason, a heading of the README here, is known does not fail the run."""
        def ratios(of):
            pairs = [(getattr(a, of), getattr(b, of)) for a, b in zip(ours, peer)]
            return spread([b / a if budget.startswith("≥") else a / b for a, b in pairs])
        other = "wall" if by == "cpu" else "cpu"
        low, ratio, high = ratios(by)
        sign, _, limit = budget.partition(" ")
        met = not limit or (ratio >= float(limit) if sign == "≥" else ratio <= float(limit))
        name = {"cpu": "CPU time", "wall": "clock"}
        digits = 3 if limit and abs(ratio - float(limit)) < 0.005 else 2  # so that the figure agrees with the verdict
        also = f"{name[other]} {ratios(other)[1]:.2f}"
        if peaks:
            own, others = (statistics.median(took.peak for took in runs) / 1024 for runs in (ours, peer))
            also += f", peak {own:.0f} MiB to {others:.0f}"
        self.check(what, beside, limit and f"{budget} × by {name[by]}", f"{ratio:.{digits}f} ({low:.2f} to {high:.2f})", met, reason,
                   also)

    def check(self, what, beside, budget, measured, met, reason=None, also=""):
        verdict = ("met" if met else "missed") if budget else ""
        if not met:
            self.missed += 1
            self.unexplained += reason is None
            if reason:
                verdict += f", [why](tests/bench/README.md#{reason})"
        self.lines.append((what, beside, budget, measured, also, verdict))

    def verdicts(self, budgets_only):
        """The table of all parts."""
        head = ["| what | beside | budget | measured | also | verdict |", "|---|---|---|---|---|---|"]
        return "\n".join(head + ["| " + " | ".join(line) + " |" for line in self.lines if line[2] or not budgets_only])
