"""SDMX-JSON data messages, 1.0 and 2.0, as the rows that SDMX-CSV would have.

A message holds the codes of its own dimensions, so that no structure file is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forecast.importing.cells import Content
from forecast.importing.grid import MOST_BYTES, MOST_ROWS, Grid, padded, refusal

_NO_MESSAGE = "JSON, but not a data message of SDMX-JSON; allowed: one, or .csv"
_TIME, _VALUE = "TIME_PERIOD", "OBS_VALUE"


def sdmx_json_grid(path: Path) -> Grid:
    """Return a row for each observation; raise ContractError where a file is something else."""
    if path.stat().st_size > MOST_BYTES:
        raise refusal(path, f"larger than {MOST_BYTES:,} bytes")
    try:
        message = json.loads(path.read_bytes(), parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise refusal(path, f"not JSON: {error}") from error
    try:
        rows = list(_rows(message))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise refusal(path, _NO_MESSAGE) from error
    if not rows:
        raise refusal(path, _NO_MESSAGE)
    if len(rows) > MOST_ROWS:
        raise refusal(path, f"{len(rows):,} observations; allowed: up to {MOST_ROWS:,}")
    names = list(dict.fromkeys(name for row in rows for name in row))
    last = [name for name in (_TIME, _VALUE) if name in names]
    attributes = [name for name in names if name.startswith("@")]
    names = [n for n in names if n not in {*last, *attributes}] + last + attributes
    head: list[Content] = [name.removeprefix("@") for name in names]
    return Grid("", padded([head, *([row.get(name) for name in names] for row in rows)]))


def _rows(message: Mapping[str, Any]) -> Iterator[dict[str, Content]]:
    """Yield the observations of a message by the ids of dimensions, and of attributes after @."""
    data = message.get("data", message)
    structures = data.get("structures") or [data.get("structure") or message["structure"]]
    for data_set in data["dataSets"]:
        structure = structures[data_set.get("structure", 0)]
        dimensions, attributes = structure["dimensions"], structure.get("attributes", {})
        whole = _named(dimensions.get("dataSet", []), [0] * len(dimensions.get("dataSet", [])))
        series = data_set.get("series") or {"": data_set}
        for key, one in series.items():
            own = whole | _named(dimensions.get("series", []), _numbers(key))
            own |= _attributes(attributes.get("series", []), one.get("attributes", []))
            for place, cells in one["observations"].items():
                row = own | _named(dimensions["observation"], _numbers(place))
                row[_VALUE] = _value(cells[0])
                yield row | _attributes(attributes.get("observation", []), cells[1:])


def _numbers(key: str) -> list[int]:
    return [int(number) for number in key.split(":")] if key else []


def _named(dimensions: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> dict[str, Content]:
    """Return `CODE: label` by the id of a dimension, for the numbers of its values."""
    return {
        d["id"]: _code(d["values"][number]) for d, number in zip(dimensions, numbers, strict=True)
    }


def _attributes(
    attributes: Sequence[Mapping[str, Any]], numbers: Sequence[Any]
) -> dict[str, Content]:
    """Return the values of attributes, given by their number or, without a list, in full."""
    found: dict[str, Content] = {}
    for attribute, number in zip(attributes, numbers, strict=False):
        values = attribute.get("values") or []
        if isinstance(number, int) and number < len(values):
            found[f"@{attribute['id']}"] = _code(values[number])
        elif number is not None and not values:
            found[f"@{attribute['id']}"] = str(number)
    return found


def _code(value: Any) -> str:
    """Return a code with its label, where they differ."""
    if not isinstance(value, Mapping):
        return str(value)
    code, label = str(value.get("id", value.get("value", ""))), value.get("name", "")
    return f"{code}: {label}" if isinstance(label, str) and label not in ("", code) else code


def _value(cell: Any) -> Content:
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)
