"""A league: the targets of several areas side by side, as numbers, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from forecast.base.series import Names
from forecast.pages.status import Line

ORDERS = ("area", "danger")
FAN = (0.05, 0.1, 0.5, 0.9, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One target of one area.

    `line` holds its numbers; `target` is its wording in short by language, `outturn` what was
    published of the year in words, a dash before, `bound_pct` the rate
    that decides, `word` the key of the words for its probability, None once it is settled or where
    there is no forecast. It rests on figures to `last_month` of the year, of which `months_known`
    are known; `scale_basis` says whether the width of its forecast is `own`, `borrowed` or
    `assumed`. `fan` holds year-to-date growth in per cent by month of the year, at the levels of
    `FAN`; published growth is the same at all of them.
    """

    line: Line
    area_name: Names
    name: Names
    target: Names
    decimals: int
    outturn: Names
    bound_pct: float | None
    is_at_most: bool
    word: str | None
    months_known: int
    last_month: str
    scale_basis: str
    fan: tuple[tuple[float, ...] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one area: its targets, and the probability of all together."""

    area: str
    name: Names
    since: str | None
    together: float | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    """Areas side by side on a day; `left_out` says why areas are missing, by area."""

    year: int
    as_of: date
    standings: tuple[Standing, ...]
    left_out: tuple[tuple[str, Names], ...]

    @property
    def entries(self) -> list[Entry]:
        """All targets, in the order of areas."""
        return [entry for standing in self.standings for entry in standing.entries]

    @property
    def by_danger(self) -> list[Entry]:
        """All targets, the least probable first: missed ones, open ones, and attained ones.

        Those without a forecast are last; equal ones stay in the order of areas.
        """
        return sorted(self.entries, key=_danger)


def _danger(entry: Entry) -> tuple[bool, float]:
    probability = entry.line.probability_now
    return probability is None, 0.0 if probability is None else probability


def ordered(league: League, order: str) -> list[Entry]:
    """Return the targets in the order of `area` or of `danger`."""
    return league.by_danger if order == "danger" else league.entries


def league_json(league: League, order: str) -> str:
    """Return the numbers as JSON."""
    content = {
        "year": league.year,
        "as_of": league.as_of.isoformat(),
        "areas": [
            {
                "area": one.area,
                "name_en": one.name.en,
                "name_zh": one.name.zh,
                "since": one.since,
                "probability_of_all": one.together,
            }
            for one in league.standings
        ],
        "targets": [
            _plain(entry) | {"fan_pct": [p if p is None else list(p) for p in entry.fan]}
            for entry in ordered(league, order)
        ],
        "left_out": [
            {"area": area, "reason_en": reason.en, "reason_zh": reason.zh}
            for area, reason in league.left_out
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_OWN = ("word", "months_known", "scale_basis")


def league_csv(league: League, order: str) -> str:
    """Return the numbers of targets as CSV, one line a target, empty where nothing is known."""
    file = io.StringIO()
    names = [*(field.name for field in fields(Line)), "area_name", "indicator_name", *_OWN]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(entry) for entry in ordered(league, order))
    return file.getvalue()


def _plain(entry: Entry) -> dict[str, Any]:
    own = {name: getattr(entry, name) for name in _OWN}
    names = {"area_name": entry.area_name.en, "indicator_name": entry.name.en}
    return asdict(entry.line) | names | own
