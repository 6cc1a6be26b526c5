"""The outlook of a day as a value: joint paths of all indicators, and what led to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from forecast.archive.archive import BoolArray, Snapshot
from forecast.archive.targets import Target
from forecast.base.frames import markup_of
from forecast.base.months import month_text
from forecast.base.texts import Caveat, day, text
from forecast.combination.calibration import Calibration
from forecast.combination.judgement import JudgementWeight
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.shared import Scale
from forecast.outlook.attainment import (
    N_BATCHES,
    Joint,
    RatioNeed,
    band,
    joint_attainment,
    probability,
    quantiles,
)
from forecast.verification.outturn import Outturn, judged_target

Status = Literal["forecast", "settled", "cannot_be_assessed"]
_MEMBER = (0.5, 0.1, 0.9)
_FAN = (0.05, 0.1, 0.5, 0.9, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """What is known of a ratio from its parts: months of both, past years, and what is needed."""

    months_known: int
    past_years: Mapping[int, float]
    need: RatioNeed | None = None


@dataclass(frozen=True, repr=False)
class IndicatorOutlook:
    """One indicator's outlook.

    `paths` has shape (n_paths, months ahead), YTD growth in per cent, the same path in the same
    row for every indicator; None where the year is settled or cannot be assessed. `members`
    holds each model's own paths before pooling, `weights` how much each counts; `judgement` is what
    a person's expectation did to the pool, None where it did nothing.
    """

    history: History
    target: Target | None
    status: Status
    scale: Scale
    members: Mapping[str, FloatArray] = field(default_factory=dict)
    paths: FloatArray | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    judgement: JudgementWeight | None = None
    outturn: Outturn | None = None
    caveats: tuple[Caveat, ...] = ()
    ratio: Ratio | None = None  # of an indicator that has no figures of its own

    @property
    def months_known(self) -> int:
        """Number of months of the year that are settled, of a ratio those of both its parts."""
        return self.history.months_known if self.ratio is None else self.ratio.months_known

    @property
    def december(self) -> FloatArray | None:
        """Annual growth on each path, in per cent."""
        return None if self.paths is None else self.paths[:, -1]

    @property
    def judged(self) -> Target | None:
        """The target as paths are judged by it; None where they cannot be."""
        return judged_target(self.target, self.history)

    def met(self, n_paths: int) -> BoolArray | None:
        """Return per path whether the target is met; None without a target or a distribution."""
        target = self.judged
        if target is None:
            return None
        if self.outturn is not None:
            return np.full(n_paths, self.outturn.attained)
        decimals = self.history.indicator.decimals
        return None if self.december is None else target.is_met(self.december, decimals)

    def met_without_judgement(self) -> BoolArray | None:
        """Return per path whether the pool alone meets the target; None without a judgement."""
        if self.judgement is None or self.judged is None or self.december is None:
            return None
        outcomes = self.judgement.without(self.december)
        return self.judged.is_met(outcomes, self.history.indicator.decimals)

    def alone(self, model: str) -> IndicatorOutlook:
        """Return the outlook by one of the members, neither pooled nor recalibrated."""
        paths = self.members[model]
        only, weight = {model: paths}, {model: 1.0}
        return replace(
            self,
            paths=paths,
            members=only,
            weights=weight,
            calibration=Calibration(),
            judgement=None,
        )

    def in_unit(self, paths: FloatArray) -> FloatArray:
        """Return paths in the outcome's own unit: of a balance the sums so far."""
        parts = [self.history.to_date(1.0, m) for m in self.history.ahead]
        return np.asarray(paths * np.array(parts))

    def to_frame(self) -> pd.DataFrame:
        """Return the paths: a row for each, a column for each month ahead, YTD growth in %."""
        months = pd.PeriodIndex([month_text(m) for m in self.history.ahead], freq="M")
        paths = np.empty((0, len(months))) if self.paths is None else self.in_unit(self.paths)
        return pd.DataFrame(paths, columns=months).rename_axis("path")

    def members_frame(self) -> pd.DataFrame:
        """Return a row for each model and the pool: weight, mean, median and 80 % band in %."""
        every = {} if self.paths is None else {"pool": self.paths, **self.members}
        rows = {
            name: (self.weights.get(name, 1.0), december.mean(), *np.quantile(december, _MEMBER))
            for name, december in ((name, paths[:, -1]) for name, paths in every.items())
        }
        columns = ["weight", "mean_pct", "median_pct", "lower80_pct", "upper80_pct"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("model")

    def __repr__(self) -> str:
        """Return in a line whose outlook it is, and how many paths it has."""
        n_paths = 0 if self.paths is None else len(self.paths)
        series = self.history.series
        return f"<IndicatorOutlook {series} {self.history.year}: {self.status}, {n_paths} paths>"

    def _repr_html_(self) -> str:
        """Return the quantiles of the paths by month ahead, for notebooks."""
        frame = self.to_frame()
        shown = frame.quantile(_FAN).T if len(frame) else frame.T
        as_of = day(self.history.as_of, "en")
        names = {"name": self.history.indicator.name_en, "area": self.history.area, "day": as_of}
        return markup_of(shown, text("shown.paths", "en", **names))


@dataclass(frozen=True, repr=False)
class Outlook:
    """The outlook of all indicators of an area for a year, on a day.

    `coupling_years` counts the past years from which the order of the joint paths was estimated;
    0 where the indicators' errors are taken as independent.
    """

    area: str
    year: int
    snapshot: Snapshot
    indicators: Mapping[str, IndicatorOutlook]
    n_paths: int
    coupling_years: int = 0

    @property
    def day(self) -> date:
        """The day at whose end everything was known."""
        return self.snapshot.day

    @cached_property
    def joint(self) -> Joint | None:
        """Joint attainment of all targets that can be assessed, on the same paths."""
        return self._joint(self.indicators)

    @cached_property
    def joint_with_figures(self) -> Joint | None:
        """Joint attainment of the targets with a figure of the year; None where that is all."""
        known = {n: own for n, own in self.indicators.items() if own.months_known}
        joint = self._joint(known)
        whole = self.joint
        is_other = joint is not None and whole is not None and joint.indicators != whole.indicators
        return joint if is_other else None

    def _joint(self, indicators: Mapping[str, IndicatorOutlook]) -> Joint | None:
        met = {name: own.met(self.n_paths) for name, own in indicators.items()}
        assessed = {name: paths for name, paths in met.items() if paths is not None}
        coupling: Literal["ranks", "independent"] = (
            "ranks" if self.coupling_years else "independent"
        )
        return joint_attainment(assessed, N_BATCHES, coupling=coupling)

    def alone(self, model: str) -> Outlook:
        """Return the outlook by one model before pooling, of the indicators that it forecasts."""
        outlooks = {
            name: own.alone(model) for name, own in self.indicators.items() if model in own.members
        }
        return replace(self, indicators=outlooks)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each indicator: what is known and what is forecast, in per cent.

        `probability` lies between 0 and 1, its Monte-Carlo error beside it; what is missing is NaN.
        """
        rows = {name: self._row(own) for name, own in self.indicators.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")

    def paths_frame(self) -> pd.DataFrame:
        """Return the joint paths, a row for each series, month and path: YTD growth in per cent.

        `unique_id` is area/indicator, `ds` the first day of the month, `cutoff` the day of the
        outlook; what has one `sample_id` is one future.
        """
        frames = [
            self._long(own, own.to_frame().melt(ignore_index=False, var_name="month"))
            for own in self.indicators.values()
            if own.paths is not None
        ]
        columns = ["unique_id", "ds", "cutoff", "sample_id", "growth_pct"]
        if not frames:
            return pd.DataFrame(columns=columns)
        return pd.concat(frames, ignore_index=True)[columns]

    def quantile_frame(self, levels: Sequence[float] = _FAN) -> pd.DataFrame:
        """Return quantiles by series, month and model, the pool among them, in per cent.

        Columns are `unique_id`, `ds`, `cutoff`, `model`, and `q0.05` and so on.
        """
        frames = []
        for own in self.indicators.values():
            models = dict(own.members) if own.paths is None else {"pool": own.paths, **own.members}
            for model, paths in models.items():
                months = pd.PeriodIndex([month_text(m) for m in own.history.ahead], freq="M")
                table = pd.DataFrame(quantiles(own.in_unit(paths), levels).T, index=months)
                table.columns = [f"q{level:g}" for level in levels]
                long = table.rename_axis("month").reset_index().assign(model=model)
                frames.append(self._long(own, long))
        columns = ["unique_id", "ds", "cutoff", "model", *(f"q{level:g}" for level in levels)]
        if not frames:
            return pd.DataFrame(columns=columns)
        return pd.concat(frames, ignore_index=True)[columns]

    def _long(self, indicator: IndicatorOutlook, table: pd.DataFrame) -> pd.DataFrame:
        """Return a long table with the keys that cross-validation frames have."""
        named = table.reset_index().rename(columns={"path": "sample_id", "value": "growth_pct"})
        before = self.snapshot.registry.months_before(self.area)
        return named.assign(
            unique_id=str(indicator.history.series),
            ds=(pd.PeriodIndex(named["month"]) + before).to_timestamp(),
            cutoff=pd.Timestamp(self.day),
        )

    def _row(self, indicator: IndicatorOutlook) -> dict[str, object]:
        met = indicator.met(self.n_paths)
        attained = None if met is None else probability(met, N_BATCHES)
        december = np.full(1, np.nan) if indicator.december is None else indicator.december
        ends = band(december)
        return {
            "status": indicator.status,
            "months_known": indicator.history.months_known,
            "probability": np.nan if attained is None else attained.value,
            "standard_error": np.nan if attained is None else attained.standard_error,
            "median_pct": ends.median_pct,
            "lower80_pct": ends.lower80_pct,
            "upper80_pct": ends.upper80_pct,
            "outturn_pct": np.nan if indicator.outturn is None else indicator.outturn.growth_pct,
        }

    def __repr__(self) -> str:
        """Return in a line whose outlook it is, and of which day."""
        n = len(self.indicators)
        return f"<Outlook {self.area} {self.year} as of {self.day}: {n} indicators>"

    def _repr_html_(self) -> str:
        """Return a row for each indicator, for notebooks."""
        area = self.snapshot.registry.area_name(self.area, "en")
        as_of = day(self.day, "en")
        return markup_of(
            self.to_frame(), text("shown.outlook", "en", area=area, year=self.year, day=as_of)
        )
