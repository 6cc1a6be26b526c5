"""What the figures of a table show together that none of them shows alone.

Months that are three apart, levels that grow within each year as sums since January do, and years
such as 2009-10 that could be months are refused until the file or the map says what they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from math import gcd

from forecast.base.months import Span, month_of_year, month_text, year_of
from forecast.importing.figures import CellFigure

_SAY = 'allowed: words that say it, in the file or the map: 当月, "quarter", 累计'
_SAY_QUARTERS = 'allowed: words that say it, in the file or the map: "quarter" (当季) or 累计'
# Twelve months since January are twelve times the first; single months of one year never differ so.
_LEAST_SHARE_OF_SUM = 0.55
_LEAST_SHARE_SAID = 0.4  # where words say that levels are sums
_RUN_OF_QUARTERS = 3
_MONTHS_OF_A_COURSE = 8
_SMALL_PCT = Decimal("0.3")


def doubts(figures: Sequence[CellFigure]) -> dict[str, str]:
    """Return by address why figures of one table cannot be told for sure, each with one reason."""
    groups: defaultdict[tuple[str, str], list[CellFigure]] = defaultdict(list)
    for figure in figures:
        groups[figure.area, figure.indicator].append(figure)
    found: dict[str, str] = {}
    for group in groups.values():
        for check in _CHECKS:
            for figure, why in check(group):
                found.setdefault(figure.address, why)
    return found


def _fiscal_years(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months such as 2009-10 where every month of the series is of that form."""
    months = [f for f in group if f.span.n_months == 1]
    if months and all(f.other_reading == "fiscal year" for f in months):
        for figure in months:
            year, number = year_of(figure.span.last), month_of_year(figure.span.last)
            text = f"{year}-{number:02d}"
            rule = f"allowed: {text}-01 for the month; figures of a fiscal year cannot be imported"
            yield figure, f"{text} may be the fiscal year from {year} to {year + 1}; {rule}"


