import html
import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

import pages
from forecast.archive.targets import Comparison
from forecast.base.months import Span
from forecast.base.series import Names
from forecast.base.texts import Caveat, entries
from forecast.outlook.attainment import Probability
from forecast.pages import needs, phrases, tables
from forecast.pages.html import Html
from forecast.pages.tables.headline import simulated, verdict
from forecast.report.value import DataChecks
from forecast.verification.intervals import Interval
from forecast.verification.record import DENSITY_COLUMNS

SECTIONS = (
    "headline",
    "known",
    "details",
    "commitments",
    "members",
    "others",
    "track",
    "track_scores",
    "track_indicators",
    "track_caveats",
    "caveats",
    "provenance",
)


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
        "without a record": pages.without_record(),
        "a thin record": pages.thin(),
        "one settled": pages.with_first(pages.settled().indicators[0]),
        "with progress": pages.with_progress(),
    }


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_section_is_made_in_both_languages(lang):
    for state, told in _reports().items():
        words = _words(_page(told, lang))
        assert told.area_name.of(lang) in words, state
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
    named = replace(one, name=Names(evil, one.name.zh), target=target)
    told = pages.with_first(named)
    told = replace(told, area_name=Names(evil, told.area_name.zh))
    page = _page(told)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 5


def test_the_first_screen_answers():
    words = _words(tables.headline(_with_odds(), "en").markup)
    for target, odds in (
        ("GDP 6.5 % to 7.0 %", "94 % very likely"),
        ("Modern services value added about 7.0 %", "63 % better than even"),
        ("Retail sales at least 7.0 %", "66 % likely"),
        ("Fixed-asset investment at least 10.0 %", "55 % about even"),
        ("Foreign trade positive growth", "53 % about even"),
        ("General budget revenue at least 6.0 %", "> 99 % almost certain"),
    ):
        assert target in words
        assert odds in words
    assert "All 6 targets attained: 4 %" in words
    assert "independent" in words


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0.60, 0.43, {"en": "down 17 pp since 31 Aug", "zh": "较8月31日下降17个百分点"}),
        (0.43, 0.60, {"en": "up 17 pp since 31 Aug", "zh": "较8月31日上升17个百分点"}),
        (0.433, 0.434, {"en": "unchanged since 31 Aug", "zh": "与8月31日持平"}),
    ],
)
def test_the_first_screen_says_how_each_probability_changed(first, last, said):
    told = pages.moving()
    gdp, *others = told.news.targets
    gdp = replace(
        gdp,
        first=replace(gdp.first, probability=Probability(first)),
        last=replace(gdp.last, probability=Probability(last)),
    )
    told = replace(told, news=replace(told.news, targets=(gdp, *others)))
    for lang, words in said.items():
        assert words in _words(tables.headline(told, lang).markup)


def test_a_target_without_a_call_on_an_earlier_day_has_no_change():
    told = pages.moving()
    still = tuple(replace(one, first=None) for one in told.news.targets)
    assert tables.changes(replace(told, news=replace(told.news, targets=still)), "en") == {}
    assert tables.changes(pages.report(), "en") == {}


def test_a_settled_target_is_a_fact_and_never_a_probability():
    told = pages.settled()
    words = _words(tables.headline(told, "en").markup)
    assert "4 of 6 targets were attained" in words
    assert "Missed: Retail sales, Foreign trade." in words
    for said in (words, _words(tables.details(told, "en").markup), _terminal(told, "en")):
        assert not re.search(r"[<>] ?\u00a0?\d+\u00a0?%|uncertain|likely", said)
    assert "missed" in _terminal(told, "en")


def test_a_missed_target_makes_all_impossible_rather_than_improbable():
    told = pages.report()
    missed = {"retail_sales": pages.settled().indicators[2]}
    told = replace(told, indicators=[missed.get(one.id, one) for one in told.indicators])
    assert tables.together(told, "en") == "All 6 targets attained: no longer possible"
    assert "missed" in _words(tables.headline(told, "en").markup)


