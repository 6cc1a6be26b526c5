"""The exception tree: one class for each fault that a caller may act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


class ForecastError(Exception):
    """Base of every error that this package raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the error with its attributes, so that it comes whole out of a worker process.

        By default pickle would call the constructor with the message as its only argument.
        """
        return type(self).__new__, (type(self), *self.args), self.__dict__


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file: where it is, the value and what is allowed."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """Return `file:line: message`; the line is left out where a file has none."""
        return (
            f"{self.file}: {self.message}"
            if self.line is None
            else f"{self.file}:{self.line}: {self.message}"
        )


_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIGITS = re.compile(r"\d[\d.,:-]*")
_PLACES_SHOWN = 4
_FEW = 3


def grouped(faults: Iterable[Fault]) -> list[str]:
    """Return one line for each kind of fault: its first message, the first places and the count.

    Faults are of one kind where their messages differ in the value alone, or in numbers. Up to
    three of a kind keep their own lines, because their values may be all that matters.
    """
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kind = _DIGITS.sub("#", _VALUE.sub("''", fault.message, count=1))
        kinds.setdefault(kind, []).append(fault)
    return [line for group in kinds.values() for line in _lines(group)]


def _lines(group: Sequence[Fault]) -> list[str]:
    first = group[0]
    if len(group) <= _FEW:
        return list(map(str, group))
    places = [_place(fault, first) for fault in group[1 : _PLACES_SHOWN + 1]]
    more = f", and {len(group) - len(places) - 1:,} more" if len(group) > len(places) + 1 else ""
    return [f"{first} ({len(group):,} of this kind; also {', '.join(places)}{more})"]


def _place(fault: Fault, first: Fault) -> str:
    """Return where a fault is, shortened by what the first one of its kind has said."""
    if fault.line is not None:
        return f"line {fault.line}" if fault.file == first.file else f"{fault.file}:{fault.line}"
    name, blank, cell = fault.file.rpartition(" ")
    return cell if blank and first.file.startswith(f"{name} ") else fault.file


class ContractError(ForecastError):
    """Data that break their contract; `faults` holds all of them, not only the first.

    The message has one line for each kind of fault.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''} in the data"
        super().__init__("\n".join([count, *grouped(self.faults)]))


class BeforeFirstRelease(ForecastError):
    """A day on which nothing had been published yet."""

    def __init__(self, day: date, first_release_on: date, what: str = "the archive") -> None:
        self.day, self.first_release_on = day, first_release_on
        super().__init__(
            f"nothing of {what} was known on {day}; allowed: a day from {first_release_on} on"
        )


class DayAhead(ForecastError):
    """A day in the future."""

    def __init__(self, day: date, today: date) -> None:
        self.day, self.today = day, today
        super().__init__(f"{day} has not come yet; allowed: a day up to {today}")


class UnknownArea(ForecastError):
    """An area without a single figure."""

    def __init__(self, area: str, areas: Iterable[str]) -> None:
        self.area, self.areas = area, tuple(sorted(areas))
        super().__init__(
            f"no figures for area {area!r}; areas with figures: {', '.join(self.areas)}"
        )


class UnknownIndicator(ForecastError):
    """An indicator that the registry does not hold."""

    def __init__(self, indicator: str, indicators: Iterable[str]) -> None:
        self.indicator, self.indicators = indicator, tuple(sorted(indicators))
        super().__init__(f"unknown indicator {indicator!r}; known: {', '.join(self.indicators)}")


class NotEnoughHistory(ForecastError):
    """A history that is too short for a model."""


class BrokenModel(ForecastError):
    """A model of another package that does not keep the contract; `why` says how."""

    def __init__(self, model: str, why: str) -> None:
        self.model, self.why = model, why
        super().__init__(f"model {model!r}: {why}")


