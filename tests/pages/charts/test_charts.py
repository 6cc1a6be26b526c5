import base64
import re
import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import pages
from forecast.archive.targets import Comparison
from forecast.base.series import Names
from forecast.outlook.attainment import Probability
from forecast.pages import charts
from forecast.pages.charts.style import picture_of
from forecast.pages.charts.timeline import fan_alt
from forecast.report.value import IndicatorReport

NAMES = {
    "gdp": {"en": "GDP", "zh": "地区生产总值"},
    "modern_services_va": {"en": "Modern services value added", "zh": "现代服务业增加值"},
    "industrial_va": {"en": "Industrial value added", "zh": "规模以上工业增加值"},
}
TARGET_RATES = {
    "gdp": 6.5, "modern_services_va": 7.0, "retail_sales": 7.0, "fixed_asset_investment": 10.0,
    "trade": 0.0, "budget_revenue": 6.0,
}  # fmt: skip
MODELS = {
    "pace": {"en": "Planner's rule", "zh": "进度法"},
    "drift": {"en": "Drifting trend", "zh": "趋势漂移"},
    "nowcast": {"en": "Nowcast", "zh": "即时预测"},
    "borrowed": {"en": "Related series", "zh": "相关序列"},
}


def _lines(ax, gid):
    return [line for line in ax.get_lines() if line.get_gid() == gid]


def _rendered(draw):
    """Return axes drawn on and rendered; a missing glyph is an error."""
    figure = Figure()
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw(ax)
        canvas.draw()
    return ax


def _drawn(one, lang="en"):
    """Return the axes of an indicator's fan, rendered."""
    return _rendered(lambda ax: charts.fan(one, ax=ax, lang=lang))


def _kinds():
    one = pages.gdp()
    settled = pages.settled()
    return {
        "open": one,
        "settled": settled.indicators[0],
        "settled, December alone": settled.indicators[1],
        "nothing known this year": pages.report().indicators[1],
        "no target": pages.without_targets().indicators[0],
        "a single month ahead": pages.only_december(one),
        "cannot be assessed": pages.unassessed(one),
        "nothing at all": replace(pages.unassessed(one), target=None, past_years_pct={}),
    }


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_state_is_drawn_without_a_warning_and_with_every_glyph(lang):
    for state, one in _kinds().items():
        ax = _drawn(one, lang)
        said = " ".join(t.get_text() for t in ax.texts)
        assert NAMES[one.id][lang] in said, state
        assert charts.picture(charts.fan_figure(one, lang), "alt").markup.startswith("<figure>")


def test_a_glyph_that_no_font_has_would_be_noticed():
    with pytest.raises(UserWarning, match="missing from font"):
        _drawn(replace(pages.gdp(), name=Names("\U00012000", "\U00012000")))


def test_the_target_line_stands_at_the_target():
    heights = {}
    for one in pages.report().with_target:
        (line,) = _lines(_drawn(one), "target")
        heights[one.id] = set(line.get_ydata())
    assert heights == {name: {rate} for name, rate in TARGET_RATES.items()}
    assert _lines(_drawn(pages.without_targets().indicators[0]), "target") == []


def test_known_points_and_the_fan_are_what_the_report_holds():
    one = pages.gdp()
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in _drawn(one).get_lines()]
    median = [m for m in one.fan.quantiles_pct[0.5] if m is not None]
    assert ([6], [7.2]) in drawn
    assert ([6, 7, 8, 9, 10, 11, 12], [7.2, *median]) in drawn


@pytest.mark.parametrize("index", range(6))
def test_what_matters_is_in_view(index):
    one = pages.report().indicators[index]
    bottom, top = _drawn(one).get_ylim()
    seen = [one.target.bound_pct, one.forecast.lower80_pct, one.forecast.upper80_pct]
    assert bottom < min(seen)
    assert max(seen) < top


