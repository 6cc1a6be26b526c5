"""A league computed from a data folder: each area asked by itself, on any workers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.base.errors import ParameterError, UnknownArea
from forecast.base.parallel import executor, progress_bar, spread, worker_count
from forecast.base.parameters import Parameters
from forecast.base.series import Names
from forecast.base.texts import LANGUAGES, text
from forecast.outlook.answers import answer_to, record_of, reported_areas
from forecast.outlook.news import first_forecasts
from forecast.pages.league import League, Standing
from forecast.pages.tables.league import standing_of
from forecast.report.report import report_of

_SECONDS_WITHOUT_BAR = 1.0


def league_of(parameters: Parameters, areas: tuple[str, ...], *, show_progress: bool) -> League:
    """Return the league of the areas named, in their order; of those with targets if none is named.

    An area that has no target in force on the day, or of which nothing was known, is left out with
    the reason. Raise UnknownArea for one without any figure, ParameterError where nothing is left.
    """
    archive = read_archive(parameters.data)
    year, day = parameters.year, parameters.as_of
    unknown = [area for area in areas if area not in archive.areas]
    if unknown:
        raise UnknownArea(unknown[0], archive.areas)
    asked = areas or tuple(reported_areas(archive, year, day))
    left_out = tuple((area, r) for area in asked if (r := _reason(archive, area, parameters)))
    kept = [area for area in asked if area not in dict(left_out)]
    if not kept:
        raise ParameterError([reason.en for _, reason in left_out])
    if day > archive.schedule.today():
        kept = kept[:1]  # it raises the error that a single question would
    else:
        bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
        replaying = bar("Replaying past forecasts")
        record_of(archive.as_of(day), n_workers=worker_count(), on_progress=replaying)
    with executor(worker_count(), len(kept)) as pool:
        standings = tuple(spread(pool, partial(_standing, parameters), kept))
    return League(year=year, as_of=day, standings=standings, left_out=left_out)


def _reason(archive: Archive, area: str, parameters: Parameters) -> Names | None:
    """Return why an area has no line, None where it has."""
    name, day = archive.registry.area_names(area), parameters.as_of
    values = {"year": parameters.year, "day": day.isoformat()}
    first = archive.first_release_of(area)
    if day < first:
        key = "too_early"
        values |= {"first": first.isoformat()}
    elif area not in archive.areas_with_targets(parameters.year, day):
        key = "no_target"
    else:
        return None
    both = {lang: text(f"league.{key}", lang, area=name.of(lang), **values) for lang in LANGUAGES}
    return Names(both["en"], both["zh"])


def _standing(parameters: Parameters, area: str) -> Standing:
    """Return what is known of one area; a worker runs it by itself."""
    answer = answer_to(replace(parameters, area=area))
    before = first_forecasts(answer, parameters.since)
    changes = None
    if before is not None:
        first_day, forecasts = before
        then = {n: f.probability.value if f.is_assessed else None for n, f in forecasts.items()}
        changes = (first_day.isoformat(), then)
    return standing_of(report_of(answer), changes)
