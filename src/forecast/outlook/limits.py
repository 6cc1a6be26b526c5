"""What limits a forecast: what it lacks, and what stands in for it."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.archive.targets import Target
from forecast.base.months import MONTHS_A_YEAR, month, month_text, year_of
from forecast.base.texts import Caveat
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.nowcast import unusable_series
from forecast.models.shared import Scale
from forecast.verification.outturn import judged_target


def limits(
    history: History, target: Target | None, scale: Scale, members: Mapping[str, FloatArray]
) -> tuple[Caveat, ...]:
    """Return what limits an indicator's forecast."""
    caveats = []
    if judged_target(target, history) is None and target is not None:
        caveats.append(Caveat("target_without_base", {"year": str(history.year - 1)}))
    if scale.basis != "own":
        caveats.append(Caveat(f"errors_{scale.basis}", {"years": f"{scale.own_years:d}"}))
    last = history.last_published
    if last is None:
        caveats.append(Caveat("no_growth_ever"))
    elif history.months_known == 0:
        caveats.append(Caveat("nothing_this_year", {"last": month_text(last)}))
        if _is_far_ahead(history):
            caveats.append(Caveat("far_ahead"))
    if "borrowed" in members:
        caveats.append(
            Caveat(
                "borrowed_course",
                {"related": ", ".join(map(str, history.indicator.substitute_series(history.area)))},
            )
        )
    newest = max(history.expected, default=None)
    if newest is not None and (last is None or newest > last):
        caveats.append(Caveat("rests_on_expected", {"month": month_text(newest)}))
    basis = history.shares_basis[-1]
    if (
        basis in ("related", "equal")
        and 0 < history.months_known < MONTHS_A_YEAR
        and history.indicator.accumulates
    ):
        caveats.append(Caveat(f"shares_{basis}"))
    if any(
        b > month(history.year - 1, 1) and year_of(b) <= history.year
        for b in history.indicator.break_months
    ):
        caveats.append(Caveat("levels_break"))
    unusable = unusable_series(history)
    for reason in dict.fromkeys(unusable.values()):
        series = ", ".join(str(s) for s in unusable if unusable[s] == reason)
        caveats.append(Caveat(f"related_{reason}", {"related": series}))
    if len(members) == 1:
        caveats.append(Caveat("one_member", {"model": next(iter(members))}))
    return tuple(caveats)


def _is_far_ahead(history: History) -> bool:
    """Whether neither a series nor those related to it have a figure of the year before.

    The scale of errors is estimated from years whose year before was known.
    """
    newest = [related.last_published for related in (history, *history.related.values())]
    return max((m for m in newest if m is not None), default=0) < month(history.year - 1, 1)
