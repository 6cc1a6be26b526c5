"""Widgets of the exploring notebooks, which ask the library what a plain cell asks.

Each takes what it first shows as parameters, so that a notebook runs without anyone to move it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from ipywidgets import (
    HTML,
    Button,
    Dropdown,
    FloatSlider,
    FloatText,
    HBox,
    IntText,
    Layout,
    SelectionSlider,
    Text,
    ValueWidget,
    VBox,
)

from forecast.archive.archive import Archive
from forecast.archive.folder import add_judgement_of_today, read_archive
from forecast.archive.judgements import LIGHTS, ROLES, Judgement
from forecast.archive.registry import Registry
from forecast.base import texts
from forecast.base.errors import ForecastError, ParameterError, TooFewPaths, UnknownArea
from forecast.base.months import Span
from forecast.base.parameters import day_from
from forecast.base.series import Series
from forecast.base.texts import text
from forecast.history.series import build_history, sources_of
from forecast.models.registry import MODELS
from forecast.outlook.answers import Answer, answer
from forecast.outlook.news import news_of
from forecast.outlook.value import Outlook
from forecast.pages import charts
from forecast.pages.charts import compared
from forecast.pages.html import Html, fragment
from forecast.pages.tables import known_growth
from forecast.pages.tables import scenario as scenario_table
from forecast.report.conditions import (
    MOST_CONDITIONS,
    Condition,
    read_conditions,
    span_growth,
    span_of,
)
from forecast.report.report import report_by_model, report_of
from forecast.report.scenario import MOST_PATHS, scenario_of
from forecast.verification.record import POOL

WIDE = Layout(width="30em")
_NAMED = {"description_width": "8em"}


def panel(
    rows: Sequence[Sequence[ValueWidget]],
    draw: Callable[[], Html],
    lang: str,
    *,
    settle: Callable[[ValueWidget], None] = lambda changed: None,
) -> VBox:
    """Return widgets above what `draw` makes of them, which is drawn anew at each change.

    `settle` first brings the others in line with the one that changed. What stood before is out
    of sight until then, and where the library refuses, its reason is shown: never what belongs to
    other values than the widgets have.
    """
    view, is_settling = HTML(), False

    def redraw() -> None:
        view.layout.visibility = "hidden"
        view.value = _drawn(draw, lang).markup
        view.layout.visibility = "visible"

    def changed(change: dict[str, ValueWidget]) -> None:
        nonlocal is_settling
        if is_settling:
            return
        is_settling = True
        try:
            settle(change["owner"])
        finally:
            is_settling = False
        redraw()

    for widget in chain(*rows):
        widget.style = _NAMED
        widget.layout = WIDE
        widget.observe(changed, "value")
    redraw()
    lines = [HBox(list(row), layout=Layout(flex_flow="row wrap")) for row in rows]
    return VBox([*lines, view])


def _drawn(draw: Callable[[], Html], lang: str) -> Html:
    try:
        return draw()
    except ForecastError as error:
        return fragment("refused", lang, lines=str(error).splitlines())


def indicator_menu(registry: Registry, names: Iterable[str], chosen: str, lang: str) -> Dropdown:
    """Return a menu of indicators; raise ParameterError where the chosen one is not among them."""
    ids = list(names)
    if chosen not in ids:
        raise ParameterError([f"indicator: {chosen!r}; allowed: {', '.join(ids)}"])
    options = [(indicator_name(registry, name, lang), name) for name in ids]
    return Dropdown(options=options, value=chosen, description=text("controls.indicator", lang))


def indicator_name(registry: Registry, name: str, lang: str) -> str:
    """Return the indicator's name in a language."""
    entry = registry.indicators[name]
    return entry.names.of(lang)


def area_menu(archive: Archive, chosen: str, lang: str) -> Dropdown:
    """Return a menu of the areas with figures; raise UnknownArea where the chosen one has none."""
    if chosen not in archive.areas:
        raise UnknownArea(chosen, archive.areas)
    options = [(archive.registry.area_name(area, lang), area) for area in archive.areas]
    return Dropdown(options=options, value=chosen, description=text("controls.area", lang))


