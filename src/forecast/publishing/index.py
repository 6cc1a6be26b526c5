"""The index of all reports, by area, year and day, rebuilt from the results that lie there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forecast.base import texts
from forecast.base.files import write_text
from forecast.base.texts import LANGUAGES
from forecast.pages.html import fragment
from forecast.publishing.fonts import with_chinese
from forecast.publishing.page_names import Page, named_page
from forecast.publishing.places import index_name, linked_results

_LOCK = ".index.lock"
_SECONDS_FOR_THE_LOCK = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetListed:
    """What a report says of one target: its light, and the probability once it can be told."""

    id: str
    names: Mapping[str, str]
    light: str
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One report as the index shows it; `together` is the probability of all its targets.

    `outcome` is `missed` once one target is, `attained` once all are, and empty before; `together`
    is None then. `has_overlay` says that it rests on unpublished figures too.
    """

    area: str
    names: Mapping[str, str]
    year: int
    day: date
    has_overlay: bool
    targets: tuple[TargetListed, ...]
    together: float | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the index: a report, the one of an earlier day, and the links to its pages.

    `changes` are in points between the probabilities as printed, None where there is none.
    """

    report: Listed
    changes: Mapping[str, int | None]
    together_change: int | None
    pages: tuple[tuple[Page, str], ...]

    def target(self, indicator: str) -> TargetListed | None:
        """Return what the report says of a target; None where it has none."""
        return next((t for t in self.report.targets if t.id == indicator), None)


def write_index(reports: Path) -> None:
    """Write `index.html` of a folder of reports and its other languages, each at once.

    Raise OutputError where the folder cannot be written, Timeout where another process keeps it.
    """
    from filelock import FileLock

    with FileLock(reports / _LOCK, timeout=_SECONDS_FOR_THE_LOCK):
        rows, faults = _rows(reports)
        for lang in LANGUAGES:
            write_text(reports / index_name(lang), _page(rows, faults, lang))


def _page(rows: list[Row], faults: list[tuple[str, str]], lang: str) -> str:
    other = next(one for one in LANGUAGES if one != lang)
    made = fragment(
        "listing", lang, areas=_by_area(rows), faults=faults, other=index_name(other),
        named=partial(_named, lang=lang), grouped=partial(_grouped, lang=lang),
        moved=partial(_moved, lang=lang),
    )  # fmt: skip
    return with_chinese(made.markup)


def _rows(reports: Path) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return all rows, newest day first in each year, and by path what could not be read."""
    listed: list[tuple[Path, Listed]] = []
    faults: list[tuple[str, str]] = []
    for path in linked_results(reports):
        try:
            status = path.stat()
            listed.append((path.parent, _listed(path, status.st_mtime_ns, status.st_size)))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            faults.append((str(path.relative_to(reports)), f"{type(error).__name__}: {error}"))
    listed.sort(key=lambda one: (one[1].area, one[1].year, one[1].day, one[1].has_overlay))
    rows: list[Row] = []
    earlier: Listed | None = None
    for place, report in listed:
        is_same = earlier is not None and (earlier.area, earlier.year) == (report.area, report.year)
        rows.append(_row(reports, place, report, earlier if is_same else None))
        if not report.has_overlay:
            earlier = report
    return rows[::-1], sorted(faults)


@lru_cache(maxsize=4096)
def _listed(path: Path, changed: int, size: int) -> Listed:
    """Return what a result says; it is read again where the file has changed."""
    said = json.loads(path.read_bytes())
    joint = said["joint"]
    targets = tuple(_target(i) for i in said["indicators"] if i["target"] is not None)
    outcome = _outcome({target.light for target in targets})
    return Listed(
        area=str(said["area"]),
        names=_names(said, "area_name"),
        year=int(said["year"]),
        day=date.fromisoformat(said["as_of"]),
        has_overlay=said["overlay"] is not None,
        targets=targets,
        together=None if joint is None or outcome else float(joint["probability_all"]),
        outcome=outcome,
    )


