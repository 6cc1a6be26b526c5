"""A report as `result.json`: its only writer and its only reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
from pydantic import TypeAdapter, ValidationError

from forecast.archive.commitments import Commitment, CommitmentComparison
from forecast.archive.figures import Figure
from forecast.archive.progress import ProgressEntry
from forecast.archive.targets import Comparison, ResolvedTarget, Target
from forecast.base.errors import ContractError, Fault
from forecast.base.files import write_text
from forecast.base.months import month_text, parse_month
from forecast.base.series import Series
from forecast.outlook.attainment import Attainment
from forecast.report.depth import PastForecast
from forecast.report.schema import (
    TARGET_KEYS,
    Parts,
    derived_of,
    is_month,
    is_value,
    places_of,
    without_none,
)
from forecast.report.value import SCHEMA_VERSION, BesideLine, IndicatorReport, Report

_MAJOR = SCHEMA_VERSION.partition(".")[0]
_TOLERANCE = "tolerance_"


# Writing ------------------------------------------------------------------------------------------


def write_result(report: Report, path: Path) -> None:
    """Write the report as JSON, the same bytes for the same report; raise OutputError."""
    write_text(path, json_of(report))


def save_result(report: Report, folder: str | Path) -> None:
    """Write the report as `result.json` into a folder; an empty name of a folder writes nothing."""
    if str(folder):
        write_result(report, Path(folder) / "result.json")


def json_of(value: Any) -> str:
    """Return a report, or another value of its types, as `result.json` has it.

    Keys are sorted, numbers have six digits after the point, `null` is what is not known.
    """
    plain = _plain(value)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def rounded(value: float | None) -> float | None:
    """Return a number as `result.json` has it: six digits after the point, None for none."""
    return None if value is None or not np.isfinite(value) else round(float(value), 6) + 0.0


def _plain(value: Any) -> Any:
    if isinstance(value, Target):
        return {key: _plain(getattr(value, key)) for key in TARGET_KEYS}
    if is_dataclass(value) and not isinstance(value, type):
        return _written(value)
    if isinstance(value, Mapping):
        return {_key(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return rounded(float(value))
    return value


def _key(key: object) -> str:
    """Return a key of a table: a level such as 0.05 is written in per cent."""
    return f"{100 * key:g}" if isinstance(key, float) else str(key)


def _written(value: Any) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    kind: Any = type(value)
    for name, (_, place) in places_of(kind).items():
        part = getattr(value, name)
        if isinstance(place, str):
            keys[place] = _plain(part)
            continue
        parts = {key: _plain(_at(part, path)) for key, path in place.paths.items()}
        if not place.under:
            keys |= parts
        elif part is not None or keys.get(place.under):
            keys[place.under] = (keys.get(place.under) or {}) | parts
        else:
            keys.setdefault(place.under, None)
    keys |= {name: _plain(getattr(value, name)) for name in derived_of(kind)}
    if isinstance(value, Attainment):
        keys["parts"] = _parts_of(value)
    return keys


def _at(value: Any, path: str) -> Any:
    """Return what a path of attributes leads to, a month as text; None where a part is None."""
    for name in filter(None, path.split(".")):
        if value is None:
            return None
        value = getattr(value, name)
    return month_text(value) if is_month(path) else value


def _parts_of(attainment: Attainment) -> dict[str, float | None]:
    parts = {n: getattr(attainment, n) for n in ("within", "above", "below")}
    parts |= {f"{_TOLERANCE}{pp:g}": p for pp, p in attainment.by_tolerance.items()}
    return {key: rounded(part.value) for key, part in parts.items() if part is not None}


# Reading ------------------------------------------------------------------------------------------


def read_result(path: Path) -> Report:
    """Return the report that a `result.json` holds; raise ContractError where it holds none.

    What a result of an older minor version does not have yet is empty.
    """
    return report_from(path.read_bytes(), str(path))


def report_from(text: str | bytes, name: str = "result.json") -> Report:
    """Return the report that the text of a `result.json` holds; raise ContractError for another."""
    try:
        content = json.loads(text)
        version = str(content["schema_version"])
        if version.partition(".")[0] != _MAJOR:
            message = f"schema_version {version!r}; allowed here: {_MAJOR}.x"
            raise ContractError([Fault(name, None, message)])
        content.setdefault("year_begins", 1)  # older versions counted every year from January
        context = {"area": content["area"], "year": content["year"]}
        return _adapter().validate_python(_regrouped(Report, content, context))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        message = f"not the result of a report: {where}: {first['msg']}"
        raise ContractError([Fault(name, None, message)]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"not the result of a report: {type(error).__name__}: {error}"
        raise ContractError([Fault(name, None, message)]) from error


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


_Context = Mapping[str, Any]
_NEUTRAL: dict[Any, Any] = {
    float: 0.0,
    int: 0,
    str: "",
    bool: False,
}  # what a key lacks is not known


def _regrouped(kind: type, content: Mapping[str, Any], context: _Context) -> dict[str, Any]:
    """Return the values of a type's fields from its keys."""
    if kind is IndicatorReport:
        context = {**context, "indicator": content["id"]}
    if kind is BesideLine:
        context = {**context, "area": content["area"]}
    values = {
        name: _value_of(hint, place, content, context)
        for name, (hint, place) in places_of(kind).items()
    }
    if "is_published" in values and "is_published" not in content:
        values["is_published"] = True  # before overlays there was nothing else
    if kind is Attainment:
        values |= _parts_from(content.get("parts") or {})
    return values


