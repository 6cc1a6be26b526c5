"""One indicator in depth, on Futian's real figures as of 2019-09-30."""

import re
from dataclasses import replace

import pytest

import pages
from forecast.base.errors import UnknownIndicator
from forecast.base.series import Names
from forecast.pages import tables
from forecast.pages.html import Html
from forecast.report.depth import Contribution, contributions_of


def words(made: Html) -> str:
    markup = re.sub(r"<style>.*?</style>", "", made.markup, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\u00a0", " ").split())


def test_a_part_contributes_its_share_of_the_base_times_its_growth():
    """Finance: 675.81 of GDP's 2049.0, and 4.7 % against 7.2 %; by hand 33.77 % and 1.59 points."""
    told = pages.gdp().depth.contributions
    assert told.month == "2019-06"
    finance = next(part for part in told.parts if part.id == "finance_va")
    assert finance.share_basis == "this_year"
    assert finance.share_pct == pytest.approx(33.77, abs=0.01)
    assert finance.contribution_pp == pytest.approx(1.587, abs=0.001)


def part(share_pct: float | None, growth_pct: float) -> Contribution:
    pp = None if share_pct is None else share_pct * growth_pct / 100
    return Contribution(
        id="x", name=Names("Part", "分项"), growth_pct=growth_pct, share_pct=share_pct,
        share_basis="none" if share_pct is None else "base", contribution_pp=pp,
    )  # fmt: skip


def test_what_no_part_accounts_for_is_a_row_so_that_all_add_up():
    """Of 7.2 points 30 % at 5 % bring 1.5 and 20 % at 10 % bring 2; the other half grew 7.4 %."""
    found = contributions_of([part(30.0, 5.0), part(20.0, 10.0), part(None, 3.0)], "2019-06", 7.2)
    assert found.rest_pp == pytest.approx(3.7)
    assert found.rest_share_pct == pytest.approx(50.0)
    assert found.rest_growth_pct == pytest.approx(7.4)


def test_where_parts_leave_no_share_the_rest_has_no_growth():
    found = contributions_of([part(60.0, 5.0), part(40.0, 10.0)], "2019-06", 7.2)
    assert found.rest_pp == pytest.approx(0.2)
    assert (found.rest_share_pct, found.rest_growth_pct) == (None, None)
    unknown = contributions_of([part(None, 3.0)], "2019-06", 7.2)
    assert (unknown.rest_pp, unknown.rest_share_pct) == (None, None)


def test_printed_contributions_add_up_to_growth_of_the_whole():
    """1.6 and 0.2 of parts, 5.4 of the rest: 7.2."""
    said = words(tables.contributions(pages.report().of_indicator("gdp"), "en"))
    *parts, whole = (float(pp) for pp in re.findall(r"(-?[0-9.]+) pp", said))
    assert whole == 7.2
    assert sum(parts) == pytest.approx(whole)
    assert "The rest, of which no part is on record" in said


def test_related_series_are_named_with_their_last_move_and_what_it_did():
    """The nation's retail sales, as published: 8.3 % by July, 8.2 % by August 2019."""
    said = words(tables.drivers(pages.moving().of_indicator("gdp"), "en"))
    assert "China, Retail sales Jan–Aug 2019 8.2 % −0.1 (Jan–Jul 2019 before)" in said
    assert "China, Industrial value added Aug 2019 4.4 % −0.4 (Jul 2019 before)" in said
    assert re.search(
        r"Related series since 31 Aug, all together: the forecast moved by −0\.\d\d", said
    )


def test_without_parts_the_section_says_why_it_is_empty():
    trade = pages.report().of_indicator("trade")
    assert trade.indicators[0].depth.contributions is None
    said = words(tables.contributions(trade, "en"))
    assert said == "What the parts contribute No part of it has a growth figure of the same months."


def test_the_average_of_two_years_is_the_geometric_one():
    """1.21 times 1.00 over two years is 10 % a year."""
    report = pages.report().of_indicator("gdp")
    (effect, *_) = report.indicators[0].depth.base_effects
    assert (effect.month, effect.growth_pct, effect.base_growth_pct) == ("2019-06", 7.2, None)
    assert effect.two_year_average_pct is None


def test_figures_are_shown_by_the_spans_in_which_they_were_published():
    said = words(tables.figures(pages.report().of_indicator("gdp"), "en"))
    assert "Jan–Jun 2019 growth 7.2 % preliminary 27 Sep 2019" in said
    assert "Jan–Sep 2018 growth 7.5 %" in said
    assert "whole of 2018 growth 7.5 % expected" in said


def test_nothing_released_later_is_shown():
    for one in pages.report().indicators:
        assert all(f.released_on.isoformat() <= "2019-09-30" for f in one.depth.figures)
        assert all(call.year < 2019 for call in one.depth.past_forecasts)


def test_the_page_of_one_indicator_asks_about_it_alone():
    told = pages.report().of_indicator("retail_sales")
    said = words(tables.depth_headline(told, "en"))
    assert said.startswith("Futian District: will Retail sales reach its target of 2019?")
    assert "GDP" not in said
    assert "关于" not in words(tables.depth_headline(told, "zh"))


def test_an_indicator_that_the_report_does_not_hold_is_named():
    with pytest.raises(UnknownIndicator, match=r"unknown indicator 'pearls'; known: .*gdp"):
        pages.report().of_indicator("pearls")


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_indicator_has_every_section_in_both_languages(lang: str):
    sections = (
        tables.depth_headline, tables.figures, tables.base_effects, tables.rest_of_year,
        tables.past_forecasts, tables.contributions, tables.drivers,
    )  # fmt: skip
    reports = [pages.report(), pages.settled(), pages.without_targets()]
    for told in reports:
        for one in told.indicators:
            alone = told.of_indicator(one.id)
            assert all(words(section(alone, lang)) for section in sections)


def test_what_the_months_left_need_stands_above_what_they_were():
    one = pages.gdp()
    past = {2017: 8.2, 2018: 7.4}
    told = pages.with_first(replace(one, depth=replace(one.depth, rest_of_year_pct=past)))
    said = words(tables.rest_of_year(told.of_indicator(one.id), "en"))
    assert "This year Jul–Dec needs 5.8 %." in said
    assert "2018 7.4 % 2017 8.2 %" in said


def test_years_on_a_restated_base_are_marked_where_growth_is_at_current_prices():
    one = next(one for one in pages.report().indicators if one.id == "retail_sales")
    past = {2017: 8.2, 2018: 7.4}
    one = replace(
        one,
        depth=replace(one.depth, rest_of_year_pct=past),
        base_revision_pct={2017: 0.1, 2018: 2.53, 2019: -1.2},
    )
    told = replace(pages.report(), indicators=[one])
    said = words(tables.rest_of_year(told, "en"))
    assert "2018 (base restated by +2.5 %) 7.4 % 2017 8.2 %" in said
    assert "base restated by −1.2 %" in words(tables.details(told, "en"))
    real = replace(told, indicators=[replace(one, price_basis="real")])
    assert "restated" not in words(tables.details(real, "en"))
