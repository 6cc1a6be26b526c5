"""What the compared pictures draw: made up, so that they change with the drawing alone.

Names and targets are those of the frozen run, which no statistic moves.
"""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from forecast.outlook.attainment import Attainment, Distribution, Joint, Probability
from forecast.outlook.movement import Item, TargetForecast, TargetNews, TimelinePoint
from forecast.report.depth import PastForecast
from forecast.report.result import read_result
from forecast.report.track import MonthScore, TrackRecord
from forecast.report.value import Fan, IndicatorReport, Member, Report
from forecast.verification.intervals import Interval
from forecast.verification.outturn import Outturn
from forecast.verification.scores import Reliability

GOLDEN = Path(__file__).parent / "golden" / "result.json"
AHEAD = 6
DEVIATES = {0.05: -1.64, 0.1: -1.28, 0.25: -0.67, 0.5: 0.0, 0.75: 0.67, 0.9: 1.28, 0.95: 1.64}


@cache
def _frozen() -> Report:
    return read_result(GOLDEN)


def gdp() -> IndicatorReport:
    """Return GDP with 7.2 % in June, and a fan that widens to December."""
    one = _frozen().indicators[0]
    bands = {
        level: [None] * AHEAD + [7.2 + 0.02 * k + z * 0.28 * k**0.5 for k in range(1, 7)]
        for level, z in DEVIATES.items()
    }
    known = [None, None, 7.6, None, None, 7.2, *[None] * 6]
    past = {
        2015: [None] * 5 + [8.5, None, None, 8.9, None, None, 9.1],
        2016: [None, None, 8.0, None, None, 8.2, None, None, 8.3, None, None, 8.6],
        2018: [None] * 8 + [7.5, None, None, 7.5],
    }
    return replace(
        one,
        fan=Fan(months=one.fan.months, known_pct=known, quantiles_pct=bands, unpublished=[]),
        past_years_pct=past,
        months_known=6,
        forecast=_band(7.3, 6.4, 8.2, 6.2, 8.4),
        attainment=replace(
            _attained(one), probability=Probability(0.87, 0.005), word="likely", light="green"
        ),
        members=[_member("pace", 7.2, 0.8, 0.4), _member("nowcast", 7.5, 1.3, 0.6)],
    )


def settled() -> IndicatorReport:
    """Return GDP of a year that is out, at 6.1 %, below what was asked."""
    one = gdp()
    outturn = Outturn(
        growth_pct=6.1, released_on=date(2020, 4, 3), status="final", source="simulated",
        attained=False,
    )  # fmt: skip
    last = PastForecast(
        year=2019, as_of=date(2020, 4, 2), probability=0.8, median_pct=7.1, lower80_pct=6.3,
        upper80_pct=7.9, outturn_pct=6.1,
    )  # fmt: skip
    known = [None, None, 7.6, None, None, 7.2, None, None, 6.6, None, None, 6.1]
    fan = replace(one.fan, known_pct=known, quantiles_pct={})
    return replace(
        one,
        fan=fan,
        outturn=outturn,
        last_forecast=last,
        forecast=None,
        attainment=None,
        months_known=12,
    )


def _attained(one: IndicatorReport) -> Attainment:
    assert one.attainment is not None
    return one.attainment


def _band(*at: float) -> Distribution:
    median, lower80, upper80, lower90, upper90 = at
    return Distribution(
        mean_pct=median, median_pct=median, lower80_pct=lower80, upper80_pct=upper80,
        lower90_pct=lower90, upper90_pct=upper90, quantiles_pct=[],
    )  # fmt: skip


def _member(model: str, median: float, reach: float, weight: float) -> Member:
    ends = {"lower80_pct": median - reach, "upper80_pct": median + reach}
    return Member(model=model, median_pct=median, weight=weight, **ends)