def test_an_improbable_target_is_printed_below_one_per_cent():
    one = pages.gdp()
    never = Probability(0.0, 0.0)
    remote = replace(one.attainment, probability=never, word="almost_impossible", light="red")
    told = pages.with_first(replace(one, attainment=remote))
    words = _words(tables.headline(told, "en").markup)
    assert "< 1 % almost impossible" in words
    assert "In danger (red), chance of attaining: GDP < 1 %." in words
    assert "< 1 % ± less than 0.1 pp almost impossible" in _words(tables.details(told, "en").markup)
    assert "<1%" in _terminal(told, "zh")


def _with_odds():
    """Return the report with probabilities that no model moves, and their errors."""
    odds = {
        "gdp": (0.94, "very_likely", "green"),
        "modern_services_va": (0.63, "better_than_even", "yellow"),
        "retail_sales": (0.655, "likely", "green"),
        "fixed_asset_investment": (0.55, "about_even", "yellow"),
        "trade": (0.525, "about_even", "yellow"),
        "budget_revenue": (0.995, "almost_certain", "green"),
    }
    told = pages.report()
    rows = list(told.indicators)
    for place, one in enumerate(rows):
        if one.id in odds:
            value, word, light = odds[one.id]
            probability = Probability(value, 0.0125 if one.id == "trade" else 0.01)
            attainment = replace(one.attainment, probability=probability, word=word, light=light)
            rows[place] = replace(one, attainment=attainment)
    joint = replace(told.joint, all_targets=Probability(0.04, 0.002))
    return replace(told, indicators=rows, joint=joint)


def test_the_first_sentences_name_the_least_likely_first():
    assert [(lamp, line.replace("\u00a0", " ")) for lamp, line in verdict(_with_odds(), "en")] == [
        (
            "yellow",
            "Most at risk with figures of 2019: "
            "Fixed-asset investment, 55 % (about even). "
            "Forecast 10.8 % [1.8, 20.7], 0.8 pp above the 10.0 % it takes. "
            "Jul–Dec needs 10.0 %, 0.1 pp more than so far.",
        ),
        (
            "",
            "All 6 targets attained: 4 %; expected number: 3.8 of 6. "
            "Of the 3 with figures of 2019: all 35 %, expected 2.1",
        ),
        (
            "yellow",
            "At risk, could go either way (yellow), chance of attaining: "
            "Fixed-asset investment 55 %.",
        ),
        (
            "blind",
            "No figure of 2019 yet, so next to nothing is known (yellow); chance by earlier years "
            "and other series: Foreign trade 53 %, Modern services value added 63 %.",
        ),
        ("green", "On course (green), chance of attaining: Retail sales 66 %, GDP 94 %."),
        (
            "green_blind",
            "On course by earlier years and other series, with no figure of 2019 yet (green), "
            "chance of attaining: General budget revenue > 99 %.",
        ),
    ]
    _, _, yellow, blind, green, _ = (line for _, line in verdict(_with_odds(), "zh"))
    assert yellow == "黄灯（有风险，能否达标未定），达标概率：固定资产投资额55%。"
    assert blind.endswith("达标概率：进出口总额53%、现代服务业增加值63%。")
    assert green.endswith("达标概率：社会消费品零售总额66%、地区生产总值94%。")


def test_the_largest_error_of_counting_is_told():
    assert "the counting alone has an error of up to 1.3 pp," in simulated(_with_odds(), "en")
    assert "仅计数误差就可达1.3个百分点" in simulated(_with_odds(), "zh")
    joint = replace(_with_odds().joint, all_targets=Probability(0.04, 0.02))
    assert "up to 2.0 pp," in simulated(replace(_with_odds(), joint=joint), "en")


