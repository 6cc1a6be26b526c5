"""How long `forecast run-due` takes over the report days of a year, and when called again.

python benchmarks/run_due_time.py --data data --reports /tmp/reports --now 2019-12-31T12:00
"""

from __future__ import annotations

import argparse
import collections
import json
import resource
import statistics
import subprocess
import sys
import time

from goals import Goal, print_goals

GOAL_SECONDS = 2.0
N_REPEATS = 5


def call(options: list[str]) -> tuple[float, collections.Counter[str]]:
    """Return the seconds of a call as a process of its own, and how often it did what."""
    code = "from forecast.cli import main; main()"
    started = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-c", code, "run-due", *options],
        check=True,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - started
    return took, collections.Counter(json.loads(line)["did"] for line in said.stdout.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("data", "data"), ("reports", None), ("now", ""), ("paths", "4000")):
        parser.add_argument(f"--{name}", default=default, required=default is None)
    given = vars(parser.parse_args())
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    took, did = call(options)
    print(f"first call: {took:.1f} s, {dict(did)}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    again = [call(options) for _ in range(N_REPEATS)]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    median = statistics.median(seconds for seconds, _ in again)
    print(f"called again, median of {N_REPEATS}: {median:.2f} s, {dict(again[-1][1])}")
    print(f"of which on the processor, mean: {busy / N_REPEATS:.2f} s")
    return int(not print_goals([Goal.at_most("seconds with nothing due", median, GOAL_SECONDS)]))


if __name__ == "__main__":
    sys.exit(main())
