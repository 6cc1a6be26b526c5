"""Published forecasts: what reports said before the outturn was known, kept in `live.jsonl`.

`forecast score --keep` writes the file from the ledger of published reports. It is data like any
other: whoever has the folder gets the same reports, wherever the published reports lie.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AllowInfNan, ConfigDict, Field, TypeAdapter, ValidationError

from forecast.archive.targets import Comparison, Target
from forecast.base.errors import ContractError, Fault
from forecast.base.files import content_of, is_named, write_text

FILE = "live.jsonl"
_Rate = Annotated[float, AllowInfNan(False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedForecast:
    """What a report of a day said of one indicator's year, and when it was listed as published.

    `quantiles_pct` are equally likely values of the year's growth in per cent, sorted; there are
    none where the report is of a version that did not keep them. `sha256` is that of its
    `result.json`. `upper_pct` is the upper end of a band; `levels` are the numbers of a target that
    is not on growth, by the keys of `targets.toml`, whose bound is then what growth it takes.
    `is_anchored` says that a head of the ledger that was kept outside of it proves
    when the report was listed; lines of older versions, which do not say, count as such.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    area: str
    indicator: str
    year: int
    day: date
    listed_on: date
    sha256: str
    comparison: Comparison | None
    bound_pct: _Rate | None
    upper_pct: _Rate | None = None
    levels: Mapping[str, _Rate] = field(default_factory=dict)
    settles: Literal["first", "latest"] = "first"
    probability: Annotated[float, Field(ge=0, le=1)] | None
    quantiles_pct: tuple[_Rate, ...] = ()
    is_anchored: bool = True

    @property
    def target(self) -> Target | None:
        """The target as the forecast read it: its bound is all that counts; None without one."""
        if self.comparison is None or self.bound_pct is None:
            return None
        own_rules = (Comparison.AT_MOST, Comparison.MORE_THAN, Comparison.BETWEEN)
        rule = self.comparison if self.comparison in own_rules else Comparison.AT_LEAST
        is_band = rule is Comparison.BETWEEN
        numbers: dict[str, Any] = {"lower_pct" if is_band else "rate_pct": self.bound_pct}
        if self.levels:
            rule, numbers = self.comparison, dict(self.levels)
            if (digits := numbers.pop("target_decimals", None)) is not None:
                numbers["target_decimals"] = int(digits)
        elif is_band:
            numbers["upper_pct"] = self.upper_pct
        return Target(
            area=self.area,
            year=self.year,
            indicator=self.indicator,
            comparison=rule,
            announced_on=self.day,
            wording="",
            source="",
            settles=self.settles,
            **numbers,
        )


_ADAPTER = TypeAdapter(PublishedForecast)


def read_published_forecasts(
    folder: Path, indicators: Collection[str]
) -> tuple[PublishedForecast, ...]:
    """Return the published forecasts of a data folder, none where it has no such file.

    Each must be of one of the indicators. Raise ContractError with every fault.
    """
    faults: list[Fault] = []
    forecasts = []
    for number, line in enumerate(_lines(folder), start=1):
        try:
            forecast = _ADAPTER.validate_json(line)
        except ValidationError as error:
            message = f"not a published forecast: {_problems(error)}"
            faults.append(Fault(FILE, number, message))
            continue
        if forecast.indicator not in indicators:
            known = ", ".join(sorted(indicators))
            message = f"unknown indicator {forecast.indicator!r}; known: {known}"
            faults.append(Fault(FILE, number, message))
        forecasts.append(forecast)
    if faults:
        raise ContractError(faults)
    return tuple(forecasts)


def keep_published_forecasts(folder: Path, forecasts: Iterable[PublishedForecast]) -> None:
    """Add forecasts to those in a data folder; of two for one question the earlier one stays.

    Raise OutputError where the folder cannot be written; the file then stays as it was.
    """
    earlier = [_ADAPTER.validate_json(line) for line in _lines(folder)]
    newest_first = sorted([*forecasts, *earlier], key=lambda f: f.listed_on, reverse=True)
    by_question = {_question(forecast): forecast for forecast in newest_first}
    lines = [_line(by_question[question]) for question in sorted(by_question)]
    write_text(folder / FILE, "".join(f"{line}\n" for line in lines))


def _lines(folder: Path) -> list[bytes]:
    path = folder / FILE
    return content_of(path, path.name).splitlines() if is_named(path) else []


def _question(forecast: PublishedForecast) -> tuple[date, str, int, str]:
    return forecast.day, forecast.area, forecast.year, forecast.indicator


def _line(forecast: PublishedForecast) -> str:
    return json.dumps(asdict(forecast), ensure_ascii=False, sort_keys=True, default=str)


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'the line'}: {problem['msg']}"
        for problem in error.errors()
    )
