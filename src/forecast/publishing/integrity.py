"""Whether a folder of reports is as it was published: every sign that it is not, by file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from forecast.base.errors import Fault, LedgerLost, OutputError
from forecast.base.files import bytes_of, sha256_of
from forecast.publishing.ledger import (
    BEFORE_THE_FIRST,
    KEYS,
    LEDGER,
    Entry,
    Ledger,
    hash_of,
    is_linked,
    read_ledger,
)
from forecast.publishing.places import (
    MANIFEST,
    RESULT,
    ROWS,
    RUNS,
    listed_path,
    published_pages,
    run_results,
    stored,
)
from forecast.publishing.runs import (
    ALTERED,
    GONE,
    SOUND,
    Manifest,
    faulty_files,
    read_manifest,
    state_of,
)

_TORN = "the last line is torn, as by a process that died; the next report removes it"
_NO_LINE = f"not a line of a ledger; allowed: an object of {KEYS}"
_UNLISTED = f"not listed in {LEDGER}; a report that died before it was listed is with the next one"
_LOST = (
    f"not listed in {LEDGER}, though it was: the ledger was removed, shortened, or restored from "
    "an older backup; `forecast run-due --accept-ledger REASON` lists it anew"
)
_EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first


def faults_of(reports: Path) -> list[Fault]:
    """Return every sign that a folder's reports are not what was published, in a fixed order.

    These are a changed line or link of the chain, a torn last line, a head that the ledger lacks, a
    file of a run that is missing, empty, altered or not listed, and a linked file that differs from
    those of all runs beside it.
    """
    ledger = read_ledger(reports)
    results = run_results(reports)
    unlisted = [p for p in results if listed_path(reports, p) not in ledger.newest]
    return [
        *faults_of_chain(ledger),
        *_faults_of_results(reports, ledger),
        *_faults_of_runs(reports, ledger, results),
        *(Fault(listed_path(reports, p), None, _unlisted(p)) for p in unlisted),
        *_faults_of_links(reports, results),
    ]


def _unlisted(result: Path) -> str:
    manifest = read_manifest(result.parent)
    is_lost = manifest is not None and manifest.head and is_linked(result.parent)
    return _LOST if is_lost else _UNLISTED


def faults_of_chain(ledger: Ledger) -> Iterator[Fault]:
    """Yield what breaks the chain, by line; a changed line shows in the link of the next line."""
    previous = BEFORE_THE_FIRST
    for number, line in enumerate(ledger.lines, start=1):
        entry = ledger.readable.get(number)
        if entry is None:
            yield Fault(LEDGER, number, _NO_LINE)
        elif entry.previous != previous:
            where = f"line {number - 1}" if number > 1 else "the start"
            link = f"the chain is broken: previous is {entry.previous[:12]}, the hash of"
            yield Fault(LEDGER, number, f"{link} {where} is {previous[:12]}")
        elif entry.sequence != number:
            yield Fault(LEDGER, number, f"sequence is {entry.sequence}; allowed: {number}")
        previous = hash_of(line)
    if ledger.torn:
        yield Fault(LEDGER, len(ledger.lines) + 1, _TORN)


def _faults_of_results(reports: Path, ledger: Ledger) -> Iterator[Fault]:
    """Yield the listed results and manifests that are missing or were changed."""
    for number, entry in ledger.numbered.items():
        yield from _fault_of_listed(reports, number, entry.path, entry.sha256)
        if entry.manifest and ledger.newest[entry.path] is entry:
            yield from _fault_of_listed(reports, number, entry.manifest_path, entry.manifest)


def _fault_of_listed(reports: Path, number: int, path: str, listed: str) -> Iterator[Fault]:
    state = state_of(stored(reports, path), listed)
    if state == GONE:
        yield Fault(path, None, f"missing; listed on line {number} of {LEDGER}")
    elif state != SOUND:
        digest = sha256_of(stored(reports, path))
        change = f"{state}: its SHA-256 is {digest[:12]}, that listed on line {number}"
        yield Fault(path, None, f"{change} of {LEDGER} is {listed[:12]}")


def _faults_of_runs(reports: Path, ledger: Ledger, results: list[Path]) -> Iterator[Fault]:
    """Yield the files of runs that differ from the manifest, and heads that the ledger lacks."""
    for result in results:
        home, path = result.parent, listed_path(reports, result)
        manifest = read_manifest(home)
        if manifest is None or not manifest.files:
            if path in ledger.newest and not ledger.newest[path].manifest:
                where = listed_path(reports, home / MANIFEST)
                yield Fault(where, None, "missing, empty or not a manifest: pages are unproven")
            continue
        files = {name: digest for name, digest in manifest.files.items() if name != RESULT}
        for name, state in faulty_files(home, files):
            yield Fault(
                listed_path(reports, home / name), None, f"{state}; listed in its {MANIFEST}"
            )
        for name in sorted(_names(home) - manifest.files.keys() - {MANIFEST}):
            yield Fault(listed_path(reports, home / name), None, f"not listed in its {MANIFEST}")
        if manifest.head and manifest.head not in ledger.heads:
            yield Fault(listed_path(reports, home / MANIFEST), None, _lost_head(manifest.head))


def _lost_head(head: str) -> str:
    return (
        f"the newest line of {LEDGER} had the hash {head[:12]} when this was made, and no line has "
        "it: the ledger was removed, rebuilt, shortened, or restored from an older backup"
    )


def _names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if not p.name.startswith(".")}


def _faults_of_links(reports: Path, results: list[Path]) -> Iterator[Fault]:
    """Yield what is not as its run has it where people link to it."""
    places: dict[Path, list[Path]] = {}
    for result in results:
        place = (reports / listed_path(reports, result)).parents[2]  # also of an archived run
        places.setdefault(place, []).append(result.parent)
    for place, homes in sorted(places.items()):
        for name, message in _faulty_links(place, homes):
            yield Fault(listed_path(reports, place / name), None, message)


def _faulty_links(place: Path, homes: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield the names of linked files that are wrong, and what is wrong with them."""
    manifests = {home.name: m for home in homes if (m := read_manifest(home)) is not None}
    linked = read_manifest(place)
    shown = None if linked is None else manifests.get(linked.run)
    if shown is None:
        if any(m.head for m in manifests.values()) or (place / MANIFEST).exists():
            yield MANIFEST, "missing, empty or of no run beside it; the next `run-due` mends it"
        files: Mapping[str, str] = {}
    else:
        run = place / RUNS / shown.run
        if not is_linked(run):
            yield MANIFEST, _edited(MANIFEST)
        files = {name: digest for name, digest in shown.files.items() if name != ROWS}
    for name in sorted({*files, *_shown_names(place)}):
        path = place / name
        state = state_of(path, files.get(name, ""))
        if state in (GONE, "empty"):
            yield name, f"{state}; the next `run-due` puts it back from its run"
        elif state == ALTERED and not _is_of_a_run(path, homes, manifests):
            yield name, _edited(name)
        elif state == ALTERED and shown is not None:
            yield name, f"of another run than {MANIFEST} beside it; the next `run-due` mends it"


