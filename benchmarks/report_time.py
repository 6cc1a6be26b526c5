"""How long a warm `forecast report` takes, beside a bare Prophet notebook run by hand.

`python benchmarks/report_time.py` runs the two in turn, prints the times and the ratio of each
pair, and leaves with 1 where the median ratio lies above the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from goals import Goal, print_goals
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# By what is options for: the options, how many times the peer it may take, and its pages.
ASKED: dict[str, tuple[list[str], float, int]] = {
    "one": ([], 0.8, 1),
    "all": (["--kind", "all", "--lang", "en,zh"], 2.5, 18),
}
ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
PROGRAMS = Path(sys.executable).parent
AREA, YEAR, AS_OF = "futian", "2019", "2019-09-30"
# Where this is set, modules of an edited checkout are compiled anew at each start.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
PACKAGES = ("numpy", "pandas", "statsmodels", "prophet", "papermill", "nbconvert", "ipykernel")

# What stands in the nation for Futian's six targets. The nation publishes no level of services;
# tax revenue takes their place. GDP is quarterly, the others are monthly.
PEERS = (
    "gdp",
    "tax_revenue",
    "retail_sales",
    "fixed_asset_investment",
    "trade",
    "budget_revenue",
)

IMPORTS = """\
import pandas as pd
from prophet import Prophet"""

READ = """\
figures = pd.read_csv({path!r})
levels = figures[(figures["measure"] == "level") & (figures["released_on"] <= {as_of!r})]
levels = levels.assign(last=pd.PeriodIndex(levels["last_month"], freq="M"))


def amounts(indicator):
    one = levels[levels["indicator"] == indicator]
    starts = one["first_month"].str[5:] == "01"
    total = one[starts].drop_duplicates("last", keep="last").set_index("last")["value"]
    if total.index.month.max() == 1:  # single months were published, no year to date
        single = one.set_index("last")["value"].sort_index()
        return single.rename_axis("ds").rename("y").reset_index()
    if indicator != "gdp":
        total = total[total.index.month != 1]  # January and February come together
    total = total.sort_index()
    flow = total.groupby(total.index.year).diff().fillna(total)
    if indicator != "gdp":
        both = flow[flow.index.month == 2] / 2
        flow = pd.concat([flow[flow.index.month != 2], both, both.set_axis(both.index - 1)])
    return flow.sort_index().rename_axis("ds").rename("y").reset_index()"""

FIT = """\
forecasts = {{}}
for indicator in {peers!r}:
    table = amounts(indicator)
    table["ds"] = table["ds"].dt.to_timestamp()
    model = Prophet(
        seasonality_mode="multiplicative", weekly_seasonality=False, daily_seasonality=False
    )
    model.fit(table)
    freq = "QS-MAR" if indicator == "gdp" else "MS"
    months = pd.date_range(table["ds"].max(), "2019-12-01", freq=freq)[1:]
    forecasts[indicator] = model.predict(pd.DataFrame({{"ds": months}}))
    print(indicator, len(table), table["ds"].max().date(), len(months))"""


def peer_notebook() -> nbformat.NotebookNode:
    """Return what a user would write: Prophet fitted once to each of six national series."""
    cells = [
        new_markdown_cell("# Six national series with Prophet"),
        new_code_cell(IMPORTS),
        new_code_cell(READ.format(path=str(DATA / "figures" / "china.csv"), as_of=AS_OF)),
        new_code_cell(FIT.format(peers=PEERS)),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def timed(commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]) -> float:
    """Return the seconds of wall time that the commands take one after the other."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, env=dict(environment), capture_output=True, encoding="utf-8"
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - started


