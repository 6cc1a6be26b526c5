"""The index of all reports, by area, year and day, rebuilt from their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from forecast.base import texts
from forecast.base.errors import ContractError
from forecast.base.files import locked, write_text
from forecast.base.parameters import KINDS
from forecast.base.series import Names
from forecast.base.texts import LANGUAGES
from forecast.pages.html import fragment
from forecast.publishing.formats import with_chinese
from forecast.publishing.places import Page, index_name, linked_results, named_page
from forecast.report.result import read_result
from forecast.report.value import IndicatorReport

_LOCK = ".index.lock"
_SECONDS_FOR_THE_LOCK = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the index shows of a report; the rest of the report is not kept in memory.

    `names`, `lamps` and `probabilities` are by the id of a target; a settled target has no
    probability. `outcome` is `missed` once one target is, `attained` once all are, and empty
    before; `together` is the probability of all targets, None where there is an outcome.
    `has_overlay` says that the report rests on unpublished figures too.
    """

    area: str
    area_name: Names
    year: int
    day: date
    has_overlay: bool
    names: Mapping[str, Names]
    lamps: Mapping[str, str]
    probabilities: Mapping[str, float | None]
    together: float | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the index: a report, its changes since the one before, and links to its pages.

    `changes` are in points between the probabilities as printed, None where there is none.
    """

    report: Listed
    changes: Mapping[str, int | None]
    together_change: int | None
    pages: tuple[tuple[Page, str], ...]


def write_index(reports: Path) -> None:
    """Write `index.html` of a folder of reports and its other languages, each at once.

    Raise OutputError where the folder cannot be written, or stays locked by another process.
    """
    with locked(reports / _LOCK, seconds=_SECONDS_FOR_THE_LOCK):
        rows, faults = _rows(reports)
        for lang in LANGUAGES:
            write_text(reports / index_name(lang), _page(rows, faults, lang))


def _page(rows: list[Row], faults: list[tuple[str, str]], lang: str) -> str:
    other = next(language for language in LANGUAGES if language != lang)
    page = fragment(
        "listing", lang, areas=_by_area(rows), faults=faults, other=index_name(other),
        named=partial(_names, lang=lang), grouped=partial(_grouped, lang=lang),
        moved=partial(_moved, lang=lang),
    )  # fmt: skip
    return with_chinese(page.markup)


def _rows(reports: Path) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return all rows, newest day first in each year, and the unreadable results by path."""
    listed: list[tuple[Path, Listed]] = []
    faults: list[tuple[str, str]] = []
    for path in linked_results(reports):
        try:
            status = path.stat()
            listed.append((path.parent, _listed(path, status.st_mtime_ns, status.st_size)))
        except OSError as error:
            faults.append((str(path.relative_to(reports)), error.strerror or str(error)))
        except ContractError as error:
            faults.append((str(path.relative_to(reports)), error.faults[0].message))
    listed.sort(key=lambda place: _order(place[1]))
    rows: list[Row] = []
    earlier: Listed | None = None
    for place, report in listed:
        is_same = earlier is not None and (earlier.area, earlier.year) == (report.area, report.year)
        rows.append(_row(reports, place, report, earlier if is_same else None))
        if not report.has_overlay:
            earlier = report
    return rows[::-1], sorted(faults)


def _order(report: Listed) -> tuple[str, int, date, bool]:
    return report.area, report.year, report.day, report.has_overlay


@lru_cache(maxsize=4096)
def _listed(path: Path, changed: int, size: int) -> Listed:
    """Return what the index shows of a result; a file that has changed is read again."""
    report = read_result(path)
    targets, joint = report.with_target, report.joint
    lamps = {target.id: target.lamp for target in targets}
    outcome = _outcome(set(lamps.values()))
    return Listed(
        area=report.area,
        area_name=report.area_name,
        year=report.year,
        day=report.as_of,
        has_overlay=report.overlay is not None,
        names={target.id: target.name for target in targets},
        lamps=lamps,
        probabilities={target.id: _probability(target) for target in targets},
        together=None if joint is None or outcome else joint.all_targets.value,
        outcome=outcome,
    )


def _probability(target: IndicatorReport) -> float | None:
    if target.attainment is None or target.outturn is not None:
        return None
    return target.attainment.probability.value


def _outcome(lamps: set[str]) -> str:
    if "missed" in lamps:
        return "missed"
    return "attained" if lamps == {"attained"} else ""


def _row(reports: Path, place: Path, report: Listed, earlier: Listed | None) -> Row:
    before = {} if earlier is None else earlier.probabilities
    changes = {name: _change(before.get(name), p) for name, p in report.probabilities.items()}
    together = _change(None if earlier is None else earlier.together, report.together)
    pages = [(page, p) for p in place.iterdir() if (page := named_page(p.name)) is not None]
    ranks = {name: rank for rank, name in enumerate(report.names)}
    pages.sort(key=lambda item: (item[0].kind, ranks.get(item[0].indicator, len(ranks)), item[0]))
    links = tuple((page, _link(reports, p)) for page, p in pages)
    return Row(report=report, changes=changes, together_change=together, pages=links)


def _change(before: float | None, now: float | None) -> int | None:
    return None if before is None or now is None else texts.percent_points(before, now)


def _link(reports: Path, page: Path) -> str:
    return quote(page.relative_to(reports).as_posix())


def _by_area(rows: Iterable[Row]) -> list[tuple[Names, list[tuple[int, list[Row]]]]]:
    """Return the rows by area and year; an area is named as in its newest report."""
    ordered = sorted(rows, key=lambda row: row.report.area)
    areas = []
    for _, group in groupby(ordered, key=lambda row: row.report.area):
        of_area = list(group)
        years = [(y, list(of)) for y, of in groupby(of_area, key=lambda row: row.report.year)]
        areas.append((of_area[0].report.area_name, years))
    return areas


def _names(rows: Iterable[Row], lang: str) -> dict[str, str]:
    """Return the targets of a year's reports by id, named as in the newest that has them."""
    names: dict[str, str] = {}
    for row in rows:
        for target, name in row.report.names.items():
            names.setdefault(target, name.of(lang))
    return names


def _moved(change: int | None, lang: str) -> str:
    """Return a change in words; "" where there is none."""
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
        return texts.text(f"kind.{kind}", lang) if page.kind in KINDS else page.kind
    name = row.report.names.get(page.indicator)
    return page.indicator if name is None else name.of(lang)
