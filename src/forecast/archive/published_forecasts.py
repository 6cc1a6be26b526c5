"""Live calls: what published reports said before it was known, kept in `live.jsonl`.

`forecast score --keep` writes the file out of the ledger of published reports. It is data like any
other: whoever has the folder gets the same reports, wherever the reports themselves lie.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AllowInfNan, ConfigDict, Field, TypeAdapter, ValidationError

from forecast.archive.targets import Comparison, Target
from forecast.base.errors import ContractError, Fault
from forecast.base.files import write_text

FILE = "live.jsonl"
_Rate = Annotated[float, AllowInfNan(False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """What a report of a day said of one indicator's year, and when it was listed as published.

    `quantiles_pct` are equally likely values of the year's growth in per cent, sorted; none where
    the report was of a version that did not keep them. `sha256` is that of its `result.json`.
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
    settles: Literal["first", "latest"] = "first"
    probability: Annotated[float, Field(ge=0, le=1)] | None
    quantiles_pct: tuple[_Rate, ...] = ()

    @property
    def target(self) -> Target | None:
        """The target as the call read it, so that its bound alone counts; None without one."""
        if self.comparison is None or self.bound_pct is None:
            return None
        upward = (Comparison.AT_MOST, Comparison.MORE_THAN)
        return Target(
            area=self.area,
            year=self.year,
            indicator=self.indicator,
            comparison=self.comparison if self.comparison in upward else Comparison.AT_LEAST,
            announced_on=self.day,
            wording="",
            source="",
            rate_pct=self.bound_pct,
            settles=self.settles,
        )


_ONE = TypeAdapter(LiveCall)


def read_live(folder: Path, known: Collection[str]) -> tuple[LiveCall, ...]:
    """Return the calls of a data folder, none where it has no such file.

    `known` are the indicators. Raise ContractError with every fault.
    """
    faults: list[Fault] = []
    calls = []
    for number, line in enumerate(_lines(folder), start=1):
        try:
            call = _ONE.validate_json(line)
        except ValidationError as error:
            faults.append(Fault(FILE, number, f"no call: {_said(error)}"))
            continue
        if call.indicator not in known:
            names = ", ".join(sorted(known))
            said = f"unknown indicator {call.indicator!r}; known: {names}"
            faults.append(Fault(FILE, number, said))
        calls.append(call)
    if faults:
        raise ContractError(faults)
    return tuple(calls)


def keep_live(folder: Path, calls: Iterable[LiveCall]) -> None:
    """Add calls to those that a data folder holds; of two for one question the earlier one stays.

    Raise OutputError where the folder cannot be written; the file that stood there then stays.
    """
    held = [_ONE.validate_json(line) for line in _lines(folder)]
    kept = {_order(call): call for call in sorted([*calls, *held], key=_newest_first)}
    text = "".join(f"{_line(kept[key])}\n" for key in sorted(kept))
    write_text(folder / FILE, text)


def _lines(folder: Path) -> list[bytes]:
    path = folder / FILE
    return path.read_bytes().splitlines() if path.is_file() else []


def _newest_first(call: LiveCall) -> int:
    return -call.listed_on.toordinal()


def _order(call: LiveCall) -> tuple[date, str, int, str]:
    return call.day, call.area, call.year, call.indicator


def _line(call: LiveCall) -> str:
    told: Mapping[str, object] = asdict(call)
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)


def _said(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the line'}: {one['msg']}" for one in error.errors()
    )
