"""What the next figure of each open target would change, computed on its release day.

The curve is what the product would print on that day with the figure among the unpublished ones,
and nothing else new. Paths of today would give a steeper curve: they tie the months of a year too
closely to its December.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from forecast.archive.archive import Archive, Snapshot, next_month
from forecast.archive.figures import Figure
from forecast.archive.schedule import span_kind
from forecast.archive.targets import round_half_up
from forecast.base.files import cache_folder, cache_tables, cached_table, hash_of
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, year_of
from forecast.base.package import forecast_hash
from forecast.base.series import Series
from forecast.combination.estimates import estimation_day
from forecast.history.growth import Basis as GrowthBasis
from forecast.history.levels import FloatArray
from forecast.history.series import History, sources_of
from forecast.outlook.annual import Fits, annual_outlook
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import band
from forecast.outlook.next_figure import Basis, Curve, LightRange, NextFigure, State
from forecast.outlook.value import IndicatorOutlook, Outlook
from forecast.outlook.vintages import Question
from forecast.verification.record import content_hash

N_VALUES = 9
ENDS = (0.02, 0.98)  # of what the next figure will probably say
_ENDED_DAYS = 366  # a series without a figure for longer than that after its day is over
_FEWEST_LAGS, _NEWEST_LAGS = 3, 8
_TOMORROW = timedelta(days=1)
_MOST_VALUES, _HAIR = 2000, 1e-9
_COLUMNS = {"key": "str", "probability": "float64"}
LightOf = Callable[[float], str]


def next_figures(answer: Answer, light_of: LightOf) -> dict[str, NextFigure]:
    """Return by indicator the next figure of each target that is open.

    `light_of` gives the light of a probability.
    """
    return {
        name: next_figure(answer, name, light_of)
        for name, own in answer.outlook.indicators.items()
        if own.target is not None and own.outturn is None
    }


def next_figure(answer: Answer, indicator: str, light_of: LightOf) -> NextFigure:
    """Return the next figure of an indicator, with the curve of its target where it has one."""
    own = answer.outlook.indicators[indicator]
    release = _Release.of(answer.outlook, own.history)
    form = None if release.month is None else _Form.of(own.history, release.month)
    outcomes, target = _outcomes_ahead(own, release), own.judged
    if target is None or outcomes is None or form is None:
        return _without_curve(release, form)
    decimals, paths = own.history.indicator.decimals, form.published(outcomes)
    digits = digits_known(own.history, decimals)
    published, values = round_half_up(paths, decimals), grid_of(paths, digits)
    settles = release.month == month(own.history.year, MONTHS_A_YEAR)

    def met(figures: FloatArray) -> FloatArray:
        return np.asarray(target.is_met(form.outcomes(figures), decimals), dtype=float)

    at_values = met(values) if settles else _probabilities(answer, own, release, form, values)

    def after(figures: FloatArray) -> FloatArray:
        return met(figures) if settles else np.asarray(np.interp(figures, values, at_values))

    every = _every_value(values, decimals)
    lights = [
        ("attained" if p else "missed") if settles else light_of(float(p)) for p in after(every)
    ]
    ends = band(paths)
    return replace(
        _without_curve(release, form),
        settles=settles,
        median_pct=ends.median_pct,
        lower80_pct=ends.lower80_pct,
        upper80_pct=ends.upper80_pct,
        curve=Curve(
            values_pct=values.tolist(),
            probabilities=at_values.tolist(),
            mean=float(after(round_half_up(paths, digits)).mean()),
        ),
        lights=light_ranges(every, lights, published),
    )


def _without_curve(release: _Release, form: _Form | None) -> NextFigure:
    return NextFigure(
        state=release.state,
        span=None if form is None else form.span,
        expected_on=release.expected_on,
        expected_basis=release.basis,
        earliest_on=release.earliest_on,
        latest_on=release.latest_on,
        days_late=release.days_late,
        settles=False,
        median_pct=None,
        lower80_pct=None,
        upper80_pct=None,
        curve=None,
        lights=[],
    )


# When it comes ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    """The next release of a series: the month that its span ends with, and when it is expected."""

    state: State
    month: int | None = None
    expected_on: date | None = None
    basis: Basis | None = None
    earliest_on: date | None = None
    latest_on: date | None = None
    days_late: int = 0

    @classmethod
    def of(cls, outlook: Outlook, history: History) -> _Release:
        """Return the next release of a history's series on the day of an outlook."""
        following = next_month(history.figures)
        if following is None:
            return cls(state="unknown")
        if following > month(history.year, MONTHS_A_YEAR):
            return cls(state="none_left")
        lags = _past_lags(outlook, history.series, following)
        series = history.series
        ends_on = outlook.snapshot.schedule.end_of(series.area, following)
        usual = outlook.snapshot.schedule.usual_release_on(*series, following)
        basis: Basis = "past_releases" if usual is None else "schedule"
        if usual is None and not lags:
            return cls(state="unknown", month=following)
        expected = usual or ends_on + timedelta(days=round(median(lags)))
        late = max(0, (outlook.day - expected).days)
        if late > _ENDED_DAYS:
            return cls(state="ended", days_late=late)
        known = lags if len(lags) >= _FEWEST_LAGS else []
        return cls(
            state="overdue" if late else "expected",
            month=following,
            expected_on=expected,
            basis=basis,
            earliest_on=ends_on + timedelta(days=min(known)) if known else None,
            latest_on=ends_on + timedelta(days=max(known)) if known else None,
            days_late=late,
        )

    def day_after(self, today: date) -> date:
        """Return the day on which the figure will be known: tomorrow where it is late."""
        tomorrow = today + _TOMORROW
        return tomorrow if self.expected_on is None else max(self.expected_on, tomorrow)


