"""A league computed from a data folder: each area asked by itself, on any workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from forecast.archive.archive import Archive
from forecast.archive.boundaries import Boundaries, read_boundaries
from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError, ParameterError, UnknownArea
from forecast.base.files import cache_folder
from forecast.base.parallel import executor, progress_bar, spread, worker_count
from forecast.base.parameters import Parameters
from forecast.base.series import Names
from forecast.base.texts import LANGUAGES, text
from forecast.outlook.annual import Run, arranged, arrangement_places, family_member
from forecast.outlook.answers import answer_to, checked_snapshot, record_of, reported_areas
from forecast.outlook.families import Arrangement, Member, cache_arrangements
from forecast.outlook.news import first_forecasts
from forecast.outlook.vintages import record_on
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
        families = _families(parameters, archive, kept, pool)
        tasks = [(area, families.get(area, {})) for area in kept]
        standings = tuple(spread(pool, partial(_standing, parameters), tasks))
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


def boundaries_of(folder: Path) -> Boundaries | ContractError | None:
    """Return the outlines in a data folder, or why they cannot be read; None where none are."""
    archive = read_archive(folder)
    try:
        return read_boundaries(folder, archive.registry, archive.areas)
    except ContractError as error:
        return error


def _families(
    parameters: Parameters, archive: Archive, areas: Sequence[str], pool: Executor | None
) -> dict[str, dict[str, Arrangement]]:
    """Return by area how its paths stand beside those of its family, under names of the cache.

    Each area is forecast once for all, so that the time grows with their number; asked by itself,
    each would forecast all others. Wholes come before their parts. They are those of the day and
    of the day since which probabilities moved.
    """
    registry, day = archive.registry, parameters.as_of
    wholes = dict.fromkeys(w for area in areas for w in registry.whole_areas_of(area))
    ordered = sorted(wholes, key=lambda whole: len(registry.whole_areas_of(whole)))
    every: dict[str, dict[str, Arrangement]] = {}
    for then in (d for d in (parameters.since, day) if archive.first_release_on <= d <= day):
        snapshot = archive.as_of(then)
        for whole in ordered:
            parts = [a for a in registry.part_areas_of(whole) if snapshot.indicators_of(a)]
            if not parts or not snapshot.indicators_of(whole):
                continue
            tasks = [(area, then) for area in parts]
            members = spread(pool, partial(_member, parameters), tasks)
            run = _run(parameters, archive, then)
            family = arranged(snapshot, dict(zip(parts, members, strict=True)), run)
            if (place := arrangement_places(snapshot, run)) is not None:
                for area, own in family.items():
                    every.setdefault(area, {})[place(area).name] = own
    return every


def _run(parameters: Parameters, archive: Archive, day: date) -> Run:
    record = record_on(archive.as_of(parameters.as_of), day)
    return Run.of_report(parameters.year, record, parameters.seed, parameters.n_paths, day)


def _member(parameters: Parameters, task: tuple[str, date]) -> Member:
    """Return what the others of a family need to know of one area; a worker runs it by itself."""
    area, day = task
    archive = checked_snapshot(replace(parameters, area=area)).archive
    return family_member(archive.as_of(day), area, _run(parameters, archive, day))


def _standing(parameters: Parameters, task: tuple[str, Mapping[str, Arrangement]]) -> Standing:
    """Return what is known of one area; a worker runs it by itself.

    What it was told of its family is put into the worker's own cache.
    """
    area, arrangements = task
    cache_arrangements({cache_folder() / name: own for name, own in arrangements.items()})
    answer = answer_to(replace(parameters, area=area))
    before = first_forecasts(answer, parameters.since)
    changes = None
    if before is not None:
        first_day, forecasts = before
        then = {n: f.probability.value if f.is_assessed else None for n, f in forecasts.items()}
        changes = (first_day.isoformat(), then)
    return standing_of(report_of(answer), changes)