def test_a_band_that_is_cut_off_says_so():
    one = pages.gdp()
    wide = {**one.fan.quantiles_pct, 0.95: [None] * 6 + list(np.linspace(8, 90, 6))}
    far = replace(
        one,
        fan=replace(one.fan, quantiles_pct=wide),
        forecast=replace(one.forecast, upper90_pct=90.0),
    )
    ax = _drawn(far)
    assert ax.get_ylim()[1] < 20
    assert "90.0\u00a0%, cut off here" in " ".join(t.get_text() for t in ax.texts)


def test_what_cannot_be_assessed_gives_its_reason_and_no_fan():
    ax = _drawn(pages.unassessed(pages.gdp()))
    reason = "Too few figures of its own,\nand no related series to borrow from"
    assert reason in [t.get_text() for t in ax.texts]
    assert [c for c in ax.collections if len(c.get_paths()) and c.get_zorder() == 2] == []


def test_a_line_of_the_first_screen_has_a_small_fan_with_the_target_and_words_for_it():
    told = pages.report()
    small = charts.sparks(told, "en")
    assert list(small) == [one.id for one in told.with_target]
    one = pages.gdp()
    ax = _rendered(lambda ax: charts.spark(one, ax=ax))
    (line,) = _lines(ax, "target")
    assert set(line.get_ydata()) == {6.5}
    assert fan_alt(one, "en") in small[one.id].markup
    assert charts.sparks(pages.settled(), "en") == {}


def test_a_settled_year_states_a_fact_and_no_probability():
    said = " ".join(t.get_text() for t in _drawn(pages.settled().indicators[2]).texts)
    assert "6.5\u00a0%: missed" in said
    assert "chance" not in said


def test_pictures_are_the_same_bytes_each_time_and_say_what_they_show():
    first, second = (charts.fans(pages.report(), "zh").markup for _ in range(2))
    assert first == second
    alts = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)">', first)
    assert len(alts) == 6
    assert all("达标概率" in alt for alt in alts)
    assert len(first) < 600_000


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_strips_show_the_pool_first_and_every_member_with_its_weight(lang):
    for one in pages.report().with_target:
        ax = _rendered(lambda ax, one=one: charts.members(one, ax=ax, lang=lang))
        names = [label.get_text() for label in ax.get_yticklabels()]
        assert names[0] == {"en": "All models together", "zh": "综合"}[lang]
        assert set(names[1:]) == {MODELS[m.model][lang] for m in one.members}
        (line,) = _lines(ax, "target")
        assert line.get_xdata()[0] == TARGET_RATES[one.id]


@pytest.mark.parametrize(
    ("lang", "weights"),
    [("en", {"13\u00a0%", "88\u00a0%", "0\u00a0%"}), ("zh", {"13%", "88%", "0%"})],
)
def test_strips_say_the_weight_of_each_member(lang, weights):
    one = pages.gdp()
    shares = (0.125, 0.875, 0.004)
    members = [replace(m, weight=w) for m, w in zip(one.members, shares, strict=True)]
    weighed = replace(one, members=members)
    ax = _rendered(lambda ax: charts.members(weighed, ax=ax, lang=lang))
    assert weights <= {t.get_text() for t in ax.texts}


def test_strips_stand_at_the_medians_of_the_report_the_weightiest_above():
    one = pages.gdp()
    ax = _rendered(lambda ax: charts.members(one, ax=ax, lang="en"))
    ticks = [line.get_xdata()[0] for line in ax.get_lines() if line.get_marker() == "|"]
    ordered = sorted(one.members, key=lambda m: -m.weight)
    assert ticks == [one.forecast.median_pct, *(m.median_pct for m in ordered)]