def year_menu(years: Sequence[int], chosen: int, lang: str) -> Dropdown:
    """Return a menu of years."""
    options = sorted({*years, chosen}, reverse=True)
    return Dropdown(options=options, value=chosen, description=text("controls.year", lang))


def day_slider(days: Iterable[date], chosen: date, lang: str, *, key: str) -> SelectionSlider:
    """Return a slider of days, the chosen one among them."""
    return SelectionSlider(
        options=day_options(days, chosen, lang),
        value=chosen,
        description=text(f"controls.{key}", lang),
        continuous_update=False,
    )


def day_options(days: Iterable[date], chosen: date, lang: str) -> list[tuple[str, date]]:
    """Return days in their order with their names, the chosen one among them."""
    return [(texts.day(day, lang), day) for day in sorted({*days, chosen})]


def release_days(archive: Archive, keys: Iterable[Series], year: int) -> list[date]:
    """Return the days on which figures of the series came out, in the year and the one after."""
    released = archive.released_on[archive.is_of(keys)]
    days: list[date] = np.unique(released).tolist()
    today = archive.schedule.today()
    return [day for day in days if year <= day.year <= year + 1 and day <= today]


def known(
    archive: Archive, area: str, indicator: str, year: int, as_of: date, lang: str = "en"
) -> VBox:
    """Return menus of area, indicator and year and a slider of days above what was known then."""
    areas = area_menu(archive, area, lang)
    names = indicator_menu(archive.registry, archive.indicators_of(area), indicator, lang)
    years = year_menu(_years(archive), year, lang)
    days = day_slider(_days_of(archive, area, indicator, year), as_of, lang, key="as_of")

    def settle(changed: ValueWidget) -> None:
        if changed is areas:
            choices = archive.indicators_of(areas.value)
            chosen = names.value if names.value in choices else choices[0]
            names.options = indicator_menu(archive.registry, choices, chosen, lang).options
            names.value = chosen
        if changed is not days:
            released = _days_of(archive, areas.value, names.value, years.value)
            chosen_day = days.value if days.value.year == years.value else date(years.value, 12, 31)
            chosen_day = min(chosen_day, archive.schedule.today())
            days.options = day_options(released, chosen_day, lang)
            days.value = chosen_day

    def draw() -> Html:
        snapshot = archive.as_of(days.value)
        return known_growth(build_history(snapshot, areas.value, names.value, years.value), lang)

    return panel([(areas, names), (years, days)], draw, lang, settle=settle)


def _years(archive: Archive) -> range:
    return range(archive.first_release_on.year, archive.last_release_on.year + 1)


def _days_of(archive: Archive, area: str, indicator: str, year: int) -> list[date]:
    return release_days(archive, [Series(area, indicator)], year)


def moved(answer: Answer, since: date | str, lang: str = "en") -> VBox:
    """Return a slider of days above what has moved the answer since, release by release."""
    outlook = answer.outlook
    archive = outlook.snapshot.archive
    sources = [s for n in outlook.indicators for s in sources_of(archive.registry, outlook.area, n)]
    first = archive.first_release_of(outlook.area)
    days = [d for d in release_days(archive, sources, outlook.year) if first <= d < outlook.day]
    slider = day_slider(days, day_from(since), lang, key="since")

    def draw() -> Html:
        return charts.moved(report_of(answer, news_of(answer, slider.value)), lang)

    return panel([(slider,)], draw, lang)


_KEPT = 24  # answers; each holds its paths


