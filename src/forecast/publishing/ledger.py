"""The ledger of what was published: lines that are appended and never changed.

Each line has the hash of the line before it. A line lists a run, what a person accepted, or what
was answered for a target.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from forecast.archive.targets import Target
from forecast.base.errors import FileLocked, OutputError
from forecast.base.files import bytes_of, locked, sha256_of, sync
from forecast.publishing.places import MANIFEST, RESULT, listed_path, run_results
from forecast.publishing.runs import Manifest, read_manifest

LEDGER, LOCK = "ledger.jsonl", ".ledger.lock"
BEFORE_THE_FIRST = "0" * 64
SECONDS_FOR_THE_LOCK = 60.0
What = Literal["ledger", "changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A published run: when it was listed, its question, and the path and hash of its result.

    `path` is relative to the folder of reports; `previous` is the SHA-256 of the line before,
    `manifest` that of the run's manifest, which has those of its pages; versions that did not list
    the manifest leave it empty.
    """

    sequence: int
    time: str
    area: str
    year: int
    day: str
    run: str
    path: str
    sha256: str
    previous: str
    manifest: str = ""

    @property
    def manifest_path(self) -> str:
        """The path of the run's manifest, relative to the folder of reports."""
        return self.path.removesuffix(RESULT) + MANIFEST

    def line(self) -> bytes:
        """Return the line that the ledger holds, without its end."""
        return _line(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a person accepted: heads that the ledger lacks, or changes of published data.

    `items` holds the accepted hashes of lines and where they were found, or by the key of a row of
    data the hash of what it says now, which is empty where the row is gone.
    """

    sequence: int
    time: str
    accepted: What
    reason: str
    items: Mapping[str, str]
    previous: str

    def line(self) -> bytes:
        """Return the line that the ledger holds, without its end."""
        return _line(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who answered for a target, what is done for it and by when, and when that was entered."""

    sequence: int
    time: str
    area: str
    year: int
    indicator: str
    owner: str
    action: str
    due: str
    previous: str

    def line(self) -> bytes:
        """Return the line that the ledger holds, without its end."""
        return _line(self)


Line = Entry | Acceptance | Answer
_TYPES = {
    "sequence": int, "time": str, "area": str, "year": int, "day": str, "run": str, "path": str,
    "sha256": str, "previous": str,
}  # fmt: skip
_OF_ACCEPTANCE = {
    "sequence": int, "time": str, "accepted": str, "reason": str, "items": dict, "previous": str,
}  # fmt: skip
_OF_ANSWER = {
    "sequence": int, "time": str, "area": str, "year": int, "indicator": str, "owner": str,
    "action": str, "due": str, "previous": str,
}  # fmt: skip
KEYS = ", ".join(_TYPES)


@dataclass(frozen=True)
class Ledger:
    """The lines of a ledger as they are, readable or not, and the start of a torn last line.

    `lacks_end` says that the last line is complete except for its line end.
    """

    lines: tuple[bytes, ...]
    torn: bytes = b""
    lacks_end: bool = False

    @property
    def head(self) -> str:
        """The hash of the newest line, on which all before it depend."""
        return hash_of(self.lines[-1]) if self.lines else BEFORE_THE_FIRST

    @cached_property
    def readable(self) -> dict[int, Line]:
        """The readable lines by their numbers."""
        read = ((number, read_line(line)) for number, line in enumerate(self.lines, start=1))
        return {number: entry for number, entry in read if entry is not None}

    @property
    def numbered(self) -> dict[int, Entry]:
        """The published runs, by the numbers of their lines."""
        return {n: line for n, line in self.readable.items() if isinstance(line, Entry)}

    @property
    def acceptances(self) -> dict[int, Acceptance]:
        """What was accepted, by the numbers of the lines."""
        return {n: line for n, line in self.readable.items() if isinstance(line, Acceptance)}

    @property
    def answers(self) -> dict[int, Answer]:
        """What was answered for targets, by the numbers of the lines."""
        return {n: line for n, line in self.readable.items() if isinstance(line, Answer)}

    @cached_property
    def newest(self) -> dict[str, Entry]:
        """The newest entry of each listed result, by its path."""
        return {entry.path: entry for entry in self.numbered.values()}

    @cached_property
    def heads(self) -> set[str]:
        """Every hash that was that of the newest line at some time, and those accepted as such."""
        return {BEFORE_THE_FIRST, *map(hash_of, self.lines), *self.accepted_heads}

    @cached_property
    def accepted_heads(self) -> set[str]:
        """The hashes that no line has, and that were accepted."""
        accepted = (a.items for a in self.acceptances.values() if a.accepted == "ledger")
        return {head for items in accepted for head in items}


def hash_of(line: bytes) -> str:
    """Return the SHA-256 of a line, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def read_ledger(reports: Path) -> Ledger:
    """Return the ledger of a folder of reports; an empty one where the file is missing."""
    path = reports / LEDGER
    *lines, last = (path.read_bytes() if path.is_file() else b"").split(b"\n")
    if read_line(last) is not None:
        return Ledger((*lines, last), lacks_end=True)
    return Ledger(tuple(lines), torn=last)


def read_line(line: bytes) -> Line | None:
    """Return what a line says; None where it is not a line of a ledger, byte by byte.

    What an editor or a transfer made of one, such as another line end, is another line.
    """
    try:
        values = json.loads(line)
        if not isinstance(values, dict) or _text(values) != line:
            return None
    except (ValueError, RecursionError):
        return None
    types = {name: type(value) for name, value in values.items()}
    if types in (_TYPES, _TYPES | {"manifest": str}):
        return Entry(**values)
    if types == _OF_ACCEPTANCE and values["accepted"] in ("ledger", "changes"):
        is_text = all(isinstance(value, str) for value in values["items"].values())
        return Acceptance(**values) if is_text else None
    return Answer(**values) if types == _OF_ANSWER else None


def _line(entry: Line) -> bytes:
    values = {name: value for name, value in asdict(entry).items() if name != "manifest" or value}
    return _text(values)


def _text(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


def enter(reports: Path, home: Path, *, is_new: bool = False) -> None:
    """List a run that was put in place, and before it any run whose process died unlisted.

    A run that was made anew since it was listed is listed again. Raise OutputError where the ledger
    stays locked. No existing line is changed.
    """
    newest = read_ledger(reports).newest.get(listed_path(reports, home / RESULT))
    if newest is not None and not (is_new and _is_another(newest, home)):
        return
    with _locked(reports):
        ledger = read_ledger(reports)
        again = {listed_path(reports, home / RESULT)} if newest is not None else set()
        rows = _unlisted_rows(reports, ledger, again, also_linked=False)
        append(reports, ledger, rows)


def accept(
    reports: Path, what: What, items: Mapping[str, str], reason: str, *, is_listing: bool = False
) -> None:
    """Write what a person accepts into the ledger, and list runs whose lines it lost."""
    with _locked(reports):
        ledger = read_ledger(reports)
        row = {"time": _now(), "accepted": what, "reason": reason, "items": dict(items)}
        lost = _unlisted_rows(reports, ledger, set(), also_linked=True) if is_listing else []
        append(reports, ledger, [row, *lost])


def answer(reports: Path, target: Target) -> None:
    """Write into the ledger who answers for a target, what is done for it, and by when."""
    row = {
        "time": _now(), "area": target.area, "year": target.year, "indicator": target.indicator,
        "owner": target.owner, "action": target.action,
        "due": "" if target.due is None else target.due.isoformat(),
    }  # fmt: skip
    with _locked(reports):
        append(reports, read_ledger(reports), [row])


def _is_another(entry: Entry, home: Path) -> bool:
    return entry.manifest != sha256_of(home / MANIFEST)


def _unlisted_rows(
    reports: Path, ledger: Ledger, again: set[str], *, also_linked: bool
) -> list[dict[str, Any]]:
    """Return what the ledger lists of sound runs that it lacks, in the order they were made.

    A run to which a place's manifest points was listed once, so its line was lost: it is left out
    unless `also_linked`, because the time of a new line would be another.
    """
    listed = ledger.newest.keys() - again
    new = [p for p in run_results(reports) if listed_path(reports, p) not in listed]
    sound = [(m, p) for p in new if (m := _sound_manifest(p)) is not None]
    kept = [(m, p) for m, p in sound if also_linked or not (m.head and is_linked(p.parent))]
    return [_row(reports, p, m) for m, p in sorted(kept, key=lambda run: (run[0].made_at, run[1]))]


def is_linked(home: Path) -> bool:
    """Return whether the manifest of a run is the one that lies where people look for it."""
    linked = home.parents[1] / MANIFEST
    try:
        return bytes_of(linked) == bytes_of(home / MANIFEST)
    except OSError:
        return False


@contextmanager
def _locked(reports: Path) -> Iterator[None]:
    try:
        with locked(reports / LOCK, seconds=SECONDS_FOR_THE_LOCK):
            yield
    except FileLocked as error:
        raise OutputError(
            f"{reports / LEDGER} was locked by another process for {SECONDS_FOR_THE_LOCK:.0f} s; "
            "the report stands and is listed with the next one"
        ) from error


def append(reports: Path, ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
    """Write a line for each row and sync the file; a torn last line is overwritten."""
    ended = ledger.lines[:-1] if ledger.lacks_end else ledger.lines
    lines, previous = list(ledger.lines[len(ended) :]), ledger.head
    for sequence, row in enumerate(rows, start=len(ledger.lines) + 1):
        kind = Acceptance if "accepted" in row else Answer if "owner" in row else Entry
        lines.append(kind(sequence=sequence, previous=previous, **row).line())
        previous = hash_of(lines[-1])
    is_new = not (reports / LEDGER).exists()
    handle = os.open(reports / LEDGER, os.O_RDWR | os.O_CREAT, 0o666)
    with os.fdopen(handle, "r+b") as file:
        file.seek(sum(len(line) + 1 for line in ended))
        file.write(b"".join(line + b"\n" for line in lines))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync(reports)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _row(reports: Path, result: Path, manifest: Manifest) -> dict[str, Any]:
    """Return what the ledger lists of a run, except its place in the chain."""
    question = manifest.inputs.parameters
    return {
        "time": _now(),
        "area": question["area"],
        "year": question["year"],
        "day": question["as_of"],
        "run": result.parent.name,
        "path": listed_path(reports, result),
        "sha256": sha256_of(result),
        "manifest": sha256_of(result.with_name(MANIFEST)),
    }


def _sound_manifest(result: Path) -> Manifest | None:
    """Return the manifest of a run; None where it is incomplete or lists another result."""
    manifest = read_manifest(result.parent)
    if manifest is None or not manifest.made_at:
        return None
    question = manifest.inputs.parameters
    is_complete = [type(question.get(name)) for name in ("area", "year", "as_of")] == [
        str, int, str
    ]  # fmt: skip
    return manifest if is_complete and manifest.files.get(RESULT) == sha256_of(result) else None