def _shown_names(place: Path) -> set[str]:
    result = {RESULT} if (place / RESULT).is_file() else set()
    return result | {page.name for page in published_pages(place)}


def _is_of_a_run(path: Path, homes: list[Path], manifests: Mapping[str, Manifest]) -> bool:
    digest = sha256_of(path)
    listed = {m.files.get(path.name) for m in manifests.values()}
    standing = (home / path.name for home in homes)
    return digest in {*listed, *(sha256_of(p) for p in standing if p.is_file())}


def _edited(name: str) -> str:
    return f"edited: it is not the {name} of any run beside it"


def refuse_edited(place: Path) -> None:
    """Raise OutputError where the linked result of a place was edited: it is not overwritten."""
    if is_edited(place):
        raise OutputError(f"{place / RESULT} was {_edited(RESULT)}; move it away, run again")


def is_edited(place: Path) -> bool:
    """Return whether a place has a linked result that differs from those of all its runs.

    An empty one was not edited: it is half of what a process that died had to write.
    """
    linked = place / RESULT
    if not linked.is_file() or not linked.stat().st_size:
        return False
    homes = [p.parent for p in run_results(place) if p.parents[2] == place]
    manifests = {home.name: m for home in homes if (m := read_manifest(home)) is not None}
    return not _is_of_a_run(linked, homes, manifests)


