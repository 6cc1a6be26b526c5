"""Outlines of areas: what is read, and what is refused with the feature that is wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from forecast.archive.boundaries import read_boundaries
from forecast.archive.registry import Area, Registry
from forecast.base.errors import ContractError

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
REGISTRY = Registry({}, {}, {"east": Area(id="east", name_en="East", name_zh="东区")})


def feature(kind: str = "Polygon", coordinates: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def written(folder: Path, *features: Any) -> Path:
    content = {"type": "FeatureCollection", "features": list(features)}
    (folder / "boundaries.geojson").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "properties", [{"area": "east"}, {"id": "east"}, {"name": "东区"}, {"name": "East", "fid": 3}]
)
def test_a_feature_is_an_areas_by_its_id_or_its_name(tmp_path: Path, properties: dict[str, Any]):
    other = feature(name="elsewhere")
    found = read_boundaries(written(tmp_path, feature(**properties), other), REGISTRY, ["east"])
    assert found is not None
    assert list(found.rings) == ["east"]
    assert found.rings["east"][0][2] == (1.0, 1.0)
    assert len(found.others) == 1


def test_islands_and_features_of_one_area_are_one_outline(tmp_path: Path):
    both = feature("MultiPolygon", [SQUARE, SQUARE], area="east"), feature(area="east")
    found = read_boundaries(written(tmp_path, *both), REGISTRY, ["east"])
    assert found is not None
    assert len(found.rings["east"]) == 3


def test_without_a_file_there_are_no_outlines(tmp_path: Path):
    assert read_boundaries(tmp_path, REGISTRY, ["east"]) is None


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            [feature(name="Paris"), feature()],
            "features of other areas: Paris; allowed: ids or names of areas with figures: east",
        ),
        ([feature("Point", [0, 0], area="east")], "feature 1: geometry 'Point'; allowed: Polygon"),
        ([feature(area="east"), {"type": "Feature"}], "feature 2: no properties; allowed: one of"),
        (
            [feature(coordinates=[[[12_645_000, 2_580_000]] * 4], area="east")],
            "feature 1: point [1.2645e+07, 2.58e+06]; allowed: degrees, -180 to 180",
        ),
        ([feature(coordinates=[[[0, 0], [1, 1]]], area="east")], "feature 1: a ring of 2 points"),
        ([feature(coordinates=[[["a", 1]] * 4], area="east")], "feature 1: point ['a', 1]"),
        ([feature(coordinates=7, area="east")], "feature 1: coordinates 7; allowed: rings"),
        ([], "no features; allowed: a GeoJSON FeatureCollection"),
    ],
)
def test_a_fault_names_its_feature(tmp_path: Path, features: list[Any], message: str):
    with pytest.raises(ContractError, match=rf"boundaries\.geojson: {re.escape(message)}"):
        read_boundaries(written(tmp_path, *features), REGISTRY, ["east"])


def test_all_faulty_features_are_named_at_once(tmp_path: Path):
    points = [feature("Point", [0, 0], area="east")] * 2
    with pytest.raises(ContractError) as error:
        read_boundaries(written(tmp_path, *points), REGISTRY, ["east"])
    assert len(error.value.faults) == 2


def test_broken_json_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "boundaries.geojson").write_text('{"features":\n[}', encoding="utf-8")
    with pytest.raises(ContractError, match=r"boundaries\.geojson:2: not JSON: "):
        read_boundaries(tmp_path, REGISTRY, ["east"])
