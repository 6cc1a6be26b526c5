"""What an indicator, a number and a target are called."""

from __future__ import annotations

from collections.abc import Iterable

from forecast.base import texts
from forecast.base.texts import text
from forecast.report.call import TargetSaid
from forecast.report.naming import Named, Targeted
from forecast.report.value import IndicatorReport


def name(one: Named, lang: str) -> str:
    """Return the indicator's name."""
    return one.name_zh if lang == "zh" else one.name_en


def names(indicators: Iterable[Named], lang: str) -> str:
    """Return the names of indicators as a list."""
    return text("form.list", lang).join(name(one, lang) for one in indicators)


def growth(value: float | None, one: IndicatorReport, lang: str) -> str:
    """Return growth in the indicator's decimals, a dash where it is not known."""
    return text("form.none", lang) if value is None else texts.rate(value, one.decimals, lang)


def share(value_pct: float | None, lang: str) -> str:
    """Return a share of the year or the plan, in per cent with one decimal."""
    return text("form.none", lang) if value_pct is None else texts.rate(value_pct, 1, lang)


def target(one: Targeted, lang: str) -> str:
    """Return the target in short, a dash where there is none."""
    said = one.target
    if said is None:
        return text("form.none", lang)
    if said.comparison == "more_than" and said.rate_pct == 0:
        return text("target.more_than_zero", lang)
    return text(f"target.{said.comparison}", lang, **_rates(said, one.decimals, lang))


def _rates(said: TargetSaid, decimals: int, lang: str) -> dict[str, str]:
    ends = {"rate": said.rate_pct, "lower": said.lower_pct, "upper": said.upper_pct}
    return {n: texts.rate(r, decimals, lang) for n, r in ends.items() if r is not None}


def light(one: IndicatorReport) -> str:
    """Return what the light shows: a colour, `attained`, `missed`, or `none` without a call."""
    if one.settled is not None and one.settled.attained is not None:
        return "attained" if one.settled.attained else "missed"
    return "none" if one.attained is None else one.attained.light


def lamp(one: IndicatorReport) -> str:
    """Return what the lamp beside the light shows: `blind` where a yellow light knows no figures.

    Without a figure of the year even odds say that little is known, not that the target is close.
    """
    shown = light(one)
    return "blind" if shown == "yellow" and not one.months_known else shown