def film() -> list[TimelinePoint]:
    """Return a year from February to September, on eight days."""
    chances = (0.62, 0.6, 0.71, 0.7, 0.74, 0.73, 0.66, 0.87)
    kinds = ("none", "related", "own", "related", "own", "related", "related", "own")
    return [
        TimelinePoint(
            day=date(2019, month, 15), indicator="gdp", probability=Probability(p, 0.005),
            is_settled=False, release=kind,
        )
        for month, (p, kind) in enumerate(zip(chances, kinds, strict=True), start=2)
    ]  # fmt: skip


def moved() -> TargetNews:
    """Return a probability that rose from 66 to 87 %, by three reasons."""
    one = gdp()
    items = (
        _item("local", 0.25, 0.3),
        _item("related", -0.05, -0.1),
        _item("time", 0.01, 0.0),
    )
    return TargetNews(
        area="futian", indicator="gdp", name=one.name, decimals=1, unit="",
        since=date(2019, 8, 31), until=date(2019, 9, 30), announced_since=False,
        changed_since=False, attained=None,
        first=TargetForecast(probability=Probability(0.66), median_pct=7.1),
        last=TargetForecast(probability=Probability(0.87), median_pct=7.3), items=items,
    )  # fmt: skip


def _item(kind: str, change: float, median_pp: float) -> Item:
    return Item(
        kind=kind, change=change, standard_error=0.004, median_pp=median_pp, settles=False,
    )  # fmt: skip


def joint() -> Joint:
    """Return six targets of which four are likeliest to be attained."""
    return Joint(
        indicators=tuple(one.id for one in _frozen().with_target),
        all_targets=Probability(0.09, 0.005), at_least=(1.0, 0.99, 0.95, 0.83, 0.59, 0.31, 0.09),
        independence_product=0.05, lower_bound=0.0, upper_bound=0.51, weakest="trade",
        coupling="ranks",
    )  # fmt: skip


def year() -> Report:
    """Return a report of six targets that stand above, at and below what is asked."""
    gaps = (0.7, 0.1, -1.0, -4.0, 3.0, 0.4)
    shown = _frozen().with_target
    rows = [_around(one, gap) for one, gap in zip(shown, gaps, strict=True)]
    return replace(_frozen(), indicators=rows)


def _around(one: IndicatorReport, gap: float) -> IndicatorReport:
    assert one.target is not None
    at = one.target.bound_pct + gap
    known = [None, *[at + 0.2 * k for k in range(5)], *[None] * 6]
    ahead = [None] * 6 + [at + 0.8 - 0.3 * k for k in range(6)]
    fan = Fan(months=one.fan.months, known_pct=known, quantiles_pct={0.5: ahead}, unpublished=[])
    return replace(one, fan=fan)


def track() -> TrackRecord:
    """Return a record whose high probabilities came true less often than was said."""
    stated = [0.05, 0.25, 0.5, 0.75, 0.95]
    diagram = Reliability(
        stated=stated, observed=[0.04, 0.22, 0.5, 0.6, 0.8], lower=[0.0, 0.15, 0.4, 0.65, 0.88],
        upper=[0.1, 0.35, 0.6, 0.85, 1.0], histogram=[40, 22, 15, 12, 10, 11, 14, 20, 30, 76],
        miscalibration=0.01, resolution=0.08, uncertainty=0.24,
    )  # fmt: skip
    months = [_month(known, 2.4 / known**0.5) for known in (2, 3, 5, 6, 8, 9, 11)]
    told = _frozen().track
    assert told is not None
    return replace(told, reliability=diagram, months=months)


def _month(known: int, crps: float) -> MonthScore:
    rivals = {"planner": 1.4 * crps, "climatology": 3.0, "prophet": 2.2}
    return MonthScore(
        months_known=known, n_forecasts=100, effective_years=10.0,
        crps=Interval(crps, 0.8 * crps, 1.2 * crps), brier=Interval(0.15), covers80=Interval(0.8),
        covers80_p=1.0, below80=0.1, above80=0.1, pit_counts=[10] * 10, stated=0.5, attained=0.5,
        miscalibration=0.01, discrimination=0.1,
        rivals_crps_pp=rivals, rivals_brier=dict.fromkeys(rivals, 0.2),
    )  # fmt: skip
