"""Every picture against one that was looked at, in both languages, on simulated values."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images

import simulated
from forecast.base.package import PACKAGE
from forecast.base.series import Names
from forecast.pages import charts
from forecast.pages.charts.style import STYLE

HERE = Path(__file__).parent
TOLERANCE = 1.0  # root mean square of what differs, of 255
DPI = 72
SQUARE, PANEL = (4.6, 4.0), (0.1, 0.125, 0.855, 0.725)

compared = pytest.mark.mpl_image_compare(
    style=str(PACKAGE / "pages" / "charts" / "charts.mplstyle"),
    tolerance=TOLERANCE,
    savefig_kwargs={"dpi": DPI},
)
in_both = pytest.mark.parametrize("lang", ["en", "zh"])


def _square(draw: Callable[..., None]) -> Figure:
    with rc_context(STYLE):
        figure = Figure(figsize=SQUARE)
        draw(ax=figure.add_axes(PANEL))
    return figure


@in_both
@compared
def test_fan(lang: str) -> Figure:
    return charts.fan_figure(simulated.gdp(), lang)


@in_both
@compared
def test_fan_of_a_settled_year(lang: str) -> Figure:
    return charts.fan_figure(simulated.settled(), lang)


@compared
def test_small_fan() -> Figure:
    with rc_context(STYLE):
        figure = Figure(figsize=(1.5, 0.5))
        charts.spark(simulated.gdp(), ax=figure.add_axes((0, 0, 1, 1)))
    return figure


@in_both
@compared
def test_year_so_far(lang: str) -> Figure:
    return charts.history_figure(simulated.gdp(), simulated.film(), lang)


@in_both
@compared
def test_what_moved(lang: str) -> Figure:
    return charts.waterfall_figure(simulated.moved(), lang)


@in_both
@compared
def test_members(lang: str) -> Figure:
    return charts.members_figure(simulated.gdp(), lang)


@in_both
@compared
def test_how_many_together(lang: str) -> Figure:
    return charts.joint_figure(simulated.joint(), lang)


@in_both
@compared
def test_all_indicators_by_month(lang: str) -> Figure:
    return charts.heat_figure(simulated.year(), lang)


@in_both
@compared
def test_reliability(lang: str) -> Figure:
    return _square(lambda ax: charts.reliability(simulated.track(), ax=ax, lang=lang))


@in_both
@compared
def test_scores_by_month(lang: str) -> Figure:
    return _square(lambda ax: charts.scores_by_month(simulated.track(), ax=ax, lang=lang))


def test_a_line_a_word_or_a_digit_that_changed_is_more_than_the_tolerance(tmp_path: Path):
    one = simulated.gdp()
    lower = replace(one.attainment.probability, value=0.86)
    changed = (
        replace(one, target=replace(one.target, lower_pct=6.6)),
        replace(one, name=Names("GNP", one.name.zh)),
        replace(one, attainment=replace(one.attainment, probability=lower)),
    )
    for number, other in enumerate(changed):
        path = tmp_path / f"{number}.png"
        with rc_context(STYLE):
            charts.fan_figure(other, "en").savefig(path, dpi=DPI)
        kept = str(HERE / "baseline" / "test_fan_en.png")
        assert compare_images(kept, str(path), TOLERANCE) is not None, number


def test_every_picture_that_was_looked_at_is_compared():
    kept = {path.stem for path in (HERE / "baseline").glob("*.png")}
    names = {name for name in globals() if name.startswith("test_")}
    assert {stem.removesuffix("_en").removesuffix("_zh") for stem in kept} <= names
    assert sum(path.stat().st_size for path in (HERE / "baseline").glob("*.png")) < 400_000
