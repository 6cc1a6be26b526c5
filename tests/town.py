"""A small town, its reports of a year, and calls of `forecast run-due` on them. All simulated."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from click.testing import CliRunner, Result

from forecast.base.parallel import WORKERS
from forecast.cli import main

INDICATORS = """\
# Simulated: no such area exists.
[[area]]
id = "town"
name_en = "Town"
name_zh = "某镇"

[[indicator]]
id = "gdp"
name_en = "GDP"
name_zh = "地区生产总值"
unit = "cny_100m"
annual_rule = "published_ytd"
group = "output"
"""

TARGETS = """\
# Simulated.
[[target]]
area = "town"
year = 2018
indicator = "gdp"
comparison = "at_least"
rate_pct = 7.0
announced_on = 2018-02-10
wording = "增长7%"
source = "simulated"
"""

SCHEDULE = """\
# Simulated.
time_zone = "Asia/Shanghai"

[[lag]]
span = "quarter"
days = 20

[[lag]]
span = "year"
days = 40

[[report]]
area = "town"
years = [2018]
days_of_month = ["last"]
"""

HEADER = "area,indicator,first_month,last_month,measure,value,released_on"


def quarters(rng: np.random.Generator) -> list[str]:
    """Return the town's growth since January, by quarter, of 2013 to September 2018."""
    rows = []
    for year in range(2013, 2019):
        for last in (3, 6, 9, 12):
            growth = 7.0 + rng.standard_normal()
            on = date(year + last // 12, last % 12 + 1, 18)
            if on < date(2019, 1, 1):
                rows.append(f"town,gdp,{year}-01,{year}-{last:02d},growth_pct,{growth:.1f},{on}")
    return rows


NOW = "2018-12-31T12:00"
MONTH_ENDS = [date(2018 + m // 12, m % 12 + 1, 1).toordinal() - 1 for m in range(2, 13)]
DAYS = [date.fromordinal(n).isoformat() for n in MONTH_ENDS]


def write_town(folder: Path) -> Path:
    """Write a data folder with one indicator of one town and return it."""
    (folder / "figures").mkdir(parents=True)
    lines = [HEADER, *quarters(np.random.default_rng(7)), ""]
    (folder / "figures" / "town.csv").write_text("\n".join(lines), encoding="utf-8")
    for name, text in (("indicators", INDICATORS), ("targets", TARGETS), ("schedule", SCHEDULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def arguments(data: Path, reports: Path, now: str) -> list[str]:
    asked = {"--data": data, "--reports": reports, "--now": now, "--paths": 100}
    return ["run-due", *(str(word) for option in asked.items() for word in option)]


def call(data: Path, reports: Path, now: str = NOW, *more: str) -> Result:
    """Return what a call says that makes reports in this process, which tests may alter."""
    return CliRunner().invoke(main, [*arguments(data, reports, now), "--limit-minutes", "0", *more])


def entries(said: Result) -> list[dict[str, Any]]:
    """Return what a call said of each report."""
    return [json.loads(line) for line in said.stdout.splitlines()]


def did(said: Result) -> list[tuple[str, str]]:
    """Return each report's day and what was done of it."""
    return did_lines(said.stdout)


def did_lines(output: str) -> list[tuple[str, str]]:
    """Return the same from the output of a process."""
    lines = [json.loads(line) for line in output.splitlines()]
    return [(entry["as_of"], entry["did"]) for entry in lines]


def results(reports: Path) -> dict[str, bytes]:
    """Return every published result by its path, those of earlier runs included."""
    found = [p for p in reports.rglob("result.json") if not p.parent.name.startswith(".")]
    return {p.relative_to(reports).as_posix(): p.read_bytes() for p in found}


def started(data: Path, reports: Path, **more: Any) -> subprocess.Popen[str]:
    """Return a call in a process of its own."""
    code = "from forecast.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments(data, reports, NOW)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **more)


def lacking_last(year: Path, reports: Path, n_reports: int) -> Path:
    """Copy the reports of a year but for the last ones, ledger included, and return the copy."""
    shutil.copytree(year, reports)
    for day in DAYS[-n_reports:]:
        shutil.rmtree(reports / "town" / "2018" / day)
    ledger = reports / "ledger.jsonl"
    lines = ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.write_text("".join(lines[:-n_reports]), encoding="utf-8")
    return reports


def kill_after(seconds: float, data: Path, reports: Path, *, with_children: bool) -> bool:
    """Start a call with workers, kill it (SIGKILL) after a while; return whether it still ran."""
    workers = os.environ | {WORKERS: "2"}
    return kill(started(data, reports, env=workers), seconds, with_children=with_children)


def kill(call: subprocess.Popen[str], seconds: float, *, with_children: bool) -> bool:
    """Kill a process (SIGKILL) after a while, and return whether it still ran."""
    try:
        call.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        children = psutil.Process(call.pid).children(recursive=True) if with_children else []
        call.send_signal(signal.SIGKILL)
        for child in children:
            child.kill()
        call.communicate()
    return call.returncode == -signal.SIGKILL
