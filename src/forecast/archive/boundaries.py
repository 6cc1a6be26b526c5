"""The outlines of areas in `boundaries.geojson`, from which a map is drawn without a network."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.archive.registry import Registry
from forecast.base.errors import ContractError, Fault

FILE = "boundaries.geojson"
KEYS = ("area", "id", "name")
_SHAPES = ("Polygon", "MultiPolygon")
_FEWEST_POINTS = 4  # a closed triangle

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The rings of each area, as longitude and latitude in degrees; `others` are of no area."""

    rings: Mapping[str, tuple[Ring, ...]]
    others: tuple[Ring, ...] = ()


def read_boundaries(folder: Path, registry: Registry, areas: list[str]) -> Boundaries | None:
    """Return the outlines in `folder/boundaries.geojson`; None where there is no such file.

    A feature is an area's where its property `area`, `id` or `name` is the area's id or its name.
    Raise ContractError for what is not GeoJSON, and for a file without any of the areas.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    names = {key: area for area in areas for key in _names(area, registry)}
    faults: list[Fault] = []
    rings: dict[str, tuple[Ring, ...]] = {}
    others: list[Ring] = []
    given: list[str] = []
    for number, feature in enumerate(_features(path), start=1):
        try:
            label, shape = _label(feature), _rings(feature)
        except ValueError as error:
            faults.append(Fault(FILE, None, f"feature {number}: {error}"))
            continue
        given += [label] if label else []
        if (area := names.get(label)) is None:
            others += shape
        else:
            rings[area] = rings.get(area, ()) + shape
    if not faults and not rings:
        found = ", ".join(sorted(given)[:5]) or f"none has one of {', '.join(KEYS)}"
        rule = f"allowed: ids or names of areas with figures: {', '.join(sorted(areas))}"
        faults.append(Fault(FILE, None, f"features of other areas: {found}; {rule}"))
    if faults:
        raise ContractError(faults)
    return Boundaries(rings, tuple(others))


def _names(area: str, registry: Registry) -> set[str]:
    names = registry.area_names(area)
    return {area, names.en, names.zh}


def _features(path: Path) -> list[Any]:
    """Return the features of a file; raise ContractError where it has none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ContractError([Fault(FILE, None, "not UTF-8; allowed: GeoJSON in UTF-8")]) from error
    except json.JSONDecodeError as error:
        why = f"not JSON: {error.msg}; allowed: a GeoJSON FeatureCollection"
        raise ContractError([Fault(FILE, error.lineno, why)]) from error
    except RecursionError as error:
        raise ContractError([Fault(FILE, None, "JSON nested too deeply")]) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        why = "no features; allowed: a GeoJSON FeatureCollection with a feature for each area"
        raise ContractError([Fault(FILE, None, why)])
    return features


def _label(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValueError(f"no properties; allowed: one of {', '.join(KEYS)}")
    return next((str(properties[key]) for key in KEYS if properties.get(key)), "")


def _rings(feature: Mapping[str, Any]) -> tuple[Ring, ...]:
    """Return the rings of a feature, holes among them; raise ValueError for another shape."""
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in _SHAPES:
        raise ValueError(f"geometry {kind!r}; allowed: {', '.join(_SHAPES)}")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = tuple(_points(ring) for polygon in _listed(polygons) for ring in _listed(polygon))
    if not rings:
        raise ValueError("no coordinates; allowed: rings of longitude and latitude")
    return rings


def _listed(value: Any) -> Iterator[Any]:
    if not isinstance(value, list):
        raise ValueError(f"coordinates {value!r:.40}; allowed: rings of longitude and latitude")
    yield from value


def _points(ring: Any) -> Ring:
    points = []
    for point in _listed(ring):
        numbers = point[:2] if isinstance(point, list) else []
        if len(numbers) < 2 or not all(type(n) in (int, float) for n in numbers):
            raise ValueError(f"point {point!r:.40}; allowed: [longitude, latitude]")
        longitude, latitude = map(float, numbers)
        if not (math.fabs(longitude) <= 180 and math.fabs(latitude) <= 90):
            rule = "allowed: degrees, -180 to 180 and -90 to 90 (WGS 84)"
            raise ValueError(f"point [{longitude:g}, {latitude:g}]; {rule}")
        points.append((longitude, latitude))
    if len(points) < _FEWEST_POINTS:
        raise ValueError(f"a ring of {len(points)} points; allowed: {_FEWEST_POINTS} or more")
    return tuple(points)
