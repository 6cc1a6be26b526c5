"""A report as `result.json`: written, read back, and described by a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from forecast.report.value import Report


def write_result(report: Report, path: Path) -> None:
    """Write the report as JSON: the same bytes for the same report."""
    path.write_text(result_json(report), encoding="utf-8")


def result_json(report: Report) -> str:
    """Return the report as JSON: six digits after the point, `null` for what is not known."""
    return json_of(report)


def json_of(value: Any) -> str:
    """Return a value of dataclasses as JSON, keys sorted, written as reports are."""
    plain = _plain(asdict(value))
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def read_result(path: Path) -> Report:
    """Return the report that a `result.json` holds."""
    return report_from(path.read_bytes())


def report_from(text: str | bytes) -> Report:
    """Return the report that the text of a `result.json` holds."""
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `result.json`."""
    schema = _adapter().json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return round(float(value), 6) + 0.0 if np.isfinite(value) else None
    return value