def models(
    start: Answer,
    indicator: str,
    model: str,
    *,
    beside: str = POOL,
    lang: str = "en",
) -> VBox:
    """Return menus of indicator and models and a slider of days above both models' fans."""
    outlook = start.outlook
    archive = outlook.snapshot.archive
    menu = indicator_menu(archive.registry, outlook.indicators, indicator, lang)
    pair = [_model_menu(name, key, lang) for name, key in ((model, "model"), (beside, "beside"))]
    days = _days_of_area(archive, outlook.area, outlook.year)
    slider = day_slider(days, outlook.day, lang, key="as_of")

    @lru_cache(_KEPT)
    def on(day: date, name: str) -> Answer:
        if day == outlook.day:
            return start
        return answer(
            archive, outlook.area, outlook.year, day,
            seed=start.seed, n_paths=outlook.n_paths, indicators=[name],
        )  # fmt: skip

    def draw() -> Html:
        now, name = on(slider.value, menu.value), menu.value
        reports = {m.value: report_by_model(now, name, m.value) for m in pair}
        return compared(reports, lang)

    return panel([(menu, slider), pair], draw, lang)


def _model_menu(chosen: str, key: str, lang: str) -> Dropdown:
    names = [POOL, *MODELS]
    if chosen not in names:
        raise ParameterError([f"{key}: {chosen!r}; allowed: {', '.join(names)}"])
    options = [(texts.model_name(name, lang), name) for name in names]
    return Dropdown(options=options, value=chosen, description=text(f"controls.{key}", lang))


def _days_of_area(archive: Archive, area: str, year: int) -> list[date]:
    """Return the days of the year on which figures came out that bear on the area."""
    registry = archive.registry
    series = [s for name in archive.indicators_of(area) for s in sources_of(registry, area, name)]
    first = archive.first_release_of(area)
    return [d for d in release_days(archive, series, year) if d >= first]


_STEP, _TIMES = 0.1, 5


@dataclass(frozen=True)
class _Row:
    """A menu of what is assumed of, and a slider of its growth; a parameter may set the span."""

    menu: Dropdown
    growth: FloatSlider
    start: Condition | None

    def condition(self) -> Condition | None:
        """Return what is assumed; None where nothing is."""
        if not self.menu.value:
            return None
        is_start = self.start is not None and self.start.indicator == self.menu.value
        span: Span | None = self.start.span if is_start and self.start is not None else None
        return Condition(self.menu.value, round(self.growth.value, 2), span)


def scenario(answer: Answer, given: Sequence[str], lang: str = "en") -> VBox:
    """Return sliders of growth above what the probabilities are if it comes out so.

    `given` is what they first stand at, written as on the command line: `retail_sales rest 9`.
    Raise ConditionError where it cannot be met.
    """
    conditions = read_conditions(given)
    scenario_of(answer, conditions)
    outlook = answer.outlook
    # More paths for the ends of the sliders, made now: one that moves should not wait for them.
    wide = replace(answer, outlook=answer.outlook_on(min(_TIMES * outlook.n_paths, MOST_PATHS)))
    rows = [_row(outlook, i, conditions, lang) for i in range(MOST_CONDITIONS)]

    def settle(changed: ValueWidget) -> None:
        for row in rows:
            if changed is row.menu:
                _range(row, outlook)

    def draw() -> Html:
        conditions = [c for row in rows if (c := row.condition()) is not None]
        try:
            return scenario_table(scenario_of(answer, conditions, most_paths=outlook.n_paths), lang)
        except TooFewPaths:
            return scenario_table(
                scenario_of(wide, conditions, most_paths=wide.outlook.n_paths), lang
            )

    return panel([(row.menu, row.growth) for row in rows], draw, lang, settle=settle)


