"""Areas side by side: the figures are simulated (tests/conftest.py) or made up here."""

import csv
import io
import json
import math
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from family import DAY as FAMILY_DAY
from family import family, write_family
from forecast.archive.archive import Snapshot
from forecast.archive.boundaries import Boundaries
from forecast.base.errors import ContractError, Fault, ParameterError, UnknownArea
from forecast.base.parameters import Parameters
from forecast.base.series import Names
from forecast.cli import main
from forecast.outlook import annual
from forecast.outlook.answers import answer_to
from forecast.pages.league import FAN, Entry, League, Standing, league_csv, league_json
from forecast.pages.status import Line
from forecast.pages.tables.league import league_page, league_terminal, rests_on
from forecast.publishing.league import boundaries_of, league_of
from forecast.report.report import report_of
from forecast.report.result import rounded

DAY = "2018-10-15"


def line(probability: float | None, **more: object) -> Line:
    """Return the numbers of a made-up target."""
    plain = dict.fromkeys(Line.__dataclass_fields__)
    plain |= {"area": "a", "year": 2018, "as_of": DAY, "indicator": "gdp", "comparison": "at_least"}
    plain |= {"probability": probability, "light": "green", "lamp": "green"}
    return Line(**(plain | more))


def entry(area: str, name: str, probability: float | None, **more: object) -> Entry:
    of_line = {k: more.pop(k) for k in list(more) if k in Line.__dataclass_fields__}
    plain = {
        "line": line(probability, area=area, indicator=name, **of_line),
        "area_name": Names(area.title(), area),
        "name": Names(name.upper(), name),
        "target": Names("at least 7.0 %", "7.0%以上"),
        "decimals": 1,
        "outturn": Names("6.0\u00a0%", "6.0%"),
        "bound_pct": 7.0,
        "is_at_most": False,
        "word": None if probability is None else "likely",
        "months_known": 6,
        "last_month": "2018-06",
        "scale_basis": "own",
        "fan": tuple([(6.5,) * 5] * 6 + [(5.0, 5.5, 6.8, 7.5, 8.0)] * 6),
    }
    return Entry(**(plain | more))


def league(*standings: tuple[str, list[Entry]]) -> League:
    of_areas = tuple(
        Standing(
            area=area, name=Names(area.title(), area), since=None, together=0.5,
            entries=tuple(entries),
        )
        for area, entries in standings
    )  # fmt: skip
    return League(year=2018, as_of=date(2018, 10, 15), standings=of_areas, left_out=())


TWO = league(
    ("futian", [entry("futian", "gdp", 0.9), entry("futian", "trade", 0.2)]),
    ("nanshan", [entry("nanshan", "gdp", 0.4), entry("nanshan", "cpi", None)]),
)


def test_in_order_of_danger_the_least_probable_is_first_and_what_has_no_forecast_last():
    danger = [(e.line.area, e.line.indicator) for e in TWO.by_danger]
    assert danger == [
        ("futian", "trade"), ("nanshan", "gdp"), ("futian", "gdp"), ("nanshan", "cpi"),
    ]  # fmt: skip


def test_a_missed_target_is_in_more_danger_than_any_and_an_attained_one_in_less():
    missed = entry("nanshan", "gdp", None, light="missed", lamp="missed", outturn_pct=6.0)
    attained = entry("nanshan", "cpi", None, light="attained", lamp="attained", outturn_pct=8.0)
    found = league(("nanshan", [attained, entry("nanshan", "trade", 0.01), missed])).by_danger
    assert [e.line.indicator for e in found] == ["gdp", "trade", "cpi"]


def test_as_csv_and_json_it_has_a_row_for_each_target_in_the_order_asked_for():
    rows = list(csv.DictReader(io.StringIO(league_csv(TWO, "danger"))))
    assert [(row["area"], row["probability"]) for row in rows] == [
        ("futian", "0.2"), ("nanshan", "0.4"), ("futian", "0.9"), ("nanshan", ""),
    ]  # fmt: skip
    said = json.loads(league_json(TWO, "area"))
    assert [t["indicator"] for t in said["targets"]] == ["gdp", "trade", "gdp", "cpi"]
    assert said["targets"][0]["fan_pct"][11] == [5.0, 5.5, 6.8, 7.5, 8.0]
    assert [a["area"] for a in said["areas"]] == ["futian", "nanshan"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "6 months published, its own past errors"), ("zh", "已公布6个月、自身历史误差")],
)
def test_it_says_what_a_probability_rests_on(lang: str, words: str):
    assert rests_on(TWO.entries[0], lang) == words