def test_what_is_needed_stands_beside_growth_so_far_and_the_past_where_past_years_are_too_few():
    one = pages.gdp()
    need = replace(one.required, percentile=None, growth_pct=5.8)
    one = replace(one, past_years_pct={2015: [8.5, 8.9, None], 2018: [None, 7.5, None]})
    past = "past years as far as known: 7.5\u00a0% to 8.9\u00a0% (2 years)"
    below = ["1.4 pp less than so far", past]
    assert needs.plausibility(replace(one, required=need), "en") == below
    more = replace(need, growth_pct=7.3)
    above = ["比累计增速高0.1个百分点", "往年（按已知月份）：7.5%至8.9%（2年）"]
    assert needs.plausibility(replace(one, required=more), "zh") == above
    same = replace(one, required=replace(need, growth_pct=7.2))
    assert needs.plausibility(same, "en") == ["as much as so far", past]
    unknown = replace(one, required=need, months_known=0)
    assert needs.plausibility(unknown, "en") == [past]
    single = replace(unknown, past_years_pct={2018: [None, 7.5]})
    (said,) = needs.plausibility(single, "en")
    assert said == "the one past year known, as far as known: 7.5\u00a0%"
    nothing = replace(unknown, past_years_pct={2018: [None, None]})
    assert needs.plausibility(nothing, "en") == ["no past year on record"]


def test_growth_of_long_ago_is_not_set_beside_what_is_needed():
    one = pages.gdp()
    need = replace(one.required, percentile=None)
    told = replace(one, required=need, months_known=0)
    told = replace(told, past_years_pct={2007: [30.0], 2008: [9.0], 2017: [8.0]})
    assert needs.plausibility(told, "en") == [
        "past years as far as known: 8.0\u00a0% to 9.0\u00a0% (2 years)"
    ]


def test_even_odds_without_a_figure_of_the_year_have_a_lamp_of_their_own():
    one = pages.gdp()
    odds = replace(one.attainment.probability, value=0.5)
    even = replace(one, attainment=replace(one.attainment, probability=odds, light="yellow"))
    assert even.lamp == "yellow"
    assert replace(even, months_known=0).lamp == "blind"
    assert replace(one, months_known=0).lamp == "green_blind"


def test_a_green_light_without_a_figure_of_the_year_says_what_it_rests_on():
    told = pages.with_first(replace(pages.gdp(), months_known=0))
    (said,) = (
        said for lamp, said in verdict(told, "en") if lamp == "green_blind" and "GDP" in said
    )
    assert said.startswith("On course by earlier years and other series, with no figure of 2019")


def test_an_amount_of_an_earlier_year_is_no_level_so_far():
    one = pages.gdp()
    assert phrases.level_so_far(one, "en", year=2019) == "204.90 billion yuan"
    assert phrases.level_so_far(one, "en", year=2020) == "–"
    old = replace(one, last_figure=replace(one.last_figure, growth_pct=None))
    assert phrases.so_far_note(old, "zh", year=2020) == "此前数据为2019年1-6月，未公布增速"


def test_without_targets_there_are_rates_and_a_notice_but_no_probability():
    words = _words(tables.headline(pages.without_targets(), "en").markup)
    assert "No growth target for 2013 was known" in words
    assert "Attained with 80 %" in words
    assert "Probability" not in words
    assert tables.others(pages.without_targets(), "en") == Html("")


def test_a_light_is_a_shape_and_a_word_besides_a_colour():
    for light, mark in (("green", "<circle"), ("yellow", "<path"), ("red", "<path")):
        one = pages.gdp()
        told = pages.with_first(replace(one, attainment=replace(one.attainment, light=light)))
        markup = tables.headline(told, "en").markup
        lamp = re.findall(
            rf'class="state">\s*<span class="lamp lamp-{light}">(.*?)</span>', markup
        )[0]
        assert mark in lamp
        assert light in lamp