def test_strips_are_drawn_for_each_target_and_for_none_once_all_are_settled():
    made = charts.strips(pages.report(), "en").markup
    assert made.count("<img ") == 6
    assert "All models together: 7.2" in made.replace("\u00a0", " ")
    assert charts.strips(pages.settled(), "en").markup == ""
    assert charts.strips(pages.without_targets(), "zh").markup.count("<img ") > 0


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_diagram_shows_what_was_observed_and_what_is_too_little_to_judge(lang):
    record = pages.record()
    ax = _rendered(lambda ax: charts.reliability(record, ax=ax, lang=lang))
    (line,) = _lines(ax, "observed")
    assert list(line.get_xdata()) == record.reliability.stated
    assert list(line.get_ydata()) == record.reliability.observed
    (counts,) = ax.child_axes
    assert [bar.get_height() for bar in counts.patches] == record.reliability.histogram
    thin = pages.thin().track
    ax = _rendered(lambda ax: charts.reliability(thin, ax=ax, lang=lang))
    reason = {"en": "Too few calls of both outcomes", "zh": "两种结果的判断过少"}[lang]
    assert reason in [t.get_text() for t in ax.texts]


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_scores_by_month_name_the_pool_and_every_rival_apart(lang):
    record = pages.record()
    ax = _rendered(lambda ax: charts.scores_by_month(record, ax=ax, lang=lang))
    for model in ("pool", "planner", "climatology", "prophet"):
        (line,) = _lines(ax, model)
        has_calls = [model == "pool" or model in m.rivals_crps_pp for m in record.months]
        assert len(line.get_xdata()) == sum(has_calls)  # without a figure the planner is silent
    names = [t for t in ax.texts if t.get_position()[0] > record.months[-1].months_known]
    heights = sorted(t.get_position()[1] for t in names)
    assert len(heights) == 4
    assert all(b > 1.1 * a for a, b in pairwise(heights))


def test_the_pictures_of_the_record_are_there_where_there_is_a_record():
    assert charts.track(pages.report(), "en").markup.count("<img ") == 2
    assert charts.track(pages.thin(), "zh").markup.count("<img ") == 1
    assert charts.track(pages.without_record(), "en").markup == ""


def _bars(ax, gid):
    return [bar for bar in ax.patches if bar.get_gid() == gid]


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_a_waterfall_leads_from_the_first_probability_to_the_last(lang):
    for told in pages.moving().news.targets:
        ax = _rendered(lambda ax, told=told: charts.waterfall(told, ax=ax, lang=lang))
        first, last = _bars(ax, "whole")
        ends = (told.first.probability.value, told.last.probability.value)
        assert (first.get_width(), last.get_width()) == ends
        steps = _bars(ax, "reason")
        moved = [item for item in told.items if abs(item.change) >= 0.0005]
        assert [bar.get_width() for bar in steps] == pytest.approx([i.change for i in moved])
        reached = sum(bar.get_width() for bar in steps) + ends[0]
        assert reached == pytest.approx(ends[1], abs=0.0005 * len(told.items))


def test_the_waterfall_names_reasons_with_their_size_and_error():
    told = pages.moving().news.targets[3]
    ax = _rendered(lambda ax: charts.waterfall(told, ax=ax, lang="en"))
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert (rows[0], rows[1], rows[-1]) == ("31 Aug 2019", "New figures of the area", "30 Sep 2019")
    said = [t.get_text() for t in ax.texts]
    (own,) = (item for item in told.items if item.kind == "local")
    assert own.change < -0.1
    assert any(t.startswith("\N{MINUS SIGN}") and " ± " in t for t in said)


def test_a_settled_target_ends_its_waterfall_and_its_year_in_a_word():
    report = pages.moving("2020-04-30", "2020-03-31")
    words = {"retail_sales": "missed", "gdp": "attained"}
    for told in report.news.targets:
        if told.indicator in words:
            ax = _rendered(lambda ax, told=told: charts.waterfall(told, ax=ax, lang="en"))
            assert words[told.indicator] in [t.get_text() for t in ax.texts]
    for one in report.with_target:
        if one.id in words:
            frames = [frame for frame in report.timeline if frame.indicator == one.id]
            ax = _rendered(lambda ax, one=one, f=frames: charts.history(one, f, ax=ax, lang="en"))
            assert words[one.id] in [t.get_text() for t in ax.texts]
    assert "It settles the year." in charts.moved(report, "en").markup


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_year_so_far_is_drawn_as_the_report_holds_it(lang):
    report = pages.moving()
    for one in report.with_target:
        frames = [frame for frame in report.timeline if frame.indicator == one.id]
        ax = _rendered(lambda ax, one=one, f=frames: charts.history(one, f, ax=ax, lang=lang))
        (line,) = _lines(ax, "probability")
        assert list(line.get_xdata()) == [frame.day.toordinal() for frame in frames]
        assert list(line.get_ydata()) == [frame.probability.value for frame in frames]
        assert line.get_drawstyle() == "steps-post"
        (dots,) = _lines(ax, "own")
        assert len(dots.get_xdata()) == sum(frame.release == "own" for frame in frames)
        (ticks,) = (c for c in ax.collections if c.get_gid() == "related")
        assert len(ticks.get_segments()) == sum(frame.release == "related" for frame in frames)
        assert [label.get_text()[0] for label in ax.get_yticklabels()] == ["0", "5", "1"]


