"""Unpublished figures: seen in one run, settling nothing, teaching nothing, kept nowhere."""

import hashlib
import html
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.overlay import Overlay, read_overlay
from forecast.base.errors import ContractError
from forecast.base.months import Span, month
from forecast.base.parameters import PARAMETER_TYPES, Parameters
from forecast.base.series import Series
from forecast.base.texts import percent
from forecast.cli import main
from forecast.history.growth import Basis
from forecast.history.series import build_history
from forecast.outlook import answers as answers_module
from forecast.outlook.answers import Answer, answer, answer_to, overlay_of, record_of
from forecast.pages import charts, tables
from forecast.publishing.places import MANIFEST, RESULT
from forecast.publishing.publication import publish
from forecast.report.report import report_of
from forecast.report.result import json_of, read_result
from forecast.report.value import Report
from forecast.verification.outturn import outturn_of
from forecast.verification.record import no_densities
from strategies import Release, archive_of, indicator, target

HEADER = "area,indicator,first_month,last_month,measure,value,unit,status,released_on,source"
SHORT = "area,indicator,first_month,last_month,measure,value"
OCTOBER = date(2018, 10, 1)
GDP = "district,gdp,2018-01,2018-09,growth_pct,7.9"
AREAS = ("en", "zh")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep records in a folder of the test's own, and leave replayed calls out of them."""
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
    return tmp_path / "cache"


def file_with(folder: Path, *rows: str, header: str = SHORT) -> Path:
    """Return an overlay file with such rows."""
    path = folder / "flash.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def overlay(archive: Archive, folder: Path, *rows: str, header: str = SHORT) -> Overlay:
    return read_overlay(file_with(folder, *rows, header=header), archive, OCTOBER)


def asked(archive: Archive, over: Overlay | None = None, **changes: Any) -> Answer:
    given = {"area": "district", "year": 2018, "day": OCTOBER} | changes
    return answer(archive, **given, seed=1, n_paths=200, overlay=over)


def assert_same(one: Answer, other: Answer) -> None:
    """Two answers say the same, to the last bit."""
    assert list(one.outlook.indicators) == list(other.outlook.indicators)
    for name, left in one.outlook.indicators.items():
        np.testing.assert_equal(left.paths, other.outlook.indicators[name].paths)
    assert one.outlook.joint == other.outlook.joint


def without_section(report: Report) -> dict[str, Any]:
    """Return a report as JSON, without what only says that there is an overlay."""
    said = json.loads(json_of(report))
    said["overlay"], said["joint_published"] = None, None
    said["caveats"] = [c for c in said["caveats"] if c["code"] != "overlay"]
    for one in said["indicators"]:
        one["published"] = None
    return said


# Reading ------------------------------------------------------------------------------------------


def test_a_row_without_day_and_source_is_of_the_day_and_internal(archive: Archive, tmp_path: Path):
    (row,) = overlay(archive, tmp_path, GDP).rows()
    assert (row["released_on"], row["source"], row["status"]) == ("2018-10-01", "internal", "final")
    assert (row["first_month"], row["last_month"], row["value"]) == ("2018-01", "2018-09", 7.9)


def test_a_cell_may_be_left_out_where_others_are_not(archive: Archive, tmp_path: Path):
    rows = (f"{GDP},,,,minutes", "district,trade,2018-01,2018-08,growth_pct,2.0,,,2018-09-20,")
    first, second = overlay(archive, tmp_path, *rows, header=HEADER).rows()
    assert (first["released_on"], first["source"]) == ("2018-10-01", "minutes")
    assert (second["released_on"], second["source"]) == ("2018-09-20", "internal")


def test_the_file_is_read_as_any_figures_file(archive: Archive, tmp_path: Path):
    """Encodings, blanks and repeated rows are met as in a data folder."""
    path = tmp_path / "flash.csv"
    rows = [f"{HEADER},publisher", f" {GDP} ,,,,会议,区统计局", f"{GDP},,,,会议,区统计局"]
    path.write_text("\n".join(rows), encoding="gb18030")
    found = read_overlay(path, archive, OCTOBER)
    assert [row["source"] for row in found.rows()] == ["会议"]
    assert found.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()