def test_plausibility_counts_the_past_years_that_gave_as_much():
    one = pages.gdp()
    need = replace(one.required, percentile=0.25, n_past_years=12)
    reached = ["reached in 9 of 12 past years"]
    assert needs.plausibility(replace(one, required=need), "en") == reached
    cap = replace(one.target, comparison=Comparison.AT_MOST, rate_pct=3.0)
    capped = replace(one, required=need, target=cap)
    assert needs.plausibility(capped, "en") == ["kept in 3 of 12 past years"]
    assert needs.needed(capped, "en").startswith("at most")


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_terminal_table_is_aligned(lang):
    for told in _reports().values():
        rule = next(line for line in _terminal(told, lang).splitlines() if "──" in line)
        widths = {cell_len(line) for line in _terminal(told, lang).splitlines()}
        assert widths <= {cell_len(rule) + 1, cell_len(rule) + 2, cell_len(rule)} | {0}


def test_every_caveat_is_a_sentence_without_a_code():
    said = {"year": "2019", "years": "2", "share": "120", "last": "2018-09", "month": "2018-12"}
    said |= {"author": "an economist", "day": "1 Sep", "growth": "7", "weight": "20"}
    said |= {"probability": "70 %", "without": "60 %", "whole": "the city", "moved": "0.3"}
    said |= {"related": "china/gdp", "model": "pace", "indicators": "gdp, trade"}
    said |= {
        "from": "2018-05",
        "ratio": "9.1",
        "begins": "04",
        "paths": "12",
        "all": "4000",
        "n": "3",
    }
    said |= {
        "name": "sales",
        "why": "it raised",
        "id": "beds",
        "done": "9",
        "place": "a.csv:3",
        "limit": "8",
        "limit_place": "b:1",
    }
    codes = [key.removeprefix("caveat.") for key in entries() if key.startswith("caveat.")]
    for lang in pages.LANGUAGES:
        every = [Caveat(code=code, values=said) for code in codes]
        told = replace(pages.report(), caveats=every)
        words = _words(tables.caveats(told, lang).markup)
        assert not re.search(r"\{|2018-|\bpace\b", words)


def test_amounts_and_the_base_effect_are_told_where_they_are_known():
    one = pages.gdp()
    short = replace(one.required, shortfall_level=12.0, monthly_level=100.0)
    over = replace(short, shortfall_level=-3.0, base_growth_pct=6.0, two_year_average_pct=5.9)
    said = needs.levels(replace(one, required=short), "zh")
    assert said == ["按预测中位数，全年将短缺12.0亿元。", "今后每月平均需完成100.0亿元。"]
    words = _words(tables.details(pages.with_first(replace(one, required=over)), "zh").markup)
    assert "超出所需3.00亿元" in words
    assert "上年同期增长6.0%" in words


def test_the_first_screen_tells_how_many_are_attained_and_which_is_the_weakest():
    told = pages.report()
    chances = [1.0, 0.995, 0.9, 0.7, 0.4, 0.2, 0.05]
    joint = replace(told.joint, at_least=chances, weakest="trade", upper_bound=0.31)
    words = _words(tables.headline(replace(told, joint=joint), "en").markup)
    each = "5 or more: 20 %; 4 or more: 40 %; 3 or more: 70 %; 2 or more: 90 %; 1 or more: > 99 %"
    assert each in words
    assert "The least likely single target is Foreign trade (31 %)." in words


def test_a_coupled_joint_probability_is_held_against_independence():
    told = pages.report()
    coupled = replace(told, joint=replace(told.joint, coupling="ranks", independence_product=0.25))
    words = _words(tables.headline(coupled, "en").markup)
    assert "if the indicators were independent, the probability of all would be 25 %" in words