def _row(outlook: Outlook, place: int, conditions: Sequence[Condition], lang: str) -> _Row:
    start = conditions[place] if place < len(conditions) else None
    registry = outlook.snapshot.registry
    names = [name for name, one in outlook.indicators.items() if one.paths is not None]
    options = [(indicator_name(registry, name, lang), name) for name in names]
    nothing = [(text("form.none", lang), "")] if place else []
    key = "and" if place else "if"
    menu = Dropdown(
        options=nothing + options,
        value="" if start is None else start.indicator,
        description=text(f"controls.{key}", lang),
    )
    growth = FloatSlider(
        step=_STEP,
        description=text("controls.growth", lang),
        readout_format=".1f",
        continuous_update=False,
    )
    row = _Row(menu, growth, start)
    _range(row, outlook)
    if start is not None:
        _widen(growth, start.growth_pct, start.growth_pct)
        growth.value = start.growth_pct
    return row


def judgement(folder: str | Path, area: str, indicator: str, year: int, lang: str = "en") -> VBox:
    """Return a form that enters what somebody expects of a year into a data folder, as of today.

    It writes when its button is pressed, and shows what was entered, or why nothing was. An author
    who is new in the folder needs a role. Raise UnknownArea and ParameterError for what the folder
    does not hold.
    """
    archive = read_archive(Path(folder))
    registry = archive.registry
    areas = area_menu(archive, area, lang)
    names = indicator_menu(registry, registry.indicators, indicator, lang)
    years = IntText(value=year, description=text("controls.year", lang))
    author, name, source = (
        Text(description=text(f"controls.{key}", lang)) for key in ("author", "name", "source")
    )
    roles = [("", None), *((text(f"judgement.role_{role}", lang), role) for role in ROLES)]
    role = Dropdown(options=roles, description=text("controls.role", lang))
    forms = [(text(f"controls.form_{form}", lang), form) for form in _FORMS]
    form = Dropdown(options=forms, description=text("controls.form", lang))
    number = FloatText(description=text("controls.value", lang))
    lights = [(text(f"light.{light}", lang), light) for light in LIGHTS]
    light = Dropdown(options=lights, description=text("controls.light", lang), disabled=True)
    button, view = Button(description=text("controls.enter", lang)), HTML()

    def choose(_: object) -> None:
        number.disabled, light.disabled = form.value == "light", form.value != "light"

    def enter(_: object) -> None:
        given = {key: number.value if form.value == key else None for key in _FORMS[:2]}
        given |= {"light": light.value if form.value == "light" else None}
        view.value = _drawn(
            lambda: _entered(
                add_judgement_of_today(
                    Path(folder), area=areas.value, indicator=names.value, year=years.value,
                    author=author.value, name=name.value, role=role.value, source=source.value,
                    **given,
                ),
                lang,
            ),
            lang,
        ).markup  # fmt: skip

    form.observe(choose, "value")
    button.on_click(enter)
    rows = [[areas, names, years], [author, name, role], [form, number, light], [source, button]]
    for widget in chain(*rows):
        widget.layout = WIDE
        if widget is not button:
            widget.style = _NAMED
    lines = [HBox(list(row), layout=Layout(flex_flow="row wrap")) for row in rows]
    return VBox([*lines, view])


_FORMS = ("growth", "probability", "light")


def _entered(one: Judgement, lang: str) -> Html:
    """Return what was entered, as a sentence."""
    values = {"author": one.author, "indicator": one.indicator, "year": one.year}
    said = text("controls.entered", lang, day=one.entered_on.isoformat(), **values)
    return fragment("entered", lang, said=said)


def _range(row: _Row, outlook: Outlook) -> None:
    """Let a slider run where nine of ten paths lie, and stand in the middle of them."""
    row.growth.disabled = not row.menu.value
    condition = row.condition()
    if condition is None:
        return
    one, slider = outlook.indicators[condition.indicator], row.growth
    growth = span_growth(one, span_of(condition, one.history))
    lowest, middle, highest = np.quantile(growth, (0.05, 0.5, 0.95)).round(1).tolist()
    _widen(slider, lowest, highest)
    slider.value = middle
    slider.min, slider.max = lowest, highest


def _widen(slider: FloatSlider, lowest: float, highest: float) -> None:
    slider.min, slider.max = min(slider.min, lowest), max(slider.max, highest)