FAULTY = {
    "no number": (f"{GDP}%", r"flash\.csv:2: value '7\.9%' is not a number"),
    "no month": ("district,gdp,2018-01,2018-13,growth_pct,7", r":2: last_month '2018-13' is no"),
    "no measure": (
        "district,gdp,2018-01,2018-09,growth,7",
        r":2: measure 'growth' is not a measure",
    ),
    "no area": ("atlantis,gdp,2018-01,2018-09,growth_pct,7", r":2: no figures for area 'atlantis'"),
    "no indicator": ("district,pearls,2018-01,2018-09,growth_pct,7", r"unknown indicator 'pearls'"),
    "too few cells": ("district,gdp,2018-01", r":2: 3 cells; the header has 6"),
    "too early": (
        "district,gdp,2018-11,2018-11,growth_pct,7",
        r"released_on '2018-10-01' lies before the first month of its span",
    ),
    "a level of the year": (
        "district,patents,2018-01,2018-12,level,700",
        r"level runs to December, which an overlay can only expect; "
        r"allowed: growth_pct of the whole year$",
    ),
    "growth of a last quarter": (
        "district,gdp,2018-10,2018-12,growth_pct,7",
        r"growth_pct runs to December, which an overlay can only expect",
    ),
}


@pytest.mark.parametrize(("row", "message"), FAULTY.values(), ids=FAULTY)
def test_a_fault_is_named_with_file_and_line(
    archive: Archive, tmp_path: Path, row: str, message: str
):
    with pytest.raises(ContractError, match=message):
        overlay(archive, tmp_path, row)


def test_a_level_is_in_the_unit_of_the_published_ones(archive: Archive, tmp_path: Path):
    """A row without a unit is in the indicator's."""
    level = "nation,retail_sales,2018-01,2018-09,level,900"
    assert overlay(archive, tmp_path, level).rows()[0]["unit"] == "cny_100m"
    message = r":2: unit 'usd_100m' is not that of the published levels; allowed: 'cny_100m'"
    with pytest.raises(ContractError, match=message):
        overlay(archive, tmp_path, f"{level},usd_100m", header=f"{SHORT},unit")


def test_all_faults_come_at_once(archive: Archive, tmp_path: Path):
    rows = [row for row, _ in FAULTY.values()]
    with pytest.raises(ContractError, match=f"^{len(rows)} faults in the data") as caught:
        overlay(archive, tmp_path, *rows, header=SHORT)
    lines = [fault.line for fault in caught.value.faults]
    assert lines == sorted(lines) == list(range(2, len(rows) + 2))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{SHORT}\n", "a header without rows; at least one figure is needed"),
        ("", "the file is empty"),
        ("area,indicator,value\n", "column 'first_month' is missing; required: area, indicator"),
        (f"{SHORT},note\n", "unknown column 'note'"),
    ],
)
def test_a_file_that_is_none_is_named(archive: Archive, tmp_path: Path, content: str, message: str):
    path = tmp_path / "flash.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContractError, match=re.escape(message)):
        read_overlay(path, archive, OCTOBER)


def test_a_file_that_is_missing_is_named(archive: Archive, tmp_path: Path):
    with pytest.raises(ContractError, match=r"none\.csv: no such file; a CSV file is needed"):
        read_overlay(tmp_path / "none.csv", archive, OCTOBER)


# What it does to a forecast -----------------------------------------------------------------------


