"""What in published figures deserves a second look, on series made up for it."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.archive.archive import Archive, Snapshot
from forecast.archive.folder import read_archive
from forecast.base.months import Span, month
from forecast.report.data_checks import data_checks, findings
from forecast.report.value import KINDS, Finding

HEADER = "area,indicator,first_month,last_month,measure,value,unit,released_on,publisher,source"
REGISTRY = """\
[[indicator]]
id = "sales"
name_en = "Sales"
name_zh = "销售额"
unit = "cny_100m"
annual_rule = "published_ytd"
"""
SCHEDULE = "".join(f'[[lag]]\nspan = "{s}"\ndays = 20\n' for s in ("month", "quarter", "year"))
YEARS = range(2014, 2019)
LATE = date(2019, 1, 25)


def row(
    year: int, last: int, value: float, *, measure: str = "growth_pct", publisher: str = "局"
) -> str:
    """Return a figure of January to a month, out on the 15th of the next."""
    on = date(year + last // 12, last % 12 + 1, 15)
    unit = "pct" if measure == "growth_pct" else "cny_100m"
    cells = ("here,sales", f"{year}-01", f"{year}-{last:02d}", measure, value, unit, on, publisher)
    return ",".join(map(str, [*cells, "page"]))


def steady(*, without: Iterable[tuple[int, int]] = ()) -> list[str]:
    """Return growth about 7 % of every month but January, with a little noise."""
    rng = np.random.default_rng(1)
    when = [(year, last) for year in YEARS for last in range(2, 13)]
    noise = dict(zip(when, rng.normal(0, 0.3, len(when)), strict=True))
    return [row(*w, round(7 + noise[w], 1)) for w in when if w not in without]


def archive_of(folder: Path, rows: Iterable[str]) -> Archive:
    (folder / "figures").mkdir()
    text = "\n".join([HEADER, *rows, ""])
    (folder / "figures" / "here.csv").write_text(text, encoding="utf-8")
    (folder / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    (folder / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    return read_archive(folder)


def found(folder: Path, rows: Iterable[str], day: date = LATE) -> list[Finding]:
    return findings(archive_of(folder, rows).as_of(day), "here")


def test_a_series_without_fault_has_no_finding(tmp_path: Path):
    assert found(tmp_path, steady()) == []


def test_a_month_that_the_series_usually_has_is_a_gap_and_january_is_none(tmp_path: Path):
    missing = [(2016, 5), (2016, 6), (2017, 9)]
    said = found(tmp_path, steady(without=missing))
    assert [(g.kind, g.span, g.size) for g in said] == [
        ("gap", Span(month(2016, 5), month(2016, 6)), 2),
        ("gap", Span(month(2017, 9), month(2017, 9)), 1),
    ]


def test_a_jump_that_goes_back_is_one_outlier_and_not_two(tmp_path: Path):
    (one,) = found(tmp_path, [*steady(without=[(2018, 8)]), row(2018, 8, 12.0)])
    assert one.kind == "outlier"
    assert one.span.last in (month(2018, 8), month(2018, 9))


def test_a_jump_is_an_outlier_in_the_month_of_the_jump(tmp_path: Path):
    (one,) = found(tmp_path, [*steady(without=[(2018, 12)]), row(2018, 12, 12.0)])
    assert (one.kind, one.span) == ("outlier", Span.year_to_date(2018, 12))
    assert one.size > 4
    assert one.source == "page"


def test_levels_and_growth_that_imply_another_base_are_a_revision_of_it(tmp_path: Path):
    levels = [row(2017, 12, 100.0, measure="level"), row(2018, 12, 112.35, measure="level")]
    rows = [*steady(without=[(2018, 12)]), row(2018, 12, 7.0), *levels]
    (one,) = found(tmp_path, rows)
    assert (one.kind, one.span) == ("base_revision", Span.year_to_date(2017, 12))
    assert one.size == pytest.approx(5.0)  # 112.35 / 1.07 = 105, and 100 was published


def test_a_level_of_the_year_that_falls_is_a_negative_month(tmp_path: Path):
    levels = [row(2018, last, v, measure="level") for last, v in ((3, 30.0), (6, 61.5), (9, 60.0))]
    (one,) = found(tmp_path, [*steady(), *levels])
    assert (one.kind, one.unit) == ("negative_month", "cny_100m")
    assert (one.span, one.size) == (Span(month(2018, 7), month(2018, 9)), -1.5)


def test_what_should_be_out_by_the_usual_lag_is_stale(tmp_path: Path):
    (one,) = found(tmp_path, steady(), date(2019, 4, 1))
    assert (one.kind, one.span.last) == ("stale", month(2019, 2))
    assert one.size == (date(2019, 4, 1) - date(2019, 3, 20)).days


@pytest.mark.parametrize(("other", "n"), [(7.9, 1), (7.46, 0), (7.54, 0), (7.5, 0)])
def test_two_publishers_are_at_odds_where_rounding_does_not_explain_it(
    tmp_path: Path, other: float, n: int
):
    later = row(2018, 6, other, publisher="省局").replace("2018-07-15", "2018-07-20")
    rows = [*steady(without=[(2018, 6)]), row(2018, 6, 7.5), later]
    said = [one for one in found(tmp_path, rows) if one.kind == "conflict"]
    assert len(said) == n
    for one in said:
        assert (one.span, one.size) == (Span.year_to_date(2018, 6), pytest.approx(0.4))
        assert one.source == "省局 7.9, 局 7.5"


def test_a_publisher_that_revises_itself_is_not_at_odds(tmp_path: Path):
    later = row(2018, 6, 7.9).replace("2018-07-15", "2018-09-01")
    said = found(tmp_path, [*steady(without=[(2018, 6)]), row(2018, 6, 7.5), later])
    assert not [one for one in said if one.kind == "conflict"]


@pytest.mark.parametrize("day", [date(2016, 3, 1), date(2017, 10, 20), date(2018, 4, 15)])
def test_nothing_that_came_out_later_changes_what_is_found(archive: Archive, day: date):
    known = archive.until(day)
    assert known is not None
    for area in known.areas:
        assert findings(archive.as_of(day), area) == findings(Snapshot(known, day), area)


def test_the_few_that_are_shown_are_the_largest_of_each_kind(archive: Archive):
    snapshot = archive.as_of(archive.last_release_on)
    every, checks = findings(snapshot, "nation"), data_checks(snapshot, "nation")
    shown = [one.kind for one in checks.findings]
    assert sum(checks.counts.values()) == len(every) >= len(shown)
    assert max(shown.count(kind) for kind in KINDS) <= 3
    assert shown == sorted(shown, key=list(KINDS).index)