def _past_lags(outlook: Outlook, series: Series, following: int) -> list[int]:
    """Return the days from the ends of past spans of this kind to their releases, oldest first.

    Days that are estimated say nothing about lags, nor does a figure republished a year later.
    """
    first: dict[int, date] = {}
    ends_on = outlook.snapshot.schedule.end_of
    for figure in outlook.snapshot.archive.releases(*series):
        is_dated = figure.released_on_basis == "published" and figure.settles
        last = figure.span.last
        is_first = (figure.released_on - ends_on(series.area, last)).days < _ENDED_DAYS
        if is_dated and is_first and figure.released_on <= outlook.day:
            first[last] = min(first.get(last, figure.released_on), figure.released_on)
    kind = span_kind(following)
    dated = [(on, m) for m, on in sorted(first.items()) if span_kind(m) == kind]
    lags = [(on - ends_on(series.area, m)).days for on, m in dated]
    return lags[-_NEWEST_LAGS:]


# What it will probably say ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """What a series publishes next: its months, and how its value follows from the year so far.

    Growth is of January to the month. So is the sum of a balance, which paths have on the scale of
    a whole year, and the mean of a rate, unless these are published by the month or the quarter.
    """

    span: Span
    factor: float = 1.0
    offset: float = 0.0

    @classmethod
    def of(cls, history: History, last: int) -> _Form:
        """Return the form of the figure whose months end with `last`."""
        entry, n = history.indicator, month_of_year(last)
        if not entry.has_no_growth:
            return cls(Span.year_to_date(year_of(last), n))
        if entry.is_stock:
            return cls(Span(last, last))
        own = _months_of_a_figure(history, last)
        before = history.at(last - own) if own < n else 0.0
        if np.isnan(before):
            own, before = n, 0.0
        scale = own if entry.kind == "rate" else MONTHS_A_YEAR
        return cls(Span(last - own + 1, last), n / scale, -(n - own) * before / scale)

    def published(self, outcomes: FloatArray) -> FloatArray:
        """Return the figures by which outcomes of the year so far come out."""
        return np.asarray(self.factor * outcomes + self.offset)

    def outcomes(self, published: FloatArray) -> FloatArray:
        """Return outcomes of the year so far from the figures by which they come out."""
        return np.asarray((published - self.offset) / self.factor)


def _months_of_a_figure(history: History, last: int) -> int:
    """Return the months of the newest figure within a year that does not count from January on.

    They are those since January where there is none in the year before `last`.
    """
    spans = [f.span for f in _of_a_year(history, last)]
    parts = [s for s in spans if s.is_within_a_year and not s.is_year_to_date]
    newest = max(parts, key=lambda span: span.last, default=None)
    own = month_of_year(last) if newest is None else newest.n_months
    return min(own, month_of_year(last))


def _of_a_year(history: History, last: int) -> list[Figure]:
    """Return the settled figures whose months end in the year up to `last`, or later."""
    return [f for f in history.figures if f.settles and f.span.last > last - MONTHS_A_YEAR]


def _outcomes_ahead(own: IndicatorOutlook, release: _Release) -> FloatArray | None:
    """Return the year up to the next release on each path; None where no path reaches it."""
    if own.paths is None or release.month is None or release.month not in own.history.ahead:
        return None
    return np.asarray(own.paths[:, own.history.ahead.index(release.month)])


def digits_known(history: History, decimals: int) -> int:
    """Return the decimals to which a figure of the year so far will be known, once it is out.

    Where it is not published but follows from levels or from growth of single months, it is known
    to more digits than it is printed with, and figures would differ more than they do if rounded.
    """
    last = history.last_published
    if last is None:
        return decimals
    row = year_of(last) - history.first_year
    is_published = history.growth.basis[row, month_of_year(last) - 1] == GrowthBasis.PUBLISHED
    return decimals if is_published else decimals + 1


def grid_of(values: FloatArray, decimals: int) -> FloatArray:
    """Return nine values as they will be known, or fewer, evenly from the 2 to the 98 % point."""
    low, high = np.quantile(values, ENDS)
    return np.unique(round_half_up(np.linspace(low, high, N_VALUES), decimals))


def _every_value(values: FloatArray, decimals: int) -> FloatArray:
    """Return every value that can be published between the ends of some."""
    step = max(10.0**-decimals, (values[-1] - values[0]) / _MOST_VALUES)
    return np.unique(round_half_up(np.arange(values[0], values[-1] + step / 2, step), decimals))


def light_ranges(
    every: FloatArray, lights: Sequence[str], published: FloatArray
) -> list[LightRange]:
    """Return the values after which a target has each light, from the lowest value up.

    `lights` are those of `every` value that can be published, in rising order; `published` are the
    values that are expected, path by path.
    """
    turns = [i for i in range(1, len(every)) if lights[i] != lights[i - 1]]
    ranges = []
    for start, end in pairwise([0, *turns, len(every)]):
        lower = every[start] if start else -np.inf
        upper = every[end - 1] if end < len(every) else np.inf
        is_in = (published >= lower - _HAIR) & (published <= upper + _HAIR)
        ranges.append(
            LightRange(
                light=lights[start],
                lower_pct=float(lower) if start else None,
                upper_pct=float(upper) if end < len(every) else None,
                probability=float(is_in.mean()),
            )
        )
    return ranges


# What a report would say with it ------------------------------------------------------------------


def _probabilities(
    answer: Answer, own: IndicatorOutlook, release: _Release, form: _Form, values: FloatArray
) -> FloatArray:
    """Return the probability of the target after each value, from the cache if it is there.

    Days on which nothing new bears on the indicator ask for the same ones.
    """
    archive = _archive_of(answer, own.history.indicator.id)
    day = release.day_after(answer.outlook.day)
    if archive.unpublished is not None:
        return _computed(answer, own, archive, day, form, values)
    path, key = _place(answer, own, archive, day, form)
    keys = [f"{key}/{value!r}" for value in values.tolist()]
    table = cached_table(path, _COLUMNS)
    cached = {} if table is None else dict(zip(table["key"], table["probability"], strict=True))
    if not cached.keys() >= set(keys):
        computed = _computed(answer, own, archive, day, form, values)
        cached |= dict(zip(keys, computed.tolist(), strict=True))
        rows = {"key": list(cached), "probability": list(cached.values())}
        cache_tables({path: pd.DataFrame(rows).astype(_COLUMNS)})
    return np.array([cached[key] for key in keys])


def _place(
    answer: Answer, own: IndicatorOutlook, archive: Archive, day: date, form: _Form
) -> tuple[Path, str]:
    """Return where the curves of a question are cached, and a hash of all that one depends on."""
    outlook, name = answer.outlook, own.history.indicator.id
    question = outlook.area, outlook.year, answer.seed, outlook.n_paths, forecast_hash()
    learnt_on = estimation_day(outlook.day)
    depends_on = (
        name, archive.content_hash(), archive.judgements, archive.targets, day, form,
        content_hash(answer.record), learnt_on,
    )  # fmt: skip
    return cache_folder() / f"curves-{hash_of(question)}.parquet", hash_of(depends_on)


def _computed(
    answer: Answer,
    own: IndicatorOutlook,
    archive: Archive,
    day: date,
    form: _Form,
    values: FloatArray,
) -> FloatArray:
    """Return the probability of the target after each value; models are fitted at the middle one.

    The others are updated with the same parameters: fits are what takes long.
    """
    outlook, name = answer.outlook, own.history.indicator.id
    known, fits = archive.as_of(day), Fits()
    probabilities = np.full(len(values), np.nan)
    order = sorted(range(len(values)), key=lambda i: abs(i - (len(values) - 1) / 2))
    for place in order:
        figures = figures_of(own.history, form.span, float(values[place]), day)
        after = annual_outlook(
            _with_figures(known, own.history.series, figures),
            outlook.area,
            outlook.year,
            record=answer.record,
            seed=answer.seed,
            n_paths=outlook.n_paths,
            indicators=[name],
            learnt_on=outlook.day,
            fits=fits,
        )
        met = after.indicators[name].met(outlook.n_paths)
        probabilities[place] = np.nan if met is None else float(met.mean())
    return probabilities


def _archive_of(answer: Answer, indicator: str) -> Archive:
    """Return what was known on the day of the series that bear on an indicator, with its target."""
    outlook = answer.outlook
    archive, day = outlook.snapshot.archive, outlook.day
    rows = Question.of(answer).bears_on(indicator) & (archive.released_on <= np.datetime64(day))
    figures = archive.figures[rows].reset_index(drop=True)
    unpublished = archive.unpublished
    if unpublished is not None:
        unpublished = unpublished[unpublished["released_on"] <= pd.Timestamp(day)]
    targets = tuple(t for t in archive.targets if t.announced_on <= day)
    return replace(
        archive, figures=figures, targets=targets, unpublished=unpublished, published_forecasts=(),
        judgements=archive.judgements.until(day),
    )  # fmt: skip


def _with_figures(known: Snapshot, series: Series, figures: Collection[Figure]) -> Snapshot:
    """Return what is known with figures of a series; other histories are built once for all."""
    after = replace(known, archive=known.archive.with_unpublished(series, figures))
    for key in [k for k in known.histories if series in sources_of(known.registry, *k[:2])]:
        del known.histories[key]
    object.__setattr__(after, "histories", known.histories)
    return after


def figures_of(history: History, span: Span, value: float, day: date) -> list[Figure]:
    """Return the figures by which a value of a span comes out, in the series' own form.

    It is the level of a rate or a balance, growth of others. Beside growth stands the
    level that follows from it on the base of the newest figures, where the series publishes levels;
    else models of levels would not see the figure.
    """
    if history.indicator.has_no_growth:
        return [_figure(history, span, "level", value, day)]
    last, growth_pct = span.last, value
    newest = max(f.span.last for f in history.figures if f.settles)
    forms = {(f.measure, f.span.n_months == 1) for f in history.figures if f.span.last == newest}
    levels = {is_month for measure, is_month in forms if measure == "level"}
    figures = []
    level = _level_of(history, last, growth_pct)
    if level is not None and levels:
        figures.append(_figure(history, span, "level", level, day))
    if not figures or any(measure == "growth_pct" for measure, _ in forms):
        of_month = _growth_of_month(history, newest, last, growth_pct)
        if of_month is None:
            figures.append(_figure(history, span, "growth_pct", growth_pct, day))
        else:
            figures.append(_figure(history, Span(last, last), "growth_pct", of_month, day))
    return figures


def _growth_of_month(history: History, newest: int, last: int, growth_pct: float) -> float | None:
    """Return the growth of a single month with which growth since January comes to a value.

    None for a series that published growth since January itself in the year to its `newest` month:
    of others, models of months see no other figure. With base-year shares w and their sums W it is
    (W_t S_t - W_(t-1) S_(t-1)) / w_t.
    """
    spans = [f.span for f in _of_a_year(history, newest) if f.measure == "growth_pct"]
    n = month_of_year(last)
    has_months = any(s.n_months == 1 and month_of_year(s.last) > 1 for s in spans)
    if not has_months or any(s.is_year_to_date and s.n_months > 1 for s in spans):
        return None
    if history.indicator.is_stock or n == 1:
        return None
    year = year_of(last)
    before, now = (history.settled_share(year, k) for k in (n - 1, n))
    found = (now * growth_pct - before * history.at(last - 1)) / (now - before)
    return found if np.isfinite(found) else None


def _figure(history: History, span: Span, measure: str, value: float, day: date) -> Figure:
    if history.indicator.is_stock:
        span = Span(span.last, span.last)
    unit = "pct" if measure == "growth_pct" or history.levels is None else history.levels.unit
    ends_a_year = (
        month_of_year(span.last) == MONTHS_A_YEAR
    )  # where unpublished figures settle nothing
    return Figure(span, measure, value, unit, "final", day, "published", is_published=ends_a_year)


def _level_of(history: History, last: int, growth_pct: float) -> float | None:
    """Return the level that follows from growth; None where the base is not known."""
    levels, year = history.levels, year_of(last)
    if levels is None or not levels.are_comparable(year):
        return None
    rule = history.indicator
    if rule.price_basis == "real" or not (rule.accumulates or rule.is_stock):
        return None
    row = year - 1 - levels.first_year
    table = levels.monthly if rule.is_stock else levels.year_to_date
    if not 0 <= row < len(table):
        return None
    revision = history.growth.base_revision[year - history.first_year]
    base = table[row, month_of_year(last) - 1] * (1 + np.nan_to_num(revision))
    level = base * (1 + growth_pct / 100)
    return float(level) if np.isfinite(level) else None