def test_a_flash_figure_counts_as_a_published_one(archive: Archive, tmp_path: Path):
    """The same figure in the data folder, out on that day, gives the same paths."""
    found = asked(archive, overlay(archive, tmp_path, GDP))
    row = Release(
        area="district", indicator="gdp", span=Span.year_to_date(2018, 9), value=7.9,
        released_on=OCTOBER,
    ).row()  # fmt: skip
    table = pd.DataFrame([row | {"line": 99}])
    table["released_on"] = pd.to_datetime(table["released_on"])
    published = replace(archive, figures=pd.concat([archive.figures, table], ignore_index=True))
    assert_same(found, asked(published))
    gdp = found.outlook.indicators["gdp"]
    assert gdp.history.months_known == 9
    assert np.median(gdp.december) == pytest.approx(7.9, abs=0.4)


def test_beside_it_stands_what_published_figures_alone_say(archive: Archive, tmp_path: Path):
    found, plain = asked(archive, overlay(archive, tmp_path, GDP)), asked(archive)
    assert plain.published is None
    assert found.published is not None
    assert_same(replace(found, outlook=found.published), plain)
    told, alone = report_of(found), report_of(plain)
    for one, other in zip(told.indicators, alone.indicators, strict=True):
        assert one.published_alone is not None
        assert one.published_alone.attainment == other.attainment
        assert one.published_alone.forecast == other.forecast
    assert told.joint_published == alone.joint
    gdp = told.indicators[0]
    assert gdp.attainment is not None
    assert gdp.attainment.probability.value > gdp.published_alone.attainment.probability.value + 0.1


def test_what_no_figure_touches_stays_to_the_last_bit(archive: Archive, tmp_path: Path):
    found, plain = asked(archive, overlay(archive, tmp_path, GDP)), asked(archive)
    trade = [a.outlook.indicators["trade"] for a in (found, plain)]
    assert np.array_equal(*(np.sort(one.december) for one in trade))


def test_a_series_never_published_can_be_given(archive: Archive, tmp_path: Path):
    row = "district,patents,2018-01,2018-09,growth_pct,9.0"
    found = asked(archive, overlay(archive, tmp_path, row))
    assert found.outlook.indicators["patents"].status == "forecast"
    assert found.published is not None
    assert found.published.indicators["patents"].status == "cannot_be_assessed"
    told = report_of(found).indicators
    (patents,) = (one for one in told if one.id == "patents")
    assert patents.published_alone is not None
    assert patents.published_alone.attainment is None
    assert patents.attainment is not None


def test_a_figure_of_another_area_tells_those_who_borrow_from_it(archive: Archive, tmp_path: Path):
    row = "nation,gdp,2018-01,2018-09,growth_pct,9.9"
    found = asked(archive, overlay(archive, tmp_path, row))
    assert {r.use for r in report_of(found).overlay.rows} == {"figure"}
    gdp = found.outlook.indicators["gdp"]
    assert gdp.history.related[Series("nation", "gdp")].at(month(2018, 9)) == 9.9


def test_a_figure_later_than_the_day_is_not_seen(archive: Archive, tmp_path: Path):
    over = overlay(archive, tmp_path, f"{GDP},,,2018-10-02,", header=HEADER)
    found, plain = asked(archive, over), asked(archive)
    assert_same(found, plain)
    told = report_of(found)
    assert [row.use for row in told.overlay.rows] == ["later"]
    assert without_section(told) == without_section(report_of(plain))


def test_a_figure_of_a_series_that_nothing_looks_at_changes_nothing(
    archive: Archive, tmp_path: Path
):
    over = overlay(archive, tmp_path, "nation,trade,2018-01,2018-09,growth_pct,1.0")
    found = asked(archive, over)
    assert_same(found, asked(archive))
    assert [row.use for row in report_of(found).overlay.rows] == ["elsewhere"]


# Revisions ----------------------------------------------------------------------------------------


def on(day: str, value: float = 6.1) -> str:
    """Return a row about the half year, which was published as 6.8 on 12 August."""
    return f"district,gdp,2018-01,2018-06,growth_pct,{value},,,{day},"


