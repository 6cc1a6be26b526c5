import html
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

import pages
from forecast import phrases, tables
from forecast.fragments import Html
from forecast.report import CaveatSaid
from forecast.texts import percent
from forecast.texts.catalogue import entries

SECTIONS = ("headline", "known", "details", "members", "others", "caveats", "provenance")


def _words(markup: str) -> str:
    """Return what a reader sees, without style and tags."""
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(shown).split())


def _page(report, lang="en"):
    return "".join(getattr(tables, section)(report, lang).markup for section in SECTIONS)


def _terminal(report, lang):
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        console.print(tables.terminal(report, lang))
    return captured.get()


def _reports():
    told = pages.report()
    return {
        "open": told,
        "settled": pages.settled(),
        "without targets": pages.without_targets(),
        "one cannot be assessed": pages.with_first(pages.unassessed(told.indicators[0])),
        "one settled": pages.with_first(pages.settled().indicators[0]),
    }


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_section_is_made_in_both_languages(lang):
    for state, told in _reports().items():
        words = _words(_page(told, lang))
        assert told.area_name(lang) in words, state
        assert not re.search(r"\bNone\b|\bnan\b|[{}]", words), state


def test_headings_are_in_order_and_one_is_the_first():
    for told in _reports().values():
        levels = [int(level) for level in re.findall(r"<h(\d)", _page(told))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_name_that_holds_a_script_stays_text():
    evil = '<script>alert("1")</script>'
    one = pages.gdp()
    target = replace(one.target, wording=evil, source=evil)
    told = replace(pages.with_first(replace(one, name_en=evil, target=target)), area_name_en=evil)
    page = _page(told)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 5


def test_the_first_screen_answers():
    told = pages.report()
    words = _words(tables.headline(told, "en").markup)
    for one in told.with_target:
        assert (
            f"{phrases.name(one, 'en')} {phrases.target(one, 'en')}".replace("\u00a0", " ") in words
        )
        assert percent(one.attained.probability, "en").replace("\u00a0", " ") in words
    assert "All 6 targets attained" in words
    assert "independent" in words


def test_a_settled_target_is_a_fact_and_never_a_probability():
    told = pages.settled()
    words = _words(tables.headline(told, "en").markup)
    assert "4 of 6 targets were attained" in words
    assert "Missed: Retail sales, Foreign trade." in words
    for said in (words, _words(tables.details(told, "en").markup), _terminal(told, "en")):
        assert not re.search(r"[<>] ?\u00a0?\d+\u00a0?%|uncertain|likely|nearly certain", said)
    assert "missed" in _terminal(told, "en")


def test_a_missed_target_makes_all_impossible_rather_than_improbable():
    told = pages.report()
    missed = {"retail_sales": pages.settled().indicators[2]}
    told = replace(told, indicators=[missed.get(one.id, one) for one in told.indicators])
    assert tables.together(told, "en") == "All 6 targets attained: no longer possible"
    assert "missed" in _words(tables.headline(told, "en").markup)


def test_an_improbable_target_is_printed_below_one_per_cent():
    one = pages.gdp()
    remote = replace(one.attained, probability=0.0, standard_error=0.0, word="remote", light="red")
    told = pages.with_first(replace(one, attained=remote))
    words = _words(tables.headline(told, "en").markup)
    assert "< 1 % remote ± less than 0.1 pp" in words
    assert "In danger (red): GDP." in words
    assert "<1%" in _terminal(told, "zh")


def test_without_targets_there_are_rates_and_a_notice_but_no_probability():
    words = _words(tables.headline(pages.without_targets(), "en").markup)
    assert "No growth target for 2013 was known" in words
    assert "Attained with 80 %" in words
    assert "Probability" not in words
    assert tables.others(pages.without_targets(), "en") == Html("")


def test_a_light_is_a_shape_and_a_word_besides_a_colour():
    for light, mark in (("green", "<circle"), ("yellow", "<path"), ("red", "<path")):
        one = pages.gdp()
        told = pages.with_first(replace(one, attained=replace(one.attained, light=light)))
        (lamp,) = re.findall(rf'lamp-{light}">(.*?)</span>', tables.headline(told, "en").markup)[:1]
        assert mark in lamp
        assert light in lamp


def test_plausibility_counts_the_past_years_that_gave_as_much():
    one = pages.gdp()
    need = replace(one.required, percentile=0.25, n_past_years=12)
    assert (
        phrases.plausibility(replace(one, required=need), "en") == "reached in 9 of 12 past years"
    )
    cap = replace(one.target, comparison="at_most", rate_pct=3.0)
    capped = replace(one, required=need, target=cap)
    assert phrases.plausibility(capped, "en") == "kept in 3 of 12 past years"
    assert phrases.needed(capped, "en").startswith("at most")


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_terminal_table_is_aligned(lang):
    for told in _reports().values():
        rule = next(line for line in _terminal(told, lang).splitlines() if "──" in line)
        widths = {cell_len(line) for line in _terminal(told, lang).splitlines()}
        assert widths <= {cell_len(rule) + 1, cell_len(rule) + 2, cell_len(rule)} | {0}


def test_every_caveat_is_a_sentence_without_a_code():
    said = {"year": "2019", "years": "2", "last": "2018-09", "month": "2018-12"}
    said |= {"related": "china/gdp", "model": "pace", "indicators": "gdp, trade"}
    codes = [key.removeprefix("caveat.") for key in entries() if key.startswith("caveat.")]
    for lang in pages.LANGUAGES:
        every = [CaveatSaid(code=code, values=said) for code in codes]
        told = replace(pages.report(), caveats=every)
        words = _words(tables.caveats(told, lang).markup)
        assert not re.search(r"\{|2018-|\bpace\b", words)


def test_amounts_and_the_base_effect_are_told_where_they_are_known():
    one = pages.gdp()
    short = replace(one.required, shortfall_level=12.0, monthly_level=100.0)
    over = replace(short, shortfall_level=-3.0, base_growth_pct=6.0, two_year_average_pct=5.9)
    said = phrases.levels(replace(one, required=short), "zh")
    assert said == ["按预测中位数，全年将短缺12.0亿元。", "今后每月平均需完成100.0亿元。"]
    words = _words(tables.details(pages.with_first(replace(one, required=over)), "zh").markup)
    assert "超出所需3.00亿元" in words
    assert "上年同期增长6.0%" in words


def test_a_coupled_joint_probability_is_held_against_independence():
    told = pages.report()
    coupled = replace(told, joint=replace(told.joint, coupling="ranks", independence_product=0.25))
    words = _words(tables.headline(coupled, "en").markup)
    assert "if the indicators were independent it would be 25 %" in words
