"""The keys of `result.json` by the types of a report, and the JSON Schema that follows from them.

Keys are a promise to those who read results: a field may be renamed, its key stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from forecast.archive.figures import Figure
from forecast.archive.targets import Target
from forecast.base.months import Span
from forecast.base.series import Names, Series, SeriesLabel
from forecast.base.texts import LANGUAGES
from forecast.outlook.attainment import Attainment, Joint, Probability
from forecast.outlook.movement import News, Release, TargetNews
from forecast.report.commitments import CommitmentReport, CompletionForecast
from forecast.report.conditions import Given, Line, Scenario
from forecast.report.depth import Depth, PastForecast
from forecast.report.judged import AuthorScore
from forecast.report.overlay import OverlayFigure, OverlayReport
from forecast.report.retrospect import PastTargets
from forecast.report.track import (
    IndicatorScore,
    ModelScore,
    MonthScore,
    RangeScore,
    SimilarForecasts,
    Skill,
    TargetRecord,
    TrackRecord,
)
from forecast.report.value import Finding, IndicatorReport, PublishedAlone, Report


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a value that stand among its owner's keys, or under a key of their own.

    `paths` gives the attribute of each key; an empty path stands for the value itself.
    """

    paths: Mapping[str, str]
    under: str = ""


Place = str | Parts

_FIGURE = (
    "measure", "value", "unit", "status", "released_on", "released_on_basis", "source",
)  # fmt: skip
_RELEASED = Parts(
    {"first_month": "span.first", "last_month": "span.last"} | {name: name for name in _FIGURE}
)
_COMMITMENT = (
    "id", "name_en", "name_zh", "amount", "bound", "unit_en", "unit_zh", "comparison",
    "amount_basis", "wording", "source", "announced_on",
)  # fmt: skip
_PROGRESS = ("day", "done", "source", "released_on")


def _scenario_joint(under: str) -> Parts:
    whole = {"probability_all": "all_targets.value", "standard_error": "all_targets.standard_error"}
    return Parts({**whole, "exactly": "exactly"}, under=under)


def _interval(name: str, unit: str = "") -> Parts:
    ends = {f"{name}_{end}{unit}": end for end in ("lower", "upper")}
    return Parts({f"{name}{unit}": "value", **ends})


_SCORES = {
    "crps": _interval("crps", "_pp"),
    "brier": _interval("brier"),
    "covers80": _interval("covers80"),
}
_REVISION = {"revision_slope": _interval("revision_slope")}


_PLACES: Mapping[type, Mapping[str, Place]] = {
    Report: {
        "data_summary": "known",
        "published_scores": "live",
        "news": "moved",
        "timeline": "film",
        "data_checks": "quality",
    },
    IndicatorReport: {
        "attainment": "attained",
        "outturn": Parts(
            {n: n for n in ("growth_pct", "released_on", "status", "source", "attained")},
            under="settled",
        ),
        "last_forecast": Parts(
            {
                "last_call_on": "as_of",
                "last_call_probability": "probability",
                "last_call_median_pct": "median_pct",
                "last_call_lower80_pct": "lower80_pct",
                "last_call_upper80_pct": "upper80_pct",
            },
            under="settled",
        ),
        "published_alone": "published",
        "calibration_scale": "calibration_size",
        "scale_basis": "error_size_basis",
    },
    PublishedAlone: {"attainment": "attained"},
    Depth: {"past_forecasts": "past_calls"},
    Joint: {"all_targets": Parts({"probability_all": "value", "standard_error": "standard_error"})},
    TargetNews: {
        "first": Parts(
            {"first_probability": "probability.value", "first_median_pct": "median_pct"}
        ),
        "last": Parts({"last_probability": "probability.value", "last_median_pct": "median_pct"}),
    },
    Release: {"figure": _RELEASED},
    OverlayFigure: {"figure": _RELEASED},
    Finding: {"series": Parts({"indicator": "indicator"})},
    Skill: {f"{score}_pct": _interval(score, "_pct") for score in ("crps", "brier")},
    ModelScore: {**_SCORES, "crps_to_pool": _interval("crps_to_pool")},
    MonthScore: _SCORES,
    IndicatorScore: {**_SCORES, "crps_to_planner": _interval("crps_to_planner")},
    RangeScore: {"attained": _interval("attained")},
    AuthorScore: {"value_added_pct": _interval("value_added", "_pct")},
    SimilarForecasts: {"attained": _interval("attained")},
    PastTargets: {"gap_pp": _interval("gap", "_pp")},
    TargetRecord: _REVISION,
    TrackRecord: _REVISION,
    Scenario: {"without": _scenario_joint("without"), "under": _scenario_joint("under")},
    Line: {"outturn": Parts({"settled_pct": "growth_pct", "attained": "attained"})},
    Given: {"standard_deviation_pp": "deviation_pp"},
    CommitmentReport: {
        "commitment": Parts({name: name for name in _COMMITMENT}),
        "progress": Parts({name: name for name in _PROGRESS}, under="progress"),
        "progress_age_days": Parts({"age_days": ""}, under="progress"),
    },
    CompletionForecast: {
        "dispersion": "unevenness",
        "dispersion_basis": "unevenness_basis",
    },
}
# What of these types is written although it is derived, and what is not written.
_DERIVED: Mapping[type, tuple[str, ...]] = {
    News: ("n_releases",),
    OverlayReport: ("n_rows",),
    Joint: ("expected_number",),
}
_LEFT_OUT: Mapping[type, tuple[str, ...]] = {
    Figure: ("source", "is_published"),
    PastForecast: ("median_pct",),
    Attainment: ("within", "above", "below", "by_tolerance"),
}
_RENAMED = {"n_forecasts": "n_calls", "n_past_forecasts": "n_past_calls"}


