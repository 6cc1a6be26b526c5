"""Where each value of a report stands in `result.json`: the keys that differ from the field's name.

Keys are a promise to those who read results: a field may be renamed, its key stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from forecast.archive.figures import Figure
from forecast.base.months import Span
from forecast.base.series import Names, Series, SeriesLabel
from forecast.outlook.attainment import Attainment, Joint, Probability
from forecast.outlook.movement import News, Release, TargetNews
from forecast.report.commitments import CommitmentReport, CompletionForecast
from forecast.report.depth import Depth, PastForecast
from forecast.report.finding import Finding
from forecast.report.overlay import OverlayFigure, OverlayReport
from forecast.report.scenario_value import Given, Line, Scenario
from forecast.report.track import Skill
from forecast.report.value import IndicatorReport, PublishedAlone, Report


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a value that stand among its owner's keys, or under a key of their own.

    `paths` says by key which attribute it is; an empty path is the value itself.
    """

    paths: Mapping[str, str]
    under: str = ""


Place = str | Parts

_FIGURE = ("measure", "value", "unit", "status", "released_on", "source")
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
    Skill: {
        f"{score}_pct": Parts(
            {
                f"{score}_pct": "value",
                f"{score}_lower_pct": "lower",
                f"{score}_upper_pct": "upper",
            }
        )
        for score in ("crps", "brier")
    },
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
# Of these types something is derived and written, or known here and not written.
_DERIVED: Mapping[type, tuple[str, ...]] = {News: ("n_releases",), OverlayReport: ("n_rows",)}
_LEFT_OUT: Mapping[type, tuple[str, ...]] = {
    Figure: ("source", "is_published"),
    PastForecast: ("median_pct",),
    Attainment: ("within", "above", "by_tolerance"),
}
_RENAMED = {"n_forecasts": "n_calls", "n_past_forecasts": "n_past_calls"}


@cache
def places_of(kind: Any) -> Mapping[str, tuple[Any, Place]]:
    """Return by field of a type its annotation and its place."""
    hints, own = get_type_hints(kind), _PLACES.get(kind, {})
    left_out = _LEFT_OUT.get(kind, ())
    return {
        one.name: (hints[one.name], own.get(one.name) or _usual_place(one.name, hints[one.name]))
        for one in fields(kind)
        if one.name not in left_out
    }


def derived_of(kind: Any) -> tuple[str, ...]:
    """Return the properties of a type that are written beside its fields."""
    return _DERIVED.get(kind, ())


def _usual_place(name: str, hint: Any) -> Place:
    kind = without_none(hint)
    if kind is Names:
        return Parts({f"{name}_{lang}": lang for lang in ("en", "zh")})
    if kind is Series:
        return Parts({"area": "area", "indicator": "indicator"})
    if kind is SeriesLabel:
        names = {f"{n}_{lang}": f"{n}.{lang}" for n in ("area_name", "name") for lang in _LANGS}
        return Parts({"area": "series.area", "indicator": "series.indicator"} | names)
    if kind is Span:
        return Parts({"first_month": "first", "last_month": "last"})
    if kind is Probability:
        return Parts({name: "value", "standard_error": "standard_error"})
    return _RENAMED.get(name, name)


_LANGS = ("en", "zh")


@cache
def without_none(hint: Any) -> Any:
    """Return an annotation without its `None`."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return hint