class ParameterError(ForecastError):
    """Parameters that are unknown, missing or of the wrong type; all of them are named."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["wrong parameters", *self.problems]))


class BadTemplate(ParameterError):
    """A template for Word that cannot be used; `path` is the file."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        super().__init__([f"template: {path} {why}"])


class ConditionError(ForecastError):
    """Conditions of a scenario that cannot be imposed; all that is wrong with them is named."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["wrong conditions", *self.problems]))


class OutsideSupport(ForecastError):
    """Growth that no simulated path reaches; `supports` says where the paths lie."""

    def __init__(self, supports: Iterable[str]) -> None:
        self.supports = tuple(supports)
        super().__init__("\n".join(["no path comes to what is given", *self.supports]))


class TooFewPaths(ForecastError):
    """Conditions that leave too few effective paths, and would among all that may be simulated."""

    def __init__(
        self,
        effective_size: float,
        fewest: int,
        n_paths: int,
        most_paths: int,
        supports: Iterable[str],
    ) -> None:
        self.effective_size, self.n_paths = effective_size, n_paths
        self.supports = tuple(supports)
        super().__init__(
            "\n".join(
                [
                    f"the conditions leave {effective_size:.0f} effective paths of {n_paths:,}, "
                    f"and too few of {most_paths:,}; allowed: {fewest} or more, by a value nearer "
                    "to the middle or a wider bandwidth",
                    *self.supports,
                ]
            )
        )


class UnreadableCell(ForecastError):
    """A cell of an imported file that is not a figure; `content` is what it holds."""

    def __init__(self, content: object, why: str) -> None:
        self.content = content
        super().__init__(f"{str(content)!r} {why}")


class NotebookFailed(ForecastError):
    """A notebook cell that raised; `partial` is the notebook up to that cell."""

    def __init__(self, cell: int, name: str, value: str, partial: str) -> None:
        self.cell, self.name, self.value, self.partial = cell, name, value, partial
        super().__init__(f"cell {cell} failed: {name}: {value}\nthe partial notebook is {partial}")


class OutputError(ForecastError):
    """A folder or file that could not be written."""


class FileLocked(OutputError):
    """A lock that another process holds."""

    def __init__(self, lock: str, seconds: float) -> None:
        self.lock, self.seconds = lock, seconds
        super().__init__(f"another process held {lock} for {seconds:g} s; try again")


class NoPdf(ForecastError):
    """A PDF that could not be printed; the page remains as HTML."""


class WorkersLost(ForecastError):
    """Workers that cannot be reached or used, or that died before their work was done."""


class FolderBusy(ForecastError):
    """A folder of reports that is locked by another process."""

    def __init__(self, lock: str, seconds: float) -> None:
        self.lock, self.seconds = lock, seconds
        super().__init__(
            f"another process makes reports there: {lock} was not free within {seconds:g} s"
        )


class LedgerLost(ForecastError):
    """Heads that were kept elsewhere and that the ledger lacks, or lines that break its chain.

    `lost` says by the hash where, or how.
    """

    def __init__(self, lost: Mapping[str, str]) -> None:
        self.lost = dict(lost)
        named = [f"{where}: {head}" for head, where in sorted(self.lost.items(), key=str)]
        super().__init__(
            "\n".join(
                [
                    "the ledger was removed, rebuilt, shortened, edited, or restored from an older "
                    "backup: it has no line with these hashes, or a broken one; restore "
                    "ledger.jsonl, or accept it with `forecast run-due --accept-ledger REASON`",
                    *named,
                ]
            )
        )


class ReportFailed(ForecastError):
    """A report that took longer than its limit, or whose process died."""


class SomeFailed(ForecastError):
    """The areas, of many, whose report failed; the reports of the others were made."""

    def __init__(self, failed: Mapping[str, str], n_areas: int) -> None:
        self.failed = dict(failed)
        named = [f"{area}: {message}" for area, message in failed.items()]
        super().__init__("\n".join([f"{len(failed)} of {n_areas} areas failed", *named]))