def _days_of_one_year(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months such as 4/1/2019 where nothing tells the day from the month.

    Over several years the other reading would be a few days of each January.
    """
    own = [f for f in group if f.other_reading == "day"]
    if len({f.span.year for f in own}) == 1:
        for figure in own:
            why = f"is {month_text(figure.span.last)}, or a day inside another month"
            rule = 'allowed: date_order = "dmy" or "mdy" in the map'
            yield figure, f"its date {why}, as day and month may be exchanged; {rule}"


def _both_ends(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months by first days and by last days: daily figures have both."""
    own = [f for f in group if f.other_reading in ("first day", "last day")]
    if len({f.other_reading for f in own}) > 1:
        why = "is named by its first or last day, and others by the other, as daily figures are"
        yield from ((f, f"{f.span} {why}; allowed: first days, or last ones") for f in own)


def _bare_quarters(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months such as 2019-1 where no number is above 4: they may be quarters.

    So may 01 to 04 be, where each of several years ends with them.
    """
    months = [f for f in group if f.span.n_months == 1 and f.reach is None]
    years = {f.span.year for f in months}
    numbers = [{month_of_year(f.span.last) for f in months if f.span.year == y} for y in years]
    are_bare = all(f.other_reading == "quarter" for f in months)
    are_four = len(years) > 1 and all(n == {1, 2, 3, 4} for n in numbers)
    if are_four or (are_bare and len({f.span for f in months}) > 1):
        for figure in months:
            text = f"{year_of(figure.span.last)}-{month_of_year(figure.span.last)}"
            yield figure, f"{text} may be a month or a quarter, as none is above 4; {_SAY}"


def _apart(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of single months that lie three, six or twelve months apart."""
    for figures in _by_measure(group):
        single = [
            f for f in figures if f.span.n_months == 1 and f.reach is None and not f.is_of_months
        ]
        months = sorted({f.span.last for f in single})
        gaps = [b - a for a, b in pairwise(months)]
        step = gcd(*gaps) if gaps else 1
        if len(months) >= _least_number(step):
            why = f"the months are {step} apart: single months, or all {_months_up_to(step)}"
            yield from ((figure, f"{why}; {_SAY}") for figure in single)
        elif _has_two_frequencies(gaps):
            why = "some months are three apart and others one: months, or quarters beside months"
            yield from ((figure, f"{why}; {_SAY}") for figure in single)


def _least_number(step: int) -> int:
    """Return how many months that are `step` apart make it doubtful that they are single months."""
    return {1: 10**9, 3: 2, 6: 2, 12: 2}.get(step, 3)


def _months_up_to(step: int) -> str:
    return {3: "of a quarter", 6: "of half a year", 12: "of a year"}.get(step, "since January")


def _has_two_frequencies(gaps: Sequence[int]) -> bool:
    run = longest = 0
    for gap in gaps:
        run = run + 1 if gap == 3 else 0
        longest = max(longest, run)
    return longest >= _RUN_OF_QUARTERS and 1 in gaps


def _sums_by_their_course(group: Sequence[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months or quarters whose levels grow as sums since January do."""
    for n_months in (1, 3):
        own = [f for f in group if f.span.n_months == n_months and f.reach is None]
        if any(_grow_like_sums(levels) for levels in _levels(own)):
            what = "months" if n_months == 1 else "quarters"
            why = f"the levels of {what} grow from January on, and fall in the next one, as sums do"
            yield from ((figure, f"{why}; {_SAY_QUARTERS}") for figure in own)


def _grow_like_sums(levels: Mapping[Span, float]) -> bool:
    """Whether levels rise within each year as fast as sums, and fall from year to year."""
    years: defaultdict[int, list[tuple[Span, float]]] = defaultdict(list)
    for span in sorted(levels):
        years[span.year].append((span, levels[span]))
    if not levels:
        return False
    step = min((b.last - a.last for a, b in pairwise(sorted(levels))), default=1)
    n_points = 4 if step == 1 else 3
    full = [points for points in years.values() if len(points) >= n_points]
    if not full or not all(map(_rises_like_a_sum, full)):
        return False
    runs = list(years.values())
    return all(_falls(a, b) for a, b in pairwise(runs) if len(a) > 1)


def _rises_like_a_sum(points: Sequence[tuple[Span, float]]) -> bool:
    values = [value for _, value in points]
    first, last = (month_of_year(points[at][0].last) for at in (0, -1))
    is_rising = values[0] > 0 and all(a < b for a, b in pairwise(values))
    return is_rising and values[-1] / values[0] >= _LEAST_SHARE_OF_SUM * last / first


def _falls(before: Sequence[tuple[Span, float]], after: Sequence[tuple[Span, float]]) -> bool:
    return after[0][1] < before[-1][1]


def _falling_sums(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield levels that are said to be since January but fall within most years."""
    sums = [f for f in group if f.reach == "to_date"]
    for levels in _levels(sums):
        if min(levels.values()) <= 0:
            continue  # a balance may fall
        steps = [(a, b) for a, b in pairwise(sorted(levels)) if a.year == b.year]
        falls = sum(levels[b] < levels[a] for a, b in steps)
        are_falling = len(steps) >= 3 and 2 * falls >= len(steps)
        if are_falling or _are_too_flat(levels):
            how = "fall" if are_falling else "hardly grow"
            why = f"the levels are said to be since January but {how} within the year"
            rule = "allowed: 当月 or 当季 where they are not sums"
            yield from ((f, f"{why}; {rule}") for f in sums)  # their growth is of the same months


def _are_too_flat(levels: Mapping[Span, float]) -> bool:
    """Whether levels since January grow less, in each year that has a course, than sums can."""
    years: defaultdict[int, list[Span]] = defaultdict(list)
    for span in sorted(levels):
        years[span.year].append(span)
    growth = []
    for spans in years.values():
        first, last = spans[0].n_months, spans[-1].n_months
        if len(spans) >= 3 and last >= 3 * first:
            growth.append(levels[spans[-1]] / levels[spans[0]] < _LEAST_SHARE_SAID * last / first)
    return bool(growth) and all(growth)


def _first_months(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield sums up to the first months of quarters, which name whole quarters by their first."""
    for figures in _by_measure(group):
        sums = [f for f in figures if f.reach == "to_date" and f.span.is_year_to_date]
        months = {f.span.last for f in sums}
        if len(months) > 1 and all(month_of_year(m) % 3 == 1 for m in months):
            why = f"ends in {month_text(min(months))} and others three months apart"
            rule = 'allowed in the map: "quarter 累计" where the first month stands for the quarter'
            yield from ((figure, f"{why}; {rule}") for figure in sums)


def _sums_in_spite_of_words(group: Sequence[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield figures of months, said to be single ones, that rise twelvefold in each of two years.

    Amounts of single quarters can do so, where little is built in winter; those of months cannot.
    """
    own = [f for f in group if f.span.n_months == 1 and f.reach == "month"]
    for levels in _levels(own):
        counts = Counter(span.year for span in levels)
        if sum(n >= _MONTHS_OF_A_COURSE for n in counts.values()) < 1 or len(counts) < 2:
            continue
        if _grow_like_sums(levels):
            why = "the levels are said to be of single months but grow as sums since January do"
            yield from ((f, f"{why}; allowed: 累计 where they are sums") for f in own)


def _shares(group: Iterable[CellFigure]) -> Iterator[tuple[CellFigure, str]]:
    """Yield growth such as 0.065 throughout, which may be shares of one instead of per cent."""
    growth = [f for f in group if f.measure == "growth_pct"]
    if len(growth) > 1 and all(abs(f.value) < 1 and _n_decimals(f) > 2 for f in growth):
        why = "growth below 1 % with three decimals throughout may be shares of one"
        yield from ((f, f"{why}; allowed: per cent, with one decimal or two") for f in growth)
    elif any(abs(f.value) >= 1 and _n_decimals(f) <= 2 for f in growth):
        for f in growth:
            if abs(f.value) < _SMALL_PCT and _n_decimals(f) > 2:
                why = f"growth of {f.value_text} % beside others with fewer decimals may be a share"
                yield f, f"{why} of one; allowed: per cent throughout"
    are_small = len(growth) > 2 and all(abs(f.value) < _SMALL_PCT for f in growth)
    if are_small and 2 * sum(_n_decimals(f) == 2 for f in growth) > len(growth):
        why = f"growth below {_SMALL_PCT} % with two decimals throughout may be shares of one"
        yield from ((f, f"{why}; allowed: per cent, with one decimal") for f in growth)


def _n_decimals(figure: CellFigure) -> int:
    exponent = figure.value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _by_measure(group: Iterable[CellFigure]) -> Iterable[list[CellFigure]]:
    measures: defaultdict[tuple[str, str], list[CellFigure]] = defaultdict(list)
    for figure in group:
        measures[figure.measure, figure.unit].append(figure)
    return measures.values()


def _levels(group: Iterable[CellFigure]) -> Iterator[dict[Span, float]]:
    for figures in _by_measure(group):
        if figures[0].measure == "level":
            yield {f.span: float(f.value) for f in figures}


_CHECKS = (
    _fiscal_years, _days_of_one_year, _bare_quarters, _apart, _sums_by_their_course,
    _sums_in_spite_of_words, _first_months, _falling_sums, _shares, _both_ends,
)  # fmt: skip
