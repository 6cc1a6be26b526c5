"""Judgements in a report: scores as known on its day, in result.json and on the page. Simulated."""

import json
from dataclasses import replace
from datetime import date

import jsonschema
import pytest

from forecast.base.series import Names
from forecast.pages import tables
from forecast.report.judged import AuthorScore, JudgementLine, JudgementScores
from forecast.report.result import json_of, read_result, report_from
from forecast.report.schema import json_schema
from forecast.report.value import Report
from forecast.verification.intervals import Interval
from frozen import GOLDEN

SCORES = JudgementScores(
    authors=[
        AuthorScore(
            author="commerce", name=Names("Commerce", "商务局"), role="bureau", form="growth",
            n_scored=5, n_open=1, n_too_late=0, mean_error=0.42, n_beside_pool=5,
            value_added_pct=Interval(31.0, 12.0, 50.0), weight=0.35,
        ),
    ],
    lines=[
        JudgementLine(
            author="commerce", area_name=Names("Futian", "福田区"),
            indicator_name=Names("Retail sales", "零售额"), area="futian",
            indicator="retail_sales", year=2018, entered_on=date(2018, 7, 20), growth_pct=8.0,
            probability=None, light=None, decimals=1, outturn_pct=7.5,
            settled_on=date(2019, 1, 25), status="scored", error=0.5, error_of_pool=0.7,
        ),
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    return replace(read_result(GOLDEN), judgements=SCORES)


def test_scores_are_in_result_json_and_come_back(report: Report):
    text = json_of(report)
    content = json.loads(text)
    jsonschema.validate(content, json_schema())
    (author,) = content["judgements"]["authors"]
    ends = ("value_added_pct", "value_added_lower_pct", "value_added_upper_pct")
    assert [author[key] for key in ends] == [31.0, 12.0, 50.0]
    assert report_from(text).judgements == SCORES


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Commerce, bureau", "31", "[12, 50]", "35 %", "0.50 pp", "8.0 %", "7.5 %"]),
        ("zh", ["商务局，主管部门", "31", "[12, 50]", "35%", "0.50个百分点", "福田区"]),
    ],
)
def test_the_track_record_says_errors_value_added_and_weight(
    report: Report, lang: str, words: list[str]
):
    page = tables.judgements(report, lang).markup.replace("\xa0", " ")
    for one in words:
        assert one in page


def test_a_red_target_asks_for_an_owner_where_the_office_names_owners(report: Report):
    one, other = [i for i in report.indicators if i.target and i.attainment][:2]
    red = replace(one, attainment=replace(one.attainment, light="red"))
    asked = "red: who answers, and what is done?"
    assert asked not in tables.headline(report, "en").markup
    named = replace(other, target=replace(other.target, owner="Commerce"))
    bare = replace(report, joint=None, joint_with_figures=None, indicators=[red, named])
    assert tables.headline(bare, "en").markup.count(asked) == 1
    answered = replace(red, target=replace(red.target, owner="Customs", action="fairs"))
    said = tables.headline(replace(bare, indicators=[answered, named]), "en").markup
    assert asked not in said


def test_without_judgements_nothing_stands_there(report: Report):
    bare = replace(report, judgements=JudgementScores(authors=[], lines=[]))
    assert tables.judgements(bare, "en").markup == ""
