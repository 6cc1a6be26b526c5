"""The table of goals holds every goal once, what was missed first, and follows the kept lines."""

import json
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "benchmarks"))

import all as every  # noqa: E402
import goals  # noqa: E402

from forecast.verification.intervals import Interval  # noqa: E402

LOG = """\
  retail_sales: 0.973

|  | CRPS |
| --- | --- |
| product | 1.2 |

### Goals

|  | measured | 90 % interval | goal | met |
| --- | --- | --- | --- | --- |
| mean over indicators | 0.955 |  | at most 0.9 | no |
| trade | 0.932 | 0.88 to 1.00 | at most 1.05 | yes |
"""


def line(name: str, *, met: bool, measured: str = "1.0") -> every.Line:
    """Return a line that is made up."""
    keys = {"goal": "at most 1", "interval": "", "machine": "m", "measured_on": "2026-01-01"}
    return {"benchmark": f"{name}.py", "what": "w", "measured": measured, "met": met, **keys}


def test_the_page_has_the_table_of_the_kept_lines_and_what_missed_stands_first():
    lines = every.read_lines(every.MEASURED)
    page = every.PAGE.read_text(encoding="utf-8")
    assert every.page_with(lines, page) == page
    met = [row.split("|")[1].strip() for row in page.splitlines() if row.startswith("| ")][1:]
    assert met == sorted(met, key=lambda m: m == "yes")
    assert len(met) == len(lines)
    assert set(met) == {"yes", "**no**"}


def test_every_benchmark_that_has_goals_is_run_or_said_to_need_more():
    scripts = {
        p.stem
        for p in (PROJECT / "benchmarks").glob("*.py")
        if "print_goals(" in p.read_text(encoding="utf-8")
    } - {"goals"}
    assert scripts == set(every.ORDERED) | set(every.NEEDS_MORE)


def test_goals_are_read_out_of_a_log(tmp_path: Path):
    (tmp_path / "masked.log").write_text(LOG, encoding="utf-8")
    first, second = every.lines_of_log(tmp_path / "masked.log")
    assert (first["what"], first["measured"], first["met"]) == (
        "mean over indicators",
        "0.955",
        False,
    )
    assert (second["benchmark"], second["interval"]) == ("masked.py", "0.88 to 1.00")


def test_a_benchmark_that_is_measured_anew_replaces_its_own_lines_alone():
    old = [line("a", met=True), line("a", met=False), line("b", met=True)]
    new = [line("a", met=True, measured="0.5")]
    assert [(x["benchmark"], x["measured"]) for x in every.replaced(old, new)] == [
        ("b.py", "1.0"),
        ("a.py", "0.5"),
    ]


def test_goals_become_lines_of_json_where_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = tmp_path / "goals.jsonl"
    monkeypatch.setenv("BENCHMARK_GOALS", str(kept))
    monkeypatch.setattr(sys, "argv", ["benchmarks/peers.py"])
    asked = [
        goals.Goal.at_most("ratio", Interval(0.8, 0.7, 0.9), 0.9),
        goals.Goal.at_least("speed", 1.5, 1.8),
    ]
    assert not goals.print_goals(asked)
    first, second = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    assert (first["benchmark"], first["met"], first["interval"]) == (
        "peers.py",
        True,
        "0.70 to 0.90",
    )
    assert (second["goal"], second["measured"], second["met"]) == ("at least 1.8", "1.500", False)