def test_members_show_their_weights_and_what_recalibration_did():
    one = pages.gdp()
    heavier = replace(one.members[0], weight=0.375)
    shown = replace(one, members=[heavier, *one.members[1:]])
    words = _words(tables.members(pages.with_first(shown), "en").markup)
    assert "weight 38 %" in words
    assert "none: too few years of its own" in words
    wide = replace(one, calibration_scale=1.125, calibration_years=9)
    wide = replace(wide, calibration_effective_years=4.36)
    words = "scale × 1.13, tails apart; by 9 settled years, as good as 4.4 of equal weight"
    assert phrases.recalibration(wide, "en") == words
    assert phrases.recalibration(replace(wide, calibration_scale=1.0), "zh").startswith("不变")


def test_the_record_begins_with_a_plain_sentence_and_names_its_limits():
    record = replace(
        pages.record(), n_forecasts=1234, first_year=2009, last_year=2018, n_without_target=17
    )
    words = _words(tables.track(replace(pages.report(), track=record), "en").markup)
    lead = "In 1,234 replayed calls of 2009–2018, of 16 series"
    assert words.startswith(f"How such calls did in the past {lead}")
    for said in ("known on its day", "at least last year", "final figures", "with years as units"):
        assert said in words
    for model in ("Planner's rule alone", "Growth of past years", "Prophet"):
        assert model in words
    assert "for miscalibration" in words
    assert "17 calls had no such target" in words


def test_a_thin_record_says_so_and_none_says_that_there_is_none():
    words = _words(tables.track(pages.thin(), "en").markup)
    assert "too thin to judge by: 12 calls of 2018." in words
    assert "smaller than by the planner" not in words
    assert "No past call is settled yet" in _words(
        tables.track(pages.without_record(), "en").markup
    )
    assert tables.track_scores(pages.without_record(), "en") == Html("")


def test_a_gain_or_a_loss_against_the_planner_is_named_as_what_it_is():
    record = pages.record()
    (planner,) = (s for s in record.skill if s.rival == "planner")
    larger = replace(planner, crps_pct=replace(planner.crps_pct, value=-12.4))
    told = replace(pages.report(), track=replace(record, skill=[larger]))
    assert "12 % larger than by the planner" in _words(tables.track_headline(told, "en").markup)


def _with_range(attained, lower, upper):
    """Return a report in whose record forecasts given 66 to 89 % came true that often."""
    record = pages.record()
    (likely,) = (one for one in record.ranges if one.word == "likely")
    changed = replace(likely, stated=0.78, attained=Interval(attained, lower, upper))
    return replace(pages.report(), track=replace(record, ranges=[changed]))


def test_probabilities_that_did_not_come_true_are_owned_up_to():
    """Only where the interval by year leaves out what was stated, 78 % on average."""
    words = _words(tables.track_headline(_with_range(0.6, 0.5, 0.7), "en").markup)
    assert "came true less often: 66 to 89 %: 60 % [50, 70]." in words
    words = _words(tables.track_headline(_with_range(0.9, 0.85, 0.95), "zh").markup)
    assert "实际达成多于所述，且超出各年差异所能解释：66至89%：90% [85, 95]" in words
    words = _words(tables.track_headline(_with_range(0.6, 0.4, 0.8), "en").markup)
    assert "came true about as often as stated" in words


def test_years_that_do_not_differ_prove_nothing_of_what_was_stated():
    words = _words(tables.track_headline(_with_range(0.0, None, None), "en").markup)
    assert "as stated" not in words
    assert "less often" not in words


def test_the_page_of_the_record_opens_with_its_question():
    markup = tables.track_headline(pages.report(), "en").markup
    assert markup.count("<h1>") == 1
    assert "<style>" in markup
    assert "How far could such probabilities be trusted in the past?" in markup


def _call(model, status="final", probability=0.6):
    given = {"area": "a", "indicator": "b", "model": model, "outturn_status": status, "year": 2018}
    days = {"as_of": pd.Timestamp("2018-06-30"), "settled_on": pd.Timestamp("2019-01-20")}
    scores = {"pit": 0.5, "crps": 1.25, "brier": 0.16, "log_score": 0.51, "seconds": 2.0}
    empty = {name: 0 for name in DENSITY_COLUMNS}
    return empty | given | days | scores | {"probability": probability}


