"""The index of all reports, by area, year and day, rebuilt from their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forecast.base import texts
from forecast.base.errors import ContractError
from forecast.base.files import bytes_of, locked, write_text
from forecast.base.package import package_hash
from forecast.base.parameters import KINDS
from forecast.base.series import Names
from forecast.base.texts import LANGUAGES
from forecast.pages.html import fragment
from forecast.publishing.formats import with_chinese
from forecast.publishing.places import Page, index_name, linked_results, published_pages
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
    `has_overlay` says that the report rests on unpublished figures too, `has_assumed` that it
    assumes targets.
    """

    area: str
    area_name: Names
    year: int
    day: date
    has_overlay: bool
    has_assumed: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRows:
    """What a page of the index shows of an area's year; `n_more` further reports are on `link`."""

    area_name: Names
    year: int
    rows: list[Row]
    n_more: int
    link: str


_MOST_ROWS = 200  # on the first page; further reports are on a page of their area and year
_KEPT = ".index.json"
_Known = list[Any]  # time and size of a result, what is listed of it or null, and what is wrong


def write_index(reports: Path) -> None:
    """Write `index.html` of a folder of reports and its other languages, each at once.

    Where there are many reports it shows the newest of each area's year, and links to a page with
    all of them. What is listed of a result is kept beside, so that only new ones are read. Raise
    OutputError where the folder cannot be written, or stays locked by another process.
    """
    with locked(reports / _LOCK, seconds=_SECONDS_FOR_THE_LOCK):
        before = _kept(reports)
        now = {path: _known(reports, path, stamp, before) for path, stamp in _stamps(reports)}
        years: dict[str, list[str]] = {}
        for path in now:
            years.setdefault(_year_of(path), []).append(path)
        most = _MOST_ROWS // len(years) if len(now) > _MOST_ROWS else len(now)
        paths = before.keys() | now.keys()
        changed = {_year_of(path) for path in paths if before.get(path) != now.get(path)}
        for year, its in years.items():
            _write_year(reports, year, {path: now[path] for path in its}, most, year in changed)
        shown = [_shown(reports, reports, {p: now[p] for p in its}, most) for its in years.values()]
        faults = sorted((path, known[3]) for path, known in now.items() if known[2] is None)
        _write_pages(reports, [year for year in shown if year], faults, up="")
        if now != before:
            kept = {"package": package_hash(), "results": now}
            write_text(reports / _KEPT, json.dumps(kept, ensure_ascii=False), is_synced=False)


def _kept(reports: Path) -> dict[str, _Known]:
    """Return what was listed by the same code; nothing where it cannot be read."""
    try:
        kept = json.loads(bytes_of(reports / _KEPT))
        return dict(kept["results"]) if kept["package"] == package_hash() else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _stamps(reports: Path) -> Iterator[tuple[str, list[int]]]:
    """Yield the results that people link to, and the time and size of each."""
    for path in linked_results(reports):
        try:
            status = path.stat()
        except OSError:
            yield path.relative_to(reports).as_posix(), [0, 0]
        else:
            yield path.relative_to(reports).as_posix(), [status.st_mtime_ns, status.st_size]


def _known(reports: Path, path: str, stamp: list[int], before: Mapping[str, _Known]) -> _Known:
    known = before.get(path)
    if known is not None and known[:2] == stamp:
        return known
    try:
        listed = asdict(_listed(reports / path))
        return [*stamp, listed | {"day": listed["day"].isoformat()}, ""]
    except OSError as error:
        return [*stamp, None, error.strerror or str(error)]
    except ContractError as error:
        return [*stamp, None, error.faults[0].message]


def _year_of(path: str) -> str:
    """Return `AREA/YEAR` of the path of a result."""
    return "/".join(path.split("/", 2)[:2])


def _write_year(
    reports: Path, year: str, known: Mapping[str, _Known], most: int, is_changed: bool
) -> None:
    """Write the pages of an area's year where the first page does not show all of it."""
    home = reports / year
    pages = [home / index_name(lang) for lang in LANGUAGES]
    if len(known) <= most:
        for page in pages:
            page.unlink(missing_ok=True)
    elif is_changed or not all(page.is_file() for page in pages):
        shown = _shown(reports, home, known, len(known))
        _write_pages(home, [shown] if shown else [], [], up="../../")


