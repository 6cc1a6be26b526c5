"""The entries of a TOML file: arrays of tables, with the line on which each begins."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from forecast.errors import ContractError, Fault

Entry = dict[str, Any]


def read_entries(
    path: Path, tables: Collection[str], *, settings: Collection[str] = ()
) -> tuple[dict[str, list[Entry]], dict[str, list[int]]]:
    """Return a file's entries by table, and the line on which each begins.

    `settings` are the top-level keys that may stand beside the tables; they come as the one
    entry of the table "". Raise ContractError for a file that is missing, no TOML, or holds
    another table or key.
    """
    text, content = _content(path)
    faults = [
        Fault(
            path.name, None, f"unknown key or table {name!r}; allowed: {_allowed(tables, settings)}"
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
    """Return the entries as values of `kind`; add to `faults` what does not fit."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    values = []
    for entry, line in zip(entries, lines, strict=True):
        try:
            values.append(adapter.validate_python(entry))
        except ValidationError as error:
            for problem in error.errors():
                where = ".".join(map(str, problem["loc"])) or "entry"
                given = "" if problem["type"] == "missing" else f", not {problem['input']!r}"
                faults.append(Fault(file, line, f"{where}: {problem['msg']}{given}"))
    return values


def _content(path: Path) -> tuple[str, Entry]:
    if not path.is_file():
        raise ContractError([Fault(path.name, None, "the file is missing")])
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ContractError([Fault(path.name, None, "not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ContractError([Fault(path.name, None, f"no TOML: {error}")]) from error


def _allowed(tables: Collection[str], settings: Collection[str]) -> str:
    return ", ".join([*sorted(settings), *(f"[[{name}]]" for name in sorted(tables))])


def _starts(text: str, tables: Collection[str]) -> dict[str, list[int]]:
    starts: dict[str, list[int]] = {name: [] for name in tables}
    for number, line in enumerate(text.splitlines(), start=1):
        head = line.split("#")[0].strip()
        if head.startswith("[[") and (name := head[2:-2].strip()) in starts:
            starts[name].append(number)
    return starts