def _scoreboard(rows):
    calls = pd.DataFrame(rows).astype(DENSITY_COLUMNS)
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(tables.scoreboard(calls))
    return captured.get()


def test_the_scoreboard_has_the_pool_first_then_members_then_references():
    models = ("planner", "drift", "pool_raw", "climatology", "pool")
    said = _scoreboard([_call(model) for model in models])
    names = ["pool", "pool before", "drift", "climatology", "planner"]
    assert [line[:14].strip() for line in said.splitlines() if "1.250" in line] == names
    assert "…" not in said


def test_outturns_that_were_only_expected_stand_in_a_line_of_their_own():
    said = _scoreboard([_call("pool"), _call("pool", "expected"), _call("drift", "expected")])
    lines = [line.split() for line in said.splitlines() if "1.250" in line]
    assert [line[0] for line in lines] == ["pool", "pool,"]
    assert "only expected" in said


def test_calls_without_a_target_have_no_brier_score():
    row = _call("pool") | {"brier": float("nan"), "log_score": float("nan")}
    (line,) = [line for line in _scoreboard([row]).splitlines() if "1.250" in line]
    assert line.split()[3:5] == ["–", "–"]


def _moved(lang="en", **changes):
    moved = replace(pages.moving().news, **changes)
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        console.print(tables.moved_terminal(moved, lang, area="X", year=2019))
    return captured.get() + "\n".join(tables.moved_lines(moved, lang, year=2019))


@pytest.mark.parametrize(
    ("lang", "heads", "odds"),
    [
        ("en", ("New figures", "Related"), "43\u00a0%"),
        ("zh", ("本地新数据", "相关序列"), "43%"),
    ],
)
def test_what_moved_is_a_line_for_each_target_and_a_column_for_each_reason(lang, heads, odds):
    """Of six reasons two are at work: figures of its own and those of related series."""
    changes = {"local": 0.05, "related": -0.02}
    targets = tuple(
        replace(
            told,
            last=replace(told.last, probability=Probability(0.43)),
            items=tuple(replace(i, change=changes.get(i.kind, 0.0)) for i in told.items),
        )
        for told in pages.moving().news.targets
    )
    said = _moved(lang, targets=targets)
    table, _, rows = said.partition("──")
    assert rows.count(odds) >= 6
    assert all(head in table for head in heads)
    idle = {
        "en": ("Revisions", "Passing", "Re-estimation", "Unpublished"),
        "zh": ("数据修订", "时间推移", "重新估计", "未公布数据"),
    }
    assert not any(head in table for head in idle[lang])
    assert not re.search(r"\bNone\b|\bnan\b|[{}]", said)


def test_releases_are_named_with_their_months_and_their_day():
    said = " ".join(_moved().replace("\u00a0", " ").split())
    assert "New figures of the area: Retail sales Jan–Jun: 7.6 % (27 Sep)." in said
    assert "Revisions, without effect: GDP Jan–Jun: 7.2 % (27 Sep)." in said
    assert "Electricity generation Jan–Aug: 4,702.60 billion kWh (15 Sep*)" in said
    assert "* Dated by the usual lag; the value may be a later vintage." in said


def test_many_releases_are_counted_rather_than_named():
    (told,) = (t for t in pages.moving().news.targets if t.indicator == "retail_sales")
    (own,) = (item for item in told.items if item.kind == "local")
    release = next(r for r in own.releases if r.figure.measure == "growth_pct")
    first, _ = release.figure.span.texts
    spans = [Span.parse(first, f"2019-{m:02d}") for m in range(1, 11)]
    figures = [replace(release.figure, span=span, status="expected") for span in spans]
    many = tuple(replace(release, figure=figure) for figure in figures)
    changed = replace(told, items=(replace(own, releases=many),), announced_since=True)
    said = _moved(targets=(changed,)).replace("\u00a0", " ")
    assert said.count("expected 7.6 %") == 6
    assert "4 more" in said
    assert "The target was announced since" in said
    assert "The target was changed since" in _moved(targets=(replace(told, changed_since=True),))


