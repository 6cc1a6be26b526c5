"""`result.json`: one frozen run, its schema, and the same numbers again."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forecast.archive.archive import Archive
from forecast.outlook.answers import answer
from forecast.report.report import report_of
from forecast.report.result import json_of, read_result, write_result
from forecast.report.schema import json_schema

GOLDEN = Path(__file__).parents[1] / "golden" / "result.json"
SCHEMA = Path(__file__).parents[2] / "docs" / "result.schema.json"
PROBABILITY, GROWTH = 0.005, 0.05  # processors differ in the last bits, and few paths change sides
PROPHETS, STEP = {PROBABILITY: 0.04, GROWTH: 2.0}, 0.06


@pytest.fixture(scope="module")
def frozen(real_archive: Archive) -> str:
    found = answer(real_archive, "futian", 2019, date(2019, 9, 30), seed=1, n_paths=400)
    return json_of(report_of(found))


def numbers(value: Any, path: str = "") -> dict[str, Any]:
    """Return every leaf of a result by its path; where the code lies is left out."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = ((str(i), v) for i, v in enumerate(value))
    else:
        return {path: value}
    kept = ((k, v) for k, v in items if k not in ("package_hash", "version"))
    return {p: leaf for k, v in kept for p, leaf in numbers(v, f"{path}/{k}").items()}


def test_the_frozen_run_says_what_it_said(frozen: str, request: pytest.FixtureRequest):
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(frozen, encoding="utf-8")
    expected = numbers(json.loads(GOLDEN.read_text(encoding="utf-8")))
    found = numbers(json.loads(frozen))
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        is_prophets = of_prophet(path, expected)
        if "/histogram/" in path or "/pit_counts/" in path:
            # another processor puts a call on the edge into the next one
            assert abs(found[path] - value) <= (10 if is_prophets else 3), path
            continue
        if not isinstance(value, float):
            assert found[path] == value, path
            continue
        near = GROWTH if "_pct" in path or "_pp" in path else PROBABILITY
        if is_prophets:
            near = PROPHETS[near]
        elif "/reliability/observed/" in path:  # a step of the line moves with one call
            near = STEP
        assert math.isclose(found[path], value, rel_tol=1e-3, abs_tol=near), path


def of_prophet(path: str, leaves: dict[str, Any]) -> bool:
    """Whether a leaf is a score of Prophet, whose optimiser ends elsewhere on other processors.

    Its scores moved by up to a seventh of the smallest from one processor to another, those of the
    pool by less than `PROBABILITY`.
    """
    parents = [path.rsplit("/", n)[0] for n in (1, 2)]
    names = {leaves.get(f"{parent}/{key}") for parent in parents for key in ("model", "rival")}
    return path.endswith("/prophet") or (path.startswith("/track/") and "prophet" in names)


def test_the_result_keeps_to_the_published_schema(frozen: str):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(frozen), schema)


def test_the_published_schema_is_that_of_the_code(request: pytest.FixtureRequest):
    text = json.dumps(json_schema(), indent=1, sort_keys=True) + "\n"
    if request.config.getoption("--update-golden"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text


def test_a_result_is_read_back_as_it_was_written(frozen: str, tmp_path: Path):
    path = tmp_path / "result.json"
    path.write_text(frozen, encoding="utf-8")
    again = tmp_path / "again.json"
    write_result(read_result(path), again)
    assert again.read_text(encoding="utf-8") == frozen


def test_keys_are_sorted_and_no_number_is_infinite(frozen: str):
    content = json.loads(frozen, parse_constant=lambda name: pytest.fail(name))
    assert list(content) == sorted(content)