def half_year(found: Answer) -> float:
    return found.outlook.indicators["gdp"].history.at(month(2018, 6))


def test_a_later_day_makes_it_a_revision(archive: Archive, tmp_path: Path):
    found = asked(archive, overlay(archive, tmp_path, on("2018-09-30"), header=HEADER))
    assert half_year(found) == 6.1
    assert [row.use for row in report_of(found).overlay.rows] == ["figure"]


def test_a_published_figure_takes_the_place_of_an_earlier_one(archive: Archive, tmp_path: Path):
    found = asked(archive, overlay(archive, tmp_path, on("2018-08-01"), header=HEADER))
    assert half_year(found) == 6.8
    assert_same(found, asked(archive))
    assert [row.use for row in report_of(found).overlay.rows] == ["superseded"]


def test_the_same_figure_on_the_same_day_is_the_published_one(archive: Archive, tmp_path: Path):
    found = asked(archive, overlay(archive, tmp_path, on("2018-08-12", 6.8), header=HEADER))
    assert_same(found, asked(archive))
    assert [row.use for row in report_of(found).overlay.rows] == ["superseded"]


def test_another_value_on_the_same_day_is_an_error(archive: Archive, tmp_path: Path):
    message = "was published as 6.8 on 2018-08-12, and is 6.1 here; allowed: one value a day"
    with pytest.raises(ContractError, match=re.escape(message)):
        overlay(archive, tmp_path, on("2018-08-12"), header=HEADER)


def test_without_a_day_a_published_figure_cannot_be_overlaid(archive: Archive, tmp_path: Path):
    """Else a flash figure left in the file would put aside what came out in the meantime."""
    message = "was published as 6.8 on 2018-08-12; allowed: a released_on of its own"
    with pytest.raises(ContractError, match=re.escape(message)):
        overlay(archive, tmp_path, on(""), header=HEADER)


# It settles nothing -------------------------------------------------------------------------------


def test_growth_of_the_whole_year_is_an_expectation(archive: Archive, tmp_path: Path):
    row = "district,gdp,2018-01,2018-12,growth_pct,7.4"
    found = asked(archive, overlay(archive, tmp_path, row))
    gdp = found.outlook.indicators["gdp"]
    assert (gdp.status, gdp.outturn, gdp.history.months_known) == ("forecast", None, 6)
    assert gdp.history.expected == {month(2018, 12): 7.4}
    assert np.median(gdp.december) == pytest.approx(7.4, abs=0.3)
    told = report_of(found).indicators[0]
    codes = {c.code for c in told.caveats}
    assert "rests_on_unpublished" in codes
    assert "rests_on_expected" not in codes  # that would be the office's
    assert [row.use for row in report_of(found).overlay.rows] == ["expected"]


def test_december_of_a_stock_is_an_expectation_too(tmp_path: Path):
    stock = indicator(annual_rule="end_of_year")
    december = Span(month(2017, 12), month(2017, 12))
    archive = archive_of([Release(span=december, value=8.0, released_on=date(2018, 1, 10))], stock)
    path = file_with(tmp_path, "made_up,sales,2018-12,2018-12,growth_pct,7")
    over = read_overlay(path, archive, date(2018, 12, 31))
    history = build_history(over.over(archive).as_of(date(2018, 12, 31)), "made_up", "sales", 2018)
    assert history.outturn_pct is None
    assert history.expected == {month(2018, 12): 7.0}


def test_a_settled_year_keeps_its_outturn_and_the_last_call_before_it(
    archive: Archive, tmp_path: Path
):
    day = date(2019, 4, 1)
    row = "district,gdp,2018-01,2018-12,growth_pct,9.9,,,2019-03-31,"
    over = read_overlay(file_with(tmp_path, row, header=HEADER), archive, day)
    found, plain = asked(archive, over, day=day), asked(archive, day=day)
    gdp = found.outlook.indicators["gdp"]
    assert gdp.outturn is not None
    assert gdp.outturn.growth_pct == 6.6
    assert_same(found, plain)
    last, other = (a.last_forecasts["gdp"][1].paths for a in (found, plain))
    assert np.array_equal(last, other)