def test_without_a_target_what_moved_is_a_sentence():
    assert tables.moved_lines(replace(pages.moving().news, targets=()), "en", year=2013) == [
        "No target for 2013 was known on this day."
    ]


def test_pieces_of_a_page_stand_one_after_the_other():
    assert Html("<p>a</p>") + Html("<p>b</p>") == Html("<p>a</p><p>b</p>")


def test_commitments_without_progress_are_listed_and_nothing_is_said_of_them():
    words = _words(tables.commitments(pages.report(), "en").markup)
    assert (
        "The work report also makes 33 counted commitments. The data folder holds no progress"
        in words
    )
    assert "新增学位4000个以上" in words
    assert "4,000 places or more" in words
    assert not re.search(r"green|yellow|red\b|likely", words)


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_what_is_done_of_a_commitment_is_said_in_plain_words(lang):
    told = pages.with_progress()
    toilets = next(c for c in told.commitments if c.commitment.id == "public_toilets")
    assert toilets.completion is not None
    likely = replace(toilets.completion, probability=Probability(0.405))
    rows = [replace(c, completion=likely) if c is toilets else c for c in told.commitments]
    told = replace(told, commitments=rows)
    said = {
        c.commitment.id: tables.sentence(c, lang).replace("\u00a0", " ") for c in told.commitments
    }
    expected = {
        "en": {
            "public_toilets": "11 toilets of 24 toilets by 30 Jun 2019. Needed a month from now "
            "on: 4.3. Done by 31 December with 41 %.",
            "school_places": "Done: 4,100 places by 31 Aug 2019, promised were 4,000 places or "
            "more.",
            "renewal_land": "Nothing of 10 hectares was done by 30 Jun 2019 (0 hectares), so there "
            "is no pace to go by. Needed a month from now on: 3.3.",
            "jobs": "no progress reported",
        },
        "zh": {
            "public_toilets": "至2019年6月30日完成11座（承诺24座）。今后每月需4.3。"
            "12月31日前完成的概率为41%。",
            "school_places": "已完成：至2019年8月31日为4,100个，承诺4,000个以上。",
            "jobs": "无进展数据",
        },
    }[lang]
    assert {name: said[name][: len(words)] for name, words in expected.items()} == expected
    page = _words(tables.commitments(told, lang).markup)
    assert said["school_places"] in page.replace("\u00a0", " ")


def test_entries_that_fall_or_pass_the_amount_are_caveats_with_both_lines():
    values = {
        "id": "beds", "done": "90", "place": "commitments/a.csv:3", "limit": "120",
        "limit_place": "commitments/a.csv:2",
    }  # fmt: skip
    for code in ("progress_falls", "progress_above"):
        told = replace(pages.report(), caveats=[Caveat(code=code, values=values)])
        for lang in pages.LANGUAGES:
            words = _words(tables.caveats(told, lang).markup)
            assert "commitments/a.csv:3" in words
            assert "commitments/a.csv:2" in words


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "calls for a second look"), ("zh", "未见需要复核")]
)
def test_checks_of_the_data_say_so_where_there_is_nothing(lang, words):
    report = replace(pages.report(), data_checks=DataChecks.of([]))
    assert words in tables.quality(report, lang).markup


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_checks_of_the_data_have_a_row_for_each_that_is_shown(lang):
    report = pages.report()
    markup = tables.quality(report, lang).markup
    assert markup.count('<th scope="row">') == len(report.data_checks.findings) > 0
