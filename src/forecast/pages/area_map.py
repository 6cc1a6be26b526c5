"""A small map of areas, each in the colour of its probability, drawn from outlines alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from forecast.archive.boundaries import Boundaries, Ring
from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.html import Html, fragment
from forecast.pages.league import League, Standing
from forecast.report.lights import RANGES, ends_of_range, range_of

_WIDTH, _TALLEST, _MARGIN = 640.0, 640.0, 6.0
_LEAST_LABEL = 34.0  # the width of an outline that holds a label; others have theirs as a title


@dataclass(frozen=True, slots=True)
class _Shape:
    """An outline as it is drawn: its path, its class of colour, and its label at a point."""

    path: str
    kind: str
    name: str
    value: str
    x: float
    y: float
    has_label: bool


def league_map(league: League, boundaries: Boundaries, lang: str) -> Html:
    """Return the areas of a league on a map, each by the probability of all its targets together.

    Colours go from orange to blue, in five classes that are told apart without red and green too;
    name and number stand in each area that has room for them, and in the title of the others.
    What is in the file but not in the league is grey.
    """
    plane = _Plane.around(boundaries)
    by_area = {one.area: one for one in league.standings}
    beside = [rings for area, rings in boundaries.rings.items() if area not in by_area]
    grey = [plane.path([*boundaries.others, *(ring for rings in beside for ring in rings)])]
    shapes = [
        _shape(by_area[area], rings, plane, lang)
        for area, rings in boundaries.rings.items()
        if area in by_area
    ]
    missing = [one.name.of(lang) for one in league.standings if one.area not in boundaries.rings]
    return fragment(
        "area_map", lang, shapes=shapes, grey=[path for path in grey if path],
        width=round(_WIDTH), height=math.ceil(plane.height), missing=missing,
        classes=_classes(lang),
    )  # fmt: skip


def _classes(lang: str) -> list[tuple[str, str]]:
    """Return the class of each range of probabilities with its ends, and of areas without one."""
    places = range(len(RANGES))
    named = [(str(place), phrases.percents(*ends_of_range(place), lang)) for place in places]
    return [*named, ("none", text("light.none", lang))]


def _shape(one: Standing, rings: Iterable[Ring], plane: _Plane, lang: str) -> _Shape:
    probability = _probability(one)
    points = [[plane.at(point) for point in ring] for ring in rings]
    largest = max(points, key=lambda ring: abs(_area(ring)))
    across = [x for x, _ in largest]
    x, y = _centre(largest)
    return _Shape(
        path=_path(points),
        kind="none" if probability is None else str(range_of(probability)),
        name=one.name.of(lang),
        value=text("form.none", lang) if probability is None else texts.percent(probability, lang),
        x=round(x, 1),
        y=round(y, 1),
        has_label=max(across) - min(across) >= _LEAST_LABEL,
    )


def _probability(one: Standing) -> float | None:
    """Return the probability of all targets together; of a single one that of its line."""
    if one.together is not None or len(one.entries) != 1:
        return one.together
    return one.entries[0].line.probability_now


@dataclass(frozen=True, slots=True)
class _Plane:
    """Degrees as units of the drawing, with a degree of longitude as wide as in the middle."""

    west: float
    north: float
    per_degree: float
    narrowed: float
    height: float

    @classmethod
    def around(cls, boundaries: Boundaries) -> _Plane:
        """Return the plane that holds all outlines."""
        every = [*boundaries.others, *(r for rings in boundaries.rings.values() for r in rings)]
        longitudes = [x for ring in every for x, _ in ring]
        latitudes = [y for ring in every for _, y in ring]
        west, east, south, north = (
            min(longitudes), max(longitudes), min(latitudes), max(latitudes),
        )  # fmt: skip
        narrowed = math.cos(math.radians((south + north) / 2))
        wide, tall = (east - west) * narrowed or 1e-9, north - south or 1e-9
        room = _WIDTH - 2 * _MARGIN, _TALLEST - 2 * _MARGIN
        scale = min(room[0] / wide, room[1] / tall)
        return cls(west, north, scale, narrowed, tall * scale + 2 * _MARGIN)

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where a point is drawn, to a tenth of a unit."""
        x = _MARGIN + (point[0] - self.west) * self.narrowed * self.per_degree
        y = _MARGIN + (self.north - point[1]) * self.per_degree
        return round(x, 1), round(y, 1)

    def path(self, rings: Iterable[Ring]) -> str:
        """Return the path of rings."""
        return _path([self.at(point) for point in ring] for ring in rings)


def _path(rings: Iterable[list[tuple[float, float]]]) -> str:
    """Return the path of rings; points that fall together are drawn once."""
    drawn = []
    for ring in rings:
        points = [p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]]
        drawn.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(drawn)


def _area(ring: list[tuple[float, float]]) -> float:
    """Return the area of a ring, negative where it runs the other way round."""
    return sum(a * d - c * b for (a, b), (c, d) in pairwise(ring)) / 2


def _centre(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centre of gravity of a ring; of a line that of its points."""
    area = _area(ring)
    if abs(area) < 1e-6:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    pairs = list(pairwise(ring))
    x = sum((a + c) * (a * d - c * b) for (a, b), (c, d) in pairs) / (6 * area)
    y = sum((b + d) * (a * d - c * b) for (a, b), (c, d) in pairs) / (6 * area)
    return x, y