def _write_pages(
    folder: Path, years: list[YearRows], faults: list[tuple[str, str]], *, up: str
) -> None:
    for lang in LANGUAGES:
        write_text(folder / index_name(lang), _page(years, faults, lang, up))


def _page(years: list[YearRows], faults: list[tuple[str, str]], lang: str, up: str) -> str:
    other = next(language for language in LANGUAGES if language != lang)
    page = fragment(
        "listing", lang, areas=_by_area(years), faults=faults, other=index_name(other),
        up=up and up + index_name(lang), own=index_name(lang),
        named=partial(_names, lang=lang), grouped=partial(_grouped, lang=lang),
        moved=partial(_moved, lang=lang),
    )  # fmt: skip
    return with_chinese(page.markup)


def _shown(reports: Path, page: Path, known: Mapping[str, _Known], most: int) -> YearRows | None:
    """Return the newest reports of an area's year, as a page in a folder links to them."""
    readable = {path: value[2] for path, value in known.items() if value[2] is not None}
    if not readable:
        return None
    newest = sorted(readable.items(), key=lambda item: (item[1]["day"], _is_variant(item[1])))
    listed = [(reports / path, _listed_from(values)) for path, values in newest[-most - 1 :]]
    rows: list[Row] = []
    earlier: Listed | None = None
    for path, report in listed:
        rows.append(_row(page, path.parent, report, earlier))
        if not (report.has_overlay or report.has_assumed):
            earlier = report
    last = listed[-1][1]
    return YearRows(
        area_name=last.area_name,
        year=last.year,
        rows=rows[-most:][::-1] if most else [],
        n_more=len(readable) - min(most, len(readable)),
        link=quote(_year_of(newest[-1][0])) + "/",
    )


def _is_variant(values: Mapping[str, Any]) -> bool:
    """Whether a listed report rests on more than published figures and announced targets."""
    return bool(values["has_overlay"] or values["has_assumed"])


def _listed_from(values: Mapping[str, Any]) -> Listed:
    """Return what `asdict` and JSON made of a listed report."""
    names = {target: Names(**name) for target, name in values["names"].items()}
    area, day = Names(**values["area_name"]), date.fromisoformat(values["day"])
    return Listed(**{**values, "names": names, "area_name": area, "day": day})


def _listed(path: Path) -> Listed:
    """Return what the index shows of a result; no numbers of one that is not public."""
    report = read_result(path)
    is_public = report.is_public
    targets, joint = report.with_target if is_public else [], report.joint if is_public else None
    lamps = {target.id: target.lamp for target in targets}
    outcome = _outcome(set(lamps.values()))
    return Listed(
        area=report.area,
        area_name=report.area_name,
        year=report.year,
        day=report.as_of,
        has_overlay=report.overlay is not None,
        has_assumed=bool(report.assumed),
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


def _row(page_folder: Path, place: Path, report: Listed, earlier: Listed | None) -> Row:
    before = {} if earlier is None else earlier.probabilities
    changes = {name: _change(before.get(name), p) for name, p in report.probabilities.items()}
    together = _change(None if earlier is None else earlier.together, report.together)
    pages = [(page, place / page.name) for page in published_pages(place)]
    ranks = {name: rank for rank, name in enumerate(report.names)}
    pages.sort(key=lambda item: (item[0].kind, ranks.get(item[0].indicator, len(ranks)), item[0]))
    links = tuple((page, _link(page_folder, p)) for page, p in pages)
    return Row(report=report, changes=changes, together_change=together, pages=links)


def _change(before: float | None, now: float | None) -> int | None:
    return None if before is None or now is None else texts.percent_points(before, now)


def _link(folder: Path, page: Path) -> str:
    return quote(page.relative_to(folder).as_posix())


def _by_area(years: Iterable[YearRows]) -> list[tuple[Names, list[YearRows]]]:
    """Return the years by area, the newest first; an area is named as in its newest report."""
    by_area: dict[str, list[YearRows]] = {}
    for year in years:
        by_area.setdefault(year.link.split("/")[0], []).append(year)
    ordered = [sorted(its, key=lambda y: -y.year) for _, its in sorted(by_area.items())]
    return [(its[0].area_name, its) for its in ordered]


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
