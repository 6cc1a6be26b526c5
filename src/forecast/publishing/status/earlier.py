"""What earlier reports said, read from their `result.json` without what computes reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.base.errors import ContractError, Fault
from forecast.base.notation import parse_day
from forecast.base.parameters import Parameters
from forecast.pages.status.value import Status


@dataclass(frozen=True, slots=True)
class Earlier:
    """The day of a report, and the probability of each target; 1 or 0 where it was settled."""

    day: date
    probabilities: Mapping[str, float | None]


def moved_since_reports(found: Sequence[Status], reports: Path, asked: Parameters) -> list[Status]:
    """Return what is said of areas with changes since the newest report of each before the day.

    An area without such a report keeps its changes.
    """
    return [_moved(one, last_report(reports, one.area, asked.year, asked.as_of)) for one in found]


def _moved(status: Status, earlier: Earlier | None) -> Status:
    if earlier is None:
        return status
    return status.moved_from(earlier.day.isoformat(), earlier.probabilities)


def last_report(reports: Path, area: str, year: int, day: date) -> Earlier | None:
    """Return what the newest report of an area's year before a day said; None without one.

    Raise ContractError where its `result.json` is none.
    """
    found = (reports / area / str(year)).glob("*/result.json")
    earlier = {d: p for p in found if (d := parse_day(p.parent.name)) is not None and d < day}
    if not earlier:
        return None
    newest = max(earlier)
    return Earlier(newest, _probabilities(earlier[newest]))


def _probabilities(path: Path) -> dict[str, float | None]:
    try:
        told = json.loads(path.read_bytes())
        return {one["id"]: _probability(one) for one in told["indicators"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = "no result of a report; `forecast verify` says what was altered"
        raise ContractError([Fault(str(path), None, said)]) from error


def _probability(one: Mapping[str, Any]) -> float | None:
    settled, attained = one["settled"], one["attained"]
    if settled is not None and settled["attained"] is not None:
        return float(settled["attained"])
    return None if attained is None else float(attained["probability"])
