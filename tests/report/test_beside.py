"""The city's line beside its district's; figures are simulated."""

import json
from dataclasses import replace

import jsonschema
import pytest

from family import DAY, family
from forecast.archive.archive import Archive
from forecast.outlook.answers import Answer, answer
from forecast.pages import tables
from forecast.report.beside import lines_beside
from forecast.report.report import report_of
from forecast.report.result import json_of, report_from
from forecast.report.schema import json_schema
from forecast.report.value import Report
from strategies import target


def answer_of(archive: Archive, area: str) -> Answer:
    return answer(archive, area, 2018, DAY, seed=1, n_paths=200)


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    targets = (target(area="east", rate_pct=8.5), target(area="city", rate_pct=6.5))
    archive = replace(family(), targets=targets)
    answers = [answer_of(archive, area) for area in ("east", "city")]
    return {one.outlook.area: report_of(one, beside=lines_beside(one)) for one in answers}


def test_the_citys_line_is_that_of_its_own_report(reports: dict[str, Report]):
    (line,) = reports["east"].indicators[0].beside
    city = reports["city"].indicators[0]
    assert line.area == "city"
    assert line.probability == city.probability
    assert line.last_month == "2018-06"
    assert line.growth_pct == city.last_figure.growth_pct
    assert (line.forecast.median_pct, line.forecast.lower80_pct) == (
        city.forecast.median_pct, city.forecast.lower80_pct,
    )  # fmt: skip
    assert line.target.area == "city"
    assert city.beside == []


def test_its_numbers_are_in_result_json_and_come_back(reports: dict[str, Report]):
    text = json_of(reports["east"])
    jsonschema.validate(json.loads(text), json_schema())
    (line,) = report_from(text).indicators[0].beside
    assert (line.area, line.target.area) == ("city", "city")
    assert line.target.rate_pct == 6.5


@pytest.mark.parametrize(
    ("lang", "rows"),
    [
        ("en", ["East", "City", "at least 8.5 %", "at least 6.5 %", "Jan–Jun"]),
        ("zh", ["east", "city", "8.5%以上", "6.5%以上", "1-6月"]),
    ],
)
def test_the_page_has_both_lines_in_both_languages(
    reports: dict[str, Report], lang: str, rows: list[str]
):
    page = tables.beside(reports["east"], lang).markup.replace("\xa0", " ")
    for words in rows:
        assert words in page
    assert tables.beside(reports["city"], lang).markup == ""