def _outcome(lights: set[str]) -> str:
    if "missed" in lights:
        return "missed"
    return "attained" if lights == {"attained"} else ""


def _target(said: Mapping[str, Any]) -> TargetListed:
    attained = said["attained"]
    chance = None if attained is None else float(attained["probability"])
    return TargetListed(
        id=str(said["id"]),
        names=_names(said, "name"),
        light=_light(said),
        probability=chance if said["settled"] is None else None,
    )


def _light(said: Mapping[str, Any]) -> str:
    settled, attained = said["settled"], said["attained"]
    if settled is not None and settled["attained"] is not None:
        return "attained" if settled["attained"] else "missed"
    shown = "none" if attained is None else str(attained["light"])
    return "blind" if shown == "yellow" and not said["months_known"] else shown


def _names(said: Mapping[str, Any], key: str) -> dict[str, str]:
    return {lang: str(said[f"{key}_{lang}"]) for lang in LANGUAGES}


def _row(reports: Path, place: Path, report: Listed, earlier: Listed | None) -> Row:
    before = {} if earlier is None else {t.id: t.probability for t in earlier.targets}
    changes = {t.id: _change(before.get(t.id), t.probability) for t in report.targets}
    together = _change(None if earlier is None else earlier.together, report.together)
    found = [(page, p) for p in place.iterdir() if (page := named_page(p.name)) is not None]
    places = {target.id: n for n, target in enumerate(report.targets)}
    found.sort(key=lambda one: (one[0].kind, places.get(one[0].indicator, len(places)), one[0]))
    links = tuple((page, _link(reports, p)) for page, p in found)
    return Row(report=report, changes=changes, together_change=together, pages=links)


def _change(before: float | None, now: float | None) -> int | None:
    return None if before is None or now is None else texts.percent_points(before, now)


def _link(reports: Path, page: Path) -> str:
    return quote(page.relative_to(reports).as_posix())


def _by_area(rows: Iterable[Row]) -> list[tuple[Listed, list[tuple[int, list[Row]]]]]:
    """Return the rows by area and year; an area is named as in its newest report."""
    ordered = sorted(rows, key=lambda row: row.report.area)
    found = []
    for _, of_area in groupby(ordered, key=lambda row: row.report.area):
        kept = list(of_area)
        years = [(y, list(of)) for y, of in groupby(kept, key=lambda row: row.report.year)]
        found.append((kept[0].report, years))
    return found


def _named(rows: Iterable[Row], lang: str) -> dict[str, str]:
    """Return the targets of a year's reports by id, named as in the newest that has them."""
    names: dict[str, str] = {}
    for row in rows:
        for target in row.report.targets:
            names.setdefault(target.id, target.names[lang])
    return names


def _moved(change: int | None, lang: str) -> str:
    """Return a change in words; nothing where there is none to tell."""
    if change is None:
        return ""
    number = texts.signed_number(change, 0)
    return texts.text("listing.stayed" if number == "0" else "form.points", lang, number=number)


def _grouped(row: Row, lang: str) -> list[tuple[str, list[tuple[str, list[tuple[Page, str]]]]]]:
    """Return the pages by what they are about, then by language, that of the index first."""
    groups: dict[str, dict[str, list[tuple[Page, str]]]] = {}
    for page, link in row.pages:
        spoken = groups.setdefault(_about(row, page, lang), {})
        spoken.setdefault(page.lang, []).append((page, link))
    own_first = partial(sorted, key=lambda group: group[0] != lang)
    return [(about, own_first(spoken.items())) for about, spoken in groups.items()]


def _about(row: Row, page: Page, lang: str) -> str:
    """Return the kind of a page in words, or the indicator that it is about."""
    if not page.indicator:
        kind = page.kind.replace("-", "_")
        return texts.text(f"kind.{kind}", lang)
    target = row.target(page.indicator)
    return page.indicator if target is None else target.names[lang]
