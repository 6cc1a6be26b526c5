"""What moved between two days: every item is due to what it names, and all add up."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive
from forecast.archive.overlay import read_overlay
from forecast.base.errors import BeforeFirstRelease, ParameterError
from forecast.base.months import month
from forecast.outlook import answers as answers_module
from forecast.outlook.answers import Answer, answer
from forecast.outlook.movement import FIGURES, Item, News, TargetNews
from forecast.outlook.news import news_of, news_since
from forecast.verification.record import no_densities

N_PATHS = 400
RETAIL, GDP, INVESTMENT = "retail_sales", "gdp", "fixed_asset_investment"


@pytest.fixture(scope="module", autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the models' past calls out of the records, and what is kept to this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("news")))
        patch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
        yield


def asked(archive: Archive, day: date, *, area: str = "district", year: int = 2018) -> Answer:
    return answer(archive, area, year, day, seed=1, n_paths=N_PATHS)


def told(archive: Archive, since: date, day: date, **question: object) -> News:
    return news_of(asked(archive, day, **question), since)


def by_kind(news: TargetNews) -> dict[str, Item]:
    return {item.kind: item for item in news.items}


def moving(news: TargetNews) -> set[str]:
    """Return the kinds of the items that moved anything."""
    return {item.kind for item in news.items if item.change or item.median_pp}


def with_rows(archive: Archive, *rows: Mapping[str, object]) -> Archive:
    """Return the archive with more figures; what a row leaves out is as in the first one."""
    first = archive.figures.iloc[0].to_dict()
    more = pd.DataFrame([first | {"unit": "pct", "measure": "growth_pct"} | dict(r) for r in rows])
    more = more.astype(archive.figures.dtypes.to_dict())
    return replace(archive, figures=pd.concat([archive.figures, more], ignore_index=True))


def figure(series: str, last: int, value: float, on: date) -> dict[str, object]:
    """Return growth of January to a month of 2018 as a row."""
    area, indicator = series.split("/")
    span = {"first": month(2018, 1), "last": month(2018, last)}
    return span | {
        "area": area,
        "indicator": indicator,
        "value": value,
        "released_on": pd.Timestamp(on),
        "status": "final",
    }


def of(news: News, indicator: str) -> TargetNews:
    """Return what moved one target."""
    (target,) = (one for one in news.targets if one.indicator == indicator)
    return target


# What the items add up to ------------------------------------------------------------------------

PAIRS = [
    (date(2018, 2, 28), date(2018, 6, 30)),
    (date(2018, 6, 30), date(2018, 8, 31)),
    (date(2017, 12, 31), date(2018, 4, 30)),
    (date(2018, 12, 1), date(2019, 3, 5)),
    (date(2018, 1, 25), date(2018, 2, 5)),
]


@pytest.mark.parametrize(("since", "day"), PAIRS, ids=str)
def test_the_items_add_up_to_the_change(archive: Archive, since: date, day: date):
    found = told(archive, since, day)
    assert {news.indicator for news in found.targets} > {GDP, RETAIL}
    for news in found.targets:
        if not news.items:
            continue
        change = news.last.probability.value - news.first.probability.value
        assert sum(item.change for item in news.items) == pytest.approx(change, abs=1e-12)
        change = news.last.median_pct - news.first.median_pct
        assert sum(item.median_pp for item in news.items) == pytest.approx(change, abs=1e-9)


def test_it_leads_from_the_report_of_the_first_day_to_that_of_the_last(archive: Archive):
    since, day = date(2018, 6, 30), date(2018, 8, 31)
    found = told(archive, since, day)
    for on, end in ((since, "first"), (day, "last")):
        outlook = asked(archive, on).outlook
        for name in (GDP, RETAIL, INVESTMENT):
            met = outlook.indicators[name].met(N_PATHS)
            said = getattr(of(found, name), end)
            assert said.probability.value == pytest.approx(met.mean())
            assert said.median_pct == np.median(outlook.indicators[name].december)


def test_what_did_not_move_has_no_error_and_what_did_has_one(archive: Archive):
    items = [
        item
        for news in told(archive, date(2018, 6, 30), date(2018, 8, 31)).targets
        for item in news.items
    ]
    assert {bool(item.standard_error) for item in items if item.change} == {True}
    still = [item for item in items if item.kind in FIGURES and not item.releases]
    assert {(item.change, item.standard_error) for item in still} == {(0.0, 0.0)}


# What each item is due to ------------------------------------------------------------------------


def test_where_nothing_came_out_nothing_moved(archive: Archive):
    found = told(archive, date(2018, 8, 16), date(2018, 8, 31))
    assert {kind for news in found.targets for kind in moving(news)} == set()
    assert [i.releases for news in found.targets for i in news.items if i.releases] == []


def test_figures_of_others_do_not_move_what_they_have_no_part_in(archive: Archive):
    trade = of(told(archive, date(2018, 4, 10), date(2018, 8, 31)), "trade")
    assert moving(trade) == set()
    assert {item.releases for item in trade.items} == {()}


def test_a_revision_alone_is_a_revision(archive: Archive):
    revised = with_rows(archive, figure("district/gdp", 3, 9.9, date(2018, 6, 20)))
    gdp = of(told(revised, date(2018, 6, 16), date(2018, 6, 25)), GDP)
    assert moving(gdp) == {"revisions"}
    assert by_kind(gdp)["revisions"].change > 0.1
    (release,) = by_kind(gdp)["revisions"].releases
    assert str(release.label.series) == "district/gdp"
    assert (release.figure.value, release.figure.released_on) == (9.9, date(2018, 6, 20))


def test_a_revision_of_a_related_series_is_one_too(archive: Archive):
    revised = with_rows(archive, figure("nation/retail_sales", 5, 2.0, date(2018, 6, 20)))
    retail = of(told(revised, date(2018, 6, 16), date(2018, 6, 25)), RETAIL)
    assert moving(retail) == {"revisions"}
    assert by_kind(retail)["revisions"].median_pp < -1


def test_an_own_figure_and_one_of_a_related_series_stand_apart(archive: Archive):
    retail = of(told(archive, date(2018, 8, 1), date(2018, 8, 31)), RETAIL)
    own, related = by_kind(retail)["local"], by_kind(retail)["related"]
    assert {str(release.label.series) for release in own.releases} == {"district/retail_sales"}
    assert {str(release.label.series) for release in related.releases} == {"nation/retail_sales"}
    before = of(told(archive, date(2018, 6, 1), date(2018, 6, 30)), RETAIL)
    assert moving(before) == {"related"}


def test_a_published_figure_in_the_place_of_an_expected_one_is_new(archive: Archive):
    found = told(archive, date(2018, 7, 10), date(2018, 7, 20), area="nation")
    gdp = by_kind(of(found, GDP))
    assert gdp["revisions"].releases == ()
    assert {r.figure.value for r in gdp["local"].releases if r.figure.measure == "growth_pct"} == {
        6.4
    }


def test_a_changed_target_belongs_to_the_passing_of_time(archive: Archive):
    retail = of(told(archive, date(2018, 7, 6), date(2018, 7, 12)), RETAIL)
    assert (retail.announced_since, retail.changed_since) == (False, True)  # from 10 to 9 %
    assert moving(retail) == {"time"}
    assert by_kind(retail)["time"].change > 0
    assert by_kind(retail)["time"].median_pp == 0


def test_before_a_target_was_announced_the_first_one_is_judged(archive: Archive):
    retail = of(told(archive, date(2018, 1, 25), date(2018, 7, 31)), RETAIL)
    assert (retail.announced_since, retail.changed_since) == (
        True,
        True,
    )  # on 1 February and 10 July
    assert retail.first is not None


def test_within_a_year_nothing_is_learnt_anew_after_february(archive: Archive):
    for since in (date(2018, 2, 28), date(2018, 6, 30)):
        found = told(archive, since, date(2018, 12, 31))
        learning = [by_kind(news)["learning"] for news in found.targets if news.items]
        assert {(item.change, item.median_pp) for item in learning} == {(0.0, 0.0)}


def test_what_the_year_before_teaches_is_an_item_of_its_own(archive: Archive):
    found = told(archive, date(2017, 12, 31), date(2018, 3, 10))
    assert "learning" in {kind for news in found.targets for kind in moving(news)}


def test_an_outturn_settles_the_year(archive: Archive):
    found = told(archive, date(2019, 3, 1), date(2019, 3, 6))
    settled = {n.indicator: [i.kind for i in n.items if i.settles] for n in found.targets}
    assert settled == {GDP: ["local"], RETAIL: ["local"], "trade": ["local"], INVESTMENT: []} | {
        "patents": []
    }
    assert of(found, GDP).last.probability.value == 1
    assert of(found, "trade").last.probability.value == 0
    assert of(found, "trade").last.median_pct == -1.5


def test_what_cannot_be_assessed_has_no_items(archive: Archive):
    patents = of(told(archive, date(2018, 6, 30), date(2018, 8, 31)), "patents")
    assert patents.items == ()
    assert patents.first is None


def test_lower_bounds_are_not_named(archive: Archive):
    found = told(archive, date(2016, 12, 31), date(2018, 4, 30))
    said = by_kind(of(found, RETAIL))["local"].releases
    assert said
    assert "lower_bound" not in {release.figure.status for release in said}


# What it does not depend on ----------------------------------------------------------------------


def test_data_from_the_future_change_nothing(archive: Archive):
    since, day = date(2018, 6, 30), date(2018, 8, 31)
    later = [
        figure("district/gdp", 6, 1.0, date(2018, 9, 1)),
        figure("nation/retail_sales", 7, 55.5, date(2018, 9, 2)),
    ]
    found, plain = (told(a, since, day) for a in (with_rows(archive, *later), archive))
    for news in plain.targets:
        assert news.items == of(found, news.indicator).items


def test_another_number_of_paths_moves_items_within_their_errors(archive: Archive):
    since, day = date(2018, 6, 30), date(2018, 8, 31)
    few, many = (
        news_of(answer(archive, "district", 2018, day, seed=seed, n_paths=n), since)
        for seed, n in ((1, 400), (2, 2000))
    )
    for name in (GDP, RETAIL):
        for one, other in zip(of(few, name).items, of(many, name).items, strict=True):
            room = 5 * np.hypot(one.standard_error, other.standard_error)
            assert abs(one.change - other.change) <= room + 1e-12


# Unpublished figures -----------------------------------------------------------------------------


def test_unpublished_figures_are_an_item_of_their_own(archive: Archive, tmp_path: Path):
    since, day = date(2018, 6, 30), date(2018, 8, 31)
    flash = tmp_path / "flash.csv"
    flash.write_text(
        "area,indicator,first_month,last_month,measure,value\n"
        "district,gdp,2018-01,2018-07,growth_pct,9.9\n",
        encoding="utf-8",
    )
    overlay = read_overlay(flash, archive, day)
    overlaid = answer(archive, "district", 2018, day, seed=1, n_paths=N_PATHS, overlay=overlay)
    found, plain = of(news_of(overlaid, since), GDP), of(told(archive, since, day), GDP)
    assert found.items[:-1] == plain.items
    assert (found.items[-1].kind, found.items[-1].median_pp > 1) == ("unpublished", True)


# Days that do not serve --------------------------------------------------------------------------


@pytest.mark.parametrize("since", [date(2018, 8, 31), date(2018, 9, 1)])
def test_the_first_day_lies_before_the_last(archive: Archive, since: date):
    with pytest.raises(ParameterError, match=f"since: {since}; allowed: a day before 2018-08-31"):
        told(archive, since, date(2018, 8, 31))


def test_the_first_day_is_not_before_the_areas_first_release(archive: Archive):
    with pytest.raises(BeforeFirstRelease, match="a day from 2015-03-01 on"):
        told(archive, date(2015, 2, 28), date(2018, 8, 31))


def test_a_report_begins_with_the_areas_first_release_at_the_earliest(archive: Archive):
    found = news_since(asked(archive, date(2015, 3, 31), year=2015), date(2015, 1, 31))
    assert found is not None
    assert found.since == date(2015, 3, 1)
    assert news_since(asked(archive, date(2015, 3, 1), year=2015), date(2015, 1, 31)) is None


def test_without_targets_nothing_is_told(archive: Archive):
    assert told(archive, date(2017, 6, 30), date(2017, 8, 31), year=2017).targets == ()


def test_every_figure_that_came_out_is_of_one_kind(archive: Archive):
    found = told(archive, date(2018, 2, 28), date(2018, 12, 31))
    for news in found.targets:
        kinds = {kind: by_kind(news)[kind].releases for kind in FIGURES} if news.items else {}
        named = [release for releases in kinds.values() for release in releases]
        assert len(named) == len(set(named))