@cache
def places_of(kind: Any) -> Mapping[str, tuple[Any, Place]]:
    """Return by field of a type its annotation and its place."""
    hints, own = get_type_hints(kind), _PLACES.get(kind, {})
    left_out = _LEFT_OUT.get(kind, ())
    return {
        f.name: (hints[f.name], own.get(f.name) or _usual_place(f.name, hints[f.name]))
        for f in fields(kind)
        if f.name not in left_out
    }


def derived_of(kind: Any) -> tuple[str, ...]:
    """Return the properties of a type that are written beside its fields."""
    return _DERIVED.get(kind, ())


def _usual_place(name: str, hint: Any) -> Place:
    kind = without_none(hint)
    if kind is Names:
        return Parts({f"{name}_{lang}": lang for lang in LANGUAGES})
    if kind is Series:
        return Parts({"area": "area", "indicator": "indicator"})
    if kind is SeriesLabel:
        names = {f"{n}_{lang}": f"{n}.{lang}" for n in ("area_name", "name") for lang in LANGUAGES}
        return Parts({"area": "series.area", "indicator": "series.indicator"} | names)
    if kind is Span:
        return Parts({"first_month": "first", "last_month": "last"})
    if kind is Probability:
        return Parts({name: "value", "standard_error": "standard_error"})
    return _RENAMED.get(name, name)


def is_month(path: str) -> bool:
    """Return whether a path of attributes leads to an end of a span: a month, written `YYYY-MM`."""
    return path.rpartition(".")[2] in ("first", "last")


def is_value(kind: Any) -> bool:
    """Return whether an annotation is one of the types of a report."""
    return isinstance(kind, type) and is_dataclass(kind)


@cache
def without_none(hint: Any) -> Any:
    """Return an annotation without its `None`; one that has none is equal, not identical."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return hint


TARGET_KEYS = (
    "comparison", "bound_pct", "rate_pct", "lower_pct", "upper_pct", "wording", "source",
    "announced_on", "announced_on_basis", "settles", "measure", "level", "lower_level",
    "upper_level", "level_unit", "difference", "target_decimals", "offset",
    "factor", "owner", "action", "due",
)  # fmt: skip
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `result.json`."""
    definitions: dict[str, Any] = {}
    top = _object_schema(Report, definitions)
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return draft | top | {"$defs": dict(sorted(definitions.items()))}


def _object_schema(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for hint, place in places_of(kind).values():
        if isinstance(place, str):
            properties[place] = _schema(hint, definitions)
            continue
        optional = without_none(hint) != hint
        parts = {k: _part_schema(hint, path, optional) for k, path in place.paths.items()}
        if place.under:
            inner = properties.setdefault(place.under, _nullable(_object({})))
            _add(inner["anyOf"][0], parts)
        else:
            properties |= parts
    properties |= {name: _schema(_attribute(kind, name), {}) for name in derived_of(kind)}
    if kind is Attainment:
        properties["parts"] = {"type": "object", "additionalProperties": {"type": "number"}}
    doc = (kind.__doc__ or "").strip()
    return _object(properties) | {"title": kind.__name__, "description": cleandoc(doc)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _add(schema: dict[str, Any], properties: dict[str, Any]) -> None:
    schema["properties"] |= properties
    schema["required"] = list(schema["properties"])


def _part_schema(hint: Any, path: str, optional: bool) -> dict[str, Any]:
    """Return the schema of a part of a value; where it may be missing it may be null."""
    kind = without_none(hint)
    for name in filter(None, path.split(".")):
        part = _attribute(kind, name)
        kind = without_none(part)
        optional = optional or kind != part
    schema = {"type": "string"} if is_month(path) else _schema(kind, {})
    return _nullable(schema) if optional else schema


def _attribute(kind: type, name: str) -> Any:
    """Return the annotation of a field, or of what a property returns."""
    hints = get_type_hints(kind)
    return hints[name] if name in hints else get_type_hints(getattr(kind, name).fget)["return"]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    kind, arguments = without_none(hint), get_args(without_none(hint))
    if kind != hint:
        return _nullable(_schema(kind, definitions))
    if kind is Target:
        keys = {key: _schema(_attribute(Target, key), {}) for key in TARGET_KEYS}
        definitions["Target"] = _object(keys) | {"title": "Target"}
        return {"$ref": "#/$defs/Target"}
    if get_origin(kind) in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if arguments and get_origin(kind) is not Literal and get_origin(kind) is not Annotated:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if is_value(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _object_schema(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return _leaf_schema(kind, arguments)


def _leaf_schema(kind: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(arguments)}
    if get_origin(kind) is Annotated:
        return _leaf_schema(arguments[0], get_args(arguments[0]))
    if kind is date:
        return {"type": "string", "format": "date"}
    return {"type": _JSON_TYPES.get(kind, "string")}
