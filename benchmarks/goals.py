"""Goals beside what was measured, as Markdown: shared by the benchmarks.

Where the environment variable BENCHMARK_GOALS names a file, each goal is also a line of JSON in it;
`benchmarks/all.py` makes one table of them.
"""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from forecast.verification.intervals import Interval


@dataclass(frozen=True)
class Goal:
    """What was measured, with its interval where it has one, and the range it should lie in."""

    what: str
    estimate: Interval
    low: float
    high: float

    @classmethod
    def at_most(cls, what: str, estimate: Interval | float | None, high: float) -> Goal:
        """Return a goal from above; what has no value misses it."""
        if estimate is None:
            return cls(f"{what} (no value)", Interval(float("nan")), 0, high)
        found = estimate if isinstance(estimate, Interval) else Interval(float(estimate))
        return cls(what, found, 0, high)

    @classmethod
    def at_least(cls, what: str, value: float, low: float) -> Goal:
        """Return a goal from below."""
        return cls(what, Interval(float(value)), low, math.inf)

    @property
    def is_met(self) -> bool:
        return self.low <= self.estimate.value <= self.high

    @property
    def wanted(self) -> str:
        if self.high == math.inf:
            return f"at least {self.low}"
        return f"at most {self.high}" if self.low == 0 else f"{self.low} to {self.high}"

    def row(self) -> list[str]:
        value, wanted = self.estimate.value, self.wanted
        digits = 1 if 10 < self.high < math.inf else 3
        return [
            self.what,
            f"{value:.{digits}f}",
            interval_text(self.estimate),
            wanted,
            "yes" if self.is_met else "no",
        ]


def interval_text(estimate: Interval) -> str:
    """Return the ends of an interval, nothing where there are none."""
    if estimate.lower is None or estimate.upper is None:
        return ""
    return f"{estimate.lower:.2f} to {estimate.upper:.2f}"


def print_goals(goals: Sequence[Goal]) -> bool:
    """Print the goals as a table; return whether all are met."""
    columns = ["", "measured", "90 % interval", "goal", "met"]
    table = pd.DataFrame([g.row() for g in goals], columns=columns).set_index("")
    print(f"\n### Goals\n\n{markdown(table)}")
    if kept := os.environ.get("BENCHMARK_GOALS"):
        with Path(kept).open("a", encoding="utf-8") as file:
            file.writelines(line_of(goal) for goal in goals)
    return all(g.is_met for g in goals)


def machine() -> str:
    """Return what figures of time depend on: Python and the number of processors."""
    return f"Python {platform.python_version()}, {os.cpu_count()} processors"


def line_of(goal: Goal) -> str:
    """Return a goal as a line of JSON."""
    said = entry_of(goal.row(), Path(sys.argv[0]).name, date.today())
    return json.dumps(said, ensure_ascii=False) + "\n"


def entry_of(row: Sequence[str], benchmark: str, day: date) -> dict[str, object]:
    """Return a row of a table of goals as it is kept, with the machine of today."""
    what, value, interval, wanted, met = row
    return {
        "benchmark": benchmark,
        "what": what,
        "goal": wanted,
        "measured": value,
        "interval": interval,
        "met": met == "yes",
        "machine": machine(),
        "measured_on": day.isoformat(),
    }


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown, with four digits of each number."""

    def cell(value: object) -> str:
        if not isinstance(value, float):
            return str(value)
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}"

    shown = table.reset_index(names="")
    lines = [list(map(str, shown.columns)), ["---"] * shown.shape[1]]
    lines += [[cell(v) for v in row] for row in shown.astype(object).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