def test_nothing_published_and_borrowed_errors_are_said():
    bare = entry("futian", "gdp", 0.5, months_known=0, scale_basis="borrowed")
    assert rests_on(bare, "en") == "nothing of the year published, borrowed errors"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_both_orders_and_needs_no_script(lang: str):
    page = league_page(TWO, lang).markup
    assert "<script" not in page
    assert page.count('href="#f1"') == 2  # each fan is drawn once and used in both tables
    assert page.count('<symbol id="f') == 4
    tables = re.findall(r"<tbody>.*?</table>", page, re.DOTALL)
    assert len(tables) == 2


def test_a_hundred_areas_with_ten_targets_are_one_page_below_two_megabytes():
    names = [f"indicator_{n}" for n in range(10)]
    areas = [f"county_{n:03d}" for n in range(100)]
    many = league(*((a, [entry(a, n, 0.5) for n in names]) for a in areas))
    assert len(league_page(many, "zh").markup.encode()) < 2_000_000


def test_what_areas_are_called_is_text_on_the_page():
    named = replace(entry("futian", "gdp", 0.5), name=Names("<b>GDP</b>", "<b>GDP</b>"))
    assert "<b>GDP" not in league_page(league(("futian", [named])), "en").markup


def test_a_fan_without_any_figure_is_empty():
    bare = entry("futian", "gdp", None, fan=(None,) * 12, bound_pct=None)
    assert (
        '<symbol id="f0" viewBox="0 0 96 24"></symbol>'
        in league_page(league(("futian", [bare])), "en").markup
    )


def test_a_terminal_has_a_line_for_each_target():
    grid = league_terminal(TWO, "danger", "en")
    assert [row[0] for row in grid.rows] == ["Futian", "Nanshan", "Futian", "Nanshan"]
    assert grid.rows[0][3] == "20 %".replace(" ", "\u00a0") + ", unlikely"
    assert "All targets together: Futian 50" in grid.caption


# Computed from a data folder ----------------------------------------------------------------------


def run(data: Path, *more: str) -> Result:
    question = ("--year", "2018", "--as-of", DAY, "--seed", "1", "--paths", "200")
    arguments = ["league", *question, "--workers", "1", "--data", str(data), *more]
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def asked(data_folder: Path) -> Parameters:
    return Parameters.parse(
        area="all", year=2018, as_of=DAY, seed=1, n_paths=200, data=str(data_folder)
    )


def test_a_league_of_one_is_a_league(asked: Parameters):
    found = league_of(asked, ("district",), show_progress=False)
    assert [s.area for s in found.standings] == ["district"]
    assert found.left_out == ()
    first = found.entries[0]
    assert first.line.since == "2018-09-30"
    assert all(values is not None and len(values) == len(FAN) for values in first.fan[-2:])
    assert list(first.fan[-1]) == sorted(first.fan[-1])


@pytest.fixture(scope="module")
def bare(asked: Parameters, tmp_path_factory: pytest.TempPathFactory) -> Parameters:
    """Return the question about a copy of the folder in which the nation has no target."""
    folder = tmp_path_factory.mktemp("bare") / "data"
    shutil.copytree(asked.data, folder)
    targets = (folder / "targets.toml").read_text(encoding="utf-8").split("[[target]]")
    kept = [block for block in targets if 'area = "nation"' not in block]
    (folder / "targets.toml").write_text("[[target]]".join(kept), encoding="utf-8")
    return replace(asked, data=folder)


def test_an_area_without_a_target_is_left_out_with_the_reason(bare: Parameters):
    found = league_of(bare, ("district", "nation"), show_progress=False)
    assert [s.area for s in found.standings] == ["district"]
    ((area, reason),) = found.left_out
    assert area == "nation"
    assert "no target for 2018 in force on 2018-10-15" in reason.en
    assert "没有已公布的2018年目标" in reason.zh


def test_a_league_without_any_area_left_is_refused(bare: Parameters):
    with pytest.raises(ParameterError, match="it has no target for 2018 in force"):
        league_of(bare, ("nation",), show_progress=False)
    with pytest.raises(UnknownArea, match="no figures for area 'atlantis'"):
        league_of(bare, ("district", "atlantis"), show_progress=False)


def test_the_command_prints_a_table_numbers_and_a_page(data_folder: Path, tmp_path: Path):
    said = run(data_folder, "--areas", "district", "--order", "danger")
    assert said.exit_code == 0, said.output
    assert "Areas side by side, 2018" in said.output
    rows = json.loads(run(data_folder, "--json").output)["targets"]
    assert {row["area"] for row in rows} == {"district", "nation"}
    page = tmp_path / "league.html"
    assert run(data_folder, "--out", str(page)).exit_code == 0
    assert "In order of danger" in page.read_text(encoding="utf-8")


def test_two_forms_at_once_are_refused(data_folder: Path):
    found = run(data_folder, "--json", "--csv")
    assert found.exit_code == 2
    assert "--json and --csv" in found.output