def test_a_year_that_it_would_complete_is_not_settled():
    """Growth of October to December is published, and to September an office alone knows it."""
    rest = Span(month(2018, 10), month(2018, 12))
    out = date(2019, 1, 20)
    archive = archive_of(
        [
            Release(span=Span.year_to_date(2018, 6), value=7.0, released_on=date(2018, 7, 20)),
            Release(span=rest, value=6.0, released_on=out),
        ],
        targets=[target(rate_pct=6.5)],
    )
    row = Release(span=Span.year_to_date(2018, 9), value=7.2, released_on=date(2018, 10, 20)).row()
    table = pd.DataFrame([row | {"line": 2, "is_published": False}])
    table["released_on"] = pd.to_datetime(table["released_on"])
    snapshot = replace(archive, unpublished=table).as_of(out)
    history = build_history(snapshot, "made_up", "sales", 2018)
    assert history.expected[month(2018, 12)] == pytest.approx(0.75 * 7.2 + 0.25 * 6.0, abs=0.01)
    assert history.growth.basis[-1, -1] == Basis.EXPECTED
    assert (history.outturn_pct, history.months_known) == (None, 9)
    assert outturn_of(history, archive.targets[0], snapshot) is None
    found = answer(
        archive, "made_up", 2018, out, seed=1, n_paths=200, overlay=Overlay(table, "made up")
    )
    assert found.outlook.indicators["sales"].status == "forecast"


# It teaches nothing, and is kept nowhere ----------------------------------------------------------


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, with the time of each file's last change."""
    return {
        f"{path.relative_to(folder)} {path.stat().st_mtime_ns}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_record_and_the_data_folder_are_left_as_they_are(
    data_folder: Path, tmp_path: Path, cache: Path
):
    """Nor do figures that an office had before the end of February get into the record."""
    folder = shutil.copytree(data_folder, tmp_path / "data")
    archive = read_archive(folder)
    plain = asked(archive)
    before, kept = bytes_of(folder), bytes_of(cache)
    assert len(kept) >= 2
    rows = ["district,gdp,2017-01,2017-09,growth_pct,7.7,,,2017-11-01,", f"{GDP},,,,"]
    found = asked(archive, overlay(archive, tmp_path, *rows, header=HEADER))
    assert found.record is not plain.record
    pd.testing.assert_frame_equal(found.record.points, plain.record.points)
    pd.testing.assert_frame_equal(found.record.densities, plain.record.densities)
    assert bytes_of(folder) == before
    assert bytes_of(cache) == kept
    assert found.outlook.indicators["gdp"].history.at(month(2017, 9)) == 7.7


def test_an_overlaid_archive_hashes_as_the_published_one(archive: Archive, tmp_path: Path):
    over = overlay(archive, tmp_path, GDP).over(archive)
    assert over.content_hash() == archive.content_hash()
    until = over.until(OCTOBER)
    assert until is not None
    assert until.unpublished is None
    pd.testing.assert_frame_equal(
        record_of(over.as_of(OCTOBER)).points, record_of(archive.as_of(OCTOBER)).points
    )
    assert over.indicators_of("district") == archive.indicators_of("district")
    assert over.as_of(OCTOBER).published.archive.unpublished is None


# Parameters, report and pages ---------------------------------------------------------------------


def parameters(folder: Path, overlay_path: str = "", **changes: Any) -> Parameters:
    given = {"area": "district", "year": 2018, "as_of": "2018-10-01", "lang": "en", "seed": 1}
    given |= {"n_paths": 200, "data": str(folder), "out": "", "overlay": overlay_path}
    given |= dict.fromkeys(set(PARAMETER_TYPES) - set(given), "")
    return Parameters.parse(**(given | changes))


