"""What a report says of how its probabilities came about: since a day, and through the year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from forecast.archive.figures import Figure
from forecast.archive.registry import Registry
from forecast.base import texts
from forecast.base.frames import markup_of
from forecast.base.months import month_text
from forecast.base.series import Series
from forecast.outlook.news import Item, News, TargetNews
from forecast.outlook.timeline import Frame
from forecast.report.naming import series_names


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFigure:
    """A figure that came out between two days; growth in per cent, a level in `unit`."""

    area: str
    area_name_en: str
    area_name_zh: str
    indicator: str
    name_en: str
    name_zh: str
    first_month: str
    last_month: str
    measure: str
    value: float
    unit: str
    decimals: int
    status: str
    released_on: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedItem:
    """One reason of a change; `change` is that of the probability, from -1 to 1.

    `kind` is `revisions`, `local` (new figures of the area), `related` (new figures of others),
    `time`, `learning` or `unpublished`, in the order in which they are counted.
    """

    kind: str
    change: float
    standard_error: float
    median_pp: float
    settles: bool
    releases: list[ReleasedFigure]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMoved:
    """What was said of a target on both days; null where nothing could be said.

    `items` add up to the change. Before a target was announced the one announced next is judged.
    `attained` is None while the year is open.
    """

    area: str
    indicator: str
    name_en: str
    name_zh: str
    decimals: int
    since: date
    until: date
    announced_since: bool
    changed_since: bool
    attained: bool | None
    first_probability: float | None
    last_probability: float | None
    first_median_pct: float | None
    last_median_pct: float | None
    items: list[MovedItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What moved between the end of `since` and the end of `until`.

    `n_releases` counts the figures that came out between them and bear on a target.
    """

    since: date
    until: date
    n_releases: int
    targets: list[TargetMoved]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a release behind a change: what came out, and which target it bears on."""
        rows = [
            {"target": told.indicator, "kind": item.kind} | asdict(figure)
            for told in self.targets
            for item in told.items
            for figure in item.releases
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """Return by how much each target moved, for notebooks."""
        rows = {
            told.indicator: {
                "first_probability": told.first_probability,
                "last_probability": told.last_probability,
                **{item.kind: item.change for item in told.items},
            }
            for told in self.targets
        }
        ends = {"since": texts.day(self.since, "en"), "day": texts.day(self.until, "en")}
        frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")
        return markup_of(frame, texts.text("shown.news", "en", **ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFrame:
    """The probability of a target at the end of a day; 0 or 1 once it is settled.

    `release` says what came out on the day: an `own` figure, `related` ones alone, or `none`.
    """

    day: date
    indicator: str
    probability: float
    standard_error: float
    is_settled: bool
    release: str


def moved_report(news: News, registry: Registry) -> Moved:
    """Return what moved since a day, with names for people."""
    every = {
        (series, figure)
        for told in news.targets.values()
        for item in told.items
        for series, figure in item.releases
    }
    return Moved(
        since=news.since,
        until=news.day,
        n_releases=len(every),
        targets=[_target(name, told, news, registry) for name, told in news.targets.items()],
    )


def film_report(film: Iterable[Frame]) -> list[FilmFrame]:
    """Return the frames of a film as rows."""
    return [
        FilmFrame(
            day=frame.day,
            indicator=frame.indicator,
            probability=frame.probability.value,
            standard_error=frame.probability.standard_error,
            is_settled=frame.is_settled,
            release=frame.release,
        )
        for frame in film
    ]


def _target(name: str, told: TargetNews, news: News, registry: Registry) -> TargetMoved:
    first, last, target = told.first, told.last, told.target
    entry = registry.of(target.area, name)
    return TargetMoved(
        area=target.area,
        indicator=name,
        name_en=entry.name_en,
        name_zh=entry.name_zh,
        decimals=entry.decimals,
        since=news.since,
        until=news.day,
        announced_since=told.before.announced_on > news.since,
        changed_since=told.before != target,
        attained=bool(last.shares.all()) if last.is_settled else None,
        first_probability=first.probability.value if first.is_made else None,
        last_probability=last.probability.value if last.is_made else None,
        first_median_pct=first.median_pct if first.is_made else None,
        last_median_pct=last.median_pct if last.is_made else None,
        items=[_item(item, registry) for item in told.items],
    )


def _item(item: Item, registry: Registry) -> MovedItem:
    return MovedItem(
        kind=item.kind,
        change=item.change,
        standard_error=item.standard_error,
        median_pp=item.median_pp,
        settles=item.settles,
        releases=[_released(series, figure, registry) for series, figure in item.releases],
    )


def _released(series: Series, figure: Figure, registry: Registry) -> ReleasedFigure:
    return ReleasedFigure(
        **series_names(registry, *series),
        first_month=month_text(figure.span.first),
        last_month=month_text(figure.span.last),
        measure=figure.measure,
        value=figure.value,
        unit=figure.unit,
        decimals=registry.of(*series).decimals,
        status=figure.status,
        released_on=figure.released_on,
        source=figure.source,
    )