def test_a_league_forecasts_each_district_of_a_family_once_for_all_and_once_for_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The city is forecast for its family and for its line too; the time grows with the areas."""
    data = write_family(tmp_path / "data", family(south=40.0), 6.0)
    targets = (data / "targets.toml").read_text(encoding="utf-8")
    of_west = targets[targets.index('area = "west"') :]
    level = targets.replace(of_west, of_west.replace("rate_pct = 6.0", "level = 70.0", 1))
    (data / "targets.toml").write_text(level, encoding="utf-8")
    monkeypatch.setenv("FORECAST_WORKERS", "1")
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    forecast: list[str] = []
    joint = annual._joint

    def counted(snapshot: Snapshot, area: str, *rest: object) -> object:
        forecast.append(area)
        return joint(snapshot, area, *rest)

    monkeypatch.setattr(annual, "_joint", counted)
    question = {"year": 2018, "as_of": FAMILY_DAY, "since": FAMILY_DAY - timedelta(days=1)}
    parameters = Parameters.of(**question, area="east", data=data, n_paths=100)
    found = league_of(parameters, (), show_progress=False)
    areas = [one.area for one in found.standings]
    assert areas == ["city", "east", "south", "west"]
    kinds = {e.line.area: e.target.en for e in found.entries}  # of growth, and of a level
    assert kinds["east"] == "at least 6.0\N{NO-BREAK SPACE}%"
    assert kinds["west"] == "at least 7.00 billion yuan"
    assert all(e.line.probability is not None for e in found.entries)
    days = 2  # the day, and the one since which changes are told
    assert sorted(forecast) == sorted(2 * days * areas)
    own = report_of(answer_to(replace(parameters, area="east"))).indicators[0]
    (line,) = (e.line for e in found.entries if e.line.area == "east")
    assert line.probability == rounded(own.attainment.probability.value)


SQUARES = {
    "futian": (((114.0, 22.5), (114.1, 22.5), (114.1, 22.6), (114.0, 22.6), (114.0, 22.5)),),
    "nanshan": (((113.9, 22.5), (114.0, 22.5), (114.0, 22.6), (113.9, 22.6), (113.9, 22.5)),),
}


def test_on_the_map_each_area_has_the_colour_and_the_number_of_its_probability():
    both = replace(
        TWO,
        standings=(
            replace(TWO.standings[0], together=0.95),
            replace(TWO.standings[1], together=0.2),
        ),
    )
    page = league_page(both, "en", Boundaries(SQUARES)).markup.replace("\xa0", " ")
    assert 'class="c-0"' in page
    assert "<title>Futian 95 %</title>" in page
    assert re.search(r'class="c-3" d="M6 [\d.]+L320 ', page)  # the west is on the left
    assert re.search(r"<text[^>]*>Nanshan<tspan[^>]*>20 %</tspan></text>", page)
    assert "<script" not in page


def test_areas_without_an_outline_are_named_and_outlines_without_an_area_are_grey():
    page = league_page(TWO, "en", Boundaries({"futian": SQUARES["futian"]}, SQUARES["nanshan"]))
    assert "Not in the boundary file: Nanshan." in page.markup
    assert page.markup.count('class="c-other"') == 1


def test_without_outlines_there_is_no_map_and_with_a_broken_file_the_page_says_why():
    assert 'id="map"' not in league_page(TWO, "en").markup
    fault = ContractError([Fault("boundaries.geojson", 2, "not JSON")])
    page = league_page(TWO, "zh", fault).markup
    assert "未绘制地图：boundaries.geojson:2: not JSON" in page
    assert 'id="area"' in page


def test_a_map_of_a_hundred_detailed_areas_stays_small():
    turn = [2 * math.pi * n / 500 for n in range(500)]
    rings = {
        f"a{k}": (tuple((k % 10 + math.cos(t) / 2, k // 10 + math.sin(t) / 2) for t in turn),)
        for k in range(100)
    }
    every = league(*((name, [entry(name, "gdp", 0.5)]) for name in rings))
    with_map = league_page(every, "en", Boundaries(rings)).markup
    assert len(with_map) - len(league_page(every, "en").markup) < 700_000


def test_a_check_of_the_data_names_what_is_wrong_with_the_outlines(
    data_folder: Path, tmp_path: Path
):
    data = shutil.copytree(data_folder, tmp_path / "data")
    (data / "boundaries.geojson").write_text("{}", encoding="utf-8")
    assert isinstance(boundaries_of(data), ContractError)
    said = CliRunner().invoke(main, ["check-data", str(data)])
    assert said.exit_code == 2
    assert "boundaries.geojson: no features" in said.output
