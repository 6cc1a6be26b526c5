"""What the library returns shows itself in a notebook, and goes on as a table in pandas."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive
from forecast.base.errors import UnknownArea
from forecast.base.frames import markup_of
from forecast.history.series import build_history
from forecast.outlook.answers import Answer, answer
from forecast.outlook.news import news_of
from forecast.report.report import report_of
from forecast.report.scenario import scenario_of
from forecast.report.value import Report

pytestmark = pytest.mark.usefixtures("short_past")
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>&amp;'
DAY, SINCE = date(2018, 9, 20), date(2018, 8, 1)


@pytest.fixture(scope="module")
def hostile(archive: Archive) -> Archive:
    """Return the simulated archive with names and wordings that would be HTML."""
    registry = archive.registry
    named = {
        name: replace(one, name_en=HOSTILE, name_zh=HOSTILE)
        for name, one in registry.indicators.items()
    }
    areas = {
        name: replace(one, name_en=HOSTILE, name_zh=HOSTILE) for name, one in registry.areas.items()
    }
    targets = tuple(replace(t, wording=HOSTILE, source=HOSTILE) for t in archive.targets)
    is_index = archive.figures["indicator"] == "confidence"
    unit = archive.figures["unit"].astype("object").mask(is_index, HOSTILE)
    figures = archive.figures.assign(unit=unit, source=HOSTILE)
    return replace(
        archive,
        figures=figures,
        targets=targets,
        registry=replace(registry, indicators=named, areas=areas),
    )


@pytest.fixture(scope="module")
def found(hostile: Archive) -> Answer:
    return answer(hostile, "nation", 2018, DAY, seed=1, n_paths=500)


@pytest.fixture(scope="module")
def report(found: Answer) -> Report:
    return report_of(found)


def stripped(markup: str) -> str:
    """Return the markup without what the library's own templates put there."""
    return re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", markup, flags=re.DOTALL)


def test_names_and_wordings_stay_text_wherever_a_value_shows_itself(
    hostile: Archive, found: Answer, report: Report
):
    news = news_of(found, SINCE)
    shown = {
        "snapshot": hostile.as_of(DAY),
        "history": build_history(hostile.as_of(DAY), "nation", "retail_sales", 2018),
        "outlook": found.outlook,
        "answer": found,
        "report": report,
        "record": found.record,
        "news": news,
        "moved": news,
        "scenario": scenario_of(found, ["retail_sales rest 10"]),
    }
    for name, value in shown.items():
        markup = stripped(value._repr_html_())
        assert "<table" in markup, name
        assert "<script" not in markup, name
        assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", markup), name
        assert len(markup) < 60_000, name
    assert "&lt;script&gt;" in stripped(report._repr_html_())
    assert "&lt;script&gt;" in hostile.as_of(date(2018, 12, 2))._repr_html_()


def test_captions_cells_and_labels_are_escaped():
    frame = pd.DataFrame({HOSTILE: [HOSTILE, "1 < 2"]}, index=[HOSTILE, "b"])
    markup = markup_of(frame.rename_axis(HOSTILE), HOSTILE)
    assert "<script" not in markup
    assert "<img" not in markup
    assert markup.count("&lt;script&gt;") == 5
    assert "1 &lt; 2" in markup


def test_a_long_table_is_cut():
    assert markup_of(pd.DataFrame({"value": range(5000)}), "").count("<tr") < 30


def test_an_answer_goes_on_in_pandas(found: Answer, report: Report):
    frame = found.to_frame()
    assert list(frame.index) == list(found.outlook.indicators)
    joint = found.outlook.joint
    assert joint is not None
    assert frame["probability"].min() == pytest.approx(joint.upper_bound)
    said = report.to_frame()["probability"].dropna()
    pd.testing.assert_series_equal(frame["probability"].dropna(), said, check_dtype=False)


def test_paths_go_on_in_pandas(found: Answer):
    one = found.outlook.indicators["retail_sales"]
    frame = one.to_frame()
    assert frame.shape == (500, len(one.history.ahead))
    assert str(frame.columns[-1]) == "2018-12"
    assert (frame[pd.Period("2018-12")] > 0).mean() == (np.asarray(one.december) > 0).mean()


def test_a_history_goes_on_in_pandas(archive: Archive):
    history = build_history(archive.as_of(DAY), "district", "gdp", 2018)
    frame = history.to_frame()
    assert frame.loc[pd.Period("2018-06"), "growth_pct"] == 6.8
    assert frame.loc[pd.Period("2018-06"), "basis"] == "published"
    assert pd.Period("2018-04") not in frame.index


def test_a_snapshot_holds_what_was_known_and_no_more(archive: Archive):
    frame = archive.as_of(DAY).to_frame()
    assert frame["released_on"].max() <= DAY
    assert not frame.duplicated(["area", "indicator", "span", "measure", "unit"]).any()
    with pytest.raises(UnknownArea, match="no figures for area 'moon'"):
        answer(archive, "moon", 2018, DAY, seed=1, n_paths=500)


def test_news_goes_on_in_pandas_and_adds_up(found: Answer):
    news = news_of(found, SINCE)
    frame = news.to_frame()
    assert news.targets
    for target in news.targets:
        whole = target.last.probability.value - target.first.probability.value
        assert frame.loc[target.indicator, "change"].sum() == pytest.approx(whole)


def test_one_model_alone_says_what_its_own_paths_say(found: Answer):
    alone = found.outlook.alone("pace")
    assert set(alone.indicators) <= set(found.outlook.indicators)
    one = alone.indicators["retail_sales"]
    assert one.december is not None
    own = found.outlook.indicators["retail_sales"].members["pace"][:, -1]
    assert np.array_equal(one.december, own)