def test_an_empty_overlay_is_none(data_folder: Path, archive: Archive):
    assert overlay_of(parameters(data_folder), archive) is None
    found = answer_to(parameters(data_folder))
    assert (found.overlay, found.published) == (None, None)
    told = report_of(found)
    assert (told.overlay, told.joint_published) == (None, None)
    assert json_of(told) == json_of(report_of(asked(archive)))


def test_an_overlay_is_read_from_the_file_that_is_named(data_folder: Path, tmp_path: Path):
    found = answer_to(parameters(data_folder, str(file_with(tmp_path, GDP))))
    assert found.outlook.indicators["gdp"].history.months_known == 9


@pytest.fixture
def told(archive: Archive, tmp_path: Path) -> Report:
    """Return a report that rests on two figures of four."""
    rows = (
        f"{GDP},,,,minutes",
        "district,trade,2018-01,2018-12,growth_pct,-0.45,,,,",
        "district,trade,2018-01,2018-06,growth_pct,1.0,,,2018-10-02,",
        "nation,trade,2018-01,2018-06,growth_pct,1.0,,,,",
    )
    return report_of(asked(archive, overlay(archive, tmp_path, *rows, header=HEADER)))


def test_a_report_names_every_row_and_its_use(told: Report, tmp_path: Path):
    assert told.overlay is not None
    assert [row.use for row in told.overlay.rows] == ["figure", "expected", "later", "elsewhere"]
    assert told.overlay.n_rows == 4
    assert [row.figure.source for row in told.overlay.used] == ["minutes", "internal"]
    (general,) = (c for c in told.caveats if c.code == "overlay")
    assert dict(general.values) == {"n": "2", "all": "4"}
    path = tmp_path / "result.json"
    path.write_text(json_of(told), encoding="utf-8")
    assert json_of(read_result(path)) == json_of(told)


def test_a_report_tells_published_from_unpublished(told: Report, archive: Archive):
    gdp, plain = told.indicators[0], report_of(asked(archive)).indicators[0]
    assert gdp.last_figure is not None
    assert (gdp.last_figure.span.texts[1], gdp.last_figure.is_published) == ("2018-09", False)
    assert (gdp.fan.unpublished, plain.fan.unpublished) == (["2018-09"], [])
    assert plain.last_figure is not None
    assert plain.last_figure.is_published
    assert told.data_summary == report_of(asked(archive)).data_summary


def words(markup: str) -> str:
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(shown).split()).replace("\u00a0", " ")


def test_pages_show_with_and_without_side_by_side(told: Report):
    said = words(tables.overlay(told, "en").markup)
    assert "2 of the 4 given are used" in said
    for one in told.with_target:
        if (
            one.attainment is None
            or one.published_alone is None
            or one.published_alone.attainment is None
        ):
            continue
        both = (one.attainment.probability.value, one.published_alone.attainment.probability.value)
        stated = [re.escape(percent(p, "en").replace("\u00a0", " ")) for p in both]
        assert re.search(f"{one.name.en} .*{stated[0]} ± .*{stated[1]} ± ", said)
    for part in ("used as if it were published", "used as an expectation", "later than the day"):
        assert part in said
    assert "−0.45 %" in said
    first = words(tables.headline(told, "en").markup)
    assert first.count("by published figures alone") >= 4
    assert "Sep, unpublished" in first
    assert "not published" in words(tables.known(told, "en").markup)
    assert "Rests on unpublished figures (2 of 4 given)" in words(tables.caveats(told, "en").markup)


@pytest.mark.parametrize("lang", AREAS)
def test_pages_with_an_overlay_are_made_in_both_languages(told: Report, lang: str):
    sections = [tables.overlay, tables.headline, tables.known, tables.caveats, charts.fans]
    for section in sections:
        assert not re.search(r"\bNone\b|\bnan\b|[{}]", words(section(told, lang).markup))
    assert len(tables.overlay_terminal(told, lang).rows) > 4
    key = {"en": "Hollow dots", "zh": "空心圆点"}[lang]
    assert key in charts.fans(told, lang).markup