def report_seconds(cache: Path | None, pages: str) -> float:
    """Return the time of reports into an empty folder; without a cache into an empty one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**ENVIRONMENT, "FORECAST_CACHE": str(cache or folder / "cache")}
        question = ["--area", AREA, "--year", YEAR, "--as-of", AS_OF, "--data", str(DATA)]
        question += ["--out", str(folder / "out"), *ASKED[pages][0]]
        seconds = timed([[str(PROGRAMS / "forecast"), "report", *question]], folder, environment)
        made = list((folder / "out" / AREA / YEAR / AS_OF).glob("*.html"))
        if len(made) != ASKED[pages][2]:
            sys.exit(f"{len(made)} pages, not {ASKED[pages][2]}")
    return seconds


def peer_seconds(*, show_cells: bool = False) -> float:
    """Return the time of one bare notebook run and its conversion to HTML."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nbformat.write(peer_notebook(), folder / "peer.ipynb")
        commands = [
            [str(PROGRAMS / "papermill"), "peer.ipynb", "executed.ipynb"],
            [str(PROGRAMS / "jupyter"), "nbconvert", "--to", "html", "executed.ipynb"],
        ]
        seconds = timed(commands, folder, ENVIRONMENT)
        if not (folder / "executed.html").is_file():
            sys.exit("the peer notebook gave no page")
        if show_cells:
            print("The peer fits (series, points, last, points ahead):")
            print(_printed(folder / "executed.ipynb"))
    return seconds


def _printed(notebook: Path) -> str:
    outputs = (o for c in nbformat.read(notebook, 4).cells for o in c.get("outputs", []))
    text = "".join(o.text for o in outputs if o.get("name") == "stdout")
    return "\n".join(f"  {line}" for line in text.splitlines())


def line_of(name: str, values: Sequence[float], unit: str) -> str:
    """Return minimum, median and maximum as a line of the table."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{name:<34}{low:>9.2f}{middle:>9.2f}{high:>9.2f}  {unit}"


def machine() -> str:
    """Return what the figures depend on: Python, its packages, the number of processors."""
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()}, {os.cpu_count()} processors; {packages}"


def pairs(n_pairs: int, cache: Path | None, pages: str) -> tuple[list[float], list[float]]:
    """Return the seconds of the report and of its peer, run in turn.

    One run of each before them brings the files into the system's cache and is not counted.
    """
    report_seconds(cache, pages)
    peer_seconds(show_cells=True)
    report, peer = [], []
    for number in range(1, n_pairs + 1):
        report.append(report_seconds(cache, pages))
        peer.append(peer_seconds())
        said = f"report {report[-1]:.2f} s, peer {peer[-1]:.2f} s"
        print(f"pair {number}: {said}, ratio {report[-1] / peer[-1]:.3f}", flush=True)
    return report, peer


def main() -> None:
    """Run the pairs, print the table, and judge it by the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7, help="runs of each (7)")
    parser.add_argument(
        "--record",
        choices=("fresh", "kept"),
        default="fresh",
        help="whether each run replays past years, or finds the record of the first run (fresh)",
    )
    parser.add_argument(
        "--pages",
        choices=tuple(ASKED),
        default="one",
        help="the attainment report alone, or all four kinds in both languages (one)",
    )
    parser.add_argument("--json", type=Path, help="also write the seconds to this file")
    options = parser.parse_args()
    if options.pairs < 1:
        parser.error("--pairs needs one or more")
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name) if options.record == "kept" else None
        report, peer = pairs(options.pairs, cache, options.pages)
    goal = ASKED[options.pages][1]
    ratios = [a / b for a, b in zip(report, peer, strict=True)]
    print(f"\n{'':<34}{'min':>9}{'median':>9}{'max':>9}")
    print(line_of(f"forecast report, record {options.record}", report, "s"))
    print(line_of("papermill, then jupyter nbconvert", peer, "s"))
    print(line_of("ratio of a pair", ratios, f"goal: a median of at most {goal}"))
    if options.json:
        options.json.write_text(json.dumps({"report": report, "peer": peer}), encoding="utf-8")
    what = f"seconds of {options.pages} page(s), record {options.record}, to the peer's, median"
    sys.exit(0 if print_goals([Goal.at_most(what, statistics.median(ratios), goal)]) else 1)


if __name__ == "__main__":
    main()
