"""Reports and imports that are killed (SIGKILL), and what must stand afterwards. Made up."""

import gzip
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from forecast.archive.figure_files import read_figures
from forecast.base.parallel import WORKERS
from forecast.publishing.integrity import faults_of
from town import HEADER, INDICATORS, kill, results, write_town

IMPORTED = "月份,指标,同比增长(%)\n" + "".join(
    f"{year}年1-{last}月,地区生产总值,{last / 2}\n"
    for year in range(2013, 2019)
    for last in (3, 6, 9, 12)
)
MAP = 'area = "town"\nreleased_on = "usual"\npublisher = "made up"\n'


@dataclass(frozen=True)
class Whole:
    """A report that nobody disturbed: its data, its results, and how long it took."""

    data: Path
    results: dict[str, bytes]
    seconds: float


def started(*words: object) -> subprocess.Popen[str]:
    """Return a call of `forecast` in a process of its own, with workers."""
    command = [sys.executable, "-c", "from forecast.cli import main; main()", *map(str, words)]
    pipe, workers = subprocess.PIPE, os.environ | {WORKERS: "2"}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=workers)


def report(data: Path, out: Path) -> subprocess.Popen[str]:
    asked = ("--area", "town", "--year", 2018, "--as-of", "2018-10-31", "--paths", 100)
    return started("report", *asked, "--data", data, "--out", out)


def finished(call: subprocess.Popen[str]) -> str:
    """Return what a call said once it has ended well."""
    out, fault = call.communicate()
    assert call.returncode == 0, fault
    return out + fault


def reported(folder: Path) -> Whole:
    """Return a report made twice, the second time with what the first one kept for later."""
    data = write_town(folder / "data")
    finished(report(data, folder / "first"))
    before = time.monotonic()
    finished(report(data, folder / "whole"))
    return Whole(data, results(folder / "whole"), time.monotonic() - before)


def report_survives(whole: Whole, out: Path, seconds: float, *, every: bool) -> bool:
    """Kill a report; assert that what stands is whole, and the next run makes it; return whether.

    `every` kills the kernel and the workers with it.
    """
    was_killed = kill(report(whole.data, out), seconds, with_children=every)
    standing = [p for p in out.rglob("*") if p.is_file() and ".tmp" not in p.name]
    shown = [p for p in standing if not any(part.startswith(".") for part in p.parts)]
    for path in shown:
        if path.suffix == ".gz":
            gzip.decompress(path.read_bytes())
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".json", ".ipynb"):
            json.loads(text)
        if path.suffix == ".html":
            assert text.rstrip().endswith("</html>"), path
    assert results(out).items() <= whole.results.items()
    finished(report(whole.data, out))
    assert results(out) == whole.results
    assert faults_of(out) == []
    return was_killed


def import_survives(folder: Path, seconds: float) -> bool:
    """Kill an import; assert that the old rows stand, or all; return whether it was killed."""
    data = folder / "data"
    (data / "figures").mkdir(parents=True)
    old = f"{HEADER}\ntown,gdp,2012-01,2012-12,growth_pct,7.0,2013-01-18\n"
    out = data / "figures" / "town.csv"
    out.write_text(old, encoding="utf-8")
    (data / "indicators.toml").write_text(INDICATORS, encoding="utf-8")
    lags = [
        f'[[lag]]\narea = "town"\nspan = "{s}"\ndays = 20\n' for s in ("month", "quarter", "year")
    ]
    (data / "schedule.toml").write_text("".join(lags), encoding="utf-8")
    source, told = folder / "issued.csv", folder / "map.toml"
    source.write_text(IMPORTED, encoding="utf-8")
    told.write_text(MAP, encoding="utf-8")
    asked = ("import", source, "--map", told, "--out", out, "--yes")
    was_killed = kill(started(*asked), seconds, with_children=False)
    assert len(read_figures(data)) in (1, 25)
    finished(started(*asked))
    assert len(read_figures(data)) == 25
    assert sorted(p.name for p in out.parent.iterdir() if p.suffix == ".csv") == ["town.csv"]
    return was_killed
