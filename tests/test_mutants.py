"""The faults that `make soak` puts into the modules that judge, and the table of those modules."""

import ast

import pytest

from soak.mutants import (
    JUDGES,
    SOURCE,
    absent,
    equivalents,
    faulty,
    is_equivalent,
    mutants_of,
)


def test_every_module_and_test_of_the_table_is_there():
    assert absent() == []


@pytest.mark.parametrize("module", JUDGES)
def test_every_entry_of_the_equivalent_ones_is_about_a_mutant(module: str):
    found = mutants_of(module, (SOURCE / module).read_text(encoding="utf-8"))
    entries = [entry for entry in equivalents() if entry["module"] == module]
    assert [e for e in entries if not any(is_equivalent(m, e) for m in found)] == []
    assert all(entry["reason"] for entry in entries)


def test_the_list_of_equivalent_ones_names_modules_of_the_table():
    assert {entry["module"] for entry in equivalents()} <= set(JUDGES)


@pytest.mark.parametrize(
    ("sound", "others"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a == b", ["a != b"]),
        ("a not in b", ["a in b"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("a + b", ["a - b"]),
        ("a / b", ["a * b"]),
        ("min(a)", ["max(a)"]),
        ("np.ceil(a)", ["np.floor(a)"]),
        ("a if b else c", ["c if b else a"]),
        ("3", ["4", "2"]),
        ("0.66", ["0.67", "0.65"]),
        ("1e-09", ["0.0", "0.001"]),
        ("True", ["False"]),
        ("'attained'", ["'missed'"]),
        ("'median'", ["'no_median'"]),
        ("'a whole sentence'", []),
    ],
)
def test_an_expression_has_its_faults(sound: str, others: list[str]):
    node = ast.parse(sound, mode="eval").body
    assert [ast.unparse(other) for other in faulty(node)] == others


def test_types_decorators_and_texts_of_errors_are_left_alone():
    source = '''
from typing import Literal

Word = Literal["attained", "missed"]

@dataclass(frozen=True)
class Value:
    """A docstring."""

    light: Literal["green"]

def judged(value: Literal["red"] = "red") -> bool:
    if value is None:
        raise ValueError(f"{1 + 1} is wrong")
    return value != "green"
'''
    found = [(m.before, m.after) for m in mutants_of("made_up.py", source)]
    assert found == [
        ("'red'", "'green'"),
        ("value is None", "value is not None"),
        ("return value != 'green'", "return None"),
        ("value != 'green'", "value == 'green'"),
        ("'green'", "'red'"),
    ]


def test_a_mutant_is_the_module_with_its_one_fault():
    module = "report/lights.py"
    source = (SOURCE / module).read_text(encoding="utf-8")
    mutant = next(m for m in mutants_of(module, source) if m.after == "shown > GREEN_FROM")
    sound, wrong = (ast.unparse(tree).splitlines() for tree in (ast.parse(source), mutant.tree()))
    assert [mine for mine, other in zip(wrong, sound, strict=True) if mine != other] == [
        "    return 'green' if shown > GREEN_FROM else 'red' if shown < RED_BELOW else 'yellow'"
    ]