def test_sections_of_what_moved_say_it_in_words_too():
    report = pages.moving()
    for lang in pages.LANGUAGES:
        markup = charts.moved(report, lang).markup + charts.film(report, lang).markup
        assert markup.count("<h2>") == 2
        alts = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)">', markup)
        assert len(alts) >= 9
        assert len(set(alts)) == len(alts)
    said = charts.moved(report, "en").markup.replace("\u00a0", " ")
    assert "Retail sales Jan–Jun: 7.6 % (27 Sep)" in said
    assert "China, Retail sales Jan–Aug: 8.2 % (15 Sep*)" in said  # * by the usual lag
    assert charts.moved(report, "en").markup == charts.moved(report, "en").markup


def test_where_nothing_came_out_the_section_says_so_without_a_picture():
    news = pages.moving().news
    still = tuple(
        replace(
            told,
            last=replace(told.last, probability=told.first.probability),
            items=tuple(replace(item, change=0.0, releases=()) for item in told.items),
        )
        for told in news.targets
    )
    report = replace(pages.moving(), news=replace(news, targets=still))
    assert report.news.n_releases == 0
    markup = charts.moved(report, "en").markup
    assert "Nothing new since 31 Aug 2019" in markup
    assert "No probability moved." in markup
    assert "<img" not in markup


def test_without_an_earlier_day_or_a_target_there_are_no_such_sections():
    for report in (pages.report(), pages.without_targets()):
        assert charts.moved(report, "en").markup == charts.film(report, "zh").markup == ""


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_a_film_of_two_days_and_one_of_a_year_have_an_axis(lang):
    report = pages.moving("2020-04-30", "2020-03-31")
    one = report.with_target[0]
    frames = [frame for frame in report.timeline if frame.indicator == one.id]
    for part in (frames[:2], frames):
        ax = _rendered(lambda ax, part=part: charts.history(one, part, ax=ax, lang=lang))
        assert 2 <= len(ax.get_xticks()) <= 8
        left, right = ax.get_xlim()
        assert left < part[0].day.toordinal() < part[-1].day.toordinal() < right
    years = [label.get_text() for label in ax.get_xticklabels() if "\n" in label.get_text()]
    assert [year[-4:] for year in years] == ["2020"]


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_bars_of_how_many_are_attained_add_up_to_certainty(lang):
    told = replace(
        pages.report().joint,
        at_least=(1.0, 0.99, 0.95, 0.83, 0.59, 0.31, 0.09),
        all_targets=Probability(0.09, 0.005),
    )
    ax = _rendered(lambda ax: charts.joint(told, ax=ax, lang=lang))
    heights = [bar.get_height() for bar in _bars(ax, "exactly")]
    assert heights == pytest.approx([0.01, 0.04, 0.12, 0.24, 0.28, 0.22, 0.09])
    said = {"en": "9\u00a0%", "zh": "9%"}[lang]
    assert said in [t.get_text() for t in ax.texts]


def test_how_many_are_attained_is_no_picture_once_the_year_is_settled():
    assert charts.all_together(pages.report(), "en").markup.count("<img ") == 1
    for report in (pages.settled(), pages.without_targets()):
        assert charts.all_together(report, "zh").markup == ""