def lost_heads(reports: Path, ledger: Ledger) -> dict[str, str]:
    """Return the heads that linked manifests have and the ledger lacks, and where each was found.

    A linked run of this version that is not listed counts with its own head: its line was lost.
    """
    lost: dict[str, str] = {}
    accepted = ledger.accepted_heads
    for path in sorted(reports.glob(f"*/*/*/{MANIFEST}")):
        head, run = _head_of(path)
        is_listed = listed_path(reports, path.parent / "runs" / run / RESULT) in ledger.newest
        if head and head not in accepted and (head not in ledger.heads or not is_listed):
            lost.setdefault(head, listed_path(reports, path))
    return lost


def broken_lines(ledger: Ledger) -> dict[str, str]:
    """Return the hashes of lines that break the chain, and how, as far as nobody accepted them.

    A torn last line is none: the next publication removes it.
    """
    accepted, broken = ledger.accepted_heads, {}
    for fault in faults_of_chain(ledger):
        digest = hash_of(b"".join(ledger.lines[(fault.line or 1) - 1 : fault.line]))
        if digest not in accepted and fault.message != _TORN:
            broken[digest] = str(fault)
    return broken


def refuse_lost(reports: Path) -> None:
    """Raise LedgerLost where the ledger lacks a head that a manifest has.

    Another process may publish meanwhile, so what seems lost is looked for once more.
    """
    seeming = lost_heads(reports, read_ledger(reports))
    if seeming:
        still = lost_heads(reports, read_ledger(reports))
        lost = {head: where for head, where in still.items() if head in seeming}
        if lost:
            raise LedgerLost(lost)


def _head_of(path: Path) -> tuple[str, str]:
    """Return the head in a manifest and the name of its run, empty where it cannot be read."""
    try:
        content = json.loads(bytes_of(path))
        return str(content.get("head", "")), str(content.get("run", ""))
    except (OSError, ValueError, AttributeError, RecursionError):
        return "", ""


def marks_of(reports: Path, ledger: Ledger) -> list[str]:
    """Return what a reader of the ledger has to know of its lines, though it is not a fault."""
    marks = [*_old_lines(ledger), *_backdated(reports, ledger).values()]
    for number, line in ledger.acceptances.items():
        what = "heads that it lacks" if line.accepted == "ledger" else "changed rows of data"
        named = ", ".join(sorted(line.items)[:3]) + (", ..." if len(line.items) > 3 else "")
        marks.append(f"{LEDGER}:{number}: accepts {what} ({named}): {line.reason}")
    for number, answer in ledger.answers.items():
        due = f", by {answer.due}" if answer.due else ""
        target = f"{answer.area}/{answer.indicator} {answer.year}"
        marks.append(
            f"{LEDGER}:{number}: {answer.owner} answers for {target}: {answer.action}{due}"
        )
    return marks


def _old_lines(ledger: Ledger) -> Iterator[str]:
    old = [number for number, entry in ledger.numbered.items() if not entry.manifest]
    if old:
        lines = f"{len(old)} line{'s' if len(old) > 1 else ''} of an older version"
        yield (
            f"{LEDGER}: {lines} without the hash of a manifest (the first is line {old[0]}): their "
            "results are proven, their pages are compared with manifests that nothing proves"
        )


def backdated(reports: Path, ledger: Ledger) -> set[int]:
    """Return the numbers of the lines whose time lies before what they must follow."""
    return set(_backdated(reports, ledger))


def _backdated(reports: Path, ledger: Ledger) -> dict[int, str]:
    """Return by number what is wrong with the time of lines."""
    marked: dict[int, str] = {}
    latest, at = None, 0
    for number, line in ledger.readable.items():
        time = _time(line.time)
        if time is None:
            marked[number] = f"{LEDGER}:{number}: {line.time!r} is not a time"
            continue
        if latest is not None and time < latest:
            marked[number] = (
                f"{LEDGER}:{number}: backdated: its time {line.time} lies before that of line {at}"
            )
        else:
            latest, at = time, number
        newest = _newest_release(reports, line) if isinstance(line, Entry) else None
        if number not in marked and newest is not None and (time + _EARLIEST_ZONE).date() < newest:
            marked[number] = (
                f"{LEDGER}:{number}: backdated: its time {line.time} lies before {newest}, the "
                "release of the newest figure that its report rests on"
            )
    return marked


def _newest_release(reports: Path, entry: Entry) -> date | None:
    """Return the release of the newest figure of a listed run; without one the day it is about."""
    manifest = read_manifest(stored(reports, entry.path).parent)
    text = "" if manifest is None else manifest.newest_release
    try:
        return date.fromisoformat(text or entry.day)
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
