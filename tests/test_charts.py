import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import pages
from forecast import charts, phrases
from forecast.texts import text


def _lines(ax, gid):
    return [line for line in ax.get_lines() if line.get_gid() == gid]


def _drawn(one, lang="en"):
    """Return the axes of an indicator's fan, rendered; a missing glyph is an error."""
    figure = Figure()
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.fan(one, ax=ax, lang=lang)
        canvas.draw()
    return ax


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
        assert phrases.name(one, lang) in said, state
        assert charts.picture(charts.fan_figure(one, lang), "alt").markup.startswith("<figure>")


def test_a_glyph_that_no_font_has_would_be_noticed():
    with pytest.raises(UserWarning, match="missing from font"):
        _drawn(replace(pages.gdp(), name_en="\U00012000"))


def test_the_target_line_stands_at_the_target():
    for one in pages.report().with_target:
        (line,) = _lines(_drawn(one), "target")
        assert set(line.get_ydata()) == {
            one.target.lower_pct if one.target.lower_pct else one.target.rate_pct
        }
    assert _lines(_drawn(pages.without_targets().indicators[0]), "target") == []


def test_known_points_and_the_fan_are_what_the_report_holds():
    one = pages.gdp()
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in _drawn(one).get_lines()]
    median = [m for m in one.fan.quantiles_pct["50"] if m is not None]
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
    wide = {**one.fan.quantiles_pct, "95": [None] * 6 + list(np.linspace(8, 90, 6))}
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
    assert text("fans.no_call_reason", "en") in [t.get_text() for t in ax.texts]
    assert [c for c in ax.collections if len(c.get_paths()) and c.get_zorder() == 2] == []


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