def test_without_an_overlay_pages_say_nothing_of_it(archive: Archive):
    plain = report_of(asked(archive))
    assert tables.overlay(plain, "en").markup == ""
    shown = [tables.headline, tables.known, tables.caveats, charts.fans]
    assert not any("npublished" in words(section(plain, "en").markup) for section in shown)


# The command --------------------------------------------------------------------------------------


def run(folder: Path, command: str, *arguments: str) -> Result:
    question = ("--area", "district", "--as-of", "2018-10-01", "--data", str(folder))
    return CliRunner().invoke(main, [command, *question, "--paths", "200", *arguments])


def test_status_prints_both_and_the_rows(data_folder: Path, tmp_path: Path):
    said = run(data_folder, "status", "--overlay", str(file_with(tmp_path, GDP)))
    assert said.exit_code == 0, said.output
    assert "With and without unpublished figures" in said.output
    assert "District: GDP, Jan–Sep: 7.9 % (internal)" in re.sub(r"\s+", " ", said.output).replace(
        "\u00a0", " "
    )
    plain = run(data_folder, "status")
    assert "npublished" not in plain.output


def test_a_scenario_rests_on_an_overlay_and_says_so(data_folder: Path, tmp_path: Path):
    condition = ("--given", "gdp rest 7", "--overlay", str(file_with(tmp_path, GDP)))
    said = run(data_folder, "scenario", *condition, "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    assert found["given"][0]["first_month"] == "2018-10"
    assert found["overlay"]["rows"][0]["use"] == "figure"
    assert "overlay" in {c["code"] for c in found["caveats"]}


@pytest.mark.parametrize("command", ["status", "report", "scenario"])
def test_a_faulty_overlay_is_bad_input(data_folder: Path, tmp_path: Path, command: str):
    path = file_with(tmp_path, f"{GDP}%", "district,pearls,2018-01,2018-09,growth_pct,7")
    more = {"scenario": ("--given", "gdp rest 7"), "report": ("--out", str(tmp_path / "reports"))}
    said = run(data_folder, command, "--overlay", str(path), *more.get(command, ()))
    assert said.exit_code == 2
    assert "forecast: 2 faults in the data" in said.output
    assert "flash.csv:2: value '7.9%' is not a number" in said.output
    assert "flash.csv:3: unknown indicator 'pearls'" in said.output
    assert not (tmp_path / "reports").exists()


# Runs ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_logs_its_rows_and_lies_apart(data_folder: Path, tmp_path: Path):
    path = file_with(tmp_path, GDP)
    question = parameters(data_folder, str(path))
    made = publish(question, tmp_path / "reports")
    assert made.place.parent == tmp_path / "reports" / "district" / "2018" / "2018-10-01"
    logged = json.loads((made.place / MANIFEST).read_text(encoding="utf-8"))["overlay"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (logged["sha256"], logged["n_rows"]) == (digest, 1)
    assert logged["rows"][0]["value"] == 7.9
    said = json.loads((made.place / RESULT).read_text(encoding="utf-8"))["overlay"]
    assert (said["content_hash"], said["n_rows"]) == (digest, 1)
    assert "by published figures alone" in made.page.read_text(encoding="utf-8")
    assert not publish(question, tmp_path / "reports").is_new
    file_with(tmp_path, GDP.replace("7.9", "7.8"))
    other = publish(question, tmp_path / "reports")
    assert other.is_new
    assert other.run != made.run
    assert other.place != made.place


def test_a_faulty_overlay_writes_nothing(data_folder: Path, tmp_path: Path):
    path = file_with(tmp_path, f"{GDP}x")
    with pytest.raises(ContractError, match="is not a number"):
        publish(parameters(data_folder, str(path)), tmp_path / "reports")
    assert not (tmp_path / "reports").exists()