def _boxes(report):
    ax = _rendered(lambda ax: charts.heat(report, ax=ax, lang="en"))
    rows = [label.get_text() for label in ax.get_yticklabels()]
    found = {}
    for box in ax.patches:
        month, row = box.get_x() + box.get_width() / 2, box.get_y() + box.get_height() / 2
        found[rows[round(row)], round(month)] = box.get_gid()
    return found


def test_the_key_of_the_fans_names_what_is_drawn_and_no_more():
    parts = ("Shaded:", "Dashed: the target.", "bar in December")
    said = {
        name: [part in charts.fans(told, "en").markup for part in parts]
        for name, told in (
            ("open", pages.report()),
            ("settled", pages.settled()),
            ("free", pages.without_targets()),
        )
    }
    assert said == {
        "open": [True, True, False],
        "settled": [False, True, True],
        "free": [True, False, False],
    }


def test_the_hatching_is_lines_for_a_pattern_would_be_a_bitmap_in_a_pdf():
    markup = charts.overview(pages.report(), "en").markup
    (drawing,) = re.findall(r"svg\+xml;base64,([^\"]+)", markup)
    assert b"<pattern" not in base64.b64decode(drawing)


def test_the_strip_shades_each_month_by_how_it_stands_against_the_target():
    one = pages.gdp()  # 6.5 % asked
    known = [None, 3.0, 6.3, 6.8, 7.2, 8.6, *[None] * 6]
    fan = replace(one.fan, known_pct=known, quantiles_pct={0.5: [None] * 6 + [5.0] * 6})
    told = _boxes(pages.with_first(replace(one, fan=fan)))
    shades = {month: told["GDP", month] for month in (2, 3, 4, 5, 6, 12)}
    assert shades == {
        2: "far_below", 3: "near", 4: "near", 5: "above", 6: "far_above", 12: "below",
    }  # fmt: skip
    assert ("GDP", 1) not in told


def test_the_strip_turns_its_shades_for_a_ceiling_and_has_none_without_anything_to_hold_against():
    one = pages.gdp()
    ceiling = replace(one.target, comparison=Comparison.AT_MOST, rate_pct=3.0)
    fan = replace(one.fan, known_pct=[5.5] + [None] * 11, quantiles_pct={})
    told = _boxes(pages.with_first(replace(one, fan=fan, target=ceiling)))
    assert told["GDP", 1] == "far_below"
    free = replace(one, fan=fan, target=None, past_years_pct={})
    assert _boxes(pages.with_first(free))["GDP", 1] == "none"
    last_year = replace(free, past_years_pct={2018: [None] * 11 + [5.6]})
    assert _boxes(pages.with_first(last_year))["GDP", 1] == "near"


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_strip_has_a_row_for_every_indicator_with_growth_and_says_it_in_words(lang):
    markup = charts.overview(pages.report(), lang).markup
    (alt,) = re.findall(r'alt="([^"]+)"', markup)
    names = {
        "en": (
            *("GDP", "Modern services value added", "Retail sales", "Fixed-asset investment"),
            *("Foreign trade", "General budget revenue", "Finance value added"),
            *("Industrial value added", "Tax revenue"),
        ),
        "zh": (
            *("地区生产总值", "现代服务业增加值", "社会消费品零售总额", "固定资产投资额"),
            *("进出口总额", "一般公共预算收入", "金融业增加值", "规模以上工业增加值", "税收收入"),
        ),
    }
    assert all(name in alt for name in names[lang])
    nothing = replace(pages.unassessed(pages.gdp()), target=None, past_years_pct={})
    empty = replace(pages.report(), indicators=[nothing])
    assert charts.overview(empty, lang).markup == ""


def test_a_picture_is_drawn_once_for_the_same_content_and_anew_for_another():
    drawn: list[str] = []

    def figure_of(one: IndicatorReport, lang: str) -> Figure:
        drawn.append(one.id)
        return charts.fan_figure(one, lang)

    named = replace(pages.gdp(), name=Names("Output", pages.gdp().name.zh))
    for one in (pages.gdp(), replace(pages.gdp()), named):
        made = picture_of(figure_of, one, "en", alt="alt")
        assert made.markup.startswith("<figure>")
    assert len(drawn) == 2