def _value_of(hint: Any, place: str | Parts, content: Mapping[str, Any], context: _Context) -> Any:
    if isinstance(place, str):
        return _converted(hint, content.get(place), context)
    beside = content.get(place.under) if place.under else content
    if beside is None or all(beside.get(key) is None for key in place.paths):
        return None
    nested: dict[str, Any] = {}
    for key, path in place.paths.items():
        if not path:
            return beside.get(key)
        *outer, last = path.split(".")
        level = nested
        for part in outer:
            level = level.setdefault(part, {})
        value = beside.get(key)
        level[last] = parse_month(str(value)) if is_month(path) else value
    kind = without_none(hint)
    return _ASSEMBLED[kind](nested, beside, context) if kind in _ASSEMBLED else nested


def _converted(hint: Any, value: Any, context: _Context) -> Any:
    """Return a value with all types in it regrouped; what an older version lacks is empty."""
    if value is not None and _is_plain(hint):
        return value
    kind, arguments = without_none(hint), get_args(without_none(hint))
    origin = get_origin(kind)
    if value is None:
        if kind != hint:
            return None
        if origin in (list, tuple):
            return []
        if origin is None and is_value(kind):
            return _regrouped(kind, {}, context)
        return _NEUTRAL.get(kind) if origin is None else {}
    if kind is Target:
        return _target(value, context)
    if origin in (list, tuple):
        return [_converted(arguments[0], part, context) for part in value]
    if origin in (dict, Mapping) or (isinstance(value, dict) and arguments):
        to_key: Callable[[str], Any] = _level if arguments[0] is float else str
        return {to_key(k): _converted(arguments[1], v, context) for k, v in value.items()}
    return _regrouped(kind, value, context) if is_value(kind) else value


@cache
def _is_plain(hint: Any) -> bool:
    """Return whether values of an annotation are taken from JSON as they are."""
    kind = without_none(hint)
    if get_origin(kind) in (list, tuple):
        return all(_is_plain(part) for part in get_args(kind) if part is not Ellipsis)
    return get_origin(kind) is None and kind is not Target and not is_value(kind)


def _level(key: str) -> float:
    return float(key) / 100


def _parts_from(parts: Mapping[str, float]) -> dict[str, Any]:
    tolerances = {k: v for k, v in parts.items() if k.startswith(_TOLERANCE)}
    values: dict[str, Any] = {k: {"value": v} for k, v in parts.items() if k not in tolerances}
    values["by_tolerance"] = {
        float(key.removeprefix(_TOLERANCE)): {"value": value} for key, value in tolerances.items()
    }
    return values


def _target(content: Mapping[str, Any], context: _Context) -> Target:
    """Return a target; of an `about` target the bound gives the tolerance."""
    values = {key: content[key] for key in TARGET_KEYS if content.get(key) is not None}
    values["comparison"] = Comparison(values["comparison"])
    offset, factor = (values.pop(key, usual) for key, usual in (("offset", 0.0), ("factor", 1.0)))
    for derived in ("measure", "bound_pct"):
        values.pop(derived, None)
    bound = content.get("bound_pct")
    numbers = (values.get(key) for key in ("rate_pct", "level", "difference"))
    centre = next((number for number in numbers if number is not None), None)
    if values["comparison"] is Comparison.ABOUT and centre is not None and bound is not None:
        values["tolerance_pp"] = round(centre - offset - factor * bound, 6)
    for day in {"announced_on", "due"} & values.keys():
        values[day] = date.fromisoformat(values[day])
    where = {key: context[key] for key in ("area", "year", "indicator")}
    if (offset, factor) == (0.0, 1.0):
        return Target(**where, **values)
    return ResolvedTarget(**where, **values, base_offset=offset, base_factor=factor)


def _commitment(nested: dict[str, Any], beside: Mapping[str, Any], context: _Context) -> Commitment:
    bound = nested.pop("bound")
    if nested["comparison"] == CommitmentComparison.ABOUT:
        nested["tolerance_pct"] = round(100 * (1 - bound / nested["amount"]), 6)
    nested["comparison"] = CommitmentComparison(nested["comparison"])
    nested["announced_on"] = date.fromisoformat(nested["announced_on"])
    return Commitment(area=context["area"], year=context["year"], **nested)


def _progress(
    nested: dict[str, Any], beside: Mapping[str, Any], context: _Context
) -> ProgressEntry:
    days = {key: date.fromisoformat(nested[key]) for key in ("day", "released_on")}
    return ProgressEntry(id="", **(nested | days))


def _figure(nested: dict[str, Any], beside: Mapping[str, Any], context: _Context) -> dict[str, Any]:
    return {**nested, "released_on_basis": nested.get("released_on_basis") or ""}


def _series(nested: dict[str, Any], beside: Mapping[str, Any], context: _Context) -> dict[str, Any]:
    return {"area": context["area"], **nested}


def _past(nested: dict[str, Any], beside: Mapping[str, Any], context: _Context) -> dict[str, Any]:
    return {"year": context["year"], "outturn_pct": beside["growth_pct"], **nested}


_ASSEMBLED: Mapping[Any, Callable[[dict[str, Any], Mapping[str, Any], _Context], Any]] = {
    Commitment: _commitment,
    ProgressEntry: _progress,
    Figure: _figure,
    Series: _series,
    PastForecast: _past,
}
