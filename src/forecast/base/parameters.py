"""The parameters of a report: what is asked, of which data, and where the answer goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from forecast.base.errors import ParameterError
from forecast.base.notation import NAMES_ALLOWED, NOT_A_DATE, is_name, parse_day
from forecast.base.package import folder
from forecast.base.texts import LANGUAGES

KINDS = ("attainment", "bulletin", "indicator", "track-record")
FORMATS = ("html", "pdf", "md")
HANDED = "FORECAST_HANDED_OVER"  # names a folder of reports that need not be computed again
DEFAULT_PATHS = 4000
DEFAULT_SEED = 20190201  # the day of the first announcement served; any number does


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a report is about; made by `parse`, which refuses what does not fit."""

    area: str
    year: int
    as_of: date
    since: date
    lang: str
    seed: int
    n_paths: int
    data: Path
    out: Path | None
    overlay: Path | None

    @classmethod
    def parse(cls, **given: Any) -> Parameters:
        """Return checked parameters; raise ParameterError that names all that is wrong.

        `as_of` and `since` are ISO days. An empty `since` is the end of the month before `as_of`.
        An empty `data` is the folder that comes with the project, an empty `out` writes nothing,
        an empty `overlay` adds no unpublished figures.
        """
        problems = [*_names(given), *_types(given)]
        if problems:
            raise ParameterError(problems)
        day, since = parse_day(given["as_of"]), parse_day(given["since"])
        problems = list(_values(given, day, since))
        if problems or day is None:
            raise ParameterError(problems)
        return cls(
            area=given["area"],
            year=given["year"],
            as_of=day,
            since=since or month_before(day),
            lang=given["lang"],
            seed=given["seed"],
            n_paths=given["n_paths"],
            data=Path(given["data"]) if given["data"] else folder("data"),
            out=Path(given["out"]) if given["out"] else None,
            overlay=Path(given["overlay"]) if given["overlay"] else None,
        )

    def question(self) -> dict[str, str | int]:
        """Return what is asked, as manifests have it; the same in every language and place."""
        return {
            "area": self.area,
            "year": self.year,
            "as_of": self.as_of.isoformat(),
            "since": self.since.isoformat(),
            "seed": self.seed,
            "n_paths": self.n_paths,
        }


PARAMETER_TYPES: Mapping[str, type] = {
    field.name: {"int": int}.get(str(field.type), str) for field in fields(Parameters)
}


def _names(given: Mapping[str, Any]) -> list[str]:
    allowed = ", ".join(PARAMETER_TYPES)
    unknown = [
        f"{name}: unknown; allowed: {allowed}" for name in given if name not in PARAMETER_TYPES
    ]
    return unknown + [f"{name}: missing" for name in PARAMETER_TYPES if name not in given]


def _types(given: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}: {given[name]!r} is {type(given[name]).__name__}; allowed: {kind.__name__}"
        for name, kind in PARAMETER_TYPES.items()
        if name in given and type(given[name]) is not kind
    ]


def _values(given: Mapping[str, Any], day: date | None, since: date | None) -> list[str]:
    problems = []
    if not is_name(given["area"]):
        problems.append(f"area: {given['area']!r}; allowed: {NAMES_ALLOWED}")
    if day is None:
        problems.append(f"as_of: {given['as_of']!r} {NOT_A_DATE}")
    elif given["since"] and not (since and since < day):
        problems.append(f"since: {given['since']!r}; allowed: a day before {day}")
    if given["lang"] not in LANGUAGES:
        problems.append(f"lang: {given['lang']!r}; allowed: {', '.join(LANGUAGES)}")
    if given["seed"] < 0:
        problems.append(f"seed: {given['seed']}; allowed: zero or more")
    return problems


def month_before(day: date) -> date:
    """Return the last day of the month before that of a day."""
    return day.replace(day=1) - timedelta(days=1)
