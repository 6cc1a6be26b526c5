"""How long a warm `forecast status` takes, beside the imports that it does without.

`python benchmarks/status_time.py` runs the two in turn, prints the times and the ratio of each
pair, and leaves with 1 where the median ratio or the longest time lies above its goal.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from goals import Goal, machine, print_goals

GOAL_RATIO, GOAL_SECONDS = 1.5, 3.0
ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).parent / "forecast"
QUESTION = ("--year", "2019", "--as-of", "2019-09-30", "--data", str(ROOT / "data"))
PEER = (sys.executable, "-c", "import pandas, statsmodels.api")
# Where this is set, modules of an edited checkout are compiled anew at each start.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: Sequence[str], cache: str) -> float:
    """Return the wall time of a process from start to end."""
    start = time.perf_counter()
    environment = ENVIRONMENT | {"FORECAST_CACHE": cache}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    return taken


def line_of(name: str, values: Sequence[float], unit: str) -> str:
    """Return minimum, median and maximum as a line of the table."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{name:<40}{low:>8.2f}{middle:>8.2f}{high:>8.2f}  {unit}"


def pairs(n_pairs: int, status: Sequence[str], cache: str) -> tuple[list[float], list[float]]:
    """Return the seconds of the command and of its peer, run in turn.

    One run of each before them fills the caches and is not counted.
    """
    print(f"first run, which computes what is kept: {seconds(status, cache):.1f} s", flush=True)
    seconds(status, cache), seconds(PEER, cache)
    own, peer = [], []
    for _ in range(n_pairs):
        own.append(seconds(status, cache))
        peer.append(seconds(PEER, cache))
    return own, peer


def main() -> None:
    """Run the pairs, print the table, and judge it by the goals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15, help="runs of each (15)")
    parser.add_argument("--area", default="futian", help="an area; `all` for all with a target")
    parser.add_argument("--cache", help="a cache folder; else an empty one")
    options = parser.parse_args()
    area = () if options.area == "all" else ("--area", options.area)
    print(machine())
    with tempfile.TemporaryDirectory() as empty:
        status = (str(PROGRAM), "status", *area, *QUESTION)
        own, peer = pairs(options.pairs, status, options.cache or empty)
    ratios = [a / b for a, b in zip(own, peer, strict=True)]
    print(f"\n{'':<40}{'min':>8}{'median':>8}{'max':>8}")
    print(line_of("forecast status, warm", own, f"s; goal: below {GOAL_SECONDS}"))
    print(line_of("import pandas, statsmodels.api", peer, "s"))
    print(line_of("ratio of a pair", ratios, f"goal: a median of at most {GOAL_RATIO}"))
    results = [
        Goal.at_most("seconds of a warm forecast status, the slowest", max(own), GOAL_SECONDS),
        Goal.at_most("ratio to the imports, median", statistics.median(ratios), GOAL_RATIO),
    ]
    sys.exit(0 if print_goals(results) else 1)


if __name__ == "__main__":
    main()
