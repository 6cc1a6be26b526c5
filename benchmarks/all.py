"""Measure everything anew and write the table of goals: `make benchmarks`. It takes hours.

    .venv/bin/python benchmarks/all.py                    every benchmark that needs nothing else
    .venv/bin/python benchmarks/all.py peers joint        these alone; the others keep their lines
    .venv/bin/python benchmarks/all.py --table            nothing is measured: the table alone
    .venv/bin/python benchmarks/all.py --logs FOLDER      from logs of earlier runs, NAME.log each

The lines are kept in `benchmarks/measured.jsonl`, one for each goal; the table is written between
the marks of `docs/benchmarks.md`, what missed its goal first.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from goals import entry_of

HERE = Path(__file__).parent
MEASURED = HERE / "measured.jsonl"
PAGE = HERE.parent / "docs" / "benchmarks.md"
LOGS = HERE.parent / "build" / "benchmarks"
MARKS = "<!-- goals: written by benchmarks/all.py -->", "<!-- end of goals -->"
ORDERED: dict[str, Sequence[Sequence[str]]] = {  # each call of a benchmark
    "status_time": [[]],
    "report_time": [["--record", "kept"], ["--pages", "all", "--record", "kept"]],
    "run_due_time": [["--reports", "DIR", "--now", "2019-12-31T12:00", "--paths", "200"]],
    "figures": [[]],
    "outlooks": [[]],
    "scale": [[]],
    "league": [["--areas", "30", "60"]],
    "recovery": [[]],
    "gdp": [[]],
    "masked": [[]],
    "joint": [[]],
    "official_targets": [[]],
    "next_figure": [[]],
    "peers": [[]],
}
NEEDS_MORE = ("away", "m3", "rates")  # data or packages that do not come along

Line = dict[str, object]


def read_lines(path: Path) -> list[Line]:
    """Return the lines of a file of goals."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lines_of_log(path: Path) -> list[Line]:
    """Return the goals that a log of a benchmark printed as tables."""
    found: list[Line] = []
    is_goals = False
    for line in path.read_text(encoding="utf-8").splitlines():
        is_goals = line == "### Goals" or (is_goals and (not line or line.startswith("|")))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not is_goals or len(cells) != 5 or cells[1] == "measured" or set(line) <= set("| -"):
            continue
        day = date.fromtimestamp(path.stat().st_mtime)
        found.append(entry_of(cells, f"{path.stem}.py", day))
    return found


def replaced(old: Iterable[Line], new: Iterable[Line]) -> list[Line]:
    """Return the lines, in which those of a benchmark that was measured anew are the new ones."""
    fresh = list(new)
    names = {line["benchmark"] for line in fresh}
    return [line for line in old if line["benchmark"] not in names] + fresh


def table_of(lines: Iterable[Line]) -> str:
    """Return the table of goals, what missed its goal first, then by benchmark."""
    heads = ("met", "benchmark", "what", "goal", "measured", "90 % interval", "machine", "measured")
    rows = [f"| {' | '.join(heads)} |", "|---|---|---|---|---:|---|---|---|"]
    for line in sorted(lines, key=lambda line: (bool(line["met"]), str(line["benchmark"]))):
        keys = ("what", "goal", "measured", "interval", "machine", "measured_on")
        met = "yes" if line["met"] else "**no**"
        rows.append(
            f"| {met} | {' | '.join(str(c) for c in (_link(line), *map(line.get, keys)))} |"
        )
    return "\n".join(rows)


def _link(line: Line) -> str:
    name = str(line["benchmark"])
    return f"[{name}](../benchmarks/README.md#{name.replace('.', '')})"


def page_with(lines: Sequence[Line], page: str) -> str:
    """Return the page of goals with the table of these lines in place of the one it has."""
    start, end = MARKS
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    missed = sum(not line["met"] for line in lines)
    summary = f"{len(lines)} goals, of which {missed} were missed."
    return f"{before}{start}\n\n{summary}\n\n{table_of(lines)}\n\n{end}{after}"


def measure(name: str, log: Path) -> list[Line]:
    """Run a benchmark; return its goals. What it prints goes to the screen and into the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, log.open("w", encoding="utf-8") as file:
        kept = Path(scratch) / "goals.jsonl"
        surroundings = os.environ | {"BENCHMARK_GOALS": str(kept), "OMP_NUM_THREADS": "1"}
        for number, options in enumerate(ORDERED.get(name, [[]])):
            words = [w if w != "DIR" else f"{scratch}/{number}" for w in options]
            command = [sys.executable, str(HERE / f"{name}.py"), *words]
            print(f"== {name} {' '.join(words)}", flush=True)
            running = subprocess.Popen(
                command, env=surroundings, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            assert running.stdout is not None
            for line in running.stdout:
                print(line, end="", flush=True)
                file.write(line)
            if running.wait() not in (0, 1):  # 1 says that a goal was missed
                raise SystemExit(f"{name} ended with {running.returncode}; see {log}")
        return read_lines(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="benchmarks, without .py; all by default")
    parser.add_argument("--table", action="store_true", help="measure nothing, write the table")
    parser.add_argument("--logs", type=Path, help="take the goals out of the logs in a folder")
    options = parser.parse_args()
    unknown = [n for n in options.names if not re.fullmatch(r"\w+", n) or n == "all"]
    if unknown or any(not (HERE / f"{n}.py").is_file() for n in options.names):
        parser.error(f"names are {', '.join((*ORDERED, *NEEDS_MORE))}")
    lines = read_lines(MEASURED)
    if options.logs:
        for log in sorted(options.logs.glob("*.log")):
            lines = replaced(lines, lines_of_log(log))
    elif not options.table:
        for name in options.names or ORDERED:
            lines = replaced(lines, measure(name, LOGS / f"{name}.log"))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    MEASURED.write_text(text, encoding="utf-8")
    PAGE.write_text(page_with(lines, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{MEASURED.name}: {len(lines)} goals; {PAGE.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
