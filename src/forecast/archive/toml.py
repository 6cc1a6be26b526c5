"""The entries of a TOML file: tables and arrays of them, with the lines on which they begin."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import MISSING, fields
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AllowInfNan, Field, Strict, TypeAdapter, ValidationError

from forecast.base.errors import ContractError, Fault
from forecast.base.files import content_of, is_named

_LINE = re.compile(r"\(at line (\d+)")
Entry = dict[str, Any]
Year = Annotated[int, Strict(), Field(ge=1900, le=2199)]
Day = Annotated[date, Strict(), Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Number = Annotated[float, Strict(), AllowInfNan(False), Field(gt=-1e15, lt=1e15)]


def read_entries(
    path: Path, tables: Collection[str], *, settings: Collection[str] = ()
) -> tuple[dict[str, list[Entry]], dict[str, list[int]]]:
    """Return a file's entries by table, and the line on which each begins.

    `settings` are the top-level keys that may stand beside the tables; they are returned as the
    only entry of the table "". Raise ContractError for a file that is missing, that is not valid
    TOML, or that has another table or key.
    """
    text, content = read_toml(path)
    faults = [
        Fault(
            path.name,
            line_of(text, [name]),
            f"unknown key or table {name!r}; allowed: {_allowed(tables, settings)}",
        )
        for name, value in content.items()
        if name not in settings and not (name in tables and isinstance(value, list))
    ]
    if faults:
        raise ContractError(faults)
    starts = _starts(text, tables)
    entries = {name: list(content.get(name, [])) for name in tables}
    inline = [name for name in tables if len(starts[name]) != len(entries[name])]
    if inline:
        raise ContractError(
            Fault(path.name, None, f"{name} is written in one line; allowed: [[{name}]] for each")
            for name in inline
        )
    entries[""] = [{name: content[name] for name in settings if name in content}]
    return entries, starts


def parsed(
    kind: type, entries: list[Entry], lines: list[int], file: str, faults: list[Fault]
) -> list[Any]:
    """Return the entries as values of `kind`; add every fault to `faults`."""
    adapter = _adapter(kind)
    values = []
    for entry, line in zip(entries, lines, strict=True):
        try:
            values.append(adapter.validate_python(entry))
        except ValidationError as error:
            for problem in error.errors():
                faults.append(Fault(file, line, _message(problem, kind)))
    return values


def read_entry(path: Path, kind: type) -> tuple[Any, str]:
    """Return a file that is one entry, as a value of `kind`, and its text.

    Raise ContractError with all that does not fit, each at its line.
    """
    text, content = read_toml(path)
    try:
        return _adapter(kind).validate_python(content), text
    except ValidationError as error:
        faults = [
            Fault(path.name, line_of(text, problem["loc"]), _message(problem, kind))
            for problem in error.errors()
        ]
        raise ContractError(sorted(faults, key=lambda fault: fault.line or 0)) from error


def line_of(text: str, keys: Sequence[int | str]) -> int | None:
    """Return the line of a TOML file on which what the keys lead to begins.

    Where the last keys lead nowhere, it is the line of what the keys before them lead to; None
    where the first key leads nowhere. The standard library's reader gives no lines, so beginnings
    of the file are parsed, of half the lines that are left each time, to find the shortest that
    holds as many of the keys as the whole.
    """
    lines = text.split("\n")
    sought = _n_held(tomllib.loads(text), keys)
    if not sought:
        return None
    before, until = 0, len(lines)  # numbers of lines of beginnings without the keys, and with them
    while until - before > 1:
        middle = (before + until) // 2
        for number in (*range(middle, before, -1), *range(middle + 1, until)):
            held = _n_held_by("\n".join(lines[:number]), keys)
            if held is not None:
                break
        else:
            break  # nothing between them is a beginning that can be read
        if held == sought:
            until = number
        else:
            before = number
    return before + 1


def _n_held_by(text: str, keys: Sequence[int | str]) -> int | None:
    """Return how many of the keys the beginning of a file holds; None where it cannot be read."""
    try:
        return _n_held(tomllib.loads(text), keys)
    except tomllib.TOMLDecodeError:
        return None


def _n_held(content: Any, keys: Sequence[int | str]) -> int:
    """Return how many of the keys, from the first on, exist in the content of a TOML file."""
    for number, key in enumerate(keys):
        is_there = key in content if isinstance(content, dict) else isinstance(content, list)
        if not is_there:
            return number
        content = content[key]
    return len(keys)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    """Return the adapter that reads tables of a kind; building one takes long."""
    return TypeAdapter(kind)


def area_faults(
    values: Sequence[Any], lines: Sequence[int], file: str, areas: Collection[str] | None
) -> Iterator[Fault]:
    """Yield each entry of an area without figures and without an entry; None accepts every area."""
    if areas is None:
        return
    known = ", ".join(sorted(areas)) or "there are none"
    for value, line in zip(values, lines, strict=True):
        if value.area is not None and value.area not in areas:
            rule = f"allowed: an area with figures, or an [[area]] in indicators.toml: {known}"
            yield Fault(file, line, f"unknown area {value.area!r}; {rule}")


def _message(problem: Any, kind: type) -> str:
    """Return the message of a pydantic problem in a table of `kind`, if possible in our words."""
    where = ".".join(map(str, problem["loc"])) or "entry"
    keys = [field for field in fields(kind) if field.init] if len(problem["loc"]) == 1 else []
    if keys and problem["type"] == "unexpected_keyword_argument":
        return f"unknown key {where!r}{_allowed_keys(where, [key.name for key in keys])}"
    if keys and problem["type"] == "missing":
        needed = [k.name for k in keys if k.default is MISSING and k.default_factory is MISSING]
        return f"key {where!r} is missing; required: {', '.join(needed)}"
    if problem["type"] == "date_type":
        return f"{where} {problem['input']!r} is not a date (expected YYYY-MM-DD without quotes)"
    if problem["type"] == "dataclass_type":
        return f"{where} {problem['input']!r} is not a table (expected {{ key = value, ... }})"
    if problem["type"] == "missing":
        *outer, name = problem["loc"]
        return f"{'.'.join(map(str, outer))}: key {name!r} is missing"
    message = problem["msg"].removeprefix("Value error, ")  # pydantic's prefix to our messages
    return f"{where}: {message}, not {problem['input']!r}"


def _allowed_keys(given: str, names: list[str]) -> str:
    near = get_close_matches(given, names, n=1)
    return "".join([*(f", perhaps {name!r}" for name in near), f"; allowed: {', '.join(names)}"])


def read_toml(path: Path) -> tuple[str, Entry]:
    """Return a TOML file's text and content; raise ContractError where it is not valid TOML."""
    if not is_named(path):
        raise ContractError([Fault(path.name, None, "the file is missing")])
    raw = content_of(path, path.name)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContractError([Fault(path.name, line, "not UTF-8 text; allowed: UTF-8")]) from error
    except (ValueError, RecursionError) as error:
        place = _LINE.search(str(error))
        where = int(place[1]) if place else None
        raise ContractError([Fault(path.name, where, f"not valid TOML: {error}")]) from error


def _allowed(tables: Collection[str], settings: Collection[str]) -> str:
    return ", ".join([*sorted(settings), *(f"[[{name}]]" for name in sorted(tables))])


def _starts(text: str, tables: Collection[str]) -> dict[str, list[int]]:
    starts: dict[str, list[int]] = {name: [] for name in tables}
    for number, line in enumerate(text.split("\n"), start=1):
        head = line.split("#")[0].strip()
        if head.startswith("[[") and (name := head[2:-2].strip()) in starts:
            starts[name].append(number)
    return starts
