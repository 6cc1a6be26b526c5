"""What a reader of a forecast has to know beside its number."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.base.caveat import Caveat
from forecast.base.months import MONTHS_A_YEAR, month, month_text, year_of
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.related import unusable_series
from forecast.models.shared import Scale


def limits(history: History, scale: Scale, members: Mapping[str, FloatArray]) -> tuple[Caveat, ...]:
    """Return what limits an indicator's forecast."""
    found = []
    if scale.basis != "own":
        found.append(Caveat(f"errors_{scale.basis}", {"years": f"{scale.own_years:d}"}))
    last = history.last_published
    if last is None:
        found.append(Caveat("no_growth_ever"))
    elif history.months_known == 0:
        found.append(Caveat("nothing_this_year", {"last": month_text(last)}))
        if _is_far_ahead(history):
            found.append(Caveat("far_ahead"))
    if "borrowed" in members:
        found.append(
            Caveat(
                "borrowed_course",
                {"related": ", ".join(map(str, history.indicator.substitute_series(history.area)))},
            )
        )
    newest = max(history.expected, default=None)
    if newest is not None and (last is None or newest > last):
        found.append(Caveat("rests_on_expected", {"month": month_text(newest)}))
    basis = history.shares_basis[-1]
    if (
        basis in ("related", "equal")
        and 0 < history.months_known < MONTHS_A_YEAR
        and history.indicator.annual_rule in ("published_ytd", "sum_of_months")
    ):
        found.append(Caveat(f"shares_{basis}"))
    if any(
        b > month(history.year - 1, 1) and year_of(b) <= history.year
        for b in history.indicator.break_months
    ):
        found.append(Caveat("levels_break"))
    unusable = unusable_series(history)
    for reason in dict.fromkeys(unusable.values()):
        series = ", ".join(str(s) for s in unusable if unusable[s] == reason)
        found.append(Caveat(f"related_{reason}", {"related": series}))
    if len(members) == 1:
        found.append(Caveat("one_member", {"model": next(iter(members))}))
    return tuple(found)


def _is_far_ahead(history: History) -> bool:
    """Whether neither a series nor those related to it know anything of the year before.

    How far forecasts go wrong has been learnt from years whose year before was known.
    """
    known = [one.last_published for one in (history, *history.related.values())]
    return max((m for m in known if m is not None), default=0) < month(history.year - 1, 1)
